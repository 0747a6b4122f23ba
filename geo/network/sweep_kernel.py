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

# Nodes are worked off in blocks of 2**16 that follow each other along the Morton curve: what a block needs (some 3 MB)
# stays in the cache while its fronts move on. Smaller blocks are entered more often, larger ones fall out of the cache.
BLOCK_BITS = 16

_NEAR, _FAR = 1, 2


class Sweep(NamedTuple):
    """What is known, and what is still to be passed on.

    `state` is (cost, source) of each node, interleaved; inf and -1 where there is none. The far pile of block b is
    `far[b << BLOCK_BITS:]`, `waiting[b]` nodes of which the least costs `least[b]`; each node is on it once at the most.
    `piled` says which pile a node is on.
    """

    state: Numbers
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
    state = np.full(2 * nodes, np.inf)
    state[1::2] = -1.0
    return Sweep(
        state,
        np.zeros(nodes, dtype=np.uint8),
        np.empty(blocks << BLOCK_BITS, dtype=np.int32),
        np.zeros(blocks, dtype=np.int32),
        np.full(blocks, np.inf),
    )


@compiled
def spread(arcs: Arcs, sweep: Sweep, offers: Offers, begin: int, end: int, limit: float, step: float) -> Offers:
    """Take the offers and pass them on in the blocks from begin to end, until nothing there gets better.

    Return what is to be offered to nodes of other blocks. Near-far search (Davidson et al. 2014): nodes nearer than a
    threshold that grows by `step` are worked off first, in any order; a node that finds a shorter way, or as short a one
    from a lower source, is taken up again. The end state is the only one nothing improves, so it does not depend on the
    order, the blocks or the threads. Costs must add without rounding.
    """
    for i in range(len(offers.node)):
        if offers.cost[i] <= limit:
            _offer(sweep, offers.node[i], offers.cost[i], float(offers.source[i]))
    near = np.empty(1 << BLOCK_BITS, dtype=np.int32)
    out = Offers(np.empty(64, dtype=np.int32), np.empty(64), np.empty(64, dtype=np.int32))
    sent, busy = 0, True
    while busy:
        busy = False
        for block in range(begin, end):
            if sweep.least[block] < np.inf:
                out, sent = _work_off(arcs, sweep, near, block, begin, end, limit, step, out, sent)
                busy = True
    return Offers(out.node[:sent], out.cost[:sent], out.source[:sent])


@compiled
def _offer(sweep: Sweep, node: int, value: float, source: float) -> None:
    """Give a node of another block a better way, if it is one, and put it on its block's far pile."""
    known = sweep.state[2 * node]
    if value > known or (value == known and source >= sweep.state[2 * node + 1]):
        return
    sweep.state[2 * node], sweep.state[2 * node + 1] = value, source
    block = node >> BLOCK_BITS
    if sweep.piled[node] == 0:
        sweep.piled[node] = _FAR
        sweep.far[(block << BLOCK_BITS) + sweep.waiting[block]] = node
        sweep.waiting[block] += 1
    sweep.least[block] = min(sweep.least[block], value)


@compiled
def _work_off(
    arcs: Arcs,
    sweep: Sweep,
    near: Nodes,
    block: int,
    begin: int,
    end: int,
    limit: float,
    step: float,
    out: Offers,
    sent: int,
) -> tuple[Offers, int]:
    """Pass on costs from the block's far pile until nothing is left on it; return the offers to other parts."""
    threshold = sweep.least[block] + step
    while sweep.waiting[block] > 0:
        near_count, least = _next_near(sweep, near, block, threshold)
        if near_count == 0:
            threshold = least + step
            continue
        out, sent = _pass_on(arcs, sweep, near, near_count, block, begin, end, threshold, limit, out, sent)
        threshold += step
    sweep.least[block] = np.inf
    return out, sent


@compiled
def _next_near(sweep: Sweep, near: Nodes, block: int, threshold: float) -> tuple[int, float]:
    """Move to the near pile what lies within the threshold; return how many, and the least cost of the others."""
    first = block << BLOCK_BITS
    near_count, kept, least = 0, first, np.inf
    for i in range(first, first + sweep.waiting[block]):
        node = sweep.far[i]
        cost = sweep.state[2 * node]
        if sweep.piled[node] != _FAR:  # found a shorter way since, and was worked off
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
    out: Offers,
    sent: int,
) -> tuple[Offers, int]:
    """Pass on costs from the near pile, a ring, until it is empty; return the offers to other parts."""
    state, piled, far = sweep.state, sweep.piled, sweep.far
    size, far_end = len(near), (block << BLOCK_BITS) + sweep.waiting[block]
    head, tail = 0, near_count
    while head < tail:
        node = near[head & (size - 1)]
        head += 1
        piled[node] = 0
        base, owner = state[2 * node], state[2 * node + 1]
        for arc in range(arcs.first[node], arcs.first[node + 1]):
            other, value = arcs.to[arc], base + arcs.cost[arc]
            if value > limit:
                continue
            if other >> BLOCK_BITS != block:
                if begin <= other >> BLOCK_BITS < end:
                    _offer(sweep, other, value, owner)
                else:
                    out, sent = _send(out, sent, other, value, owner)
                continue
            known = state[2 * other]
            if value > known or (value == known and owner >= state[2 * other + 1]):
                continue
            state[2 * other], state[2 * other + 1] = value, owner
            if value < threshold:
                if piled[other] != _NEAR:
                    piled[other] = _NEAR
                    near[tail & (size - 1)] = other
                    tail += 1
            elif piled[other] == 0:
                piled[other] = _FAR
                far[far_end] = other
                far_end += 1
    sweep.waiting[block] = far_end - (block << BLOCK_BITS)
    return out, sent


@compiled
def _send(out: Offers, sent: int, node: int, value: float, source: float) -> tuple[Offers, int]:
    """Note an offer to a node of another part."""
    if sent == len(out.node):
        out = Offers(np.append(out.node, out.node), np.append(out.cost, out.cost), np.append(out.source, out.source))
    out.node[sent], out.cost[sent], out.source[sent] = node, value, int(source)
    return out, sent + 1
