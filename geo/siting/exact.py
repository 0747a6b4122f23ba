"""An instance as a mixed-integer program, in as few entries as it has pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array, vstack

from geo.siting.highs import Model, Solved, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


def exactly(instance: Instance, start: Flags, time_s: float, gap: float = 0.0) -> tuple[Flags, float]:
    """Return the best sites that HiGHS finds in that time, from these on, and an upper bound on every answer."""
    levels = _levels(instance)
    model = model_of(instance, levels)
    x = np.concatenate([start.astype(float), _served(instance, levels, start)])
    found: Solved = solve(model, time_s, start=x, step=instance.step, gap=gap)
    bound = instance.bounded(-found.bound) if not found.is_infeasible else float("-inf")
    sites = start
    if found.x is not None:
        tried = found.x[: instance.table.sites] > 0.5
        tried |= instance.fixed
        if instance.limits.allow(tried).all() and instance.objective(tried) > instance.objective(start):
            sites = tried
    return sites, bound


def model_of(instance: Instance, levels: Whole) -> Model:
    """Return the program: one variable for each site, and one for each demand and each value it can be served at.

    A demand is served at a level or better if it is at the level above, or if a site of this level is open: the radius
    formulation (Cornuejols, Nemhauser & Wolsey 1980; Elloumi 2010), as tight as one variable a pair. Where a second site
    counts, there are two variables a level, for the first and the second site at it or better.
    """
    table, sites = instance.table, instance.table.sites
    count = int(levels[-1]) + 1 if len(levels) else 0
    first_entry = np.searchsorted(levels, np.arange(count))
    is_first = np.isin(first_entry, table.start[:-1])
    value = instance.value[first_entry]
    below = np.where(np.append(is_first[1:], True), 0.0, np.append(value[1:], 0.0)) if count else value
    copies = 2 if instance.backup else 1
    row, level = np.arange(count), np.flatnonzero(~is_first)
    parts_row = [levels, *([row] * copies), *([level] * copies)]
    parts_col = [table.site, *(sites + k * count + row for k in range(copies))]
    parts_col += [sites + k * count + level - 1 for k in range(copies)]
    data = [-np.ones(len(levels)), *([np.ones(count)] * copies), *([-np.ones(len(level))] * copies)]
    shape = (count, sites + copies * count)
    chain = csc_array(coo_array((np.concatenate(data), (np.concatenate(parts_row), np.concatenate(parts_col))), shape))
    limits = csc_array((instance.limits.uses.shape[0], copies * count))
    from scipy.sparse import hstack

    rows = csc_array(vstack([chain, hstack([instance.limits.uses, limits])]))
    gain = (value - below).repeat(1)
    cost = -np.concatenate([np.zeros(sites), gain, *([instance.backup * gain] if copies == 2 else [])])
    upper = np.concatenate([np.zeros(count), instance.limits.most])
    lower = np.concatenate([instance.fixed.astype(float), np.zeros(copies * count)])
    whole = np.arange(len(cost)) < sites
    return Model(cost, lower, np.ones(len(cost)), rows, np.full(len(upper), -np.inf), upper, whole)


def _levels(instance: Instance) -> Whole:
    """Return the number of each entry's level: entries of one demand that are worth the same are one level."""
    table = instance.table
    if not len(table.site):
        return np.zeros(0, dtype=np.int64)
    is_new = np.append(True, np.diff(table.number) != 0)
    is_new[table.start[:-1][np.diff(table.start) > 0]] = True
    return np.cumsum(is_new) - 1


def _served(instance: Instance, levels: Whole, is_open: Flags) -> Numbers:
    """Return the variables of the levels when these sites are open."""
    table = instance.table
    run = np.append(0, np.cumsum(is_open[table.site]))
    count = int(levels[-1]) + 1 if len(levels) else 0
    last = np.searchsorted(levels, np.arange(count), side="right")
    of = table.demand[last - 1] if count else np.zeros(0, np.int64)
    open_so_far = run[last] - run[table.start[of]]
    some = [(open_so_far >= k).astype(float) for k in ((1, 2) if instance.backup else (1,))]
    return np.concatenate(some)
