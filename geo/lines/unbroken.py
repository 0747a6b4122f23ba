"""Stretches of road that nothing breaks: from one feature to the next, on across places where a road is merely cut.

Edges of the roads judged are cut at the features on them, and the pieces joined again wherever the way simply goes on.
What hangs together is one stretch: a line from end to end, or a ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.lines.intervals import SLIVER_M, Stretches, cut

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.network import RoadNetwork

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

START, END = 0, 1  # the sides of an edge or a piece; end `2 * e + side` is one end of edge (or piece) e


@dataclass(frozen=True)
class Ways:
    """The edges of the roads judged: road (row of the frame), metre on it and length; and which ends go on into which.

    `edge` is each one's row among all edges of the network. `onward` is for each end (2 * edge + side) the end it goes on into, -1 where the measure starts anew; `node` its node.
    """

    edge: Rows
    road: Rows
    from_m: Numbers
    length_m: Numbers
    onward: Rows
    node: Rows


@dataclass(frozen=True)
class Cuts:
    """Features on edges: which edge, how many metres along it, and which feature (a number of the caller's)."""

    edge: Rows
    at_m: Numbers
    feature: Rows

    def take(self, rows: Flags) -> Cuts:
        """Return some of them."""
        return Cuts(self.edge[rows], self.at_m[rows], self.feature[rows])

    def and_(self, others: Cuts) -> Cuts:
        """Return both."""
        return Cuts(
            np.concatenate([self.edge, others.edge]),
            np.concatenate([self.at_m, others.at_m]),
            np.concatenate([self.feature, others.feature]),
        )


@dataclass(frozen=True)
class Pieces:
    """Edges cut at features: `stretches.line` is the edge; `onward` as in Ways, of pieces; `whole` is each piece's stretch.

    `length_m` is the length of each stretch.
    """

    stretches: Stretches
    onward: Rows
    whole: Rows
    length_m: Numbers


def ways_of(network: RoadNetwork, roads: gpd.GeoDataFrame, judged: Flags, *, reset: bool) -> Ways:
    """Return the edges of the judged roads.

    A way goes on where exactly two road ends meet and both are judged; with `reset` it starts anew at every junction of
    the layer's roads, without it a road runs on through its junctions.
    """
    top = network.topology
    row = roads.index.get_indexer(network.road_ids)[top.road]
    node = np.column_stack([top.start, top.end]).astype(np.intp)
    kept = np.flatnonzero(judged[row])
    ends_at = np.bincount(node.ravel(), minlength=top.nodes)
    flat = node[kept].ravel()
    onward = np.full(len(flat), -1)
    order = np.argsort(flat, kind="stable")
    first = order[:-1][(flat[order[1:]] == flat[order[:-1]]) & (ends_at[flat[order[:-1]]] == 2)]
    second = order[1:][(flat[order[1:]] == flat[order[:-1]]) & (ends_at[flat[order[:-1]]] == 2)]
    if not reset:
        road, start, end = row[kept], node[kept, START], node[kept, END]
        runs_on = np.flatnonzero((road[1:] == road[:-1]) & (end[:-1] == start[1:]) & (ends_at[end[:-1]] > 2))
        first, second = np.append(first, 2 * runs_on + END), np.append(second, 2 * (runs_on + 1) + START)
    onward[first], onward[second] = second, first
    return Ways(kept, row[kept], top.from_m[kept], top.length_m[kept], onward, flat)


def cuts_of(ways: Ways, lines: Shapes, points: Shapes, max_offset_m: float) -> Cuts:
    """Return where each point lies on the judged roads: on its nearest road of all, if that is within max_offset_m.

    A point where roads meet, or on roads that lie on top of one another, is on each of them.
    """
    point, road = shapely.STRtree(lines).query(points, predicate="dwithin", distance=max_offset_m)
    away = shapely.distance(points[point], lines[road])
    nearest = np.full(len(points), np.inf)
    np.minimum.at(nearest, point, away)
    on = (away <= nearest[point] + SLIVER_M) & np.isin(road, ways.road)
    point, road = point[on], road[on]
    measure = shapely.line_locate_point(lines[road], points[point])
    order = np.lexsort((ways.from_m, ways.road))
    keys = ways.road[order] + 1j * ways.from_m[order]
    edge = order[np.maximum(np.searchsorted(keys, road + 1j * measure, "right") - 1, 0)]
    there = ways.road[edge] == road
    edge, point, measure = edge[there], point[there], measure[there]
    return Cuts(edge, np.clip(measure - ways.from_m[edge], 0.0, ways.length_m[edge]), point)


def pieces_of(ways: Ways, cuts: Cuts) -> Pieces:
    """Return the edges cut at these features, and the stretches they make up."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(ways.road)
    pieces = cut(Stretches(np.arange(count), np.zeros(count), ways.length_m), cuts.edge, cuts.at_m)
    first = np.searchsorted(pieces.line, np.arange(count))
    last = np.searchsorted(pieces.line, np.arange(count), "right") - 1
    piece_end = np.column_stack([2 * first + START, 2 * last + END]).ravel()
    blocked = np.zeros(2 * count, bool)
    blocked[2 * cuts.edge[cuts.at_m <= SLIVER_M] + START] = True
    blocked[2 * cuts.edge[cuts.at_m >= ways.length_m[cuts.edge] - SLIVER_M] + END] = True
    goes = np.flatnonzero(ways.onward >= 0)
    goes = goes[~blocked[goes] & ~blocked[ways.onward[goes]]]
    onward = np.full(2 * len(pieces), -1)
    onward[piece_end[goes]] = piece_end[ways.onward[goes]]
    one, other = piece_end[goes] // 2, onward[piece_end[goes]] // 2
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(pieces), len(pieces)))
    stretches, whole = connected_components(links, directed=False) if len(pieces) else (0, np.zeros(0, np.intp))
    length_m = np.bincount(whole, pieces.length_m, minlength=stretches).astype(float)
    return Pieces(pieces, onward, whole.astype(np.intp), length_m)


def longest_m(ways: Ways, pieces: Pieces, roads: int) -> Numbers:
    """Return the longest stretch that runs on each road, in metres, whole; NaN for a road without an edge."""
    longest = np.full(roads, -np.inf)
    np.maximum.at(longest, ways.road[pieces.stretches.line], pieces.length_m[pieces.whole])
    return np.where(np.isinf(longest), np.nan, longest)


def walked(pieces: Pieces, stretch: int, members: Rows) -> tuple[list[tuple[int, int]], bool]:
    """Return the ends by which one walks into each piece of a stretch, in order, as (piece, side); and whether it is a ring.

    A line is walked from its end on the lower piece, a ring from its lowest piece's start.
    """
    free = [2 * int(p) + side for p in members for side in (START, END) if pieces.onward[2 * p + side] < 0]
    entry = free[0] if free else 2 * int(members[0]) + START
    path = []
    while True:
        path.append((entry // 2, entry % 2))
        entry = int(pieces.onward[entry ^ 1])
        if entry < 0 or len(path) == len(members):
            return path, not free
