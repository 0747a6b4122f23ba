"""The weekly report (一周一报): the ledger as it is, and what became of it since the last report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from layers.ledger.lights import light
from layers.text import Language, say
from maps.tasks.blocks import TASK, foot, heads, tally_block, task_block, title
from maps.tasks.days import iso_week, state_upto
from maps.tasks.paper import Block, Paper
from maps.tasks.rows import state_word
from maps.tasks.timeline import event_word

if TYPE_CHECKING:
    from layers.ledger.event import Event
    from layers.ledger.task import State, Week

_SENT_BACK = ("partly", "still_open", "reopened", "dissatisfied")


def weekly(events: Sequence[Event], since: int, made: Week, weeks: Sequence[Week], language: Language) -> Paper:
    """Return the report of a week from the events up to the one it speaks of, those after `since` being new.

    Lights are those of the day it was made, so that the same week gives the same report however late it is asked for.
    """
    before, now, today = state_upto(events, since), state_upto(events, made.upto), made.on
    fresh = [event for event in events if since < event.seq <= made.upto]
    tasks = list(now.tasks.values())
    overdue = [task for task in tasks if light(task, today) == "overdue"]
    soon = [task for task in tasks if light(task, today) == "due_soon"]
    new = [task for task in tasks if task.id not in before.tasks]
    verified = [id_ for id_ in _those(now, fresh, ("verified", "inspected")) if now.tasks[id_].is_closed]
    back = _those(now, fresh, _SENT_BACK)
    blocks = (
        tally_block("state", tasks, today, language),
        task_block("new", new, today, language),
        _moved(before, now, language),
        task_block("overdue", overdue, today, language, (*TASK, "days_over")),
        task_block("due_soon", soon, today, language),
        task_block("verified", [now.tasks[id_] for id_ in verified], today, language),
        task_block("back", [now.tasks[id_] for id_ in back], today, language, (*TASK, "outcome")),
        _progress(fresh, now, language),
        tally_block("leader", tasks, today, language),
        tally_block("department", tasks, today, language),
    )
    counts = {"new": len(new), "verified": len(verified), "back": len(back), "overdue": len(overdue)}
    key = "week_facts" if since else "week_facts_first"
    facts = [say(f"tasks.{key}", on=today, since=since, upto=made.upto, **counts).in_(language)]
    if missing := missing_weeks(events, weeks, made.week):
        facts.append(say("tasks.weeks_missing", weeks=", ".join(missing)).in_(language))
    if suspect := sum(event.clock_suspect for event in fresh):
        facts.append(say("tasks.suspect_facts", count=suspect).in_(language))
    name = say("tasks.week_title", name=now.name, week=made.week).in_(language)
    return Paper(name, tuple(facts), blocks, foot(now.head, language))


def missing_weeks(events: Sequence[Event], weeks: Sequence[Week], upto: str) -> list[str]:
    """Return the ISO weeks since the ledger was started, before `upto`, that have no report."""
    if not events:
        return []
    made = {one.week for one in weeks}
    day, missing = events[0].day, []
    while (label := iso_week(day)) < upto:
        if label not in made:
            missing.append(label)
        day += dt.timedelta(days=7)
    return missing


def _those(state: State, events: Sequence[Event], kinds: Sequence[str]) -> list[int]:
    """Return the tasks with an event of these kinds, by number."""
    return sorted({event.task for event in events if event.what in kinds and event.task is not None} & set(state.tasks))


def _moved(before: State, now: State, language: Language) -> Block:
    moved = [
        (
            task.id,
            task.title,
            task.unit_name,
            state_word(before.tasks[id_].state, language),
            state_word(task.state, language),
        )
        for id_, task in now.tasks.items()
        if id_ in before.tasks and before.tasks[id_].state != task.state
    ]
    return Block(title("moved", language), (), heads(("id", "title", "village", "was", "now"), language), tuple(moved))


def _progress(fresh: Sequence[Event], now: State, language: Language) -> Block:
    """Return every note, extension and record of the week, in the order in which they were written."""
    kinds = ("started", "updated", "extended", "handed_over", "recorded", "escalated", "resolved", "tended")
    rows = []
    for event in fresh:
        if event.what in kinds and event.task is not None:
            facts = event.facts
            said = facts.get("note") or facts.get("reason") or facts.get("issue") or facts.get("resolution") or ""
            share = f"{facts['progress']:.0%}" if "progress" in facts else ""
            rows.append(
                (event.task, now.tasks[event.task].title, event.day, event_word(event.what, language), share, said)
            )
    header = heads(("id", "title", "on", "event", "progress", "note"), language)
    return Block(title("progress", language), (), header, tuple(rows))
