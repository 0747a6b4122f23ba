"""Homes within reach, the slow way: every home to every entrance on a graph of all feet, every doubt tried both ways.

Shares no code with geo; the graph is that of the network's own oracle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import geopandas as gpd
from shapely import LineString, Point, box

from tests.geo.oracles.network import SlowNetwork

Row = Mapping[str, Any]
CRS = "EPSG:4547"
DOOR_M = 15.0
NEAR = 1e-6


def shape(row: Row) -> Any:
    return Point(row["at"]) if "at" in row else box(*row["box"])


def doors(facility: Row, roads: Sequence[Row]) -> list[Point]:
    """Return where a facility is entered: see geo.entrances, in one road and one vertex at a time."""
    area = shape(facility)
    if isinstance(area, Point):
        return [area]
    edge, found = LineString(area.exterior.coords), []
    lines = [LineString(road["line"]) for road in roads]
    limit = max(DOOR_M, min((line.distance(edge) for line in lines), default=0.0)) + 1e-9
    for line in lines:
        if line.distance(edge) <= limit:
            meeting = line.intersection(edge)
            found += [Point(xy) for part in getattr(meeting, "geoms", [meeting]) for xy in part.coords]
            near = [Point(xy) for xy in line.coords if Point(xy).distance(edge) <= limit]
            found += [edge.interpolate(edge.project(point)) for point in near]
            found += [Point(xy) for xy in edge.coords if Point(xy).distance(line) <= limit]
    return found


def costs(homes: Sequence[Row], facilities: Sequence[Row], roads: Sequence[Row], max_snap_m: float, speed: float):
    """Return {(home, facility): minutes or metres}, the homes that are on a road and the facilities that are."""
    frame = gpd.GeoDataFrame(
        {"oneway": "no"},
        geometry=[LineString(road["line"]) for road in roads],
        index=[road["id"] for road in roads],
        crs=CRS,
    )
    slow = SlowNetwork(frame)
    entries = {(f["id"], i): door for f in facilities for i, door in enumerate(doors(f, roads))}
    people = gpd.GeoSeries({home["id"]: shape(home) for home in homes}, crs=CRS)
    ways = gpd.GeoSeries(entries, crs=CRS) if entries else gpd.GeoSeries([], crs=CRS)
    at = slow.costs(people, ways, max_snap_m)
    on_road = {home["id"] for home in homes if slow.foot(shape(home), max_snap_m) is not None}
    joined = {f for (f, _), door in entries.items() if slow.foot(door, max_snap_m) is not None}
    best: dict[tuple[str, str], float] = {}
    for home in homes:
        for facility in facilities:
            ids = home["id"], facility["id"]
            way = [at.get((ids[0], entry), inf) for entry in entries if entry[0] == ids[1]]
            is_in = "box" in facility and shape(facility).intersects(shape(home))
            best[ids] = 0.0 if is_in and ids[0] in on_road else min(way, default=inf) / speed
    return best, on_road, joined


def verdicts(
    homes: Sequence[Row],
    facilities: Sequence[Row],
    roads: Sequence[Row],
    *,
    category: str,
    cutoff: float,
    max_snap_m: float,
    speed: float = 1.0,
    straight: bool = False,
) -> dict[str, tuple[str, float]]:
    """Return each home's status, and its cost to the nearest facility that surely works (inf: none)."""
    ours = [f for f in facilities if f["category"] == category and f["status"] in ("working", None)]
    if straight:
        best = {(h["id"], f["id"]): shape(h).distance(shape(f)) for h in homes for f in ours}
        on_road, joined = {h["id"] for h in homes}, {f["id"] for f in ours}
    else:
        best, on_road, joined = costs(homes, ours, roads, max_snap_m, speed)
    found = {}
    for home in homes:
        if home["id"] not in on_road:
            found[home["id"]] = ("unknown", inf)
            continue
        sure = [best[home["id"], f["id"]] for f in ours if f["status"] == "working" and f["id"] in joined]
        open_ = [best[home["id"], f["id"]] for f in ours if f["status"] is None and f["id"] in joined]
        open_ += [shape(home).distance(shape(f)) / speed for f in ours if f["id"] not in joined]
        answers = {min([*sure, *luck], default=inf) <= cutoff + NEAR for luck in ([], open_)}
        status = {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")
        found[home["id"]] = (status, min(sure, default=inf))
    return found
