"""The points that must be watched: those of a layer, or village entrances and road junctions worked out from the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.gaps import clustered, stable_id
from geo.places import ids_at, points_of, rows_containing, texts, unit_rows
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.world import World

    Flags = NDArray[np.bool_]
    Names = NDArray[np.object_]
    Rows = NDArray[np.int64]

ENTRANCE, JUNCTION = "entrance", "junction"

# Crossings of a boundary closer than this are one way in: two carriageways, a road that runs along the border. Our choice.
ONE_ENTRANCE_M = 30.0

# A node is a junction if at least so many road ends meet there: two are a bend, or where one road's name ends.
JUNCTION_ENDS = 3


@dataclass(frozen=True)
class KeyPoints:
    """Points on their id, sorted, with name, unit_id, people (NaN where not given) and a point each (or None)."""

    frame: gpd.GeoDataFrame
    notes: tuple[Text, ...]


def key_points(world: World, ref: str, roads: str, roads_where: str | None) -> KeyPoints:
    """Return the points that `ref` means (see Layers.parts).

    Where no layer has any of them, `entrances` and `junctions` are worked out: where a road crosses a village boundary
    (within ONE_ENTRANCE_M once), and where at least three road ends meet; of the roads that `roads_where` keeps.
    Raises LayerError if there are no such points and none can be worked out for want of a layer.
    """
    word = ref.removesuffix("s")
    named = ref in world.layers and world.layers[ref].kind == "points"
    rows = world.layers.rows("points", ref) if named or world.layers.of_kind("points") else None
    if word not in (ENTRANCE, JUNCTION) or named or (rows is not None and len(rows)):
        return _given(world.layers.rows("points", ref) if rows is None else rows, world)
    lines = world.layers.rows("roads", roads)
    kept = np.ones(len(lines), bool) if roads_where is None else parse_where(roads_where).holds(lines)
    if word == ENTRANCE:
        world.layers.rows("units", "units")  # says what is wrong if there are no villages
        frame = _entrances(lines[kept], world.units)
    else:
        frame = _junctions(world.network("any", roads), lines, kept, world.units)
    return KeyPoints(frame, (say(f"linear.derived_{word}", count=len(frame)),))


def _given(rows: gpd.GeoDataFrame, world: World) -> KeyPoints:
    places = points_of(rows)
    row = unit_rows(texts(rows["unit_id"]), world.units)
    unit = ids_at(np.where(row >= 0, row, rows_containing(places, world.units)), world.units)
    more = [name for name in rows.columns if name not in ("name", "unit_id", "people", "geometry")]
    cells = {"name": texts(rows["name"]), "unit_id": unit, "people": rows["people"].to_numpy(float)}
    frame = gpd.GeoDataFrame(rows[more].assign(**cells), geometry=places, crs=rows.crs)
    return KeyPoints(frame, ())


def _entrances(roads: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    lines, edges = np.asarray(roads.geometry), shapely.boundary(np.asarray(units.geometry))
    unit, road = shapely.STRtree(lines).query(edges, predicate="intersects")
    parts, pair = shapely.get_parts(shapely.intersection(lines[road], edges[unit]), return_index=True)
    crossing = shapely.get_type_id(parts) == shapely.GeometryType.POINT  # a road along the border does not cross it
    points, unit, road = parts[crossing], unit[pair[crossing]], road[pair[crossing]]
    measure = shapely.line_locate_point(lines[road], points)
    order = np.lexsort((measure, unit, road))
    points, unit, road = points[order], unit[order], road[order]
    group = clustered(points, np.zeros(len(points), np.int64), ONE_ENTRANCE_M)
    first = np.sort(np.unique(group, return_index=True)[1])
    unit, road = unit[first], road[first]
    named = [
        " ".join(part for part in pair if part)
        for pair in zip(texts(units["name"])[unit], texts(roads["name"])[road], strict=True)
    ]
    keys = [(str(a), str(b)) for a, b in zip(roads.index[road], units.index[unit], strict=True)]
    return _frame("E", ENTRANCE, keys, named, points[first], units.index.to_numpy(object)[unit], roads.crs)


def _junctions(network: RoadNetwork, roads: gpd.GeoDataFrame, kept: Flags, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    top = network.topology
    row = roads.index.get_indexer(network.road_ids)[top.road]
    edges = np.flatnonzero(kept[row])
    node, road = np.concatenate([top.start[edges], top.end[edges]]), np.tile(row[edges], 2)
    measure = np.concatenate([top.from_m[edges], top.from_m[edges] + top.length_m[edges]])
    ends = np.bincount(node, minlength=top.nodes)
    meets = ends[node] >= JUNCTION_ENDS
    order = np.flatnonzero(meets)[np.lexsort((measure[meets], road[meets], node[meets]))]
    node, road, measure = node[order], road[order], measure[order]
    first = np.flatnonzero(np.diff(node, prepend=-1))
    along = np.lexsort((measure[first], road[first]))  # in the order of the lowest road, and then along it
    groups = [np.split(road, first[1:])[i] for i in along] if len(first) else []
    ids, names = roads.index.to_numpy(object), texts(roads["name"])
    keys = [tuple(str(id_) for id_ in ids[np.unique(group)]) for group in groups]
    named = [" / ".join(dict.fromkeys(name for name in names[np.unique(group)] if name)) for group in groups]
    at = node[first][along]
    points = shapely.points(top.node_x[at], top.node_y[at])
    unit = ids_at(rows_containing(points, units), units)
    return _frame("J", JUNCTION, keys, named, points, unit, roads.crs)


def _frame(
    prefix: str,
    category: str,
    keys: Sequence[tuple[str, ...]],
    names: Sequence[str],
    points: Names,
    units: Names,
    crs: object,
) -> gpd.GeoDataFrame:
    """Return the points on ids made of what meets there; a second meeting of the same gets a number, in the order given."""
    seen: dict[tuple[str, ...], int] = {}
    ids = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        ids.append(stable_id(prefix, *key, *([f"#{seen[key]}"] if seen[key] > 1 else [])))
    cells = {"name": names, "category": category, "unit_id": units, "people": np.nan}
    index = pd.Index(ids, dtype=object, name="id")
    frame = gpd.GeoDataFrame(pd.DataFrame(cells, index=index), geometry=np.asarray(points, dtype=object), crs=crs)
    return frame[~frame.index.duplicated()].sort_index()
