"""The way from a home to a facility: along the roads on foot or by car, or as the crow flies. One set of questions for both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.entrances import entrances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.network.snap import Snapped

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Pairs:
    """Homes and places within some cost of each other: rows of both, and the cost from the home to the place."""

    home: Rows
    place: Rows
    cost: Numbers


@dataclass(frozen=True, eq=False)
class Stands:
    """Where homes stand: how far from their road (0 as the crow flies, NaN without any road), and beside which place on
    it (`foot`) something could be built, at which cost to get there (inf if that is too far).

    `island` is the part of the network a home is on (-1: none), `road` the id of its road ("": none).
    """

    offset_m: Numbers
    leg: Numbers
    island: Rows
    road: NDArray[np.object_]
    homes: Shapes
    at: Snapped | None = None

    def foot_of(self, rows: Rows | Flags) -> Shapes:
        """Return for these homes the place beside the road; where there is no road, the home itself."""
        homes = self.homes[rows]
        if self.at is None:
            return homes
        feet: Shapes = np.where(self.at.edge[rows] >= 0, shapely.points(self.at.x[rows], self.at.y[rows]), homes)
        return feet


class Ways(Protocol):
    """How to get from a rule's homes to places (points or areas), in the cost of the rule: metres or minutes."""

    @property
    def stands(self) -> Stands:
        """Where the homes stand beside the road."""

    def nearest(self, places: Shapes) -> Numbers:
        """Return each home's cost to the nearest place: inf if none can be reached, NaN for a home that is on no road."""

    def within(self, places: Shapes, cutoff: float, homes: Rows | None = None) -> Pairs:
        """Return every pair within the cutoff, by home and then by place, of all homes or of those rows (renumbered)."""

    def is_joined(self, places: Shapes) -> Flags:
        """Return which places can be got to at all."""

    def straight(self, places: Shapes) -> Numbers:
        """Return the least the way to the nearest place can cost, going straight; inf if there is no place."""

    def usual_m(self, cost: float) -> float:
        """Return how many metres that cost usually goes."""

    def farthest_m(self, cost: float) -> float:
        """Return the most metres that cost can go."""


@dataclass(frozen=True, eq=False)
class StraightLines:
    """As the crow flies, in metres, to the nearest point of a place."""

    homes: Shapes

    @property
    def stands(self) -> Stands:
        """Each home is where it is, and none is cut off from another."""
        here = np.zeros(len(self.homes))
        return Stands(here, here, np.full(len(here), -1), np.full(len(here), "", dtype=object), self.homes)

    def nearest(self, places: Shapes) -> Numbers:
        """Return the distance to the nearest place, inf if there is none, NaN for a home without a location."""
        return _straight_m(self.homes, places)

    def within(self, places: Shapes, cutoff: float, homes: Rows | None = None) -> Pairs:
        """Return every pair at most the cutoff apart."""
        points = self.homes if homes is None else self.homes[homes]
        home, place = shapely.STRtree(places).query(points, predicate="dwithin", distance=cutoff)
        order = np.lexsort((place, home))
        home, place = home[order], place[order]
        return Pairs(home, place, shapely.distance(points[home], places[place]))

    def is_joined(self, places: Shapes) -> Flags:
        """Return that every place can be got to."""
        return np.ones(len(places), dtype=bool)

    def straight(self, places: Shapes) -> Numbers:
        """Return the distance to the nearest place."""
        return _straight_m(self.homes, places)

    def usual_m(self, cost: float) -> float:
        """Return the cost, which is in metres."""
        return cost

    def farthest_m(self, cost: float) -> float:
        """Return the cost, which is in metres."""
        return cost


@dataclass(frozen=True, eq=False)
class AlongRoads:
    """Along the network, both access legs included; areas are entered by their entrances.

    `at` is where the homes meet the network, `roads` the roads it is made of. Costs are the network's times `factor`
    (walking minutes are metres / speed). A home inside an area is in it: 0.
    """

    network: RoadNetwork
    roads: gpd.GeoDataFrame
    homes: Shapes
    at: Snapped
    max_snap_m: float
    factor: float = 1.0

    @cached_property
    def stands(self) -> Stands:
        """The nearest point of the nearest road, and which connected part of the network that is on."""
        at, on = self.at, self.at.edge >= 0
        island = np.full(len(on), -1)
        island[on] = self.network.components().edge[at.edge[on]]
        road = np.full(len(on), "", dtype=object)
        road[on] = self.network.road_ids.to_numpy(object)[at.road[on]]
        leg = np.where(at.on_network, at.offset_m * self.network.costs.access_per_m * self.factor, np.inf)
        return Stands(at.offset_m, leg, island, road, self.homes, at)

    def nearest(self, places: Shapes) -> Numbers:
        """Return the cost to the nearest place: inf if no road leads to one, NaN for a home too far from any road."""
        cost = np.where(self.at.on_network, np.inf, np.nan)
        if len(places):
            doors = entrances(places, self.roads)
            found = self.network.nearest(self.at, self.points(doors.point), max_snap_m=self.max_snap_m)
            cost = found["cost"].to_numpy(float) * self.factor
            home, _ = _inside(self.homes, places)
            cost[home] = np.where(np.isnan(cost[home]), np.nan, 0.0)
        return cost

    def within(self, places: Shapes, cutoff: float, homes: Rows | None = None) -> Pairs:
        """Return every pair whose way costs at most the cutoff."""
        points, at = (self.homes, self.at) if homes is None else (self.homes[homes], self.at.take(homes))
        doors = entrances(places, self.roads)
        limit = cutoff / self.factor
        found = self.network.pairs_within(at, self.points(doors.point), cutoff=limit, max_snap_m=self.max_snap_m)
        home, door = found["origin"].to_numpy(np.int64), found["destination"].to_numpy(np.int64)
        cost = found["cost"].to_numpy(float) * self.factor
        inside, area = _inside(points, places)
        if len(doors.facility) == len(places) and not len(inside):  # every place has one door: pairs are what they are
            return Pairs(home, doors.facility[door], cost)
        there = at.on_network[inside]
        return _cheapest(
            np.concatenate([home, inside[there]]),
            np.concatenate([doors.facility[door], area[there]]),
            np.concatenate([cost, np.zeros(int(there.sum()))]),
        )

    def is_joined(self, places: Shapes) -> Flags:
        """Return which places have an entrance near enough to a road."""
        doors = entrances(places, self.roads)
        joined = np.zeros(len(places), dtype=bool)
        on_network = self.network.snap(self.points(doors.point), max_snap_m=self.max_snap_m).on_network
        joined[doors.facility[on_network]] = True
        return joined

    def straight(self, places: Shapes) -> Numbers:
        """Return the straight distance to the nearest place at the cost of the fastest metre there is."""
        return _straight_m(self.homes, places) * (self.network.costs.fastest_per_m * self.factor)

    def usual_m(self, cost: float) -> float:
        """Return the metres one gets for that cost on the middle one of the roads."""
        per_m = self.network.costs.per_m
        return cost / (self.factor * (float(np.median(per_m)) if len(per_m) else 1.0))

    def farthest_m(self, cost: float) -> float:
        """Return the metres one gets for that cost on the fastest road."""
        per_m = self.network.costs.fastest_per_m * self.factor
        return cost / per_m if per_m > 0 else np.inf

    def points(self, points: Shapes) -> gpd.GeoSeries:
        """Return the points as the network takes them."""
        return gpd.GeoSeries(points, crs=self.network.crs, index=pd.RangeIndex(len(points)))


def _straight_m(homes: Shapes, places: Shapes) -> Numbers:
    """Return the distance to the nearest place, inf if there is none, NaN for a home without a location."""
    cost = np.where(shapely.is_missing(homes) | shapely.is_empty(homes), np.nan, np.inf)
    if len(places):
        (row, _), distance = shapely.STRtree(places).query_nearest(homes, return_distance=True, all_matches=False)
        cost[row] = distance
    return cost


def _inside(homes: Shapes, places: Shapes) -> tuple[Rows, Rows]:
    """Return the homes (rows) that lie in an area, and which."""
    area = np.flatnonzero(shapely.get_dimensions(places) == 2)
    home, found = shapely.STRtree(places[area]).query(homes, predicate="intersects")
    return home, area[found]


def _cheapest(home: Rows, place: Rows, cost: Numbers) -> Pairs:
    """Return each pair once, at its least cost."""
    order = np.lexsort((cost, place, home))
    home, place, cost = home[order], place[order], cost[order]
    first = np.ones(len(home), dtype=bool)
    first[1:] = (np.diff(home) != 0) | (np.diff(place) != 0)
    return Pairs(home[first], place[first], cost[first])
