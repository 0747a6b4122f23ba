"""Set covering: the fewest, or the cheapest, sites that serve everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.siting.answer import Siting, Status, gap_between
from geo.siting.best import Found
from geo.siting.deadline import now_s
from geo.siting.inputs import Faults, read_amounts, read_effort, read_flags, read_serves
from geo.siting.remedies import remedy_for_rows, served_by_none
from geo.siting.table import Table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.siting.deadline import Deadline

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


def set_cover(
    serves: Any,
    *,
    cost: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    gap: float = 0.0,
    time_limit_s: float = 60.0,
    seed: int = 0,
) -> Siting:
    """Return the fewest sites that serve every demand; with `cost`, the cheapest.

    `serves` is sites x demand, sparse or dense, not 0 where a site serves a demand. `fixed` sites are taken in any case,
    and count. A demand that no site serves is named in `unserved`, the status is "infeasible", and the sites are the best
    for all others. `gap` and `time_limit_s` are as in `max_coverage`.

    Raises InputError if a table has the wrong shape, or a cost is missing or negative.

    Toregas et al. 1971; Beasley 1987 (bound and reductions); Gao, Weise & Li 2015 (row weighting local search).
    """
    begun_s, faults = now_s(), Faults()
    table = read_serves(serves, faults, is_share=False)
    price = np.ones(table.sites) if cost is None else read_amounts("cost", cost, table.sites, faults)
    is_fixed = read_flags("fixed", fixed, table.sites, faults)
    least, deadline = read_effort(gap, time_limit_s, begun_s, faults)
    faults.end()
    unserved = served_by_none(table)
    some = table.rows(np.flatnonzero(np.diff(table.start)))
    found = cheapest(some, price, is_fixed, gap=least, deadline=deadline, seed=seed)
    between = gap_between(found.value, found.bound)
    status: Status = "infeasible" if len(unserved) else "optimal" if between == 0 else "bounded"
    sites = tuple(np.flatnonzero(found.is_open).tolist())
    remedy = remedy_for_rows(unserved)
    return Siting(sites, found.value, found.bound, between, status, tuple(unserved.tolist()), remedy)


def fewest(table: Table, fixed: Flags, *, deadline: Deadline, seed: int, enough: int | None = None) -> Found:
    """Return the fewest sites that serve every row (each has a site), fixed ones among them.

    With `enough` it only has to be told whether so many will do.
    """
    price = np.ones(table.sites)
    return cheapest(
        table, price, fixed, gap=0.0, deadline=deadline, seed=seed, enough=None if enough is None else float(enough)
    )


def cheapest(
    table: Table,
    price: Numbers,
    fixed: Flags,
    *,
    gap: float,
    deadline: Deadline,
    seed: int,
    enough: float | None = None,
) -> Found:
    """Return the cheapest sites that serve every row (each has a site); value and bound are their price.

    With `enough` it ends when the price is no more than that, or cannot be.
    """
    from geo.siting.cover import Cover
    from geo.siting.covers import solved

    cover = Cover.of(table, price, fixed)
    limit = None if enough is None else enough - float(price[fixed].sum())
    inner, bound = solved(cover, gap=gap, deadline=deadline, seed=seed, enough=limit)
    is_open = fixed.copy()
    is_open[cover.old_sites[inner]] = True
    value = float(price[is_open].sum())
    return Found(is_open, value, min(value, bound + float(price[fixed].sum())))
