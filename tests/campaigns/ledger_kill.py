"""Kills a process at random moments of every command of the task ledger: nothing acknowledged may be lost or half there.

python -m tests.campaigns ledger_kill [CYCLES] [SEED]
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.problems import PlannerError
from tests.campaigns._ledgers import Typed, commands, events_of, killed, typed
from tests.ledger.runs import small_run


@dataclass
class Tally:
    """What became of the cycles; the last three must be nought."""

    cycles: int = 0
    acknowledged: int = 0
    entered: int = 0
    by_command: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    half_written: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, half written or unreadable."""
        return not (self.lost or self.half_written or self.unreadable)


def kill_cycles(count: int, seed: int, folder: Path, within_s: float = 0.01) -> Tally:
    """Kill so many times; after each kill the whole ledger is opened, checked and replayed."""
    rng, tally = random.Random(seed), Tally()
    out = small_run(folder)
    place = str(folder / "tasks.sqlite")
    source = commands(rng, out, folder)
    _warm_up(source, place)
    known = {event.op_id: event.hash for event in events_of(place)}
    for cycle in range(count):
        todo = [next(source) for _ in range(40)]

        def work(pipe: int, cycle: int = cycle, todo: list = todo) -> None:
            for turn, command in enumerate(todo):
                op = f"{cycle}-{turn}"
                os.write(pipe, f"begin {op} {command.words[0]}\n".encode())
                code, _ = typed(command, place, op=op)
                os.write(pipe, f"ack {op} {code}\n".encode())

        lines = [line.split() for line in killed(work, rng, within_s)]
        _look(cycle, lines, place, known, tally)
    return tally


def _warm_up(source: Iterator[Typed], place: str) -> None:
    """Type every command once, so that no child spends its short life on loading what it needs."""
    typed(next(c for c in source if c.words[0] == "propose"), place, op="warm")
    typed(next(c for c in source if c.words[0] == "export"), place)
    left = set(EVERY)
    while left:
        command = next(source)
        if command.words[0] in left:
            left.discard(command.words[0])
            typed(command, place, op=f"warm-{command.words[0]}")


def _look(cycle: int, lines: list[list[str]], place: str, known: dict[str, str], tally: Tally) -> None:
    """Hold the ledger against what was acknowledged in a cycle and what was there before."""
    tally.cycles += 1
    names = {op: name for word, op, name in lines if word == "begin"}
    acknowledged = {op for word, op, code in lines if word == "ack" and code == "0"}
    tally.acknowledged += len(acknowledged)
    tally.by_command.update(names[op] for op in names)
    try:
        events = events_of(place)
    except PlannerError as error:
        tally.unreadable.append(f"cycle {cycle}: {error}")
        return
    there = {event.op_id: event.hash for event in events}
    tally.lost += [op for op, digest in known.items() if there.get(op) != digest]
    begun = {event.op_id.partition("/")[0] for event in events} - {op.partition("/")[0] for op in known}
    for op in begun:
        count = sum(event.op_id.partition("/")[0] == op for event in events)
        whole = {op if n == 1 else f"{op}/{n}" for n in range(1, count + 1)}
        if not whole <= set(there):
            tally.half_written.append(op)
    for op in acknowledged:
        if names[op] in ENTERING and op not in there:
            tally.lost.append(f"{names[op]} {op}")
    tally.entered += len(there) - len(known)
    known.clear()
    known.update(there)


EVERY = ("propose", "claim", "update", "extend", "done", "close", "visit", "waive", "resume", "record", "escalate")
EVERY += ("adopt", "verify", "week", "import", "export", "backup", "migrate", "audit")
# Commands that always enter something when they end well; others may find that there is nothing to enter.
ENTERING = frozenset({"propose", "claim", "extend", "done", "close", "waive", "resume", "adopt"})


def main() -> int:
    """Run the campaign; return 1 if anything was lost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_cycles(count, seed, Path(folder))
    sys.stdout.write(
        f"{tally.cycles} kills in {time.perf_counter() - start:.0f} s: {tally.acknowledged} commands acknowledged, "
        f"{tally.entered} events entered; lost {len(tally.lost)}, half written {len(tally.half_written)}, "
        f"unreadable {len(tally.unreadable)}\n{dict(tally.by_command)}\n"
    )
    sys.stdout.write("".join(f"{line}\n" for line in (tally.lost + tally.half_written + tally.unreadable)[:20]))
    return int(not tally.is_clean)
