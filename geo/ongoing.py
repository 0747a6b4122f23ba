"""What the task ledger adds to an assessment: who is working on which of its gaps, and what will be left once they are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.followup import Followup, Outcome, SeenGap, Tracked
from geo.forecast import Forecast, Promise
from layers.editjson import edit_in
from layers.ledger.lights import light

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.ledger.task import State, Task, TaskGap


@dataclass(frozen=True)
class TakenOn:
    """A task as map and report show it.

    `state` and `light` are codes with words in the catalogue (`tasks.state_<code>`, `tasks.light_<code>`). `gap_ids` are
    the gaps of this run that it is about, under the ids they have now. `progress` is a share (0-1) as reported,
    `people` those the gap leaves without (NaN if unknown), `cost` yuan. `geometry` is in the CRS of the run.
    `is_open` says whether it is being worked on: neither closed nor set aside.
    """

    id: int
    list: str
    title: str
    state: str
    light: str
    leader: str
    department: str
    due: dt.date | None
    progress: float
    unit_id: str
    project_id: str
    gap_ids: tuple[str, ...]
    outcome: Outcome
    people: float
    cost: float
    geometry: BaseGeometry
    is_open: bool


@dataclass(frozen=True)
class Ongoing:
    """The ledger beside one assessment: its tasks by id, what the run finds of them, and the forecast if all goes well.

    `working_on` is the task that is open on each gap of the run that has one, by gap id. `head` is the hash of the ledger's last event, printed wherever figures of the ledger are.
    """

    tasks: tuple[TakenOn, ...]
    followup: Followup
    working_on: Mapping[str, int]
    forecast: Forecast
    head: str


def tracked(tasks: Iterable[Task]) -> list[Tracked]:
    """Return every gap of these tasks as a follow-up looks for it."""
    return [Tracked(task.id, _seen(gap), task.is_closed) for task in tasks for gap in task.gaps]


def _seen(gap: TaskGap) -> SeenGap:
    people = float("nan") if gap.people is None else gap.people
    return SeenGap(gap.id, gap.rule_id, gap.place_ids, gap.amount, gap.unit, people, shapely.from_wkt(gap.shape))


def promises(tasks: Iterable[Task], followup: Followup) -> list[Promise]:
    """Return what the open tasks promise; one whose gaps are found closed already has kept its promise."""
    open_ = [task for task in tasks if task.is_open and not (task.gaps and followup.outcome(task.id) == "closed")]
    return [Promise(task.id, tuple(edit_in(plain, task.crs) for plain in task.edits)) for task in open_]


def worked_on(tasks: Iterable[Task], followup: Followup) -> dict[str, int]:
    """Return the task that is open on each gap of the run that has one, by gap id."""
    found: dict[str, int] = {}
    for task in tasks:
        if task.is_open:
            for finding in followup.of(task.id):
                for gap_id in finding.now:
                    found.setdefault(gap_id, task.id)
    return found


def taken_on(tasks: Iterable[Task], followup: Followup, today: dt.date) -> tuple[TakenOn, ...]:
    """Return the tasks as map and report show them."""
    return tuple(_taken_on(task, followup, today) for task in tasks)


def day_of(state: State, date: dt.date | None) -> dt.date:
    """Return the day for which lights are worked out: that of the data, else that of the ledger's last event.

    A run never asks the clock, so that the same inputs give the same results.
    """
    if date is not None or not state.head.claimed_at:
        return date or dt.date.min
    return dt.datetime.fromisoformat(state.head.claimed_at).date()


def _taken_on(task: Task, followup: Followup, today: dt.date) -> TakenOn:
    now = tuple(dict.fromkeys(id_ for finding in followup.of(task.id) for id_ in finding.now))
    shapes = [shapely.from_wkt(gap.shape) for gap in task.gaps] or ([shapely.Point(task.spot)] if task.spot else [])
    return TakenOn(
        id=task.id,
        list=task.list,
        title=task.title,
        state=task.state,
        light=light(task, today),
        leader=task.leader,
        department=task.department,
        due=task.due,
        progress=task.progress,
        unit_id=task.unit_id,
        project_id=task.project_id,
        gap_ids=now,
        outcome=followup.outcome(task.id),
        people=float("nan") if task.people is None else task.people,
        cost=float("nan") if task.cost is None else task.cost,
        geometry=shapely.union_all(shapes) if shapes else shapely.Point(),
        is_open=task.is_open,
    )
