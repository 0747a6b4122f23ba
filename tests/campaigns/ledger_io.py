"""Makes the disk refuse at every call that saving a task makes: never half there, never twice after a retry, one clear line.

python -m tests.campaigns ledger_io [EVERY]       EVERY 1 tries each call, 5 each fifth; needs strace
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.campaigns._ledgers import events_of
from tests.ledger.desks import new_ledger

CALLS = ("openat", "pwrite64", "pread64", "fdatasync", "fsync", "unlink", "ftruncate", "fcntl", "newfstatat", "statfs")
ERRORS = ("EIO", "ENOSPC", "EACCES")
MOST_CALLS = 60  # of one kind in one command; fewer are made
GOOD_ENDS = {0, 2, 3}


def strace() -> str | None:
    """Return where strace is, None if it is not here or may not trace."""
    found = shutil.which("strace")
    if found is None:
        return None
    tried = subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False)
    return found if tried.returncode == 0 else None


def sweep(every: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """Return what the failures came to, and everything that must not have happened."""
    tool = strace()
    assert tool is not None
    tally, wrong = Counter[str](), []
    place = folder / "tasks.sqlite"
    new_ledger(place)
    for name in CALLS:
        for error in ERRORS:
            for turn in range(1, MOST_CALLS, every):
                op = f"{name}-{error}-{turn}"
                code, said, hit = _proposed(tool, place, op, f"{name}:error={error}:when={turn}")
                if not hit:
                    break
                tally[f"exit {code}"] += 1
                wrong += _faults(place, op, code, said)
    return tally, wrong


def _proposed(tool: str, place: Path, op: str, inject: str) -> tuple[int, str, bool]:
    """Propose an item while the n-th call of a kind on the ledger's files fails; return exit code, words, and if it did."""
    paths = [word for path in (place, f"{place}-journal", place.parent) for word in ("-P", str(path))]
    log = place.parent.parent / f"{place.parent.name}.strace"
    traced = [
        tool,
        "-f",
        "-qq",
        "-o",
        str(log),
        *paths,
        "-e",
        f"trace={inject.partition(':')[0]}",
        "-e",
        f"inject={inject}",
    ]
    command = [sys.executable, "-m", "maps", "tasks", "propose", "装灯", "--list", "微实事", "--ledger", str(place)]
    done = subprocess.run([*traced, *command, "--op", op, "--lang", "en"], capture_output=True, text=True, check=False)
    hit = "(INJECTED)" in log.read_text("utf-8", errors="replace")
    log.unlink()
    return done.returncode, done.stderr, hit


def _faults(place: Path, op: str, code: int, said: str) -> list[str]:
    """Return what is wrong after a failure: the ledger, what was said, and what a retry does."""
    wrong = []
    there = sum(event.op_id == op for event in events_of(str(place)))
    if code not in GOOD_ENDS or "Traceback" in said or (code and len(said.splitlines()) != 1):
        wrong.append(f"{op}: exit {code}, {said.strip()[:200]}")
    if (code == 0) != (there == 1):
        wrong.append(f"{op}: exit {code}, but it is there {there} times")
    again = [
        sys.executable,
        "-m",
        "maps",
        "tasks",
        "propose",
        "装灯",
        "--list",
        "微实事",
        "--ledger",
        str(place),
        "--op",
        op,
    ]
    subprocess.run(again, capture_output=True, check=True)
    if (count := sum(event.op_id == op for event in events_of(str(place)))) != 1:
        wrong.append(f"{op}: after a retry it is there {count} times")
    return wrong


def main() -> int:
    """Run the campaign; return 1 if anything was lost, doubled or unclear."""
    if strace() is None:
        sys.stdout.write("strace is not here, or may not trace: nothing was tried\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "ledger"
        inside.mkdir()
        tally, wrong = sweep(int(sys.argv[1]) if len(sys.argv) > 1 else 1, inside)
    sys.stdout.write(f"{sum(tally.values())} failing calls: {dict(tally)}; {len(wrong)} wrong\n")
    sys.stdout.write("".join(f"{line}\n" for line in wrong[:40]))
    return int(bool(wrong))
