"""Points to the nearest place on any road: coverplan's cells against shapely's tree and geopandas.sjoin_nearest.

    python -m benchmarks snap [--nodes 1000000] [--points 1000000] [--rounds 5] [--write]

Every method is given the same points in the same order; for shapely's tree they are also sorted along a curve first,
which makes it several times as fast. Distances are compared with the tree's, and ties must go to the lowest road.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks._measure import Goal, Result, Words, hand_over, options, race
from benchmarks._streets import CRS, Streets, street_grid
from geo.network.morton import morton_order
from geo.network.snap import Segments, snapped

OURS, BUILT = "coverplan", "coverplan, cells built first"
SORTED, UNSORTED = "shapely STRtree.query_nearest, points sorted first", "shapely STRtree.query_nearest"
SJOIN = "geopandas.sjoin_nearest"


def lines_of(streets: Streets) -> Any:
    """Return the roads as shapes."""
    xy = np.stack([streets.x, streets.y], axis=1)
    return shapely.linestrings(np.stack([xy[streets.tail], xy[streets.head]], axis=1))


def check(feet: Any, tree: shapely.STRtree, points: Any) -> float:
    """Hold the feet against the tree's: return the greatest difference; of roads as near the lowest must be named."""
    pairs, away = tree.query_nearest(points, return_distance=True)
    least = np.full(len(points), np.inf)
    np.minimum.at(least, pairs[0], away)
    lowest = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(lowest, pairs[0], pairs[1])
    assert (feet.edge <= lowest).all()  # the tree's ties are to the last bit, ours to a nanometre
    other = np.flatnonzero(feet.edge < lowest)
    assert (shapely.distance(points[other], tree.geometries[feet.edge[other]]) - least[other] <= 2e-9).all()
    return float(np.abs(feet.offset_m - least).max())


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, points=1_000_000)
    streets = street_grid(given.nodes)
    topology, lines = streets.network().topology, lines_of(streets)
    rng = np.random.default_rng(5)
    x, y = (rng.uniform(at.min(), at.max(), given.points) for at in (streets.x, streets.y))
    points = shapely.points(x, y)
    tree, segments = shapely.STRtree(lines), Segments(topology)
    worst = check(snapped(segments, x, y, max_snap_m=np.inf), tree, points)
    homes, roads = gpd.GeoDataFrame(geometry=points, crs=CRS), gpd.GeoDataFrame(geometry=lines, crs=CRS)
    methods = {
        OURS: lambda: snapped(segments, x, y, max_snap_m=np.inf),
        BUILT: lambda: snapped(Segments(topology), x, y, max_snap_m=np.inf),
        SORTED: lambda: tree.query_nearest(points[morton_order(x, y)], return_distance=True),
        UNSORTED: lambda: tree.query_nearest(points, return_distance=True),
        SJOIN: lambda: gpd.sjoin_nearest(homes, roads, distance_col="m"),
    }
    seconds = race(methods, given.rounds, once=(UNSORTED, SJOIN))
    goals = (
        Goal(
            Words("the tree's time, points sorted", "STRtree 用时之比（点已排序）"), seconds[SORTED] / seconds[OURS], 10
        ),
        Goal(Words("sjoin_nearest's time", "sjoin_nearest 用时之比"), seconds[SJOIN] / seconds[OURS], 40),
        Goal(Words("greatest difference, nm", "最大差（纳米）"), worst * 1e9, 1, at_most=True),
    )
    world = Words(
        f"{given.points:,} points, {len(lines):,} straight roads.",
        f"{given.points:,} 个点，{len(lines):,} 条直线路段。",
    )
    title = Words("Points to the nearest place on any road", "点到最近道路的垂足")
    versions = ("numpy", "numba", "shapely", "geopandas")
    hand_over(Result("snap", title, world, seconds, goals, versions=versions), write=given.write)
