"""Every home within so many metres or minutes of a facility: the clinic, the park, the bus stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, cast

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from geo.building import assumed_cost, blueprint
from geo.coverage import lacking
from geo.gaps import Gap
from geo.groups import Group, group_people
from geo.network.snap import MAX_SNAP_M
from geo.places import demand_rows, points_of, texts
from geo.projects import Project
from geo.roads.approach import Approach, approach
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import (
    Meant,
    added_rows,
    cost_note,
    counting,
    edits_touch,
    moving,
    rejected_note,
    supply,
    units_with_rejects,
    what_is,
)
from geo.travel import WALK_M_PER_MIN, Travel
from geo.unserved import Unserved, gaps_of, projects_for
from geo.ways import AlongRoads, Stands, Ways
from layers.options import checked_where
from layers.problems import LayerError, Problem
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Shapes = NDArray[np.object_]

# A place twice as far as it may be is wholly without (see geo.coverage.need): what lies beyond makes no difference.
WHOLLY_WITHOUT = 2.0


@dataclass(frozen=True)
class _Kept:
    """What measuring found and gaps, repairs and adds need again."""

    ways: Ways
    points: NDArray[np.object_]
    any_works: bool


class Reach(Rule):
    """Every home is within `cutoff_m` metres or `cutoff_min` minutes of a working facility.

    `demand` are the homes judged: all of them, or one layer. `facilities` is a layer or a category; `category` and
    `facilities_where` narrow it (`where` keeps homes). `mode` is walk, cycle or drive (along the roads that may be used so, both
    access legs included, home to facility) or straight (as the crow flies). On foot a minute is `walk_m_per_min` metres;
    by car it follows from the roads' speeds. With `direction: to_home` the trip runs from the facility to the home, as a fire
    engine's does: one-way streets are gone through the other way. Within means <=. An area is entered by its entrances (see geo.entrances),
    never at its centre.

    A home no road joins to a facility has `inf` and is short. A home more than `max_snap_m` from any road is unknown. A
    facility of unknown status, one that far from any road, or a row set aside when it was read, may or may not serve the
    homes it could reach (a row set aside: those of the village it names): they are unknown unless served otherwise.
    `share` is the share of people who should be within; it judges the whole and no single home. `group` says whose rule
    it is: everybody's, or pop60, children, disabled, low_income; only they count then (a home that does not say how many
    has its village's share of them).

    A gap is a cluster of homes that are short, of one village, joined by steps of at most LINK_M in a straight line.
    """

    thresholds: ClassVar[Mapping[str, Turns]] = {"cutoff_m": "required", "cutoff_min": "required"}

    demand: str = "demand"
    facilities: str = "facilities"
    category: str | None = None
    facilities_where: str | None = None
    roads: str = "roads"
    mode: Literal["walk", "cycle", "drive", "straight"] = "walk"
    direction: Literal["to_facility", "to_home"] = "to_facility"
    cutoff_m: float | None = Field(default=None, gt=0)
    cutoff_min: float | None = Field(default=None, gt=0)
    share: float = Field(default=1.0, gt=0, le=1)
    group: Group = "people"
    walk_m_per_min: float = Field(default=WALK_M_PER_MIN, gt=0)
    max_snap_m: float = Field(default=MAX_SNAP_M, ge=0)

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @model_validator(mode="after")
    def _one_cutoff(self) -> Reach:
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

    @property
    def _travel(self) -> Travel:
        to_home = self.direction == "to_home"
        return Travel(self.mode, self._cutoff[1], self.roads, self.walk_m_per_min, self.max_snap_m, to_home)

    def measure(self, world: World) -> Measured:
        """Return each home's cost to the nearest facility; raises LayerError if a layer is missing."""
        self._refuse_lists(world)
        homes, rows = demand_rows(world, self.demand, self.where)
        found = supply(world.layers, self._meant)
        points = points_of(homes)
        ways = self._travel.ways(world, homes, rows)
        places, any_works = found.frame.geometry.to_numpy(), bool(found.works.any())
        high = ways.nearest(places[found.works])
        apart = ~ways.is_joined(places)
        low, why = self._at_the_least(world, homes, ways, high, places[~found.works], places[apart])
        cutoff, unit = self._cutoff
        people, guessed = group_people(homes, self.group, world)
        frame = homes[["geometry"]].assign(
            name=texts(homes["name"]),
            unit_id=homes["unit_id"].to_numpy(object),
            required=cutoff,
            supplied=high,
            supplied_low=np.where(np.isnan(high), np.nan, low),
            supplied_high=high,
            people=people,
            reason=self._reasons(ways.stands, high, low, why, any_works=any_works),
        )
        notes = [*world.demand.notes, *guessed, *found.notes, *rejected_note(world, self._meant)]
        notes += self._notes(frame, int(apart.sum()))
        notes += cost_note(self, assumed_cost(world.layers, self._meant))
        return Measured(frame, unit, "at_most", tuple(notes), _Kept(ways, points, any_works), of="homes")

    def _refuse_lists(self, world: World) -> None:
        """Raise LayerError for each layer that is a list without places: no distance can be measured to or from those."""
        facilities = [layer for layer, _ in world.layers.parts(self._meant.kind, self._meant.ref)]
        homes = [world.layers[name] for name in pd.unique(world.demand.layer)]
        lists = [layer for layer in (*homes, *facilities) if len(layer.frame) and layer.frame.geometry.isna().all()]
        fix = say("rules.no_places_fix")
        if lists:
            raise LayerError(
                Problem(layer.name, say("rules.no_places", layer=layer.name, rule=self.id), fix) for layer in lists
            )

    def _at_the_least(
        self, world: World, homes: gpd.GeoDataFrame, ways: Ways, high: Numbers, open_: Shapes, apart: Shapes
    ) -> tuple[Numbers, NDArray[np.str_]]:
        """Return what it would cost at best if all that is in doubt turned out well, and what is, as a reason.

        In doubt are facilities of unknown status (`open_`), those on no road (`apart`), and rows set aside.
        """
        nothing = np.full(len(high), np.inf)
        rejected = units_with_rejects(world, self._meant)
        named = np.isin(homes["unit_id"].to_numpy(object), world.units.index.to_numpy(object)[rejected])
        costs = np.array(
            [
                high,
                ways.nearest(open_) if len(open_) else nothing,
                ways.straight(apart) if len(apart) else nothing,
                np.where(named, 0.0, np.inf),
            ]
        )
        codes = np.array(["", "status_blank", "facility_off_network", "row_rejected"])
        costs = np.where(np.isnan(costs), np.inf, costs)
        return costs.min(axis=0), codes[costs.argmin(axis=0)]

    def _reasons(
        self, stands: Stands, high: Numbers, low: Numbers, why: NDArray[np.str_], *, any_works: bool
    ) -> NDArray[np.object_]:
        cutoff = np.full(len(high), self._cutoff[0])
        short, open_ = lacking(cutoff, high, "at_most") > 0, lacking(cutoff, low, "at_most") == 0
        cases = [np.isnan(high) & np.isnan(stands.offset_m), short & open_, np.isinf(high)]
        words = ["no_road", why.astype(object), "unreachable" if any_works else "no_facility"]
        reasons: NDArray[np.object_] = np.select(cases, words, "").astype(object)
        off = np.flatnonzero(np.isnan(high) & ~np.isnan(stands.offset_m))
        reasons[off] = [f"off_network:{metres:.0f}" for metres in stands.offset_m[off]]
        return reasons

    def _notes(self, frame: gpd.GeoDataFrame, apart: int) -> list[Text]:
        off = int(np.isnan(frame["supplied"]).sum())
        limit = {"limit_m": self.max_snap_m}
        notes = [say("rules.off_network_homes", count=off, **limit)] if off else []
        notes += [say("rules.off_network_facilities", count=apart, what=what_is(self._meant), **limit)] if apart else []
        within = lacking(frame["required"].to_numpy(float), frame["supplied_high"].to_numpy(float), "at_most") == 0
        people = frame["people"].to_numpy(float)
        counted, covered = float(np.nansum(people)), float(np.nansum(people[within]))
        if self.share < 1 and counted:
            share = round(100 * covered / counted, 1)
            notes.append(say("rules.people_within", covered=covered, share=share, target=round(100 * self.share, 1)))
        return notes

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move homes or roads, or touch one of the facilities."""
        return moving(projects, self._ground, world.layers) | counting(projects, self._meant, world.layers)

    @property
    def _ground(self) -> set[str]:
        """The kinds of layer that distances hang on, beside the facilities."""
        return {"units", "demand"} if self.mode == "straight" else {"units", "demand", "roads"}

    def approach(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Approach | None:
        """Return how near facilities and sites are, and what new roads change; None where nobody goes by road, or homes move."""
        kept = cast("_Kept", coverage.measured.detail)
        added = added_rows(projects, self._meant, world.layers)
        if added is None or not isinstance(kept.ways, AlongRoads):
            return None
        if edits_touch(projects, {"units", "demand"}, world.layers):
            return None
        found = supply(world.layers, self._meant)
        places = found.frame.geometry.to_numpy()[found.works]
        farthest = WHOLLY_WITHOUT * self._cutoff[0]
        return approach(kept.ways, self._travel, projects, places, added, farthest, world)

    def influence_m(self, coverage: Coverage) -> float:
        """Return the straight length of the longest way that matters, and of the steps to and from the road."""
        kept = cast("_Kept", coverage.measured.detail)
        return kept.ways.farthest_m(WHOLLY_WITHOUT * self._cutoff[0]) + 2 * self.max_snap_m

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each cluster of homes that are short, and one for each island no road joins to a facility."""
        unserved = self._unserved(coverage, world)
        gaps = gaps_of(unserved)
        if blueprint(world.layers, self._meant, self.cost) is None:
            return [replace(gap, reason=say("rules.gap_filter_unmet", gap=gap.reason)) for gap in gaps]
        return gaps

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return facilities to build, on idle land or beside the road, until every home that can be served is served."""
        plan = blueprint(world.layers, self._meant, self.cost)
        if plan is None or not gaps:
            return []
        return projects_for(self._unserved(coverage, world), gaps, plan, world)

    def _unserved(self, coverage: Coverage, world: World) -> Unserved:
        kept = cast("_Kept", coverage.measured.detail)
        cutoff, unit = self._cutoff
        return Unserved(
            rule_id=self.id,
            severity=self.severity,
            homes=coverage.frame,
            units=world.units,
            ways=kept.ways,
            points=kept.points,
            cutoff=cutoff,
            unit=unit,
            what=what_is(self._meant),
            any_works=kept.any_works,
        )

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return which homes each project would bring a facility to, at which cost; None where one touches homes or roads.

        Costs beyond WHOLLY_WITHOUT times the cutoff are left out: a home that far is without, however much farther it is.
        """
        added = added_rows(projects, self._meant, world.layers)
        if added is None or edits_touch(projects, self._ground, world.layers):
            return None
        kept = cast("_Kept", coverage.measured.detail)
        places = added.frame.geometry.to_numpy()
        pairs = kept.ways.within(places, WHOLLY_WITHOUT * self._cutoff[0])
        return Adds(added.project[pairs.place], pairs.home, pairs.cost, np.arange(len(coverage.frame)), "min")
