"""Deadlines as a calendar (iCalendar, RFC 5545) that phones and office programs subscribe to or take in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from layers.ledger.lights import deadline
from layers.text import Language, say
from maps.tasks.rows import state_word
from maps.wording import shown

if TYPE_CHECKING:
    import icalendar

    from layers.ledger.event import Event
    from layers.ledger.task import State, Task

REMIND_DAYS = 7


def calendar(state: State, events: Sequence[Event], language: Language) -> bytes:
    """Return a day-long entry for the deadline of every open task, and of its milestones ahead.

    An entry keeps its identity when the deadline moves, so that a calendar moves it too; the same ledger gives the same
    bytes.
    """
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", "-//coverplan//tasks//")
    book.add("version", "2.0")
    book.add("x-wr-calname", shown(state.name or "coverplan"))
    stamps = {event.task: event.claimed_at for event in events}
    for task in state.tasks.values():
        due = deadline(task)
        if not task.is_open or due is None:
            continue
        stamp = dt.datetime.fromisoformat(stamps[task.id]).astimezone(dt.UTC)
        entry = _entry(f"task-{task.id}@{state.ledger_id}", due, _summary(task, language), stamp, task.last_seq)
        entry.add("description", _description(task, language))
        entry.add_component(_reminder(task, language))
        book.add_component(entry)
        for number, milestone in enumerate(task.milestones, 1):
            if not milestone.reached:
                uid = f"task-{task.id}-{number}@{state.ledger_id}"
                book.add_component(_entry(uid, milestone.by, f"#{task.id} {milestone.what}", stamp, task.last_seq))
    return bytes(book.to_ical())


def _entry(uid: str, day: dt.date, summary: str, stamp: dt.datetime, sequence: int) -> icalendar.Event:
    import icalendar

    entry = icalendar.Event()
    entry.add("uid", uid)
    entry.add("dtstamp", stamp)
    entry.add("dtstart", day)
    entry.add("dtend", day + dt.timedelta(days=1))
    entry.add("summary", shown(summary))
    entry.add("sequence", sequence)
    entry.add("transp", "TRANSPARENT")
    return entry


def _reminder(task: Task, language: Language) -> icalendar.Alarm:
    import icalendar

    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", dt.timedelta(days=-REMIND_DAYS))
    alarm.add("description", shown(_summary(task, language)))
    return alarm


def _summary(task: Task, language: Language) -> str:
    return say("tasks.calendar_summary", id=task.id, title=task.title).in_(language)


def _description(task: Task, language: Language) -> str:
    facts = [task.goal, task.leader, task.department, state_word(task.state, language)]
    return shown("\n".join(fact for fact in facts if fact))
