"""What a project is worth: the need it closes and the people it newly serves, after the projects already chosen.

Worth is the difference of two assessments. `Worth` keeps, for each rule, what every place is supplied under the chosen
set, so that the difference costs a look at the few places a project reaches and not a run of the check; `closed` takes
the same difference between two checks that were run. The two agree, and tests say so.

Counted are the places whose verdict is known before: where nobody knows whether there is a gap, nobody is promised
anything. Supply counts as far as it surely works. A person counts once for each rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geo.coverage import UNKNOWN, Coverage, dependants, lacking, missing_share, need, people_without
from geo.relief import Change
from geo.rule import Adds, Measured, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Difference = tuple[float, float, float]  # need closed, people newly served, places put right: none yet weighted

# How much more one person without counts under a safety-net rule (A) or a basic one (B) than under one of comfort (C).
# Illustrative, our own choice (mark I): no programme we read publishes such weights (DOMAIN 4.1).
SEVERITY_WEIGHTS = {"A": 4.0, "B": 2.0, "C": 1.0}
SAFETY_NET = "A"


@dataclass(frozen=True)
class Gain:
    """What one project adds to those chosen before it.

    `need` is in weighted people, `safety_need` the part of it under rules of severity A; `served` says for each rule it
    changes anything for how many people are no longer without. `places` is what it closes whoever is there, in weighted
    places (one wholly without counts 1): all there is to go by where nobody knows who depends on a place.
    """

    need: float
    safety_need: float
    served: tuple[tuple[str, float], ...]
    places: float

    @property
    def people(self) -> float:
        """People newly served, each once for every rule."""
        return sum(people for _, people in self.served)


def rule_weight(rule: Rule) -> float:
    """Return what one person wholly without counts under that rule."""
    return SEVERITY_WEIGHTS[rule.severity] * rule.weight


def closed(before: Coverage, after: Measured) -> tuple[float, float]:
    """Return the need closed (weighted people) and the people newly served since a check, by measuring again.

    Places that are there only once, or whose supply is not known afterwards, count as if nothing had changed.
    """
    need_closed, served, _ = _standing(before).less(_standing_after(before, after))
    return need_closed * rule_weight(before.rule), served


class Worth:
    """The state of all rules under a growing set of projects.

    It does change, against our habit: 5 000 projects on 200 000 places would otherwise copy the state 5 000 times.
    Only `take` changes it.
    """

    def __init__(self, coverages: Mapping[str, Coverage], projects: Sequence[Project], world: World) -> None:
        self._tallies = [_tally(coverage, projects, world) for coverage in coverages.values()]
        self._rules = [coverage.rule for coverage in coverages.values()]
        reached: list[list[int]] = [[] for _ in projects]
        for i, tally in enumerate(self._tallies):
            for project in tally.projects:
                reached[project].append(i)
        self._reached = reached

    def gain(self, project: int) -> Gain:
        """Return what that project (row of the list given) would add now."""
        closed_need, safety_need, places, served = 0.0, 0.0, 0.0, []
        for i in self._reached[project]:
            rule, (some_need, people, some_places) = self._rules[i], self._tallies[i].gain(project)
            weighted = some_need * rule_weight(rule)
            closed_need += weighted
            safety_need += weighted if rule.severity == SAFETY_NET else 0.0
            places += some_places * rule_weight(rule)
            served.append((rule.id, people))
        return Gain(closed_need, safety_need, tuple(served), places)

    def may_rise(self, project: int) -> bool:
        """Return whether its gain may grow as others are done: under a rule that is re-run one road can need another."""
        return any(isinstance(self._tallies[i], _Rerun) for i in self._reached[project])

    def take(self, project: int) -> Taken:
        """Count that project as done; return what that changes, and the projects whose gain may be another now."""
        taken = [(i, self._tallies[i].take(project)) for i in self._reached[project]]
        stale = [stale for _, (stale, _) in taken]
        changes = tuple(step.change(i, rule_weight(self._rules[i])) for i, (_, step) in taken)
        return Taken(np.unique(np.concatenate(stale)) if stale else np.empty(0, np.intp), changes)


@dataclass(frozen=True)
class Taken:
    """What counting a project as done changes place by place, and the projects whose gain may be another now."""

    stale: Rows
    changes: tuple[Change, ...]


class _Tally(Protocol):
    """One rule's part of the state; `projects` are those that can make a difference to it."""

    projects: list[int]

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""

    def take(self, project: int) -> tuple[Rows, _Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""


def _tally(coverage: Coverage, projects: Sequence[Project], world: World) -> _Tally:
    adds = coverage.rule.adds(projects, coverage, world)
    people_are_its_own = "people_short" in coverage.measured.frame
    if adds is None or (people_are_its_own and adds.people is None):
        return _Rerun(coverage, projects, world)
    return _Sums(coverage, adds, len(projects))


@dataclass(frozen=True)
class _Standing:
    """Need, people without and the share that is missing at each place, 0 where the verdict is unknown."""

    need: Numbers
    without: Numbers
    share: Numbers

    def less(self, after: _Standing) -> Difference:
        """Return how much less there is of each afterwards, over all places."""
        return (
            float(np.sum(self.need - after.need)),
            float(np.sum(self.without - after.without)),
            float(np.sum(self.share - after.share)),
        )


@dataclass(frozen=True)
class _Step:
    """How things stood at some places (rows) and how they stand after one more project."""

    place: Rows
    before: _Standing
    after: _Standing

    def change(self, rule: int, weight: float) -> Change:
        """Return what changed under that rule (row), only where anything did; need times `weight`."""
        need, people = self.before.need - self.after.need, self.before.without - self.after.without
        is_put_right = (self.before.share > 0) & (self.after.share == 0)
        is_changed = (need != 0) | (people != 0) | is_put_right
        if is_changed.all():
            return Change(rule, self.place, people, need * weight, is_put_right)
        return Change(
            rule, self.place[is_changed], people[is_changed], need[is_changed] * weight, is_put_right[is_changed]
        )


def _standing(coverage: Coverage) -> _Standing:
    known = (coverage.frame["status"] != UNKNOWN).to_numpy()
    now = _as_measured(coverage.measured)
    return _Standing(*(np.where(known, np.nan_to_num(numbers), 0.0) for numbers in (now.need, now.without, now.share)))


def _standing_after(before: Coverage, after: Measured) -> _Standing:
    """Return how things stand at the places of `before`, as they were then wherever that is not known now."""
    standing, then = _standing(before), _as_measured(after)
    known = (before.frame["status"] != UNKNOWN).to_numpy()
    row = after.frame.index.get_indexer(before.frame.index)

    def settled(was: Numbers, is_now: Numbers) -> Numbers:
        numbers = np.append(is_now, np.nan)[row]
        return np.where(known & ~np.isnan(numbers), numbers, was)

    return _Standing(
        settled(standing.need, then.need),
        settled(standing.without, then.without),
        settled(standing.share, then.share),
    )


def _as_measured(measured: Measured) -> _Standing:
    """Return how things stand at each place by the supply that surely works; NaN where that is not known."""
    required = measured.frame["required"].to_numpy(float)
    missing = lacking(required, measured.frame["supplied"].to_numpy(float), measured.sense)
    need_now = need(required, missing, measured.frame["people"].to_numpy(float))
    unknown = np.isnan(missing)
    return _Standing(
        np.where(unknown, np.nan, need_now),
        people_without(required, missing, *dependants(measured)),
        np.where(unknown, np.nan, missing_share(required, missing)),
    )


class _Rerun:
    """A rule that cannot say what projects add: its check is run again with the edits applied, once for each look."""

    def __init__(self, coverage: Coverage, projects: Sequence[Project], world: World) -> None:
        self._before, self._given, self._world = coverage, projects, world
        self._chosen: list[int] = []
        self._now = _standing(coverage)
        own = {i for i, project in enumerate(projects) if coverage.rule.id in project.rule_ids}
        seen = [i for i, project in enumerate(projects) if i in own or _is_seen(project, coverage.rule, world)]
        self.projects = [i for i in seen if i in own or any(self.gain(i))]

    def gain(self, project: int) -> Difference:
        return self._now.less(self._with(project))

    def take(self, project: int) -> tuple[Rows, _Step]:
        before, self._now = self._now, self._with(project)
        self._chosen.append(project)
        return np.array(self.projects, np.intp), _Step(np.arange(len(before.need)), before, self._now)

    def _with(self, project: int) -> _Standing:
        edits = tuple(edit for i in (*self._chosen, project) for edit in self._given[i].edits)
        return _standing_after(self._before, self._before.rule.measure(self._world.with_edits(edits)))


def _is_seen(project: Project, rule: Rule, world: World) -> bool:
    """Return whether the project edits a layer that the rule's check looks at, as far as the rule says."""
    return rule.reads is None or any(world.layers[edit.layer].kind in rule.reads for edit in project.edits)


class _Sums:
    """A rule whose projects say what they add at which place (`Adds`), as arrays sorted by project and place.

    A group is one project at one place: places `_place[g]` for g in `_groups[p]:_groups[p + 1]`; its parts (cells) are
    `_parts[g]:_parts[g + 1]`. Places that want nothing, or of which nothing is known, are left out from the start.
    """

    def __init__(self, coverage: Coverage, adds: Adds, project_count: int) -> None:
        measured = coverage.measured
        standing = _standing(coverage)
        self._sense, self._combine = measured.sense, adds.combine
        self._required = measured.frame["required"].to_numpy(float)
        self._people = measured.frame["people"].to_numpy(float)
        self._supplied = measured.frame["supplied"].to_numpy(float).copy()
        people_there, self._without_what = dependants(measured)
        self._dependants = people_there.copy()
        self._now = _Standing(standing.need.copy(), standing.without.copy(), standing.share.copy())
        place = adds.place[adds.cell]
        wanting = np.flatnonzero((standing.share[place] > 0) | (standing.without[place] > 0))
        order = wanting[np.lexsort((adds.cell[wanting], place[wanting], adds.project[wanting]))]
        if adds.combine == "any":
            order = order[_is_first(adds.project[order], adds.cell[order])]
        self._set_groups(adds.project[order], place[order], project_count)
        self._amount, self._cell = adds.amount[order], adds.cell[order]
        self._cell_people = np.zeros(len(adds.place)) if adds.people is None else adds.people
        self._is_filled = np.zeros(len(adds.place), bool)
        self.projects = np.flatnonzero(np.diff(self._groups)).tolist()

    def _set_groups(self, project: Rows, place: Rows, project_count: int) -> None:
        starts = np.flatnonzero(_is_first(project, place))
        self._place = place[starts]
        self._parts = np.append(starts, len(project))
        self._groups = np.searchsorted(project[starts], np.arange(project_count + 1))
        by_place = np.argsort(self._place, kind="stable")
        self._project_at = project[starts][by_place]
        self._at_place = np.searchsorted(self._place[by_place], np.arange(len(self._required) + 1))

    def gain(self, project: int) -> Difference:
        place, then = self._then(project)[:2]
        return self._at(place).less(then)

    def take(self, project: int) -> tuple[Rows, _Step]:
        place, then, supplied, dependants_then = self._then(project)
        now = self._at(place)
        is_changed = (now.need != then.need) | (now.without != then.without) | (now.share != then.share)
        self._now.need[place], self._now.without[place], self._now.share[place] = then.need, then.without, then.share
        self._supplied[place], self._dependants[place] = supplied, dependants_then
        parts = slice(self._parts[self._groups[project]], self._parts[self._groups[project + 1]])
        self._is_filled[self._cell[parts]] = True
        stale = self._project_at[_ranges(self._at_place[place[is_changed]], self._at_place[place[is_changed] + 1])]
        return stale, _Step(place, now, then)

    def _at(self, place: Rows) -> _Standing:
        return _Standing(self._now.need[place], self._now.without[place], self._now.share[place])

    def _then(self, project: int) -> tuple[Rows, _Standing, Numbers, Numbers]:
        """Return the places the project reaches, and how things stand, supply and dependants there with it done."""
        start, stop = self._groups[project], self._groups[project + 1]
        place, parts = self._place[start:stop], slice(self._parts[start], self._parts[stop])
        supplied, people = self._put_together(place, parts, self._parts[start:stop] - self._parts[start])
        required = self._required[place]
        missing = lacking(required, supplied, self._sense)
        without = np.nan_to_num(people_without(required, missing, people, self._without_what))
        then = _Standing(need(required, missing, self._people[place]), without, missing_share(required, missing))
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
