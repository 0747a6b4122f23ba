"""A row that came back from a workbook, compared with what was sent out and what the ledger says now: a three-way merge.

What was sent out is not in the workbook: the row bears a code that names the ledger's state it was exported from, and the
ledger replays it. So nobody can change by accident what they are compared with, and a row whose code belongs to another
row is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.ledger.book import fingerprint
from layers.ledger.task import Task

EDITABLE = ("goal", "leader", "department", "owner", "due", "progress")
CODE_LETTERS = 10


@dataclass(frozen=True)
class Conflict:
    """A field that was changed in the workbook and, otherwise, in the ledger since."""

    field: str
    sent: Any
    now: Any
    came_back: Any


@dataclass(frozen=True)
class Merge:
    """What a row asks for: fields to change, and those where it cannot be said who is right."""

    changes: Mapping[str, Any]
    conflicts: tuple[Conflict, ...]


def merge(sent: Task, now: Task, came_back: Mapping[str, Any]) -> Merge:
    """Return what a row asks for.

    A field it leaves as it was sent is not touched, whatever has become of it; one it changes is changed if the ledger
    has not changed it otherwise; if both came to the same there is nothing to do.
    """
    changes: dict[str, Any] = {}
    conflicts = []
    for name in EDITABLE:
        was, is_, asked = (_same(value) for value in (getattr(sent, name), getattr(now, name), came_back.get(name)))
        if name not in came_back or asked in (was, is_):
            continue
        if is_ != was:
            conflicts.append(Conflict(name, was, is_, asked))
        else:
            changes[name] = asked
    return Merge(changes, tuple(conflicts))


def row_code(ledger_id: str, task: Task, seq: int) -> str:
    """Return the code of a row that shows this task as it was after event `seq`."""
    shown = [ledger_id, task.id, seq, {name: str(_same(getattr(task, name))) for name in EDITABLE}]
    return f"{task.id}.{seq}.{fingerprint(shown)[:CODE_LETTERS]}"


def _same(value: Any) -> Any:
    """Return a value so that two ways of writing it are one: blank and none, line ends, shares to a ten-thousandth."""
    if value is None or isinstance(value, str):
        return " ".join(value.split()) if value else ""
    return round(value, 4) if isinstance(value, float) else value
