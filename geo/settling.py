"""Where villages and whatever else a rule names lie as one point each: where a road has to come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.places import points_of, unit_rows
from geo.sites import home_weights
from geo.supply import Meant, category_word, counting, supply
from layers.problems import LayerError, Problem
from layers.text import Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.world import World


@dataclass(frozen=True)
class Destination:
    """Where people go: a point each, on its id, sorted; `what` are the words for it."""

    points: gpd.GeoSeries
    what: Text | str
    notes: tuple[Text, ...]


def village_points(world: World) -> gpd.GeoSeries:
    """Return where each village is: at the home nearest to the middle of its people, or inside it if it has no home."""
    units, homes = world.units, world.homes
    places: NDArray[np.object_] = points_of(units)
    if world.layers.of_kind("demand"):
        at, weight = shapely.get_coordinates(points_of(homes)), home_weights(homes["people"].to_numpy(float))
        row = units.index.get_indexer(homes["unit_id"])
        for unit in np.unique(row[row >= 0]):
            own = np.flatnonzero(row == unit)
            middle = np.average(at[own], axis=0, weights=weight[own])
            places[unit] = shapely.Point(at[own[np.argmin(np.hypot(*(at[own] - middle).T).round(6))]])
    return gpd.GeoSeries(places, index=units.index, crs=world.layers.crs)


def destination(world: World, ref: str) -> Destination:
    """Return what `ref` means: a village (its id or name), else facilities that work or may, else points.

    A known category that has no rows gives no points. Raises LayerError if it is nothing that is known.
    """
    row = unit_rows([ref], world.units)[0]
    if row >= 0:
        return Destination(village_points(world).iloc[[row]], str(world.units["name"].iloc[row] or ref), ())
    faults: list[Problem] = []
    for kind in ("facilities", "points"):
        try:
            found = supply(world.layers, Meant("facilities", ref)).frame if kind == "facilities" else None
            rows = world.layers.rows("points", ref) if found is None else found
        except LayerError as error:
            faults += error.problems
            continue
        if len(rows):
            points = gpd.GeoSeries(points_of(rows), index=rows.index, crs=world.layers.crs)
            return Destination(points, category_word(ref), ())
    if len(faults) == 2:
        raise LayerError(faults)
    none = gpd.GeoSeries([], crs=world.layers.crs)
    return Destination(none, category_word(ref), (say("roads.no_destination", what=category_word(ref)),))


def goals_moved(projects: Sequence[Project], ref: str, world: World) -> set[int]:
    """Return the projects (rows) that touch what `ref` means, where it is facilities or points."""
    if unit_rows([ref], world.units)[0] >= 0:
        return set()
    found: set[int] = set()
    for kind in ("facilities", "points"):
        try:
            found |= counting(projects, Meant(kind, ref), world.layers)
        except LayerError:
            continue
    return found
