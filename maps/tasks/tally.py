"""Counts and money of tasks, by state, leader, department or list."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.ledger.lights import LIGHTS, light
from layers.ledger.states import STATES

if TYPE_CHECKING:
    from layers.ledger.task import Task

GROUPS = ("state", "leader", "department", "list")


@dataclass(frozen=True)
class Group:
    """One group: how many tasks, how many under each light, what they are to cost and have cost (yuan), whom they serve.

    Money is of the tasks of which it is known, and None where it is of none; `uncosted` says of how many the cost is not.
    """

    name: str
    tasks: int
    open: int
    closed: int
    lights: Mapping[str, int]
    cost: float | None
    spent: float | None
    uncosted: int
    mean_score: float | None


def tally(tasks: Iterable[Task], by: str, today: dt.date) -> list[Group]:
    """Return the groups: states in the order of a task's life, all others by name, those without one last."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(str(getattr(task, by)), []).append(task)
    order = STATES.index if by == "state" else lambda name: (name == "", name)
    return [_group(name, groups[name], today) for name in sorted(groups, key=order)]


def _group(name: str, tasks: list[Task], today: dt.date) -> Group:
    codes = [light(task, today) for task in tasks]
    scores = [task.score for task in tasks if task.score is not None]
    return Group(
        name,
        len(tasks),
        sum(task.is_open for task in tasks),
        sum(task.is_closed for task in tasks),
        {code: codes.count(code) for code in LIGHTS},
        _sum(task.cost for task in tasks),
        _sum(task.spent for task in tasks),
        sum(task.cost is None for task in tasks),
        round(sum(scores) / len(scores), 2) if scores else None,
    )


def _sum(money: Iterable[float | None]) -> float | None:
    known = [yuan for yuan in money if yuan is not None]
    return math.fsum(known) if known else None
