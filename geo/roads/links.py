"""The shortest new link between two roads that makes a way short enough, and where it crosses water."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.entrances import entrances
from geo.network.exact import limit_of
from layers.options import Cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.snap import Snapped
    from geo.ways import AlongRoads

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Shapes = NDArray[np.object_]

# Small bridges of village roads, V2/I (DOMAIN RD-06); a new link is a new village road of concrete, I.
BRIDGE = Cost(low=300_000, mid=600_000, high=1_500_000, per="bridge", yearly=5_000, life_years=50)
LINK = Cost(low=300_000, mid=450_000, high=800_000, per="km", yearly=4_000, life_years=20)

FIRST_LOOK_M = 25.0  # links are looked for within this, then within twice this, and so on


@dataclass(frozen=True)
class Link:
    """A new road from one vertex (row of `LinkSearch.xy`) to another, straight."""

    one: int
    other: int
    length_m: float


@dataclass(frozen=True, eq=False)
class LinkSearch:
    """What links are looked for between: the vertices of the roads that may be used, and the ways to the places gone to.

    The network must be one without one-way traffic, in metres.
    """

    ways: AlongRoads
    places: Shapes

    @cached_property
    def xy(self) -> Numbers:
        """The vertices of the roads, each once, in order of their coordinates."""
        vertices: Numbers = np.unique(np.round(shapely.get_coordinates(self.ways.roads.geometry.array), 3), axis=0)
        return vertices

    @cached_property
    def _at(self) -> Snapped:
        return self.ways.network.snap(self._points(shapely.points(self.xy)), max_snap_m=1.0)

    @cached_property
    def to_place_m(self) -> Numbers:
        """How far it is from each vertex to the nearest place."""
        doors = entrances(self.places, self.ways.roads).point
        return self._metres(self._at, doors)

    def best(self, home: int, limit_m: float, longest_m: float) -> Link | None:
        """Return the shortest link with which that home's way is within the limit; None if there is none so short.

        Of links as short, that with the shortest way.
        """
        from scipy.spatial import cKDTree

        from_home = self._metres(self._at, self.ways.homes[[home]])
        here, there = (np.flatnonzero(metres <= limit_m) for metres in (from_home, self.to_place_m))
        if not len(here) or not len(there):
            return None
        near, far, radius_m = cKDTree(self.xy[here]), cKDTree(self.xy[there]), FIRST_LOOK_M
        while True:
            pairs = near.sparse_distance_matrix(far, min(radius_m, longest_m), output_type="ndarray")
            one, other, length_m = here[pairs["i"]], there[pairs["j"]], pairs["v"]
            total = from_home[one] + length_m + self.to_place_m[other]
            good = np.flatnonzero(total <= limit_of(limit_m))
            if len(good):
                best = good[np.lexsort((other[good], one[good], total[good].round(6), length_m[good].round(6)))[0]]
                return Link(int(one[best]), int(other[best]), float(length_m[best]))
            if radius_m >= longest_m:
                return None
            radius_m *= 2

    def with_link(self, link: Link) -> Numbers:
        """Return how far it is for each home to the nearest place over that link."""
        ends = np.array([link.one, link.other])
        first, second = (self._metres(self.ways.at, shapely.points(self.xy[[end]])) for end in ends)
        onward = self.to_place_m[ends] + link.length_m
        metres: Numbers = np.minimum(first + onward[1], second + onward[0])
        return metres

    def line(self, link: Link) -> shapely.LineString:
        """Return the link as a line."""
        return shapely.LineString(self.xy[[link.one, link.other]])

    def _metres(self, at: Snapped, goals: Shapes) -> Numbers:
        found = self.ways.network.nearest(at, self._points(goals), max_snap_m=self.ways.max_snap_m)
        metres: Numbers = found["cost"].fillna(np.inf).to_numpy(float)
        return metres

    def _points(self, points: Shapes) -> gpd.GeoSeries:
        return gpd.GeoSeries(points, crs=self.ways.network.crs)


def crossing_of(line: shapely.LineString, waters: gpd.GeoDataFrame) -> tuple[shapely.Point, str] | None:
    """Return where the line first crosses a watercourse, and its id; None if it crosses none."""
    found = []
    for row in shapely.STRtree(waters.geometry.to_numpy()).query(line, predicate="intersects"):
        spots = shapely.get_coordinates(shapely.intersection(line, waters.geometry.iloc[row]))
        found += [(line.project(shapely.Point(xy)), str(waters.index[row]), tuple(xy)) for xy in spots]
    return (shapely.Point(min(found)[2]), min(found)[1]) if found else None
