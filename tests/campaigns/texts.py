"""Random text for everything that reads text in this process: numbers, dates, ids, filters, headers, plans.

    python -m tests.campaigns texts [--texts 1000000] [--seed 1]

Each is made of pieces that mean something, so that it gets far; whatever is not one of our own errors is a fault.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from layers.cells import as_id, date, number
from layers.marked import read_marked
from layers.planreading import read_plan
from layers.problems import PlanError
from layers.spelling import folded
from layers.where import WhereError, parse_where
from tests.campaigns._record import record

_PIECES = [
    *"0123456789.,-+eE%人户米年月日/:：，。'\"`()[]{}<>=!&*|\\#@~ \t\n\r\x00\u200b\ufeff\u3000１２３，．－一二十百千万亿½∞",
    "1e400", "NaN", "inf", "-0", "0x1", "and", "or", "not", "in", "is", "blank", "==", "!=", "<=", "true", "false",
    "2024", "-05-", "plan:", "layers:", "rules:", "kind:", "units", "path:", "- {", "id:", "type:", "reach", "where:",
    "category", "'fitness'", "crs:", "EPSG:4490", "gcj02", "\ud800", "👨‍👩‍👧", "é", "\u202e",
]  # fmt: skip


def text(rng: random.Random) -> str:
    """Return a text of a few pieces."""
    return "".join(rng.choices(_PIECES, k=rng.randint(0, rng.choice([3, 12, 40]))))


def _number(said: str) -> None:
    value = number(said)
    if value is not None and not np.isfinite(value):
        raise AssertionError(f"{said!r} is {value}")


def _where(said: str) -> None:
    try:
        parse_where(said)
    except WhereError:
        return


def _id(said: str) -> None:
    if as_id(as_id(said)) != as_id(said):
        raise AssertionError(f"{said!r} changes when it is read twice")


def _plan(said: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "plan.yaml")
        file.write_bytes(said.encode("utf-8", "surrogatepass"))
        try:
            read_plan(file)
        except PlanError:
            return


def _marked(said: str) -> None:
    read_marked(said.encode("utf-8", "replace").decode("utf-8"))  # half pairs never come out of a file


READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "numbers": (_number, 1),
    "dates": (date, 1),
    "ids": (_id, 1),
    "headers": (folded, 1),
    "filters": (_where, 2),
    "marked yaml": (_marked, 20),
    "plans": (_plan, 200),
}


def hunt(texts: int, seed: int) -> tuple[int, list[str]]:
    """Return how many texts were read, and the faults; slow readers get fewer."""
    tried, faults = 0, []
    for name, (reader, costs) in READERS.items():
        rng = random.Random(f"{seed}/{name}")
        for _ in range(texts // costs // len(READERS)):
            said = text(rng)
            tried += 1
            try:
                reader(said)
            except Exception as error:  # whatever it is, it is a fault
                faults.append(f"{name}: {said!r}: {type(error).__name__}: {error}")
    return tried, faults


def main() -> int:
    """Run the campaign; return 1 if any text made a reader fail."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tried, faults = hunt(asked.texts, asked.seed)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults[:20]))
    record("texts", texts_read=tried, readers=len(READERS), uncaught_errors=len(faults))
    return int(bool(faults))
