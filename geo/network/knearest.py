"""The k nearest facilities of every point, by searches that go as far as it takes and no farther."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.network.nearest import nearest
from geo.network.pairs import Pairs, pairs_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.graph import Graph
    from geo.network.legs import Legs
    from geo.network.topology import Topology

    Rows = NDArray[np.int64]


def k_nearest(
    outwards: Graph, towards: Graph, topology: Topology, costs: Costs, points: Legs, goals: Legs, k: int, limit: float
) -> Pairs:
    """Return each point's k nearest goals within the limit, by point and cost; of goals as near the lower row first.

    Pairs are looked for within a limit that doubles until every point has k of them: a point that has is not asked again.
    The first limit is what the median point's nearest goal costs, so that memory stays near what is handed back.
    """
    first = nearest(towards, costs, points, goals, limit=limit)
    waiting = np.flatnonzero(first.source >= 0)
    found = []
    reach = max(float(np.median(first.cost[waiting])), 1.0) if len(waiting) else limit
    while len(waiting):
        reach = min(2 * reach, limit)
        pairs = pairs_within(outwards, topology, costs, _rows(points, waiting), goals, limit=reach)
        count = np.bincount(pairs.origin, minlength=len(waiting))
        done = (count >= min(k, len(goals.edge))) | (reach >= min(limit, _everything(costs)))
        keep = done[pairs.origin]
        found.append(Pairs(waiting[pairs.origin[keep]], pairs.destination[keep], pairs.cost[keep]))
        waiting = waiting[~done]
    return _first(found, k)


def place_in_run(group: Rows) -> Rows:
    """Return the place, from 1, of each row among the rows of its group; groups are runs."""
    starts = np.flatnonzero(np.diff(group, prepend=-1) != 0)
    sizes = np.diff(np.append(starts, len(group)))
    return np.arange(len(group)) - np.repeat(starts, sizes) + 1


def _everything(costs: Costs) -> float:
    """Return a cost no way within the network can exceed, access legs of a thousand kilometres included."""
    return float(costs.along.sum()) + 1e6 * costs.access_per_m


def _rows(points: Legs, rows: Rows) -> Legs:
    return replace(points, **{field.name: getattr(points, field.name)[rows] for field in fields(points)})


def _first(found: list[Pairs], k: int) -> Pairs:
    """Return the k least of each origin."""
    if not found:
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, np.empty(0))
    origin, destination, cost = (np.concatenate(c) for c in zip(*(vars(p).values() for p in found), strict=True))
    order = np.lexsort((destination, cost, origin))
    origin, destination, cost = origin[order], destination[order], cost[order]
    kept = place_in_run(origin) <= k
    return Pairs(origin[kept], destination[kept], cost[kept])
