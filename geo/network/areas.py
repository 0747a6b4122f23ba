"""The area a facility serves within a cutoff: nothing in it is farther, whatever lies between the roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.network.legs import legs, on_edges
from geo.network.nearest import Nearest, nearest, sweep_from
from geo.network.snap import Snapped, feet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.graph import Graph
    from geo.network.legs import Legs
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Squares are halved until they are smaller than this (metres); what is not surely inside by then is left out.
FINEST_M = 5.0

_LARGEST_M = 160.0
_EAST, _NORTH = np.array([-0.5, 0.5, -0.5, 0.5]), np.array([-0.5, -0.5, 0.5, 0.5])


@dataclass(frozen=True, eq=False)
class Served:
    """What an area is worked out from: a network, where one goes to, and what each node's way there costs."""

    graph: Graph
    topology: Topology
    costs: Costs
    sources: Legs
    sweep: Nearest
    limit: float
    max_snap_m: float


def catchment(
    graph: Graph,
    topology: Topology,
    costs: Costs,
    sources: Legs,
    *,
    limit: float,
    max_snap_m: float,
    finest_m: float = FINEST_M,
) -> shapely.Geometry:
    """Return an area that holds only places whose trip to a source costs at most the limit, both access legs counted.

    Squares are taken whole, cut in four, or left out. A place goes by the road nearest to it, and its cost by any one
    road changes by no more than it moves itself. So a square is inside if the dearest of the roads that may be the
    nearest to a place of it, plus the way to its farthest corner, is within the limit; it is out once the cheapest is
    not. What is left at squares of finest_m is out: the area falls short of the truth by a strip hardly wider than that and
    never goes past it. Places farther than max_snap_m from every road are out. `graph` runs from the sources to places.
    """
    there = np.isfinite(sources.cost).any(axis=1)
    if not topology.edges or not there.any():
        return shapely.MultiPolygon()
    widest = _LARGEST_M * 2**0.5 * (costs.access_per_m + float(costs.per_m.max()))
    sweep = sweep_from(graph, sources, limit=limit + widest)
    served = Served(graph, topology, costs, sources, sweep, limit, max_snap_m)
    reach_m = limit / costs.fastest_per_m
    x, y = _first_squares(served, sources.x[there], sources.y[there], reach_m)
    tree = shapely.STRtree(shapely.linestrings(np.stack([topology.segment_x, topology.segment_y], axis=2)))
    size, inside = _LARGEST_M, []
    while len(x):
        is_whole, is_open = _judged(served, tree, x, y, size)
        half = size / 2
        west, south = x[is_whole] - half, y[is_whole] - half
        inside.append(shapely.box(west, south, west + size, south + size))
        if half < finest_m:
            break
        x, y = ((at[is_open, np.newaxis] + half * way).ravel() for at, way in ((x, _EAST), (y, _NORTH)))
        size = half
    return shapely.union_all(np.concatenate(inside)) if inside else shapely.MultiPolygon()


def _first_squares(served: Served, x: Numbers, y: Numbers, reach_m: float) -> tuple[Numbers, Numbers]:
    """Return the middles of the largest squares wherever one can be from a road and, going straight, from a source."""
    top = served.topology
    middles = []
    for roads, sources in ((top.segment_x, x), (top.segment_y, y)):
        low = max(roads.min() - served.max_snap_m, sources.min() - reach_m)
        high = min(roads.max() + served.max_snap_m, sources.max() + reach_m)
        middles.append(np.arange(low, high + _LARGEST_M, _LARGEST_M))
    across, up = np.meshgrid(*middles)
    return across.ravel(), up.ravel()


def _judged(served: Served, tree: shapely.STRtree, x: Numbers, y: Numbers, size: float) -> tuple[Flags, Flags]:
    """Return which squares are inside as a whole, and which may be in part."""
    corner_m = size * 2**-0.5
    middle = shapely.points(x, y)
    row, away = tree.query_nearest(middle, all_matches=False, return_distance=True)
    away_m = np.empty(len(x))
    away_m[row[0]] = away
    near = np.flatnonzero(away_m <= served.max_snap_m + corner_m)
    # any road that is the nearest to some place of the square: no farther from the middle than the nearest plus this
    reach = away_m[near] + 2 * corner_m + 1e-6
    square, segment = tree.query(middle[near], predicate="dwithin", distance=reach)
    square = near[square]
    least, most = _bounds(served, x[square], y[square], segment, corner_m)
    dearest, cheapest = np.full(len(x), -np.inf), np.full(len(x), np.inf)
    np.maximum.at(dearest, square, most)
    np.minimum.at(cheapest, square, least)
    is_near = away_m + corner_m <= served.max_snap_m
    is_whole = is_near & (dearest <= served.limit) & (dearest > -np.inf)
    return is_whole, ~is_whole & (cheapest <= served.limit)


def _bounds(served: Served, x: Numbers, y: Numbers, segment: Rows, corner_m: float) -> tuple[Numbers, Numbers]:
    """Return the least and the most it can cost by that segment from any place within corner_m of each point."""
    costs, top = served.costs, served.topology
    at = feet(top, x, y, segment, max_snap_m=np.inf)
    points = legs(top, costs, at, leaving=True)
    found = nearest(served.graph, costs, points, served.sources, limit=np.inf, sweep=served.sweep).cost
    slack = corner_m * (costs.access_per_m + costs.per_m[at.edge])
    return found - slack, np.where(_jumps(served, at, corner_m), np.inf, found + slack)


def _jumps(served: Served, at: Snapped, corner_m: float) -> Flags:
    """Return which feet are so near to a source, or to an end, of a one-way edge that costs may jump between them."""
    costs, top = served.costs, served.topology
    one_way = ~(costs.forward & costs.backward)[at.edge]
    to_end = np.minimum(at.edge_m, top.length_m[at.edge] - at.edge_m) <= corner_m
    low, high = on_edges(top.edges, served.sources).between(at.edge, at.edge_m - corner_m, at.edge_m + corner_m)
    jumps: Flags = one_way & (to_end | (high > low))
    return jumps
