"""What the public may read (全过程公示): each item's timeline without personal data.

Of an event only its day, its kind and figures are shown, never what somebody wrote. Titles and goals are written by
hand where citizens proposed the item: every name the ledger knows, and every run of digits long enough to be a telephone
or identity number, is blotted out of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from layers.text import Language, say
from maps.tasks.blocks import foot
from maps.tasks.paper import Block, Paper
from maps.tasks.rows import origin_word, state_word
from maps.tasks.timeline import event_word, public_line

if TYPE_CHECKING:
    from layers.ledger.event import Event
    from layers.ledger.task import State, Task

BLOT = "＊＊＊"
# Telephone and identity numbers have seven digits and more, perhaps with signs or blanks between them.
_NUMBERS = re.compile(r"\d(?:[\s\-－]?\d){6,}[xX]?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Particulars that hold a person's name.
_NAMES = ("leader", "owner", "inspector", "accepted_by", "person")
# Events that say nothing about the item itself.
_INTERNAL = frozenset({"recorded", "linked", "checked", "handed_over", "escalated", "resolved"})


def publicly(state: State, tasks: Sequence[Task], events: Sequence[Event], language: Language) -> Paper:
    """Return the public timeline of these tasks."""
    names = known_names(events)
    blocks = tuple(_item(task, events, names, language) for task in tasks)
    facts = (say("tasks.public_facts").in_(language),)
    return Paper(say("tasks.public_title", name=state.name).in_(language), facts, blocks, foot(state.head, language))


def known_names(events: Iterable[Event]) -> list[str]:
    """Return every name of a person that the ledger knows, the longest first."""
    names = {event.who for event in events}
    for event in events:
        names |= {str(event.facts[name]) for name in _NAMES if event.facts.get(name)}
    return sorted((name for name in names if len(name) > 1), key=lambda name: (-len(name), name))


def blotted(text: str, names: Iterable[str]) -> str:
    """Return a text with every known name and every long number blotted out."""
    for name in names:
        text = text.replace(name, BLOT)
    return _NUMBERS.sub(lambda found: found[0] if _DAY.fullmatch(found[0]) else BLOT, text)


def _item(task: Task, events: Sequence[Event], names: Sequence[str], language: Language) -> Block:
    facts = [
        say("tasks.public_list", list=blotted(task.list, names)),
        say("tasks.public_origin", origin=origin_word(task.origin, language), village=task.unit_name or "-"),
        say(
            "tasks.public_state",
            state=state_word(task.state, language),
            department=blotted(task.department, names) or "-",
        ),
    ]
    facts += [say("tasks.public_goal", goal=blotted(task.goal, names))] if task.goal else []
    own = [event for event in events if event.task == task.id and event.what not in _INTERNAL]
    rows = tuple((event.day, event_word(event.what, language), _rest(event, names, language)) for event in own)
    header = tuple(say(f"tasks.col_{name}").in_(language) for name in ("on", "event", "figures"))
    return Block(f"#{task.id} {blotted(task.title, names)}", tuple(fact.in_(language) for fact in facts), header, rows)


def _rest(event: Event, names: Sequence[str], language: Language) -> str:
    """Return the figures of an event; a department is an office and not a person, but its name was typed by hand."""
    word = event_word(event.what, language)
    return blotted(public_line(event, language).partition(word)[2].strip(), names)
