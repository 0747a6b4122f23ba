"""Sites that another one does at least as well as, for no more: they need not be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.siting.compiled import kernel
from geo.siting.moves import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Rows = NDArray[np.int32] | Whole
    Flags = NDArray[np.int8]


@kernel
def _uses_no_more(limits: Limits, k: int, j: int) -> bool:
    """Return whether site k uses no more of any limit than site j."""
    for e in range(limits.start[k], limits.start[k + 1]):
        used = 0.0
        for f in range(limits.start[j], limits.start[j + 1]):
            if limits.row[f] == limits.row[e]:
                used = limits.amount[f]
        if limits.amount[e] > used:
            return False
    return True


@kernel
def _is_within(start: Whole, item: Rows, j: int, k: int) -> bool:
    """Return whether the (rising) items of j are all items of k."""
    a, b, last = start[j], start[k], start[k + 1]
    while a < start[j + 1]:
        while b < last and item[b] < item[a]:
            b += 1
        if b >= last or item[b] != item[a]:
            return False
        a += 1
    return True


@kernel
def dominated(start: Whole, demand: Rows, d_start: Whole, d_site: Rows, limits: Limits, fixed: Flags) -> Flags:
    """Return which sites serve nobody, or only whom another, kept site serves that uses no more of any limit.

    The demand of a site must be rising, and who serves a demand is asked of the one that fewest serve.
    """
    sites = len(start) - 1
    out = np.zeros(sites, np.int8)
    for j in range(sites):
        if fixed[j]:
            continue
        size = start[j + 1] - start[j]
        if size == 0:
            out[j] = 1
            continue
        rarest = demand[start[j]]
        for e in range(start[j], start[j + 1]):
            i = demand[e]
            if d_start[i + 1] - d_start[i] < d_start[rarest + 1] - d_start[rarest]:
                rarest = i
        for f in range(d_start[rarest], d_start[rarest + 1]):
            k = d_site[f]
            if k == j or out[k] or start[k + 1] - start[k] < size:
                continue
            if (fixed[k] or _uses_no_more(limits, k, j)) and _is_within(start, demand, j, k):
                out[j] = 1
                break
    return out


@kernel
def implied(d_start: Whole, d_site: Whole, s_start: Whole, s_demand: Whole) -> Flags:
    """Return which demand rows are served by any choice that serves another, kept row: that one's sites all serve it."""
    demands = len(d_start) - 1
    out = np.zeros(demands, np.int8)
    for k in range(demands):
        size = d_start[k + 1] - d_start[k]
        if out[k] or size == 0:
            continue
        rarest = d_site[d_start[k]]
        for e in range(d_start[k], d_start[k + 1]):
            j = d_site[e]
            if s_start[j + 1] - s_start[j] < s_start[rarest + 1] - s_start[rarest]:
                rarest = j
        for f in range(s_start[rarest], s_start[rarest + 1]):
            i = s_demand[f]
            if i != k and not out[i] and d_start[i + 1] - d_start[i] >= size and _is_within(d_start, d_site, k, i):
                out[i] = 1
    return out


def one_price(price: NDArray[np.float64]) -> Limits:
    """Return limits in which each site uses its price of one thing."""
    sites = len(price)
    row, most = np.zeros(sites, np.int32), np.full(1, np.inf)
    return Limits(np.arange(sites + 1), row, price.astype(float), most, np.ones(sites))
