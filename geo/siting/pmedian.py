"""The p-median: with so many sites, make what everybody spends to get to the nearest as little as can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.siting.answer import Siting, Status, gap_between
from geo.siting.best import Found, best
from geo.siting.deadline import Deadline, now_s
from geo.siting.inputs import Faults, read_amounts, read_costs, read_count, read_effort, read_flags, read_number
from geo.siting.instance import Instance, falling
from geo.siting.limits import limits_of
from geo.siting.remedies import remedy_for_count, remedy_for_rows, served_by_none
from geo.siting.setcover import fewest
from geo.siting.table import Table, lowest
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# What not being served costs while everybody must be: so many times the largest cost at first, then more.
PENALTIES = (4.0, 1e3, 1e6)


@dataclass(frozen=True, eq=False)
class _Asked:
    """A p-median as it is asked: demand rows without weight, or that no site serves, are left out of `table`."""

    table: Table
    weight: Numbers
    count: int
    fixed: Flags
    gap: float
    deadline: Deadline
    seed: int

    def spent(self, is_open: Flags, otherwise: float) -> tuple[float, Flags]:
        """Return what everybody spends, those not served `otherwise` each, and which rows are not served."""
        cost = np.where(is_open[self.table.site], self.table.number, np.inf)
        each = lowest(cost, self.table.start)
        left = np.isinf(each)
        return float(np.minimum(each, otherwise) @ self.weight), left


def p_median(
    cost: Any,
    weight: ArrayLike,
    *,
    count: int,
    fixed: Iterable[int] = (),
    otherwise: float | None = None,
    gap: float = 0.0,
    time_limit_s: float = 60.0,
    seed: int = 0,
) -> Siting:
    """Return the sites with which everybody, weighted, spends least to get to the nearest.

    `cost` is sites x demand: dense, where inf is "cannot", or scipy sparse, where a pair that is not stored cannot (a
    stored 0 is a cost of 0). `weight` is what each demand counts; rows of weight 0 are not looked at. `count` is how many
    sites there may be in all, `fixed` ones among them. Everybody must be served, unless `otherwise` says what being served
    by no site costs (as much as a farther trip is then not made).

    A demand row that no site serves is named in `unserved` and left out, and the status is "infeasible"; so it is if the
    sites are too few to serve everybody else, and `remedy` says how many it takes: those whom the sites leave out are in
    `unserved` then. `gap` and `time_limit_s` are as in `max_coverage`.

    Raises InputError if a table has the wrong shape, a cost or weight is missing or negative, or more sites are fixed
    than may be open.

    Hakimi 1964; ReVelle & Swain 1970; Cornuejols, Fisher & Nemhauser 1977 (bound); Teitz & Bart 1968 (interchange).
    """
    begun_s, faults = now_s(), Faults()
    table = read_costs(cost, faults)
    people = read_amounts("weight", weight, table.demands, faults)
    most = read_count("count", count, faults)
    is_fixed = read_flags("fixed", fixed, table.sites, faults)
    least, deadline = read_effort(gap, time_limit_s, begun_s, faults)
    if otherwise is not None:
        otherwise = read_number("otherwise", otherwise, faults, say("siting.not_negative"), lambda x: 0 <= x < np.inf)
    too_many_fixed(is_fixed, most, faults)
    faults.end()
    unserved = served_by_none(table) if otherwise is None else np.zeros(0, np.int64)
    rows = np.setdiff1d(np.flatnonzero(people > 0), unserved)
    asked = _Asked(table.rows(rows), people[rows], most, is_fixed, least, deadline, seed)
    found, left, remedy = _everybody(asked) if otherwise is None else _anybody(asked, otherwise)
    remedy = remedy or remedy_for_rows(unserved)
    between = gap_between(found.value, found.bound)
    status: Status = "infeasible" if remedy else "optimal" if between == 0 else "bounded"
    out = np.union1d(unserved, rows[left])
    sites = tuple(np.flatnonzero(found.is_open).tolist())
    return Siting(sites, found.value, found.bound, between, status, tuple(out.tolist()), remedy)


def too_many_fixed(fixed: Flags, count: int, faults: Faults) -> None:
    """Note the fault if more sites are fixed than may be open."""
    if fixed.sum() > count:
        used = int(fixed.sum())
        fix = say("siting.fixed_too_many_fix", used=used)
        faults.add("count", say("siting.fixed_too_many", used=used, most=count), fix)


def _everybody(asked: _Asked) -> tuple[Found, NDArray[np.int64], Text | None]:
    """Return the best sites that serve everybody, the rows they leave out if they are too few, and what would help."""
    highest = max(1.0, float(np.ceil(asked.table.number.max()))) if len(asked.table.number) else 1.0
    none = np.zeros(0, dtype=np.int64)
    for times in PENALTIES:
        found = _with_price(asked, times * highest)
        left = np.flatnonzero(asked.spent(found.is_open, np.inf)[1])
        if not len(left):
            return found, none, None
        if times == PENALTIES[0]:
            cover = fewest(asked.table, asked.fixed, deadline=asked.deadline.part(1 / 4), seed=asked.seed)
            if cover.bound > asked.count:
                break
    if cover.value <= asked.count:  # the search missed it: these serve everybody, though perhaps not well
        value = asked.spent(cover.is_open, np.inf)[0]
        return Found(cover.is_open, value, min(found.bound, value)), none, None
    served = np.setdiff1d(np.arange(asked.table.demands), left)
    value = replace(asked, table=asked.table.rows(served), weight=asked.weight[served]).spent(found.is_open, np.inf)[0]
    remedy = remedy_for_count(asked.count, round(cover.bound), round(cover.value))
    return Found(found.is_open, value, value), left, remedy


def _anybody(asked: _Asked, otherwise: float) -> tuple[Found, NDArray[np.int64], None]:
    """Return the best sites where being served by none has its price: nobody has to be."""
    return _with_price(asked, otherwise), np.zeros(0, dtype=np.int64), None


def _with_price(asked: _Asked, otherwise: float) -> Found:
    """Return the best sites where not being served costs so much; value and bound are what is spent."""
    table = asked.table
    ceiling = _ceiling(asked, otherwise)
    saved = np.repeat(ceiling, np.diff(table.start)) - table.number
    useful = table.only(saved > 0)
    worth = Table(useful.sites, useful.start, useful.site, saved[saved > 0])
    count = np.ones(table.sites)
    limits = limits_of(table.sites, [(np.arange(table.sites), count, float(asked.count))])
    instance = Instance(falling(worth), asked.weight, limits, asked.fixed)
    found = best(instance, gap=asked.gap * _leverage(asked, ceiling), deadline=asked.deadline, seed=asked.seed)
    is_open = _filled_up(found.is_open, asked.count)
    value = asked.spent(is_open, otherwise)[0]
    return Found(is_open, value, min(value, float(ceiling @ asked.weight) - found.bound))


def _leverage(asked: _Asked, ceiling: Numbers) -> float:
    """Return what a share of the cost is, at least, as a share of what is saved against the ceiling."""
    table = asked.table
    least = lowest(table.number, table.start)
    total = float(ceiling @ asked.weight)
    return float(np.minimum(least, ceiling) @ asked.weight) / total if total > 0 else 1.0


def _filled_up(is_open: Flags, count: int) -> Flags:
    """Return the sites, and the first of the others, to the number there may be: the ceiling takes so many to be open."""
    more = np.flatnonzero(~is_open)[: max(0, count - int(is_open.sum()))]
    result = is_open.copy()
    result[more] = True
    return result


def _ceiling(asked: _Asked, otherwise: float) -> Numbers:
    """Return the most each demand can have to spend: with `count` sites open, the count-th largest of its costs."""
    table = asked.table
    ceiling = np.full(table.demands, otherwise)
    whole = np.flatnonzero(np.diff(table.start) == table.sites) if asked.count else np.zeros(0, np.int64)
    if len(whole):
        k = table.sites - min(asked.count, table.sites)
        costs = table.rows(whole).number.reshape(len(whole), table.sites)
        ceiling[whole] = np.minimum(otherwise, np.partition(costs, k, axis=1)[:, k])
    return ceiling
