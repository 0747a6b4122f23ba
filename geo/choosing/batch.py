"""The list worked out for many sets of weights and costs at once: the same lazy greedy, a thousand of them in step.

In every step each draw looks at the head of its own queue: what no longer fits is struck out, a figure that may be out of
date is worked out anew, and what is sure to be the best is taken. Figures never rise as others are taken, so the last one
is a bound (Minoux 1978). Ties go to the project that comes first, which is the one with the lower id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.limits import Limits

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# So many numbers of a table are worked on at a time: they should stay in the processor's cache.
TABLE = 2_000_000
PER_YUAN = 1e-4  # worth is looked at per 10 000 yuan, which keeps it far from the ends of what a number can hold
BEFORE_ALL = 3.0  # worth on the scale of `_rank_key`, which ends at 2


@dataclass(frozen=True)
class Draws:
    """Many ways to weigh and to cost, a row each: `weight` by rule, `equity` by unit (of the effects), and for each
    project what it costs to build (which the limits count) and over its life (which the order counts)."""

    weight: Numbers
    equity: Numbers
    build: Numbers
    life: Numbers

    def __len__(self) -> int:
        return len(self.weight)

    def rows(self, which: slice | Rows) -> Draws:
        """Return some of them."""
        return Draws(self.weight[which], self.equity[which], self.build[which], self.life[which])


def taken(
    effects: Effects,
    draws: Draws,
    limits: Limits,
    mid: Numbers,
    *,
    safety: Flags | None = None,
    inside: Sequence[int] = (),
) -> Rows:
    """Return when each draw takes each project (1: first), and 0 where it does not fit: rows draws, columns projects.

    `mid` is the cost that the amounts of `limits` stand for: they grow as a draw's cost does. `safety` marks the rules of
    the safety net, if what closes need under those comes first; `inside` are projects taken before all others.
    """
    height = max(TABLE // max(effects.projects + len(effects.slot_rule), 1), 1)
    pieces = [
        _Batch(effects, draws.rows(slice(start, start + height)), limits, mid, safety, inside).run()
        for start in range(0, len(draws), height)
    ]
    return np.concatenate(pieces) if pieces else np.zeros((0, effects.projects), np.intp)


class _Batch:
    """The draws being worked out; rows are draws that can still take something, `_draw` which they are."""

    def __init__(
        self,
        effects: Effects,
        draws: Draws,
        limits: Limits,
        mid: Numbers,
        safety: Flags | None,
        inside: Sequence[int],
    ) -> None:
        self._effects, self._safety = effects, safety
        self._is_inside = np.zeros(effects.projects, bool)
        self._is_inside[list(inside)] = True
        self._first = effects.first
        self._slot = effects.part_slot[effects.part]
        self._size = effects.part_size[effects.part]
        self._starts_slot = _starts(effects.project, self._slot)
        self._near = _Neighbours(effects, self._slot)
        self._limit, self._amount = _padded(limits, effects.projects)
        self._is_money = np.append(limits.is_money, False)[self._limit]
        self._mid = np.where(mid > 0, mid, 1.0)
        height = len(draws)
        self._draw = np.arange(height)
        self._build, self._life = draws.build, np.maximum(draws.life, 1e-300)
        self._value = effects.slot_people * draws.weight[:, effects.slot_rule] * draws.equity[:, effects.slot_unit]
        self._left = np.tile(np.append(limits.most, np.inf) * (1 + 1e-9), (height, 1))
        self._have = np.zeros((height, len(effects.slot_most)))
        self._is_filled = np.zeros((height, len(effects.part_slot)), bool)
        self._is_stale = np.zeros((height, effects.projects), bool)
        self._turn = np.ones(height, np.intp)
        self.taken = np.zeros((height, effects.projects), np.intp)
        self._worth = self._at_first()
        self._worth[:, self._is_inside] = BEFORE_ALL

    def run(self) -> Rows:
        """Return the turn in which each draw takes each project."""
        while len(self._draw):
            row = np.arange(len(self._draw))
            head = self._worth.argmax(axis=1)
            is_open = self._worth[row, head] > 0
            if is_open.mean() < 0.75:  # rows that are done are dropped now and then, not one by one
                self._keep(is_open)
                continue
            row, head = row[is_open], head[is_open]
            fits = self._fits(row, head)
            self._strike_out(row[~fits], head[~fits])
            row, head = row[fits], head[fits]
            is_stale = self._is_stale[row, head]
            self._refresh(row[is_stale], head[is_stale])
            self._take(row[~is_stale], head[~is_stale])
        return self.taken

    def _at_first(self) -> Numbers:
        """Return what every project is worth before any is taken."""
        from scipy.sparse import csr_array

        starts = np.flatnonzero(self._starts_slot)
        filled = np.add.reduceat(self._size, starts) if len(starts) else np.zeros(0)
        slot, project = self._slot[starts], self._effects.project[starts]
        shape = (self._effects.projects, len(self._effects.slot_most))
        fill = csr_array((np.minimum(filled, self._effects.slot_most[slot]), (project, slot)), shape=shape)
        need = np.ascontiguousarray((fill @ self._value.T).T)
        if self._safety is None:
            return _rank_key(need, self._life)
        for_safety = (fill @ (self._value * self._safety[self._effects.slot_rule]).T).T
        return _rank_key(need, self._life, for_safety)

    def _fits(self, row: Rows, head: Rows) -> Flags:
        fits: Flags = np.all(self._uses(row, head) <= self._left[row[:, None], self._limit[head]], axis=1)
        return fits

    def _uses(self, row: Rows, head: Rows) -> Numbers:
        """Return what the projects use of their limits in those draws."""
        dearer = (self._build[row, head] / self._mid[head])[:, None]
        return self._amount[head] * np.where(self._is_money[head], dearer, 1.0)

    def _strike_out(self, row: Rows, head: Rows) -> None:
        """Strike out projects that do not fit, and all others of those draws that cost more than is left."""
        self._worth[row, head] = 0.0
        rows = np.unique(row)
        some = self._worth[rows]
        some[self._build[rows] > self._left[rows, 0][:, None]] = 0.0
        self._worth[rows] = some

    def _refresh(self, row: Rows, head: Rows) -> None:
        """Work out anew what those projects are worth in those draws."""
        if not len(row):
            return
        draw, pair, slots = self._pairs(row, head)
        more = self._filled_anew(draw, pair, slots)
        at, slot = draw[slots], self._slot[pair[slots]]
        have = self._have[at, slot]
        need = (np.minimum(have + more, self._effects.slot_most[slot]) - have) * self._value[at, slot]
        one = np.searchsorted(slots, np.cumsum(np.append(0, self._first[head + 1] - self._first[head]))[:-1])
        life = self._life[row, head]
        for_safety = None
        if self._safety is not None:
            for_safety = np.add.reduceat(need * self._safety[self._effects.slot_rule[slot]], one)
        key = _rank_key(np.add.reduceat(need, one), life, for_safety)
        self._worth[row, head] = np.where(self._is_inside[head], BEFORE_ALL, key)
        self._is_stale[row, head] = False

    def _take(self, row: Rows, head: Rows) -> None:
        if not len(row):
            return
        self.taken[self._draw[row], head] = self._turn[row]
        self._turn[row] += 1
        self._worth[row, head] = 0.0
        np.subtract.at(self._left, (row[:, None], self._limit[head]), self._uses(row, head))
        draw, pair, slots = self._pairs(row, head)
        more = self._filled_anew(draw, pair, slots)
        at, slot = draw[slots], self._slot[pair[slots]]
        self._have[at, slot] = np.minimum(self._have[at, slot] + more, self._effects.slot_most[slot])
        self._is_filled[draw, self._effects.part[pair]] = True
        beside, which = self._near.of(head)
        self._is_stale[row[which], beside] = True

    def _pairs(self, row: Rows, head: Rows) -> tuple[Rows, Rows, Rows]:
        """Return the pairs of those projects, the draw of each, and where the pairs of each slot begin."""
        counts = self._first[head + 1] - self._first[head]
        pair = _ranges(self._first[head], counts)
        return np.repeat(row, counts), pair, np.flatnonzero(self._starts_slot[pair])

    def _filled_anew(self, draw: Rows, pair: Rows, slots: Rows) -> Numbers:
        """Return what the pairs would fill of their slots beyond what is filled."""
        size = self._size[pair] * ~self._is_filled[draw, self._effects.part[pair]]
        more: Numbers = np.add.reduceat(size, slots)
        return more

    def _keep(self, which: Flags) -> None:
        self._draw, self._turn = self._draw[which], self._turn[which]
        self._build, self._life = self._build[which], self._life[which]
        self._value, self._left, self._have = self._value[which], self._left[which], self._have[which]
        self._is_filled, self._is_stale = self._is_filled[which], self._is_stale[which]
        self._worth = self._worth[which]


class _Neighbours:
    """For each project, those that fill some slot it fills too."""

    def __init__(self, effects: Effects, slot: Rows) -> None:
        from scipy.sparse import csr_array

        ones = np.ones(len(effects.project), np.int32)
        shape = (effects.projects, len(effects.slot_most))
        fills = csr_array((ones, (effects.project, slot)), shape=shape)
        both = (fills @ fills.T).tocsr()
        self._first, self._beside = both.indptr, both.indices

    def of(self, projects: Rows) -> tuple[Rows, Rows]:
        """Return the neighbours of all of them, and which of them (position) each is a neighbour of."""
        counts = self._first[projects + 1] - self._first[projects]
        return self._beside[_ranges(self._first[projects], counts)], np.repeat(np.arange(len(projects)), counts)


def _rank_key(need: Numbers, cost: Numbers, for_safety: Numbers | None = None) -> Numbers:
    """Return numbers in the order of worth per yuan: 0 for nothing, with the safety net above 1 and all else below."""
    plain = _below_one(need / (cost * PER_YUAN))
    if for_safety is None:
        return plain
    return np.where(for_safety > 0, 1.0 + _below_one(for_safety / (cost * PER_YUAN)), plain)


def _below_one(ratio: Numbers) -> Numbers:
    """Return numbers from 0 up to 1 in the same order, so that two kinds of worth fit one scale."""
    with np.errstate(over="ignore"):
        return np.where(ratio > 1e12, 1.0, ratio / (1.0 + ratio))


def _starts(major: Rows, minor: Rows) -> Flags:
    starts = np.ones(len(major), bool)
    starts[1:] = (major[1:] != major[:-1]) | (minor[1:] != minor[:-1])
    return starts


def _padded(limits: Limits, projects: int) -> tuple[Rows, Numbers]:
    """Return the limits each project uses and how much of each, a row a project, filled up with a limit nobody reaches."""
    order = np.argsort(limits.project, kind="stable")
    project = limits.project[order]
    place = np.arange(len(project)) - np.searchsorted(project, project)
    wide = int(place.max(initial=0)) + 1
    limit, amount = np.full((projects, wide), len(limits.most), np.intp), np.zeros((projects, wide))
    limit[project, place], amount[project, place] = limits.limit[order], limits.amount[order]
    return limit, amount


def _ranges(starts: Rows, counts: Rows) -> Rows:
    """Return the numbers from each start on, so many each, one range after the other."""
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
