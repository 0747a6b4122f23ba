"""Lamps, cameras and what cameras are for: along the roads, at the entrances, junctions, gates and squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds.fabric import waves
from examples.worlds.growth import Array, Numbers
from examples.worlds.roads import COUNTY, NONE, TOWNSHIP, TRACK, VILLAGE
from examples.worlds.world import Ground, frame, points

SPACING_M = 33.0
NEW_SHARE = 200 / 760  # of the lamps were added last year: 200 in the town the seeds describe
ROADSIDE_M = 2.8  # from the road's middle to the pole

WATCHED = {"school": "school_gate", "market": "market", "hospital": "hospital"}


def points_to_watch(ground: Ground, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return village entrances, main junctions, and the gates of schools, markets and hospitals."""
    fabric, villages, rank = ground.fabric, ground.villages, ground.roads.rank
    a, b = fabric.edges.T
    unit = villages.of_cell
    entering = np.flatnonzero((rank >= COUNTY) & (rank <= VILLAGE) & (unit[a] != unit[b]))
    main = (rank == COUNTY) | (rank == TOWNSHIP)
    degree = np.bincount(fabric.edges[(rank != NONE) & (rank != TRACK)].ravel(), minlength=len(fabric.centre))
    on_main = np.bincount(fabric.edges[main].ravel(), minlength=len(fabric.centre))
    crossing = np.isin(fabric.grid[:, 0], [2, 5]) & np.isin(fabric.grid[:, 1], [1, 4])  # of a town's streets
    junction = np.flatnonzero((degree >= 3) & ((on_main >= 2) | crossing))
    gates = facilities[facilities["category"].isin(list(WATCHED))].sort_values("category")
    border = _border_crossing(ground, entering)
    away = np.hypot(*(border - fabric.centre[villages.seat[unit[a[entering]]]]).T)
    back = np.hypot(*(border - fabric.centre[villages.seat[unit[b[entering]]]]).T)
    owner = np.concatenate([np.where(away > back, unit[a[entering]], unit[b[entering]]), unit[junction]])
    name = ground.unit_name[owner].astype(object)
    name[: len(entering)] += "村口"
    name[len(entering) :] += "路口"
    number = pd.Series(name).groupby(name).cumcount().to_numpy() + 1
    gate_unit = gates["unit_id"].to_numpy()
    data = {
        "name": np.concatenate([name + number.astype(str), gates["name"].to_numpy() + "门口"]),
        "category": np.concatenate(
            [
                np.repeat(["entrance", "junction"], [len(entering), len(junction)]).astype(object),
                gates["category"].map(WATCHED).to_numpy(),
            ]
        ),
        "unit_id": np.concatenate([ground.unit_id[owner], gate_unit]),
    }
    geometry = np.concatenate(
        [points(ground, np.concatenate([border, fabric.centre[junction]])), gates.geometry.to_numpy()]
    )
    width = max(3, len(str(len(geometry))))
    return frame(data, np.char.mod(f"K%0{width}d", np.arange(1, len(geometry) + 1)), geometry)


def _border_crossing(ground: Ground, edge: Array) -> Numbers:
    """Return where each edge leaves its village: midway, for cells are cut midway between their centres."""
    return ground.fabric.centre[ground.fabric.edges[edge]].mean(axis=1)


def lamps(ground: Ground, roads: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return `size.lamps` lamps along whole roads, those that should be lit first, some villages before others."""
    count = ground.size.lamps
    order = _lighting_order(roads, rng)
    lines = roads.geometry.to_numpy()[order]
    spacing = SPACING_M
    while True:
        number = np.maximum(1, np.ceil(shapely.length(lines) / spacing)).astype(int)
        if number.sum() >= count:
            break
        spacing *= 0.85
    line = np.repeat(np.arange(len(lines)), number)[:count]
    step = np.arange(len(line)) - (np.cumsum(number) - number)[line]
    length = shapely.length(lines)[line]
    along = (step + 0.5) * length / number[line] + rng.uniform(-1.5, 1.5, count)
    xy = beside(lines[line], along, ROADSIDE_M * rng.choice([-1, 1], len(lines))[line])
    new = np.arange(count) >= count - round(NEW_SHARE * count)
    year = np.where(new, 2025, rng.integers(2016, 2024, count))
    data = {
        "category": np.full(count, "lamp"),
        "status": np.where(rng.random(count) < np.where(new, 0.01, 0.07), "broken", "working"),
        "kind": np.where(rng.random(count) < 0.7, "太阳能", "市电"),
        "height_m": rng.choice([6.0, 6.0, 6.0, 8.0], count),
        "year": year,
    }
    width = max(4, len(str(count)))
    ids = np.char.mod(f"LD%0{width}d", 1 + np.arange(count))
    return frame(data, ids, shapely.points(np.round(xy, 2)))


def _lighting_order(roads: gpd.GeoDataFrame, rng: np.random.Generator) -> Array:
    """Return road rows in the order they got lamps: roads that should be lit, then lanes, the town before most villages."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(roads.geometry.to_numpy(), 0.5, normalized=True))
    turn = waves(middle, 3_000.0, rng) + 0.35 * rng.standard_normal(len(roads))
    wanted = (roads["lit_required"] == "yes").to_numpy()
    town = (roads["class"] == "镇区街道").to_numpy()
    lane = (roads["class"] == "巷道").to_numpy()
    return np.lexsort((turn - 1.2 * town, np.where(wanted, 0, np.where(lane, 1, 2))))


def beside(lines: Numbers, along: Numbers, off_m: Numbers) -> Numbers:
    """Return points `along` m out on each line and `off_m` to the left of it (negative: to the right)."""
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, np.minimum(along + 0.5, shapely.length(lines)))
    )
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - 0.5, 0.0)))
    way = ahead - behind
    unit = way / np.hypot(*way.T)[:, None]
    return at + np.column_stack([-unit[:, 1], unit[:, 0]]) * off_m[:, None]


def cameras(ground: Ground, watched: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return `size.cameras` cameras: gates and markets first, then entrances and junctions; some look astray or are off."""
    count = ground.size.cameras
    first = watched["category"].isin(list(WATCHED.values())).to_numpy() + rng.random(len(watched))
    at = np.resize(np.argsort(-first, kind="stable"), count)
    target = shapely.get_coordinates(watched.geometry)[at]
    turn = rng.uniform(0, 2 * np.pi, count)
    off = rng.uniform(5, 14, count)
    xy = target + np.column_stack([np.cos(turn), np.sin(turn)]) * off[:, None]
    bearing = np.degrees(np.arctan2(-np.cos(turn), -np.sin(turn))) % 360
    astray = rng.random(count) < 0.06
    dome = rng.random(count) < 0.2
    azimuth = np.round((bearing + np.where(astray, 150, rng.uniform(-12, 12, count))) % 360)
    data = {
        "name": watched["name"].to_numpy()[at],
        "category": np.full(count, "camera"),
        "status": np.where(rng.random(count) < 0.08, "broken", "working"),
        "azimuth_deg": np.where(dome, np.nan, azimuth),
        "fov_deg": np.where(dome, np.nan, rng.choice([60.0, 75.0, 90.0, 110.0], count)),
        "range_m": rng.choice([30.0, 40.0, 50.0, 60.0], count),
    }
    width = max(3, len(str(count)))
    return frame(data, np.char.mod(f"JK%0{width}d", 1 + np.arange(count)), shapely.points(np.round(xy, 2)))
