"""What has to be seen to again and again has been: desilted, appraised, kept working, kept in condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from geo.gaps import Gap
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Trial, Turns
from geo.supply import Meant, counting, moving
from geo.upkeep.assets import Limits, Upkeep, by_condition, by_date, upkeep_adds, upkeep_gaps, upkeep_projects
from geo.upkeep.uptime import Uptime, uptime, uptime_adds, uptime_gaps, uptime_projects, uptime_trial
from layers.problems import LayerError, Problem
from layers.text import say

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from geo.world import World

# Where a kind of layer keeps the day something was last done.
LAST = {"assets": "last", "watercourses": "last_desilted", "facilities": "opened"}


class Interval(Rule):
    """Assets are seen to often enough, are in condition, or work. One of three questions:

    `max_days`: for every asset, no more days than that (inclusive) lie between the day it was last done and the plan's
    `date`. The day is in the column `last`; if that is not given, `last` of assets, `last_desilted` of watercourses and
    `opened` of facilities. An asset without that day but with a day it was `built` passes if it is no older than
    `first_days`. With `max_silt_cm`, deeper silt makes a watercourse due whatever the day: silt counts as days, the limit
    of silt as `max_days`. A blank day (or one after the plan's), or blank silt where it is asked for, is unknown, unless
    the other alone makes it overdue; a column that a layer does not have at all is noted, and without days all is unknown.

    `conditions`: every asset's `condition` is one of these (good, fair, poor, bad). Blank is unknown.

    `min_share` (0-1): in every village (`units`) at least that share of the devices that stand in it works, in whole
    devices. Planned ones do not count; of unknown status may go either way. A village without any is not judged.

    `kind` is the kind of layer and `assets` a layer or category of it. Dependants are the asset's `people` if every asset
    says, else the homes to which it is the nearest, within `people_within_m` in a straight line; for a share, the
    people of the village. The gap is the asset, or the village's devices that do not work; the project sees to it, on
    the plan's day, or puts right as many devices as are missing, the broken ones before those of unknown status.
    """

    thresholds: ClassVar[Mapping[str, Turns]] = {"max_days": "anew", "max_silt_cm": "anew", "min_share": "anew"}

    kind: Literal["assets", "watercourses", "facilities", "devices"] = "assets"
    assets: str | None = None
    max_days: float | None = Field(default=None, gt=0)
    last: str | None = None
    first_days: float | None = Field(default=None, gt=0)
    max_silt_cm: float | None = Field(default=None, gt=0)
    conditions: tuple[str, ...] = ()
    min_share: float | None = Field(default=None, gt=0, le=1)
    units: str = "units"
    roads: str = "roads"
    people_within_m: float = Field(default=1000, gt=0)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Interval:
        asked = [self.max_days is not None, bool(self.conditions), self.min_share is not None]
        if sum(asked) != 1:
            raise PydanticCustomError("plan.interval_one", "one of max_days, conditions and min_share")
        if self.min_share is not None and self.kind != "devices":
            raise PydanticCustomError("plan.interval_share_of_devices", "min_share is for kind: devices")
        if self.max_days is not None and self.day_column is None:
            raise PydanticCustomError("plan.interval_last", "name the column of the day in last")
        return self

    @property
    def ref(self) -> str:
        """The layer or category that is judged."""
        return self.assets or self.kind

    @property
    def day_column(self) -> str | None:
        """The column with the day something was last done."""
        return self.last or LAST.get(self.kind)

    def measure(self, world: World) -> Measured:
        """Return the days since (and allowed), the condition, or how many devices work and should.

        Raises LayerError if a layer is missing, or if the plan has no date and days are asked for.
        """
        if self.min_share is not None:
            return uptime(world, self.ref, self.units, self.where, self.min_share)
        upkeep = Upkeep.of(world, self.kind, self.ref, self.where, self.roads, self.people_within_m)
        if self.conditions:
            return by_condition(upkeep, self.conditions)
        if world.date is None:
            raise LayerError([Problem("plan.date", say("interval.no_date", rule=self.id), say("interval.no_date_fix"))])
        limits = Limits(str(self.day_column), float(self.max_days or 0), self.first_days, self.max_silt_cm)
        return by_date(upkeep, world.date, limits)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each asset that is overdue or out of condition, or for each village's idle devices."""
        detail = coverage.measured.detail
        return uptime_gaps(coverage, detail) if isinstance(detail, Uptime) else upkeep_gaps(coverage)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each gap the seeing to it: the asset done, or the devices put right that are missing."""
        detail = coverage.measured.detail
        if isinstance(detail, Uptime):
            return uptime_projects(self, gaps, coverage, detail)
        return upkeep_projects(self, gaps, coverage, _upkeep(detail), self._done(world))

    def _done(self, world: World) -> Mapping[str, Any]:
        """Return the cells that say an asset has been seen to."""
        if self.conditions:
            return {"condition": self.conditions[0]}
        cells: dict[str, Any] = {str(self.day_column): np.datetime64(str(world.date), "s")}
        return cells if self.max_silt_cm is None else cells | {"silt_cm": 0.0}

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that touch what is judged, or who depends on it."""
        others = {"units", "demand"} if self.min_share is not None else {"units", "demand", "roads"}
        return moving(projects, others - {self.kind}, world.layers) | counting(
            projects, Meant(self.kind, self.ref), world.layers
        )

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return what each project would see to; None where one does anything else to what is judged."""
        detail = coverage.measured.detail
        if isinstance(detail, Uptime):
            return uptime_adds(projects, coverage, detail, world)
        return upkeep_adds(projects, coverage, _upkeep(detail), self._done(world), world)

    def trial(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Trial | None:
        """Return, for a share of devices, how many stand and work in each village: one more put up is one more of one more."""
        detail = coverage.measured.detail
        if not isinstance(detail, Uptime) or self.min_share is None:
            return None
        return uptime_trial(projects, coverage, detail, world, self.min_share)


def _upkeep(detail: object) -> Upkeep:
    if not isinstance(detail, Upkeep):
        raise TypeError("the coverage is of another rule type")
    return detail
