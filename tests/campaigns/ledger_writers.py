"""Several writers at one task ledger at once, each reading a number and writing it one higher: none may be lost.

python -m tests.campaigns ledger_writers [WRITERS] [OPERATIONS] [postgres]      on a file, or on a server that it starts
"""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from layers.ledger import acts
from layers.ledger.event import Draft
from layers.ledger.places import ledger_at
from layers.ledger.task import State
from tests import postgres
from tests.campaigns._record import record
from tests.ledger.desks import enter, item, new_ledger


def write_all(place: str, writers: int, operations: int) -> tuple[float, int]:
    """Return what the counter says in the end, and the number of events, after so many writers with so many each."""
    with ledger_at(place) as ledger:
        enter(ledger, item)
    context = multiprocessing.get_context("fork")
    hands = [context.Process(target=_write, args=(place, name, operations)) for name in range(writers)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if any(hand.exitcode for hand in hands):
        raise RuntimeError(f"writers ended with {[hand.exitcode for hand in hands]}")
    with ledger_at(place) as ledger:  # which checks the chain and replays it
        return ledger.state.tasks[1].spent or 0.0, ledger.state.head.seq


def _write(place: str, name: int, operations: int) -> None:
    with ledger_at(place) as ledger:
        for turn in range(operations):
            ledger = enter(ledger, _one_higher(f"{name}.{turn}"), op=f"{name}-{turn}").ledger


def _one_higher(note: str) -> Callable[[State], Sequence[Draft]]:
    return lambda state: acts.updated(state, 1, {"spent": (state.tasks[1].spent or 0) + 1}, note)


@contextlib.contextmanager
def _place() -> Iterator[str]:
    if "postgres" in sys.argv[3:]:
        with postgres.server() as url:
            yield new_ledger(url)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield new_ledger(Path(folder) / "tasks.sqlite")


def main() -> int:
    """Run the campaign; return 1 if an update was lost."""
    writers = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    operations = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    start = time.perf_counter()
    with _place() as place:
        count, events = write_all(place, writers, operations)
    wanted = writers * operations
    took = time.perf_counter() - start
    record(
        f"ledger_writers {'PostgreSQL' if 'postgres' in sys.argv[3:] else 'SQLite'}",
        writers=writers,
        operations_each=operations,
        counted_in_the_end=round(count),
        updates_lost=round(wanted - count),
        events=events,
        seconds=round(took),
    )
    return int(count != wanted or events != wanted + 2)
