"""Cuts the power at every write of the task ledger, on a model of the disk: what was acknowledged is there afterwards.

python -m tests.campaigns ledger_powercut [STATES] [SEED]      needs strace

A clerk's commands run once under strace: start, adopt items, claim, report, back up, put back, move, weekly report. Then,
at every call that changed the disk, the power is cut in several ways (tests/campaigns/_powercut.py), and the ledger that is
left is opened: it must be what the last acknowledged command left, or the next one; files that were acknowledged are
there, whole. Weaker settings of SQLite are tried beside ours, so that it is seen that such losses would be found.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest import mock

from layers.ledger import sqlite
from layers.problems import PlannerError
from tests.campaigns._ledgers import Typed, events_of, typed
from tests.campaigns._powercut import TRACED, left_by_a_cut, moments
from tests.campaigns._record import record
from tests.campaigns._traced import strace

ROOT = Path(__file__).parents[2]
OURS = "EXTRA"
WEAKER = ("FULL", "NORMAL", "OFF")
PLACE = "tasks.sqlite"
GOAL = ("--goal", "1 件", "--leader", "张三", "--department", "住建办", "--due", "2099-12-31")
WEEK = (
    ("init", "--name", "镇"),
    ("propose", "装灯", "--list", "微心愿"),
    ("propose", "修路", "--list", "微心愿"),
    ("claim", "1", "2", *GOAL),
    ("update", "1", "--progress", "30%", "--note", "灯杆已立" * 300),
    ("backup", "--out", "{folder}/kept"),
    ("done", "1", "--note", "亮了"),
    ("week", "--out", "{folder}/reports/weekly", "--date", "2099-11-20"),
    ("restore", "{folder}/kept/00000006.sqlite"),
    (
        "close",
        "1",
        "--inspector",
        "李四",
        "--note",
        "看过",
    ),  # refused: the claim that it was done is not there any more
    ("record", "2", "--kind", "patrol", "--note", "去过"),
    ("migrate", "--to", "{folder}/moved.sqlite"),
    ("export", "{folder}/t.xlsx", "{folder}/t.json"),
)


def work(folder: Path, synchronous: str) -> None:
    """Type the week's commands (this runs under strace), say "ack" after each, and note what is there by then."""
    settle = sqlite.settle

    def weaker(connection: sqlite.sqlite3.Connection) -> None:
        settle(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    there: list[dict[str, object]] = [{"events": None, "files": {}}]
    with mock.patch.object(sqlite, "settle", weaker):
        for words in WEEK:
            filled = tuple(word.format(folder=folder) for word in words)
            typed(Typed(filled, str(folder / PLACE)), op=f"w{len(there)}")
            sys.stdout.write("ack\n")
            sys.stdout.flush()
            there.append({"events": [event.hash for event in events_of(str(folder / PLACE))], "files": _files(folder)})
    folder.with_name("there.json").write_text(json.dumps(there), encoding="utf-8")


def _files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but the ledger that a user finds: names with a dot are unfinished."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", PLACE))
    }


def cut(states: int, seed: int, synchronous: str, folder: Path) -> tuple[Counter[str], list[str]]:
    """Return how many cuts left what they should or lost something, and the first of those that lost."""
    trace, there = _recorded(synchronous, folder)
    rng, tally, faults = random.Random(seed), Counter[str](), []
    disks = list(moments(trace, folder / "work"))
    tally["moments"] = len(disks)
    for number in range(states):
        disk = disks[number % len(disks)]
        left = folder / "left"
        left_by_a_cut(disk, rng, left)
        fault = _fault(left, there[disk.said], there[min(disk.said + 1, len(there) - 1)])
        tally["lost" if fault else "sound"] += 1
        if fault:
            faults.append(f"{synchronous}, after {disk.said} acknowledged, moment {number % len(disks)}: {fault}")
        shutil.rmtree(left)
    return tally, faults


def _recorded(synchronous: str, folder: Path) -> tuple[Path, list[dict]]:
    """Run the week under strace and return the trace, and what was there after each acknowledgement."""
    inside, trace = folder / "work", folder / "trace"
    inside.mkdir()
    tool = [str(strace()), "-f", "-xx", "-s", "4000000", "-e", f"trace={TRACED}", "-e", "signal=none", "-o", str(trace)]
    worker = "import sys; from pathlib import Path; from tests.campaigns.ledger_powercut import work; "
    worker += "work(Path(sys.argv[1]), sys.argv[2])"
    subprocess.run(
        [*tool, sys.executable, "-B", "-c", worker, str(inside), synchronous], check=True, cwd=ROOT, stdout=-3
    )
    return trace, json.loads((folder / "there.json").read_text("utf-8"))


def _fault(left: Path, acknowledged: dict, under_way: dict) -> str:
    """Return what is wrong with what a power cut left; "" if it is what it was after a command, or after the next."""
    files = _files(left)
    for name, digest in acknowledged["files"].items():
        if files.get(name) not in (digest, under_way["files"].get(name)):
            return f"{name} is {'not whole' if name in files else 'gone'}"
    if not (left / PLACE).exists():
        return "" if acknowledged["events"] is None else "the ledger is gone"
    try:
        hashes = [event.hash for event in events_of(str(left / PLACE))]
    except PlannerError as error:
        return error.in_("en")
    return "" if hashes in (acknowledged["events"], under_way["events"]) else f"{len(hashes)} events"


def main() -> int:
    """Run the campaign; return 1 if anything acknowledged was lost, or a weaker setting lost nothing."""
    if strace() is None:
        sys.stdout.write("strace is not here, or may not trace: nothing was tried\n")
        return 1
    states = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    lost = {}
    for synchronous in (OURS, *WEAKER):
        with tempfile.TemporaryDirectory() as folder:
            tally, faults = cut(states, seed, synchronous, Path(folder).resolve())
        lost[synchronous] = tally["lost"]
        if synchronous == OURS:
            found = tally
            sys.stdout.write("".join(f"{fault}\n" for fault in faults[:20]))
    record(
        "ledger_powercut",
        moments=found["moments"],
        power_cuts=states,
        acknowledged_and_lost_or_damaged=lost[OURS],
        **{f"lost_with_synchronous_{name}": lost[name] for name in WEAKER},
    )
    return int(bool(lost[OURS]) or not all(lost[name] for name in WEAKER))
