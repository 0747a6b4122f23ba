"""What the public may read (全过程公示): each item's timeline without personal data.

Of an event only its day, its kind and figures are shown, never what somebody wrote. A title, goal or village that people
typed may name somebody the ledger knows nothing of: it is not shown until somebody has given the item a title for the
public (`coverplan tasks public ID --title`). Of whatever is shown, every name the ledger knows, and every run of digits
long enough to be a telephone or identity number, is blotted out.
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
_INTERNAL = frozenset({"recorded", "linked", "checked", "handed_over", "escalated", "resolved", "titled"})


def publicly(state: State, tasks: Sequence[Task], events: Sequence[Event], language: Language) -> Paper:
    """Return the public timeline of these tasks."""
    names = known_names(events)
    blocks = tuple(_item(task, events, names, language) for task in tasks)
    facts = (say("tasks.public_facts").in_(language),)
    return Paper(say("tasks.public_title", name=state.name).in_(language), facts, blocks, foot(state.head, language))


def untitled(task: Task) -> bool:
    """Return whether a task bears a title that people typed and nobody has cleared for the public."""
    return task.origin != "gap" and not task.public_title


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
    own = [event for event in events if event.task == task.id]
    village = "" if untitled(task) else blotted(task.unit_name, names)
    nobody = say("tasks.nobody").in_(language)
    facts = [
        say("tasks.public_list", list=blotted(task.list, names)),
        say("tasks.public_origin", origin=origin_word(task.origin, language), village=village or "-"),
        say(
            "tasks.public_state",
            state=state_word(task.state, language),
            department=blotted(task.department, names) or nobody,
        ),
    ]
    facts += [say("tasks.public_goal", goal=blotted(task.goal, names))] if _is_cleared(task, own) else []
    rows = tuple(
        (event.day, event_word(event.what, language), _rest(event, names, language))
        for event in own
        if event.what not in _INTERNAL
    )
    header = tuple(say(f"tasks.col_{name}").in_(language) for name in ("on", "event", "figures"))
    title = say("tasks.public_untitled").in_(language) if untitled(task) else task.public_title or task.title
    return Block(f"#{task.id} {blotted(title, names)}", tuple(fact.in_(language) for fact in facts), header, rows)


def _is_cleared(task: Task, own: Sequence[Event]) -> bool:
    """Return whether a goal may be shown: as it was worked out from the gap, or of an item somebody has looked at."""
    as_found = task.origin == "gap" and task.goal == own[0].facts.get("goal")
    return bool(task.goal) and (as_found or bool(task.public_title))


def _rest(event: Event, names: Sequence[str], language: Language) -> str:
    """Return the figures of an event; a department is an office and not a person, but its name was typed by hand."""
    word = event_word(event.what, language)
    return blotted(public_line(event, language).partition(word)[2].strip(), names)
