"""The compiled sweep on all cores: each takes a part of the map, and what crosses between them is exchanged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.search_kernel import Arcs
from geo.network.sweep_kernel import BLOCK_BITS, Offers, Sweep, empty_sweep, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.graph import Graph

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]

# More parts than this have more border to exchange than they gain: measured on two cores only, so two it is.
PARTS = 2

# A part of fewer blocks is done before a thread has started.
_LEAST_BLOCKS = 1


def swept(graph: Graph, node: Nodes, cost: Numbers, source: Nodes, limit: float) -> Sweep:
    """Return the nearest source of every node within the limit, from the sources' offers; see `sweep_kernel.spread`.

    Parts are ranges of nodes, neighbours on the ground since nodes are numbered along a Morton curve. Each is worked
    off by a thread of its own to its end; then ways that cross a border are offered to the other part.
    """
    sweep = empty_sweep(graph.nodes)
    arcs = Arcs(graph.first, graph.to, graph.cost)
    blocks = len(sweep.waiting)
    parts = min(PARTS, max(blocks // _LEAST_BLOCKS, 1))
    cuts = np.linspace(0, blocks, parts + 1).astype(np.int64)
    limit = min(limit, np.finfo(np.float64).max)
    offers = Offers(node, cost, source)
    if parts == 1:
        spread(arcs, sweep, offers, 0, blocks, limit, graph.mean_cost)
        return sweep

    def work(begin: int, end: int) -> None:
        block = offers.node >> BLOCK_BITS
        here = (block >= begin) & (block < end)
        mine = Offers(offers.node[here], offers.cost[here], offers.source[here])
        spread(arcs, sweep, mine, begin, end, limit, graph.mean_cost)

    border = _border(graph, cuts)
    with ThreadPoolExecutor(parts) as pool:
        while len(offers.node):
            list(pool.map(work, cuts[:-1].tolist(), cuts[1:].tolist()))
            offers = _across(sweep, border, limit)
    return sweep


class _Border(NamedTuple):
    """The arcs that lead from one part to another."""

    tail: Nodes
    head: Nodes
    cost: Numbers


def _border(graph: Graph, cuts: NDArray[np.int64]) -> _Border:
    found = []
    for begin, end in pairwise(np.minimum(cuts << BLOCK_BITS, graph.nodes).tolist()):
        low, high = graph.first[begin], graph.first[end]
        to = graph.to[low:high]
        found.append(low + np.flatnonzero((to < begin) | (to >= end)))
    arc = np.concatenate(found)
    tail = np.searchsorted(graph.first, arc, side="right") - 1
    return _Border(tail.astype(np.int32), graph.to[arc], graph.cost[arc])


def _across(sweep: Sweep, border: _Border, limit: float) -> Offers:
    """Return what the parts have to offer each other within the limit."""
    value, source = sweep.cost[border.tail] + border.cost, sweep.source[border.tail]
    known = sweep.cost[border.head]
    better = (value < known) | ((value == known) & (source < sweep.source[border.head]))
    better &= value <= limit
    return Offers(border.head[better], value[better], source[better])
