"""Compiled: arcs sorted into rows by counting, the cheapest of parallel ones kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]
    Rows = NDArray[np.int64]

THREADS = 2

# Rows of so many arcs are sorted by comparing all.
_FEW = 8


def rows_of_arcs(
    nodes: int, tail: Nodes, head: Nodes, cost: Numbers, edge: Nodes
) -> tuple[Nodes, Nodes, Numbers, Nodes]:
    """Return first, to, cost, edge as `graph.sparse_rows` does; a thread for each half of the rows."""
    first = _starts(nodes, tail, head)
    size = int(first[-1])
    key = np.empty(size, dtype=np.int64)  # by numpy, which asks for large pages of memory; compiled code does not
    to, arc_cost, arc_edge = np.empty(size, dtype=np.int32), np.empty(size), np.empty(size, dtype=np.int32)
    _count_out(first, tail, head, key)

    def fill(begin: int, end: int) -> bool:
        return _fill(first, key, cost, edge, to, arc_cost, arc_edge, begin, end)

    cuts = np.linspace(0, nodes, THREADS + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(THREADS) as pool:
        if any(list(pool.map(fill, cuts[:-1], cuts[1:]))):
            size = _without_parallels(first, to, arc_cost, arc_edge)
    return first, to[:size], arc_cost[:size], arc_edge[:size]


@compiled
def _starts(nodes: int, tail: Nodes, head: Nodes) -> Nodes:
    """Return where each node's row begins, loops left out."""
    first = np.zeros(nodes + 1, dtype=np.int32)
    for a in range(len(tail)):
        first[tail[a] + 1] += tail[a] != head[a]
    for n in range(nodes):
        first[n + 1] += first[n]
    return first


@compiled
def _count_out(first: Nodes, tail: Nodes, head: Nodes, key: Rows) -> None:
    """Put every arc into its row, as head and number in one."""
    filled = first[:-1].copy()
    for a in range(len(tail)):
        if tail[a] != head[a]:
            at = filled[tail[a]]
            filled[tail[a]] = at + 1
            key[at] = (np.int64(head[a]) << 32) | a


@compiled
def _fill(
    first: Nodes,
    key: Rows,
    cost: Numbers,
    edge: Nodes,
    to: Nodes,
    arc_cost: Numbers,
    arc_edge: Nodes,
    begin: int,
    end: int,
) -> bool:
    """Sort the rows from `begin` to `end` by head and fill them in; return whether any two arcs are parallel."""
    parallel = False
    for n in range(begin, end):
        low, high = first[n], first[n + 1]
        if high - low > _FEW:
            key[low:high].sort()
        else:
            for i in range(low + 1, high):
                for j in range(i, low, -1):  # to the end, without a branch: the shortest rows cost least this way
                    key[j - 1], key[j] = min(key[j - 1], key[j]), max(key[j - 1], key[j])
        before = -1
        for i in range(low, high):
            node, arc = key[i] >> 32, key[i] & 0xFFFFFFFF
            to[i], arc_cost[i], arc_edge[i] = node, cost[arc], edge[arc]
            parallel |= node == before
            before = node
    return parallel


@compiled
def _without_parallels(first: Nodes, to: Nodes, cost: Numbers, edge: Nodes) -> int:
    """Close up the rows over all but the cheapest arc to each node, of equal ones the lowest edge's; return how many are left."""
    kept, start = 0, 0
    for n in range(len(first) - 1):
        stop = first[n + 1]
        begin = kept
        for a in range(start, stop):
            if kept == begin or to[kept - 1] != to[a]:
                to[kept], cost[kept], edge[kept] = to[a], cost[a], edge[a]
                kept += 1
            elif cost[a] < cost[kept - 1] or (cost[a] == cost[kept - 1] and edge[a] < edge[kept - 1]):
                cost[kept - 1], edge[kept - 1] = cost[a], edge[a]
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


@compiled
def rough_codes(x: Numbers, y: Numbers, west: float, south: float, scale: float) -> Nodes:
    """Return each point's cell along a Morton curve over 2**10 by 2**10 of them, `scale` cells a metre."""
    codes = np.empty(len(x), dtype=np.int32)
    for i in range(len(x)):
        column, row, code = int((x[i] - west) * scale), int((y[i] - south) * scale), 0
        for bit in range(10):
            code |= ((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1)
        codes[i] = code
    return codes
