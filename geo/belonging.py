"""Who belongs to which of some places: every home to the one that is nearest, so that nobody is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]


def people_nearest(places: Shapes, world: World, roads: str, *, within_m: float = np.inf) -> Numbers:
    """Return the people of the homes for which each place is the nearest; every home counts at one place.

    Nearest along the roads on foot where all places are points; in a straight line for lines and areas, for homes with no
    way to any point, and where there are no roads. A home farther than `within_m` metres (straight, inclusive) from its
    place belongs to none. Of places as near the first. Raises LayerError if there are neither homes nor villages.
    """
    at, people = world.demand.points, world.demand.people
    known, here = np.flatnonzero(_located(at)), np.flatnonzero(_located(places))
    if not len(here) or not len(known):
        return np.zeros(len(places))
    nearest = _nearest(known, places[here], world, roads)
    near = shapely.distance(at[known], places[here][nearest]) <= within_m
    return np.bincount(here[nearest[near]], people[known[near]], minlength=len(places)).astype(float)


def by_network(places: Shapes, world: World) -> bool:
    """Return whether homes are joined to these places along the roads, so that a new road may change who belongs where."""
    return bool(world.layers.of_kind("roads")) and not shapely.get_dimensions(places[_located(places)]).any()


def _nearest(homes: Rows, places: Shapes, world: World, roads: str) -> Rows:
    """Return which place is nearest to each of these rows of the world's homes."""
    nearest = np.full(len(homes), -1)
    if by_network(places, world):
        network, origins = world.network("walk", roads), world.homes_on("walk", roads).take(homes)
        targets = gpd.GeoSeries(places, crs=network.crs)
        nearest = network.nearest(origins, targets)["facility"].fillna(-1).to_numpy(np.intp)
    away = np.flatnonzero(nearest < 0)
    if len(away):
        home, place = shapely.STRtree(places).query_nearest(world.demand.points[homes[away]])
        order = np.lexsort((place, home))
        nearest[away] = place[order][np.unique(home[order], return_index=True)[1]]
    return nearest


def _located(places: Shapes) -> Flags:
    located: Flags = ~(shapely.is_missing(places) | shapely.is_empty(places))
    return located
