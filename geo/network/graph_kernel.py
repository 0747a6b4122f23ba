"""Compiled: arcs sorted into rows by counting, the cheapest of parallel ones kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]
    Rows = NDArray[np.int64]


def rows_of_arcs(
    nodes: int, tail: Nodes, head: Nodes, cost: Numbers, edge: Nodes
) -> tuple[Nodes, Nodes, Numbers, Nodes]:
    """Return first, to, cost, edge as `graph.sparse_rows` does."""
    first = _starts(nodes, tail, head)
    size = int(first[-1])
    to = np.empty(size, dtype=np.int32)  # by numpy, which asks for large pages of memory; compiled code does not
    arc_cost, arc_edge = np.empty(size), np.empty(size, dtype=np.int32)
    _fill(first, tail, head, cost, edge, to, arc_cost, arc_edge)
    if _sort_rows(first, to, arc_cost, arc_edge):
        size = _without_parallels(first, to, arc_cost, arc_edge)
    return first, to[:size], arc_cost[:size], arc_edge[:size]


@compiled
def _starts(nodes: int, tail: Nodes, head: Nodes) -> Nodes:
    """Return where each node's row begins, loops left out."""
    first = np.zeros(nodes + 1, dtype=np.int32)
    for a in range(len(tail)):
        if tail[a] != head[a]:
            first[tail[a] + 1] += 1
    for n in range(nodes):
        first[n + 1] += first[n]
    return first


@compiled
def _fill(
    first: Nodes, tail: Nodes, head: Nodes, cost: Numbers, edge: Nodes, to: Nodes, arc_cost: Numbers, arc_edge: Nodes
) -> None:
    """Put every arc into its row."""
    filled = first[:-1].copy()
    for a in range(len(tail)):
        if tail[a] != head[a]:
            at = filled[tail[a]]
            filled[tail[a]] = at + 1
            to[at], arc_cost[at], arc_edge[at] = head[a], cost[a], edge[a]


@compiled
def _sort_rows(first: Nodes, to: Nodes, cost: Numbers, edge: Nodes) -> bool:
    """Sort each row by head, then cost, then edge; return whether any two arcs are parallel."""
    parallel = False
    for n in range(len(first) - 1):
        for a in range(first[n] + 1, first[n + 1]):
            arc_to, arc_cost, arc_edge, at = to[a], cost[a], edge[a], a
            while at > first[n] and _before(arc_to, arc_cost, arc_edge, to[at - 1], cost[at - 1], edge[at - 1]):
                to[at], cost[at], edge[at] = to[at - 1], cost[at - 1], edge[at - 1]
                at -= 1
            to[at], cost[at], edge[at] = arc_to, arc_cost, arc_edge
            parallel |= at > first[n] and to[at - 1] == arc_to
            parallel |= at < a and to[at + 1] == arc_to
    return parallel


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


@compiled
def by_group(groups: int, group: Nodes, rows: Rows) -> tuple[Rows, Rows]:
    """Return the rows sorted by their group, else left in order; those of group g are first[g] to first[g + 1]."""
    first = np.zeros(groups + 1, dtype=np.int64)
    for row in rows:
        first[group[row] + 1] += 1
    for g in range(groups):
        first[g + 1] += first[g]
    filled = first[:-1].copy()
    ordered = np.empty(len(rows), dtype=np.int64)
    for row in rows:
        ordered[filled[group[row]]] = row
        filled[group[row]] += 1
    return first, ordered
