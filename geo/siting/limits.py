"""What a choice of sites must keep within: how many, how much money, how many of a department, one of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from geo.siting.table import bits_of, mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

# A sum of prices may pass its limit by this share: the last bits of adding floats, never a yuan.
SLACK = 1e-12


@dataclass(frozen=True, eq=False)
class Limits:
    """Each row: what the sites use of it, and the most that may be used. The first is the main one: all sites use it."""

    uses: csr_array
    most: Numbers

    def allow(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows these sites keep within."""
        return np.asarray(self.uses @ is_open.astype(float) <= self.most * (1 + SLACK))

    def left(self, fixed: NDArray[np.bool_]) -> Numbers:
        """Return what the fixed sites leave of each row."""
        left: Numbers = self.most - self.uses @ fixed.astype(float)
        return np.maximum(left, 0.0)

    def of(self, sites: Whole) -> Limits:
        """Return the limits of these sites only, in this order."""
        return Limits(csr_array(self.uses[:, sites]), self.most)

    def within(self, most: Numbers) -> Limits:
        """Return the same rows with other limits."""
        return Limits(self.uses, most)

    def keys(self) -> NDArray[np.uint64]:
        """Return a hash for each site of what it uses of what."""
        by_site = self.uses.T.tocsr()
        key = mixed(bits_of(self.most)[by_site.indices] ^ bits_of(by_site.data))
        total = np.append(np.zeros(1, np.uint64), np.cumsum(key, dtype=np.uint64))
        result: NDArray[np.uint64] = total[by_site.indptr[1:]] - total[by_site.indptr[:-1]]
        return result


def limits_of(sites: int, rows: Sequence[tuple[Whole, Numbers, float]]) -> Limits:
    """Return limits from rows of (sites, what each uses, most)."""
    row = np.concatenate([np.zeros(0, np.int64), *(np.full(len(some), k) for k, (some, _, _) in enumerate(rows))])
    at = np.concatenate([np.zeros(0, np.int64), *(some for some, _, _ in rows)])
    amount = np.concatenate([np.zeros(0), *(each for _, each, _ in rows)])
    uses = csr_array((amount, (row, at)), shape=(len(rows), sites))
    return Limits(uses, np.array([most for _, _, most in rows], dtype=float))
