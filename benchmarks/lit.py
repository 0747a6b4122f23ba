"""Lit and dark stretches of roads: coverplan against shapely's buffer, union and difference, and its own numpy twin.

    python -m benchmarks lit [--lamps 500000] [--roads 200000] [--rounds 5] [--write]

Straight roads of 200-500 m, each on its own, cut into four segments, with lamps standing on them: here "along the road"
and "as the crow flies" are the same, and the answer is known: the union of what is within 25 m of each lamp. shapely
draws circles as polygons inside them, so it finds more dark road than there is. From the lamps' coordinates on.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks._measure import Goal, Result, Words, hand_over, options, race
from benchmarks._streets import CRS
from benchmarks.pairs import without_numba
from geo.lines.intervals import SLIVER_M, Stretches, remainder, total_m
from geo.network import RoadNetwork

RADIUS_M, PIECES, APART_M = 25.0, 4, 600.0
OURS, TWIN, SHAPELY = "coverplan", "coverplan without numba: numpy and scipy", "shapely buffer(8), union and difference"


def roads_apart(count: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return straight roads in all directions, far from each other, and their lengths."""
    side = int(np.ceil(count**0.5))
    row, column = np.divmod(np.arange(count), side)
    length, angle = rng.uniform(200, 500, count), rng.uniform(0, 2 * np.pi, count)
    along = length[:, np.newaxis] * np.linspace(-0.5, 0.5, PIECES + 1)
    x = (column * APART_M)[:, np.newaxis] + along * np.cos(angle)[:, np.newaxis]
    y = (row * APART_M)[:, np.newaxis] + along * np.sin(angle)[:, np.newaxis]
    return shapely.linestrings(np.stack([x, y], axis=2)), length


def known_answer(road: Any, at_m: Any, length: Any) -> Any:
    """Return the dark metres of each road, lamp by lamp along it; what is shorter than a sliver counts as lit."""
    dark, reach = np.zeros(len(length)), np.zeros(len(length))
    for lamp in np.lexsort((at_m, road)).tolist():
        line, gap = road[lamp], at_m[lamp] - RADIUS_M - reach[road[lamp]]
        dark[line] += gap if gap > SLIVER_M else 0.0
        reach[line] = at_m[lamp] + RADIUS_M
    rest = length - reach
    return dark + np.where(rest > SLIVER_M, rest, 0.0)


def by_shapely(lines: Any, lamps: Any) -> Any:
    """Return the dark metres of each road: lamps near it buffered, united and cut out of it."""
    near, lamp = shapely.STRtree(lamps).query(lines, predicate="dwithin", distance=RADIUS_M)
    circles = shapely.buffer(lamps, RADIUS_M, quad_segs=8)
    cuts = np.searchsorted(near, np.arange(len(lines) + 1))
    lit = [shapely.union_all(circles[lamp[low:high]]) for low, high in pairwise(cuts)]
    return shapely.length(shapely.difference(lines, np.array(lit, dtype=object)))


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, lamps=500_000, roads=200_000)
    rng = np.random.default_rng(7)
    lines, length = roads_apart(given.roads, rng)
    network = RoadNetwork.from_frame(gpd.GeoDataFrame(geometry=lines, crs=CRS))
    road = rng.integers(0, given.roads, given.lamps)
    at_m = rng.uniform(0, 1, given.lamps) * length[road]
    lamps = shapely.line_interpolate_point(lines[road], at_m)
    placed = gpd.GeoSeries(lamps, crs=CRS)

    def ours() -> Any:
        reach = network.reach_along(placed, RADIUS_M)
        dark = remainder(Stretches(reach.road, reach.from_m, reach.to_m), np.arange(given.roads), length)
        return total_m(dark, given.roads)

    def twin() -> Any:
        with without_numba():
            return ours()

    wanted = known_answer(road, at_m, length)
    found, theirs = ours(), by_shapely(lines, lamps)
    assert np.array_equal(found, twin())
    error_m = np.abs(found - wanted)
    seconds = race({OURS: ours, TWIN: twin, SHAPELY: lambda: by_shapely(lines, lamps)}, given.rounds, once=(SHAPELY,))
    goals = (
        Goal(Words("shapely's time", "shapely 用时之比"), seconds[SHAPELY] / seconds[OURS], 100),
        Goal(Words("the numpy twin's time", "本程序 numpy 版用时之比"), seconds[TWIN] / seconds[OURS], 10),
        Goal(
            Words("greatest error of ours, micrometres", "本程序最大误差（微米）"),
            error_m.max() * 1e6,
            1,
            at_most=True,
        ),
    )
    world = Words(
        f"{given.lamps:,} lamps on {given.roads:,} roads ({given.roads * PIECES:,} segments), radius {RADIUS_M:g} m.",
        f"{given.roads:,} 条道路（{given.roads * PIECES:,} 段）上的 {given.lamps:,} 盏灯，半径 {RADIUS_M:g} 米。",
    )
    most = float(np.abs(theirs - wanted).max())
    remark = Words(
        f"shapely's circles are polygons inside them: it is up to {most:.2f} m of a road wrong.",
        f"shapely 的圆是内接多边形：单条道路最多误差 {most:.2f} 米。",
    )
    title = Words("Lit and dark stretches of roads", "道路的亮灯段与暗段")
    versions = ("numpy", "scipy", "numba", "shapely")
    hand_over(Result("lit", title, world, seconds, goals, (remark,), versions), write=given.write)
