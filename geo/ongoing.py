"""What the task ledger adds to an assessment: who is working on which of its gaps, and what will be left once they are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geo.followup import Followup, Outcome
from geo.forecast import Forecast

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.ranking import Ranked


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

    `head` is the hash of the ledger's last event, printed wherever figures of the ledger are.
    """

    tasks: tuple[TakenOn, ...]
    followup: Followup
    forecast: Forecast
    head: str

    @cached_property
    def working_on(self) -> Mapping[str, int]:
        """The task that is open on each gap of the run that has one, by gap id."""
        return {gap_id: task.id for task in reversed(self.tasks) if task.is_open for gap_id in task.gap_ids}


def not_taken_on(ranked: Sequence[Ranked], gaps: Collection[str]) -> list[Ranked]:
    """Return the projects that close some gap which is not among those being worked on already, in the same order."""
    return [row for row in ranked if not set(row.project.gap_ids) <= set(gaps)]
