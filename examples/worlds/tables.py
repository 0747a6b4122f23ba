"""Land, homes, roads and water as tables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds import streets
from examples.worlds.growth import Array
from examples.worlds.names import NUMERALS, town_street_names
from examples.worlds.roads import COUNTY, STREET, TOWNSHIP, TRACK, VILLAGE
from examples.worlds.streets import BACK, LANE, MAIN, PATH, Lines
from examples.worlds.villages import smooth, tiling
from examples.worlds.world import Ground, frame, points

CLASSES = {
    COUNTY: "省道",
    TOWNSHIP: "乡道",
    VILLAGE: "村道",
    TRACK: "机耕路",
    STREET: "镇区街道",
    MAIN: "村内主路",
    LANE: "巷道",
    BACK: "巷道",
    PATH: "入户路",
}
_WIDTH_M = {
    COUNTY: 9.0,
    TOWNSHIP: 6.0,
    VILLAGE: 4.5,
    TRACK: 2.5,
    STREET: 7.0,
    MAIN: 4.5,
    LANE: 3.0,
    BACK: 2.5,
    PATH: 1.5,
}
_SPEED_KMH = {COUNTY: 60, TOWNSHIP: 40, VILLAGE: 30, TRACK: 15, STREET: 30, MAIN: 20, LANE: 15, BACK: 15, PATH: 5}


def units(ground: Ground) -> gpd.GeoDataFrame:
    """Return villages and communities with the people of their homes."""
    homes, n = ground.built.homes, len(ground.unit_id)
    people, old, young = (
        np.bincount(homes.village, weights=part, minlength=n).astype(np.int64)
        for part in (homes.people, homes.pop60, homes.children)
    )
    return frame(
        {
            "name": ground.unit_name,
            "population": people,
            "households": np.bincount(homes.village, minlength=n),
            "pop60": old,
            "children": young,
            "category": np.where(np.arange(n) < ground.size.towns, "社区", "行政村"),
        },
        ground.unit_id,
        tiling(ground.fabric, ground.villages, ground.bend),
    )


def hamlets(ground: Ground) -> gpd.GeoDataFrame:
    """Return natural villages as points."""
    villages, homes = ground.villages, ground.built.homes
    n = len(villages.hamlet)
    inside = homes.hamlet >= 0
    people = np.bincount(homes.hamlet[inside], weights=homes.people[inside], minlength=n).astype(np.int64)
    return frame(
        {
            "name": ground.hamlet_name,
            "unit_id": ground.unit_id[villages.hamlet_village],
            "is_seat": np.isin(villages.hamlet, villages.seat),
            "people": people,
        },
        hamlet_ids(ground),
        points(ground, ground.fabric.centre[villages.hamlet]),
    )


def hamlet_ids(ground: Ground) -> Array:
    """Return `village code-number` for each natural village."""
    owner = ground.villages.hamlet_village
    number = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
    return np.char.add(np.char.add(ground.unit_id[owner], "-"), number.astype(str))


def homes(ground: Ground) -> gpd.GeoDataFrame:
    """Return homes, numbered village by village."""
    built = ground.built.homes
    order = np.lexsort((built.hamlet, built.village))
    village = built.village[order]
    number = np.arange(len(order)) - np.searchsorted(village, village) + 1
    width = len(str(number.max()))
    ids = np.char.add(np.char.add(ground.unit_id[village], "H"), np.char.mod(f"%0{width}d", number))
    hamlet = built.hamlet[order]
    named = np.append(ground.hamlet_name, "")[hamlet]
    return frame(
        {
            "people": built.people[order],
            "unit_id": ground.unit_id[village],
            "pop60": built.pop60[order],
            "children": built.children[order],
            "hamlet": named,
        },
        ids,
        points(ground, built.xy[order]),
    )


def roads(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return every road: named, classed, with surface, width, lanes, one-way, bridge, and whether it should be lit."""
    rows = streets.lines(ground.fabric, ground.roads, ground.built, ground.bend, rng)
    rank = rows.rank
    length = shapely.length(rows.line)
    one_way = _one_way(ground, rows, rng)
    lit = np.isin(rank, [STREET, MAIN]) | rows.on_road | ((rank == VILLAGE) & (length < 700))
    data = {
        "name": _road_names(ground, rows),
        "class": pd.Series(CLASSES).reindex(rank).to_numpy(),
        "surface": _surface(rank, rng),
        "width_m": pd.Series(_WIDTH_M).reindex(rank).to_numpy() + rng.choice([-0.5, 0, 0, 0.5], len(rank)),
        "lanes": np.where(np.isin(rank, [COUNTY, TOWNSHIP, STREET]), 2, 1),
        "oneway": np.where(one_way, "yes", "no"),
        "lit_required": np.where(lit, "yes", "no"),
        "bridge": np.where(rows.bridge, "yes", "no"),
        "layer": np.where(rows.bridge, 1, 0),
        "speed_kmh": pd.Series(_SPEED_KMH).reindex(rank).to_numpy(),
    }
    width = len(str(len(rank)))
    return frame(data, np.char.mod(f"R%0{width}d", np.arange(1, len(rank) + 1)), rows.line)


def _one_way(ground: Ground, rows: Lines, rng: np.random.Generator) -> Array:
    """Return which streets are one-way: in each town one row of the grid out and the next one back."""
    fabric = ground.fabric
    edge = np.flatnonzero(ground.roads.rank == STREET)
    a, b = fabric.grid[fabric.edges[edge, 0]], fabric.grid[fabric.edges[edge, 1]]
    chosen = (a[:, 1] == b[:, 1]) & (a[:, 1] == 2) & (np.minimum(a[:, 0], b[:, 0]) >= 1)
    result = np.zeros(len(rows.rank), dtype=bool)
    result[np.flatnonzero(rows.rank == STREET)[: len(edge)]] = chosen
    return result


def _surface(rank: Array, rng: np.random.Generator) -> Array:
    """Return asphalt on main roads, concrete in villages, gravel and earth at the ends."""
    draw = rng.random(len(rank))
    concrete = np.where(draw < 0.9, "混凝土", "砂石")
    result = np.where(np.isin(rank, [COUNTY]), "沥青", concrete)
    result = np.where(rank == TOWNSHIP, np.where(draw < 0.6, "沥青", "混凝土"), result)
    result = np.where(rank == STREET, np.where(draw < 0.75, "沥青", "混凝土"), result)
    return np.where(rank == TRACK, np.where(draw < 0.5, "土路", "砂石"), result)


def _road_names(ground: Ground, rows: Lines) -> Array:
    """Return names: S-, Y- and C-numbers with the villages they join, a town's streets, main streets and lanes."""
    rank, n = rows.rank, len(rows.rank)
    ends = np.stack([shapely.get_coordinates(shapely.get_point(rows.line, at)) for at in (0, -1)])
    names = np.full(n, "", dtype=object)
    village = _village_near(ground, ends)
    plain = np.array([name[:-2] if name.endswith("社区") else name[:-1] for name in ground.unit_name], dtype=object)
    joined = plain[village[0]] + np.where(village[0] == village[1], "", plain[village[1]])
    for road_rank, letter, start in ((COUNTY, "S", 276), (TOWNSHIP, "Y", 101), (VILLAGE, "C", 101)):
        mine = np.flatnonzero(rank == road_rank)
        key = pd.factorize(pd.Series(joined[mine]))[0] if road_rank != COUNTY else np.zeros(len(mine), dtype=int)
        names[mine] = [f"{letter}{start + int(k)} {j}线" for k, j in zip(key, joined[mine], strict=True)]
    names[rank == COUNTY] = "S276省道"
    names[rank == TRACK] = plain[village[0][rank == TRACK]] + "机耕路"
    in_hamlet = rows.hamlet >= 0
    local = np.append(ground.hamlet_name.astype(object), "")[rows.hamlet]
    main = in_hamlet & (rank == MAIN)
    names[main] = local[main] + "主路"
    lane = np.flatnonzero(in_hamlet & np.isin(rank, [LANE, BACK, PATH]))
    order = np.argsort(rows.hamlet[lane], kind="stable")
    sorted_hamlet = rows.hamlet[lane][order]
    number = np.arange(len(lane)) - np.searchsorted(sorted_hamlet, sorted_hamlet)
    names[lane[order]] = local[lane[order]] + NUMERALS.astype(object)[number % 20] + "巷"
    street = np.flatnonzero(rank == STREET)
    edge = np.flatnonzero(ground.roads.rank == STREET)
    grid = ground.fabric.grid[ground.fabric.edges[edge]]
    names[street[: len(edge)]] = town_street_names(grid[:, 0], grid[:, 1])
    return names


def _village_near(ground: Ground, ends: Array) -> Array:
    from scipy.spatial import cKDTree

    seats = ground.bend.points(ground.fabric.centre[ground.villages.seat])
    return cKDTree(seats).query(ends)[1]


def water(ground: Ground) -> gpd.GeoDataFrame:
    """Return rivers and streams as lines."""
    lines = smooth(ground.fabric.corner[ground.fabric.corners[ground.fabric.wet]], ground.bend)
    return frame({"name": np.full(len(lines), "塘江")}, np.char.mod("W%03d", np.arange(1, len(lines) + 1)), lines)
