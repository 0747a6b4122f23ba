"""The quarterly roll-up (每季度汇总办理情况，逐一销号)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from layers.ledger.replay import replayed
from layers.text import Language, say
from maps.tasks.blocks import TASK, foot, heads, tally_block, task_block, title
from maps.tasks.paper import Block, Paper
from maps.tasks.rows import state_word

if TYPE_CHECKING:
    from layers.ledger.event import Event
    from layers.ledger.task import State


def quarterly(
    before: Sequence[Event], upto: Sequence[Event], first: dt.date, last: dt.date, language: Language
) -> Paper:
    """Return the roll-up of a quarter from the events before it and those up to its end."""
    then, now = replayed(before), replayed(upto)
    fresh = upto[len(before) :]
    tasks = list(now.tasks.values())
    closed = [task for task in tasks if task.verified_on is not None and first <= task.verified_on <= last]
    scores = [task.score for task in closed if task.score is not None]
    counts = {
        "taken_on": sum(task.id not in then.tasks for task in tasks),
        "closed": len(closed),
        "reopened": sum(event.what in ("reopened", "dissatisfied") for event in fresh),
        "extended": sum(event.what == "extended" for event in fresh),
        "reports": sum(event.what == "reported" for event in fresh),
    }
    facts = [say("tasks.quarter_facts", first=first, last=last, **counts).in_(language)]
    if scores:
        facts.append(
            say("tasks.quarter_scores", count=len(scores), mean=round(sum(scores) / len(scores), 2)).in_(language)
        )
    blocks = (
        _by_state(then, now, last, language),
        *(tally_block(by, tasks, last, language) for by in ("list", "leader", "department")),
        task_block("verified", closed, last, language, (*TASK[:-2], "spent", "evidence", "satisfaction")),
        task_block("left", [task for task in tasks if task.is_open], last, language, (*TASK, "days_over")),
    )
    name = say("tasks.quarter_title", name=now.name, year=first.year, quarter=(first.month + 2) // 3).in_(language)
    return Paper(name, tuple(facts), blocks, foot(now.head, language))


def _by_state(then: State, now: State, last: dt.date, language: Language) -> Block:
    """Return counts and money by state, with the counts at the beginning beside them."""
    from maps.tasks.tally import tally

    groups = tally(now.tasks.values(), "state", last)
    was = [task.state for task in then.tasks.values()]
    states = [*(group.name for group in groups), *sorted(set(was) - {group.name for group in groups})]
    by_name = {group.name: group for group in groups}
    rows = tuple(
        (
            state_word(state, language),
            was.count(state),
            by_name[state].tasks if state in by_name else 0,
            by_name[state].cost if state in by_name else None,
            by_name[state].spent if state in by_name else None,
        )
        for state in states
    )
    return Block(
        title("by_state", language),
        (),
        heads(("state", "at_start", "at_end", "cost", "spent"), language),
        rows,
        is_sums=True,
    )
