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

    def with_done(self, done: Sequence[int]) -> World:
        """Return the world with these projects done."""
        base = self._moved(tuple(sorted(self.movers.intersection(done))))
        edits = tuple(edit for i in done if i not in self.movers for edit in self.projects[i].edits)
        return base.with_edits(edits) if edits else base

    def built(self, project: int) -> BaseGeometry:
        """Return all that a project adds; where it changes rows that are there, nothing is said of them."""
        rows = [edit.added.frame.geometry for edit in self.projects[project].edits if edit.added is not None]
        return shapely.geometrycollections([shape for row in rows for shape in row if shape is not None])

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
    apart = worlds.movers.union(seen.rule.apart(worlds.projects, worlds.now)).intersection(heeded)
    plain = _plain(seen, worlds, worlds.now, set(heeded) - apart)
    if plain is None:
        return Tried(seen, heeded, lambda done: _measured_again(seen, worlds, done))
    return Mixed(seen, worlds, heeded, apart) if apart else plain


def _sums(seen: Coverage, projects: Sequence[Project], world: World) -> Sums | None:
    adds = seen.rule.adds(projects, seen, world)
    people_are_its_own = "people_short" in seen.measured.frame
    if adds is None or (people_are_its_own and adds.people is None):
        return None
    return Sums(seen, adds, len(projects))


def _plain(seen: Coverage, worlds: Worlds, world: World, kept: Collection[int]) -> Tally | None:
    """Return the state of one rule under those projects, if it can be had without measuring again for each."""
    nothing = replace(worlds.projects[0], edits=()) if worlds.projects else None
    projects = [one if i in kept or nothing is None else nothing for i, one in enumerate(worlds.projects)]
    sums = _sums(seen, projects, world)
    if sums is not None:
        return sums
    trial = seen.rule.trial(projects, seen, world)
    return None if trial is None else Kept(seen, trial)


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

    def __init__(self, seen: Coverage, worlds: Worlds, heeded: Sequence[int], apart: Collection[int]) -> None:
        self._before, self._worlds, self.projects = seen, worlds, dict.fromkeys(heeded)
        self._apart, self._others = frozenset(apart), frozenset(heeded) - frozenset(apart)
        self._moved: list[int] = []
        self._chosen: list[int] = []
        self._now = standing_of(seen)
        self._influence_m = seen.rule.influence_m(seen)
        self._kept: tuple[Tally, Rows] | None = None
        self._gains: dict[int, Difference] = {}

    def shares(self) -> Shares:
        """Return what the projects add as ways are now, and what each of those that move ways adds alone."""
        plain, _ = self._as_ways_are
        movers = alone({project: self.gain(project) for project in self.projects if project in self._apart})
        return plain.shares().and_also(movers)

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        if project in self._apart:
            if project not in self._gains:
                self._gains[project] = self._now.less(self._with(project)) if self._may_help(project) else NOTHING
            return self._gains[project]
        plain, _ = self._as_ways_are
        return plain.gain(project) if project in plain.projects else NOTHING

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        self._forget_near(project)
        if project in self._apart:
            before, self._now = self._now, self._with(project)
            self._moved.append(project)
            self._kept = None
            return np.array(list(self.projects), np.intp), Step(np.arange(len(before.need)), before, self._now)
        plain, row = self._as_ways_are
        self._chosen.append(project)
        movers = np.array([i for i in self.projects if i in self._apart], np.intp)
        if project not in plain.projects:
            nowhere = np.zeros(0, np.intp)
            return movers, Step(nowhere, self._now.of(nowhere), self._now.of(nowhere))
        stale, step = plain.take(project)
        step = step.at(row)
        self._now = self._now.updated(step)
        return np.union1d(stale, movers), step

    def _may_help(self, mover: int) -> bool:
        """Return whether somebody who is without lives near enough to the new road."""
        if np.isinf(self._influence_m):
            return bool(self._now.is_wanting.any())
        places = self._before.frame.geometry.to_numpy()[self._now.is_wanting]
        return bool(shapely.dwithin(places, self._worlds.built(mover), self._influence_m).any())

    def _forget_near(self, project: int) -> None:
        """Forget what movers would gain, of those near enough to what has been built now to be worth more or less."""
        built = self._worlds.built(project)
        for mover in list(self._gains):
            if np.isinf(self._influence_m) or shapely.dwithin(self._worlds.built(mover), built, self._influence_m):
                del self._gains[mover]

    def _with(self, project: int) -> Standing:
        return _measured_again(self._before, self._worlds, [*self._moved, *self._chosen, project])

    @property
    def _as_ways_are(self) -> tuple[Tally, Rows]:
        """The state under the projects that move no ways, and which row of the check each of its places is."""
        if self._kept is None:
            world = self._worlds.with_done(self._moved)
            seen = self._before if not self._moved else coverage(self._before.rule, world)
            row = self._before.frame.index.get_indexer(seen.frame.index)
            seen = self._before.weights_at(row, seen)
            was = np.append(self._before.frame["status"].to_numpy(object), UNKNOWN)[row]
            if self._moved:
                seen = _unknown_where(seen, was == UNKNOWN)
            plain = _plain(seen, self._worlds, world, self._others)
            if plain is None:
                raise TypeError(f"{self._before.rule.id} says what projects add only before a road is built")
            for done in self._chosen:
                if done in plain.projects:
                    plain.take(done)
            self._kept = plain, row
        return self._kept


def _unknown_where(seen: Coverage, unknown: NDArray[np.bool_]) -> Coverage:
    """Return the coverage with these places unknown: what was not known before is promised to nobody."""
    frame = seen.frame.copy()
    frame.loc[unknown, "status"] = UNKNOWN
    return replace(seen, frame=frame)
