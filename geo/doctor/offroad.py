"""Things that lie where they cannot be used: far outside the township, homes off the network, lamps off the road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.doctor.among import road_shapes, with_places
from geo.network.snap import MAX_SNAP_M
from layers.findings import Finding, at_row, of_layer
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

    Numbers = NDArray[np.float64]

# A lamp stands at the edge of its road; this is wider than any village road with its verges. Our choice.
OFF_ROAD_M = 30.0
# Homes and what is looked after in the township lie in it; the hospital may be in the county town. Our choice.
OUTSIDE_M = 3_000.0
INSIDE_SHARE = 0.99
_OF_THE_TOWNSHIP = ("demand", "devices", "points", "parcels", "petitions")
LISTED = 200


def out_of_area(world: World) -> list[Finding]:
    """Return the rows that lie more than 3 km outside every village, and the layers of which more than 1 % does.

    Facilities and roads may lie a township's width further out. Without boundaries the area is the box of all homes
    but the outermost hundredth, widened likewise.
    """
    area = _area(world)
    if area is None:
        return []
    shapely.prepare(area)
    west, south, east, north = shapely.bounds(area)
    width_m = float(np.hypot(east - west, north - south))
    found = []
    for layer, rows, xy in with_places(world, *_OF_THE_TOWNSHIP, "facilities", "assets", "roads"):
        limit_m = OUTSIDE_M if layer.kind in _OF_THE_TOWNSHIP else max(width_m, OUTSIDE_M)
        beyond = np.flatnonzero(~shapely.contains_xy(area, xy[:, 0], xy[:, 1]))  # quick, and it settles nearly all
        out = beyond[~shapely.dwithin(area, shapely.points(xy[beyond]), limit_m)]
        apart_m = shapely.distance(area, shapely.points(xy[out[:LISTED]]))
        found += [_outside(layer, int(rows[at]), xy[at], float(m)) for at, m in zip(out, apart_m, strict=False)]
        if layer.kind in _OF_THE_TOWNSHIP and len(out) > (1 - INSIDE_SHARE) * len(rows) and len(out) > 1:
            share = f"{100 * len(out) / len(rows):.1f}"
            what = say("doctor.mostly_outside", count=len(out), rows=len(rows), percent=share)
            found.append(of_layer(layer, "mostly_outside", what, say("readers.elsewhere_fix"), severity="error"))
    return found


def _area(world: World) -> shapely.Geometry | None:
    shapes = world.units.geometry.to_numpy() if len(world.units) else np.empty(0, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(shapes):
        area: shapely.Geometry = shapely.union_all(shapes)
        return area
    homes = [xy for _, _, xy in with_places(world, "demand")]
    if not homes:
        return None
    xy = np.concatenate(homes)
    (west, south), (east, north) = np.quantile(xy, 0.01, axis=0), np.quantile(xy, 0.99, axis=0)
    return shapely.box(west, south, east, north)


def _outside(layer: Layer, position: int, xy: Numbers, apart_m: float) -> Finding:
    what = say("doctor.outside", km=round(apart_m / 1000, 1))
    return at_row(layer, position, "outside", what, say("doctor.outside_fix"), place=(float(xy[0]), float(xy[1])))


def homes_off_network(world: World) -> list[Finding]:
    """Return the homes farther from every road than a run goes to fetch them (500 m): what they get is unknown."""
    roads = road_shapes(world)
    if not len(roads):
        return []
    tree = shapely.STRtree(roads)
    found = []
    for layer, rows, xy in with_places(world, "demand"):
        apart_m = _to_roads(tree, xy)
        people = layer.frame["people"].to_numpy(float)[rows]
        for at in np.flatnonzero(apart_m > MAX_SNAP_M)[:LISTED]:
            lost = 0.0 if np.isnan(people[at]) else people[at]
            what = say("doctor.off_network", apart_m=round(apart_m[at]), limit_m=round(MAX_SNAP_M), people=float(lost))
            place = (float(xy[at, 0]), float(xy[at, 1]))
            found.append(at_row(layer, int(rows[at]), "off_network", what, say("doctor.off_network_fix"), place=place))
    return found


def devices_off_roads(world: World) -> list[Finding]:
    """Return the street lamps more than 30 m from every road: they light none, or their place is wrong."""
    roads = road_shapes(world)
    if not len(roads):
        return []
    tree = shapely.STRtree(roads)
    found = []
    for layer, rows, xy in with_places(world, "devices"):
        apart_m = _to_roads(tree, xy)
        if not _are_lamps(layer).any():
            continue
        off = np.flatnonzero((apart_m > OFF_ROAD_M) & _are_lamps(layer)[rows])
        for at in off[:LISTED]:
            what = say("doctor.off_road", apart_m=round(apart_m[at]))
            place = (float(xy[at, 0]), float(xy[at, 1]))
            found.append(at_row(layer, int(rows[at]), "off_road", what, say("doctor.off_road_fix"), place=place))
    return found


def _are_lamps(layer: Layer) -> NDArray[np.bool_]:
    """A layer that does not say what its devices are is one of lamps unless it has what only cameras have."""
    category = layer.frame["category"]
    if category.notna().any():
        return np.asarray(category == "lamp", bool)
    cameras = bool({"azimuth_deg", "fov_deg", "range_m"} & layer.given)
    return np.full(len(category), not cameras)


def _to_roads(tree: shapely.STRtree, xy: Numbers) -> Numbers:
    apart_m = np.full(len(xy), np.inf)
    at, metres = tree.query_nearest(shapely.points(xy), return_distance=True, all_matches=False)
    apart_m[at[0]] = metres
    return apart_m
