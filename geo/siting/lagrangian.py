"""The Lagrangian bound: an upper bound as good as the linear relaxation's, at a small part of its cost.

Being served is given a price for each demand (Geoffrion 1974; Cornuejols, Fisher & Nemhauser 1977 for p-median; Galvao &
ReVelle 1996 for maximal covering). Then sites no longer depend on each other, and the best choice within the limits is a
sort. Any prices give a bound; better ones are found by subgradient steps of Polyak's length, along a direction that
remembers the last ones (Camerini, Fratta & Maffioli 1975).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.sweeps import take_from, worth_of_sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MEMORY = 0.85
PATIENCE = 12
SHRINK = 0.7
LEAST_STEP = 2e-4


@dataclass(frozen=True, eq=False)
class Prices:
    """A bound and what it comes from.

    `demand` are the prices of being served (first; second), `limit` those of each limit. `worth` is what each site earns
    beyond all prices but the main limit's; `main` is the price of that one; `part` is how much of each site is taken, and
    `mean` how much on the average of the last steps: near what the linear relaxation takes.
    """

    bound: float
    demand: Numbers
    limit: Numbers
    worth: Numbers
    main: float
    part: Numbers
    mean: Numbers


class Relaxed:
    """An instance, laid out by site for sweeps over it. Nothing in it changes."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        table = instance.table
        order = np.argsort(table.site, kind="stable")
        self.start = np.append(0, np.cumsum(np.bincount(table.site, minlength=table.sites))).astype(np.int64)
        self.demand, self.value = table.demand[order], instance.value[order]
        self.share = np.array([1.0, instance.backup] if instance.backup else [1.0])
        top = np.zeros(table.demands)
        some = np.diff(table.start) > 0
        top[some] = instance.value[table.start[:-1][some]]
        self.ceiling = self.share[:, None] * top
        self.left = instance.limits.left(instance.fixed)
        uses = instance.limits.uses
        self.main_use = np.asarray(uses[[0]].toarray()[0])
        self.others = uses[1:]
        self.free = np.flatnonzero(~instance.fixed)
        self.alive = np.arange(table.sites)
        each = np.unique(self.main_use[self.free])
        self.whole = float(each[0]) if len(each) == 1 else 0.0  # sites that all use as much: only whole ones fit
        if self.whole:
            self.left[0] = np.floor(self.left[0] / self.whole * (1 + 1e-12)) * self.whole
        usual = np.asarray(self.others.sum(axis=1), dtype=float) / max(1, table.sites)
        pairs_a_site = len(table.site) / max(1, table.sites)
        self.limit_scale = np.where(usual > 0, pairs_a_site / np.where(usual > 0, usual, 1.0) ** 2, 0.0)

    def within(self, out: Flags, must: Flags) -> Relaxed:
        """Return the same without some sites, and with some that must be open."""
        result = copy(self)
        result.instance = replace(self.instance, fixed=self.instance.fixed | must)
        result.alive = np.flatnonzero(~out)
        result.free = np.flatnonzero(~out & ~result.instance.fixed)
        result.left = self.instance.limits.left(result.instance.fixed)
        if self.whole:
            result.left[0] = np.floor(result.left[0] / self.whole * (1 + 1e-12)) * self.whole
        return result

    def at(self, demand: Numbers, limit: Numbers) -> tuple[Prices, Numbers, Numbers]:
        """Return the bound at these prices, and how far demand and limits are from being met (the subgradient)."""
        worth = self._worth(demand)
        net = worth - self.others.T @ limit if len(limit) else worth
        part, main = self._best_parts(net)
        bound = float(demand.sum() + limit @ self.left[1:] + main * self.left[0])
        over = net - main * self.main_use
        bound += float(np.maximum(over[self.free], 0.0).sum() + worth[self.instance.fixed].sum())
        taken = np.flatnonzero(part > 0)
        unmet = self._unmet(demand, taken, part[taken])
        free = np.where(self.instance.fixed, 0.0, part)
        return Prices(bound, demand, limit, net, main, part, part), unmet, self.left[1:] - self.others @ free

    def _worth(self, demand: Numbers) -> Numbers:
        """Return what each site earns beyond these prices of being served."""
        worth = np.zeros(self.instance.table.sites)
        worth_of_sites(self.start, self.demand, self.value, demand, self.share, self.alive, worth)
        return worth

    def _unmet(self, demand: Numbers, taken: Whole, part: Numbers) -> Numbers:
        """Return how much of each demand these sites (`part` of each) leave at these prices; below 0 where too many serve it."""
        unmet = np.ones_like(demand)
        take_from(self.start, self.demand, self.value, demand, self.share, taken, part, unmet)
        return unmet

    def _best_parts(self, net: Numbers) -> tuple[Numbers, float]:
        """Return the best parts of sites within the main limit (a fractional knapsack), and what one more of it is worth."""
        part = self.instance.fixed.astype(float)
        use, room = self.main_use, float(self.left[0])
        good = self.free[net[self.free] > 0]
        paid = good[use[good] > 0]
        part[good[use[good] <= 0]] = 1.0
        rate = net[paid] / use[paid]
        if len(paid) and np.all(use[paid] == use[paid[0]]):  # as many as fit: no need to sort them all
            most = int(room / use[paid[0]] + 0.5)
            if most < len(paid):
                near = np.argpartition(-rate, most)[: most + 1]
                paid, rate = paid[near], rate[near]
        order = np.argsort(-rate, kind="stable")
        paid, rate = paid[order], rate[order]
        before = np.append(0.0, np.cumsum(use[paid]))
        share = np.clip((room - before[:-1]) / use[paid], 0.0, 1.0)
        part[paid] = share
        last = np.flatnonzero(share < 1.0 - 1e-12)
        return part, float(rate[last[0]]) if len(last) else 0.0


def start_prices(relaxed: Relaxed, first: Numbers, second: Numbers) -> Numbers:
    """Return prices between what the best and the second best open site of each demand are worth to it."""
    middle = (first + second) / 2
    return np.minimum(relaxed.share[:, None] * middle, relaxed.ceiling)


def priced(
    relaxed: Relaxed,
    demand: Numbers,
    limit: Numbers,
    lower: float,
    steps: int,
    deadline: Deadline,
    *,
    factor: float = 1.0,
) -> Prices:
    """Return the best prices found in that many steps, from these on; `lower` is what is known to be reachable.

    Stops when the bound meets `lower`, or no longer falls, or at the deadline. `factor` is the first step's share of Polyak's length.
    """
    best = relaxed.at(demand, limit)[0]
    stall, mean = 0, np.zeros(relaxed.instance.table.sites)
    way, limit_way = np.zeros_like(demand), np.zeros_like(limit)
    scale = relaxed.limit_scale
    for _ in range(steps):
        now, unmet, spare = relaxed.at(demand, limit)
        mean = 0.95 * mean + 0.05 * now.part
        if now.bound < best.bound:
            stall = 0 if best.bound - now.bound > 1e-5 * abs(now.bound) else stall + 1
            best = now
        else:
            stall += 1
        if best.bound <= lower or factor < LEAST_STEP or deadline.is_over:
            break
        if stall >= PATIENCE:
            factor, stall = factor * SHRINK, 0
            demand, limit = best.demand, best.limit
            way, limit_way = np.zeros_like(demand), np.zeros_like(limit)
            continue
        way, limit_way = unmet + MEMORY * way, spare + MEMORY * limit_way
        move = np.where(((demand <= 0) & (way > 0)) | ((demand >= relaxed.ceiling) & (way < 0)), 0.0, way)
        limit_move = np.where((limit <= 0) & (limit_way > 0), 0.0, limit_way)
        length = float((move * move).sum() + (scale * limit_move * limit_move).sum())
        if length == 0:  # nowhere to go: either by what is remembered, which is then forgotten, or at all
            if np.array_equal(way, unmet) and np.array_equal(limit_way, spare):
                break
            way, limit_way = np.zeros_like(demand), np.zeros_like(limit)
            continue
        pace = factor * max(now.bound - lower, 1e-9 * abs(now.bound)) / length
        demand = np.clip(demand - pace * move, 0.0, relaxed.ceiling)
        limit = np.maximum(limit - pace * scale * limit_move, 0.0)
    return replace(best, mean=mean)


def forced(relaxed: Relaxed, prices: Prices, wanted: float) -> tuple[Flags, Flags]:
    """Return which sites no answer of at least `wanted` has, and which every one has (reduced-cost fixing)."""
    over = prices.worth - prices.main * relaxed.main_use
    free = np.zeros(len(over), dtype=bool)
    free[relaxed.free] = True
    out = (prices.bound + over < wanted) & free
    into = (prices.bound - over < wanted) & free
    return out, into & ~out


def possible(instance: Instance, prices: Prices, wanted: float) -> Flags:
    """Return the entries that an answer of at least `wanted` can serve a demand by.

    A demand whose best site is worth less to it than its price takes the difference off the bound.
    """
    if instance.backup:
        return np.ones(len(instance.value), dtype=bool)
    result: Flags = prices.bound - (prices.demand[0][instance.table.demand] - instance.value) >= wanted
    return result
