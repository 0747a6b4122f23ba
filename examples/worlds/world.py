"""The making of a world: land, villages, roads, homes, what is provided and by whom, as frames in canonical columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds.bend import Bend, a_bend
from examples.worlds.fabric import Fabric, lay_fabric, river
from examples.worlds.growth import Array
from examples.worlds.homes import Built, build
from examples.worlds.names import hamlet_names, village_names
from examples.worlds.roads import Roads, lay_roads
from examples.worlds.size import Size
from examples.worlds.villages import Villages, settle

CRS = "EPSG:4546"  # CGCS2000, 3-degree Gauss-Kruger without zone prefix, central meridian 111°E: 112.3°E lies in it
ORIGIN = (634_000.0, 2_456_500.0)  # 112.3°E 22.2°N, an invented township


@dataclass(frozen=True)
class Ground:
    """The bare facts that every layer is made from."""

    size: Size
    fabric: Fabric
    villages: Villages
    roads: Roads
    built: Built
    bend: Bend
    unit_id: Array
    unit_name: Array
    hamlet_name: Array


def make_world(size: Size, seed: int) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of an invented world: the same size and seed give the same world.

    Keys: units, hamlets, homes, roads, river, lamps, cameras, points, facilities, parks, parcels, petitions, works,
    signals, watercourses, reservoirs (all in EPSG:4546, metres), staff and retrofit (no geometry). Columns are coverplan's own; the index is the id.
    """
    return furnish(lay_ground(size, seed), seed)


def furnish(ground: Ground, seed: int) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of `make_world` over ground already laid."""
    from examples.worlds import services, tables, upkeep

    frames = {
        "units": tables.units(ground),
        "hamlets": tables.hamlets(ground),
        "homes": tables.homes(ground),
        "roads": tables.roads(ground, _stream(seed, 6)),
        "river": tables.water(ground),
    }
    frames |= services.provided(ground, frames, _stream(seed, 7))
    frames |= upkeep.kept_up(ground, frames, _stream(seed, 8))
    return frames


def lay_ground(size: Size, seed: int) -> Ground:
    """Return land, villages, roads and buildings of that size, before they become tables."""
    fabric = lay_fabric(size, _stream(seed, 0))
    fabric = replace(fabric, wet=river(fabric, max(1, round(np.sqrt(size.villages / 60))), _stream(seed, 1)))
    fabric, villages = settle(fabric, size, _stream(seed, 2))
    roads = lay_roads(fabric, villages, size, _stream(seed, 3))
    built = build(fabric, villages, roads, size, _stream(seed, 4))
    rng = _stream(seed, 5)
    names = village_names(size.villages, size.towns, rng)
    is_seat = np.isin(villages.hamlet, villages.seat)
    called = hamlet_names(villages.hamlet_village, is_seat, names, rng)
    ending = np.where(np.arange(size.villages) < size.towns, "社区", "村")
    return Ground(
        size,
        fabric,
        villages,
        roads,
        built,
        a_bend(rng, ORIGIN),
        _codes(villages),
        np.char.add(names.astype(str), ending),
        called,
    )


def _stream(seed: int, stage: int) -> np.random.Generator:
    """Return a stage's own random numbers, so that a change in one stage leaves the others as they were."""
    return np.random.default_rng([seed, stage])


def _codes(villages: Villages) -> Array:
    """Return twelve-digit division codes (统计用区划代码) under an invented county: 001-099 communities, 200- villages."""
    town = villages.town
    order = np.lexsort((np.arange(len(town)), town))
    place = np.empty(len(town), dtype=np.int64)
    place[order] = np.arange(len(town)) - np.searchsorted(town[order], town[order])
    is_community = np.arange(len(town)) <= town.max()
    number = np.where(is_community, 1, 199 + place)
    county = 449_921 + town // 30
    return np.char.add(
        np.char.mod("%06d", county), np.char.add(np.char.mod("%03d", 100 + town % 30), np.char.mod("%03d", number))
    )


def frame(data: Mapping[str, object], ids: Array, geometry: Array | None) -> gpd.GeoDataFrame:
    """Return a table on the index `id`, sorted by it."""
    index = pd.Index(ids.astype(str), name="id", dtype="str")
    if geometry is None:
        return pd.DataFrame(data, index=index).sort_index()
    return gpd.GeoDataFrame(data, index=index, geometry=geometry, crs=CRS).sort_index()


def points(ground: Ground, xy: Array) -> Array:
    """Return point geometries of fabric coordinates, bent like everything else."""
    return shapely.points(ground.bend.points(xy))
