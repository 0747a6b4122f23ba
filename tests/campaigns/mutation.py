"""Small changes to the core's own code: how many of them the tests notice, room by room, and which they do not.

    python -m tests.campaigns mutation [--room NAME] [--each 150] [--seed 1]

Each mutant is one comparison, sum, number, `and`, `not` or truth value changed in one module. The tests are collected
and run once, to see which of them reach which line. Then each mutant gets a process forked from that one, with the
changed code in place, which runs the tests that reach its line, the quick ones first. A mutant that makes a test fail,
or go on for CPU_TIMES as long as without it, is noticed. What runs when a module is imported is changed in a process
that imports everything anew. Changes that cannot be told are left out: see SAME_BEHAVIOUR in `_mutate.py`.
"""

from __future__ import annotations

import argparse
import functools
import gc
import os
import random
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest

from tests.campaigns._mutate import ROOT, Mutant, mutants_of, put_in_place, serve
from tests.campaigns._record import record

# A mutant that runs for ever is noticed by its processor time, so that a busy machine flatters nobody.
CPU_TIMES, LEAST_CPU_S = 10, 20
WALL_S = 1800.0
_NOT_PUT = 99


@dataclass(frozen=True)
class Room:
    """Modules of one kind, and the tests that are to notice a change in them; `{name}` stands for a module's own name."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    in_one_process: bool = False


ROOMS = {
    "rules": Room(
        ("geo/rules/*.py",), ("tests/geo/test_{name}*.py", "tests/geo/test_cases.py", "tests/geo/test_adds.py")
    ),
    "coverage": Room(("geo/coverage.py",), ("tests/geo/test_{name}.py", "tests/geo/test_cases.py")),
    "ranking": Room(("geo/ranking.py",), ("tests/geo/test_{name}.py", "tests/geo/test_worth.py")),
    "ledger": Room(("layers/ledger/*.py",), ("tests/ledger/test_*.py",)),
    "readers": Room(
        ("layers/readers/*.py", "layers/cells.py", "layers/checks.py", "layers/quarantine.py", "layers/shapes.py"),
        ("tests/layers/test_*.py",),
        in_one_process=True,
    ),
}
# Tests that hunt themselves: they take long, and are no unit tests of anything.
_NOT = ("test_campaigns_short.py", "test_architecture.py", "test_architecture_words.py")


@dataclass
class Hunt:
    """A pytest plugin that runs the collected tests once traced, then those of each mutant in a process of its own."""

    room: Room
    mutants: list[Mutant]
    seconds: dict[str, float] = field(default_factory=dict)
    reached: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    failing: list[str] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do it all in place of the usual run."""
        items = {item.nodeid: item for item in session.items}
        if self.room.in_one_process:
            with _without_fork():
                self._look(items)
        else:
            self._look(items)
        session.testsfailed = 0
        for number, mutant in enumerate(self.mutants):
            if not self._noticed(mutant, items):
                self.survivors.append(mutant)
                _say(f"not noticed: {mutant}")
            if number % 25 == 24:
                _say(f"{number + 1} tried, {len(self.survivors)} not noticed")
        return True

    def _look(self, items: dict[str, pytest.Item]) -> None:
        """Run every test once, and note how long it takes and which lines of the room it reaches."""
        files = {str(ROOT / module): str(module) for module in {mutant.module for mutant in self.mutants}}
        for name, item in items.items():
            _forget()
            failed, begun = item.session.testsfailed, time.process_time()
            with _tracing(files) as lines:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self.seconds[name] = time.process_time() - begun
            if item.session.testsfailed > failed:
                self.failing.append(name)
                continue
            for line in lines:
                self.reached.setdefault(line, set()).add(name)

    def _noticed(self, mutant: Mutant, items: dict[str, pytest.Item]) -> bool:
        module = str(mutant.module)
        if mutant.function is not None:
            names = set().union(*(self.reached.get((module, line), set()) for line in mutant.lines))
            chosen = [items[name] for name in sorted(names, key=lambda name: (self.seconds[name], name))]
            seconds = sum(self.seconds[item.nodeid] for item in chosen)
            code = _ended(lambda: _tested(mutant, chosen), CPU_TIMES * seconds + LEAST_CPU_S)
            if code != _NOT_PUT:
                return code != 0
        names = set().union(*(found for (file, _), found in self.reached.items() if file == module))
        files = sorted(
            {name.partition("::")[0] for name in names}, key=lambda file: (mutant.module.stem not in file, file)
        )
        return _ended(lambda: _anew(mutant, files), CPU_TIMES * sum(self.seconds.values()) + LEAST_CPU_S) != 0


@contextmanager
def _tracing(files: dict[str, str]) -> Iterator[set[tuple[str, int]]]:
    """Collect the lines of those files that are reached, by the path within the repository."""
    lines: set[tuple[str, int]] = set()

    def of_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((files[frame.f_code.co_filename], frame.f_lineno))
        return of_line

    def of_call(frame: FrameType, _event: str, _: Any) -> Any:
        return of_line if frame.f_code.co_filename in files else None

    sys.settrace(of_call)
    try:
        yield lines
    finally:
        sys.settrace(None)


@contextmanager
def _without_fork() -> Iterator[None]:
    """Read files in this process, so that the tracer sees it; as on systems that have no fork."""
    from layers.readers import confined

    def here(
        requests: Iterable[Any], read: Callable[[Any], Any], *, readable: object = (), meanwhile: Any = None
    ) -> Any:
        if meanwhile is not None:
            meanwhile()
        return {request.name: confined._answer(read, request) for request in requests}

    whole = confined.read_apart
    confined.read_apart = here  # type: ignore[assignment]
    try:
        yield
    finally:
        confined.read_apart = whole


def _forget() -> None:
    """Empty every cache of ours: what was worked out once would hide that the code has changed."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            module = getattr(each, "__module__", "") or ""
            if module.partition(".")[0] in ("layers", "geo", "maps", "tests"):
                each.cache_clear()


def _ended(test: Callable[[], int], cpu_s: float) -> int:
    """Run that in a forked child; return its exit code, not 0 if it failed, broke or had to be stopped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s) + 1, int(cpu_s) + 5))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(nowhere, stream)
            code = test()
        finally:
            os._exit(code)
    until = time.monotonic() + WALL_S
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def _tested(mutant: Mutant, items: list[pytest.Item]) -> int:
    """Return 1 if a test fails with that change, _NOT_PUT if the change could not be put in place of what runs."""
    try:
        put_in_place(mutant)
    except LookupError:
        return _NOT_PUT
    _forget()
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if item.session.testsfailed:
            return 1
    return 0


def _anew(mutant: Mutant, files: list[str]) -> int:
    serve(mutant)
    return int(pytest.main(["-x", "-q", "-p", "no:xdist", "--no-header", *files])) if files else 0


def _say(text: str) -> None:
    sys.__stdout__.write(f"{text}\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


def chosen(room: Room, each: int, seed: str) -> list[Mutant]:
    """Return a sample of the mutants of a room, of all alike."""
    modules = sorted({path.relative_to(ROOT) for pattern in room.modules for path in ROOT.glob(pattern)})
    every = [mutant for module in modules for mutant in mutants_of(module)]
    if not every:
        raise RuntimeError("no such module, or nothing in it to change")
    return random.Random(seed).sample(every, min(each, len(every)))


def tests_of(room: Room, mutants: list[Mutant]) -> list[str]:
    """Return the test files of these mutants of a room; raises RuntimeError if there are none."""
    names = {mutant.module.stem for mutant in mutants}
    patterns = {pattern.format(name=name) for pattern in room.tests for name in names}
    files = sorted({str(path) for pattern in patterns for path in ROOT.glob(pattern) if path.name not in _NOT})
    if not files:
        raise RuntimeError("no tests of that name")
    return files


def main() -> int:
    """Run the campaign over one room or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--room", choices=sorted(ROOMS), action="append")
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    for name in asked.room or sorted(ROOMS):
        hunt = Hunt(ROOMS[name], chosen(ROOMS[name], asked.each, f"{asked.seed}/{name}"))
        options = [
            "-o",
            "addopts=-p no:cacheprovider",
            "-p",
            "no:xdist",
            "-p",
            "no:terminal",
            *tests_of(hunt.room, hunt.mutants),
        ]
        code = pytest.main(options, plugins=[hunt])
        if not hunt.reached:
            raise RuntimeError(f"no test could be collected, or none reaches this room: {code!r}")
        tried, survivors = len(hunt.mutants), hunt.survivors
        record(
            f"mutation {name}",
            mutants=tried,
            noticed_percent=round(100 * (tried - len(survivors)) / tried, 1),
            not_noticed="; ".join(map(str, survivors)),
            tests=len(hunt.seconds),
            tests_failing_without_any_change="; ".join(hunt.failing),
        )
    return 0
