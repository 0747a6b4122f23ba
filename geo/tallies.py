"""One rule's part of the worth of projects: summed where projects say what they add, tried out where they do not.

Most projects add rows, and a rule says at once what they would supply. A few move ways: a bridge changes every distance.
Those few are tried out by measuring again, and the sums of all others are made anew once one of them is done.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely

from geo.choosing.effects import Shares, alone
from geo.coverage import UNKNOWN, Coverage, coverage
from geo.nearer import Nearer
from geo.standing import Levels, Standing, Step, standing_after, standing_of
from geo.sums import Sums
from geo.supply import moving

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.projects import Project
    from geo.rule import Trial
    from geo.standing import Difference
    from geo.world import World

    Rows = NDArray[np.intp]
    Look = Callable[[Sequence[int]], Standing]  # how things stand with these projects done

NOTHING = (0.0, 0.0, 0.0)

# Worlds in which a bridge stands that is not built yet: so many are kept, each with its networks.
WORLDS_KEPT = 16


class Tally(Protocol):
    """One rule's part of the state."""

    @property
    def projects(self) -> Collection[int]:
        """The projects that can make a difference."""

    def shares(self) -> Shares:
        """Return what the projects add, before any is taken."""

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""


class Worlds:
    """The world with some of the projects done, for all rules: those that move ways come first, so networks are shared.

    `movers` are the projects (rows) that change homes, villages, or where roads lead.
    """

    def __init__(self, world: World, projects: Sequence[Project]) -> None:
        self.now, self.projects = world, projects
        self.movers = frozenset(moving(projects, {"units", "demand", "roads"}, world.layers))
        self._kept: OrderedDict[tuple[int, ...], World] = OrderedDict()
        self._built: dict[int, BaseGeometry] = {}

    def with_done(self, done: Sequence[int]) -> World:
        """Return the world with these projects done."""
        base = self._moved(tuple(sorted(self.movers.intersection(done))))
        edits = tuple(edit for i in done if i not in self.movers for edit in self.projects[i].edits)
        return base.with_edits(edits) if edits else base

    def built(self, project: int) -> BaseGeometry:
        """Return all that a project adds; where it changes rows that are there, nothing is said of them."""
        if project not in self._built:
            rows = [edit.added.frame.geometry for edit in self.projects[project].edits if edit.added is not None]
            shapes = [shape for row in rows for shape in row if shape is not None]
            self._built[project] = shapely.geometrycollections(shapes)
        return self._built[project]

    def _moved(self, movers: tuple[int, ...]) -> World:
        if not movers:
            return self.now
        if movers not in self._kept:
            self._kept[movers] = self.now.with_edits(tuple(edit for i in movers for edit in self.projects[i].edits))
            if len(self._kept) > WORLDS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(movers)
        return self._kept[movers]


def tally_of(seen: Coverage, worlds: Worlds) -> Tally:
    """Return the state of one rule: its sums, its trials, or both."""
    sums = _sums(seen, worlds.projects, worlds.now)
    if sums is not None:
        return sums
    heeded = sorted(seen.rule.heeds(worlds.projects, worlds.now))
    tally = _without_looks(seen, worlds, worlds.now, heeded)
    if tally is None:
        return Tried(seen, heeded, lambda done: _measured_again(seen, worlds, done))
    plain, apart = tally
    return Mixed(seen, worlds, heeded, plain, apart) if apart else plain


def _without_looks(
    seen: Coverage, worlds: Worlds, world: World, heeded: Collection[int]
) -> tuple[Tally, frozenset[int]] | None:
    """Return the state of one rule under most of the projects it heeds, and those that only measuring again can tell.

    None where it takes that for every project.
    """
    apart = worlds.movers.union(seen.rule.apart(worlds.projects, world)).intersection(heeded)
    if apart and (near := seen.rule.approach(_only(worlds.projects, heeded), seen, world)) is not None:
        return Nearer(seen, near), apart.difference(near.road_of)
    plain = _plain(seen, worlds, world, set(heeded) - apart)
    return None if plain is None else (plain, frozenset(apart))


def _sums(seen: Coverage, projects: Sequence[Project], world: World) -> Sums | None:
    adds = seen.rule.adds(projects, seen, world)
    people_are_its_own = "people_short" in seen.measured.frame
    if adds is None or (people_are_its_own and adds.people is None):
        return None
    return Sums(seen, adds, len(projects))


def _plain(seen: Coverage, worlds: Worlds, world: World, kept: Collection[int]) -> Tally | None:
    """Return the state of one rule under those projects, if it can be had without measuring again for each."""
    projects = _only(worlds.projects, kept)
    sums = _sums(seen, projects, world)
    if sums is not None:
        return sums
    trial = seen.rule.trial(projects, seen, world)
    return None if trial is None else Kept(seen, trial)


def _only(projects: Sequence[Project], kept: Collection[int]) -> Sequence[Project]:
    """Return the projects with all but some of them left without an edit."""
    kept = frozenset(kept)
    return [one if i in kept else replace(one, edits=()) for i, one in enumerate(projects)]


def _measured_again(before: Coverage, worlds: Worlds, done: Sequence[int]) -> Standing:
    return standing_after(before, before.rule.measure(worlds.with_done(done)))


class Kept:
    """A rule that keeps what it needs to say what it would measure with more projects done."""

    def __init__(self, seen: Coverage, trial: Trial) -> None:
        self.projects = dict.fromkeys(trial.projects)
        self._trial, self._levels = trial, Levels(seen)
        self._supplied = self._levels.supplied.copy()
        now = standing_of(seen)
        self._now = Standing(now.need.copy(), now.without.copy(), now.share.copy())
        self._gains: dict[int, Difference] = {}

    def shares(self) -> Shares:
        """Return what each project adds alone."""
        return alone({project: self.gain(project) for project in self.projects})

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        if project not in self._gains:
            found = self._trial.look(project)
            self._gains[project] = self._now.of(found.place).less(self._levels.at(found))
        return self._gains[project]

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        found = self._trial.look(project)
        place, before, then = found.place, self._now.of(found.place), self._levels.at(found)
        supply = self._supplied[place], found.supplied
        self._now.need[place], self._now.without[place], self._now.share[place] = then.need, then.without, then.share
        self._supplied[place] = found.supplied
        stale = self._trial.take(project)
        for other in stale.tolist():
            self._gains.pop(other, None)
        return stale, Step(place, before, then, supply)


class Tried:
    """A rule that cannot say what projects add: how things stand with them done is looked up once for each question."""

    def __init__(self, seen: Coverage, projects: Sequence[int], look: Look) -> None:
        self.projects = dict.fromkeys(projects)
        self._look, self._now, self._may_harm = look, standing_of(seen), seen.rule.may_harm
        self._chosen: list[int] = []
        self._gains: dict[int, Difference] = {}

    def shares(self) -> Shares:
        """Return what each project adds alone."""
        return alone({project: self.gain(project) for project in self.projects})

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        if project not in self._gains:
            is_worth_it = self._may_harm or self._now.is_wanting.any()
            self._gains[project] = self._now.less(self._look([*self._chosen, project])) if is_worth_it else NOTHING
        return self._gains[project]

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        self._chosen.append(project)
        self._gains.clear()
        before, self._now = self._now, self._look(self._chosen)
        return np.array(list(self.projects), np.intp), Step(np.arange(len(before.need)), before, self._now)


class Mixed:
    """A rule under projects of which a few move ways, or stand apart: these are tried, the others summed as ways are now."""

    def __init__(
        self, seen: Coverage, worlds: Worlds, heeded: Sequence[int], plain: Tally, apart: frozenset[int]
    ) -> None:
        self._before, self._worlds, self.projects = seen, worlds, dict.fromkeys(heeded)
        self._apart = apart
        self._moved: list[int] = []
        self._chosen: list[int] = []
        self._now = standing_of(seen)
        self._influence_m = seen.rule.influence_m(seen)
        self._kept: tuple[Tally, Rows] | None = plain, np.arange(len(seen.frame))
        self._gains: dict[int, Difference] = {}

    def shares(self) -> Shares:
        """Return what the projects add as ways are now, and what each of those that move ways adds alone."""
        plain, _ = self._as_ways_are
        movers = alone({project: self.gain(project) for project in self.projects if project in self._apart})
        return plain.shares().and_also(movers)

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        plain, _ = self._as_ways_are
        if project in self._apart:
            if project not in self._gains:
                self._gains[project] = self._now.less(self._with(project)) if self._may_help(project) else NOTHING
            return self._gains[project]
        return plain.gain(project) if project in plain.projects else NOTHING

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        forgotten, (plain, row) = self._forget_near(project), self._as_ways_are
        if project in self._apart:
            before, self._now = self._now, self._with(project)
            self._moved.append(project)
            self._kept = None
            return np.array(list(self.projects), np.intp), Step(np.arange(len(before.need)), before, self._now)
        self._chosen.append(project)
        if project not in plain.projects:
            nowhere = np.zeros(0, np.intp)
            return forgotten, Step(nowhere, self._now.of(nowhere), self._now.of(nowhere))
        stale, step = plain.take(project)
        step = step.at(row)
        self._now = self._now.updated(step)
        return np.union1d(stale, forgotten), step

    def _may_help(self, mover: int) -> bool:
        """Return whether somebody who is without lives near enough to the new road."""
        if np.isinf(self._influence_m):
            return bool(self._now.is_wanting.any())
        places = self._before.frame.geometry.to_numpy()[self._now.is_wanting]
        return bool(shapely.dwithin(places, self._worlds.built(mover), self._influence_m).any())

    def _forget_near(self, project: int) -> Rows:
        """Forget what those apart would gain that are near enough to what has been built now to be worth more or less."""
        built, is_near = self._worlds.built(project), np.isinf(self._influence_m)
        near = [i for i in self._gains if is_near or shapely.dwithin(self._worlds.built(i), built, self._influence_m)]
        for i in near:
            del self._gains[i]
        return np.array(near, np.intp)

    def _with(self, project: int) -> Standing:
        return _measured_again(self._before, self._worlds, [*self._moved, *self._chosen, project])

    @property
    def _as_ways_are(self) -> tuple[Tally, Rows]:
        """The state under the projects that are not apart, and which row of the check each of its places is."""
        if self._kept is None:
            built = [i for i in (*self._moved, *self._chosen) if i in self._moved or i in self._worlds.movers]
            world = self._worlds.with_done(built)
            seen = coverage(self._before.rule, world)
            row = self._before.frame.index.get_indexer(seen.frame.index)
            seen = self._before.weights_at(row, seen)
            was = np.append(self._before.frame["status"].to_numpy(object), UNKNOWN)[row]
            found = _without_looks(
                _unknown_where(seen, was == UNKNOWN), self._worlds, world, set(self.projects).difference(built)
            )
            if found is None:
                raise TypeError(f"{self._before.rule.id} says what projects add only before a road is built")
            plain, self._apart = found
            for done in self._chosen:
                if done in plain.projects and done not in built:
                    plain.take(done)
            self._kept = plain, row
        return self._kept


def _unknown_where(seen: Coverage, unknown: NDArray[np.bool_]) -> Coverage:
    """Return the coverage with these places unknown: what was not known before is promised to nobody."""
    frame = seen.frame.copy()
    frame.loc[unknown, "status"] = UNKNOWN
    return replace(seen, frame=frame)
