"""Parts that several reports share: tables of tasks, counts and money by state, leader and department."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from layers.ledger.event import Head
from layers.ledger.lights import LIGHTS
from layers.text import Language, say
from maps.tasks.paper import Block
from maps.tasks.rows import cells, state_word
from maps.tasks.tally import tally

if TYPE_CHECKING:
    from layers.ledger.task import Task

TASK = ("id", "list", "title", "village", "leader", "department", "due", "progress", "state", "light")


def task_block(
    name: str, tasks: Iterable[Task], today: dt.date, language: Language, columns: Sequence[str] = TASK
) -> Block:
    """Return a table of tasks under the catalogue's title `tasks.block_<name>`."""
    rows = []
    for task in tasks:
        values = cells(task, today, language) | {"progress": f"{task.progress:.0%}"}
        rows.append(tuple(values[column] for column in columns))
    return Block(title(name, language), (), heads(columns, language), tuple(rows))


def tally_block(by: str, tasks: Iterable[Task], today: dt.date, language: Language) -> Block:
    """Return counts, lights and money by state, leader, department or list."""
    groups = tally(tasks, by, today)
    header = (
        say(f"tasks.by_{by}").in_(language),
        *heads(("tasks", "open", "closed", *LIGHTS, "cost", "spent"), language),
    )
    rows = tuple(
        (
            state_word(group.name, language) if by == "state" else group.name or say("tasks.nobody").in_(language),
            group.tasks,
            group.open,
            group.closed,
            *(group.lights[light] for light in LIGHTS),
            group.cost,
            group.spent,
        )
        for group in groups
    )
    return Block(title(f"by_{by}", language), (), header, rows, is_sums=True)


def heads(columns: Iterable[str], language: Language) -> tuple[str, ...]:
    """Return the columns' heads in words."""
    return tuple(say(f"tasks.col_{name}").in_(language) for name in columns)


def title(name: str, language: Language) -> str:
    """Return a block's title in words."""
    return say(f"tasks.block_{name}").in_(language)


def foot(head: Head, language: Language) -> str:
    """Return the ledger's head, which lets anybody tell later whether anything before it was altered or cut off."""
    return say("tasks.head", seq=head.seq, hash=head.hash).in_(language)
