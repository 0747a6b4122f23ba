"""A set cover made small, searched, bounded, and solved where it can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array

from geo.siting.highs import Model, solve
from geo.siting.table import Table, bits_of, canonical, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Up to so many pairs a cover goes to HiGHS at once; beyond that it is made smaller and searched first.
TINY = 4_000
# How many entries the search looks at in a second, well below what it does on a slow machine; without numba.
EFFORT, PLAIN_EFFORT = 40_000_000, 400_000
STEPS = 600
MOST_PASSES = 12


@dataclass(frozen=True, eq=False)
class Cover:
    """What is left of a set cover: rows that still want a site, sites that may be taken, and those that must be.

    `old_sites` are the old numbers of the sites, of which there were `everyone`.
    """

    table: Table
    price: Numbers
    old_sites: Whole
    everyone: int

    @classmethod
    def of(cls, table: Table, price: Numbers, fixed: Flags) -> Cover:
        """Return the cover without what the fixed sites serve, in an order that follows from the figures."""
        left = table.rows(np.flatnonzero(_served(table, fixed) == 0))
        rest, weight, _ = merged(left, np.ones(left.demands))
        sites, demands = canonical(rest, np.ones_like(weight), bits_of(price))
        sites = sites[~fixed[sites]]
        small = rest.columns(sites).rows(demands)
        return cls(small, price[sites], sites, table.sites)

    @cached_property
    def step(self) -> float:
        """The largest number all prices are multiples of; 0 if there is none that is known."""
        whole = np.rint(self.price)
        if not len(whole) or np.any(whole != self.price) or whole.sum() > 2.0**50:
            return 0.0
        return float(np.gcd.reduce(whole.astype(np.int64)))

    @property
    def places(self) -> Whole:
        """The number here of each old site, -1 where it is gone."""
        place = np.full(self.everyone, -1)
        place[self.old_sites] = np.arange(len(self.old_sites))
        return place

    @cached_property
    def by_site(self) -> csr_array:
        """Sites x rows: 1 where a site serves a row."""
        return self.table.by_site()

    def only(self, sites: Whole, rows: Whole) -> Cover:
        """Return the cover of these sites and rows only."""
        return replace(
            self, table=self.table.columns(sites).rows(rows), price=self.price[sites], old_sites=self.old_sites[sites]
        )

    def bounded(self, bound: float) -> float:
        """Return the bound, brought up to the next price that sites can have."""
        return float(np.ceil(bound / self.step - 1e-6) * self.step) if self.step else bound


def _served(table: Table, is_open: Flags) -> Whole:
    run = np.append(0, np.cumsum(is_open[table.site]))
    result: Whole = run[table.start[1:]] - run[table.start[:-1]]
    return result


def solved(cover: Cover, *, gap: float, time_s: float, seed: int, enough: float | None) -> tuple[Whole, float]:
    """Return the cheapest sites found (numbers of `cover`) and a bound on the price of any; see `cheapest`."""
    if not cover.table.demands:
        return np.zeros(0, dtype=np.int64), 0.0
    if len(cover.table.site) <= TINY:
        start = np.ones(cover.table.sites, dtype=bool)
        is_open, bound = _by_highs(cover, start, time_s / 2)
        if float(cover.price[is_open].sum()) <= bound + 1e-9 * abs(bound):
            return np.flatnonzero(is_open), bound
    smaller, kept = _made_small(cover)
    paid = float(cover.price[kept].sum()) if len(kept) else 0.0
    place = cover.places
    if not smaller.table.demands:
        return kept, paid
    limit = None if enough is None else enough - paid
    is_open, bound = _searched(smaller, gap=gap, time_s=time_s, seed=seed, paid=paid, enough=limit)
    return np.sort(np.append(kept, place[smaller.old_sites[is_open]])), bound + paid


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
        open_rows = np.flatnonzero(_served(rest, is_open) == 0)
        now = replace(smaller, table=rest).only(np.flatnonzero(~is_open), open_rows)
        if not out.any() and not gone.any() and not len(alone):
            break
        if not now.table.demands:
            break
    return now, must


def _searched(
    cover: Cover, *, gap: float, time_s: float, seed: int, paid: float, enough: float | None
) -> tuple[Flags, float]:
    from geo.siting.compiled import HAS_NUMBA
    from geo.siting.weighting import row_weighting

    pairs = len(cover.table.site)
    effort = time_s * (EFFORT if HAS_NUMBA else PLAIN_EFFORT)
    is_open = row_weighting(cover, int(min(effort / 6, 60 * pairs + 1e7)), seed)
    if enough is not None and float(cover.price[is_open].sum()) <= enough:
        return is_open, 0.0
    steps = int(np.clip(2 * effort / pairs, 50, STEPS))
    bound, worth = _priced(cover, float(cover.price[is_open].sum()), steps)
    value = float(cover.price[is_open].sum())
    bound = cover.bounded(bound)
    if bound >= value - 1e-9 * value:
        return is_open, value
    if enough is not None and (value <= enough or bound > enough + 1e-6):
        return is_open, bound
    close = (value - bound) / (value + paid) <= gap
    wanted = value - (cover.step * (1 - 1e-6) if cover.step else 1e-9 * value)
    keep = (bound_of(bound, cover, worth) + worth <= wanted) | is_open
    if not close:
        better = row_weighting(cover, int(min(effort / 4, 400 * pairs + 1e8)), seed + 1, start=is_open)
        if float(cover.price[better].sum()) < value:
            is_open, value = better, float(cover.price[better].sum())
    core = cover.only(np.flatnonzero(keep | is_open), np.arange(cover.table.demands))
    found, proven = _by_highs(core, is_open[np.flatnonzero(keep | is_open)], time_s / 2)
    chosen = np.zeros(cover.table.sites, dtype=bool)
    chosen[np.flatnonzero(keep | is_open)[found]] = True
    better_value = float(cover.price[chosen].sum())
    if better_value < value:
        is_open, value = chosen, better_value
    return is_open, min(value, max(bound, cover.bounded(proven)))


def bound_of(bound: float, cover: Cover, worth: Numbers) -> float:
    """Return the Lagrangian bound the reduced costs go with: never the one rounded up."""
    return bound - (cover.step if cover.step else 0.0)


def _priced(cover: Cover, value: float, steps: int) -> tuple[float, Numbers]:
    """Return the best Lagrangian bound in that many steps, and the reduced cost of each site at it.

    Each row has a price for being served; a site earns the prices of its rows (Beasley 1987). Steps as in `lagrangian`.
    """
    matrix = cover.by_site.astype(float)
    by_row = matrix.T.tocsr()
    size = np.diff(cover.table.start)
    cheapest = np.minimum.reduceat(
        (cover.price / np.maximum(np.diff(matrix.indptr), 1))[cover.table.site], cover.table.start[:-1]
    )
    price = cheapest * np.ones(len(size))
    best, best_price, best_worth = -np.inf, price, cover.price
    way, factor, stall = np.zeros_like(price), 1.0, 0
    for _ in range(steps):
        worth = cover.price - matrix @ price
        taken = worth < 0
        bound = float(price.sum() + worth[taken].sum())
        if bound > best:
            stall = 0 if bound - best > 1e-5 * abs(bound) else stall + 1
            best, best_price, best_worth = bound, price, worth
        else:
            stall += 1
        if cover.bounded(best) >= value or factor < 2e-4:
            break
        if stall >= 15:
            factor, stall, price = factor * 0.7, 0, best_price
            way = np.zeros_like(price)
            continue
        way = 1.0 - by_row @ taken.astype(float) + 0.85 * way
        move = np.where((price <= 0) & (way < 0), 0.0, way)
        length = float(move @ move)
        if length == 0:
            break
        price = np.maximum(price + factor * max(value - bound, 1e-6 * value) / length * move, 0.0)
    return best, best_worth


def _by_highs(cover: Cover, start: Flags, time_s: float) -> tuple[Flags, float]:
    """Return the cheapest sites that HiGHS finds in that time, from these on, and its bound."""
    table = cover.table
    rows = csc_array(csr_array((np.ones(len(table.site)), table.site, table.start), shape=(table.demands, table.sites)))
    ones, none = np.ones(table.sites), np.zeros(table.sites)
    above = np.full(table.demands, np.inf)
    model = Model(cover.price, none, ones, rows, np.ones(table.demands), above, ones.astype(bool))
    found = solve(model, time_s, start=start.astype(float), step=cover.step)
    bound = cover.bounded(found.bound)
    if found.x is not None:
        tried = found.x > 0.5
        if np.all(_served(table, tried) > 0) and float(cover.price[tried].sum()) < float(cover.price[start].sum()):
            return tried, bound
    return start, bound
