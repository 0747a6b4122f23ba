"""A ledger that a county shares: the same events in a PostgreSQL database, through psycopg (the extra `postgres`).

The password comes from the environment (PGPASSWORD) or from ~/.pgpass, never from the URL: a URL is typed where others
read it, and stands in records and messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from layers.ledger.book import NotSavedError
from layers.ledger.event import Event
from layers.ledger.sqlite import COLUMNS, VERSION
from layers.problems import LedgerError, Problem
from layers.text import Text, say

SCHEMES = ("postgresql://", "postgres://")
WAIT_MS = 30_000
CONNECT_S = 10

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM coverplan_events"  # noqa: S608 (our own names)
_INSERT = f"INSERT INTO coverplan_events ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608
# In one statement, which sees one moment of the database: somebody may be writing.
_ENDS = "SELECT version, ever, (SELECT coalesce(max(seq), 0) FROM coverplan_events) FROM coverplan_ledger"

SCHEMA = """
CREATE TABLE coverplan_events (
    seq bigint PRIMARY KEY,
    op_id text COLLATE "C" NOT NULL UNIQUE,
    task integer,
    what text NOT NULL,
    who text NOT NULL,
    claimed_at text NOT NULL,
    clock_suspect boolean NOT NULL,
    input_hash text NOT NULL,
    rules_hash text NOT NULL,
    body text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL UNIQUE
);
CREATE TABLE coverplan_ledger (version integer NOT NULL, ever bigint NOT NULL);
CREATE FUNCTION coverplan_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM coverplan_events) THEN
            RAISE EXCEPTION 'events are only added at the end';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are never changed or deleted';
END $$;
CREATE TRIGGER events_are_only_added BEFORE INSERT OR UPDATE OR DELETE ON coverplan_events
    FOR EACH ROW EXECUTE FUNCTION coverplan_only_added();
CREATE TRIGGER events_are_not_cut BEFORE TRUNCATE ON coverplan_events
    FOR EACH STATEMENT EXECUTE FUNCTION coverplan_only_added();
"""


class PostgresWriter:
    """What a command may do inside its transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def events(self, after: int) -> list[Event]:
        """Return the events after that number, in order."""
        return _events(self._connection, after)

    def event(self, seq: int) -> Event:
        """Return the event of that number."""
        return Event(*self._connection.execute(f"{_SELECT} WHERE seq = %s", (seq,)).fetchone())

    def of_op(self, op_id: str) -> list[Event]:
        """Return the events of one command, in order."""
        query = f"{_SELECT} WHERE op_id = %s OR (op_id > %s AND op_id < %s) ORDER BY seq"
        return [Event(*row) for row in self._connection.execute(query, (op_id, f"{op_id}/", f"{op_id}0"))]

    def append(self, events: Sequence[Event]) -> None:
        """Add events at the end."""
        rows = [tuple(getattr(event, name) for name in COLUMNS) for event in events]
        with self._connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
        if events:
            self._connection.execute("UPDATE coverplan_ledger SET ever = %s", (events[-1].seq,))


class PostgresStore:
    """A ledger on a server, open."""

    def __init__(self, url: str, connection: Any) -> None:
        self.url, self._connection = url, connection

    @property
    def where(self) -> str:
        """The server, without whatever may be secret."""
        return shown_url(self.url)

    def events(self, after: int) -> list[Event]:
        """Return the committed events after that number, in order."""
        with _told(self.url), self._connection.transaction():
            return _events(self._connection, after)

    @contextmanager
    def writing(self) -> Iterator[PostgresWriter]:
        """Open a transaction that nobody else can write beside; committed when the block ends without fault."""
        with _told(self.url), self._connection.transaction():
            # Readers go on reading; the next writer waits here, and then sees what this one has committed.
            self._connection.execute("LOCK TABLE coverplan_events IN SHARE ROW EXCLUSIVE MODE")
            yield PostgresWriter(self._connection)

    def close(self) -> None:
        """Let go of the server."""
        with suppress(Exception):
            self._connection.close()

    def reopened(self) -> PostgresStore:
        """Return a new connection to the same server."""
        self.close()
        return opened(self.url)


def created(url: str, events: Sequence[Event]) -> PostgresStore:
    """Return a new ledger of these events in a database that has none, in one transaction.

    Raises LedgerError if it has one, NotSavedError if it cannot be made.
    """
    connection = _connected(url)
    try:
        with _told(url), connection.transaction():
            if _has_ledger(connection):
                raise _refused(url, say("tasks.is_there"), say("tasks.use_it"))
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO coverplan_ledger VALUES (%s, 0)", (VERSION,))
            PostgresWriter(connection).append(events)
    except BaseException:
        connection.close()
        raise
    return PostgresStore(url, connection)


def opened(url: str) -> PostgresStore:
    """Return the ledger in that database, once it has been looked over.

    Raises LedgerError if there is none, it is a newer version's or its end was cut off, NotSavedError if the server
    cannot be reached.
    """
    connection = _connected(url)
    try:
        with _told(url), connection.transaction():
            _look_over(connection, url)
    except BaseException:
        connection.close()
        raise
    return PostgresStore(url, connection)


def is_url(place: object) -> bool:
    """Return whether a place names a server and not a file."""
    return str(place).startswith(SCHEMES)


def shown_url(url: str) -> str:
    """Return the URL of a server with nothing in it but host, port and database."""
    parts = urlsplit(url)
    return f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _look_over(connection: Any, url: str) -> None:
    if not _has_ledger(connection):
        raise _refused(url, say("tasks.no_ledger"), say("tasks.use_init"))
    version, ever, last = connection.execute(_ENDS).fetchone()
    if version > VERSION:
        raise _refused(url, say("tasks.newer", version=version, ours=VERSION), say("tasks.update_coverplan"))
    if ever != last:
        raise _refused(url, say("tasks.tail_gone", last=last, ever=ever), say("tasks.restore_server"))


def _has_ledger(connection: Any) -> bool:
    return connection.execute("SELECT to_regclass('coverplan_ledger')").fetchone()[0] is not None


def _connected(url: str) -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise _refused(url, say("tasks.no_psycopg"), say("tasks.install_psycopg")) from error
    parts = urlsplit(url)
    if parts.password is not None or "password" in parse_qs(parts.query):
        raise _refused(url, say("tasks.password_in_url"), say("tasks.use_pgpass"))
    with _told(url):
        connection = psycopg.connect(url, connect_timeout=CONNECT_S, autocommit=True)
        connection.execute(f"SET lock_timeout = {WAIT_MS}")
        connection.execute("SET synchronous_commit = on")
    return connection


def _events(connection: Any, after: int) -> list[Event]:
    return [Event(*row) for row in connection.execute(f"{_SELECT} WHERE seq > %s ORDER BY seq", (after,))]


@contextmanager
def _told(url: str) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        full = isinstance(error, psycopg.errors.DiskFull)
        raise NotSavedError(str(error).strip().splitlines()[0] if str(error).strip() else "?", full=full) from error


def _refused(url: str, what: Text, fix: Text) -> LedgerError:
    return LedgerError([Problem(shown_url(url), what, fix)])
