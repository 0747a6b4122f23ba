"""The street grid the network benchmarks run on: blocks of about 100 m, three streets in ten missing, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.network.costs import costs_of
from geo.network.exact import on_grid
from geo.network.graph import Graph, sparse_rows
from geo.network.legs import Legs
from geo.network.morton import morton_order
from geo.network.roadnetwork import RoadNetwork
from geo.network.snap import Snapped
from geo.network.topology import Topology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]

BLOCK_M, SHIFT_M, MISSING = 100.0, 30.0, 0.3
CRS = "EPSG:4547"


@dataclass(frozen=True, eq=False)
class Streets:
    """The largest connected part of the grid: nodes along a Morton curve, edges (tail < head) in order, lengths in m."""

    x: Numbers
    y: Numbers
    tail: Nodes
    head: Nodes
    length_m: Numbers

    @property
    def arcs(self) -> tuple[Nodes, Nodes, Numbers, Nodes]:
        """Both directions of every edge: tail, head, cost, edge."""
        edge = np.arange(len(self.tail), dtype=np.int32)
        tail, head = np.concatenate([self.tail, self.head]), np.concatenate([self.head, self.tail])
        return tail, head, np.tile(self.length_m, 2), np.tile(edge, 2)

    def graph(self) -> Graph:
        """Return the graph as coverplan builds it."""
        return sparse_rows(len(self.x), *self.arcs)

    def network(self) -> RoadNetwork:
        """Return the network of coverplan, one road an edge."""
        edges, whole = len(self.tail), np.zeros(len(self.tail))
        ends = (np.column_stack([at[self.tail], at[self.head]]) for at in (self.x, self.y))
        road = np.arange(edges)
        shapes = (road.astype(np.int32), *ends, whole, self.length_m)
        topology = Topology(self.x, self.y, self.tail, self.head, road, whole, self.length_m, *shapes)
        return RoadNetwork(pd.RangeIndex(edges), CRS, topology, costs_of(topology, None, None), pd.DataFrame())

    def at_nodes(self, node: Nodes) -> Snapped:
        """Return points that stand at nodes, each on the lowest edge that starts or ends there."""
        ends = np.concatenate([self.tail, self.head])
        order = np.argsort(ends, kind="stable")
        where = order[np.searchsorted(ends[order], node)]
        edge = where % len(self.tail)
        along = np.where(where < len(self.tail), 0.0, self.length_m[edge])
        on = np.ones(len(node), dtype=bool)
        return Snapped(edge, edge, along, along, np.zeros(len(node)), on, self.x[node], self.y[node])


def street_grid(nodes: int, seed: int = 1) -> Streets:
    """Return a grid with about that many nodes."""
    rng = np.random.default_rng(seed)
    side = round((nodes / 0.99) ** 0.5)
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    x = (column * BLOCK_M + rng.uniform(-SHIFT_M, SHIFT_M, column.shape)).ravel()
    y = (row * BLOCK_M + rng.uniform(-SHIFT_M, SHIFT_M, row.shape)).ravel()
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    there = rng.random(len(tail)) > MISSING
    tail, head = tail[there], head[there]
    _, part = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(side**2, side**2)), False)
    kept = np.flatnonzero(part == np.bincount(part).argmax())
    kept = kept[morton_order(x[kept], y[kept])]
    renumbered = np.full(side * side, -1, dtype=np.int32)
    renumbered[kept] = np.arange(len(kept), dtype=np.int32)
    inside = renumbered[tail] >= 0
    ends = np.sort(np.column_stack([renumbered[tail[inside]], renumbered[head[inside]]]), axis=1)
    tail, head = ends[np.lexsort((ends[:, 1], ends[:, 0]))].T.copy()
    x, y = x[kept], y[kept]
    return Streets(x, y, tail, head, on_grid(np.hypot(x[tail] - x[head], y[tail] - y[head])))


def standing_at(node: Nodes, away_m: float = 0.0) -> Legs:
    """Return facilities (or homes) that stand at nodes, or that far from them."""
    none, edge = np.zeros(len(node)), np.arange(len(node))  # on edges of their own: none shares one with another
    cost = np.column_stack([np.full(len(node), away_m), np.full(len(node), np.inf)])
    return Legs(np.column_stack([node, node]).astype(np.int32), cost, edge, none, none, none, none, none)
