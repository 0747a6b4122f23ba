"""The parts a network falls into, and the shortest gaps that keep them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Components:
    """Which part each node and edge belongs to, one-way traffic aside: 0 is the part with the most road, and so on.

    Of parts as long, the one with the lowest edge comes first. `length_m` is the road in each part.
    """

    node: Rows
    edge: Rows
    length_m: Numbers


@dataclass(frozen=True, eq=False)
class Breaks:
    """The shortest gap between two parts that are near each other: from an end of `road` to the nearest of `other_road`.

    Roads are rows of the frame; (x, y) is the end, (other_x, other_y) the place across the gap. `part` < `other_part`
    are parts of Components whichever of them the end belongs to. Sorted by gap, then parts.
    """

    part: Rows
    other_part: Rows
    gap_m: Numbers
    road: Rows
    other_road: Rows
    x: Numbers
    y: Numbers
    other_x: Numbers
    other_y: Numbers


def components(topology: Topology) -> Components:
    """Return the parts of the network."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = topology.nodes
    links = coo_array((np.ones(topology.edges), (topology.start, topology.end)), shape=(size, size))
    count, node = connected_components(links, directed=False) if size else (0, np.empty(0, dtype=np.int32))
    edge = node[topology.start]
    length_m = np.bincount(edge, weights=topology.length_m, minlength=count).astype(np.float64)
    first_edge = np.full(count, topology.edges)
    np.minimum.at(first_edge, edge, np.arange(topology.edges))
    order = np.lexsort((first_edge, -length_m))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    return Components(rank[node], rank[edge], length_m[order])


def breaks(topology: Topology, parts: Components, max_gap_m: float) -> Breaks:
    """Return for every two parts at most max_gap_m from each other the shortest gap from an end of one to the other.

    Looked at are dead ends, and all nodes of parts other than the largest (which may be a ring without an end).
    """
    degree = np.bincount(np.concatenate([topology.start, topology.end]), minlength=topology.nodes)
    node = np.flatnonzero((degree == 1) | (parts.node > 0))
    shapes = shapely.linestrings(np.stack([topology.segment_x, topology.segment_y], axis=2))
    points = shapely.points(topology.node_x[node], topology.node_y[node])
    row, segment = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=max_gap_m)
    one, other = parts.node[node[row]], parts.edge[topology.segment_edge[segment]]
    apart = one != other
    row, segment, one, other = row[apart], segment[apart], one[apart], other[apart]
    gap_m = shapely.distance(points[row], shapes[segment])
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((segment, node[row], gap_m, high, low))
    best = order[(np.diff(low[order], prepend=-1) != 0) | (np.diff(high[order], prepend=-1) != 0)]
    best = best[np.lexsort((high[best], low[best], gap_m[best]))]
    end, segment = row[best], segment[best]
    foot = shapely.get_point(shapely.shortest_line(shapes[segment], points[end]), 0)
    road = _a_road_at(topology)[node[end]]
    other_road = topology.road[topology.segment_edge[segment]]
    at, there = (points[end], foot)
    return Breaks(
        low[best],
        high[best],
        gap_m[best],
        road,
        other_road,
        *(get(shape) for shape in (at, there) for get in (shapely.get_x, shapely.get_y)),
    )


def _a_road_at(topology: Topology) -> Rows:
    """Return for each node the road of the lowest edge that ends there."""
    edge = np.full(topology.nodes, topology.edges)
    for end in (topology.start, topology.end):
        np.minimum.at(edge, end, np.arange(topology.edges))
    road: Rows = topology.road[edge]
    return road
