"""Homes that nothing serves: as clusters people can point at, and the sites that would serve them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from geo.building import Blueprint, Order, built
from geo.coverage import SHORT
from geo.gaps import Gap, clustered, stable_id
from geo.places import ids_at, rows_containing, texts
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
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geo.projects import Project
    from geo.ways import Pairs, Ways
    from geo.world import World

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

# Homes this near to each other are one hamlet: about the widest garden or field between neighbours. Our choice.
LINK_M = 200.0

# Beside homes that stand close together one place on the road is tried for each square of a quarter of the cutoff.
SPACING_SHARE = 0.25
SPACING_LEAST_M = 25.0


@dataclass(frozen=True, eq=False)
class Unserved:
    """One rule's verdict on homes, and how one gets about: what gaps and projects are made from.

    `homes` is the coverage frame; `points` and `ways` are on its rows. `cutoff` is in `unit`.
    """

    rule_id: str
    severity: str
    homes: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    ways: Ways
    points: NDArray[np.object_]
    cutoff: float
    unit: Literal["m", "min"]
    what: Text | str
    any_works: bool

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """The homes' ids."""
        return np.asarray(self.homes.index, dtype=object)

    @cached_property
    def unit_ids(self) -> NDArray[np.object_]:
        """The homes' villages."""
        return np.asarray(self.homes["unit_id"], dtype=object)

    @cached_property
    def people(self) -> Numbers:
        """The homes' people, NaN where unknown."""
        return np.asarray(self.homes["people"], dtype=float)

    @cached_property
    def weight(self) -> Numbers:
        """What each home counts when sites are chosen."""
        return home_weights(self.people)

    @cached_property
    def _unit_names(self) -> dict[str, str]:
        return dict(zip(self.units.index, texts(self.units["name"]), strict=True))

    def unit_name(self, unit_id: str) -> str:
        """Return what the village is called, its id if it has no name."""
        return self._unit_names.get(unit_id) or unit_id

    def servable(self, rows: Rows) -> NDArray[np.bool_]:
        """Return which of these homes a facility beside them could serve at all."""
        return self.ways.stands.leg[rows] <= self.cutoff


def gaps_of(unserved: Unserved) -> list[Gap]:
    """Return a gap for each cluster of homes that are short, by village and then by the home it is named after.

    Homes that no road joins to any facility are apart from the others: a gap for each part of the network they are on.
    """
    short = np.flatnonzero(unserved.homes["status"].to_numpy() == SHORT)
    unit = pd.factorize(unserved.unit_ids[short], sort=True)[0].astype(np.int64)
    island = unserved.ways.stands.island[short]
    costs = unserved.homes["supplied"].to_numpy(float)[short]
    cut_off = np.isinf(costs) & (island >= 0) & unserved.any_works
    label = np.zeros(len(short), dtype=np.int64)
    label[~cut_off] = clustered(unserved.points[short[~cut_off]], unit[~cut_off], LINK_M)
    label[cut_off] = pd.factorize(pd.MultiIndex.from_arrays([unit[cut_off], island[cut_off]]))[0]
    groups = pd.Series(short).groupby([cut_off, label]).indices
    gaps = [_gap(unserved, short[rows], is_cut_off=bool(apart)) for (apart, _), rows in groups.items()]
    return sorted(gaps, key=lambda gap: (gap.unit_id, gap.place_ids))


def _gap(unserved: Unserved, rows: Rows, *, is_cut_off: bool) -> Gap:
    """Return these homes as one gap, named after the one with most people (the lowest id of several)."""
    ids, people = unserved.ids[rows], unserved.people[rows]
    anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
    unit_id = str(unserved.unit_ids[rows[anchor]])
    known = float(np.nansum(people)) if not np.isnan(people).all() else float("nan")
    return Gap(
        id=stable_id(unserved.rule_id, unit_id, str(ids[anchor])),
        rule_id=unserved.rule_id,
        severity=unserved.severity,
        place_ids=(str(ids[anchor]), *map(str, np.delete(ids, anchor))),
        unit_id=unit_id,
        name=unserved.unit_name(unit_id) or str(unserved.homes["name"].iloc[rows[anchor]] or ids[anchor]),
        amount=known,
        unit="people",
        people=known,
        geometry=shapely.multipoints(unserved.points[rows]),
        reason=_reason(unserved, rows, anchor, is_cut_off=is_cut_off),
    )


def _reason(unserved: Unserved, rows: Rows, anchor: int, *, is_cut_off: bool) -> Text:
    facts = {"count": len(rows), "what": unserved.what}
    if is_cut_off:
        reason = say("rules.gap_unreachable", road=unserved.ways.stands.road[rows[anchor]], **facts)
    elif not unserved.any_works:
        reason = say("rules.gap_without_any", **facts)
    else:
        unit = say(f"rules.length_{unserved.unit}")
        reason = say("rules.gap_reach", cutoff=unserved.cutoff, unit=unit, **facts)
    if unserved.servable(rows).any():
        return reason
    return say("rules.gap_nowhere_to_build", gap=reason)


def projects_for(unserved: Unserved, gaps: Sequence[Gap], plan: Blueprint, world: World) -> list[Project]:
    """Return facilities to build until every home of these gaps that can be served is served.

    Idle parcels that are large enough are tried first, then places on the road beside the homes; a home that the places
    tried leave out is tried beside itself, so that at the end only homes too far from any road are left.
    """
    gap_of = np.full(len(unserved.homes), -1)
    places = [place for gap in gaps for place in gap.place_ids]
    gap_of[unserved.homes.index.get_indexer(places)] = np.repeat(np.arange(len(gaps)), [len(g.place_ids) for g in gaps])
    left = np.flatnonzero(gap_of >= 0)
    left = left[unserved.servable(left)]
    sites = parcel_sites(idle_parcels(world, plan.area_m2), feet_on_roads(world))
    orders: list[Order] = []
    while len(left):
        sites = sites.and_(_beside(unserved, left))
        pairs = unserved.ways.within(sites.point, unserved.cutoff, left)
        served = np.zeros(len(left), dtype=bool)
        unit_ids = ids_at(rows_containing(sites.point, unserved.units), unserved.units)
        for site, homes in _chosen(pairs, sites, unserved.weight[left]):
            chosen = sites.at(np.array([site]))
            orders.append(_order(unserved, chosen, str(unit_ids[site]), left[homes], gap_of, gaps))
            served[homes] = True
        if not served.any():  # cannot be: each has a place beside itself; but a loop must end
            break
        left, sites = left[~served], sites.at(np.zeros(0, np.int64))
    return built(plan, unserved.rule_id, sorted(orders, key=lambda order: order.id))


def _beside(unserved: Unserved, rows: Rows) -> Sites:
    spacing_m = max(SPACING_LEAST_M, SPACING_SHARE * unserved.ways.usual_m(unserved.cutoff))
    return beside_homes(unserved.ids[rows], unserved.ways.stands.foot_of(rows), unserved.weight[rows], spacing_m)


def _chosen(pairs: Pairs, sites: Sites, weight: Numbers) -> list[tuple[int, Rows]]:
    """Return the sites a greedy planner takes, each with the homes it is the first to serve."""
    from scipy.sparse import csr_array

    shape = (len(sites), len(weight))
    serves: csr_array = csr_array((np.ones(len(pairs.home)), (pairs.place, pairs.home)), shape=shape)
    serves.sort_indices()
    taken = np.zeros(len(weight), dtype=bool)
    result: list[tuple[int, Rows]] = []
    for site in chosen_greedily(serves, weight, np.where(sites.is_parcel, PARCEL_WORTH, 1.0)):
        homes = serves.indices[serves.indptr[site] : serves.indptr[site + 1]]
        result.append((site, homes[~taken[homes]].astype(np.int64)))
        taken[homes] = True
    return result


def _order(unserved: Unserved, site: Sites, unit_id: str, rows: Rows, gap_of: Rows, gaps: Sequence[Gap]) -> Order:
    """Return the building of one facility in that village ("": in none) for those homes.

    Its first gap is the one it serves most of, and in no village it is said to be in that of the gap.
    """
    served, gap = np.unique(gap_of[rows], return_inverse=True)
    share = np.bincount(gap, unserved.weight[rows])
    order = [int(i) for i in served[np.argsort(-share, kind="stable")]]
    unit_id = unit_id or gaps[order[0]].unit_id
    return Order(
        stable_id("P", "build_facility", unserved.rule_id, *site.key[0]),
        tuple(gaps[i].id for i in order),
        site,
        (unit_id,),
        unserved.unit_name(unit_id) or gaps[order[0]].name,
    )
