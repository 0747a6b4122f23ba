"""The search for good sites: greedy, then closing a few and filling up again, over and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

from geo.siting import moves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Values become whole numbers of at most this sum, so that 64 bits hold every sum of them, twice over.
LARGEST = 2.0**50
BACKUP_STEPS = 1024


class Search:
    """Sites that are open, as the kernels keep them. `seed` moves on with every draw."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance = instance
        self.lists = lists_of(instance)
        self.limits, self.is_priced = priced_limits(instance)
        self.seed = np.array([seed % 2147483646 + 1], dtype=np.int64)
        self.liked = np.zeros(instance.table.sites, dtype=np.int64)
        self.fixed = instance.fixed.astype(np.int8)
        self.state = self._empty()

    def _empty(self) -> moves.State:
        lists, sites, demands = self.lists, self.instance.table.sites, self.instance.table.demands
        depth = 3 if lists.share[1] else 2
        gain = np.zeros(sites, dtype=np.int64)
        np.add.at(gain, lists.d_site, lists.d_value * lists.share[0])
        state = moves.State(
            np.zeros(sites, np.int8),
            np.zeros((demands, depth), np.int64),
            np.full((demands, depth), -1, np.int32),
            gain,
            np.zeros(sites, np.int64),
            np.zeros(len(self.limits.most)),
            np.zeros(1, np.int64),
        )
        for j in np.flatnonzero(self.fixed).tolist():
            moves.open_site(lists, self.limits, state, j)
        return state

    def greedily(self, *, by_price: bool) -> Flags:
        """Return what a greedy planner takes, and stay there."""
        self.state = self._empty()
        return self._filled(by_price)

    def from_sites(self, is_open: Flags) -> Flags:
        """Open these sites as far as they fit, fill up greedily, and return what is open."""
        self.state = self._empty()
        for j in np.flatnonzero(is_open & ~self.instance.fixed).tolist():
            if moves.fits(self.limits, self.state, j):
                moves.open_site(self.lists, self.limits, self.state, j)
        return self._filled(self.is_priced)

    def _filled(self, by_price: bool) -> Flags:
        barred, opened = np.zeros(len(self.fixed), np.int8), np.empty(len(self.fixed), np.int32)
        moves.fill(self.lists, self.limits, self.state, barred, by_price, 0, self.seed, opened)
        return self.is_open

    @property
    def is_open(self) -> Flags:
        """The sites that are open now."""
        result: Flags = self.state.is_open.astype(bool)
        return result

    def served(self) -> tuple[Numbers, Numbers]:
        """Return what each demand's best and second best open site are worth to it."""
        scale = _scale(self.instance)
        top = self.state.top.astype(float) / scale
        return top[:, 0], top[:, 1]

    def improved(self, effort: int, deadline: Deadline, *, loose: float) -> Flags:
        """Return the best sites found by looking at that many entries, and go on from where that ended.

        `loose` is how much worse than the best, as a share, it may become on the way.
        """
        best = self.state.is_open.copy()
        so_far = np.array([0, self.state.total[0]], dtype=np.int64)
        here = (self.lists, self.limits, self.state, self.fixed, best, self.liked, self.seed, so_far)
        while so_far[0] < effort and not deadline.is_over:
            until = min(effort, int(so_far[0] + deadline.pace / 2))
            if not moves.improve(*here, until, effort, loose, self.is_priced):
                break
        return best.astype(bool)


def _scale(instance: Instance) -> float:
    """Return what values are multiplied by to become whole: 1 if they are, else as much as 64 bits allow."""
    if instance.step:
        return 1.0
    start, some = instance.table.start[:-1], np.diff(instance.table.start) > 0
    total = float(instance.value[start[some]].sum()) * (BACKUP_STEPS if instance.backup else 1)
    return LARGEST / total if total > 0 else 1.0


def lists_of(instance: Instance) -> moves.Lists:
    """Return who serves whom, as the kernels read it, values as whole numbers."""
    table = instance.table
    value = np.rint(instance.value * _scale(instance)).astype(np.int64)
    by_site = csc_array((np.arange(len(value)), table.site, table.start), shape=(table.demands, table.sites)[::-1])
    by_site = by_site.tocsr()
    share = (BACKUP_STEPS, round(instance.backup * BACKUP_STEPS)) if instance.backup else (1, 0)
    return moves.Lists(
        table.start.astype(np.int64),
        table.site.astype(np.int32),
        value,
        by_site.indptr.astype(np.int64),
        by_site.indices.astype(np.int32),
        value[by_site.data],
        np.array(share, dtype=np.int64),
    )


def priced_limits(instance: Instance) -> tuple[moves.Limits, bool]:
    """Return the limits by site, and whether sites differ in what they use of them."""
    uses, most = instance.limits.uses, instance.limits.most
    by_site = csc_array(uses)
    left = np.maximum(instance.limits.left(instance.fixed), 1e-300)
    price = np.asarray((uses / left[:, None]).sum(axis=0)).ravel() if uses.nnz else np.ones(instance.table.sites)
    worth = 1.0 / np.maximum(price, 1e-12)
    slack = most * (1 + 1e-12)
    limits = moves.Limits(
        by_site.indptr.astype(np.int64), by_site.indices.astype(np.int32), by_site.data.astype(float), slack, worth
    )
    return limits, bool(len(price) and price.min() < price.max())
