"""What is left of a set cover: rows that still want a site, and the sites that may be taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo.siting.table import Table, bits_of, canonical, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cover:
    """What is left of a set cover: rows that still want a site, sites that may be taken, and those that must be.

    `old_sites` are the old numbers of the sites, of which there were `everyone`.
    """

    table: Table
    price: Numbers
    old_sites: Whole
    everyone: int

    @classmethod
    def of(cls, table: Table, price: Numbers, fixed: Flags) -> Cover:
        """Return the cover without what the fixed sites serve, in an order that follows from the figures."""
        left = table.rows(np.flatnonzero(served(table, fixed) == 0))
        rest, weight, _ = merged(left, np.ones(left.demands))
        sites, demands = canonical(rest, np.ones_like(weight), bits_of(price))
        sites = sites[~fixed[sites]]
        small = rest.columns(sites).rows(demands)
        return cls(small, price[sites], sites, table.sites)

    @cached_property
    def step(self) -> float:
        """The largest number all prices are multiples of; 0 if there is none that is known."""
        whole = np.rint(self.price)
        if not len(whole) or np.any(whole != self.price) or whole.sum() > 2.0**50:
            return 0.0
        return float(np.gcd.reduce(whole.astype(np.int64)))

    @property
    def places(self) -> Whole:
        """The number here of each old site, -1 where it is gone."""
        place = np.full(self.everyone, -1)
        place[self.old_sites] = np.arange(len(self.old_sites))
        return place

    @cached_property
    def by_site(self) -> csr_array:
        """Sites x rows: 1 where a site serves a row."""
        return self.table.by_site()

    def paid(self, is_open: Flags) -> float:
        """Return what these sites cost."""
        return float(self.price[is_open].sum())

    def only(self, sites: Whole, rows: Whole) -> Cover:
        """Return the cover of these sites and rows only."""
        return replace(
            self, table=self.table.columns(sites).rows(rows), price=self.price[sites], old_sites=self.old_sites[sites]
        )

    def bounded(self, bound: float) -> float:
        """Return the bound, brought up to the next price that sites can have."""
        return float(np.ceil(bound / self.step - 1e-6) * self.step) if self.step else bound


def served(table: Table, is_open: Flags) -> Whole:
    """Return how many open sites serve each row."""
    run = np.append(0, np.cumsum(is_open[table.site]))
    result: Whole = run[table.start[1:]] - run[table.start[:-1]]
    return result
