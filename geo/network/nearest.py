"""The nearest facility for every point, and which one it is, in one sweep from all facilities at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.engine import compiles
from geo.network.exact import SAME_FOOT_M
from geo.network.legs import Legs, arcs_from, may_go, on_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.graph import Graph

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nearest:
    """The least cost and the source it comes from (the lowest if several are as near); inf and -1 where there is none."""

    cost: Numbers
    source: Rows


def nearest(
    graph: Graph, costs: Costs, points: Legs, sources: Legs, *, limit: float, sweep: Nearest | None = None
) -> Nearest:
    """Return the nearest source of each point, through the nodes or straight along the edge they share.

    Trips run from points to sources, so `graph` is the reversed one. For trips from sources to points turn the costs
    round (`Costs.turned`) and make graph and legs from those. `sweep` is what `sweep_from` found, if it is known.
    """
    if not graph.nodes:
        return Nearest(np.full(len(points.edge), np.inf), np.full(len(points.edge), -1, dtype=np.int64))
    sweep = sweep or sweep_from(graph, sources, limit=limit)
    by_start, by_end = (
        Nearest(sweep.cost[points.node[:, end]] + points.cost[:, end], sweep.source[points.node[:, end]])
        for end in (0, 1)
    )
    best = _nearer(_nearer(by_start, by_end), along_shared_edge(costs, points, sources))
    found = (best.cost <= limit) & np.isfinite(best.cost)
    return Nearest(np.where(found, best.cost, np.inf), np.where(found, best.source, -1))


def sweep_from(graph: Graph, sources: Legs, *, limit: float) -> Nearest:
    """Return the nearest source of every node within the limit."""
    return _compiled_sweep(graph, sources, limit) if compiles(graph.nodes) else _scipy_sweep(graph, sources, limit)


def _compiled_sweep(graph: Graph, sources: Legs, limit: float) -> Nearest:
    from geo.network.sweeping import swept

    sweep = swept(graph, *seeds_of(sources, np.arange(len(sources.edge))), limit)
    return Nearest(sweep.cost, sweep.source.astype(np.int64))


def seeds_of(sources: Legs, rows: Rows) -> tuple[NDArray[np.int32], Numbers, NDArray[np.int32]]:
    """Return the (node, cost, source) each of these sources begins at: both ends of its edge, where one may go."""
    row, end = np.nonzero(np.isfinite(sources.cost[rows]))
    return sources.node[rows[row], end], sources.cost[rows[row], end], rows[row].astype(np.int32)


def _scipy_sweep(graph: Graph, sources: Legs, limit: float) -> Nearest:
    """Return the same by scipy's Dijkstra from all sources at once."""
    from scipy.sparse.csgraph import dijkstra

    usable = np.flatnonzero(np.isfinite(sources.cost).any(axis=1))
    if not len(usable):
        return Nearest(np.full(graph.nodes, np.inf), np.full(graph.nodes, -1, dtype=np.int64))
    matrix = graph.matrix(*arcs_from(sources.node[usable], sources.cost[usable], limit))
    starts = np.arange(graph.nodes, graph.nodes + len(usable))
    cost, _, source = dijkstra(matrix, indices=starts, limit=limit, min_only=True, return_predecessors=True)
    cost = cost[: graph.nodes]
    reached = np.isfinite(cost)
    owner = np.full(graph.nodes, -1, dtype=np.int64)
    owner[reached] = usable[source[: graph.nodes][reached] - graph.nodes]
    return Nearest(cost, lowest_owner(graph, sources, cost, owner))


def lowest_owner(graph: Graph, sources: Legs, cost: Numbers, owner: Rows) -> Rows:
    """Return the owners with every tie given to the lowest source, whatever order the search took.

    Costs add without rounding, so an arc lies on a shortest path exactly if its costs match; along those the lowest
    source is passed on until nothing changes.
    """
    owner = owner.copy()
    for column in (0, 1):
        rows = np.flatnonzero(np.isfinite(sources.cost[:, column]))
        node = sources.node[rows, column]
        level = sources.cost[rows, column] == cost[node]
        np.minimum.at(owner, node[level], rows[level])
    tail = np.repeat(np.arange(graph.nodes, dtype=np.int32), np.diff(graph.first))
    tight = np.flatnonzero((cost[tail] + graph.cost == cost[graph.to]) & np.isfinite(cost[tail]))
    tail, head = tail[tight], graph.to[tight]
    while len(better := np.flatnonzero(owner[tail] < owner[head])):
        np.minimum.at(owner, head[better], owner[tail[better]])
    return owner


def along_shared_edge(costs: Costs, points: Legs, sources: Legs) -> Nearest:
    """Return for each point the nearest source on its own edge, reached without leaving the edge."""
    none = Nearest(np.full(len(points.edge), np.inf), np.full(len(points.edge), -1, dtype=np.int64))
    lined = on_edges(len(costs.along), sources)
    if not len(lined.order):
        return none
    access, along = sources.access[lined.order], sources.along[lined.order]
    group = np.repeat(np.arange(len(lined.first) - 1), np.diff(lined.first))
    ahead = _least_so_far(group[::-1], (along + access)[::-1], lined.order[::-1])[::-1]
    behind = _least_so_far(group, access - along, lined.order)
    low, high = lined.between(points.edge, points.edge_m - SAME_FOOT_M, points.edge_m + SAME_FOOT_M)
    at = np.maximum(points.edge, 0)
    is_ahead = (points.edge >= 0) & (low < lined.first[at + 1])
    is_behind = (points.edge >= 0) & (high > lined.first[at])
    one = _trip(costs, points, sources, ahead[np.minimum(low, len(ahead) - 1)], is_ahead)
    other = _trip(costs, points, sources, behind[np.maximum(high, 1) - 1], is_behind)
    return _nearer(one, other)


def _least_so_far(group: Rows, value: Numbers, row: Rows) -> Rows:
    """Return at each position the row of the least (value, row) of its group up to there; a group is one run."""
    order = np.lexsort((row, value))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    later_is_less = np.cumsum(np.diff(group, prepend=group[:1]) != 0)  # so that no earlier group wins over a later one
    least = np.minimum.accumulate(rank - later_is_less * len(order))
    best: Rows = row[order[least % len(order)]]
    return best


def _trip(costs: Costs, points: Legs, sources: Legs, source: Rows, exists: NDArray[np.bool_]) -> Nearest:
    """Return the cost of going straight along the edge to that source, where there is one and one may."""
    edge = np.maximum(points.edge, 0)
    allowed = exists & may_go(costs, edge, points.edge_m, sources.edge_m[source])
    cost = np.abs(sources.along[source] - points.along) + sources.access[source] + points.access
    return Nearest(np.where(allowed, cost, np.inf), np.where(allowed, source, -1))


def _nearer(one: Nearest, other: Nearest) -> Nearest:
    """Return the less costly of two answers, the lower source where they cost the same."""
    level = (one.cost == other.cost) & (other.source >= 0) & ((one.source < 0) | (other.source < one.source))
    better = (other.cost < one.cost) | level
    return Nearest(np.where(better, other.cost, one.cost), np.where(better, other.source, one.source))
