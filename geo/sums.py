"""The fast path of worth: a rule whose projects say what they add at which place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.effects import NOBODY_THERE, Shares
from geo.coverage import dependants, lacking, missing_share, need, people_without
from geo.standing import Standing, Step, standing_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.rule import Adds
    from geo.standing import Difference

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


class Sums:
    """A rule whose projects say what they add at which place (`Adds`), as arrays sorted by project and place.

    A group is one project at one place: places `_place[g]` for g in `_groups[p]:_groups[p + 1]`; its parts (cells) are
    `_parts[g]:_parts[g + 1]`. Places that want nothing, or of which nothing is known, are left out from the start.
    """

    def __init__(self, coverage: Coverage, adds: Adds, project_count: int) -> None:
        measured = coverage.measured
        standing = standing_of(coverage)
        self._sense, self._combine = measured.sense, adds.combine
        self._required = measured.frame["required"].to_numpy(float)
        self._people = measured.frame["people"].to_numpy(float)
        self._counts = np.broadcast_to(coverage.counts, self._people.shape)
        self._urgency, self._unit_id = coverage.urgency, coverage.frame["unit_id"].to_numpy(object)
        self._supplied = measured.frame["supplied"].to_numpy(float).copy()
        people_there, self._without_what = dependants(measured)
        self._dependants = people_there.copy()
        self._now = Standing(standing.need.copy(), standing.without.copy(), standing.share.copy())
        place = adds.place[adds.cell]
        wanting = np.flatnonzero((standing.share[place] > 0) | (standing.without[place] > 0))
        order = wanting[np.lexsort((adds.cell[wanting], place[wanting], adds.project[wanting]))]
        if adds.combine == "any":
            order = order[_is_first(adds.project[order], adds.cell[order])]
        self._project = adds.project[order]
        self._set_groups(self._project, place[order], project_count)
        self._amount, self._cell = adds.amount[order], adds.cell[order]
        self._cell_people = np.zeros(len(adds.place)) if adds.people is None else adds.people
        self._is_filled = np.zeros(len(adds.place), bool)
        self.projects: dict[int, None] = dict.fromkeys(np.flatnonzero(np.diff(self._groups)).tolist())

    def _set_groups(self, project: Rows, place: Rows, project_count: int) -> None:
        starts = np.flatnonzero(_is_first(project, place))
        self._place = place[starts]
        self._parts = np.append(starts, len(project))
        self._groups = np.searchsorted(project[starts], np.arange(project_count + 1))
        by_place = np.argsort(self._place, kind="stable")
        self._project_at = project[starts][by_place]
        self._at_place = np.searchsorted(self._place[by_place], np.arange(len(self._required) + 1))

    def shares(self) -> Shares:
        """Return what each part adds at its place, in shares of what is required there; equity is not in it."""
        place = np.repeat(self._place, np.diff(self._parts))
        required, most = self._required[place], self._now.share[place]
        if self._combine == "min":
            share = most - missing_share(required, lacking(required, self._amount, self._sense))
        else:
            more = self._amount if self._sense == "at_least" else -self._amount
            share = np.divide(more, required, out=np.zeros(len(more)), where=required > 0)
        people = np.where(self._now.need > 0, self._people, NOBODY_THERE)
        people = people if self._urgency is None else people * self._urgency
        return Shares(self._project, place, self._cell, share, self._combine, self._now.share, people, self._unit_id)

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        place, then = self._then(project)[:2]
        return self._at(place).less(then)

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        place, then, supplied, dependants_then = self._then(project)
        now, had = self._at(place), self._supplied[place]
        is_changed = (now.need != then.need) | (now.without != then.without) | (now.share != then.share)
        self._now.need[place], self._now.without[place], self._now.share[place] = then.need, then.without, then.share
        self._supplied[place], self._dependants[place] = supplied, dependants_then
        parts = slice(self._parts[self._groups[project]], self._parts[self._groups[project + 1]])
        self._is_filled[self._cell[parts]] = True
        stale = self._project_at[_ranges(self._at_place[place[is_changed]], self._at_place[place[is_changed] + 1])]
        return stale, Step(place, now, then, (had, supplied))

    def _at(self, place: Rows) -> Standing:
        return Standing(self._now.need[place], self._now.without[place], self._now.share[place])

    def _then(self, project: int) -> tuple[Rows, Standing, Numbers, Numbers]:
        """Return the places the project reaches, and how things stand, supply and dependants there with it done."""
        start, stop = self._groups[project], self._groups[project + 1]
        place, parts = self._place[start:stop], slice(self._parts[start], self._parts[stop])
        supplied, people = self._put_together(place, parts, self._parts[start:stop] - self._parts[start])
        required = self._required[place]
        missing = lacking(required, supplied, self._sense)
        without = np.nan_to_num(people_without(required, missing, people, self._without_what))
        need_then = need(required, missing, self._people[place]) * self._counts[place]
        then = Standing(need_then, without, missing_share(required, missing))
        return place, then, supplied, people

    def _put_together(self, place: Rows, parts: slice, starts: Rows) -> tuple[Numbers, Numbers]:
        """Return supply and dependants at the places with those parts added; `starts` is where each place's begin."""
        amount, dependants_now = self._amount[parts], self._dependants[place]
        if self._combine == "min":
            return np.minimum(self._supplied[place], np.minimum.reduceat(amount, starts)), dependants_now
        if self._combine == "sum":
            return self._supplied[place] + np.add.reduceat(amount, starts), dependants_now
        cell = self._cell[parts]
        is_new = ~self._is_filled[cell]
        given_back = np.add.reduceat(self._cell_people[cell] * is_new, starts)
        left = np.maximum(dependants_now - given_back, 0.0)
        return self._supplied[place] + np.add.reduceat(amount * is_new, starts), left


def _is_first(major: Rows, minor: Rows) -> NDArray[np.bool_]:
    """Return which entries of two sorted columns differ from the entry before them."""
    is_first = np.ones(len(major), bool)
    is_first[1:] = (major[1:] != major[:-1]) | (minor[1:] != minor[:-1])
    return is_first


def _ranges(starts: Rows, stops: Rows) -> Rows:
    """Return the numbers from each start up to its stop, one range after the other."""
    lengths = stops - starts
    return np.repeat(stops - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
