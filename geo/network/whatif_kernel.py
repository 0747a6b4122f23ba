"""Compiled: one source taken away from a finished sweep, touching no more than what it served."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.compiled import compiled
from geo.network.search_kernel import Arcs, Lists
from geo.network.sweep_kernel import BLOCK_BITS, FAR, Offers, Sweep, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Nodes = NDArray[np.int32]
    Flags = NDArray[np.bool_]


class Offered(NamedTuple):
    """What all sources offer, open or not: `somewhere` says at which nodes, `by_node` what."""

    somewhere: Flags
    by_node: Lists


@compiled
def taken_away(
    arcs: Arcs,
    back: Arcs,
    sweep: Sweep,
    offered: Offered,
    is_open: Flags,
    source: int,
    seeds: Nodes,
    limit: float,
    step: float,
) -> None:
    """Bring the sweep to what it would be without that source, which is no longer open.

    `back` are the arcs turned round, `seeds` the nodes the source began at. All it served is connected to those: it is
    forgotten, and offered anew by what lies around it.
    """
    served, count = _served(arcs, sweep, source, seeds)
    owners, costs, somewhere = sweep.source, sweep.cost, offered.somewhere
    first, to, along = back
    border = 0
    best, owner = np.empty(count), np.empty(count, dtype=np.int32)
    for i in range(count):
        node, least, whose = served[i], np.inf, -1
        for arc in range(first[node], first[node + 1]):
            its_owner, value = owners[to[arc]], costs[to[arc]] + along[arc]
            if its_owner >= 0 and (value < least or (value == least and its_owner < whose)):
                least, whose = value, its_owner
        if somewhere[node]:
            least, whose = _or_offered(offered.by_node, is_open, node, least, whose)
        costs[node] = np.inf
        if least <= limit:
            served[border], best[border], owner[border] = node, least, whose
            border += 1
    for i in range(border):  # only now: what one of them is given is no news for the others
        _lay_out(sweep, served[i], best[i], owner[i])
    none = Offers(np.empty(0, dtype=np.int32), np.empty(0), np.empty(0, dtype=np.int32))
    spread(arcs, sweep, none, 0, len(sweep.waiting), limit, step)


@compiled
def _served(arcs: Arcs, sweep: Sweep, source: int, seeds: Nodes) -> tuple[Nodes, int]:
    """Return every node the source serves, which from now on nobody does, and how many they are."""
    owners = sweep.source
    first, to, _ = arcs
    served, count, done = np.empty(4096, dtype=np.int32), 0, 0
    for node in seeds:
        if owners[node] == source:
            served[count] = node
            count += 1
            owners[node] = -1
    while done < count:
        node = served[done]
        done += 1
        for arc in range(first[node], first[node + 1]):
            other = to[arc]
            if owners[other] == source:
                if count == len(served):
                    served = np.append(served, served)
                served[count] = other
                count += 1
                owners[other] = -1
    return served, count


@compiled
def _or_offered(lists: Lists, is_open: Flags, node: int, least: float, whose: int) -> tuple[float, int]:
    """Return what is offered best: that, or what an open source offers at the node."""
    for i in range(lists.first[node], lists.first[node + 1]):
        row, value = lists.destination[i], lists.cost[i]
        if is_open[row] and (value < least or (value == least and row < whose)):
            least, whose = value, row
    return least, whose


@compiled
def _lay_out(sweep: Sweep, node: int, value: float, source: int) -> None:
    """Put a forgotten node on its block's far pile with what is offered to it from outside."""
    block = node >> BLOCK_BITS
    sweep.cost[node], sweep.source[node], sweep.piled[node] = value, source, FAR
    sweep.far[(block << BLOCK_BITS) + sweep.waiting[block]] = node
    sweep.waiting[block] += 1
    sweep.least[block] = min(sweep.least[block], value)
