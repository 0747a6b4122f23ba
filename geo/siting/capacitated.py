"""Maximal covering where a site can serve only so many: demand is shared out between the open sites that serve it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array, hstack, vstack

from geo.siting.best import Found, best
from geo.siting.highs import Model, solve
from geo.siting.lagrangian import Relaxed, priced
from geo.siting.limits import SLACK
from geo.siting.sweeps import deal_out, take_within, worth_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Up to so many pairs HiGHS chooses the sites too; up to so many it shares demand out at the best.
SOLVABLE, SHARED = 40_000, 100_000
STEPS = 400
# Prices to begin with, as shares of the best a demand can have: near 0 where room is scarce, higher where sites are.
STARTS = (0.0, 0.1, 0.25, 0.5, 0.75)


class _Within(Relaxed):
    """The relaxation in which a site serves no more than its capacity: what it earns is a knapsack with parts of items.

    As Relaxed, for one who is served only once (Christofides & Beasley 1983, for capacitated plants).
    """

    def __init__(self, instance: Instance, capacity: Numbers) -> None:
        super().__init__(instance)
        self.room = np.minimum(capacity, instance.weight.sum())
        self.lists = (self.start, self.demand, self.value, instance.weight)

    def _worth(self, demand: Numbers) -> Numbers:
        worth = np.zeros(self.instance.table.sites)
        worth_within(*self.lists, demand[0], self.room, self.alive, worth)
        return worth

    def _unmet(self, demand: Numbers, taken: Whole, part: Numbers) -> Numbers:
        unmet = np.ones_like(demand)
        take_within(*self.lists, demand[0], self.room, taken, part, unmet[0])
        return unmet


def best_within_capacity(instance: Instance, capacity: Numbers, *, gap: float, deadline: Deadline, seed: int) -> Found:
    """Return the best sites found, what they serve within their capacities, and an upper bound.

    The sites are those of a greedy planner, those that are best without capacities, or those a Lagrangian bound leads to;
    up to SOLVABLE pairs HiGHS chooses. The bound is the least of its, of the Lagrangian one, and of that without capacities.
    """
    some = instance.weight > 0  # who counts nothing needs no room
    table = instance.table.only(np.repeat(some, np.diff(instance.table.start)))
    instance = replace(instance, table=table)
    free = best(instance, gap=gap, deadline=deadline.sooner(1 / 4), seed=seed)
    found = Found(free.is_open, _shared_out(instance, capacity, free.is_open, deadline), free.bound)
    if found.gap() > 0:
        found = _better(found, _greedily(instance, capacity), instance, capacity, deadline)
    if found.gap() == 0 or not len(table.site):
        return found
    found = _priced(found, instance, capacity, deadline.sooner(1 / 2))
    if found.gap() > gap / 10 and len(table.site) <= SOLVABLE:
        sites, bound = _by_highs(instance, capacity, found.is_open, deadline.solver_s, gap)
        found = _better(found, sites, instance, capacity, deadline)
        found = replace(found, bound=max(found.value, min(found.bound, bound)))
    return found


def _priced(found: Found, instance: Instance, capacity: Numbers, deadline: Deadline) -> Found:
    """Return the better of what is found and what the Lagrangian bound leads to, with the lesser bound."""
    relaxed = _Within(instance, capacity)
    none = np.zeros(len(relaxed.left) - 1)
    start = min((share * relaxed.ceiling for share in STARTS), key=lambda price: relaxed.at(price, none)[0].bound)
    prices = priced(relaxed, start, none, found.value, STEPS, deadline)
    for rank in (prices.mean, prices.part):
        found = _better(found, _within_limits(instance, rank), instance, capacity, deadline)
    return replace(found, bound=max(found.value, min(found.bound, prices.bound)))


def _better(found: Found, sites: Flags, instance: Instance, capacity: Numbers, deadline: Deadline) -> Found:
    """Return what is found already, or these sites if they serve more."""
    value = _shared_out(instance, capacity, sites, deadline)
    return Found(sites, value, max(found.bound, value)) if value > found.value else found


def _within_limits(instance: Instance, rank: Numbers) -> Flags:
    """Return the fixed sites and as many others as fit, in the order of this rank."""
    is_open, uses = instance.fixed.copy(), instance.limits.uses.tocsc()
    used = instance.limits.uses @ is_open.astype(float)
    for j in np.argsort(-rank, kind="stable").tolist():
        rows = uses.indices[uses.indptr[j] : uses.indptr[j + 1]]
        more = uses.data[uses.indptr[j] : uses.indptr[j + 1]]
        if not is_open[j] and np.all(used[rows] + more <= instance.limits.most[rows] * (1 + SLACK)):
            is_open[j] = True
            used[rows] += more
    return is_open


def _greedily(instance: Instance, capacity: Numbers) -> Flags:
    """Return the sites a greedy planner takes: each time the one that serves most of what is left, up to its capacity."""
    table, limits = instance.table, instance.limits
    by_site = table.by_site()
    left = instance.weight.copy()
    is_open = instance.fixed.copy()
    uses = limits.uses.tocsc()
    for j in np.flatnonzero(is_open).tolist():
        _serve(by_site, j, left, capacity[j])
    whole = by_site @ left
    while True:
        gain = np.minimum(whole, capacity)
        room = limits.most * (1 + 1e-12) - uses @ is_open.astype(float)
        too_much = np.zeros(table.sites, dtype=bool)
        too_much[np.repeat(np.arange(table.sites), np.diff(uses.indptr))[uses.data > room[uses.indices]]] = True
        gain[is_open | too_much] = 0.0
        if not len(gain) or gain.max() <= 1e-9 * instance.weight.sum():  # less is rounding
            return is_open
        j = int(np.argmax(gain))
        is_open[j] = True
        rows = by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]
        before = left[rows]
        _serve(by_site, j, left, capacity[j])
        lost = table.rows(rows)
        np.subtract.at(whole, lost.site, lost.number * np.repeat(before - left[rows], np.diff(lost.start)))


def _serve(by_site: csc_array, j: int, left: Numbers, room: float) -> None:
    """Take from what is left what site j serves, its demand in order, as far as there is room."""
    demand = by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]
    before = np.append(0.0, np.cumsum(left[demand]))[:-1]
    left[demand] -= np.clip(room - before, 0.0, left[demand])


def _shared_out(instance: Instance, capacity: Numbers, is_open: Flags, deadline: Deadline) -> float:
    """Return the most that these sites can serve, a transport problem; where that is large, what they serve dealt out."""
    table = instance.table
    entries = np.flatnonzero(is_open[table.site])
    if not len(entries):
        return 0.0
    dealt = _dealt_out(instance, capacity, entries)
    if len(entries) > SHARED or deadline.is_over:
        return dealt
    model = _flow(instance, capacity, entries)
    some = np.flatnonzero(is_open)
    rows = vstack([model[0], model[1][some]]).tocsc()
    top = np.concatenate([np.ones(table.demands), np.where(np.isfinite(capacity[some]), capacity[some], np.inf)])
    zeros = np.zeros(len(entries))
    lp = Model(-instance.value[entries], zeros, zeros + 1, rows, np.full(len(top), -np.inf), top, zeros > 0)
    solved = solve(lp, deadline.left_s)
    if solved.x is None:
        return dealt
    served = np.clip(solved.x, 0.0, 1.0)
    over = np.maximum(1.0, model[0] @ served)  # what the solver let pass by a tolerance is taken back
    return max(dealt, float((instance.value[entries] * served / over[table.demand[entries]]).sum()))


def _dealt_out(instance: Instance, capacity: Numbers, entries: Whole) -> float:
    """Return what is served if those who have fewest sites to go to come first, each to where it is served best."""
    table = instance.table
    site, demand, value = table.site[entries], table.demand[entries], instance.value[entries]
    choice = np.bincount(demand, minlength=table.demands)[demand]
    order = np.lexsort((site, demand, choice, -table.number[entries]))
    share = deal_out(site, demand, order, instance.weight, np.ones(table.demands), capacity.copy())
    return float((value * share).sum())


def _flow(instance: Instance, capacity: Numbers, entries: Whole) -> tuple[csc_array, csc_array]:
    """Return the rows of demand (how much of each is served) and of sites (how many people come to each)."""
    table, count = instance.table, np.arange(len(entries))
    demand, site = table.demand[entries], table.site[entries]
    of_demand = csc_array(coo_array((np.ones(len(entries)), (demand, count)), (table.demands, len(entries))))
    of_site = csc_array(coo_array((instance.weight[demand], (site, count)), (table.sites, len(entries))))
    return of_demand, of_site


def _by_highs(instance: Instance, capacity: Numbers, start: Flags, time_s: float, gap: float) -> tuple[Flags, float]:
    """Return the sites HiGHS chooses, and its upper bound: what is served of each pair is a variable of its own."""
    table, sites, pairs = instance.table, instance.table.sites, len(instance.table.site)
    of_demand, of_site = _flow(instance, capacity, np.arange(pairs))
    total = np.asarray(of_site.sum(axis=1)).ravel()
    room = np.minimum(capacity, total)  # what nobody asks for is no use
    count = np.arange(pairs)
    opened = coo_array((-np.ones(pairs), (count, table.site)), (pairs, sites))
    rows = vstack(
        [
            hstack([coo_array((table.demands, sites)), of_demand]),
            hstack([coo_array((-room, (np.arange(sites), np.arange(sites))), (sites, sites)), of_site]),
            hstack([opened, coo_array((np.ones(pairs), (count, count)), (pairs, pairs))]),
            hstack([instance.limits.uses, coo_array((len(instance.limits.most), pairs))]),
        ]
    ).tocsc()
    top = np.concatenate([np.ones(table.demands), np.zeros(sites + pairs), instance.limits.most])
    cost = np.concatenate([np.zeros(sites), -instance.value])
    lower = np.concatenate([instance.fixed.astype(float), np.zeros(pairs)])
    whole = np.arange(len(cost)) < sites
    model = Model(cost, lower, np.ones(len(cost)), rows, np.full(len(top), -np.inf), top, whole)
    found = solve(model, time_s, gap=gap / 10)
    if found.x is None:
        return start, -found.bound
    tried = (found.x[:sites] > 0.5) | instance.fixed
    return (tried if instance.limits.allow(tried).all() else start), -found.bound
