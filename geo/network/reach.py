"""The stretches of road within a short way of each device, measured along the network: what lamps light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.engine import compiles
from geo.network.morton import rough_order
from geo.network.pairs import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.snap import Snapped
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

# How many devices are followed at once: bounds the memory of the front (some 10 MB).
_BATCH = 100_000


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of road, `from_m` to `to_m` along the road in row `road`, each within reach of the device `source`.

    A device may have several, overlapping ones; they are sorted by road, from_m, to_m, source.
    """

    source: Rows
    road: Rows
    from_m: Numbers
    to_m: Numbers


@dataclass(frozen=True, eq=False)
class Ends:
    """The edge ends at each node: those of node n are rows first[n] to first[n + 1]."""

    first: Rows
    edge: Rows
    at_end: NDArray[np.bool_]
    other: Rows


def ends_of(topology: Topology) -> Ends:
    """Return the ends of all edges by node, whatever the direction of traffic."""
    node = np.concatenate([topology.start, topology.end])
    order = np.argsort(node, kind="stable")
    first = np.zeros(topology.nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(node, minlength=topology.nodes), out=first[1:])
    other = np.concatenate([topology.end, topology.start])[order].astype(np.int64)
    return Ends(first, order % max(topology.edges, 1), order >= topology.edges, other)


def reach_along(topology: Topology, ends: Ends, points: Snapped, radius_m: float) -> Stretches:
    """Return all road within radius_m of each foot, along the network in every direction, round corners as well.

    The way from the device to its road is not counted: a lamp lights the road from its foot.
    """
    rows = np.flatnonzero(points.on_network)
    found = [_on_own_edge(topology, points, rows, radius_m)]
    if compiles(max(topology.nodes, len(rows))):
        found.append(_compiled_from_nodes(topology, ends, points, rows, radius_m))
        rows = rows[:0]
    for start in range(0, len(rows), _BATCH):
        source, node, cost = _nodes_within(topology, ends, points, rows[start : start + _BATCH], radius_m)
        found.append(_from_nodes(topology, ends, points, source, node, cost, radius_m))
    source, edge, low, high = (np.concatenate(column) for column in zip(*found, strict=True))
    road, from_m = topology.road[edge], topology.from_m[edge]
    low, high = from_m + low, from_m + high
    order = _sorted(topology, source, road, low, high)
    return Stretches(source[order], road[order], low[order], high[order])


def _sorted(topology: Topology, source: Rows, road: Rows, low: Numbers, high: Numbers) -> Rows:
    """Return the order of stretches by road, then from where to where, then source."""
    if not compiles(len(road)):
        return np.lexsort((source, high, low, road)).astype(np.int64)
    from geo.lines.intervals_kernel import sort_groups
    from geo.network.graph_kernel import by_group

    first, order = by_group(int(topology.road.max()) + 1, road.astype(np.int32), np.arange(len(road)))
    sort_groups(first, order, low, high, source)
    return order


_Parts = tuple["Rows", "Rows", "Numbers", "Numbers"]


def _on_own_edge(topology: Topology, points: Snapped, rows: Rows, radius_m: float) -> _Parts:
    edge, along = points.edge[rows], points.edge_m[rows]
    return rows, edge, np.maximum(along - radius_m, 0.0), np.minimum(along + radius_m, topology.length_m[edge])


def _compiled_from_nodes(topology: Topology, ends: Ends, points: Snapped, rows: Rows, radius_m: float) -> _Parts:
    """Return the stretches reached by way of nodes, by a search of its own from each device."""
    from geo.network.reach_kernel import EdgeEnds, stretches_from
    from geo.network.search_kernel import Arcs

    rest = topology.length_m[points.edge[rows]] - points.edge_m[rows]
    rows = rows[np.minimum(points.edge_m[rows], rest) < radius_m]  # of the others no light gets past their own edge
    rows = rows[rough_order(points.x[rows], points.y[rows])]
    arcs = Arcs(ends.first.astype(np.int32), ends.other.astype(np.int32), topology.length_m[ends.edge])
    edge_ends = EdgeEnds(ends.first, ends.edge, ends.at_end, topology.length_m, topology.edges - topology.joins)
    edge = points.edge[rows]
    node = np.column_stack([topology.start[edge], topology.end[edge]])
    step = max(radius_m / 4, 1.0)
    source, along, low, high = stretches_from(arcs, edge_ends, node, edge, points.edge_m[rows], radius_m, step)
    return rows[source], along, low, high


def _nodes_within(
    topology: Topology, ends: Ends, points: Snapped, rows: Rows, radius_m: float
) -> tuple[Rows, Rows, Numbers]:
    """Return (source, node, distance) for every node within the radius of a source, by waves from edge to edge."""
    edge, along = points.edge[rows], points.edge_m[rows]
    rest = topology.length_m[edge] - along
    source = np.concatenate([rows, rows])
    node = np.concatenate([topology.start[edge], topology.end[edge]]).astype(np.int64)
    cost = np.concatenate([along, rest])
    near = cost <= radius_m
    settled = front = _least(source[near], node[near], cost[near])
    while len(front[0]):
        row, position = spread(ends.first[front[1]], ends.first[front[1] + 1])
        cost = front[2][row] + topology.length_m[ends.edge[position]]
        near = cost <= radius_m
        step = _least(front[0][row[near]], ends.other[position[near]], cost[near])
        settled, front = _merged(settled, step)
    return settled


def _least(source: Rows, node: Rows, cost: Numbers) -> tuple[Rows, Rows, Numbers]:
    """Return each (source, node) once, sorted, with its least distance."""
    order = np.lexsort((cost, node, source))
    source, node, cost = source[order], node[order], cost[order]
    new = (np.diff(source, prepend=-1) != 0) | (np.diff(node, prepend=-1) != 0)
    return source[new], node[new], cost[new]


def _merged(
    settled: tuple[Rows, Rows, Numbers], step: tuple[Rows, Rows, Numbers]
) -> tuple[tuple[Rows, Rows, Numbers], tuple[Rows, Rows, Numbers]]:
    """Return what is settled after a step, and the front of the next: what the step reached first or by a shorter way."""
    is_step = np.repeat([False, True], [len(settled[0]), len(step[0])])
    source, node, cost = (np.concatenate(pair) for pair in zip(settled, step, strict=True))
    order = np.lexsort((is_step, cost, node, source))
    source, node, cost, is_step = source[order], node[order], cost[order], is_step[order]
    new = (np.diff(source, prepend=-1) != 0) | (np.diff(node, prepend=-1) != 0)
    front = new & is_step
    return (source[new], node[new], cost[new]), (source[front], node[front], cost[front])


def _from_nodes(
    topology: Topology, ends: Ends, points: Snapped, source: Rows, node: Rows, cost: Numbers, radius_m: float
) -> _Parts:
    """Return the stretches that go on from the nodes for what is left of the radius there."""
    row, position = spread(ends.first[node], ends.first[node + 1])
    edge, at_end, left = ends.edge[position], ends.at_end[position], (radius_m - cost)[row]
    length = topology.length_m[edge]
    low = np.where(at_end, np.maximum(length - left, 0.0), 0.0)
    high = np.where(at_end, length, np.minimum(left, length))
    at_own = edge == points.edge[source[row]]
    own_m = points.edge_m[source[row]]
    straight = radius_m - np.where(at_end, length - own_m, own_m)  # left when coming along the own edge: lit already
    drawn = edge < topology.edges - topology.joins
    keep = drawn & (high > low) & ~(at_own & (left <= straight))
    return source[row[keep]], edge[keep], low[keep], high[keep]
