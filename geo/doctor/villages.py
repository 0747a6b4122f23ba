"""Villages whose boundaries overlap, so that people are counted twice, and homes that lie in none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.doctor.among import with_places
from geo.places import NOWHERE, rows_containing, texts, unit_rows
from layers.findings import Finding, at_row
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

# Boundaries drawn twice differ by a pen's width; what matters is land. Our choice.
LEAST_OVERLAP_M2 = 100.0
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
LISTED = 200


def overlapping_villages(world: World) -> list[Finding]:
    """Return every two villages that share more than 100 m2, with the area and the people in both.

    Whether there is anything to look for is asked of the coverage as a whole (its edges that fit no neighbour's).
    """
    found = []
    for layer in world.layers.of_kind("units"):
        shapes = layer.frame.geometry.to_numpy()
        areas = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POLYGONS))
        if len(areas) < 2 or shapely.coverage_is_valid(shapes[areas]):
            continue
        one, other = shapely.STRtree(shapes[areas]).query(shapes[areas], predicate="intersects")
        pairs = one < other
        shared = shapely.intersection(shapes[areas[one[pairs]]], shapes[areas[other[pairs]]])
        size = shapely.area(shared)
        for first, second, both, area_m2 in zip(areas[one[pairs]], areas[other[pairs]], shared, size, strict=True):
            if area_m2 > LEAST_OVERLAP_M2:
                found.append(_overlap(world, layer, int(first), int(second), both, float(area_m2)))
    return found[:LISTED]


def _overlap(world: World, layer: Layer, first: int, second: int, both: shapely.Geometry, area_m2: float) -> Finding:
    people = 0.0
    for homes, rows, xy in with_places(world, "demand"):
        inside = shapely.contains_xy(both, xy[:, 0], xy[:, 1])
        people += float(np.nansum(homes.frame["people"].to_numpy(float)[rows[inside]]))
    spot = shapely.point_on_surface(both)
    what = say("doctor.overlap", other=_name(layer, second), area_m2=round(area_m2), people=people)
    place = (float(shapely.get_x(spot)), float(shapely.get_y(spot)))
    return at_row(layer, first, "overlap", what, say("doctor.overlap_fix"), severity="error", place=place)


def _name(layer: Layer, position: int) -> str:
    name = layer.frame["name"].iloc[position]
    return name if isinstance(name, str) and name else str(layer.frame.index[position])


def homes_in_none(world: World) -> list[Finding]:
    """Return the homes that name no village and lie in none, which no village's figures hold."""
    units = world.units
    if not len(units):
        return []
    found = []
    has_areas = bool(np.isin(shapely.get_type_id(units.geometry.to_numpy()), _POLYGONS).any())
    for layer, rows, xy in with_places(world, "demand"):
        named = unit_rows(texts(layer.frame["unit_id"]), units)[rows] if "unit_id" in layer.given else _none(rows)
        if not has_areas and "unit_id" not in layer.given:
            continue
        inside = rows_containing(shapely.points(xy), units)
        for at in np.flatnonzero((named == NOWHERE) & (inside == NOWHERE))[:LISTED]:
            place = (float(xy[at, 0]), float(xy[at, 1]))
            what, fix = say("doctor.in_no_village"), say("doctor.in_no_village_fix")
            found.append(at_row(layer, int(rows[at]), "in_no_village", what, fix, place=place))
    return found


def _none(rows: NDArray[np.intp]) -> NDArray[np.int64]:
    return np.full(len(rows), NOWHERE, dtype=np.int64)
