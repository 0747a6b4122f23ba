"""Kills a process at random moments of every command of the task ledger: nothing acknowledged may be lost or half there.

python -m tests.campaigns ledger_kill [CYCLES] [SEED] [postgres]      on a file, or on a server that it starts

Each cycle types one command, in a child forked from a warm process (one in a hundred: in a whole process of its own), and
kills it at a moment drawn over the whole time that such a command takes, counted from its start. Then the ledger is
opened, its chain checked and every event replayed.
"""

from __future__ import annotations

import contextlib
import gc
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from layers.ledger.event import Event
from layers.ledger.task import State
from layers.problems import PlannerError
from tests import postgres
from tests.campaigns._ledgers import (
    EVERY,
    Office,
    Typed,
    is_server,
    killed,
    line_of,
    state_of,
    two_runs,
    typed,
    whole_process,
)
from tests.campaigns._record import record
from tests.campaigns._whole import of_backup, of_copy, of_new, of_paper
from tests.ledger.desks import new_ledger

ANEW = 200  # cycles after which a new ledger is begun: a year's events to replay after every kill would be all there is to do
WHOLE_EACH = 100
HANDS = 4  # processes that kill beside each other: most of the time is waiting
UNKNOWN_S = 0.5  # the time of a command that was not typed yet
BEYOND = 1.5  # of the usual time of a command: some kills come too late


@dataclass
class Tally:
    """What became of the cycles; the last three must be nought. `amid` counts the kills that came before the answer."""

    cycles: int = 0
    amid: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    whole: int = 0
    entered: int = 0
    by_command: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    half_written: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, half written or unreadable."""
        return not (self.lost or self.half_written or self.unreadable)

    def __add__(self, other: Tally) -> Tally:
        """Return what became of the cycles of both."""
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})


@dataclass
class Killer:
    """One campaign: its tally, how long each command has taken, and the ledger that is under attack."""

    rng: random.Random
    tally: Tally = field(default_factory=Tally)
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [UNKNOWN_S]))
    place: str = ""

    def cycle(self, office: Office, known: list[Event], state: State) -> tuple[list[Event], State]:
        """Kill one command and return the ledger's events and state afterwards."""
        command = self._command(office, state)
        op, number = f"c{office.turn}", self.tally.cycles
        whole = number % WHOLE_EACH == WHOLE_EACH - 1
        kind = "a whole process" if whole else command.name
        # One in five is killed the moment it has answered: tasks get on, and how long a command takes is learnt.
        in_time = self.rng.random() < 0.8
        moment = self.rng.uniform(0, BEYOND * statistics.median(self.took[kind])) if in_time else None
        lines = [line.split() for line in killed(_work(command, op, whole), moment)]
        answers = [words for words in lines if words[0] == "end"]
        code = int(answers[0][1]) if answers else None
        self.took[kind] = [*self.took[kind][-8:], float(answers[0][2]) if answers else self._longer(kind, moment)]
        self.tally.cycles += 1
        self.tally.whole += whole
        self.tally.amid += code is None
        self.tally.acknowledged += code == 0
        self.tally.by_command[command.name] += 1
        found = self._looked_at(command, op, code, known)
        self._look_beside(office, command, code)
        return found or (known, state)

    def _command(self, office: Office, state: State) -> Typed:
        """Return the command that was killed least often of those that can be typed now; one among equals by chance."""
        names = [name for name in EVERY if not (name == "restore" and is_server(office.place))]
        names.sort(key=lambda name: (self.tally.by_command[name], self.rng.random()))
        commands = (office.command(name, state) for name in names)
        return next(command for command in commands if command is not None)

    def _longer(self, kind: str, moment: float | None) -> float:
        """Return how long a command would have taken that was killed after so long: longer than that, on a busy machine."""
        usual = statistics.median(self.took[kind])
        return max(usual, 1.2 * (moment or 0))

    def _looked_at(
        self, command: Typed, op: str, code: int | None, known: list[Event]
    ) -> tuple[list[Event], State] | None:
        """Hold the ledger against what was there before and what was acknowledged."""
        try:
            events, state = state_of(self.place)
        except PlannerError as error:
            self.tally.unreadable.append(f"{command.name} {op}: {error}")
            return None
        fresh = events[len(known) :]
        self.tally.entered += len(fresh)
        self.tally.unanswered += bool(fresh) and code is None
        if [event.hash for event in events[: len(known)]] != [event.hash for event in known]:
            self.tally.lost.append(f"{command.name} {op}: what was there before")
        if {event.op_id for event in fresh} != {op if n == 1 else f"{op}/{n}" for n in range(1, len(fresh) + 1)}:
            self.tally.half_written.append(f"{command.name} {op}: {[event.op_id for event in fresh]}")
        if command.tasks and len(fresh) not in (0, command.tasks):
            self.tally.half_written.append(f"{command.name} {op}: {len(fresh)} events of {command.tasks}")
        if command.enters and code == 0 and not fresh:
            self.tally.lost.append(f"{command.name} {op}: acknowledged and not there")
        return events, state

    def _look_beside(self, office: Office, command: Typed, code: int | None) -> None:
        """Hold what a command makes beside the ledger against what it should be: other ledgers, backups, reports."""
        faults = []
        if command.name in ("init", "restore"):
            faults = [of_new(command, code)]
        elif command.name == "migrate":
            faults = [of_copy(Path(command.words[2]), code, office.place)]
        elif command.name == "backup":
            faults = [of_backup(path) for path in (office.folder / "kept").glob("*.sqlite")]
        elif command.name in ("export", "quarter", "lists", "public", "week"):
            faults = [of_paper(path) for path in (office.folder / "papers").glob("[!.]*")]
        self.tally.half_written += [f"{command.name}: {fault}" for fault in faults if fault]
        shutil.rmtree(office.folder / "whole", ignore_errors=True)


def _work(command: Typed, op: str, whole: bool) -> Callable[[Callable[[str], None]], None]:
    def work(say: Callable[[str], None]) -> None:
        if not whole:
            say("begin")
        start = time.perf_counter()
        code = whole_process(line_of(command, op), say) if whole else typed(command, op)[0]
        say(f"end {code} {time.perf_counter() - start}")

    return work


def kill_cycles(count: int, seed: int | str, folder: Path, url: str = "") -> Tally:
    """Kill so many times, on files or on the server of that URL."""
    killer = Killer(random.Random(seed))
    runs = two_runs(folder)
    while killer.tally.cycles < count and killer.tally.is_clean:
        here = folder / f"office-{killer.tally.cycles}"
        here.mkdir()
        place = new_ledger(postgres.schema(url) if url else here / "tasks.sqlite")
        office = Office(killer.rng, place, here, runs)
        killer.place = place
        _begun(office, killer.took, everything=not killer.tally.cycles)
        events, state = state_of(place)
        for _ in range(min(ANEW, count - killer.tally.cycles)):
            events, state = killer.cycle(office, events, state)
        shutil.rmtree(here)
    return killer.tally


def _begun(office: Office, took: dict[str, list[float]], *, everything: bool) -> None:
    """Fill a ledger with a few tasks; once, type everything, so that no child spends its short life on loading it."""
    names = [*["propose"] * 4, *["adopt"] * 3, "approve", "claim", "claim", "update", "done", "backup"]
    # Something past its gates, and work under way, for the commands that need it, whatever came before.
    last = [*["screen"] * 9, "claim", "claim"]
    for name in [*names, *(EVERY * 2 if everything else ()), *last]:
        command = office.command(name, state_of(office.place)[1])
        start = time.perf_counter()
        if command is not None and not (name == "restore" and is_server(office.place)):
            typed(command, op=f"w{office.turn}")
            took[name] = [time.perf_counter() - start]
    shutil.rmtree(office.folder / "whole", ignore_errors=True)
    if everything:
        gc.freeze()  # nothing of it is looked through again in the children, which would copy it page by page


@contextlib.contextmanager
def _server(asked: bool) -> Iterator[str]:
    if not asked:
        yield ""
        return
    with postgres.server() as url:
        yield url


def main() -> int:
    """Run the campaign; return 1 if anything was lost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    on_server = "postgres" in sys.argv[3:]
    start = time.perf_counter()
    with _server(on_server) as url, tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(HANDS) as hands:
        shares = [count // HANDS + (hand < count % HANDS) for hand in range(HANDS)]
        folders = [Path(tempfile.mkdtemp(dir=folder)) for _ in shares]
        seeds = [f"{seed}.{hand}" for hand in range(HANDS)]
        tally = sum(hands.map(kill_cycles, shares, seeds, folders, [url] * HANDS), start=Tally())
    faults = [*tally.lost, *tally.half_written, *tally.unreadable]
    sys.stdout.write("".join(f"{fault}\n" for fault in faults[:20]) + f"{dict(sorted(tally.by_command.items()))}\n")
    record(
        f"ledger_kill {'PostgreSQL' if on_server else 'SQLite'}",
        kills=tally.cycles,
        commands=len(tally.by_command),
        of_which_whole_processes=tally.whole,
        killed_before_the_answer=tally.amid,
        acknowledged=tally.acknowledged,
        entered_but_not_yet_answered=tally.unanswered,
        events_entered=tally.entered,
        acknowledged_and_lost=len(tally.lost),
        half_written=len(tally.half_written),
        unreadable=len(tally.unreadable),
        minutes=round((time.perf_counter() - start) / 60),
    )
    return int(not tally.is_clean or tally.cycles < count)
