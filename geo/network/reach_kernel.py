"""Compiled: the stretches of road within reach of devices, one device after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.compiled import compiled
from geo.network.search_kernel import Arcs, Scratch, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Nodes = NDArray[np.int32]


class EdgeEnds(NamedTuple):
    """Edge ends by node, as in `reach.Ends`, with the length of each edge and how many edges are drawn."""

    first: Rows
    edge: Rows
    at_end: NDArray[np.bool_]
    length_m: Numbers
    drawn: int


@compiled
def stretches_from(
    arcs: Arcs, ends: EdgeEnds, node: Nodes, edge: Rows, edge_m: Numbers, radius_m: float, step: float
) -> tuple[Rows, Rows, Numbers, Numbers]:
    """Return (device, edge, from, to) of the stretches reached by way of nodes, as `reach._from_nodes` does.

    Devices have their feet on `edge` at `edge_m` from its start `node[:, 0]`; `arcs` go both ways, costs are metres.
    """
    nodes = len(arcs.first) - 1
    pile = np.empty(nodes, dtype=np.int32)
    scratch = Scratch(
        np.full(nodes, np.inf), pile, pile.copy(), np.zeros(nodes, dtype=np.uint8), np.empty(nodes + 1, dtype=np.int32)
    )
    device, along = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    low, high, total = np.empty(1024), np.empty(1024), 0
    for row in range(len(edge)):
        cost = np.array([edge_m[row], ends.length_m[edge[row]] - edge_m[row]])
        reached = within(arcs, node[row], cost, scratch, radius_m, step)
        for i in range(reached):
            at = scratch.touched[i]
            left = radius_m - scratch.best[at]
            scratch.best[at] = np.inf
            for e in range(ends.first[at], ends.first[at + 1]):
                other, length = ends.edge[e], ends.length_m[ends.edge[e]]
                own = radius_m - (length - edge_m[row] if ends.at_end[e] else edge_m[row])
                if left <= 0 or other >= ends.drawn or (other == edge[row] and left <= own):
                    continue
                if total == len(device):
                    device, along = np.append(device, device), np.append(along, along)
                    low, high = np.append(low, low), np.append(high, high)
                device[total], along[total] = row, other
                low[total] = max(length - left, 0.0) if ends.at_end[e] else 0.0
                high[total] = length if ends.at_end[e] else min(left, length)
                total += 1
    return device[:total], along[:total], low[:total], high[:total]
