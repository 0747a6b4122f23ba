"""New roads as they are drawn: where they meet the roads that are there, what they cost, and who would stand beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.network.legs import AT_NODE_M, legs
from geo.network.lines import PLACES_PER_M
from geo.network.pairs import spread
from geo.network.snap import TIE_M, Snapped, feet, to_segments

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.network.topology import Topology
    from geo.ways import AlongRoads

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Moved:
    """Points that stand nearer to a new road than to any other: how far off, and what it costs to get to its two ends.

    `first` says whether the point goes there also if it is as near to the road it is on now.
    """

    road: Rows
    point: Rows
    offset_m: Numbers
    first: Flags
    legs: Numbers

    def kept(self, rows: Flags) -> Moved:
        """Return some of them."""
        return Moved(*(values[rows] for values in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Drawn:
    """New roads as a network of their own (`alone`), in which each is one edge if it is to be plain.

    `edge` is that of each road (-1: the mode may not use it, or it is in several pieces), `pieces` how many it has.
    """

    roads: gpd.GeoDataFrame
    alone: RoadNetwork
    edge: Rows
    pieces: Rows

    @property
    def cost(self) -> Numbers:
        """What each road costs from its first end to its second, and back; inf where one may not go."""
        costs, at = self.alone.costs, np.maximum(self.edge, 0)
        if not len(costs.along):
            return np.full((len(at), 2), np.inf)
        open_ = np.column_stack([costs.forward, costs.backward])[at] & (self.edge >= 0)[:, np.newaxis]
        cost: Numbers = np.where(open_, costs.along[at, np.newaxis], np.inf)
        return cost

    @property
    def ends_xy(self) -> Numbers:
        """Where the two ends of each road are, end by end; NaN for a road without an edge."""
        top, at = self.alone.topology, np.maximum(self.edge, 0)
        if not top.edges:
            return np.full((2 * len(at), 2), np.nan)
        node = np.column_stack([top.start[at], top.end[at]]).ravel()
        xy = np.column_stack([top.node_x[node], top.node_y[node]])
        xy[np.repeat(self.edge < 0, 2)] = np.nan
        return xy

    @property
    def between(self) -> tuple[Numbers, Rows]:
        """The vertices of roads between their ends, and whose they are."""
        top = self.alone.topology
        inner = np.flatnonzero(np.diff(top.segment_edge, prepend=-1) == 0)
        xy = np.column_stack([top.segment_x[inner, 0], top.segment_y[inner, 0]])
        return xy, top.road[top.segment_edge[inner]]

    def near(self, shapes: Shapes, limit_m: Numbers) -> tuple[Rows, Rows]:
        """Return (row, road) for the shapes that are within their limit of a road that may be used."""
        used = np.flatnonzero(self.pieces > 0)
        row, found = shapely.STRtree(self._shapes[used]).query(shapes, predicate="dwithin", distance=limit_m)
        return row, used[found]

    def moved(self, ways: AlongRoads, points: Shapes, at: Snapped) -> Moved:
        """Return the points that would leave the road they are at for a new one, in any order."""
        reach_m = np.minimum(np.nan_to_num(at.offset_m, nan=np.inf), ways.max_snap_m) + 2 * TIE_M
        point, road = self.near(points, reach_m)
        x, y = shapely.get_x(points[point]), shapely.get_y(points[point])
        foot = self._foot(road, x, y, ways.max_snap_m)
        first = self._is_before(ways.network)[road, at.road[point]] if len(point) else np.zeros(0, bool)
        nearer = is_nearer(foot.offset_m, np.nan_to_num(at.offset_m[point], nan=np.inf), first) & foot.on_network
        leg = legs(self.alone.topology, self.alone.costs, foot.take(np.flatnonzero(nearer)), leaving=True)
        return Moved(road[nearer], point[nearer], foot.offset_m[nearer], first[nearer], leg.cost)

    def _foot(self, road: Rows, x: Numbers, y: Numbers, max_snap_m: float) -> Snapped:
        """Return the nearest point of each road to each point."""
        top = self.alone.topology
        owner = top.road[top.segment_edge]
        order = np.argsort(owner, kind="stable")
        row, at = spread(np.searchsorted(owner[order], road), np.searchsorted(owner[order], road, side="right"))
        segment = order[at]
        _, offset = to_segments(top, segment, x[row], y[row])
        best = np.full(len(road), np.inf)
        np.minimum.at(best, row, offset)
        level = offset <= best[row] + TIE_M
        chosen = np.full(len(road), np.iinfo(np.int64).max)
        np.minimum.at(chosen, row[level], segment[level])
        return feet(top, x, y, chosen, max_snap_m=max_snap_m)

    def _is_before(self, network: RoadNetwork) -> Flags:
        """Return whether each new road comes before each of those that are there, in the order in which ties are settled."""
        ours, theirs = np.asarray(self.roads.index, dtype=object), np.asarray(network.road_ids, dtype=object)
        rank = np.empty(len(ours) + len(theirs), dtype=np.int64)
        rank[np.argsort(np.concatenate([theirs, ours]), kind="stable")] = np.arange(len(rank))
        before: Flags = rank[len(theirs) :, np.newaxis] < rank[np.newaxis, : len(theirs)]
        return before

    @cached_property
    def _shapes(self) -> Shapes:
        shapes: Shapes = self.roads.geometry.to_numpy()
        return shapes


def is_nearer(offset_m: Numbers, than_m: Numbers, first: Flags) -> Flags:
    """Return where one road is nearer than another, or as near and the first of the two."""
    nearer: Flags = (offset_m < than_m - TIE_M) | ((offset_m <= than_m + TIE_M) & first)
    return nearer


def vertices_at(top: Topology, xy: Numbers) -> tuple[Rows, Numbers]:
    """Return for each place (NaN: nowhere) the lowest edge with a vertex there, to 1 mm, and its measure on the edge.

    -1 where no road has one.
    """
    edge = np.full(len(xy), -1, dtype=np.int64)
    edge_m = np.zeros(len(xy))
    known = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if not len(known) or not top.edges:
        return edge, edge_m
    x, y = top.segment_x.ravel(), top.segment_y.ravel()
    low, high = xy[known].min(axis=0) - 1, xy[known].max(axis=0) + 1
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    wanted, there = _places(xy[known]), _places(np.column_stack([x[near], y[near]]))
    near, there = near[(hit := np.isin(there, wanted))], there[hit]
    there, first = np.unique(there, return_index=True)  # the lowest segment, so the lowest edge
    at = np.searchsorted(there, wanted)
    found = at < len(there)
    found[found] = there[at[found]] == wanted[found]
    segment, is_end = near[first[at[found]]] // 2, near[first[at[found]]] % 2 == 1
    edge[known[found]] = top.segment_edge[segment]
    measure = top.segment_from_m[segment] + np.where(is_end, top.segment_length_m[segment], 0.0)
    edge_m[known[found]] = measure - top.from_m[top.segment_edge[segment]]
    return edge, edge_m


def placed_at(top: Topology, edge: Rows, edge_m: Numbers, xy: Numbers) -> Snapped:
    """Return points that stand on the network at those places, none where the edge is -1."""
    on, at = edge >= 0, np.maximum(edge, 0)
    blank = np.where(on, 0.0, np.nan)
    road = np.where(on, top.road[at], -1)
    return Snapped(
        edge, road, edge_m + blank, top.from_m[at] + edge_m + blank, blank, on, xy[:, 0] + blank, xy[:, 1] + blank
    )


def is_mid_edge(top: Topology, edge: Rows, edge_m: Numbers) -> Flags:
    """Return which of these places are not at the end of their edge."""
    at = np.maximum(edge, 0)
    mid: Flags = (edge >= 0) & (edge_m > AT_NODE_M) & (top.length_m[at] - edge_m > AT_NODE_M)
    return mid


def _places(xy: Numbers) -> NDArray[np.complex128]:
    rounded = np.rint(xy * PLACES_PER_M)
    return rounded[:, 0] + 1j * rounded[:, 1]
