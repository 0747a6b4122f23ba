"""What new roads would change: the costs of homes once each is built, from what is known without it, with no new search.

A shortest way takes a new road once at the most: it goes to one end of it, along it, and on from the other. Both of these
are known, so the new cost is a sum. Costs add without rounding: the sums are what a network made anew gives, to the last
bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.entrances import entrances, limits_m
from geo.network.exact import limit_of
from geo.network.pairs import spread
from geo.roads.drawn import Drawn, Moved, is_nearer
from geo.ways import Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.snap import Snapped
    from geo.ways import AlongRoads

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Changed:
    """Points whose cost to the nearest place is another one once that road alone is built; by road and point."""

    road: Rows
    point: Rows
    cost: Numbers


@dataclass(frozen=True)
class ChangedPairs:
    """Pairs within the cutoff whose cost is another one once that road alone is built (inf: not within it any more)."""

    road: Rows
    point: Rows
    place: Rows
    cost: Numbers


@dataclass(frozen=True, eq=False)
class NewRoads:
    """New roads, none of which is there, and the points whose costs are asked for: homes, then two ends of each road.

    All costs are the network's, to be multiplied by `factor` for those of the rule. Ends of road r are the points
    `homes + 2 r` and `homes + 2 r + 1`; `cost[r]` is what the road costs from the first to the second and back (inf: may
    not). `to_end` has every way from a point to an end (as its number, from 0) of at most `farthest`.
    `is_plain` says of which roads the sums hold: each joins two vertices of roads that are there, and nothing else.
    """

    ways: AlongRoads
    drawn: Drawn
    cost: Numbers
    is_plain: Flags
    to_end: Pairs
    moved: Moved
    offset_m: Numbers
    farthest: float

    @property
    def homes(self) -> int:
        """How many of the points are homes."""
        return len(self.ways.homes) - 2 * len(self.cost)

    @property
    def touches(self) -> Flags:
        """Return which roads may change anybody's cost at all: a home is within `farthest` of them, or stands beside them."""
        touched: Flags = ~self.is_plain
        touched[self.to_end.place[self.to_end.home < self.homes] // 2] = True
        touched[self.moved.road] = True
        return touched & (self.drawn.pieces > 0)

    @property
    def factor(self) -> float:
        """What the costs here have to be multiplied by."""
        return self.ways.factor

    def anew(self, places: Shapes) -> Flags:
        """Return the roads with which all has to be measured anew: not plain, or a place would be entered elsewhere."""
        doors = entrances(places, self.ways.roads).point
        found = set(self.drawn.moved(self.ways, doors, self._at(doors)).road.tolist())
        wide = places[shapely.get_dimensions(places) > 0]
        if len(wide):
            limit_m = limits_m(shapely.boundary(wide), shapely.STRtree(self.ways.roads.geometry.to_numpy()))
            found.update(self.drawn.near(wide, limit_m)[1].tolist())
        anew = ~self.is_plain
        anew[sorted(found)] = True
        return anew

    def now(self, places: Shapes) -> Numbers:
        """Return each point's cost to the nearest place: inf if none can be reached, NaN for a home on no road."""
        return self._unscaled.nearest(places)

    def pairs(self, places: Shapes, cutoff: float) -> Pairs:
        """Return every pair of a point and a place within the cutoff (in the rule's cost), by point and place."""
        return self._unscaled.within(places, cutoff / self.factor)

    def nearest(self, now: Numbers, roads: Rows | None = None) -> Changed:
        """Return for each of these roads by itself the points whose cost to the nearest place is another one, and which.

        `now` is what `now` gave. Changes among costs beyond `farthest` are left out, and so are homes on no road.
        """
        chosen = self._chosen(roads)
        entry, end = self._entries(chosen)
        far = now[self.homes + (end ^ 1)]
        point = self.to_end.home[entry]
        value = self.to_end.cost[entry] + self.cost.ravel()[end] + far
        better = (value < now[point]) & (value <= limit_of(self.farthest))
        road, point, value = _least(end[better] // 2, point[better], value[better])
        moved = self.moved.kept(self._moves(chosen))
        ends = now[self.homes :].reshape(-1, 2)[moved.road]
        value_moved = (moved.legs + np.minimum(ends, self.cost[moved.road] + ends[:, ::-1])).min(axis=1)
        is_moved = np.isin(road * len(now) + point, moved.road * len(now) + moved.point)
        was = now[moved.point]
        other = (value_moved != was) & (was > 0) & (np.minimum(value_moved, was) <= limit_of(self.farthest))
        road, point = np.append(road[~is_moved], moved.road[other]), np.append(point[~is_moved], moved.point[other])
        order = _order(road, point)
        return Changed(road[order], point[order], np.append(value[~is_moved], value_moved[other])[order])

    def within(self, pairs: Pairs, cutoff: float, roads: Rows | None = None) -> ChangedPairs:
        """Return for each of these roads by itself the pairs within the cutoff that cost less, or more, or no longer exist.

        `pairs` is what `pairs` gave. The cutoff is at most `farthest`.
        """
        return self._within(pairs, limit_of(cutoff / self.factor), self._chosen(roads))

    def built(self, road: int) -> NewRoads:
        """Return the same with that road there for good; it is one of the new roads still, but makes no difference."""
        ends = self._within(self.to_end, limit_of(self.farthest), self._chosen(np.array([road])))
        cost, offset_m = self.cost.copy(), self.offset_m.copy()
        cost[road] = np.inf
        mine = self.moved.kept(self.moved.road == road)
        offset_m[mine.point] = mine.offset_m
        left = self.moved.kept(self.moved.road != road)
        return replace(
            self,
            cost=cost,
            to_end=updated(self.to_end, ends),
            moved=left.kept(is_nearer(left.offset_m, offset_m[left.point], left.first)),
            offset_m=offset_m,
        )

    def _within(self, pairs: Pairs, limit: float, chosen: Flags) -> ChangedPairs:
        size = _width(pairs)
        known = pairs.home * size + pairs.place
        road, point, place, value = self._through(pairs, limit, chosen)
        moved = self.moved.kept(self._moves(chosen))
        stays = ~np.isin(road * len(self.ways.homes) + point, moved.road * len(self.ways.homes) + moved.point)
        road, point, place, value = road[stays], point[stays], place[stays], value[stays]
        better = value < _at(known, pairs.cost, point * size + place)
        anew = self._moved_pairs(pairs, limit, moved)
        parts = zip((road[better], point[better], place[better], value[better]), anew, strict=True)
        road, point, place, value = (np.concatenate(part) for part in parts)
        order = _order(road, point, place)
        return ChangedPairs(road[order], point[order], place[order], value[order])

    def _through(self, pairs: Pairs, limit: float, chosen: Flags) -> tuple[Rows, Rows, Rows, Numbers]:
        """Return the least cost of every pair by way of each road, whether or not there is a better way."""
        entry, end = self._entries(chosen)
        beyond = self.homes + (end ^ 1)
        row, at = spread(np.searchsorted(pairs.home, beyond), np.searchsorted(pairs.home, beyond, side="right"))
        value = self.to_end.cost[entry[row]] + self.cost.ravel()[end[row]] + pairs.cost[at]
        good = value <= limit
        key = self.to_end.home[entry[row[good]]] * _width(pairs) + pairs.place[at[good]]
        road, key, value = _least(end[row[good]] // 2, key, value[good])
        return road, key // _width(pairs), key % _width(pairs), value

    def _moved_pairs(self, pairs: Pairs, limit: float, moved: Moved) -> tuple[Rows, Rows, Rows, Numbers]:
        """Return all pairs of the points that move to a new road, with what they cost then; inf for those there were."""
        columns = []
        for end in (0, 1):
            for onward in (0, 1):
                beyond = self.homes + 2 * moved.road + (end ^ onward)
                low, high = np.searchsorted(pairs.home, beyond), np.searchsorted(pairs.home, beyond, side="right")
                row, at = spread(low, high)
                value = moved.legs[row, end] + pairs.cost[at] + (self.cost[moved.road[row], end] if onward else 0.0)
                columns.append((row, pairs.place[at], np.where(value <= limit, value, np.inf)))
        row, at = spread(
            np.searchsorted(pairs.home, moved.point), np.searchsorted(pairs.home, moved.point, side="right")
        )
        there = pairs.cost[at] > 0
        columns.append((row[there], pairs.place[at[there]], np.full(int(there.sum()), np.inf)))
        row, place, value = (np.concatenate(column) for column in zip(*columns, strict=True))
        row, place, value = _least(row, place, value)
        size = _width(pairs)
        was = _at(pairs.home * size + pairs.place, pairs.cost, moved.point[row] * size + place)
        other = (value != was) & (was > 0)
        return moved.road[row[other]], moved.point[row[other]], place[other], value[other]

    def _chosen(self, roads: Rows | None) -> Flags:
        chosen = self.is_plain.copy()
        if roads is not None:
            chosen &= np.isin(np.arange(len(chosen)), roads)
        return chosen

    def _entries(self, chosen: Flags) -> tuple[Rows, Rows]:
        """Return the ways to the ends of these roads (rows of `to_end`) and which end each leads to."""
        order, first = self._by_end
        ends = np.flatnonzero(np.repeat(chosen, 2) & np.isfinite(self.cost.ravel()))
        row, at = spread(first[ends], first[ends + 1])
        return order[at], ends[row]

    def _moves(self, chosen: Flags) -> Flags:
        """Return which of those that move to a new road move to one of these, and are on a road already."""
        return chosen[self.moved.road]

    @cached_property
    def _by_end(self) -> tuple[Rows, Rows]:
        order = np.argsort(self.to_end.place, kind="stable")
        return order, np.searchsorted(self.to_end.place[order], np.arange(2 * len(self.cost) + 1))

    def _at(self, doors: Shapes) -> Snapped:
        return self.ways.network.snap(self.ways.points(doors), max_snap_m=self.ways.max_snap_m)

    @cached_property
    def _unscaled(self) -> AlongRoads:
        return replace(self.ways, factor=1.0)


def updated(pairs: Pairs, changed: ChangedPairs) -> Pairs:
    """Return the pairs with the changes that one road makes, by point and place."""
    size = max(_width(pairs), int(changed.place.max(initial=0)) + 1)
    key = np.concatenate([changed.point * size + changed.place, pairs.home * size + pairs.place])
    cost = np.concatenate([changed.cost, pairs.cost])
    key, row = np.unique(key, return_index=True)  # the first of two: the change
    there = np.isfinite(cost[row])
    return Pairs(key[there] // size, key[there] % size, cost[row[there]])


def _width(pairs: Pairs) -> int:
    return int(pairs.place.max(initial=0)) + 1


def _at(known: Rows, cost: Numbers, key: Rows) -> Numbers:
    """Return the cost at each key, inf where it is not among those known (sorted)."""
    if not len(known):
        return np.full(len(key), np.inf)
    row = np.minimum(np.searchsorted(known, key), len(known) - 1)
    return np.where(known[row] == key, cost[row], np.inf)


def _least(road: Rows, key: Rows, cost: Numbers) -> tuple[Rows, Rows, Numbers]:
    """Return every (road, key) once, with its least cost."""
    order = np.lexsort((cost, key, road))
    road, key, cost = road[order], key[order], cost[order]
    first = (np.diff(road, prepend=-1) != 0) | (np.diff(key, prepend=-1) != 0)
    return road[first], key[first], cost[first]


def _order(*rows: Rows) -> Rows:
    order: Rows = np.lexsort(rows[::-1])
    return order
