"""The nearest facility of every home while facilities and roads are built: what each project would bring nearer.

What a rule of the nearest facility measures is kept as two things that stay true whatever is built: what every home, and
every end of a new road, costs to the nearest facility, and to each place where one may be built. A facility is a look at
the second, a road a sum of both (see `geo.roads.newroads`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.effects import NOBODY_THERE, Shares
from geo.coverage import lacking, missing_share
from geo.network.pairs import spread
from geo.roads.newroads import updated
from geo.rule import Found
from geo.standing import Levels, Standing, Step, standing_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.roads.approach import Approach
    from geo.standing import Difference
    from geo.ways import Pairs

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


class Nearer:
    """One rule's part of the state (see `geo.tallies.Tally`), for a rule of the nearest facility."""

    def __init__(self, seen: Coverage, given: Approach) -> None:
        self._seen, self._levels, self._new = seen, Levels(seen), given.new
        self._nearest, self._pairs, self._cutoff = given.now.copy(), given.pairs, given.farthest
        self._road_of, self._site_project = given.road_of, given.site_project
        self._project_of = {road: project for project, road in given.road_of.items() if road >= 0}
        now = standing_of(seen)
        self._now = Standing(now.need.copy(), now.without.copy(), now.share.copy())
        self._gains: dict[int, Difference] = {}
        self._changes: dict[int, tuple[Rows, Numbers]] = {}
        self._set_sites()
        self._look_at_all_roads()
        self.projects = dict.fromkeys(sorted({*np.unique(self._project[self._first[:-1]]).tolist(), *self._project_of.values()}))  # fmt: skip

    def shares(self) -> Shares:
        """Return what each project adds at its places; roads each what it adds alone."""
        from geo.choosing.effects import alone

        rows = np.flatnonzero(self._point < self._new.homes)
        place = self._point[rows]
        frame = self._seen.measured.frame
        required, people = frame["required"].to_numpy(float), frame["people"].to_numpy(float)
        missing = missing_share(
            required[place], lacking(required[place], self._cost[rows] * self._new.factor, self._seen.measured.sense)
        )
        urgency = self._seen.urgency
        people = np.where(self._now.need > 0, people if urgency is None else people * urgency, NOBODY_THERE)
        unit_id = self._seen.frame["unit_id"].to_numpy(object)
        share = self._now.share[place] - missing
        own = Shares(self._project[rows], place, np.arange(len(rows)), share, "min", self._now.share, people, unit_id)
        return own.and_also(alone({project: self.gain(project) for project in self._project_of.values()}))

    def gain(self, project: int) -> Difference:
        """Return what the project would change now."""
        if project not in self._gains:
            found = self._found(*self._change(project))
            self._gains[project] = self._now.of(found.place).less(self._levels.at(found))
        return self._gains[project]

    def take(self, project: int) -> tuple[Rows, Step]:
        """Count the project as done; return the projects whose gain may be another now, and what changed where."""
        point, cost = self._change(project)
        found = self._found(point, cost)
        place, before, then = found.place, self._now.of(found.place), self._levels.at(found)
        had = self._nearest[place] * self._new.factor
        self._now.need[place], self._now.without[place], self._now.share[place] = then.need, then.without, then.share
        stale = self._touching(point)
        road = self._road_of.get(project, -1)
        if road >= 0:
            stale |= self._build(road)
        self._nearest[point] = cost
        for other in stale:
            self._gains.pop(other, None)
            self._changes.pop(other, None)
        return np.array(sorted(stale), np.intp), Step(place, before, then, (had, found.supplied))

    def _build(self, road: int) -> set[int]:
        """Have the road there for good; return the projects of all that lies about it."""
        only = np.array([road])
        beside = self._new.to_end.home[self._new.to_end.place // 2 == road]
        stale = self._touching(np.append(beside, self._new.homes + 2 * road + np.arange(2)))
        changed = self._new.within(self._pairs, self._cutoff, only)
        self._new = self._new.built(road)
        if len(changed.road):
            self._pairs = updated(self._pairs, changed)
            stale |= set(self._site_project[changed.place].tolist())
            self._set_sites()
        return stale

    def _change(self, project: int) -> tuple[Rows, Numbers]:
        """Return the points (homes, and ends of roads) that a project would bring nearer or farther, and how near."""
        if project in self._changes:
            return self._changes[project]
        road = self._road_of.get(project)
        if road is not None:
            changed = self._new.nearest(self._nearest, np.array([road]))
            found = changed.point, changed.cost
        else:
            start, stop = np.searchsorted(self._project, [project, project + 1])
            point, cost = self._point[start:stop], self._cost[start:stop]
            nearer = cost < self._nearest[point]
            found = point[nearer], cost[nearer]
        self._changes[project] = found
        return found

    def _found(self, point: Rows, cost: Numbers) -> Found:
        is_home = point < self._new.homes
        return Found(point[is_home].astype(np.intp), cost[is_home] * self._new.factor)

    def _look_at_all_roads(self) -> None:
        """Work out in one go what every road changes as things are."""
        changed = self._new.nearest(self._nearest)
        ends = np.searchsorted(changed.road, np.arange(len(self._new.cost) + 1))
        for road, project in self._project_of.items():
            rows = slice(ends[road], ends[road + 1])
            self._changes[project] = changed.point[rows], changed.cost[rows]

    def _set_sites(self) -> None:
        """Put the pairs by project and point, each at the least cost of the project's sites, and by point."""
        self._project, self._point, self._cost = _by_project(self._pairs, self._site_project)
        self._first = np.append(np.flatnonzero(np.diff(self._project, prepend=-1)), len(self._project))
        self._by_point = np.argsort(self._point, kind="stable")
        self._points = self._point[self._by_point]

    def _touching(self, points: Rows) -> set[int]:
        """Return the projects that may bring any of these points nearer, or go by them."""
        low, high = np.searchsorted(self._points, points), np.searchsorted(self._points, points, side="right")
        projects = np.unique(self._project[self._by_point[spread(low, high)[1]]])
        to_end, moved = self._new.to_end, self._new.moved
        low, high = np.searchsorted(to_end.home, points), np.searchsorted(to_end.home, points, side="right")
        ends = points[points >= self._new.homes] - self._new.homes
        roads = [to_end.place[spread(low, high)[1]] // 2, ends // 2, moved.road[np.isin(moved.point, points)]]
        by_road = (self._project_of.get(road) for road in np.unique(np.concatenate(roads)).tolist())
        return set(projects.tolist()).union(project for project in by_road if project is not None)


def _by_project(pairs: Pairs, site_project: Rows) -> tuple[Rows, Rows, Numbers]:
    project = site_project[pairs.place]
    order = np.lexsort((pairs.cost, pairs.home, project))
    project, point, cost = project[order], pairs.home[order], pairs.cost[order]
    first = (np.diff(project, prepend=-1) != 0) | (np.diff(point, prepend=-1) != 0)
    return project[first], point[first], cost[first]
