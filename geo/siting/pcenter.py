"""The p-center: with so many sites, make the farthest that anybody has to go as near as can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.siting.answer import Siting, Status, gap_between
from geo.siting.best import Found
from geo.siting.deadline import Deadline, now_s
from geo.siting.inputs import Faults, read_costs, read_count, read_effort, read_flags
from geo.siting.pmedian import too_many_fixed
from geo.siting.remedies import remedy_for_count, remedy_for_rows, served_by_none
from geo.siting.setcover import fewest
from geo.siting.table import Table, lowest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

# Each cover that is tried may take such a share of the time: there are some twenty of them.
COVER_SHARE = 0.1


def p_center(cost: Any, *, count: int, fixed: Iterable[int] = (), time_limit_s: float = 60.0, seed: int = 0) -> Siting:
    """Return the sites with which the demand that is worst off has least to go to the nearest.

    `cost` is as in `p_median`; every demand row counts alike. `objective` is the cost of the row that is worst off. A row
    that no site serves is named in `unserved` and left out, and the status is "infeasible"; so it is if the sites are too
    few to serve everybody else, and `remedy` says how many it takes.

    The best radius is one of the costs, so it is found by halving: are `count` sites enough to cover everybody within it
    (Minieka 1970; Daskin 1995)?

    Raises InputError if the table has the wrong shape, a cost is missing or negative, or more sites are fixed than may be
    open.
    """
    begun_s, faults = now_s(), Faults()
    table = read_costs(cost, faults)
    most = read_count("count", count, faults)
    is_fixed = read_flags("fixed", fixed, table.sites, faults)
    _, deadline = read_effort(0.0, time_limit_s, begun_s, faults)
    too_many_fixed(is_fixed, most, faults)
    faults.end()
    unserved = served_by_none(table)
    rows = np.flatnonzero(np.diff(table.start))
    some = table.rows(rows)
    remedy, left = remedy_for_rows(unserved), np.zeros(0, np.int64)
    whole = fewest(some, is_fixed, deadline=deadline.part(COVER_SHARE), seed=seed)
    if whole.value > most:
        remedy = remedy_for_count(most, round(whole.bound), round(whole.value))
        found, left = _for_most(some, most, is_fixed, deadline, seed)
    else:
        found = _halved(some, most, whole, is_fixed, deadline.part(COVER_SHARE), seed)
    between = gap_between(found.value, found.bound)
    status: Status = "infeasible" if remedy else "optimal" if between == 0 else "bounded"
    out = np.union1d(unserved, rows[left])
    sites = tuple(np.flatnonzero(found.is_open).tolist())
    return Siting(sites, found.value, found.bound, between, status, tuple(out.tolist()), remedy)


def _farthest(table: Table, is_open: Flags) -> Numbers:
    """Return what each row has to go to the nearest open site."""
    cost = np.where(is_open[table.site], table.number, np.inf)
    return lowest(cost, table.start)


def _halved(table: Table, count: int, whole: Found, fixed: Flags, deadline: Deadline, seed: int) -> Found:
    """Return the best radius by halving between one that is reached and those that are known not to be."""
    if not table.demands:
        return Found(whole.is_open, 0.0, 0.0)
    best = Found(whole.is_open, float(_farthest(table, whole.is_open).max()), 0.0)
    least = float(lowest(table.number, table.start).max())
    radii = np.unique(table.number[(table.number >= least) & (table.number <= best.value)])
    low, high, proven = 0, len(radii) - 1, 0
    while low < high:
        middle = (low + high) // 2
        near = table.only(table.number <= radii[middle])
        cover = fewest(near, fixed, deadline=deadline, seed=seed, enough=count)
        if cover.value <= count:
            value = float(_farthest(table, cover.is_open).max())
            best, high = Found(cover.is_open, value, 0.0), int(np.searchsorted(radii, value))
        else:
            low = middle + 1
            if cover.bound > count:  # nothing at or below this radius can be reached
                proven = low
    return Found(best.is_open, best.value, min(best.value, float(radii[proven])))


def _for_most(table: Table, count: int, fixed: Flags, deadline: Deadline, seed: int) -> tuple[Found, NDArray[np.int64]]:
    """Return the sites that serve most rows where they cannot serve all, and the rows left out."""
    from geo.siting.best import best
    from geo.siting.instance import Instance
    from geo.siting.limits import limits_of

    everyone = np.arange(table.sites)
    ones = Table(table.sites, table.start, table.site, np.ones(len(table.site)))
    limits = limits_of(table.sites, [(everyone, np.ones(table.sites), float(count))])
    instance = Instance(ones, np.ones(table.demands), limits, fixed)
    is_open = best(instance, gap=0.0, deadline=deadline.part(1 / 2), seed=seed).is_open
    far = _farthest(table, is_open)
    value = float(far[np.isfinite(far)].max(initial=0.0))
    return Found(is_open, value, value), np.flatnonzero(np.isinf(far))
