"""Branch and bound with the Lagrangian bound: for instances whose linear program is slow though few sites are left."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.lagrangian import Prices, Relaxed, forced, priced, start_prices
from geo.siting.search import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# What a step costs, in entries looked at, beside those it looks at.
STEP_COST = 40_000
# A value and a bound that differ by this share are the same, as in `best`.
EQUAL = 1e-11
ROOT_STEPS, NODE_STEPS = 400, 60
# A branch begins with prices that are good already, so it takes short steps.
NODE_FACTOR = 0.25


def branched(instance: Instance, value: float, deadline: Deadline) -> tuple[Flags | None, float]:
    """Return sites worth more than `value`, the best there are (None: there are none), and a bound on every answer.

    The most promising branch is taken up first: one site is opened in one half and left out in the other (Beasley 1985;
    Hansen et al. 2009 for p-median). Ends after the time of `deadline`, counted in entries looked at, or at the deadline.
    """
    relaxed, search = Relaxed(instance), Search(instance, 1)
    least = max(instance.step * (1 - 1e-6), EQUAL * abs(value))
    search.greedily(by_price=search.is_priced)
    start = start_prices(relaxed, *search.served())
    nothing = np.zeros(instance.table.sites, dtype=bool)
    root = priced(relaxed, start, np.zeros(len(relaxed.left) - 1), value, ROOT_STEPS, deadline)
    open_nodes = [(-root.bound, 0, nothing, nothing, root)]
    work = deadline.effort
    best: Flags | None = None
    made = 0
    while open_nodes and work > 0 and not deadline.is_over:
        if -open_nodes[0][0] < value + least:
            break
        _, _, out, must, prices = heapq.heappop(open_nodes)
        site = _most_doubtful(relaxed.within(out, must), prices)
        for side in (True, False):
            chosen = nothing.copy()
            chosen[-1 if site < 0 else site] = site >= 0
            node = _node(relaxed, out | (chosen & (not side)), must | (chosen & side), prices, value, deadline)
            if node is None or (site < 0 and not side):
                continue
            out_now, must_now, now, tried = node
            work -= NODE_STEPS * (STEP_COST + int(relaxed.start[-1]) * len(np.flatnonzero(~out_now)) // len(out_now))
            if tried is not None and instance.objective(tried) >= value + least:
                best, value = tried, instance.objective(tried)
            if now.bound >= value + least and site >= 0:
                made += 1
                heapq.heappush(open_nodes, (-now.bound, made, out_now, must_now, now))
    bound = -open_nodes[0][0] if open_nodes else value
    return best, max(value, instance.bounded(bound))


def _node(
    relaxed: Relaxed, out: Flags, must: Flags, prices: Prices, value: float, deadline: Deadline
) -> tuple[Flags, Flags, Prices, Flags | None] | None:
    """Return a branch with what follows from its bound, and an answer within it; None if there can be none."""
    instance = relaxed.instance
    here = relaxed.within(out, must)
    if not instance.limits.allow(here.instance.fixed).all():
        return None
    now = priced(here, prices.demand, prices.limit, value, NODE_STEPS, deadline, factor=NODE_FACTOR)
    wanted = value + max(instance.step * (1 - 1e-6), EQUAL * abs(value))
    more_out, more_in = forced(here, now, wanted)
    tried = now.part > 1 - 1e-9
    return out | more_out, must | more_in, now, tried if instance.limits.allow(tried).all() else None


def _most_doubtful(relaxed: Relaxed, prices: Prices) -> int:
    """Return the free site that the relaxation takes most nearly half of; -1 if no site is free."""
    if not len(relaxed.free):
        return -1
    mean = prices.mean[relaxed.free]
    net = np.abs(prices.worth[relaxed.free] - prices.main * relaxed.main_use[relaxed.free])
    order = np.lexsort((net, -np.minimum(mean, 1 - mean).round(2)))
    return int(relaxed.free[order[0]])
