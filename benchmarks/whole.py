"""The whole job, files to files, on a made world: time, peak memory, time of each step, and how the time of a home grows.

    python -m benchmarks whole dongtang|town|county|province ... [--rules five|all|plan] [--rounds N]
                               [--worlds DIR] [--cached] [--options "..."] [--write]

Worlds are made once (`python -m examples.worlds`) and kept outside the repository, in DIR. Each round is a process of its
own, `coverplan run` as a user would type it, with every file of OUT/ written, and the clock runs from before Python starts
until the process has ended. Memory is what the process and those it starts hold together at its highest (shared pages
counted once). Every file is read anew in every round; with --cached layers come from the cache, which a run before the
rounds has filled. "five" are five services: cleaners, hospital by road, fitness on foot, lit streets, cameras; "all" is the
whole library.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks._measure import Goal, Result, Words, hand_over
from examples.worlds.size import SCALES
from layers.library import DEFAULT_PROFILE, rules

FIVE = ("STF-01", "HLT-02", "SPT-02", "LGT-01", "CAM-01")
SAMPLE_S = 0.1
RULES = {
    "five": ("five services", "五类服务"),
    "all": ("all rules of the library", "规则库全部规则"),
    "plan": ("the rules of its plan", "计划自己的规则"),
}
AIMS_S = {
    ("five", "town"): 1.5,
    ("plan", "dongtang"): 3.0,
    ("five", "county"): 6.0,
    ("all", "county"): 20.0,
    ("five", "province"): 150.0,
    ("all", "province"): 600.0,
}
TOWN = Path(__file__).parents[1] / "examples" / "dongtang"


@dataclass(frozen=True)
class Round:
    """One run: seconds on the clock and of the processors, bytes at the highest, and the job's own account of its steps."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    steps_s: dict[str, float]


def main() -> None:
    """Run the job on the worlds asked for and print what it took."""
    asked = _parser().parse_args()
    found: dict[str, list[Round]] = {}
    for name in asked.worlds_asked:
        plan = _plan(name, asked.rules, asked.worlds)
        options = shlex.split(asked.options)
        if asked.cached:
            _run(plan, options)
        found[name] = [_run(plan, options if asked.cached else [*options, "--no-cache"]) for _ in range(asked.rounds)]
        _print(name, asked.rules, found[name])
    for smaller, larger in pairwise(found):
        growth = _wall(found[larger]) / _homes(larger) / (_wall(found[smaller]) / _homes(smaller))
        print(f"time of a home, {smaller} to {larger}: x {growth:.2f}")
    if asked.write:
        hand_over(_result(asked.rules, found, cached=asked.cached), write=True)


def _result(which: str, found: Mapping[str, list[Round]], *, cached: bool) -> Result:
    """Return what is shown in the docs: the median of each world, and which of the aims it reaches."""
    seconds = {name: _wall(rounds) for name, rounds in found.items()}
    peak = {name: max(one.peak_bytes for one in rounds) / 2**30 for name, rounds in found.items()}
    memory = "; ".join(f"{name} {peak[name]:.2f}" for name in found)
    goals = [
        Goal(Words(f"{name}, seconds", f"{name}，秒"), seconds[name], AIMS_S[which, name], at_most=True)
        for name in found
        if (which, name) in AIMS_S
    ]
    rules = Words(*RULES[which])
    kept = Words("layers from the cache", "图层取自缓存") if cached else Words("every file read anew", "每次重读文件")
    world = Words(
        f"Files to files, a process of its own each time, imports included; {rules.en}; {kept.en}; "
        f"median of {len(next(iter(found.values())))} runs.",
        f"从文件到文件，每次都是新进程，含导入；{rules.zh}；{kept.zh}；取 {len(next(iter(found.values())))} 次的中位数。",
    )
    title = Words(f"The whole job: {rules.en}", f"整个作业：{rules.zh}")
    remark = Words(f"GiB of memory at most: {memory}.", f"最大内存（GiB）：{memory}。")
    name = f"whole {' '.join(found)} --rules {which}"
    versions = ("numpy", "pandas", "shapely", "pyogrio", "numba")
    return Result(name, title, world, seconds, tuple(goals), (remark,), versions)


def _wall(rounds: Sequence[Round]) -> float:
    return statistics.median(one.wall_s for one in rounds)


def _homes(name: str) -> int:
    return SCALES["town" if name == "dongtang" else name].homes


def _plan(name: str, which: str, worlds: Path) -> Path:
    """Return a plan over the world of that name with those rules, making both where they are not there yet."""
    if name == "dongtang":
        return TOWN / "plan.yaml"
    folder = worlds / name
    base = folder / "plan.yaml"
    if not base.is_file():
        command = [sys.executable, "-m", "examples.worlds", "--scale", name, "--out", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own program)
    if which == "plan":
        return base
    chosen = FIVE if which == "five" else tuple(rules(DEFAULT_PROFILE))
    text = base.read_text(encoding="utf-8")
    entries = "".join(f"  - id: {id_}\n" for id_ in chosen)
    plan = folder / f"{which}.yaml"
    plan.write_text(text[: text.index("rules:")] + "rules:\n" + entries, encoding="utf-8", newline="\n")
    return plan


def _run(plan: Path, options: list[str]) -> Round:
    with tempfile.TemporaryDirectory(prefix="coverplan-whole-") as scratch:
        out = Path(scratch) / "out"
        command = [sys.executable, "-m", "maps", "run", str(plan), "--out", str(out), *options]
        before, started = os.times(), time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 (our own program)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _held(process.pid))
            time.sleep(SAMPLE_S)
        wall, after = time.perf_counter() - started, os.times()
        if process.returncode:
            raise SystemExit(f"coverplan run ended with {process.returncode}")
        steps = json.loads((out / "run.json").read_text(encoding="utf-8"))["timings"]
        steps = {step: seconds for step, seconds in steps.items() if isinstance(seconds, float)}
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Round(wall, cpu, peak, steps)


def _held(pid: int) -> int:
    """Return the bytes of memory that a process and its children hold, pages that they share counted once (Linux)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return sum(_proportional(one) for one in (str(pid), *children))
    except (OSError, IndexError):  # ended meanwhile, or no such files on this system
        return 0


def _proportional(pid: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _print(name: str, which: str, rounds: Sequence[Round]) -> None:
    """Print the medians of the rounds, and the least and the most of the wall time."""
    walls = [one.wall_s for one in rounds]
    cpu = statistics.median(one.cpu_s for one in rounds)
    peak = max(one.peak_bytes for one in rounds) / 2**30
    spread = f"least {min(walls):.2f}, most {max(walls):.2f}"
    print(f"{name}, rules {which}: {_wall(rounds):.2f} s wall ({spread}), {cpu:.2f} s of processor, {peak:.2f} GiB")
    for step in rounds[0].steps_s:
        print(f"  {step:24} {statistics.median(one.steps_s.get(step, 0.0) for one in rounds):8.3f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("worlds_asked", nargs="+", choices=("dongtang", "town", "county", "province"), metavar="WORLD")
    parser.add_argument("--rules", choices=("five", "all", "plan"), default="five")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worlds", type=Path, default=Path(tempfile.gettempdir()) / "coverplan-worlds")
    parser.add_argument("--cached", action="store_true", help="layers from the cache")
    parser.add_argument("--write", action="store_true", help="put the result into the docs, in both languages")
    parser.add_argument("--options", default="", help="more options for coverplan run")
    return parser
