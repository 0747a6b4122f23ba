"""Growing regions over a graph from many seeds at once, and joining the regions: how villages and roads come about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]  # text, shapes


@dataclass(frozen=True)
class Growth:
    """Every node's nearest seed: its label (-1 out of reach), the cost from it, and the node before it on the way."""

    label: Ints
    cost: Numbers
    before: Ints


@dataclass(frozen=True)
class Joins:
    """For each pair of touching regions (a < b by label) the cheapest edge between them and the cost seed to seed."""

    a: Ints
    b: Ints
    edge: Ints
    cost: Numbers


def grow(n: int, edges: Ints, weight: Numbers, seeds: Ints, labels: Ints) -> Growth:
    """Return the regions grown from the seeds along the edges, each edge passable both ways at its weight (> 0)."""
    passable = np.isfinite(weight)
    graph = coo_matrix((weight[passable], (edges[passable, 0], edges[passable, 1])), shape=(n, n)).tocsr()
    cost, before, seed = dijkstra(graph, directed=False, indices=seeds, min_only=True, return_predecessors=True)
    label_of = np.full(n, -1, dtype=np.int64)
    label_of[seeds] = labels
    label = np.where(seed >= 0, label_of[np.maximum(seed, 0)], -1)
    return Growth(label, cost, np.where(before >= 0, before, -1).astype(np.int64))


def joins(growth: Growth, edges: Ints, weight: Numbers) -> Joins:
    """Return the cheapest way between each two regions that touch."""
    u, v = edges[:, 0], edges[:, 1]
    a = np.minimum(growth.label[u], growth.label[v])
    b = np.maximum(growth.label[u], growth.label[v])
    cost = growth.cost[u] + weight + growth.cost[v]
    touching = np.flatnonzero((a != b) & (a >= 0) & np.isfinite(cost))
    order = touching[np.lexsort((cost[touching], b[touching], a[touching]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (a[order][1:] != a[order][:-1]) | (b[order][1:] != b[order][:-1])
    best = order[first]
    return Joins(a[best], b[best], best.astype(np.int64), cost[best])


def tree(found: Joins) -> Flags:
    """Return which joins make the cheapest tree (or forest) over all the regions."""
    if not len(found.a):
        return np.zeros(0, dtype=bool)
    n = int(found.b.max()) + 1
    spanning = minimum_spanning_tree(coo_matrix((found.cost, (found.a, found.b)), shape=(n, n)).tocsr()).tocoo()
    kept = np.minimum(spanning.row, spanning.col).astype(np.int64) * n + np.maximum(spanning.row, spanning.col)
    return np.isin(found.a * n + found.b, kept)


def walked(growth: Growth, edges: Ints, chosen: Ints) -> Flags:
    """Return which edges lie on the ways of the chosen joins, from the joining edge back to both seeds."""
    on_way = np.zeros(len(edges), dtype=bool)
    on_way[chosen] = True
    reached = np.zeros(len(growth.label), dtype=bool)
    now = np.unique(edges[chosen].ravel())
    while len(now):
        reached[now] = True
        now = np.unique(growth.before[now])
        now = now[(now >= 0)]
        now = now[~reached[now]]
    steps = np.flatnonzero(reached & (growth.before >= 0))
    on_way[edge_index(len(growth.label), edges, np.column_stack([steps, growth.before[steps]]))] = True
    return on_way


def edge_index(n: int, edges: Ints, pairs: Ints) -> Ints:
    """Return the row of each pair of nodes in `edges` (which hold each pair once, lower node first, sorted)."""
    key = edges[:, 0] * n + edges[:, 1]
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    return np.searchsorted(key, low * n + high).astype(np.int64)
