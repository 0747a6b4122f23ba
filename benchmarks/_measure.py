"""How benchmarks measure, what they print, and how their results get into docs/performance.md."""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = {"en": "docs/{page}.md", "zh": "docs/{page}.zh.md"}
WORDS = {
    "en": {"method": "method", "seconds": "seconds", "ratio": "× ours", "goal": "aim", "wanted": "wanted", "found": "found", "holds": "holds", "missed": "missed", "colon": ": "},
    "zh": {"method": "方法", "seconds": "秒", "ratio": "为本程序的倍数", "goal": "目标", "wanted": "要求", "found": "实测", "holds": "达到", "missed": "未达到", "colon": "："},
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Goal:
    """A ratio to reach: at least `wanted`, or at most it if `at_most`."""

    what: Words
    found: float
    wanted: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is reached."""
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted


@dataclass(frozen=True)
class Result:
    """What one run of a benchmark found: seconds by method (ours first), goals, and what was measured on."""

    name: str
    title: Words
    world: Words
    seconds: Mapping[str, float]
    goals: tuple[Goal, ...]
    remarks: tuple[Words, ...] = ()
    versions: tuple[str, ...] = ("numpy", "scipy", "numba")
    page: str = "performance"


def options(doc: str | None, **sizes: int) -> argparse.Namespace:
    """Return the sizes asked for, how many rounds, and whether to write the result into the docs."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"default {size}")
    parser.add_argument("--rounds", type=int, default=7, help="methods take turns; the least of their times counts")
    parser.add_argument("--write", action="store_true", help="put the result into the docs, in both languages")
    return parser.parse_args()


def race(methods: Mapping[str, Callable[[], Any]], rounds: int, once: Iterable[str] = ()) -> dict[str, float]:
    """Return the least seconds of each method over the rounds, in which they take turns; those of `once` run once.

    The least, for all alike: it is what a method takes when nothing else disturbs it.
    """
    best = dict.fromkeys(methods, float("inf"))
    for turn in range(rounds):
        for name, method in methods.items():
            if turn and name in once:
                continue
            gc.collect()
            began = time.perf_counter()
            method()
            best[name] = min(best[name], time.perf_counter() - began)
    return best


def added_mb(method: Callable[[], Any]) -> float:
    """Return by how many megabytes the memory of this process peaks above where it was, while the method runs."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts afresh
    before = _memory_mb("VmRSS")
    kept = method()
    peak = _memory_mb("VmHWM")
    del kept
    return peak - before


def _memory_mb(field: str) -> float:
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else float("nan")


def hand_over(result: Result, *, write: bool) -> None:
    """Print the result, and put it into the docs if `write`. Ends the process with 1 if a goal is missed."""
    sys.stdout.write(f"{_section(result, 'en')}\n")
    if write:
        for language, name in DOCS.items():
            file = Path(name.format(page=result.page))
            file.write_text(_with_section(file, result, language), encoding="utf-8")
    if not all(goal.holds for goal in result.goals):
        raise SystemExit(1)


def _with_section(file: Path, result: Result, language: str) -> str:
    """Return the page with the result between its two marks."""
    before, mark, rest = file.read_text(encoding="utf-8").partition(f"<!-- {result.name} -->\n")
    _, end, after = rest.partition(mark)
    if not end:
        raise SystemExit(f"{file}: put <!-- {result.name} --> on two lines of it, where the result belongs")
    return f"{before}{mark}{_section(result, language)}\n{end}{after}"


def _section(result: Result, language: str) -> str:
    word = WORDS[language]
    ours = next(iter(result.seconds.values()))
    lines = [f"### {getattr(result.title, language)}", "", getattr(result.world, language), ""]
    lines += [f"| {word['method']} | {word['seconds']} | {word['ratio']} |", "|---|---:|---:|"]
    lines += [f"| {name} | {_figure(value)} | {_figure(value / ours)} |" for name, value in result.seconds.items()]
    lines += ["", f"| {word['goal']} | {word['wanted']} | {word['found']} | |", "|---|---:|---:|---|"]
    for goal in result.goals:
        sign = "≤" if goal.at_most else "≥"
        verdict = word["holds"] if goal.holds else word["missed"]
        lines.append(f"| {getattr(goal.what, language)} | {sign} {goal.wanted:g} | {_figure(goal.found)} | {verdict} |")
    lines += ["", *(f"{getattr(remark, language)}\n" for remark in result.remarks)]
    return "\n".join([*lines, f"`python -m benchmarks {result.name}`{word['colon']}{machine(result.versions)}"])


def _figure(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def machine(packages: Iterable[str]) -> str:
    """Return the processor, the system and the versions of Python and the packages."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    parts = [f"{os.cpu_count()} × {model.group(1).strip() if model else platform.processor()}", platform.system()]
    parts += [f"load {os.getloadavg()[0]:.1f}", f"Python {platform.python_version()}"]
    return ", ".join([*parts, *(f"{name} {importlib.metadata.version(name)}" for name in packages)])
