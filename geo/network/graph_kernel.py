"""Compiled: arcs sorted into rows by counting, the cheapest of parallel ones kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]


@compiled
def rows_of_arcs(
    nodes: int, tail: Nodes, head: Nodes, cost: Numbers, edge: Nodes
) -> tuple[Nodes, Nodes, Numbers, Nodes]:
    """Return first, to, cost, edge as `graph.sparse_rows` does."""
    first = np.zeros(nodes + 1, dtype=np.int32)
    for a in range(len(tail)):
        if tail[a] != head[a]:
            first[tail[a] + 1] += 1
    for n in range(nodes):
        first[n + 1] += first[n]
    filled = first[:-1].copy()
    to = np.empty(first[nodes], dtype=np.int32)
    arc_cost = np.empty(first[nodes])
    arc_edge = np.empty(first[nodes], dtype=np.int32)
    for a in range(len(tail)):
        if tail[a] != head[a]:
            low, at = first[tail[a]], filled[tail[a]]
            while at > low and _before(head[a], cost[a], edge[a], to[at - 1], arc_cost[at - 1], arc_edge[at - 1]):
                to[at], arc_cost[at], arc_edge[at] = to[at - 1], arc_cost[at - 1], arc_edge[at - 1]
                at -= 1
            to[at], arc_cost[at], arc_edge[at] = head[a], cost[a], edge[a]
            filled[tail[a]] += 1
    kept = _without_parallels(first, to, arc_cost, arc_edge)
    return first, to[:kept], arc_cost[:kept], arc_edge[:kept]


@compiled
def _before(to: int, cost: float, edge: int, other_to: int, other_cost: float, other_edge: int) -> bool:
    """Return whether an arc comes before another of the same row."""
    if to != other_to:
        return to < other_to
    if cost != other_cost:
        return cost < other_cost
    return edge < other_edge


@compiled
def _without_parallels(first: Nodes, to: Nodes, cost: Numbers, edge: Nodes) -> int:
    """Close up the rows over all but the first arc to each node; return how many arcs are left."""
    kept, start = 0, 0
    for n in range(len(first) - 1):
        stop = first[n + 1]
        begin = kept
        for a in range(start, stop):
            if kept == begin or to[kept - 1] != to[a]:
                to[kept], cost[kept], edge[kept] = to[a], cost[a], edge[a]
                kept += 1
        start = stop
        first[n + 1] = kept
    return kept
