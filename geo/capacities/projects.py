"""What gives homes enough to draw on: facilities within reach enlarged, and new ones where there is none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geo.building import Blueprint, Order, blueprint, built
from geo.capacities.catchments import Weights
from geo.capacities.gaps import PLACES
from geo.coverage import TOLERANCE
from geo.facilitytypes import facility_type
from geo.gaps import Gap, stable_id
from geo.parcels import NOISE_M2, areas
from geo.places import ids_at, points_of, rows_containing, texts, unit_rows
from geo.projects import Project
from geo.sites import (
    PARCEL_WORTH,
    Sites,
    beside_homes,
    chosen_greedily,
    feet_on_roads,
    home_weights,
    idle_parcels,
    parcel_sites,
)
from geo.supply import Meant, category_word
from geo.unserved import SPACING_LEAST_M, SPACING_SHARE
from layers.edit import Edit
from layers.options import Cost
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.capacities.catchments import Catchments
    from geo.coverage import Coverage
    from geo.world import World

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

# What one place (a bed, a space, a post) costs where the plan does not say: very rough (mark I).
PLACE_COST = Cost(low=3000, mid=20_000, high=100_000, per="place", yearly=1000, life_years=20)

# A facility that counts less than this at a home is no way to help it: one bed for it would take five. Our choice.
LEAST_WEIGHT = 0.2


@dataclass(frozen=True)
class _Wanting:
    """The short homes of these gaps: what each lacks (places a person), its weight, and its gap (-1: none)."""

    gaps: Sequence[Gap]
    lacking: Numbers
    weight: Numbers
    gap_of: Rows

    def gap_ids(self, homes: Rows) -> tuple[str, ...]:
        """Return the gaps of these homes, the one with most people first."""
        share = np.bincount(self.gap_of[homes], self.weight[homes], minlength=len(self.gaps))
        return tuple(self.gaps[i].id for i in np.argsort(-share, kind="stable") if share[i] > 0)

    def places(self, homes: Rows, weight: Numbers, load: float) -> float:
        """Return how many whole places, shared by that load, give each of these homes what it lacks."""
        return float(max(1, math.ceil(float(np.max(self.lacking[homes] / weight)) * load - TOLERANCE)))


def projects_for(
    gaps: Sequence[Gap], coverage: Coverage, around: Catchments, meant: Meant, world: World
) -> list[Project]:
    """Return projects that lift every home of these gaps to the norm, each of them by itself those it is for.

    Facilities within reach are enlarged first; homes that none of them helps get a new one, on idle land large enough
    or beside the road, until only homes are left that nothing could be built near enough to.
    """
    wanting = _wanting(gaps, coverage)
    projects, left = _larger_ones(coverage, around, wanting, meant, world)
    plan = blueprint(world.layers, meant, coverage.rule.cost or PLACE_COST)
    if plan is not None:
        projects += _new_ones(coverage, around, wanting, left, plan, world)
    return sorted(projects, key=lambda project: project.id)


def _wanting(gaps: Sequence[Gap], coverage: Coverage) -> _Wanting:
    frame = coverage.frame
    gap_of = np.full(len(frame), -1)
    for i, gap in enumerate(gaps):
        gap_of[frame.index.get_indexer(list(gap.place_ids))] = i
    lacking = np.nan_to_num(frame["shortfall"].to_numpy(float)) / 1000
    return _Wanting(gaps, lacking, home_weights(frame["people"].to_numpy(float)), gap_of)


def _larger_ones(
    coverage: Coverage, around: Catchments, wanting: _Wanting, meant: Meant, world: World
) -> tuple[list[Project], Rows]:
    """Return the facilities to enlarge, and the homes that none of them helps."""
    pairs, left = around.pairs, np.flatnonzero(wanting.gap_of >= 0)
    helps = around.is_sure[pairs.place] & (pairs.weight >= LEAST_WEIGHT) & (wanting.gap_of[pairs.home] >= 0)
    some = Weights(pairs.home[helps], pairs.place[helps], pairs.weight[helps])
    projects = []
    for place, rows in _chosen(some, np.ones(len(around.stock.works)), wanting.weight):
        homes = some.home[rows]
        more = wanting.places(homes, some.weight[rows], float(around.load[place]))
        projects.append(_larger(coverage, around, place, more, wanting.gap_ids(homes), meant, world))
        left = np.setdiff1d(left, homes)
    return projects, left


def _larger(
    coverage: Coverage,
    around: Catchments,
    place: int,
    more: float,
    gap_ids: tuple[str, ...],
    meant: Meant,
    world: World,
) -> Project:
    facility = around.stock.frame.iloc[place]
    id_ = str(facility.name)
    layer = next(layer for layer, rows in world.layers.parts(meant.kind, meant.ref) if id_ in rows.index)
    change = pd.DataFrame({"capacity": [around.stock.capacity[place] + more]}, index=pd.Index([id_], name="id"))
    units = world.units
    unit = unit_rows(texts(around.stock.frame["unit_id"].iloc[[place]]), units)
    inside = rows_containing(points_of(around.stock.frame.iloc[[place]]), units)
    named = facility["name"] if isinstance(facility["name"], str) and facility["name"] else id_
    return Project(
        id=stable_id("P", "add_capacity", coverage.rule.id, layer.name, id_),
        action="add_capacity",
        name=say("capacity.project_larger", name=named, what=category_word(str(facility["category"])), count=more),
        unit_id=str(ids_at(np.where(unit < 0, inside, unit), units)[0]),
        rule_ids=(coverage.rule.id,),
        gap_ids=gap_ids,
        amount=more,
        unit=PLACES,
        edits=(Edit(layer.name, change=change),),
        cost=coverage.rule.cost or PLACE_COST,
        geometry=facility.geometry,
    )


def _new_ones(
    coverage: Coverage, around: Catchments, wanting: _Wanting, left: Rows, plan: Blueprint, world: World
) -> list[Project]:
    """Return what to build for the homes that are left: as `geo.unserved.projects_for`, sized to the homes around."""
    left = left[around.stands.leg[left] <= around.cutoff]
    sites = parcel_sites(idle_parcels(world, plan.area_m2), feet_on_roads(world))
    orders: list[tuple[Order, float]] = []
    too_small: set[tuple[str, str]] = set()
    none = np.zeros(0, np.int64)
    while len(left):
        sites = sites.at(np.array([i for i, key in enumerate(sites.key) if key not in too_small], np.int64))
        sites = sites.and_(_beside(coverage, around, wanting, left))
        pairs = around.weights_at(sites.point)
        load = np.bincount(pairs.place, pairs.weight * np.nan_to_num(around.people[pairs.home]), minlength=len(sites))
        beside = np.maximum.reduceat(pairs.weight, np.flatnonzero(np.diff(pairs.home, prepend=-1)))
        best = np.zeros(len(around.people))
        best[np.unique(pairs.home)] = beside
        helps = np.isin(pairs.home, left) & (pairs.weight >= np.minimum(LEAST_WEIGHT, best[pairs.home]))
        some = Weights(pairs.home[helps], pairs.place[helps], pairs.weight[helps])
        served = none
        for site, rows in _chosen(some, np.where(sites.is_parcel, PARCEL_WORTH, 1.0), wanting.weight):
            homes = some.home[rows]
            count = wanting.places(homes, some.weight[rows], float(load[site]))
            if not _fits(sites.key[site], count, plan, world):
                too_small.add(sites.key[site])
                continue
            orders.append((_order(coverage, sites.at(np.array([site])), wanting.gap_ids(homes), world), count))
            served = np.union1d(served, homes)
        if not len(served) and not too_small.intersection(sites.key):  # nothing near enough is left to build on
            break
        left = np.setdiff1d(left, served)
        sites = sites.at(np.flatnonzero(sites.is_parcel)) if too_small.intersection(sites.key) else sites.at(none)
    return _new(coverage.rule.id, orders, plan) if orders else []


def _fits(site: tuple[str, str], count: float, plan: Blueprint, world: World) -> bool:
    """Return whether so many places have room on a parcel; beside a road nobody has measured the land."""
    kind, parcel = site
    return kind != "parcel" or areas(world)[parcel] >= facility_type(plan.category).lot_m2(count) - NOISE_M2


def _beside(coverage: Coverage, around: Catchments, wanting: _Wanting, rows: Rows) -> Sites:
    spacing_m = max(SPACING_LEAST_M, SPACING_SHARE * around.ways.usual_m(around.cutoff))
    ids = coverage.frame.index.to_numpy(object)
    return beside_homes(ids[rows], around.stands.foot_of(rows), wanting.weight[rows], spacing_m)


def _order(coverage: Coverage, site: Sites, gap_ids: tuple[str, ...], world: World) -> Order:
    units, rule_id = world.units, coverage.rule.id
    unit_id = str(ids_at(rows_containing(site.point, units), units)[0])
    named = units["name"].get(unit_id)
    place = str(named) if isinstance(named, str) and named else unit_id
    return Order(stable_id("P", "build_capacity", rule_id, *site.key[0]), gap_ids, site, (unit_id,), place)


def _new(rule_id: str, orders: Sequence[tuple[Order, float]], plan: Blueprint) -> list[Project]:
    """Return a facility for each order, with as many places as it says, and the lot they need."""
    asked = plan.cells.get("capacity", 0.0)
    counts = [max(count, asked) if isinstance(asked, float) else count for _, count in orders]
    lots_m2 = [max(plan.area_m2, facility_type(plan.category).lot_m2(count)) for count in counts]
    made = built(plan, rule_id, [order for order, _ in orders], sizes={"capacity": counts, "area_m2": lots_m2})
    return [
        replace(project, action="build_capacity", amount=count, unit=PLACES)
        for project, count in zip(made, counts, strict=True)
    ]


def _chosen(pairs: Weights, worth: Numbers, weight: Numbers) -> Iterator[tuple[int, Rows]]:
    """Yield the places a greedy planner takes, each with the pairs (rows) of the homes it is the first to help."""
    serves: csr_array = csr_array(
        (np.ones(len(pairs.home)), (pairs.place, pairs.home)), shape=(len(worth), len(weight))
    )
    taken = np.zeros(len(weight), dtype=bool)
    for place in chosen_greedily(serves, weight, worth):
        rows = np.flatnonzero((pairs.place == place) & ~taken[pairs.home])
        taken[pairs.home[rows]] = True
        yield place, rows
