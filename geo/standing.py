"""How things stand at every place under one rule: need, people without, and what is missing; and how they come to stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import UNKNOWN, Coverage, dependants, lacking, missing_share, need, people_without
from geo.relief import Change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.rule import Found, Measured

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Difference = tuple[float, float, float]  # need closed, people newly served, places put right: none yet weighted


@dataclass(frozen=True)
class Standing:
    """Need, people without and the share that is missing at each place, 0 where the verdict is unknown."""

    need: Numbers
    without: Numbers
    share: Numbers

    def less(self, after: Standing) -> Difference:
        """Return how much less there is of each afterwards, over all places."""
        return (
            float(np.sum(self.need - after.need)),
            float(np.sum(self.without - after.without)),
            float(np.sum(self.share - after.share)),
        )

    @property
    def is_wanting(self) -> NDArray[np.bool_]:
        """Which places are short, or have people without."""
        wanting: NDArray[np.bool_] = (self.share > 0) | (self.without > 0)
        return wanting

    def updated(self, step: Step) -> Standing:
        """Return how things stand after the step."""
        need, without, share = self.need.copy(), self.without.copy(), self.share.copy()
        need[step.place], without[step.place], share[step.place] = step.after.need, step.after.without, step.after.share
        return Standing(need, without, share)

    def of(self, rows: Rows) -> Standing:
        """Return how things stand at those places."""
        return Standing(self.need[rows], self.without[rows], self.share[rows])


@dataclass(frozen=True)
class Step:
    """How things stood at some places (rows) and how they stand after one more project; `supply` likewise, if known."""

    place: Rows
    before: Standing
    after: Standing
    supply: tuple[Numbers, Numbers] | None = None

    def at(self, row: Rows) -> Step:
        """Return the same step with each place as its row elsewhere; those that are nowhere (-1) left out."""
        there = np.flatnonzero(row[self.place] >= 0)
        supply = None if self.supply is None else (self.supply[0][there], self.supply[1][there])
        return Step(row[self.place[there]], self.before.of(there), self.after.of(there), supply)

    def change(self, rule: int, weight: float) -> Change:
        """Return what changed under that rule (row), only where anything did; need times `weight`."""
        need, people = self.before.need - self.after.need, self.before.without - self.after.without
        is_put_right = (self.before.share > 0) & (self.after.share == 0)
        some = np.flatnonzero((need != 0) | (people != 0) | is_put_right)
        supply = None if self.supply is None else (self.supply[0][some], self.supply[1][some])
        return Change(rule, self.place[some], people[some], need[some] * weight, is_put_right[some], supply)


def standing_of(coverage: Coverage) -> Standing:
    """Return how things stand under a rule as it was checked."""
    known = (coverage.frame["status"] != UNKNOWN).to_numpy()
    now = as_measured(coverage.measured)
    now = Standing(now.need * coverage.counts, now.without, now.share)
    return Standing(*(np.where(known, np.nan_to_num(numbers), 0.0) for numbers in (now.need, now.without, now.share)))


def standing_after(before: Coverage, after: Measured) -> Standing:
    """Return how things stand at the places of `before`, as they were then wherever that is not known now."""
    standing, then = standing_of(before), as_measured(after)
    known = (before.frame["status"] != UNKNOWN).to_numpy()
    row = after.frame.index.get_indexer(before.frame.index)

    def settled(was: Numbers, is_now: Numbers, times: Numbers | float = 1.0) -> Numbers:
        numbers = np.append(is_now, np.nan)[row] * times
        return np.where(known & ~np.isnan(numbers), numbers, was)

    return Standing(
        settled(standing.need, then.need, before.counts),
        settled(standing.without, then.without),
        settled(standing.share, then.share),
    )


class Levels:
    """How things stand at some places of a coverage when only these are measured anew; equal to `standing_after` there."""

    def __init__(self, before: Coverage) -> None:
        frame, self._sense = before.measured.frame, before.measured.sense
        self._required, self.supplied, self._people = (
            frame[name].to_numpy(float) for name in ("required", "supplied", "people")
        )
        self._dependants, self._without = dependants(before.measured)
        self._known = (before.frame["status"] != UNKNOWN).to_numpy()
        self._counts = np.broadcast_to(before.counts, self._required.shape)
        self._was = standing_of(before)

    def at(self, found: Found) -> Standing:
        """Return how things stand at the places found; as they did before any project where that is not known."""
        place, was = found.place, self._was.of(found.place)
        required = self._required[place] if found.required is None else found.required
        people = self._people[place] if found.people is None else found.people
        depending = self._dependants[place] if found.people is None else found.people
        missing = lacking(required, found.supplied, self._sense)
        known = self._known[place] & ~np.isnan(missing)
        without = people_without(required, missing, depending, self._without)
        return Standing(
            np.where(known, need(required, missing, people) * self._counts[place], was.need),
            np.where(known & ~np.isnan(without), without, was.without),
            np.where(known, missing_share(required, missing), was.share),
        )


def as_measured(measured: Measured) -> Standing:
    """Return how things stand at each place by the supply that surely works; NaN where that is not known."""
    required = measured.frame["required"].to_numpy(float)
    missing = lacking(required, measured.frame["supplied"].to_numpy(float), measured.sense)
    need_now = need(required, missing, measured.frame["people"].to_numpy(float))
    unknown = np.isnan(missing)
    return Standing(
        np.where(unknown, np.nan, need_now),
        people_without(required, missing, *dependants(measured)),
        np.where(unknown, np.nan, missing_share(required, missing)),
    )
