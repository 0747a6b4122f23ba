"""What it costs to get from a point onto the network, and from the network to a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.exact import SAME_FOOT_M, on_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.snap import Snapped
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# A foot this close to the end of its edge (metres) stands on the node itself, whatever the direction of traffic:
# the same 1 mm within which two vertices are one place.
AT_NODE_M = 1e-3


@dataclass(frozen=True, eq=False)
class Legs:
    """The ways between points and the two ends of their edges, the way from point to road included.

    `node` and `cost` have a column for the edge's start and one for its end; cost is inf where one may not go, or the
    point is off the network. `along` is the cost of the edge up to the foot, `access` that of the way to the road;
    `x`, `y` are the foot.
    """

    node: NDArray[np.int32]
    cost: Numbers
    edge: Rows
    edge_m: Numbers
    along: Numbers
    access: Numbers
    x: Numbers
    y: Numbers


def legs(topology: Topology, costs: Costs, points: Snapped, *, leaving: bool) -> Legs:
    """Return the ways from the points to their edges' ends if `leaving`, else from those ends to the points."""
    edge = np.where(points.on_network, points.edge, -1)
    at = np.maximum(edge, 0)
    if not topology.edges:
        nowhere = np.full((len(points), 2), np.inf)
        none = np.full(len(points), np.inf)
        return Legs(np.zeros((len(points), 2), dtype=np.int32), nowhere, edge, none, none, none, none, none)
    access = np.where(points.on_network, on_grid(points.offset_m * costs.access_per_m), np.inf)
    edge_m = np.where(points.on_network, points.edge_m, 0.0)
    along = np.minimum(costs.up_to(at, topology.from_m[at], edge_m), costs.along[at])
    rest = costs.along[at] - along
    at_start = edge_m <= AT_NODE_M
    at_end = topology.length_m[at] - edge_m <= AT_NODE_M
    to_start, to_end = (costs.backward, costs.forward) if leaving else (costs.forward, costs.backward)
    cost = np.column_stack(
        [np.where(to_start[at] | at_start, along, np.inf), np.where(to_end[at] | at_end, rest, np.inf)]
    )
    node = np.column_stack([topology.start[at], topology.end[at]]).astype(np.int32)
    return Legs(node, cost + access[:, np.newaxis], edge, edge_m, along, access, points.x, points.y)


def arcs_from(
    node: NDArray[np.int32], cost: Numbers, limit: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], Numbers]:
    """Return arcs from points to the (at most two) nodes they reach within the limit, as rows to add to a graph."""
    one_node = node[:, :1] == node[:, 1:]  # both ends of a loop: one arc, the cheaper
    cost = np.where(one_node, cost.min(axis=1, keepdims=True), cost)
    usable = np.isfinite(cost) & (cost <= limit) & (node >= 0)
    usable[:, 1:] &= ~(one_node & usable[:, :1])
    first = np.concatenate([[0], np.cumsum(usable.sum(axis=1))]).astype(np.int32)
    return first, node[usable], cost[usable]


@dataclass(frozen=True, eq=False)
class OnEdges:
    """Points in the order of their feet along the edges: those of edge e are rows first[e] to first[e + 1]."""

    order: Rows
    first: Rows
    edge_m: Numbers

    def between(self, edge: Rows, low_m: Numbers, high_m: Numbers) -> tuple[Rows, Rows]:
        """Return for each query the range of rows on its edge with low_m <= edge_m <= high_m; empty for edge -1."""
        at = np.maximum(edge, 0)
        start, stop = self.first[at], np.where(edge >= 0, self.first[at + 1], self.first[at])
        return _bisect(self.edge_m, start, stop, low_m, right=False), _bisect(
            self.edge_m, start, stop, high_m, right=True
        )


def on_edges(edges: int, points: Legs) -> OnEdges:
    """Return the points that are on the network by edge and along it, then by row."""
    rows = np.flatnonzero(points.edge >= 0)
    order = rows[np.lexsort((rows, points.edge_m[rows], points.edge[rows]))]
    first = np.zeros(edges + 2, dtype=np.int64)
    np.cumsum(np.bincount(points.edge[order], minlength=edges + 1), out=first[1:])
    return OnEdges(order, first, points.edge_m[order])


def may_go(costs: Costs, edge: Rows, from_m: Numbers, to_m: Numbers) -> Flags:
    """Return whether one may go along the edge from one foot to the other; at the same foot one always may."""
    ahead = costs.forward[edge] & (to_m >= from_m - SAME_FOOT_M)
    back = costs.backward[edge] & (to_m <= from_m + SAME_FOOT_M)
    return ahead | back | (np.abs(to_m - from_m) <= SAME_FOOT_M)


def _bisect(values: Numbers, start: Rows, stop: Rows, target: Numbers, *, right: bool) -> Rows:
    """Return the first row in [start, stop) whose value is not below (`right`: is above) the target, for all at once."""
    low, high = start.copy(), stop.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        value = values[np.minimum(middle, len(values) - 1)]
        below = (value <= target if right else value < target) & open_
        low = np.where(below, middle + 1, low)
        high = np.where(open_ & ~below, middle, high)
    return low
