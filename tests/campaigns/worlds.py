"""Random worlds against brute force: every rule's verdicts beside those of its slow oracle, many more than the tests draw.

    python -m tests.campaigns worlds [--times 5]

Runs the comparisons of tests/geo, rule by rule, over that many times as many worlds. A world in which a verdict differs
(or an unknown is shown as met, which is such a difference) ends the comparison of its rule and is named.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.campaigns._record import record

GEO = Path(__file__).parents[1] / "geo"
_COMPARES = re.compile(r"range\(WORLDS\)")


def comparisons(module: ModuleType) -> list[tuple[Callable[..., None], bool]]:
    """Return the tests of a module that draw worlds, and whether each takes its seed as an argument (a batch of towns)."""
    found = []
    for name, function in vars(module).items():
        if not name.startswith("test_") or not callable(function) or hasattr(function, "hypothesis"):
            continue
        asked = set(inspect.signature(function).parameters)
        if not asked and _COMPARES.search(inspect.getsource(function)):
            found.append((function, False))
        elif asked == {"seed"} and hasattr(module, "BATCHES"):
            found.append((function, True))
    return found


def compared(module: ModuleType, times: int) -> tuple[int, list[str]]:
    """Return how many worlds were compared, and what differed."""
    worlds, wrong = 0, []
    drawn = getattr(module, "WORLDS", 0) * times
    for function, batched in comparisons(module):
        seeds = range(module.BATCHES * times) if batched else [None]
        if not batched:
            module.WORLDS = drawn  # type: ignore[attr-defined]
        for seed in seeds:
            try:
                function() if seed is None else function(seed)
            except AssertionError as error:
                wrong.append(f"{module.__name__}.{function.__name__}: {str(error)[:300]}")
            worlds += drawn if seed is None else module.TOWNS
    return worlds, wrong


def main() -> int:
    """Run the campaign; return 1 if any verdict differed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    total, wrong, rules = 0, [], []
    for file in sorted(GEO.glob("test_*.py")):
        text = file.read_text("utf-8")
        if "oracles" not in text or ("WORLDS" not in text and "BATCHES" not in text):
            continue
        begun = time.monotonic()
        worlds, differ = compared(importlib.import_module(f"tests.geo.{file.stem}"), asked.times)
        total, wrong = total + worlds, [*wrong, *differ]
        rules.append(file.stem.removeprefix("test_"))
        sys.stdout.write(f"{file.stem:32} {worlds:6} worlds, {len(differ)} differ, {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()
    sys.stdout.write("".join(f"{each}\n" for each in wrong))
    record("worlds", worlds=total, comparisons=", ".join(rules), comparisons_that_differ=len(wrong))
    return int(bool(wrong))
