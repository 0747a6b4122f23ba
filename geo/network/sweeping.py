"""The compiled sweep on all cores: each takes a part of the map, and what crosses between them is exchanged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

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
_LEAST_BLOCKS = 2


def swept(graph: Graph, node: Nodes, cost: Numbers, source: Nodes, limit: float) -> Sweep:
    """Return the nearest source of every node within the limit, from the sources' offers; see `sweep_kernel.spread`.

    Parts are ranges of nodes, neighbours on the ground since nodes are numbered along a Morton curve. Each is worked
    off by a thread of its own to its end; ways that cross a border are offered to the other part in the next round.
    """
    sweep = empty_sweep(graph.nodes)
    arcs = Arcs(graph.first, graph.to, graph.cost)
    blocks = len(sweep.waiting)
    parts = min(PARTS, max(blocks // _LEAST_BLOCKS, 1))
    cuts = np.linspace(0, blocks, parts + 1).astype(int)
    limit = min(limit, np.finfo(np.float64).max)
    offers = Offers(node, cost, source)
    if parts == 1:
        spread(arcs, sweep, offers, 0, blocks, limit, graph.mean_cost)
        return sweep

    def work(part: tuple[int, int]) -> Offers:
        begin, end = part
        here = (offers.node >> BLOCK_BITS >= begin) & (offers.node >> BLOCK_BITS < end)
        mine = Offers(offers.node[here], offers.cost[here], offers.source[here])
        return spread(arcs, sweep, mine, begin, end, limit, graph.mean_cost)

    with ThreadPoolExecutor(parts) as pool:
        while len(offers.node):
            sent = list(pool.map(work, pairwise(cuts.tolist())))
            offers = Offers(*(np.concatenate(column) for column in zip(*sent, strict=True)))
    return sweep
