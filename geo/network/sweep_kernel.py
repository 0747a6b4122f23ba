"""Compiled: nearest source of every node, by two piles (near and far) instead of a heap, block of nodes by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.compiled import compiled
from geo.network.search_kernel import Arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]

# Nodes are worked off in blocks of 2**14 that follow each other along the Morton curve: what a block needs (some 0.8 MB)
# stays in the cache while its fronts move on. Smaller blocks are entered more often, larger ones fall out of the cache.
BLOCK_BITS = 14

_NEAR, FAR = 1, 2


class Sweep(NamedTuple):
    """What is known, and what is still to be passed on.

    `cost` and `source` are of each node; inf and -1 where there is none. The far pile of block b is
    `far[b << BLOCK_BITS:]`, `waiting[b]` nodes of which the least costs `least[b]`; each node is on it once at the most.
    `piled` says which pile a node is on.
    """

    cost: Numbers
    source: Nodes
    piled: NDArray[np.uint8]
    far: Nodes
    waiting: Nodes
    least: Numbers


class Offers(NamedTuple):
    """Sources that offer a way to a node, at a cost."""

    node: Nodes
    cost: Numbers
    source: Nodes


def empty_sweep(nodes: int) -> Sweep:
    """Return a sweep before anything is known."""
    blocks = ((nodes - 1) >> BLOCK_BITS) + 1
    return Sweep(
        np.full(nodes, np.inf),
        np.full(nodes, -1, dtype=np.int32),
        np.zeros(nodes, dtype=np.uint8),
        np.empty(blocks << BLOCK_BITS, dtype=np.int32),
        np.zeros(blocks, dtype=np.int32),
        np.full(blocks, np.inf),
    )


@compiled
def spread(arcs: Arcs, sweep: Sweep, offers: Offers, begin: int, end: int, limit: float, step: float) -> None:
    """Take the offers and pass them on in the blocks from begin to end, until nothing there gets better.

    Near-far search (Davidson et al. 2014): nodes nearer than a threshold that grows by `step` are worked off first, in
    any order; a node that finds a shorter way, or as short a one from a lower source, is taken up again. The end state
    is the only one nothing improves, so it does not depend on the order, the blocks or the threads. Costs must add
    without rounding.
    """
    for i in range(len(offers.node)):
        if offers.cost[i] <= limit:
            _offer(sweep, offers.node[i], offers.cost[i], offers.source[i])
    near = np.empty(1 << BLOCK_BITS, dtype=np.int32)
    busy = True
    while busy:
        busy = False
        for block in range(begin, end):
            if sweep.least[block] < np.inf:
                _work_off(arcs, sweep, near, block, begin, end, limit, step)
                busy = True


@compiled
def _offer(sweep: Sweep, node: int, value: float, source: int) -> None:
    """Give a node of another block a better way, if it is one, and put it on its block's far pile."""
    known = sweep.cost[node]
    if value > known or (value == known and source >= sweep.source[node]):
        return
    sweep.cost[node], sweep.source[node] = value, source
    block = node >> BLOCK_BITS
    if sweep.piled[node] == 0:
        sweep.piled[node] = FAR
        sweep.far[(block << BLOCK_BITS) + sweep.waiting[block]] = node
        sweep.waiting[block] += 1
    sweep.least[block] = min(sweep.least[block], value)


@compiled
def _work_off(
    arcs: Arcs, sweep: Sweep, near: Nodes, block: int, begin: int, end: int, limit: float, step: float
) -> None:
    """Pass on costs from the block's far pile until nothing is left on it."""
    threshold = sweep.least[block] + step
    while sweep.waiting[block] > 0:
        near_count, least = _next_near(sweep, near, block, threshold)
        if near_count == 0:
            threshold = least + step
            continue
        _pass_on(arcs, sweep, near, near_count, block, begin, end, threshold, limit)
        threshold += step
    sweep.least[block] = np.inf


@compiled
def _next_near(sweep: Sweep, near: Nodes, block: int, threshold: float) -> tuple[int, float]:
    """Move to the near pile what lies within the threshold; return how many, and the least cost of the others."""
    first = block << BLOCK_BITS
    near_count, kept, least = 0, first, np.inf
    for i in range(first, first + sweep.waiting[block]):
        node = sweep.far[i]
        cost = sweep.cost[node]
        if sweep.piled[node] != FAR:  # found a shorter way since, and was worked off
            continue
        if cost < threshold:
            sweep.piled[node] = _NEAR
            near[near_count] = node
            near_count += 1
        else:
            sweep.far[kept] = node
            kept += 1
            least = min(least, cost)
    sweep.waiting[block] = kept - first
    return near_count, least


@compiled
def _pass_on(
    arcs: Arcs,
    sweep: Sweep,
    near: Nodes,
    near_count: int,
    block: int,
    begin: int,
    end: int,
    threshold: float,
    limit: float,
) -> None:
    """Pass on costs from the near pile, a ring, until it is empty."""
    first, to, cost = arcs
    best, source, piled, far = sweep.cost, sweep.source, sweep.piled, sweep.far
    size, far_end = len(near), (block << BLOCK_BITS) + sweep.waiting[block]
    head, tail = 0, near_count
    while head < tail:
        node = near[head & (size - 1)]
        head += 1
        piled[node] = 0
        base, owner = best[node], source[node]
        for arc in range(first[node], first[node + 1]):
            other, value = to[arc], base + cost[arc]
            if value > limit:
                continue
            if other >> BLOCK_BITS != block:
                if begin <= other >> BLOCK_BITS < end:
                    _offer(sweep, other, value, owner)
                continue
            known = best[other]
            if value > known or (value == known and owner >= source[other]):
                continue
            best[other], source[other] = value, owner
            if value < threshold:
                if piled[other] != _NEAR:
                    piled[other] = _NEAR
                    near[tail & (size - 1)] = other
                    tail += 1
            elif piled[other] == 0:
                piled[other] = FAR
                far[far_end] = other
                far_end += 1
    sweep.waiting[block] = far_end - (block << BLOCK_BITS)
