"""A set cover made small, searched, bounded, and solved where it can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array

from geo.siting.cover import Cover, served
from geo.siting.highs import Model, solve
from geo.siting.table import merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.coverprices import Priced
    from geo.siting.deadline import Deadline

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Up to so many pairs a cover goes to HiGHS at once; beyond that it is made smaller and searched first.
TINY = 4_000
STEPS = 600
MOST_PASSES = 12


def solved(cover: Cover, *, gap: float, deadline: Deadline, seed: int, enough: float | None) -> tuple[Whole, float]:
    """Return the cheapest sites found (numbers of `cover`) and a bound on the price of any; see `cheapest`."""
    if not cover.table.demands:
        return np.zeros(0, dtype=np.int64), 0.0
    if len(cover.table.site) <= TINY:
        taken, bound = _by_highs(cover, np.ones(cover.table.sites, dtype=bool), deadline.part(1 / 2).solver_s)
        if float(cover.price[taken].sum()) <= bound + 1e-9 * abs(bound):
            return taken, bound
    smaller, kept = _made_small(cover)
    paid = float(cover.price[kept].sum()) if len(kept) else 0.0
    if not smaller.table.demands:
        return kept, paid
    limit = None if enough is None else enough - paid
    is_open, bound = _searched(smaller, gap=gap, deadline=deadline, seed=seed, paid=paid, enough=limit)
    return np.sort(np.append(kept, _places(cover, smaller)[is_open])), bound + paid


def _made_small(cover: Cover) -> tuple[Cover, Whole]:
    """Return the cover without needless sites and rows, and the sites (numbers of `cover`) that must be taken.

    A site goes if another serves as much for no more; a row goes if another row's sites all serve it; the only site of a
    row must be taken (Beasley 1987).
    """
    from geo.siting.dominance import dominated, implied, one_price

    now, must = cover, np.zeros(0, dtype=np.int64)
    place = cover.places
    for _ in range(MOST_PASSES):
        table, matrix = now.table, now.by_site
        start, demand = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
        fixed = np.zeros(table.sites, dtype=np.int8)
        out = dominated(start, demand, table.start, table.site, one_price(now.price), fixed).astype(bool)
        sites = np.flatnonzero(~out)
        smaller = now.only(sites, np.arange(table.demands))
        rest, _, _ = merged(smaller.table, np.ones(table.demands))
        by_site = rest.by_site()
        gone = implied(rest.start, rest.site, by_site.indptr.astype(np.int64), by_site.indices.astype(np.int64))
        rest = rest.rows(np.flatnonzero(~gone.astype(bool)))
        alone = np.unique(rest.site[rest.start[:-1][np.diff(rest.start) == 1]])
        must = np.append(must, place[smaller.old_sites[alone]])
        is_open = np.zeros(rest.sites, dtype=bool)
        is_open[alone] = True
        open_rows = np.flatnonzero(served(rest, is_open) == 0)
        now = replace(smaller, table=rest).only(np.flatnonzero(~is_open), open_rows)
        if not out.any() and not gone.any() and not len(alone):
            break
        if not now.table.demands:
            break
    return now, must


def _searched(
    cover: Cover, *, gap: float, deadline: Deadline, seed: int, paid: float, enough: float | None
) -> tuple[Flags, float]:
    from geo.siting.coverprices import priced
    from geo.siting.weighting import row_weighting

    pairs = len(cover.table.site)
    effort = deadline.effort
    is_open = row_weighting(cover, min(effort / 6, 60 * pairs + 1e7), deadline, seed)
    if enough is not None and cover.paid(is_open) <= enough:
        return is_open, 0.0
    prices = priced(cover, is_open, int(np.clip(2 * effort / pairs, 50, STEPS)), deadline)
    is_open, value, bound = prices.is_open, cover.paid(prices.is_open), cover.bounded(prices.bound)
    if bound >= value - 1e-9 * value:
        return is_open, value
    if enough is not None and (value <= enough or bound > enough + 1e-6):
        return is_open, bound
    if (value - bound) / (value + paid) > gap:
        is_open = row_weighting(cover, min(effort / 4, 400 * pairs + 1e8), deadline, seed + 1, start=is_open)
        value = cover.paid(is_open)
    is_open, proven = _core_solved(cover, prices, is_open, _wanted(cover, value, enough), deadline)
    value = cover.paid(is_open)
    return is_open, min(value, max(bound, proven))


def _wanted(cover: Cover, value: float, enough: float | None) -> float:
    """Return the most that an answer worth looking for costs: less than `value`, and no more than is enough."""
    below = value - (cover.step * (1 - 1e-6) if cover.step else 1e-9 * value)
    return below if enough is None else min(below, enough + 1e-6)


def _core_solved(
    cover: Cover, prices: Priced, is_open: Flags, wanted: float, deadline: Deadline
) -> tuple[Flags, float]:
    """Return what comes of solving the cover without the sites that no answer has that costs no more than `wanted`.

    The second is a bound on every answer.
    """
    from geo.siting.coverprices import at_prices

    value = cover.paid(is_open)
    most = min(value, cover.bounded(wanted + 3e-6 * cover.step)) if cover.step else value
    must = prices.bound - prices.worth > wanted  # a cheaper answer without them costs more than that
    keep = (prices.bound + prices.worth <= wanted) & ~must
    rows = np.flatnonzero(served(cover.table, must) == 0)
    paid = cover.paid(must)
    core = cover.only(np.flatnonzero(keep), rows)
    if np.any(np.diff(core.table.start) == 0):
        return is_open, most
    small, taken = _made_small(core)
    paid += float(core.price[taken].sum())
    start = at_prices(small, np.zeros(small.table.demands), start=is_open[np.flatnonzero(keep)[_places(core, small)]])
    found, proven = _by_highs(small, start, deadline.solver_s)
    proven = min(most, cover.bounded(proven + paid))
    tried = must.copy()
    tried[np.flatnonzero(keep)[np.append(taken, _places(core, small)[found])]] = True
    return (tried if cover.paid(tried) < value else is_open), proven


def _places(cover: Cover, smaller: Cover) -> Whole:
    """Return the number in `cover` of each site of a smaller one."""
    result: Whole = cover.places[smaller.old_sites]
    return result


def _by_highs(cover: Cover, start: Flags, time_s: float) -> tuple[Whole, float]:
    """Return the cheapest sites that HiGHS finds in that time, from these on, and its bound."""
    table = cover.table
    if not table.demands:
        return np.zeros(0, dtype=np.int64), 0.0
    rows = csc_array(csr_array((np.ones(len(table.site)), table.site, table.start), shape=(table.demands, table.sites)))
    ones, none = np.ones(table.sites), np.zeros(table.sites)
    above = np.full(table.demands, np.inf)
    model = Model(cover.price, none, ones, rows, np.ones(table.demands), above, ones.astype(bool))
    found = solve(model, time_s, start=start.astype(float), step=cover.step)
    bound = cover.bounded(found.bound)
    if found.x is not None:
        tried = found.x > 0.5
        if np.all(served(table, tried) > 0) and cover.paid(tried) < cover.paid(start):
            return np.flatnonzero(tried), bound
    return np.flatnonzero(start), bound
