"""A ledger in one SQLite file, through Python's own sqlite3 and nothing else that touches the file.

Settings as RELIABILITY section 4 found necessary: a rollback journal (WAL loses commits in some versions, fails on shares
and leaves data beside the file), synchronous=EXTRA (anything less loses acknowledged commits in a power cut), BEGIN
IMMEDIATE (a transaction that reads first and writes later loses updates). The file is never opened by any other means
while it is in use, not even to hash it: closing such a handle drops SQLite's locks.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from layers.ledger.book import NotSavedError
from layers.ledger.disk import identity, name_new
from layers.ledger.event import Event
from layers.problems import LedgerError, PlannerError, Problem
from layers.text import Text, say

APPLICATION_ID = 0x43504C47  # "CPLG" in the file's header
VERSION = 1
BUSY_MS = 30_000
# A command writes a few kilobytes and as much again for the journal; with less room than this it is refused beforehand.
ROOM_BYTES = 1 << 20

COLUMNS: tuple[str, ...] = (
    *("seq", "op_id", "task", "what", "who", "claimed_at", "clock_suspect"),
    *("input_hash", "rules_hash", "body", "prev_hash", "hash"),
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM events"  # noqa: S608 (our own names)
_INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
# In one statement, which sees one moment of the file: somebody may be writing.
_ENDS = """SELECT (SELECT coalesce(max(seq), 0) FROM events),
    (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events')"""

SCHEMA = (
    """CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    op_id TEXT NOT NULL UNIQUE,
    task INTEGER,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    clock_suspect INTEGER NOT NULL CHECK (clock_suspect IN (0, 1)),
    input_hash TEXT NOT NULL,
    rules_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT""",
    """CREATE TRIGGER events_are_only_added BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'events are only added at the end'); END""",
    """CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    """CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
)


class SqliteWriter:
    """What a command may do inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def events(self, after: int) -> list[Event]:
        """Return the events after that number, in order."""
        return _events(self._connection, after)

    def event(self, seq: int) -> Event:
        """Return the event of that number."""
        return _event(self._connection.execute(f"{_SELECT} WHERE seq = ?", (seq,)).fetchone())

    def of_op(self, op_id: str) -> list[Event]:
        """Return the events of one command, in order."""
        found = self._connection.execute(
            f"{_SELECT} WHERE op_id = ? OR (op_id > ? AND op_id < ?) ORDER BY seq", (op_id, f"{op_id}/", f"{op_id}0")
        )
        return [_event(row) for row in found]

    def append(self, events: Sequence[Event]) -> None:
        """Add events at the end."""
        rows = [tuple(getattr(event, name) for name in COLUMNS) for event in events]
        self._connection.executemany(_INSERT, rows)


class SqliteStore:
    """A ledger file, open."""

    def __init__(self, path: Path, connection: sqlite3.Connection, file: tuple[int, int]) -> None:
        self.path, self._connection, self._file = path, connection, file

    @property
    def where(self) -> str:
        """The file."""
        return str(self.path)

    def events(self, after: int) -> list[Event]:
        """Return the committed events after that number, in order."""
        with _told(self.path):
            return _events(self._connection, after)

    @contextmanager
    def writing(self) -> Iterator[SqliteWriter]:
        """Open a transaction that nobody else can write beside; committed when the block ends without fault."""
        _refuse_without_room(self.path)
        with _told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if identity(self.path) != self._file:  # a backup was put in its place: whoever waited asks there again
                    raise NotSavedError("another file was put in its place")
                yield SqliteWriter(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a failed COMMIT may have ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Let go of the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def reopened(self) -> SqliteStore:
        """Return a new connection to the same file."""
        self.close()
        return opened(self.path)

    def backup_to(self, path: Path) -> None:
        """Copy the ledger as it is now into a new file, through SQLite itself, while others may write."""
        with _told(path), closing_copy(path) as copy:
            self._connection.backup(copy)

    def page_faults(self) -> list[str]:
        """Return what SQLite's own check of the whole file finds wrong; nothing if all is well."""
        with _told(self.path):
            return _faults(self._connection)


@contextmanager
def closing_copy(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a file that may be new, with the settings of a ledger."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        settle(connection)
        yield connection
    finally:
        connection.close()


def created(path: Path, events: Sequence[Event]) -> SqliteStore:
    """Return a new ledger of these events in a file where nothing is yet; killed anywhere, it is there whole or not at all.

    Raises LedgerError if there is something already, and NotSavedError if it cannot be written.
    """
    with _told(path):
        if path.exists():
            raise _refused(path, say("tasks.is_there"), say("tasks.use_it"))
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with closing_copy(unfinished) as connection:
                connection.execute("BEGIN IMMEDIATE")
                for statement in SCHEMA:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
                SqliteWriter(connection).append(events)
                connection.execute("COMMIT")
            name_new(unfinished, path)
        except FileExistsError as error:
            raise _refused(path, say("tasks.is_there"), say("tasks.use_it")) from error
        finally:
            unfinished.unlink(missing_ok=True)
    return opened(path)


def opened(path: Path) -> SqliteStore:
    """Return the ledger in that file, once it has been looked over.

    Raises LedgerError if it is missing, empty, another program's, a newer version's or damaged, and NotSavedError if it
    cannot be read. Reading only, it is opened for writing too: a killed command may have left something to undo.
    """
    with _told(path):
        _refuse_unless_file(path)
        file = identity(path)
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        try:
            settle(connection)
            _look_over(connection, path)
        except BaseException:
            connection.close()
            raise
    return SqliteStore(path, connection, file)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let nobody write while the block puts another file in this one's place; whatever a killed command left is undone.

    A ledger that is too damaged to be held is let go. Windows puts nothing in the place of a file that is open, so there
    nobody can be writing anyway.
    """
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
    with closing(connection):
        with suppress(sqlite3.Error):
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("BEGIN EXCLUSIVE")
        if os.name == "nt":
            connection.close()
        yield


def version_of(path: Path) -> int:
    """Return the version of a ledger file (0: it is not one); raises as `opened` does if it cannot be read at all."""
    with _told(path):
        _refuse_unless_file(path)
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            is_ours = _number(connection, "application_id") == APPLICATION_ID
            return _number(connection, "user_version") if is_ours else 0


def settle(connection: sqlite3.Connection) -> None:
    """Give a connection the settings of a ledger; raises sqlite3.Error if the file will not have them."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = EXTRA")
    mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise sqlite3.OperationalError(f"journal mode is {mode}")


def _look_over(connection: sqlite3.Connection, path: Path) -> None:
    """Raise LedgerError unless the file is a sound ledger of this version; the chain is checked as events are read."""
    if _number(connection, "application_id") != APPLICATION_ID:
        raise _refused(path, say("tasks.not_a_ledger"), say("tasks.give_ledger"))
    version = _number(connection, "user_version")
    if version > VERSION:
        raise _refused(path, say("tasks.newer", version=version, ours=VERSION), say("tasks.update_coverplan"))
    if version < VERSION:
        raise _refused(path, say("tasks.older", version=version, ours=VERSION), say("tasks.use_migrate"))
    if faults := _faults(connection):
        raise damaged(path, faults[0])
    made = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]
    if [sql for sql in made if "sqlite_sequence" not in sql] != list(SCHEMA):
        raise damaged(path, "schema")
    last, ever = connection.execute(_ENDS).fetchone()
    if ever != last:  # events have been cut off at the end, where the chain cannot show it
        raise _refused(path, say("tasks.tail_gone", last=last, ever=ever), last_backup(path))


def _faults(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite's own check finds, a line each; a page that cannot be read says nothing of what is in it."""
    found = [line for row in connection.execute("PRAGMA integrity_check(10)") for line in str(row[0]).splitlines()]
    if any("unable to get the page" in line for line in found):
        raise NotSavedError(" ".join(found[:2]))
    return [line for line in found if line != "ok" and not line.startswith("***")]


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _events(connection: sqlite3.Connection, after: int) -> list[Event]:
    return [_event(row) for row in connection.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq", (after,))]


def _event(row: Sequence[Any]) -> Event:
    values = dict(zip(COLUMNS, row, strict=True))
    return Event(**{**values, "clock_suspect": values["clock_suspect"] == 1})


def _refuse_unless_file(path: Path) -> None:
    if not path.exists():
        others = sorted(other.name for other in path.parent.glob("*.sqlite")) if path.parent.is_dir() else []
        fix = say("tasks.mean_ledger", names=", ".join(others)) if others else say("tasks.use_init")
        raise LedgerError([Problem(str(path), say("tasks.no_ledger"), fix)])
    if not path.is_file():
        raise _refused(path, say("tasks.not_a_ledger"), say("tasks.give_ledger"))
    if path.stat().st_size == 0:
        raise _refused(path, say("tasks.zero_bytes"), last_backup(path))


def _refuse_without_room(path: Path) -> None:
    """Raise NotSavedError if the disk has no room for a command, before anything is touched."""
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise NotSavedError(str(error)) from error
    if free < ROOM_BYTES:
        raise NotSavedError("disk full", full=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite says into what this is about: refused by the disk, or damaged."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # said by Python, not by SQLite: a text in the file is no UTF-8
            raise damaged(path, str(error)) from error
        raise NotSavedError(str(error), full=code & 0xFF == sqlite3.SQLITE_FULL) from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise damaged(path, str(error)) from error
        raise NotSavedError(str(error)) from error
    except OSError as error:
        if isinstance(error, PlannerError):
            raise
        raise NotSavedError(error.strerror or str(error)) from error
    except UnicodeError as error:  # a text cell that is no text any more
        raise damaged(path, str(error)) from error


def damaged(path: Path, detail: str) -> LedgerError:
    """Return what a user is told of a ledger that cannot be trusted, with the backup to go back to."""
    return _refused(path, say("tasks.damaged", detail=detail), last_backup(path))


def last_backup(path: Path) -> Text:
    """Return what to do instead: the newest backup beside a ledger, if there is one."""
    try:
        kept = sorted(backup_folder(path).glob("*.sqlite")) if backup_folder(path).is_dir() else []
    except OSError:  # the disk that refused the ledger refuses this as well
        kept = []
    return say("tasks.restore_last", backup=str(kept[-1]), path=str(path)) if kept else say("tasks.no_backup")


def backup_folder(path: Path) -> Path:
    """Return the folder in which the backups of a ledger are kept."""
    return path.with_name(f"{path.name}.backups")


def _refused(path: Path, what: Text, fix: Text) -> LedgerError:
    return LedgerError([Problem(str(path), what, fix)])
