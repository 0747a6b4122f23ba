"""Maximal covering where a site can serve only so many: demand is shared out between the open sites that serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array, hstack, vstack

from geo.siting.best import Found, best
from geo.siting.highs import Model, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Up to so many pairs HiGHS chooses the sites too; beyond that they are chosen greedily, then demand is shared out.
SOLVABLE = 40_000


def best_within_capacity(instance: Instance, capacity: Numbers, *, gap: float, deadline: Deadline, seed: int) -> Found:
    """Return the best sites found, what they serve within their capacities, and an upper bound.

    The bound is HiGHS's, or that of the same instance without capacities, or all that the sites could serve.
    """
    free = best(instance, gap=gap, deadline=deadline.part(1 / 3), seed=seed)
    candidates = [free.is_open, _greedily(instance, capacity)]
    values = [_shared_out(instance, capacity, sites) for sites in candidates]
    pick = int(np.argmax(values))
    found = Found(candidates[pick], values[pick], max(free.bound, values[pick]))
    if found.gap() == 0 or len(instance.table.site) > SOLVABLE:
        return found
    sites, bound = _by_highs(instance, capacity, found.is_open, deadline.solver_s, gap)
    value = _shared_out(instance, capacity, sites)
    if value > found.value:
        found = Found(sites, value, found.bound)
    return Found(found.is_open, found.value, max(found.value, min(found.bound, bound)))


def _greedily(instance: Instance, capacity: Numbers) -> Flags:
    """Return the sites a greedy planner takes: each time the one that serves most of what is left, up to its capacity."""
    table, limits = instance.table, instance.limits
    by_site = table.by_site()
    left = instance.weight.copy()
    is_open = instance.fixed.copy()
    uses = limits.uses.tocsc()
    for j in np.flatnonzero(is_open).tolist():
        _serve(by_site, j, left, capacity[j])
    while True:
        gain = np.minimum(by_site @ left, capacity)
        room = limits.most * (1 + 1e-12) - uses @ is_open.astype(float)
        too_much = np.zeros(table.sites, dtype=bool)
        too_much[np.repeat(np.arange(table.sites), np.diff(uses.indptr))[uses.data > room[uses.indices]]] = True
        gain[is_open | too_much] = 0.0
        if not len(gain) or gain.max() <= 0:
            return is_open
        j = int(np.argmax(gain))
        is_open[j] = True
        _serve(by_site, j, left, capacity[j])


def _serve(by_site: csc_array, j: int, left: Numbers, room: float) -> None:
    """Take from what is left what site j serves, its demand in order, as far as there is room."""
    demand = by_site.indices[by_site.indptr[j] : by_site.indptr[j + 1]]
    before = np.append(0.0, np.cumsum(left[demand]))[:-1]
    left[demand] -= np.clip(room - before, 0.0, left[demand])


def _shared_out(instance: Instance, capacity: Numbers, is_open: Flags) -> float:
    """Return the most that these sites can serve: a transport problem."""
    table = instance.table
    entries = np.flatnonzero(is_open[table.site])
    if not len(entries):
        return 0.0
    model = _flow(instance, capacity, entries)
    some = np.flatnonzero(is_open)
    rows = vstack([model[0], model[1][some]]).tocsc()
    top = np.concatenate([np.ones(table.demands), np.where(np.isfinite(capacity[some]), capacity[some], np.inf)])
    zeros = np.zeros(len(entries))
    lp = Model(-instance.value[entries], zeros, zeros + 1, rows, np.full(len(top), -np.inf), top, zeros > 0)
    solved = solve(lp, 1e6)
    if solved.x is None:
        return 0.0
    served = np.clip(solved.x, 0.0, 1.0)
    over = np.maximum(1.0, model[0] @ served)  # what the solver let pass by a tolerance is taken back
    return float((instance.value[entries] * served / over[table.demand[entries]]).sum())


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
