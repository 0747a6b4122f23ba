"""Compiled: one source taken away from a finished sweep, touching no more than what it served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled
from geo.network.search_kernel import Arcs, Lists
from geo.network.sweep_kernel import BLOCK_BITS, Offers, Sweep, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Nodes = NDArray[np.int32]
    Flags = NDArray[np.bool_]


@compiled
def taken_away(
    arcs: Arcs,
    back: Arcs,
    sweep: Sweep,
    offered: Lists,
    is_open: Flags,
    source: int,
    seeds: Nodes,
    limit: float,
    step: float,
) -> None:
    """Bring the sweep to what it would be without that source, which is no longer open.

    `back` are the arcs turned round, `offered` what sources offer at each node, `seeds` the nodes the source began at.
    All it served is connected to those; it is forgotten, and offered anew by what lies around it.
    """
    served, count = _forget(arcs, sweep, source, seeds)
    for i in range(count):
        node = served[i]
        best, owner = np.inf, -1
        for arc in range(back.first[node], back.first[node + 1]):
            other = back.to[arc]
            value, its_owner = sweep.cost[other] + back.cost[arc], sweep.source[other]
            if sweep.piled[other] == 0 and (value < best or (value == best and its_owner < owner)):
                best, owner = value, its_owner
        for i_offered in range(offered.first[node], offered.first[node + 1]):
            row, value = offered.destination[i_offered], offered.cost[i_offered]
            if is_open[row] and (value < best or (value == best and row < owner)):
                best, owner = value, row
        if best <= limit:
            _lay_out(sweep, node, best, owner)
    for i in range(count):
        if sweep.cost[served[i]] == np.inf:
            sweep.piled[served[i]] = 0
    none = Offers(np.empty(0, dtype=np.int32), np.empty(0), np.empty(0, dtype=np.int32))
    spread(arcs, sweep, none, 0, len(sweep.waiting), limit, step)


@compiled
def _forget(arcs: Arcs, sweep: Sweep, source: int, seeds: Nodes) -> tuple[Nodes, int]:
    """Put back to unknown, and mark as piled, every node the source serves; return them and how many they are."""
    served, count = np.empty(1024, dtype=np.int32), 0
    for i in range(len(seeds)):
        if sweep.source[seeds[i]] == source:
            served[count] = seeds[i]
            count += 1
            sweep.source[seeds[i]] = -1
    done = 0
    while done < count:
        node = served[done]
        done += 1
        for arc in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.to[arc]
            if sweep.source[other] == source:
                if count == len(served):
                    served = np.append(served, served)
                served[count] = other
                count += 1
                sweep.source[other] = -1
    for i in range(count):
        sweep.cost[served[i]] = np.inf
        sweep.piled[served[i]] = 2
    return served, count


@compiled
def _lay_out(sweep: Sweep, node: int, value: float, source: int) -> None:
    """Put a forgotten node on its block's far pile with what is offered to it from outside."""
    block = node >> BLOCK_BITS
    sweep.cost[node], sweep.source[node] = value, source
    sweep.far[(block << BLOCK_BITS) + sweep.waiting[block]] = node
    sweep.waiting[block] += 1
    sweep.least[block] = min(sweep.least[block], value)
