"""Every village has its own: a clinic, an elderly-care centre, a fitness set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pydantic import Field, field_validator

from geo.building import Order, assumed_cost, blueprint, built
from geo.gaps import Gap, place_gaps, stable_id
from geo.groups import EVERYBODY, Group
from geo.places import (
    NOWHERE,
    ids_at,
    judged_units,
    points_of,
    rows_containing,
    served_units,
    texts,
    unit_people,
    unit_rows,
)
from geo.projects import Project
from geo.rule import Adds, Measured, Rule
from geo.sites import (
    PARCEL_WORTH,
    Sites,
    beside_homes,
    feet_on_roads,
    home_feet,
    home_weights,
    idle_parcels,
    parcel_sites,
)
from geo.supply import (
    Meant,
    Supply,
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
from layers.options import checked_where
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Where a village's homes are close together, one place on the road is tried for each square of this side. Our choice.
SPACING_M = 200.0


class Presence(Rule):
    """Every village has at least `at_least` working facilities of its own.

    `units` are the villages judged. `facilities` is a layer or a category; `category` and `facilities_where` narrow it. A
    facility counts for the village its `unit_id` names, and for every village in its `serves_units`; where it names no
    village of its own, for the village it lies in (on a boundary: the one with the lowest id; an area: where its inner
    point is). A village given without a boundary is unknown where a facility names none. Planned and broken ones do not count. One of unknown status may count: a village that has enough only with
    it is unknown. So is a village that a row set aside when it was read names, unless it has enough without.
    """

    units: str = "units"
    facilities: str = "facilities"
    category: str | None = None
    facilities_where: str | None = None
    at_least: int = Field(default=1, ge=1, le=1000)
    group: Group = "people"

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @property
    def _meant(self) -> Meant:
        return Meant("facilities", self.facilities, self.category, self.facilities_where)

    def measure(self, world: World) -> Measured:
        """Return for each village how many it has; raises LayerError if a layer is missing."""
        units = judged_units(world, self.units, self.where)
        found = supply(world.layers, self._meant)
        row = world.units.index.get_indexer(units.index)
        sure, maybe = (_counted(found, which, world.units)[row] for which in (found.works, ~found.works))
        spoilt = np.isin(row, units_with_rejects(world, self._meant))
        unbounded = _may_lie_in(found, world.units)[row]
        everybody = unit_people(world.units, world.demand)[row]
        people = everybody if self.group == EVERYBODY else units[self.group].to_numpy(float)
        frame = units[["name", "geometry"]].assign(
            name=texts(units["name"]),
            unit_id=units.index.to_numpy(object),
            required=float(self.at_least),
            supplied=sure,
            supplied_low=sure,
            supplied_high=np.where(spoilt | unbounded, np.inf, sure + maybe),
            people=people,
            reason=self._reason(sure, maybe, spoilt, unbounded, any_works=bool(found.works.any())),
        )
        filled = int((units["population"].isna().to_numpy() & ~np.isnan(everybody)).sum())
        notes = [*found.notes, *_unknown_units(found, world), *rejected_note(world, self._meant)]
        notes += [say("rules.people_from_homes", count=filled)] if filled else []
        notes += cost_note(self, assumed_cost(world.layers, self._meant))
        return Measured(frame, "facilities", "at_least", tuple(notes), of="units")

    def _reason(
        self, sure: Numbers, maybe: Numbers, spoilt: Flags, unbounded: Flags, *, any_works: bool
    ) -> NDArray[np.str_]:
        lacks = sure < self.at_least
        by_status = lacks & (sure + maybe >= self.at_least)
        none = lacks & (not any_works)
        cases = [lacks & spoilt, lacks & unbounded, by_status, none]
        return np.select(cases, ["row_rejected", "no_boundary", "status_blank", "no_facility"], "")

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move homes, or touch one of the facilities."""
        moved = moving(projects, {"units", "demand"}, world.layers)
        return moved | counting(projects, self._meant, world.layers)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each village with too few."""
        what = what_is(self._meant)
        gaps = place_gaps(
            coverage,
            lambda row: say(
                "rules.gap_presence",
                unit=row["name"] or row["unit_id"],
                what=what,
                required=float(row["required"]),
                supplied=float(row["supplied"]),
            ),
        )
        if blueprint(world.layers, self._meant, self.cost) is None:
            return [replace(gap, reason=say("rules.gap_filter_unmet", gap=gap.reason)) for gap in gaps]
        return gaps

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each village the building of as many as it lacks, at its best places."""
        plan = blueprint(world.layers, self._meant, self.cost)
        if plan is None or not gaps:
            return []
        parcels = idle_parcels(world, plan.area_m2)
        sites = parcel_sites(parcels, feet_on_roads(world))
        unit_of_site = _units_of_parcels(parcels, sites, world)
        none, orders = np.zeros(0, np.int64), []
        for gap in gaps:
            own = sites.at(np.flatnonzero(unit_of_site == gap.unit_id))
            orders.append(_order(gap, _best_sites(own, world.demand.of_unit.get(gap.unit_id, none), gap, world)))
        return built(plan, self.id, orders)

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return how many each project would add to each village; None where one touches villages or homes."""
        added = added_rows(projects, self._meant, world.layers)
        if added is None or edits_touch(projects, {"units", "demand"}, world.layers):
            return None
        facility, unit = _serving(added.frame, world.units)
        place = coverage.frame.index.get_indexer(ids_at(unit, world.units))
        counts = place != NOWHERE
        return Adds(
            added.project[facility[counts]],
            place[counts],
            np.ones(int(counts.sum())),
            np.arange(len(coverage.frame)),
            "sum",
        )


def _order(gap: Gap, sites: Sites) -> Order:
    id_ = stable_id("P", "build_facility", gap.id)
    return Order(id_, (gap.id,), sites, (gap.unit_id,) * len(sites), gap.name or gap.unit_id)


def _serving(facilities: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> tuple[Rows, Rows]:
    """Return which facility (row) serves which village (row), each pair once."""
    own = unit_rows(texts(facilities["unit_id"]), units)
    lies_in = rows_containing(points_of(facilities), units)
    lists = [served_units(cell, units) if cell else [] for cell in texts(facilities["serves_units"])]
    facility = np.concatenate([np.arange(len(own)), np.repeat(np.arange(len(own)), [len(rows) for rows in lists])])
    unit = np.concatenate([np.where(own == NOWHERE, lies_in, own), [row for rows in lists for row in rows]])
    pairs = np.unique(np.column_stack([facility, unit.astype(np.int64)]), axis=0)
    pairs = pairs[pairs[:, 1] != NOWHERE]
    return pairs[:, 0], pairs[:, 1]


def _counted(found: Supply, which: NDArray[np.bool_], units: gpd.GeoDataFrame) -> Numbers:
    return np.bincount(_serving(found.frame[which], units)[1], minlength=len(units)).astype(float)


def _may_lie_in(found: Supply, units: gpd.GeoDataFrame) -> Flags:
    """Return which villages have no boundary, if some facility names no village and lies in none: it may be theirs."""
    serving = np.isin(np.arange(len(found.frame)), _serving(found.frame, units)[0])
    unnamed = (texts(found.frame["unit_id"]) == "") & ~serving
    unbounded: Flags = (shapely.get_dimensions(units.geometry.to_numpy()) < 2) & unnamed.any()
    return unbounded


def _unknown_units(found: Supply, world: World) -> list[Text]:
    named = texts(found.frame["unit_id"])
    lost = named[(named != "") & (unit_rows(named, world.units) == NOWHERE)]
    return [say("rules.unit_unknown", count=len(lost), example=str(min(lost)))] if len(lost) else []


def _units_of_parcels(parcels: gpd.GeoDataFrame, sites: Sites, world: World) -> NDArray[np.object_]:
    """Return the id of the village of each parcel: the one it names, else the one it is built on in."""
    if not len(parcels):
        return np.array([], dtype=object)
    own = unit_rows(texts(parcels["unit_id"]), world.units)
    return ids_at(np.where(own == NOWHERE, rows_containing(sites.point, world.units), own), world.units)


def _best_sites(parcels: Sites, homes: Rows, gap: Gap, world: World) -> Sites:
    """Return the places in a village from which its people (homes by row) are nearest, idle parcels preferred."""
    homes = homes[~shapely.is_missing(world.demand.points[homes])]
    weight = home_weights(world.demand.people[homes])
    beside = beside_homes(world.demand.ids[homes], home_feet(world, homes), weight, SPACING_M)
    inside = shapely.intersects(beside.point, gap.geometry)
    sites = parcels.and_(beside.at(np.flatnonzero(inside)))
    if not len(sites):
        sites = Sites(np.array([shapely.point_on_surface(gap.geometry)]), [("unit", gap.unit_id)])
    walk = shapely.distance(sites.point[:, None], world.demand.points[homes][None, :]) @ weight
    best = np.argsort(walk / np.where(sites.is_parcel, PARCEL_WORTH, 1.0), kind="stable")
    once = best[: int(gap.amount)]
    again = best[~sites.is_parcel[best]] if len(once) < gap.amount else best  # a lot is for one
    more = np.resize(again if len(again) else best, int(gap.amount) - len(once))
    return sites.at(np.concatenate([once, more]))
