"""Weeks and days of a ledger: which of its events a report speaks of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from layers.ledger.event import Event
from layers.ledger.replay import replayed
from layers.ledger.task import State


def iso_week(day: dt.date) -> str:
    """Return the ISO week a day is in: 2026-W47."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def upto_day(events: Sequence[Event], day: dt.date) -> list[Event]:
    """Return the events up to the end of a day: in their own order, up to the first of a later day whose clock is sound."""
    for at, event in enumerate(events):
        if event.day > day and not event.clock_suspect:
            return list(events[:at])
    return list(events)


def state_upto(events: Sequence[Event], seq: int) -> State:
    """Return the ledger as it was after that event."""
    return replayed(event for event in events if event.seq <= seq)
