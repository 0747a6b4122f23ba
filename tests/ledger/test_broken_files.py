"""A file that is not a sound ledger is never taken for an empty one, and the last backup is named."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from pathlib import Path

import pytest

from layers.ledger import backups, sqlite
from layers.ledger.places import ledger_at
from layers.ledger.replay import replayed
from layers.ledger.shares import refuse_share, share_kind
from layers.problems import LedgerError, PlannerError, SaveError
from tests.ledger.desks import claim, enter, item, new_ledger


@pytest.fixture
def place(tmp_path):
    path = new_ledger(tmp_path / "tasks.sqlite")
    with ledger_at(path) as ledger:
        ledger = enter(enter(ledger, item).ledger, lambda state: claim(state, 1)).ledger
        backups.back_up(ledger.store, sqlite.backup_folder(Path(path)))
    return path


def refused(path):
    with pytest.raises(PlannerError) as caught, ledger_at(str(path)):
        pass
    return str(caught.value)


def test_a_slip_in_the_name_is_not_a_new_ledger(place, tmp_path):
    said = refused(tmp_path / "task.sqlite")
    assert "there is no such ledger. That folder has: tasks.sqlite." in said
    assert not (tmp_path / "task.sqlite").exists()


def test_nothing_at_all_in_the_folder_says_how_to_start(tmp_path):
    assert "Start one with coverplan tasks init" in refused(tmp_path / "none" / "tasks.sqlite")


def test_an_empty_file_is_not_an_empty_ledger(place):
    Path(place).write_bytes(b"")
    said = refused(place)
    assert "the file is empty (0 bytes), which is not an empty ledger" in said
    assert "00000003.sqlite" in said


def test_text_is_not_a_ledger(place):
    Path(place).write_text("编号,事项\n1,装灯\n" * 100, "utf-8")
    assert "damaged (file is not a database)" in refused(place)


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE t (x)")
    before = path.read_bytes()
    assert "this is not a coverplan ledger" in refused(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("version", "said"), [(99, "knows up to 1. Update coverplan"), (0, "must be brought to 1 first")]
)
def test_another_version_is_refused(place, version, said):
    with contextlib.closing(sqlite3.connect(place)) as file:
        file.execute(f"PRAGMA user_version = {version}")
    assert said in refused(place)


def test_a_truncated_file_is_refused_and_its_backup_brings_everything_back(place):
    from maps.cli import call, run_call

    whole = Path(place).read_bytes()
    Path(place).write_bytes(whole[: len(whole) // 2])
    said = refused(place)
    backup = said.partition("Last backup: ")[2].partition(". Restore")[0]
    assert run_call(call(["tasks", "restore", backup, "--ledger", place], {})) == 0
    with ledger_at(place) as ledger:
        assert ledger.state.tasks[1].state == "claimed"
    assert len(list(Path(place).parent.glob("tasks.sqlite.replaced*.sqlite"))) == 1


def test_a_folder_is_not_a_ledger(tmp_path):
    (tmp_path / "tasks.sqlite").mkdir()
    assert "this is not a coverplan ledger" in refused(tmp_path / "tasks.sqlite")


def test_triggers_taken_away_are_noticed(place):
    with contextlib.closing(sqlite3.connect(place)) as file, file:
        file.execute("DROP TRIGGER events_are_not_changed")
    assert "damaged (schema)" in refused(place)


def test_every_flipped_bit_is_noticed_or_changes_nothing(place):
    """Of content, that is: free space inside a page belongs to nobody. tests.campaigns ledger_flips flips ten thousand."""
    events = _events(place)
    whole = Path(place).read_bytes()
    rng = random.Random(7)
    undetected = 0
    for _ in range(300):
        at, bit = rng.randrange(len(whole)), rng.randrange(8)
        Path(place).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        with contextlib.suppress(PlannerError):
            undetected += _events(place) != events
    assert undetected == 0


def _events(place):
    with ledger_at(place) as ledger:
        return ledger.store.events(0)


def test_ten_backups_are_kept_and_each_is_whole(place):
    folder = sqlite.backup_folder(Path(place))
    with ledger_at(place) as ledger:
        for _ in range(13):
            ledger = enter(ledger, item).ledger
            backups.back_up(ledger.store, folder)
    kept = sorted(folder.glob("*.sqlite"))
    assert [path.name for path in kept] == [f"{seq:08d}.sqlite" for seq in range(7, 17)]
    for path in kept:
        with contextlib.closing(sqlite.opened(path)) as store:
            assert replayed(store.events(0)).head.seq == int(path.stem)


def test_a_backup_made_while_others_write_is_whole(place):
    with ledger_at(place) as ledger, ledger_at(place) as other:
        with ledger.store.writing():
            pass
        path = backups.back_up(other.store, sqlite.backup_folder(Path(place)))
        enter(ledger, item)
    with contextlib.closing(sqlite.opened(path)) as store:
        assert store.events(0)[-1].seq == 3


def test_a_backup_that_is_damaged_is_not_put_in_place(place, tmp_path):
    bad = tmp_path / "bad.sqlite"
    bad.write_bytes(b"nothing of the kind" * 100)
    before = _events(place)
    with pytest.raises(LedgerError):
        backups.restore(bad, Path(place))
    assert _events(place) == before


def test_migration_is_all_or_nothing_after_a_backup(place):
    """There is no older version yet: a made one, and a step that fails half-way, stand in for it."""
    events = _events(place)
    with contextlib.closing(sqlite3.connect(place)) as file:
        file.execute("PRAGMA user_version = 0")
    with pytest.raises(SaveError):
        backups.migrate(Path(place), steps={0: ("CREATE TABLE half (x)", "not SQL at all")}, version=1)
    with contextlib.closing(sqlite3.connect(place)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (0,)
        assert file.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    kept = backups.migrate(
        Path(place), steps={0: ("CREATE INDEX by_task ON events (task)", "DROP INDEX by_task")}, version=1
    )
    assert kept is not None
    assert kept.exists()
    assert _events(place) == events
    assert backups.migrate(Path(place)) is None
    with pytest.raises(LedgerError, match="no way from version"):
        backups.migrate(Path(place), version=5)


MOUNTS = """22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw - cifs //server/share rw
31 30 0:41 / /mnt/share/local rw - ext4 /dev/sdb1 rw
32 22 0:42 / /mnt/with\\040blank rw - nfs4 server:/x rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/clerk/tasks.sqlite", ""),
        ("/mnt/share/tasks.sqlite", "cifs"),
        ("/mnt/share/local/tasks.sqlite", ""),
        ("/mnt/with blank/tasks.sqlite", "nfs4"),
        ("/mnt/sharex/tasks.sqlite", ""),
    ],
)
def test_a_network_share_is_told_by_its_mount(path, kind):
    assert share_kind(Path(path), mounts=MOUNTS) == kind


def test_a_ledger_on_a_share_is_refused_with_the_way_out():
    with pytest.raises(LedgerError, match=r"network share \(cifs\).*PostgreSQL"):
        refuse_share(Path("/mnt/share/tasks.sqlite"), mounts=MOUNTS)
