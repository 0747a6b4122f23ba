"""An open ledger: every event read and checked, and written one command at a time.

A command is one transaction. It sees everything that was committed before it, decides, and adds its events; between two
commands anybody else may write. An error while saving is not a rollback: what was asked bears an id of its own, so that
afterwards it can be seen whether it is there, and asking again never doubles it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from layers.ledger.event import Draft, Event, canonical, chained
from layers.ledger.replay import replayed
from layers.ledger.task import State
from layers.problems import LedgerError, Problem, SaveError
from layers.text import Text, say

Decide = Callable[[State], Sequence[Draft]]


class NotSavedError(Exception):
    """The place a ledger is kept in refused to read or write; `detail` is what it said, `full` whether for want of room."""

    def __init__(self, detail: str, *, full: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.full = detail, full


class Writer(Protocol):
    """What a command may do inside its transaction."""

    def events(self, after: int) -> list[Event]:
        """Return the events after that number, in order."""

    def event(self, seq: int) -> Event:
        """Return the event of that number."""

    def of_op(self, op_id: str) -> list[Event]:
        """Return the events of one command (`op_id`, `op_id/2` ...), in order; none if it is not there."""

    def append(self, events: Sequence[Event]) -> None:
        """Add events at the end."""


class Store(Protocol):
    """Where a ledger is kept. Each method raises NotSavedError if the place refuses, LedgerError if it cannot be trusted."""

    @property
    def where(self) -> str:
        """Its path or URL, as users may see it."""

    def events(self, after: int) -> list[Event]:
        """Return the committed events after that number, in order."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Open a transaction that nobody else can write beside; committed when the block ends without fault."""

    def close(self) -> None:
        """Let go of the place."""

    def reopened(self) -> Store:
        """Return a new connection to the same place, once this one has failed."""


@dataclass(frozen=True)
class Ledger:
    """A ledger as it was when last looked at; `write` and `read` return it as it is now."""

    store: Store
    state: State


@dataclass(frozen=True)
class Written:
    """What a command left: the ledger, its events, and whether they had been recorded before (a retry)."""

    ledger: Ledger
    events: tuple[Event, ...]
    repeated: bool = False


def read(ledger: Ledger) -> Ledger:
    """Return the ledger with whatever others have written since."""
    with _saving(ledger):
        return Ledger(ledger.store, replayed(ledger.store.events(ledger.state.head.seq), ledger.state))


def write(ledger: Ledger, decide: Decide, *, who: str, at: dt.datetime, op_id: str | None = None) -> Written:
    """Decide on the ledger as it is now and add what was decided, all of it or nothing.

    `op_id` names the wish: one that the ledger has already is answered with what it led to then. Raises whatever
    `decide` raises, and SaveError if it could not be saved, with nothing of it stored.
    """
    op_id = op_id or secrets.token_hex(8)
    try:
        return _written(ledger, decide, who, at, op_id)
    except NotSavedError as error:
        return _after_failure(ledger, decide, who, at, op_id, error)


def _written(ledger: Ledger, decide: Decide, who: str, at: dt.datetime, op_id: str) -> Written:
    with ledger.store.writing() as writer:
        state = replayed(writer.events(ledger.state.head.seq), ledger.state)
        if earlier := writer.of_op(op_id):
            return Written(Ledger(ledger.store, state), tuple(earlier), repeated=True)
        drafts = decide(state)
        events = chained(drafts, state.head, op_id=op_id, who=who, at=at)
        if said := _said_already(writer, state, events):
            return Written(Ledger(ledger.store, state), said, repeated=True)
        after = replayed(events, state)  # what could not be replayed is not written
        writer.append(events)
    return Written(Ledger(ledger.store, after), tuple(events))


def _after_failure(
    ledger: Ledger, decide: Decide, who: str, at: dt.datetime, op_id: str, error: NotSavedError
) -> Written:
    """See whether the failed command is in the ledger after all; if not, try once more unless there is no room."""
    try:
        store = ledger.store.reopened()
        ledger = Ledger(store, State())
        if not error.full:
            return _written(ledger, decide, who, at, op_id)
        events = store.events(0)
        if found := tuple(event for event in events if event.op_id.partition("/")[0] == op_id):
            return Written(Ledger(store, replayed(events)), found, repeated=True)
        raise not_saved(ledger.store.where, error)
    except NotSavedError as again:
        raise not_saved(ledger.store.where, again) from error


def _said_already(writer: Writer, state: State, events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the last event of the task if it says the very same, by the same person on the same day: a clerk's retry."""
    if len(events) != 1 or (task := state.tasks.get(events[0].task or 0)) is None:
        return ()
    (event,) = events
    last = writer.event(task.last_seq)
    same = all(getattr(last, name) == getattr(event, name) for name in ("task", "what", "who", "body", "day"))
    return (last,) if same else ()


def checked_op_id(op_id: str | None) -> str | None:
    """Return an id that a user gave a wish; raises LedgerError if it is blank, longer than 64 letters, or has a slash."""
    if op_id is not None and (not op_id.strip() or len(op_id) > 64 or "/" in op_id):
        raise LedgerError([Problem("--op", say("tasks.bad_op", op=op_id), say("tasks.give_op"))])
    return op_id


def fingerprint(content: object) -> str:
    """Return a short hash of plain content, to tell one row or rule from another."""
    import hashlib

    return hashlib.sha256(canonical(content).encode()).hexdigest()[:16]


def not_saved(where: str, error: NotSavedError) -> SaveError:
    """Return what a user is told when nothing could be saved."""
    what: Text = say("tasks.disk_full") if error.full else say("tasks.not_saved", detail=error.detail)
    return SaveError([Problem(where, what, say("tasks.free_space" if error.full else "tasks.try_again"))])


@contextmanager
def _saving(ledger: Ledger) -> Iterator[None]:
    try:
        yield
    except NotSavedError as error:
        raise not_saved(ledger.store.where, error) from error
