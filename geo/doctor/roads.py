"""Roads that look joined and are not: ends that miss by a step, crossings without a junction, pieces cut off from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.network import RoadNetwork
from geo.network.crossings import levels
from layers.findings import Finding, at_row
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

# Nobody maps a gap narrower than this between a road's end and the road beside it; a hedge or a kerb is wider. Our choice.
NEAR_MISS_M = 2.0
# How far the cause of a cut-off piece is looked for: a bridge or a field that was not mapped.
CAUSE_WITHIN_M = 100.0
_SAME_M = 0.001
LISTED = 200


def gaps_in_roads(world: World) -> list[Finding]:
    """Return every loose end that stops at most 2 m short of another road on its level, with the gap."""
    found = []
    for layer in world.layers.of_kind("roads"):
        joins = RoadNetwork.from_frame(layer.frame, join_ends_m=NEAR_MISS_M).joins if len(layer.frame) else None
        if joins is None:
            continue
        apart = joins[joins["gap_m"] > _SAME_M]
        position = layer.frame.index.get_indexer(apart["road"])
        names = ("other_road", "gap_m", "x", "y")
        for at, (other, gap_m, x, y) in zip(position, zip(*(apart[name] for name in names), strict=True), strict=True):
            what = say("doctor.near_miss", gap_m=round(float(gap_m), 2), other=str(other))
            fix = say("doctor.near_miss_fix", other=str(other))
            place = (float(x), float(y))
            found.append(at_row(layer, int(at), "near_miss", what, fix, value=f"{gap_m:.2f} m", place=place))
    return found[:LISTED]


def isolated_roads(world: World) -> list[Finding]:
    """Return the pieces of the network that nobody can get to from the rest, with the people on them, most people first.

    The likely cause is the nearest place where the piece comes to another one, within 100 m.
    """
    layers = world.layers.of_kind("roads")
    if not any(len(layer.frame) for layer in layers):
        return []
    network = world.network("any")
    parts = network.components()
    people = _people_on(world, network, parts.edge)
    causes = _causes(network)
    found = []
    for part in range(1, len(parts.length_m)):
        road = int(network.topology.road[np.flatnonzero(parts.edge == part)[0]])
        cause = causes.get(part)
        what = say("doctor.isolated", length_m=round(float(parts.length_m[part])), people=float(people[part]))
        fix = say("doctor.isolated_fix") if cause is None else say("doctor.isolated_gap_fix", gap_m=round(cause[0], 1))
        layer, position = _of_road(layers, str(network.road_ids[road]))
        place = cause[1] if cause else _first_point(layer, position)
        finding = at_row(layer, position, "isolated", what, fix, value=f"{parts.length_m[part]:.0f} m", place=place)
        found.append((float(people[part]), float(parts.length_m[part]), finding))
    found.sort(key=lambda item: (-item[0], -item[1], item[2].feature_id))
    return [finding for _, _, finding in found[:LISTED]]


def _people_on(world: World, network: RoadNetwork, part_of_edge: NDArray[np.int64]) -> NDArray[np.float64]:
    count = int(part_of_edge.max()) + 1 if len(part_of_edge) else 1
    if not world.layers.of_kind("demand"):
        return np.zeros(count)
    homes = world.demand
    at = network.snap(gpd.GeoSeries(homes.points, crs=world.layers.crs))
    on = at.on_network & (at.edge >= 0)
    people: NDArray[np.float64] = np.bincount(part_of_edge[at.edge[on]], homes.people[on], count).astype(np.float64)
    return people


def _causes(network: RoadNetwork) -> dict[int, tuple[float, tuple[float, float]]]:
    """Return for each piece the narrowest gap to a larger one, and where that is."""
    breaks = network.breaks(CAUSE_WITHIN_M)
    found: dict[int, tuple[float, tuple[float, float]]] = {}
    columns = (breaks.other_part, breaks.gap_m, breaks.x, breaks.y)
    for part, gap_m, x, y in zip(*(column.tolist() for column in columns), strict=True):
        if part not in found or gap_m < found[part][0]:
            found[part] = (gap_m, (x, y))
    return found


def _of_road(layers: tuple[Layer, ...], id_: str) -> tuple[Layer, int]:
    layer = next(layer for layer in layers if id_ in layer.frame.index)
    return layer, int(layer.frame.index.get_loc(id_))


def _first_point(layer: Layer, position: int) -> tuple[float, float]:
    x, y = shapely.get_coordinates(layer.frame.geometry.iloc[position])[0]
    return float(x), float(y)


def unjoined_crossings(world: World) -> list[Finding]:
    """Return the roads that cross another one on their level where neither has a vertex: no one can turn there."""
    found = []
    for layer in world.layers.of_kind("roads"):
        shapes = layer.frame.geometry.to_numpy()
        if not len(shapes):
            continue
        level = levels(layer.frame)
        one, other = shapely.STRtree(shapes).query(shapes, predicate="crosses")
        pair = (one < other) & (level[one] == level[other])
        for at, there in zip(one[pair].tolist(), other[pair].tolist(), strict=True):
            meeting = shapely.get_parts(shapely.intersection(shapes[at], shapes[there]))
            points = meeting[shapely.get_type_id(meeting) == shapely.GeometryType.POINT]
            vertices = shapely.multipoints(shapely.get_coordinates(shapes[[at, there]]))
            bare = points[shapely.distance(points, vertices) > _SAME_M]
            if len(bare):
                id_ = str(layer.frame.index[there])
                what, fix = say("doctor.crossing", other=id_), say("doctor.crossing_fix")
                place = (float(bare[0].x), float(bare[0].y))
                found.append(at_row(layer, at, "crossing", what, fix, value=id_, place=place))
    return found[:LISTED]
