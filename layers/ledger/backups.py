"""Copies of a ledger to go back to: made through SQLite itself, read over before they count, the last ten kept."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from layers.ledger import sqlite
from layers.ledger.book import NotSavedError, Store, not_saved
from layers.ledger.disk import make_folder, push, second_name
from layers.ledger.replay import replayed
from layers.ledger.sqlite import SqliteStore, backup_folder, created, opened, version_of
from layers.problems import LedgerError, Problem, SaveError
from layers.text import say

KEPT = 10

# What turns a ledger of version n into one of version n + 1. None yet: 1 is the first.
MIGRATIONS: Mapping[int, Sequence[str]] = {}


def back_up(store: Store, folder: Path) -> Path:
    """Return a new copy of the ledger in that folder, named after its last event, once it is whole and on the disk.

    A ledger on a server is copied into a file of the same kind. Raises SaveError if it cannot be written, LedgerError
    if what it would copy is damaged.
    """
    try:
        make_folder(folder)
        unfinished = folder / f".{secrets.token_hex(4)}.unfinished"
        try:
            seq = _copied(store, unfinished)
            path = _free_name(folder, f"{seq:08d}")
            push(unfinished)
            unfinished.rename(path)
            push(folder)
        finally:
            for left in (unfinished, unfinished.with_name(unfinished.name + "-journal")):
                left.unlink(missing_ok=True)
        for old in sorted(folder.glob("*.sqlite"))[:-KEPT]:
            old.unlink()
    except NotSavedError as error:
        raise not_saved(str(folder), error) from error
    except (OSError, sqlite3.Error) as error:
        raise SaveError(
            [Problem(str(folder), say("tasks.not_saved", detail=str(error)), say("tasks.try_again"))]
        ) from error
    return path


def folder_of(store: Store, beside: Path) -> Path:
    """Return where the backups of a ledger are kept: beside its file, or in `beside` for one on a server."""
    return backup_folder(store.path) if isinstance(store, SqliteStore) else backup_folder(beside / "tasks.sqlite")


def restore(backup: Path, path: Path) -> Path | None:
    """Put a backup in the place of a ledger and return where the ledger that stood there was moved, if one did.

    Raises LedgerError if the backup itself is not sound, SaveError if it cannot be written.
    """
    try:
        with closing(opened(backup)) as store:
            replayed(store.events(0))
            unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            store.backup_to(unfinished)
        push(unfinished)
        aside = _put_in_place(unfinished, path) if path.exists() else None
        if aside is None:
            unfinished.rename(path)
        push(path.parent)
    except NotSavedError as error:
        raise not_saved(str(path), error) from error
    except (OSError, sqlite3.Error) as error:
        raise SaveError(
            [Problem(str(path), say("tasks.not_saved", detail=str(error)), say("tasks.try_again"))]
        ) from error
    return aside


def migrate(
    path: Path, *, steps: Mapping[int, Sequence[str]] = MIGRATIONS, version: int = sqlite.VERSION
) -> Path | None:
    """Bring a ledger of an older version up to `version`, after a backup, and return that; None if it is up to date.

    All steps and the new version number are one transaction: killed anywhere, the ledger is the old one or the new one.
    Raises LedgerError if there is no way from its version to this one.
    """
    now = version_of(path)
    if now == version:
        return None
    if any(number not in steps for number in range(now, version)) or now > version:
        raise LedgerError(
            [Problem(str(path), say("tasks.no_migration", version=now, ours=version), say("tasks.update_coverplan"))]
        )
    backup = _free_name(backup_folder(path), f"version-{now}")
    try:
        make_folder(backup.parent)
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as live:
            unfinished = backup.with_suffix(".unfinished")
            with sqlite.closing_copy(unfinished) as copy:
                live.backup(copy)
            push(unfinished)
            unfinished.rename(backup)
            push(backup.parent)
            sqlite.settle(live)
            live.execute("BEGIN IMMEDIATE")
            for number in range(now, version):
                for statement in steps[number]:
                    live.execute(statement)
            live.execute(f"PRAGMA user_version = {version}")
            live.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise SaveError(
            [Problem(str(path), say("tasks.not_saved", detail=str(error)), say("tasks.try_again"))]
        ) from error
    return backup


def _copied(store: Store, path: Path) -> int:
    """Copy a ledger into a new file and return its last event's number, once the copy has been replayed from the disk."""
    if isinstance(store, SqliteStore):
        store.backup_to(path)
    else:
        created(path, store.events(0)).close()
    with closing(opened(path)) as copy:
        return replayed(copy.events(0)).head.seq


def _free_name(folder: Path, stem: str) -> Path:
    taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    names = (f"{stem}{f'-{number}' if number else ''}.sqlite" for number in range(10_000))
    return folder / next(name for name in names if name not in taken)


def _put_in_place(unfinished: Path, path: Path) -> Path:
    """Put a file in the place of a ledger, while nobody writes, and return the other name the ledger bears from then on.

    Killed anywhere, one of the two is there; only a disk that knows one name a file is without both for a moment.
    """
    with sqlite.held(path):
        aside = _free_name(path.parent, f"{path.name}.replaced")
        if not second_name(path, aside):
            path.rename(aside)
        _move_journal(path, aside)
        unfinished.replace(path)
    return aside


def _move_journal(path: Path, aside: Path) -> None:
    """Keep what a killed command left beside the ledger with the ledger it belongs to: it must not be played into another."""
    journal = path.with_name(f"{path.name}-journal")
    with suppress(FileNotFoundError):
        journal.rename(aside.with_name(f"{aside.name}-journal"))
