"""The one problem behind max_coverage and p_median: choose sites within limits so that demand is served as well as can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.limits import Limits
from geo.siting.table import Table, mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


# Whole values of up to this sum are added without rounding.
LARGEST_WHOLE = 2.0**50


@dataclass(frozen=True, eq=False)
class Instance:
    """Maximise the sum over demand of the value of its best open site, and `backup` times that of its second best.

    `table.number` is the value of a site to a demand, > 0, and `weight` what it counts times; `fixed` sites are open in
    every answer. Within a demand row the entries are by falling value.
    """

    table: Table
    weight: Numbers
    limits: Limits
    fixed: Flags
    backup: float = 0.0

    @cached_property
    def value(self) -> Numbers:
        """What each entry is worth: value times weight."""
        return self.table.number * np.repeat(self.weight, np.diff(self.table.start))

    @cached_property
    def step(self) -> float:
        """The largest number that every objective is a multiple of; 0 if there is none that is known."""
        if self.backup not in (0.0, 1.0) or not len(self.value):
            return 0.0
        whole = np.rint(self.value)
        if np.any(whole != self.value) or whole.sum() > LARGEST_WHOLE:
            return 0.0
        return float(np.gcd.reduce(whole.astype(np.int64)))

    def objective(self, is_open: Flags) -> float:
        """Return what these sites are worth, summed demand by demand."""
        value = np.where(is_open[self.table.site], self.value, 0.0)
        some = np.flatnonzero(np.diff(self.table.start))
        if not len(some):
            return 0.0
        start = self.table.start[:-1][some]
        best = np.maximum.reduceat(value, start)
        if not self.backup:
            return float(best.sum())
        return float(best.sum() + self.backup * self._second(value).sum())

    def _second(self, value: Numbers) -> Numbers:
        """Return each demand's second best value: entries are by falling value, so it is the second that is open."""
        is_open = value > 0
        run = np.append(0, np.cumsum(is_open))
        result: Numbers = value[
            is_open & (run[1:] - np.repeat(run[self.table.start[:-1]], np.diff(self.table.start)) == 2)
        ]
        return result

    def bounded(self, bound: float) -> float:
        """Return the bound, brought down to the next value an objective can have."""
        if not self.step:
            return bound
        return float(np.floor(bound / self.step + 1e-6) * self.step)

    def with_sites(self, sites: Whole, fixed: Flags) -> Instance:
        """Return the instance of these sites only; `fixed` are those of them that must be open."""
        return replace(self, table=falling(self.table.columns(sites)), limits=self.limits.of(sites), fixed=fixed)


def falling(table: Table) -> Table:
    """Return the table with each demand's entries by falling number, then by site."""
    order = np.lexsort((table.site, -table.number, table.demand))
    return Table(table.sites, table.start, table.site[order], table.number[order])


def site_keys(limits: Limits, fixed: Flags) -> NDArray[np.uint64]:
    """Return a hash of what each site is beside whom it serves."""
    return mixed(limits.keys() + fixed.astype(np.uint64))
