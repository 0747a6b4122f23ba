"""The table of a siting model: which demand each site serves, and how well or at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Table:
    """Pairs (site, demand, number), by demand and then by site: entries `start[i]` to `start[i + 1]` are of demand i."""

    sites: int
    start: Whole
    site: Whole
    number: Numbers

    @property
    def demands(self) -> int:
        """How many demand rows there are."""
        return len(self.start) - 1

    @property
    def demand(self) -> Whole:
        """The demand row of each entry."""
        return np.repeat(np.arange(self.demands), np.diff(self.start))

    def only(self, entries: NDArray[np.bool_]) -> Table:
        """Return the table with some of its entries; sites and demand rows stay."""
        start = np.append(0, np.cumsum(entries))[self.start]
        return Table(self.sites, start, self.site[entries], self.number[entries])

    def rows(self, demands: Whole) -> Table:
        """Return the table of these demand rows, in this order."""
        size = np.diff(self.start)[demands]
        start = np.append(0, np.cumsum(size))
        entry = np.arange(start[-1]) + np.repeat(self.start[demands] - start[:-1], size)
        return Table(self.sites, start, self.site[entry], self.number[entry])

    def columns(self, sites: Whole) -> Table:
        """Return the table of these sites, which get the numbers 0, 1 ... in this order."""
        new = np.full(self.sites, -1)
        new[sites] = np.arange(len(sites))
        return table_of(len(sites), self.demands, new[self.site], self.demand, self.number, new[self.site] >= 0)

    def by_site(self) -> csr_array:
        """Return the numbers as a sparse matrix, sites x demand; zeros stay stored."""
        matrix = csr_array((self.number, self.site, self.start), shape=(self.demands, self.sites))
        return matrix.T.tocsr()


def table_of(
    sites: int, demands: int, site: Whole, demand: Whole, number: Numbers, keep: NDArray[np.bool_] | None = None
) -> Table:
    """Return the table of these pairs, in any order."""
    if keep is not None:
        site, demand, number = site[keep], demand[keep], number[keep]
    order = np.argsort(demand * sites + site, kind="stable")
    start = np.append(0, np.cumsum(np.bincount(demand, minlength=demands)))
    return Table(sites, start.astype(np.int64), site[order].astype(np.int64), number[order])


def sums(values: NDArray[np.generic], start: Whole) -> NDArray[np.generic]:
    """Return the sum of each run of values between two starts; 0 of an empty one. Whole numbers wrap around."""
    total = np.append(np.zeros(1, values.dtype), np.cumsum(values, dtype=values.dtype))
    result: NDArray[np.generic] = total[start[1:]] - total[start[:-1]]
    return result


def lowest(values: Numbers, start: Whole) -> Numbers:
    """Return the least of each run of values between two starts; inf of an empty one."""
    result = np.full(len(start) - 1, np.inf)
    some = np.diff(start) > 0
    if some.any():
        result[some] = np.minimum.reduceat(values, start[:-1][some])
    return result


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits for each 64 bits that look random (the end of SplitMix64, Steele et al. 2014)."""
    some = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    some = (some ^ (some >> np.uint64(27))) * _MIX_2
    result: NDArray[np.uint64] = some ^ (some >> np.uint64(31))
    return result


def bits_of(numbers: Numbers) -> NDArray[np.uint64]:
    """Return a hash of each number."""
    return mixed(np.ascontiguousarray(numbers + 0.0, dtype=np.float64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15))


def merged(table: Table, weight: Numbers) -> tuple[Table, Numbers, Whole]:
    """Return the table without demand rows that are the same as another, the summed weights, and each row's new number.

    Rows are the same if they hold the same sites with the same numbers. What hashes alike is compared in full.
    """
    entry = mixed(bits_of(table.site.astype(float)) + bits_of(table.number))
    size = np.diff(table.start)
    key = mixed(sums(entry, table.start).astype(np.uint64) + mixed(size.astype(np.uint64)))
    first, number = np.unique(key, return_index=True, return_inverse=True)[1:]
    twin = first[number]
    odd = np.flatnonzero((twin != np.arange(table.demands)) & ~_equal(table, twin))
    if len(odd):  # two rows that hash alike and are not the same: never seen, but then they stay apart
        number[odd] = len(first) + np.arange(len(odd))
        first = np.append(first, odd)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    number = place[number]
    return table.rows(first[order]), np.bincount(number, weight, minlength=len(first)).astype(float), number


def _equal(table: Table, twin: Whole) -> NDArray[np.bool_]:
    """Return for each demand row whether it holds what its twin holds."""
    size = np.diff(table.start)
    is_equal = size == size[twin]
    rows = np.flatnonzero(is_equal)
    mine, other = table.rows(rows), table.rows(twin[rows])
    differs = (mine.site != other.site) | (mine.number != other.number)
    is_equal[rows] = sums(differs.astype(np.int64), mine.start) == 0
    result: NDArray[np.bool_] = is_equal
    return result


def canonical(table: Table, weight: Numbers, site_key: NDArray[np.uint64]) -> tuple[Whole, Whole]:
    """Return the order of the sites and of the demand rows that follows from what they are, not from where they stand.

    Each gets a colour from its own figures, then from the colours of those it is joined with, three times over (Weisfeiler
    & Leman 1968). Those that still look alike keep the order they are given in; they are nearly always interchangeable.
    """
    by_site = csr_array(
        (np.arange(len(table.site)), table.site, table.start), shape=(table.demands, table.sites)
    ).T.tocsr()
    entry = bits_of(table.number)
    demand = table.demand
    of_demand, of_site = bits_of(weight), mixed(site_key)
    for _ in range(_ROUNDS):
        of_demand = mixed(of_demand + sums(mixed(of_site[table.site] ^ entry), table.start).astype(np.uint64))
        told = mixed(of_demand[demand] ^ entry)[by_site.data]
        of_site = mixed(of_site + sums(told, by_site.indptr.astype(np.int64)).astype(np.uint64))
    return np.argsort(of_site, kind="stable"), np.argsort(of_demand, kind="stable")
