"""The network as compressed sparse rows, the form every search runs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.network.engine import compiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Graph:
    """Arcs by the node they leave: those of node n are `first[n]` to `first[n + 1]`, each to `to` at `cost`.

    Of parallel arcs only the cheapest is kept (scipy would add them up), of equal ones that of the lowest edge; `edge`
    says which edge an arc runs along. An arc from a node to itself is never on a shortest path and is left out.
    """

    first: Nodes
    to: Nodes
    cost: Numbers
    edge: Nodes

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.first) - 1

    @cached_property
    def mean_cost(self) -> float:
        """The cost of an ordinary arc: how far a search looks ahead at a time."""
        return float(self.cost.mean()) if len(self.cost) else 1.0

    def matrix(self, more_first: Nodes, more_to: Nodes, more_cost: Numbers) -> Any:
        """Return a scipy matrix of the graph with nodes added at the end, which have arcs but no arc comes to."""
        from scipy.sparse import csr_array

        first = np.concatenate([self.first, self.first[-1] + more_first[1:]])
        size = len(first) - 1
        arcs = (np.concatenate([self.cost, more_cost]), np.concatenate([self.to, more_to]), first)
        return csr_array(arcs, shape=(size, size))


def graph_of(topology: Topology, costs: Costs, *, reverse: bool) -> Graph:
    """Return the arcs that may be used, turned round if `reverse` (to search from where one is going to)."""
    edge = np.arange(topology.edges, dtype=np.int32)
    ahead, back = (costs.backward, costs.forward) if reverse else (costs.forward, costs.backward)
    tail = np.concatenate([topology.start[ahead], topology.end[back]])
    head = np.concatenate([topology.end[ahead], topology.start[back]])
    along = np.concatenate([edge[ahead], edge[back]])
    return sparse_rows(topology.nodes, tail, head, costs.along[along], along)


def sparse_rows(nodes: int, tail: Nodes, head: Nodes, cost: Numbers, edge: Nodes) -> Graph:
    """Return the arcs as a Graph, loops left out and the cheapest of parallel ones kept."""
    if compiles(nodes):
        from geo.network.graph_kernel import rows_of_arcs

        return Graph(*rows_of_arcs(nodes, tail, head, cost, edge))
    moving = tail != head
    tail, head, cost, edge = tail[moving], head[moving], cost[moving], edge[moving]
    pair = tail.astype(np.int64) * nodes + head
    order = np.argsort(pair, kind="stable")
    pair, cost, edge = pair[order], cost[order], edge[order]
    new = np.diff(pair, prepend=-1) != 0
    if not new.all():
        order2 = np.lexsort((edge, cost, pair))
        pair, cost, edge = pair[order2], cost[order2], edge[order2]
        new = np.diff(pair, prepend=-1) != 0
        pair, cost, edge = pair[new], cost[new], edge[new]
    first = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(pair // max(nodes, 1), minlength=nodes), out=first[1:])
    return Graph(first, (pair % max(nodes, 1)).astype(np.int32), cost, edge)
