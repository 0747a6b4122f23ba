"""Makes the disk refuse at every call that the task ledger makes, and fills real disks: never half there, never doubled, one clear line.

python -m tests.campaigns ledger_io [EVERY] [DISKS]      EVERY 1 tries each call, 5 each fifth; needs strace, and the right to mount
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.campaigns._ledgers import Office, Typed, events_of, state_of, two_runs, typed
from tests.campaigns._record import record
from tests.campaigns._traced import refused, strace
from tests.campaigns._whole import of_backup, of_copy, of_new, of_paper
from tests.ledger.desks import new_ledger

CALLS = (
    *("openat", "write", "pwrite64", "pread64", "fdatasync", "fsync", "unlink", "rename", "link", "mkdir", "ftruncate"),
    *("fcntl", "newfstatat", "statfs"),
)
ERRORS = ("EIO", "ENOSPC", "EACCES")
COMMANDS = ("propose", "import", "verify", "week", "export", "backup", "init", "restore", "migrate", "list")
# Those that write the ledger's own file, of which each call is refused; of the others each fifth.
OF_THE_FILE = ("propose", "backup", "init", "restore", "migrate")
MOST_CALLS = 200  # of one kind in one command; fewer are made
GOOD_ENDS = {0, 2, 3}


@dataclass
class Found:
    """What the failures came to, and everything that must not have happened."""

    tally: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def sweep(every: int, folder: Path, commands: tuple[str, ...] = COMMANDS, calls: tuple[str, ...] = CALLS) -> Found:
    """Refuse each call of each command, and look at what is left: in every way of a proposal, in each in turn of the others."""
    office = opened(folder)
    found = Found()
    for name in commands:
        for call in calls:
            for turn in range(1, MOST_CALLS, every if name in OF_THE_FILE else 5 * every):
                errors = ERRORS if name == "propose" else (ERRORS[turn % 3],)
                came = [tried(office, name, f"{call}:error={error}:when={turn}", found) for error in errors]
                if not any(came):
                    break
    return found


def opened(folder: Path) -> Office:
    """Return an office with a few tasks in its ledger, in which everything has been typed once."""
    runs = two_runs(folder)
    inside = folder / "office"
    inside.mkdir()
    office = Office(random.Random(1), new_ledger(inside / "tasks.sqlite"), inside, runs)
    for name in ("propose", "adopt", "adopt", "claim", *COMMANDS):
        command = office.command(name, state_of(office.place)[1])
        assert command is not None
        typed(command, op=f"w{office.turn}")
    return office


def tried(office: Office, name: str, inject: str, found: Found) -> bool:
    """Type a command while one of its calls is refused, and note what is wrong; return whether that call came at all."""
    before, state = state_of(office.place)
    command = office.command(name, state)
    assert command is not None
    op = f"o{office.turn}"
    how = refused(command, op, inject, office.folder)
    if not how.came:
        return False
    found.tally[f"exit {how.code}"] += 1
    faults = list(_faults(office, command, op, how.code, how.said, before))
    found.wrong += [f"{name} {inject}: {fault}" for fault in faults]
    sys.stdout.write("".join(f"{fault}\n" for fault in found.wrong[-len(faults) :] if faults))
    sys.stdout.flush()
    shutil.rmtree(office.folder / "whole", ignore_errors=True)
    return True


def _faults(office: Office, command: Typed, op: str, code: int, said: str, before: list) -> Iterator[str]:
    if code not in GOOD_ENDS or "Traceback" in said or (code == 3 and len(said.splitlines()) != 1):
        yield f"exit {code}, {said.strip()[:200]}"
    events = events_of(office.place)
    fresh = [event.op_id.partition("/")[0] for event in events[len(before) :]]
    if events[: len(before)] != before or set(fresh) - {op}:
        yield "the ledger is another"
    if code == 3 and fresh and command.name != "week":  # the report is noted before its files are written
        yield "it says that nothing was saved, but it was"
    if command.enters and code == 0 and not fresh:
        yield "it says that it was saved, but it was not"
    if command.enters and command.name != "import":
        typed(command, op)
        count = sum(event.op_id == op for event in events_of(office.place))
        if count != 1:
            yield f"after a retry it is there {count} times"
    yield from filter(None, _beside(office, command, code))


def _beside(office: Office, command: Typed, code: int) -> Iterator[str]:
    """Yield what is wrong with what a command makes beside the ledger."""
    if command.name in ("init", "restore"):
        yield of_new(command, code)
    elif command.name == "migrate":
        yield of_copy(Path(command.words[2]), code, office.place)
    elif command.name == "backup":
        yield from (of_backup(path) for path in (office.folder / "kept").glob("*.sqlite"))
    elif command.name in ("export", "week"):
        yield from (of_paper(path) for path in (office.folder / "papers").glob("[!.]*"))


def full(disks: int, folder: Path) -> Found:
    """Fill so many real disks, each of another size, with entries until one is refused; then make room and go on."""
    found, rng = Found(), random.Random(1)
    for number in range(disks):
        with _disk(folder / f"disk{number}", 1_300_000 + 17_000 * number) as disk:
            place = new_ledger(disk / "tasks.sqlite")
            (disk / "photo.jpg").write_bytes(b"x" * 100_000)
            entered, code, said = 0, 0, ""
            while not code and entered < 2000:
                note = "长" * rng.randint(500, 1900)
                code, said = typed(Typed(("propose", note, "--list", "微心愿"), place), op=f"d{entered}")
                entered += not code
            there = [event.op_id for event in events_of(place)[1:]]
            if code != 3 or len(said.splitlines()) != 1 or there != [f"d{n}" for n in range(entered)]:
                found.wrong.append(f"disk {number}: exit {code}, {entered} entered, {len(there)} there: {said[:200]}")
            (disk / "photo.jpg").unlink()
            subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
            if typed(Typed(("propose", "装灯", "--list", "微心愿"), place), op=f"d{entered}")[0]:
                found.wrong.append(f"disk {number}: nothing can be entered once there is room")
            found.tally["disks"] += 1
            found.tally["entries"] += entered
    return found


@contextmanager
def _disk(at: Path, size: int) -> Iterator[Path]:
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], check=True, capture_output=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def main() -> int:
    """Run the campaign; return 1 if anything was lost, doubled or unclear."""
    if strace() is None:
        sys.stdout.write("strace is not here, or may not trace: nothing was tried\n")
        return 1
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    disks = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    with tempfile.TemporaryDirectory() as folder:
        found = sweep(every, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        filled = full(disks, Path(folder))
    wrong = [*found.wrong, *filled.wrong]
    sys.stdout.write("".join(f"{line}\n" for line in filled.wrong))
    record(
        "ledger_io",
        commands=len(COMMANDS),
        calls_refused=sum(found.tally.values()),
        ended_well_all_the_same=found.tally["exit 0"],
        refused_in_one_line=found.tally["exit 3"] + found.tally["exit 2"],
        full_disks=filled.tally["disks"],
        entries_until_full=filled.tally["entries"],
        lost_doubled_or_unclear=len(wrong),
    )
    return int(bool(wrong))
