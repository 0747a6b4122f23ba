"""The cheapest roads to upgrade so that a place is joined to where it should be: those that are good already cost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.legs import AT_NODE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.snap import Snapped
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Of ways that need the same upgrades the one with less road, and then fewer roads, is taken; as a share of a metre this
# is too little to outweigh one (1e-9 of 10 000 km is 1 cm).
LEAST = 1e-9

# What is joined needs no upgrade: anything that does is a metre or more.
JOINED_BELOW = 0.5


@dataclass(frozen=True, eq=False)
class Upgrades:
    """What has to be upgraded to come from the roots to each node or road, which are numbered one after the other.

    `cost` is in metres of road (inf: no way at all), `before` what the cheapest way comes from (-1: it begins here).
    """

    nodes: int
    cost: Numbers
    before: Rows

    def joined(self, at: Rows) -> Flags:
        """Return which of these (numbers as `ends_of` gives them, -1: nowhere) need no upgrade at all."""
        joined: Flags = np.append(self.cost, np.inf)[at] < JOINED_BELOW
        return joined

    def roads_to(self, at: int) -> list[int]:
        """Return the roads of the cheapest way there, from the root on."""
        roads = []
        while at >= 0:
            if at >= self.nodes:
                roads.append(at - self.nodes)
            at = int(self.before[at])
        return roads[::-1]


def ends_of(top: Topology, road: Rows, at: Snapped) -> Rows:
    """Return the number of the node each point stands at, else of the road it is on; -1 if it is off the network.

    `road` is the number of each edge's road: a road, upgraded as a whole, may have many edges.
    """
    edge = np.where(at.on_network, at.edge, -1)
    if not top.edges:
        return np.full(len(edge), -1)
    number: Rows = top.nodes + road[edge]
    number = np.where(top.length_m[edge] - at.edge_m <= AT_NODE_M, top.end[edge], number)
    number = np.where(at.edge_m <= AT_NODE_M, top.start[edge], number)
    return np.where(edge >= 0, number, -1)


def cheapest_upgrades(top: Topology, road: Rows, metres: Numbers, needed: Flags, roots: Rows) -> Upgrades:
    """Return the cheapest upgrades that lead from the roots (see `ends_of`) to every node and road.

    `metres` is the length of each road, `needed` whether it has to be upgraded to count: whole, as soon as any of it is
    used, or it costs nothing. A shortest path over roads, each paid for when it is entered.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    size = top.nodes + len(metres)
    price = np.where(needed, np.maximum(metres, 1.0), 0.0) + LEAST * (1.0 + metres)
    node = np.concatenate([top.start, top.end]).astype(np.int64)
    own = np.tile(road, 2)
    meeting = np.unique(node * len(metres) + own)
    node, own = meeting // max(len(metres), 1), meeting % max(len(metres), 1)
    root = np.unique(roots[roots >= 0])
    entered = np.append(price, LEAST)[np.where(root >= top.nodes, root - top.nodes, len(metres))]
    tail = np.concatenate([node, top.nodes + own, np.full(len(root), size)])
    head = np.concatenate([top.nodes + own, node, root])
    cost = np.concatenate([price[own], np.full(len(node), LEAST), entered])
    graph = coo_array((cost, (tail, head)), shape=(size + 1, size + 1)).tocsr()
    found, before = dijkstra(graph, indices=size, return_predecessors=True)
    before = np.where((before < 0) | (before == size), -1, before)
    return Upgrades(top.nodes, found[:size], before[:size].astype(np.int64))
