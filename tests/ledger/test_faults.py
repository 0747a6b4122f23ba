"""The short form of the ledger's campaigns (tests/campaigns/ledger_*): kills, failing disks, a full disk, a wrong clock."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from layers.ledger.places import ledger_at
from tests.campaigns import ledger_io, ledger_powercut
from tests.campaigns._ledgers import EVERY, events_of
from tests.campaigns._traced import strace
from tests.campaigns.ledger_kill import kill_cycles
from tests.campaigns.ledger_year import year
from tests.ledger.desks import enter, item, new_ledger
from tests.postgres import needs_postgres

KILLS = 500


@pytest.fixture
def quick_folder():
    """A folder in memory where there is one: what a kill leaves does not depend on the disk, but how long it takes does."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of its own is made in it)
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def test_killed_at_random_moments_of_every_command_nothing_acknowledged_is_lost(quick_folder):
    tally = kill_cycles(KILLS, 3, quick_folder)
    assert tally.is_clean, tally
    assert tally.cycles == KILLS
    assert (
        min(tally.amid, tally.acknowledged) > 20
    )  # how many of each depends on the machine; either side has to be met
    assert set(tally.by_command) == set(EVERY)


@needs_postgres
def test_killed_while_its_ledger_is_on_a_server_nothing_acknowledged_is_lost(quick_folder, database):
    tally = kill_cycles(60, 4, quick_folder, database)
    assert tally.is_clean, tally
    assert min(tally.amid, tally.acknowledged) > 5


needs_strace = pytest.mark.skipif(strace() is None, reason="strace is not here, or may not trace")


@needs_strace
def test_a_disk_that_refuses_loses_nothing_and_a_retry_doubles_nothing(tmp_path):
    office, found = ledger_io.opened(tmp_path), ledger_io.Found()
    for name, call, error, turns in (
        ("propose", "pwrite64", "ENOSPC", (1, 4)),
        ("propose", "fdatasync", "EIO", (1, 2)),
        ("propose", "unlink", "EIO", (1,)),
        ("propose", "newfstatat", "EACCES", (1, 3)),
        ("init", "link", "EACCES", (1,)),
        ("restore", "rename", "EIO", (1,)),
        ("restore", "fsync", "ENOSPC", (1, 2)),
        ("restore", "newfstatat", "EIO", (79, 80, 81, 82)),
        ("backup", "fsync", "EIO", (1, 2)),
        ("import", "fcntl", "ENOSPC", (31,)),
        ("verify", "fcntl", "ENOSPC", (121,)),
        ("export", "mkdir", "ENOSPC", (1,)),
    ):
        came = [ledger_io.tried(office, name, f"{call}:error={error}:when={turn}", found) for turn in turns]
        assert any(came), (name, call)
    assert found.wrong == []
    assert found.tally["exit 3"] > 5


@needs_strace
def test_the_power_cut_at_every_write_leaves_what_was_acknowledged(tmp_path):
    """On a model of the disk (tests/campaigns/_powercut.py); a weaker setting of SQLite is found to lose entries there."""
    for synchronous in (ledger_powercut.OURS, "NORMAL"):
        folder = tmp_path / synchronous
        folder.mkdir()
        tally, faults = ledger_powercut.cut(400, 2, synchronous, folder)
        assert tally["moments"] > 200
        assert bool(faults) == (synchronous == "NORMAL"), faults[:5]


def test_a_full_disk_is_said_in_one_line_and_nothing_is_half_there(tmp_path):
    """A limit on the size of files stands in for a full disk, which needs no mounting; the ledger is filled until it stops."""
    place = tmp_path / "tasks.sqlite"
    new_ledger(place)
    with ledger_at(str(place)) as ledger:
        for _ in range(20):
            ledger = enter(ledger, item).ledger
    limit = place.stat().st_size + 512
    command = [
        sys.executable,
        "-m",
        "maps",
        "tasks",
        "record",
        "1",
        "--note",
        "长" * 1900,
        "--ledger",
        str(place),
        "--lang",
        "en",
    ]

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    for _ in range(30):
        before = events_of(str(place))
        note = [*command[:-4], f"--op=o{random.random()}", *command[-4:]]
        done = subprocess.run(note, capture_output=True, text=True, check=False, preexec_fn=small)
        if done.returncode:
            break
    assert done.returncode == 3, done.stderr
    assert "saved" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert events_of(str(place)) == before


def test_no_room_left_is_refused_before_anything_is_touched(tmp_path, monkeypatch):
    from layers.problems import SaveError

    place = new_ledger(tmp_path / "tasks.sqlite")
    with ledger_at(place) as ledger:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1000))
        with pytest.raises(SaveError, match="the disk is full and nothing was saved"):
            enter(ledger, item)


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
def test_a_computer_whose_clock_was_set_back_is_told_and_the_entry_is_marked(tmp_path):
    place = tmp_path / "tasks.sqlite"
    words = [
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
        "--lang",
        "en",
    ]
    subprocess.run(words, check=True, capture_output=True)
    done = subprocess.run(["faketime", "2020-01-01 08:00:00", *words], check=True, capture_output=True, text=True)
    assert "this computer's clock stands before the ledger's last entry" in done.stdout
    assert [event.clock_suspect for event in events_of(str(place))] == [False, False, True]


def test_in_a_year_on_a_changing_town_closed_is_closed_and_what_comes_back_opens_its_own_task(tmp_path):
    said = year(weeks=16, seed=5, folder=tmp_path)
    assert said.wrong == []
    assert said.closed > 0
    assert said.reopened > 0
