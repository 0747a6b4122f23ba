"""Layers that look shifted like a Chinese map service's: told by whether taking the shift away brings them to the roads.

Lamps, homes and roads belong together to within some tens of metres; GCJ-02 moves a layer by 250 to 700 m in a direction
that the formula knows. If moving a layer by just that, and by nothing else as long, brings it to the roads, it was shifted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.doctor.among import road_shapes, with_places
from layers.crs import as_if_declared
from layers.findings import Finding, of_layer
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World

    Numbers = NDArray[np.float64]

LEAST_POINTS = 12
SAMPLE = 400
# Nearer than this to a road, half of a layer cannot be hundreds of metres off.
NEAR_ENOUGH_M = 8.0
# How much nearer the right answer brings the middle point, compared with where it is and with other moves as long.
BETTER_THAN_NOW, BETTER_THAN_OTHERS = 0.6, 0.7
_TURNS = np.radians([45, 90, 135, 180, 225, 270, 315])
_SYSTEMS = ("EPSG:4490", "gcj02", "bd09")


def shifted_layers(world: World) -> list[Finding]:
    """Return a warning for each layer of points that fits the roads far better in another system than its own.

    If all layers that can tell want the same move it is the roads that are shifted, and they are named instead.
    """
    roads = road_shapes(world)
    if not len(roads):
        return []
    tree = shapely.STRtree(roads)
    found = []
    looked_at = 0
    for layer, rows, xy in with_places(world, "devices", "demand", "facilities", "points"):
        if len(rows) < LEAST_POINTS or layer.source.format == "osm":
            continue
        looked_at += 1
        sample = xy[np.unique(np.linspace(0, len(xy) - 1, SAMPLE).astype(int))]
        better = _better(tree, sample, layer.source.crs, world.layers.crs)
        if better:
            system, before_m, after_m = better
            found.append((layer, system, before_m, after_m))
    return [
        of_layer(
            layer,
            "looks_shifted" if system != "EPSG:4490" else "looks_unshifted",
            say("doctor.looks_shifted", system=_word(system), before_m=round(before_m), after_m=round(after_m)),
            say("doctor.looks_shifted_fix", layer=layer.name, system=_code(system, layer.source.crs)),
            severity="error",
        )
        for layer, system, before_m, after_m in found
    ]


def _better(tree: shapely.STRtree, xy: Numbers, declared: str, run: str) -> tuple[str, float, float] | None:
    """Return the system that fits clearly better than the one declared, with the middle distances in metres before, after."""
    now_m = _middle(tree, xy)
    if now_m <= NEAR_ENOUGH_M:
        return None
    own = declared if declared in _SYSTEMS[1:] else _SYSTEMS[0]
    tried = {system: as_if_declared(xy, run, own, system) for system in _SYSTEMS if system != own}
    fits = {system: _middle(tree, moved) for system, moved in tried.items()}
    system = min(fits, key=lambda name: (fits[name], name))
    move = np.median(tried[system] - xy, axis=0)
    if not np.isfinite(move).all() or np.hypot(*move) < 2 * NEAR_ENOUGH_M:
        return None
    others = [_middle(tree, xy + _turned(move, turn)) for turn in _TURNS]
    clear = fits[system] < BETTER_THAN_NOW * now_m and fits[system] < BETTER_THAN_OTHERS * min(others)
    return (system, now_m, fits[system]) if clear else None


def _middle(tree: shapely.STRtree, xy: Numbers) -> float:
    points = shapely.points(xy)
    _, apart_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    return float(np.median(apart_m)) if len(apart_m) else np.inf


def _turned(move: Numbers, turn: float) -> Numbers:
    east, north = move
    return np.array([east * np.cos(turn) - north * np.sin(turn), east * np.sin(turn) + north * np.cos(turn)])


def _word(system: str) -> str:
    return {"gcj02": "GCJ-02", "bd09": "BD-09"}.get(system, "WGS 84 / CGCS2000")


def _code(system: str, declared: str) -> str:
    return system if system != "EPSG:4490" or declared not in _SYSTEMS else "EPSG:4490"
