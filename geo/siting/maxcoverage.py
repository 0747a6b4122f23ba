"""Maximal covering: with so many sites, or so much money, serve as many people as can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.siting.answer import Siting, Status, gap_between
from geo.siting.best import Found, best
from geo.siting.deadline import Deadline, now_s
from geo.siting.inputs import (
    Faults,
    read_amounts,
    read_count,
    read_effort,
    read_flags,
    read_number,
    read_serves,
    read_share,
    read_sites,
)
from geo.siting.instance import Instance, falling
from geo.siting.limits import SLACK, Limits, limits_of
from geo.siting.remedies import served_by_none
from geo.siting.table import Table
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Cap:
    """The most that may be taken of some sites (of a department, of a village): so many, or so much money, or both."""

    sites: Iterable[int]
    count: int | None = None
    budget: float | None = None


def max_coverage(
    serves: Any,
    weight: ArrayLike,
    *,
    count: int | None = None,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    fixed: Iterable[int] = (),
    backup: float = 0.0,
    capacity: ArrayLike | None = None,
    exclusive: Sequence[Iterable[int]] = (),
    caps: Sequence[Cap] = (),
    gap: float = 1e-3,
    time_limit_s: float = 60.0,
    seed: int = 0,
) -> Siting:
    """Return the sites that serve the most weight within a count, a budget, or both.

    `serves` is sites x demand, sparse or dense: true or 1 where a site serves a demand, or between 0 and 1 how well (a
    decay); a demand counts as its best open site serves it. `weight` is what each demand counts (people). `count` is how
    many sites there may be in all, `fixed` ones among them; `cost` what each site costs, `budget` the most they may cost
    in all (a fixed site that is paid for costs 0).

    `backup` is what being served by a second site counts, as a share of the first (0 to 1). `capacity` is the most weight
    each site can serve (inf: any); a demand may be shared between sites, and part of it left. Of each group in
    `exclusive` at most one site is taken, of each of `caps` at most its count and its budget.

    What is quick to prove is proved; beyond that it ends when the bound is within `gap` (a share), or after about
    `time_limit_s`. The same seed gives the same sites, in whatever order the rows come.

    Raises InputError if a table has the wrong shape, a number is missing or out of range, neither count nor budget is
    given, or the fixed sites alone pass a limit.

    Church & ReVelle 1974 (count), Hogan & ReVelle 1986 (backup), Current & Storbeck 1988 (capacity), Berman & Krass 2002
    (partial coverage), Khuller, Moss & Naor 1999 (budget).
    """
    begun_s, faults = now_s(), Faults()
    table = read_serves(serves, faults, is_share=True)
    people = read_amounts("weight", weight, table.demands, faults)
    second = read_share("backup", backup, faults)
    effort = read_effort(gap, time_limit_s, begun_s, faults)
    is_fixed = read_flags("fixed", fixed, table.sites, faults)
    rows = _limit_rows(table.sites, count, cost, budget, exclusive, caps, faults)
    limits = _limits(rows, is_fixed, faults)
    most = _capacity(capacity, second, table.sites, faults)
    faults.end()
    found = _found(Instance(falling(table), people, limits, is_fixed, second), most, *effort, seed)
    return _answer(found, table)


def _answer(found: Found, table: Table) -> Siting:
    between = gap_between(found.value, found.bound)
    status: Status = "optimal" if between == 0 else "bounded"
    unserved, sites = served_by_none(table).tolist(), np.flatnonzero(found.is_open).tolist()
    return Siting(tuple(sites), found.value, found.bound, between, status, tuple(unserved))


def _found(instance: Instance, capacity: Numbers | None, gap: float, deadline: Deadline, seed: int) -> Found:
    if capacity is None:
        return best(instance, gap=gap, deadline=deadline, seed=seed)
    from geo.siting.capacitated import best_within_capacity

    return best_within_capacity(instance, capacity, gap=gap, deadline=deadline, seed=seed)


def _capacity(capacity: ArrayLike | None, backup: float, sites: int, faults: Faults) -> Numbers | None:
    if capacity is None:
        return None
    if backup:
        faults.add("capacity", say("siting.capacity_and_backup"), say("siting.capacity_and_backup_fix"))
    return read_amounts("capacity", capacity, sites, faults, may_be_inf=True)


def _limit_rows(
    sites: int,
    count: int | None,
    cost: ArrayLike | None,
    budget: float | None,
    exclusive: Sequence[Iterable[int]],
    caps: Sequence[Cap],
    faults: Faults,
) -> list[tuple[str, Whole, Numbers, float]]:
    """Return the name of each limit, its sites, what each uses of it, and the most; count or budget first."""
    everyone, rows = np.arange(sites), []
    price = None if cost is None else read_amounts("cost", cost, sites, faults)
    if count is not None:
        rows.append(("count", everyone, np.ones(sites), float(read_count("count", count, faults))))
    if budget is not None:
        rows += _money("budget", everyone, price, budget, faults)
    if count is None and budget is None:
        faults.add("count", say("siting.no_limit"), say("siting.no_limit_fix"))
    for k, group in enumerate(exclusive):
        at = read_sites(f"exclusive[{k}]", group, sites, faults)
        rows.append((f"exclusive[{k}]", at, np.ones(len(at)), 1.0))
    for k, cap in enumerate(caps):
        at = read_sites(f"caps[{k}].sites", cap.sites, sites, faults)
        if cap.count is not None:
            most = float(read_count(f"caps[{k}].count", cap.count, faults))
            rows.append((f"caps[{k}].count", at, np.ones(len(at)), most))
        if cap.budget is not None:
            rows += _money(f"caps[{k}].budget", at, price, cap.budget, faults)
    return rows


def _money(
    name: str, sites: Whole, price: Numbers | None, budget: float, faults: Faults
) -> list[tuple[str, Whole, Numbers, float]]:
    most = read_number(name, budget, faults, say("siting.not_negative"), lambda x: 0 <= x < np.inf)
    if price is None:
        faults.add(name, say("siting.budget_without_cost", what=name), say("siting.budget_without_cost_fix"))
        return []
    return [(name, sites, price[sites], most)]


def _limits(rows: Sequence[tuple[str, Whole, Numbers, float]], fixed: NDArray[np.bool_], faults: Faults) -> Limits:
    """Return the limits; note the fault where the fixed sites alone pass one."""
    limits = limits_of(len(fixed), [(at, each, top) for _, at, each, top in rows])
    used = limits.uses @ fixed.astype(float)
    for k in np.flatnonzero(used > limits.most * (1 + SLACK)).tolist():
        what = say("siting.fixed_too_many", used=float(used[k]), most=float(limits.most[k]))
        faults.add(rows[k][0], what, say("siting.fixed_too_many_fix", used=float(used[k])))
    return limits
