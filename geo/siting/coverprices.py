"""The Lagrangian bound of a set cover, and the covers that its prices lead to.

Each row has a price for being served; a site earns the prices of its rows (Beasley 1987). Prices near the best ones say which
sites are worth taking together, so a greedy cover is made at every few of them (Caprara, Fischetti & Toth 1999).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.siting.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.cover import Cover
    from geo.siting.deadline import Deadline

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Marks = NDArray[np.int8]

MEMORY = 0.85
PATIENCE = 15
SHRINK = 0.7
LEAST_STEP = 2e-4
# A greedy cover is made every so many steps.
EVERY = 8


class Priced(NamedTuple):
    """The best bound (not rounded), the reduced cost of each site at it, and the cheapest cover met on the way."""

    bound: float
    worth: Numbers
    is_open: Flags


def priced(cover: Cover, start: Flags, steps: int, deadline: Deadline) -> Priced:
    """Return the bound reached in that many steps, and the cheapest cover of `start` and those met on the way.

    Steps as in `lagrangian`; it ends early where bound and cover meet.
    """
    matrix = cover.by_site.astype(float)
    by_row = matrix.T.tocsr()
    price = _start_prices(cover)
    best, best_price, best_worth = -np.inf, price, cover.price
    value, is_open = float(cover.price[start].sum()), start
    way, factor, stall = np.zeros_like(price), 1.0, 0
    for step in range(steps):
        worth = cover.price - matrix @ price
        taken = worth < 0
        bound = float(price.sum() + worth[taken].sum())
        if bound > best:
            stall = 0 if bound - best > 1e-5 * abs(bound) else stall + 1
            best, best_price, best_worth = bound, price, worth
        else:
            stall += 1
        if step % EVERY == EVERY - 1:
            tried = at_prices(cover, price)
            cheaper = float(cover.price[tried].sum())
            if cheaper < value:
                value, is_open = cheaper, tried
        if cover.bounded(best) >= value or factor < LEAST_STEP or deadline.is_over:
            break
        if stall >= PATIENCE:
            factor, stall, price = factor * SHRINK, 0, best_price
            way = np.zeros_like(price)
            continue
        unmet = 1.0 - by_row @ taken.astype(float)
        way = unmet + MEMORY * way
        move = np.where((price <= 0) & (way < 0), 0.0, way)
        length = float(move @ move)
        if length == 0:  # nowhere to go: either by what is remembered, which is then forgotten, or at all
            if np.array_equal(way, unmet):
                break
            way = np.zeros_like(price)
            continue
        price = np.maximum(price + factor * max(value - bound, 1e-6 * value) / length * move, 0.0)
    return Priced(best, best_worth, is_open)


def _start_prices(cover: Cover) -> Numbers:
    """Return for each row the least that a site that serves it costs for each of its rows."""
    each = cover.price / np.maximum(np.diff(cover.by_site.indptr), 1)
    result: Numbers = np.minimum.reduceat(each[cover.table.site], cover.table.start[:-1])
    return result


def at_prices(cover: Cover, price: Numbers, start: Flags | None = None) -> Flags:
    """Return the cover a greedy planner makes of `start` at these prices of being served, without sites not needed."""
    table, matrix = cover.table, cover.by_site
    is_open: Marks = np.zeros(table.sites, np.int8) if start is None else start.astype(np.int8)
    first, row = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    take_greedily(table.start, table.site, first, row, cover.price, price, is_open)
    drop_needless(table.start, table.site, first, row, np.argsort(-cover.price, kind="stable"), is_open)
    return is_open.astype(bool)


@kernel
def take_greedily(
    r_start: Whole,
    r_site: Whole,
    s_start: Whole,
    s_row: Whole,
    cost: Numbers,
    price: Numbers,
    is_open: Marks,
) -> None:
    """Open the site with the least reduced cost for each row it newly serves, until every row is served."""
    sites, rows = len(s_start) - 1, len(r_start) - 1
    left, fresh = cost.copy(), np.zeros(sites, np.int64)
    is_bare = np.ones(rows, np.int8)
    for j in range(sites):
        for e in range(s_start[j], s_start[j + 1]):
            if is_open[j]:
                is_bare[s_row[e]] = 0
    bare = int(is_bare.sum())
    for j in range(sites):
        for e in range(s_start[j], s_start[j + 1]):
            fresh[j] += is_bare[s_row[e]]
            left[j] -= price[s_row[e]] * is_bare[s_row[e]]
    while bare > 0:
        best, least = -1, 0.0
        for j in range(sites):
            if is_open[j] or fresh[j] == 0:
                continue
            score = left[j] / fresh[j] if left[j] > 0 else left[j] * fresh[j]
            if best < 0 or score < least:
                best, least = j, score
        if best < 0:
            return
        is_open[best] = 1
        for e in range(s_start[best], s_start[best + 1]):
            i = s_row[e]
            if is_bare[i]:
                is_bare[i] = 0
                bare -= 1
                for f in range(r_start[i], r_start[i + 1]):
                    left[r_site[f]] += price[i]
                    fresh[r_site[f]] -= 1


@kernel
def drop_needless(r_start: Whole, r_site: Whole, s_start: Whole, s_row: Whole, order: Whole, is_open: Marks) -> None:
    """Close, in this order, every site whose rows other open sites serve too."""
    times = np.zeros(len(r_start) - 1, np.int64)
    for j in range(len(is_open)):
        if is_open[j]:
            for e in range(s_start[j], s_start[j + 1]):
                times[s_row[e]] += 1
    for j in order:
        if not is_open[j]:
            continue
        is_needed = False
        for e in range(s_start[j], s_start[j + 1]):
            if times[s_row[e]] < 2:
                is_needed = True
                break
        if not is_needed:
            is_open[j] = 0
            for e in range(s_start[j], s_start[j + 1]):
                times[s_row[e]] -= 1
