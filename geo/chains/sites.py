"""Where the stages of a chain that are out of range could be built: everything at once, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array

from geo.building import Order, blueprint, built
from geo.chains.flow import NOWHERE, flow
from geo.chains.gaps import unit_name
from geo.chains.stages import Known, known_chain, travel_of
from geo.gaps import stable_id
from geo.places import ids_at, rows_containing
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
from geo.supply import supply
from geo.unserved import SPACING_LEAST_M, SPACING_SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.chains.options import ChainOptions
    from geo.projects import Project
    from geo.ways import Ways
    from geo.world import World

    Rows = NDArray[np.int64]

# A site from which the next stage is within range saves building that too. Our choice.
NEXT_STAGE_WORTH = 2.0


@dataclass(frozen=True, eq=False)
class Extended:
    """The chain with everything built that was out of range, and what that is, by the id of the facility."""

    known: Known
    built: dict[str, Project]


def extended(rule: ChainOptions, homes: Rows, known: Known, world: World) -> Extended:
    """Return the chain with facilities built wherever one of these homes, or what it leads to, reaches no next stage."""
    new: dict[str, Project] = {}
    active = homes
    for k in range(len(rule.stages)):
        leg = flow(known.chain).legs[k]
        lacking = active[leg.goes[active] == NOWHERE]
        more = _built(rule, k, lacking, known, world) if len(lacking) else []
        if more:
            world = world.with_edits(tuple(edit for project in more for edit in project.edits))
            known = known_chain(rule, world)
            new.update((project.id, project) for project in more)
            leg = flow(known.chain).legs[k]
        goes = leg.goes[active]
        active = np.unique(goes[goes != NOWHERE])
    return Extended(known, new)


def _built(rule: ChainOptions, k: int, lacking: Rows, known: Known, world: World) -> list[Project]:
    """Return facilities of one stage, as projects of one each, so that all these sources that can be have one in range."""
    stage = rule.stages[k]
    plan = blueprint(world.layers, stage.meant, stage.cost or rule.cost)
    if plan is None:
        return []
    sources = (known.homes if not k else known.stages[k - 1].supply.frame).iloc[lacking]
    ways = travel_of(rule, stage).ways(world, sources)
    weight = home_weights(sources["people"].to_numpy(float) if not k else np.ones(len(sources)))
    limit = stage.limit[0]
    left = np.flatnonzero(ways.stands.leg <= limit)
    sites = parcel_sites(idle_parcels(world, plan.area_m2), feet_on_roads(world))
    orders: list[Order] = []
    while len(left):
        spacing_m = max(SPACING_LEAST_M, SPACING_SHARE * ways.usual_m(limit))
        ids = sources.index.to_numpy(object)[left]
        sites = sites.and_(beside_homes(ids, ways.stands.foot_of(left), weight[left], spacing_m))
        served = np.zeros(0, np.int64)
        for site, some in _chosen(ways, sites, left, weight, _worth(rule, k, sites, world), limit):
            orders.append(_order(rule, k, sites.at(np.array([site])), world))
            served = np.union1d(served, some)
        if not len(served):  # cannot be: each has a place beside itself; but a loop must end
            break
        left, sites = np.setdiff1d(left, served), sites.at(np.zeros(0, np.int64))
    return built(plan, rule.id, orders) if orders else []


def _worth(rule: ChainOptions, k: int, sites: Sites, world: World) -> NDArray[np.float64]:
    """Return a factor on what each site serves: idle land, and the next stage within range."""
    worth = np.where(sites.is_parcel, PARCEL_WORTH, 1.0)
    if k + 1 == len(rule.stages):
        return worth
    after = rule.stages[k + 1]
    frame = gpd.GeoDataFrame(geometry=sites.point, crs=world.layers.crs)
    places = supply(world.layers, after.meant).frame.geometry.to_numpy()
    reaching = travel_of(rule, after).ways(world, frame).within(places, after.limit[0]).home
    worth[np.unique(reaching)] *= NEXT_STAGE_WORTH
    return worth


def _chosen(
    ways: Ways, sites: Sites, left: Rows, weight: NDArray[np.float64], worth: NDArray[np.float64], limit: float
) -> list[tuple[int, Rows]]:
    """Return the sites a greedy planner takes, each with the sources (rows) in its range."""
    pairs = ways.within(sites.point, limit, left)
    serves: csr_array = csr_array((np.ones(len(pairs.home)), (pairs.place, pairs.home)), shape=(len(sites), len(left)))
    return [(site, left[pairs.home[pairs.place == site]]) for site in chosen_greedily(serves, weight[left], worth)]


def _order(rule: ChainOptions, k: int, site: Sites, world: World) -> Order:
    unit_id = str(ids_at(rows_containing(site.point, world.units), world.units)[0])
    id_ = stable_id("P", "build_stage", rule.id, str(k), *site.key[0])
    return Order(id_, (), site, (unit_id,), unit_name(world.units, unit_id))
