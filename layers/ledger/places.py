"""Where a ledger is kept: a file, or a database if the place is a URL. The one way in for everything above."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from layers.ledger import postgres, sqlite
from layers.ledger.book import Ledger, NotSavedError, Store, not_saved, read
from layers.ledger.disk import make_folder
from layers.ledger.event import Draft, Event, Head, chained
from layers.ledger.shares import refuse_share
from layers.ledger.states import Route
from layers.ledger.task import State


@contextmanager
def ledger_at(place: str, *, on_share: bool = False) -> Iterator[Ledger]:
    """Yield the ledger kept at a path or a postgresql:// URL, checked from its first event to its last.

    Raises LedgerError if it is missing, not a ledger or cannot be trusted, or on a network share (unless `on_share`),
    and SaveError if it cannot be opened, or read any more.
    """
    store = _opened(place, on_share=on_share)
    try:
        yield read(Ledger(store, State()))
    except NotSavedError as error:  # a disk that was there a moment ago
        raise not_saved(place, error) from error
    finally:
        store.close()


def start_ledger(place: str, *, name: str, route: Route, who: str, at: dt.datetime, on_share: bool = False) -> None:
    """Make a new ledger at a path or URL; raises LedgerError if there is one, SaveError if it cannot be made."""
    facts = {"ledger": secrets.token_hex(8), "name": name, "route": route}
    opening = chained([Draft(None, "opened", facts)], Head(), op_id=secrets.token_hex(8), who=who, at=at)
    new_ledger(place, opening, on_share=on_share)


def new_ledger(place: str, events: Sequence[Event], *, on_share: bool = False) -> None:
    """Make a ledger of these events at a path or URL, all at once; raises as `start_ledger` does."""
    try:
        if postgres.is_url(place):
            postgres.created(place, events).close()
        else:
            if not on_share:
                refuse_share(Path(place))
            make_folder(Path(place).parent)
            sqlite.created(Path(place), events).close()
    except NotSavedError as error:
        raise not_saved(place, error) from error
    except OSError as error:
        raise not_saved(place, NotSavedError(str(error))) from error


def exists(place: str) -> bool:
    """Return whether there is something at a place, or that cannot be told; a server is asked only when it is opened."""
    try:
        return postgres.is_url(place) or Path(place).exists()
    except OSError:
        return True


def _opened(place: str, *, on_share: bool) -> Store:
    try:
        if postgres.is_url(place):
            return postgres.opened(place)
        if not on_share:
            refuse_share(Path(place))
        return sqlite.opened(Path(place))
    except NotSavedError as error:
        raise not_saved(place, error) from error
