"""Every village has so many square metres of something for each of its people: parks, sports grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
import pandas as pd
import shapely
from pydantic import Field, field_validator

from geo.building import Blueprint, Order, assumed_cost, blueprint, built
from geo.gaps import Gap, place_gaps, stable_id
from geo.places import NOWHERE, ids_at, judged_units, points_of, rows_containing, texts, unit_people, unit_rows
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.sites import Sites, feet_on_roads, home_weights, idle_parcels, parcel_sites
from geo.supply import Meant, added_rows, cost_note, edits_touch, rejected_note, supply, units_with_rejects, what_is
from layers.categories import canonical
from layers.options import Cost, checked_where
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

Share = Annotated[float, Field(ge=0, le=1)]

# 600 m2 are three lots of 200 whatever the last bit of the division says.
NOISE = 1e-9


class Area(Rule):
    """Every village has at least `per_person_m2` square metres for each of its people, exactly as many being enough.

    `facilities` is a layer or category, or several; `facilities_where` narrows them. What works counts for the village its
    `unit_id` names, else for the one it lies in (an area: where its inner point is). It counts with its `area_m2`, or what
    is drawn of it where that is blank; and of a category named in `opening` (0-1) only that share, as of a school yard
    that is open outside school hours. People are the village's population, else those of its homes.

    Unknown is a village whose people nobody gives; and where too little is sure, one with a facility of unknown status
    or size, or one that a row set aside when it was read names.

    The gap is what is missing, in m2. It is closed by whole lots of the first of `facilities` (a court, a pocket park),
    on the village's idle parcels first, the largest first and none beyond its area, and what is left beside its
    largest home. Each parcel is a project of its own; together they close the gap.
    """

    reads: ClassVar[frozenset[str] | None] = frozenset({"units", "demand", "facilities"})
    thresholds: ClassVar[Mapping[str, Turns]] = {"per_person_m2": "required"}

    units: str = "units"
    facilities: str | tuple[str, ...] = "facilities"
    facilities_where: str | None = None
    per_person_m2: float = Field(gt=0)
    opening: dict[str, Share] = Field(default_factory=dict)

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @field_validator("opening")
    @classmethod
    def _by_category(cls, opening: dict[str, float]) -> dict[str, float]:
        return {canonical("facilities", word) or word: share for word, share in opening.items()}

    @property
    def _meant(self) -> list[Meant]:
        refs = (self.facilities,) if isinstance(self.facilities, str) else self.facilities
        return [Meant("facilities", ref, None, self.facilities_where) for ref in refs]

    def measure(self, world: World) -> Measured:
        """Return for each village the square metres it is due and has; raises LayerError if a layer is missing."""
        units = judged_units(world, self.units, self.where)
        row = world.units.index.get_indexer(units.index)
        found = [supply(world.layers, meant) for meant in self._meant]
        frame, works = pd.concat([one.frame for one in found]), np.concatenate([one.works for one in found])
        once = ~frame.index.duplicated()
        frame, works = frame[once], works[once]
        area, unit = self._open_m2(frame), _unit_of(frame, world.units)
        spoilt = [units_with_rejects(world, meant) for meant in self._meant]
        low, high = (_by_unit(unit, numbers, world.units) for numbers in _ends(area, works))
        high[np.concatenate(spoilt)] = np.inf
        people = unit_people(world.units, world.demand)[row]
        required, low, high = self.per_person_m2 * people, low[row], high[row]
        lost = np.isin(row, np.concatenate(spoilt))
        result = units[["name", "geometry"]].assign(
            name=texts(units["name"]),
            unit_id=units.index.to_numpy(object),
            required=required,
            supplied=low,
            supplied_low=low,
            supplied_high=high,
            people=people,
            reason=_reasons(required, low, high, lost),
        )
        notes = [note for one in found for note in one.notes]
        notes += [note for meant in self._meant for note in rejected_note(world, meant)]
        notes += cost_note(self, assumed_cost(world.layers, self._meant[0]))
        return Measured(result, "m2", "at_least", tuple(notes), without="share", of="units")

    def _open_m2(self, facilities: gpd.GeoDataFrame) -> Numbers:
        """Return the square metres of each that count, NaN where its size is not known."""
        drawn = shapely.area(np.asarray(facilities.geometry))
        given = facilities["area_m2"].to_numpy(float)
        area = np.where(np.isnan(given), np.where(drawn > 0, drawn, np.nan), given)
        share: Numbers = np.array([self.opening.get(word, 1.0) for word in texts(facilities["category"])], dtype=float)
        return np.where(share > 0, area * share, 0.0)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each village with too little."""
        what = what_is(self._meant[0])
        gaps = place_gaps(
            coverage,
            lambda row: say(
                "area.gap",
                unit=row["name"] or row["unit_id"],
                what=what,
                required=float(row["required"]),
                supplied=float(row["supplied"]),
            ),
        )
        if self._plan(world) is None:
            return [replace(gap, reason=say("rules.gap_filter_unmet", gap=gap.reason)) for gap in gaps]
        return gaps

    def _plan(self, world: World) -> Blueprint | None:
        """Return what is built; None if the rule would not count it."""
        plan = blueprint(world.layers, self._meant[0], self.cost)
        return plan if plan is not None and self.opening.get(plan.category, 1.0) > 0 else None

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each village lots on its idle parcels until it has enough, and beside its homes for the rest."""
        plan = self._plan(world)
        if plan is None or not gaps:
            return []
        land = _land(world, plan.area_m2)
        counted_m2 = plan.area_m2 * self.opening.get(plan.category, 1.0)
        projects = []
        for gap in gaps:
            lots = int(np.ceil(gap.amount / counted_m2 - NOISE))
            for site, count in land.shared_out(gap, lots):
                id_ = stable_id("P", "build_facility", gap.id, *site.key[0])
                order = Order(id_, (gap.id,), site, (gap.unit_id,), gap.name or gap.unit_id)
                projects += built(_lots(plan, count), self.id, [order])
        return projects

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return how many square metres each project would add to each village.

        None where one touches villages or homes, changes a facility, or adds one of unknown size.
        """
        if edits_touch(projects, {"units", "demand"}, world.layers):
            return None
        every = [added_rows(projects, meant, world.layers) for meant in self._meant]
        found = [added for added in every if added is not None]
        if len(found) < len(every):
            return None
        frame, project = pd.concat([one.frame for one in found]), np.concatenate([one.project for one in found])
        once = ~pd.MultiIndex.from_arrays([project, frame.index]).duplicated()
        frame, project = frame[once], project[once]
        area = self._open_m2(frame)
        place = coverage.frame.index.get_indexer(ids_at(_unit_of(frame, world.units), world.units))
        counts = place != NOWHERE
        if np.isnan(area[counts]).any():
            return None
        return Adds(project[counts], place[counts], area[counts], np.arange(len(coverage.frame)), "sum")


def _unit_of(facilities: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> Rows:
    own = unit_rows(texts(facilities["unit_id"]), units)
    return np.where(own == NOWHERE, rows_containing(points_of(facilities), units), own)


def _ends(area: Numbers, works: Flags) -> tuple[Numbers, Numbers]:
    """Return the least and the most each facility may supply."""
    return np.where(works, np.nan_to_num(area), 0.0), np.nan_to_num(area, nan=np.inf)


def _by_unit(unit: Rows, numbers: Numbers, units: gpd.GeoDataFrame) -> Numbers:
    here = unit != NOWHERE
    return np.bincount(unit[here], numbers[here], minlength=len(units)).astype(float)


def _reasons(required: Numbers, low: Numbers, high: Numbers, rejected: Flags) -> NDArray[np.str_]:
    is_open = (low < required) & (high >= required)
    return np.select(
        [np.isnan(required), is_open & rejected, is_open & np.isinf(high), is_open, (low <= 0) & (required > 0)],
        ["population_missing", "row_rejected", "area_blank", "status_blank", "no_facility_here"],
        "",
    )


def _lots(plan: Blueprint, count: int) -> Blueprint:
    """Return the plan for one facility of so many lots, at their cost."""
    cost = plan.cost
    more = Cost(
        low=cost.low * count,
        mid=cost.mid * count,
        high=cost.high * count,
        per=cost.per,
        yearly=cost.yearly * count,
        life_years=cost.life_years,
    )
    area_m2 = plan.area_m2 * count
    return replace(plan, cells={**plan.cells, "area_m2": area_m2}, area_m2=area_m2, cost=more)


@dataclass(frozen=True)
class _Land:
    """Idle parcels, the largest first, with the village and the lots of each; and the homes with their place on the road."""

    parcels: Sites
    unit_id: NDArray[np.object_]
    lots: Rows
    homes: gpd.GeoDataFrame
    world: World

    def shared_out(self, gap: Gap, lots: int) -> list[tuple[Sites, int]]:
        """Return where that many lots go in the gap's village, and how many on each."""
        found: list[tuple[Sites, int]] = []
        for row in np.flatnonzero(self.unit_id == gap.unit_id):
            take = min(int(self.lots[row]), lots)
            if take:
                found.append((self.parcels.at(np.array([row])), take))
                lots -= take
        return [*found, (self._beside_homes(gap), lots)] if lots else found

    def _beside_homes(self, gap: Gap) -> Sites:
        """Return the place on the road beside the home with most people, or one inside the village if that is outside."""
        homes = self.homes[(self.homes["unit_id"] == gap.unit_id).to_numpy()]
        best = homes.iloc[[int(np.argmax(home_weights(homes["people"].to_numpy(float))))]] if len(homes) else homes
        point = feet_on_roads(self.world)(points_of(best))
        if len(best) and shapely.intersects(point[0], gap.geometry):
            return Sites(point, [("home", str(best.index[0]))])
        return Sites(np.array([shapely.point_on_surface(gap.geometry)]), [("unit", gap.unit_id)])


def _land(world: World, lot_m2: float) -> _Land:
    parcels = idle_parcels(world, lot_m2)
    if len(parcels):
        given = parcels["area_m2"].to_numpy(float)
        area = np.where(np.isnan(given), shapely.area(np.asarray(parcels.geometry)), given)
        order = np.lexsort((parcels.index.to_numpy(str), -area))
        parcels, area = parcels.iloc[order], area[order]
    else:
        area = np.zeros(0)
    sites = parcel_sites(parcels, feet_on_roads(world))
    unit = _unit_of(parcels, world.units) if len(parcels) else np.zeros(0, np.int64)
    return _Land(sites, ids_at(unit, world.units), np.floor(area / lot_m2 + NOISE).astype(np.int64), world.homes, world)
