"""Enough to go round: beds, doctors, parking spaces for everybody who shares them, within reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, cast

import numpy as np
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from geo import access
from geo.capacities.catchments import Catchments, Stock, amounts_added, catchments
from geo.capacities.gaps import gaps_of
from geo.capacities.projects import PLACE_COST, projects_for
from geo.coverage import lacking
from geo.gaps import Gap
from geo.groups import Group, group_people
from geo.network.snap import MAX_SNAP_M
from geo.places import demand_rows, points_of, texts
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import (
    Meant,
    cost_note,
    counting,
    edits_touch,
    moving,
    rejected_note,
    supply,
    units_with_rejects,
    what_is,
)
from geo.travel import WALK_M_PER_MIN, Mode, Travel
from layers.options import checked_where
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PER = 1000.0


class Capacity(Rule):
    """Everybody can draw on at least `per_1000` places (beds, doctors, spaces) per thousand people who share them.

    Two-step floating catchment (Luo & Wang 2003; see geo.access). Step 1: the `capacity` of each working facility is
    divided by all the people who live within `cutoff_m` metres or `cutoff_min` minutes of it. Step 2: a home has the sum
    of what the facilities within the same cutoff of it offer a person. Within means <=. `group` says who shares: all
    people, or pop60, children, disabled, low_income; where homes do not give a group, it is their village's share of it.
    `decay` makes what is far count less in both steps: none; step (1, 0.68, 0.22 in thirds of the cutoff, Luo & Qi 2009);
    gaussian (1 at the door, 0 at the cutoff, Dai 2010); exponential (0.01 at the cutoff, Kwan 1998).
    `demand`, `facilities`, `category`, `facilities_where`, `roads`, `mode`, `walk_m_per_min`, `max_snap_m`: as in reach.

    The figure is a share of what is there, not a promise of a bed: no one is turned away in it, and it falls with every
    neighbour. Publish the cutoff beside it; at this scale it matters most (Chen & Jia 2019).

    Unknown: a home off the roads; one whose verdict hangs on a facility of unknown capacity or status, on one off the
    roads, on a row set aside, or on homes near by whose people are blank. People off the roads press on no facility. A
    home without people requires nothing. A gap is a cluster of short homes of one village; its amount is the places that
    are missing. Repair: enlarge a facility within reach, else build one; each project by itself lifts the homes it names
    to the norm. Its cost is for one place.
    """

    thresholds: ClassVar[Mapping[str, Turns]] = {"per_1000": "required", "cutoff_m": "anew", "cutoff_min": "anew"}

    demand: str = "demand"
    group: Group = "people"
    facilities: str = "facilities"
    category: str | None = None
    facilities_where: str | None = None
    per_1000: float = Field(gt=0)
    decay: Literal["none", "step", "gaussian", "exponential"] = "none"
    roads: str = "roads"
    mode: Mode = "walk"
    cutoff_m: float | None = Field(default=None, gt=0)
    cutoff_min: float | None = Field(default=None, gt=0)
    walk_m_per_min: float = Field(default=WALK_M_PER_MIN, gt=0)
    max_snap_m: float = Field(default=MAX_SNAP_M, ge=0)

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @model_validator(mode="after")
    def _one_cutoff(self) -> Capacity:
        if (self.cutoff_m is None) == (self.cutoff_min is None):
            raise PydanticCustomError("plan.reach_cutoff", "one of cutoff_m and cutoff_min")
        if self.mode == "straight" and self.cutoff_min is not None:
            raise PydanticCustomError("plan.reach_straight_minutes", "a straight line takes no time")
        return self

    @property
    def _cutoff(self) -> tuple[float, Literal["m", "min"]]:
        return (self.cutoff_m, "m") if self.cutoff_m is not None else (self.cutoff_min or 0.0, "min")

    @property
    def _meant(self) -> Meant:
        return Meant("facilities", self.facilities, self.category, self.facilities_where)

    def measure(self, world: World) -> Measured:
        """Return the places per thousand each home can draw on; raises LayerError if a layer is missing."""
        homes, rows = demand_rows(world, self.demand, self.where)
        found = supply(world.layers, self._meant)
        cutoff, unit = self._cutoff
        ways = Travel(self.mode, unit, self.roads, self.walk_m_per_min, self.max_snap_m).ways(world, homes, rows)
        people, guessed = group_people(homes, self.group, world)
        stock = Stock(found.frame, found.works, found.frame["capacity"].to_numpy(float))
        around = catchments(ways, points_of(homes), people, stock, cutoff, self._decay())
        low, high, why = self._levels(around, homes, world)
        frame = homes[["geometry"]].assign(
            name=texts(homes["name"]),
            unit_id=homes["unit_id"].to_numpy(object),
            required=np.where(people == 0, 0.0, self.per_1000),
            supplied=low,
            supplied_low=low,
            supplied_high=high,
            people=people,
            reason=why,
        )
        notes = [*world.demand.notes, *found.notes, *rejected_note(world, self._meant), *guessed]
        notes += [*self._notes(around), *cost_note(self, PLACE_COST)]
        return Measured(frame, "per_1000", "at_least", tuple(notes), around, of="homes")

    def _decay(self) -> access.Decay | None:
        cutoff = self._cutoff[0]
        made = {"step": access.step, "gaussian": access.gaussian, "exponential": access.exponential}
        return made[self.decay](cutoff) if self.decay in made else None

    def _levels(
        self, around: Catchments, homes: gpd.GeoDataFrame, world: World
    ) -> tuple[Numbers, Numbers, NDArray[np.object_]]:
        """Return what each home can draw on at the least and at the most, and why it is so little or not known."""
        low, high = PER * around.low(), PER * around.high()
        rejected = units_with_rejects(world, self._meant)
        named = np.isin(homes["unit_id"].to_numpy(object), world.units.index.to_numpy(object)[rejected])
        doubts = {
            "status_blank": around.near(~around.stock.works),
            "capacity_blank": around.near(np.isnan(around.stock.capacity)),
            "people_nearby_blank": around.near(around.is_load_open),
            "facility_off_network": around.near_unjoined,
            "row_rejected": named,
        }
        high = np.where(around.near_unjoined | named, np.inf, high)
        off = around.is_off
        metres = np.array([f"off_network:{m:.0f}" for m in np.nan_to_num(around.stands.offset_m)], dtype=object)
        required = np.full(len(low), self.per_1000)
        open_ = (lacking(required, low, "at_least") > 0) & (lacking(required, high, "at_least") == 0)
        cases: list[Flags] = [
            off & np.isnan(around.stands.offset_m),
            off,
            *(open_ & doubt for doubt in doubts.values()),
            high == 0,
        ]
        words: list[object] = ["no_road", metres, *doubts, "out_of_reach"]
        reason: NDArray[np.object_] = np.select(cases, [np.asarray(word, object) for word in words], "")
        return np.where(off, np.nan, low), np.where(off, np.nan, high), reason

    def _notes(self, around: Catchments) -> list[Text]:
        what = what_is(self._meant)
        blank = int(np.isnan(around.stock.capacity).sum())
        off, unjoined = int(around.is_off.sum()), int((~around.is_joined).sum())
        notes = [say("capacity.capacity_blank", count=blank, what=what)] if blank else []
        notes += [say("rules.off_network_homes", count=off, limit_m=self.max_snap_m)] if off else []
        if unjoined:
            notes.append(say("rules.off_network_facilities", count=unjoined, what=what, limit_m=self.max_snap_m))
        return notes

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move homes or roads, or touch one of the facilities."""
        moved = moving(projects, {"units", "demand", "roads"}, world.layers)
        return moved | counting(projects, self._meant, world.layers)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each cluster of short homes, with the places that are missing there."""
        cutoff, unit = self._cutoff
        facts = {
            "what": what_is(self._meant),
            "norm": self.per_1000,
            "cutoff": cutoff,
            "unit": say(f"rules.length_{unit}"),
        }
        return gaps_of(coverage, world.units, _around(coverage).points, facts)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return facilities to enlarge, and where none is within reach to build, until every short home has enough."""
        return projects_for(gaps, coverage, _around(coverage), self._meant, world) if gaps else []

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return what each project adds at each home: access is a sum over facilities, so projects add up.

        None where one touches homes, villages or roads, or does more to a facility that is there than enlarge it.
        """
        if edits_touch(projects, {"units", "demand", "roads"}, world.layers):
            return None
        added = amounts_added(_around(coverage), projects, self._meant, world.layers)
        if added is None:
            return None
        project, home, amount = added
        return Adds(project, home, PER * amount, np.arange(len(coverage.frame)), "sum")


def _around(coverage: Coverage) -> Catchments:
    return cast("Catchments", coverage.measured.detail)
