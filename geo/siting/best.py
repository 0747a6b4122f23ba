"""The best sites of an instance and a bound: exact where that is quick, otherwise a search between two bounds that meet.

Greedy, ruin and recreate, the Lagrangian bound; then sites that no better answer can have are struck out, those it must
have are fixed, and what is left goes to HiGHS. Where that is too large, HiGHS gets the union of the good sites only, for a
better answer, and the bound stays the Lagrangian one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.exact import exactly
from geo.siting.reduction import is_yes_or_no, narrowed, settled, undominated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance
    from geo.siting.lagrangian import Prices
    from geo.siting.search import Search

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

# Up to so many pairs an instance goes to HiGHS as it is; no search is loaded for it.
TINY = 4_000
# Up to so many pairs what is left after striking out goes to HiGHS even if the gap is good enough; and at all.
QUICK, SOLVABLE = 60_000, 900_000
# Up to so many pairs of good sites are put together for HiGHS; of a demand with many values, its program is slower.
UNION, UNION_OF_VALUES = 120_000, 25_000
ROUNDS = 4
# How much worse than the best the search may become on the way, round by round: near at first, then far, then near.
LOOSE = (0.0, 0.008, 0.0005, 0.0)
# A value and a bound that differ by this share are the same.
EQUAL = 1e-11
STEPS = 700


@dataclass(frozen=True, eq=False)
class Found:
    """The sites that are open, what they are worth, and what no answer is worth more than."""

    is_open: Flags
    value: float
    bound: float

    def or_(self, instance: Instance, is_open: Flags, bound: float = float("inf")) -> Found:
        """Return the better sites of both, and the better bound."""
        value = instance.objective(is_open)
        bound = max(min(bound, self.bound), value, self.value)
        return Found(is_open, value, bound) if value > self.value else Found(self.is_open, self.value, bound)

    def gap(self) -> float:
        """Return how far the sites may be from the best, as a share of the bound; 0 within rounding."""
        return 0.0 if self.bound - self.value <= EQUAL * abs(self.bound) else (self.bound - self.value) / self.bound


def best(instance: Instance, *, gap: float, deadline: Deadline, seed: int) -> Found:
    """Return the best sites found and a bound.

    What is quick to prove is proved; otherwise it ends when the bound is within `gap`, or after the time of `deadline`.
    Effort is counted in steps, so the answer is the same on every machine that is not too slow to do them in that time, but
    for HiGHS, which is stopped by the clock.
    """
    start = instance.fixed.copy()
    ceiling = instance.objective(np.ones_like(start))
    found = Found(start, instance.objective(start), ceiling)
    smaller, sites = settled(instance)
    if len(smaller.table.site) <= TINY:
        is_open, bound = exactly(smaller, smaller.fixed, deadline.part(1 / 2).solver_s)
        found = found.or_(instance, _back(is_open, sites, instance), bound)
        if found.gap() == 0:
            return found
    smaller, kept = undominated(smaller)
    inner = _searched(smaller, gap=gap, deadline=deadline, seed=seed)
    found = found.or_(instance, _back(inner.is_open, sites[kept], instance), inner.bound)
    return found if found.bound - found.value > EQUAL * ceiling else replace(found, bound=found.value)


def _back(is_open: Flags, sites: Whole, instance: Instance) -> Flags:
    """Return the open sites by their old numbers; fixed ones that were left out are open too."""
    result = instance.fixed.copy()
    result[sites[is_open]] = True
    return result


def _searched(instance: Instance, *, gap: float, deadline: Deadline, seed: int) -> Found:
    from geo.siting.lagrangian import Relaxed, forced, possible, priced, start_prices
    from geo.siting.search import Search

    search, relaxed = Search(instance, seed), Relaxed(instance)
    found = _greedy(instance, search)
    part = deadline.effort / 3 / (2**ROUNDS - 1)
    demand, limit = None, np.zeros(len(relaxed.left) - 1)
    for turn in range(ROUNDS):
        some = min(part * 2**turn, (60 + 240 * turn) * len(instance.table.site) + 5e6)
        found = found.or_(instance, search.improved(int(some), deadline, loose=LOOSE[turn]))
        if demand is None:
            demand = start_prices(relaxed, *search.served())
        prices = priced(relaxed, demand, limit, found.value, _steps(instance, deadline), deadline)
        demand, limit = prices.demand, prices.limit
        found = found.or_(instance, search.from_sites(prices.part > 0.5), instance.bounded(prices.bound))
        if found.gap() == 0 or deadline.is_over:
            return found
        found = _union(instance, search, prices, found, deadline)
        wanted = found.value + max(instance.step * (1 - 1e-6), EQUAL * found.value)
        out, must = forced(relaxed, prices, wanted)
        pairs = replace(instance, table=instance.table.only(possible(instance, prices, wanted)))
        rest = _Rest(instance, pairs, ~out, must)
        found, is_done = rest.solved(found, gap, deadline, is_last=turn == ROUNDS - 1)
        if is_done:
            return found
        search.from_sites(found.is_open)
    return found


def _steps(instance: Instance, deadline: Deadline) -> int:
    """Return how many steps the bound may take: a step looks at every pair once."""
    return int(np.clip(deadline.effort / max(1, len(instance.table.site)), 50, STEPS))


def _greedy(instance: Instance, search: Search) -> Found:
    plain = search.greedily(by_price=False)
    found = Found(plain, instance.objective(plain), float("inf"))
    if search.is_priced:
        found = found.or_(instance, search.greedily(by_price=True))
        search.from_sites(found.is_open)
    return found


@dataclass(frozen=True, eq=False)
class _Rest:
    """What striking out has left of an instance: `pairs` is the instance without pairs that no better answer uses."""

    instance: Instance
    pairs: Instance
    keep: Flags
    must: Flags

    def solved(self, found: Found, gap: float, deadline: Deadline, *, is_last: bool) -> tuple[Found, bool]:
        """Return what comes of solving it, and whether that ends the work."""
        rest, sites = narrowed(self.pairs, self.keep, self.must)
        if not rest.limits.allow(
            rest.fixed
        ).all():  # too many would have to be open: nothing is better than what we have
            return found.or_(self.instance, found.is_open, found.value), True
        rest, kept = undominated(rest)
        sites = sites[kept]
        size = len(rest.table.site)
        if found.gap() <= gap and size > QUICK:
            return found, True
        if size > (SOLVABLE if is_last else QUICK):
            return found, False
        start = found.is_open[sites] | rest.fixed
        if not rest.limits.allow(start).all():
            start = rest.fixed
        if not is_yes_or_no(rest):
            found = self._branched(rest, sites, found, deadline.part(1 / 4))
        if found.gap() > 0 and (found.gap() > gap or size <= QUICK):
            is_open, bound = exactly(rest, start, deadline.solver_s)
            found = found.or_(self.instance, _back(is_open, sites, self.instance), max(bound, found.value))
        return found, True

    def _branched(self, rest: Instance, sites: Whole, found: Found, deadline: Deadline) -> Found:
        from geo.siting.branching import branched

        is_open, bound = branched(rest, found.value, deadline)
        better = found.is_open if is_open is None else _back(is_open, sites, self.instance)
        return found.or_(self.instance, better, max(bound, found.value))


def _union(instance: Instance, search: Search, prices: Prices, found: Found, deadline: Deadline) -> Found:
    """Return the best answer that HiGHS finds among the sites of good answers: only an answer, no bound."""
    rank = np.lexsort((-prices.worth, -search.liked, -prices.mean, ~(found.is_open | (prices.part > 0))))
    size = np.cumsum(np.bincount(instance.table.site, minlength=instance.table.sites)[rank])
    good = rank[
        : max(1, int(np.searchsorted(size, UNION if is_yes_or_no(instance) else UNION_OF_VALUES, side="right")))
    ]
    keep = np.zeros(instance.table.sites, dtype=bool)
    keep[good] = True
    some, sites = narrowed(instance, keep | found.is_open, instance.fixed)
    is_open, _ = exactly(some, found.is_open[sites] | some.fixed, deadline.part(1 / 12).solver_s, 1e-4)
    return found.or_(instance, _back(is_open, sites, instance))
