"""Roads the slow way: each home's way on a networkx graph of all corners and feet, road by road; no code of geo's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Any

import networkx as nx
from shapely import LineString, Point

Row = Mapping[str, Any]
HARD = {"asphalt", "concrete", "水泥"}
SOFT = {"gravel", "dirt", "土路"}


def corner(xy: Sequence[float]) -> tuple[float, float]:
    return round(float(xy[0]), 3), round(float(xy[1]), 3)


def foot(at: Sequence[float], roads: Sequence[Row], max_snap_m: float) -> tuple[str, int, float, float] | None:
    """Return (road, segment, metres along it, metres off it) of the nearest point of the nearest road, None if too far."""
    found = []
    for road in roads:
        for i, ends in enumerate(pairwise(road["line"])):
            segment = LineString(ends)
            found.append((segment.distance(Point(at)), road["id"], i, segment.project(Point(at))))
    off, road_id, i, along = min(found, default=(inf, "", 0, 0.0))
    return (road_id, i, along, off) if off <= max_snap_m else None


def graph_of(roads: Sequence[Row], points: Mapping[str, Sequence[float]], max_snap_m: float = 500) -> nx.Graph:
    """Return all roads as an undirected graph, edges of `metres` and `road`, with every point joined by its foot."""
    cuts = defaultdict(list)
    graph = nx.Graph()
    for name, at in points.items():
        graph.add_node(name)
        found = foot(at, roads, max_snap_m)
        if found:
            cuts[found[0], found[1]].append((found[2], name, found[3]))
    for road in roads:
        for i, (one, other) in enumerate(pairwise(road["line"])):
            last, last_m = corner(one), 0.0
            for along, name, off in sorted(cuts[road["id"], i]):
                at = ("foot", name)
                graph.add_edge(last, at, metres=along - last_m, road=road["id"])
                graph.add_edge(at, name, metres=off, road=None)
                last, last_m = at, along
            graph.add_edge(last, corner(other), metres=LineString([one, other]).length - last_m, road=road["id"])
    return graph


def used_metres(graph: nx.Graph, home: str, places: Sequence[str]) -> dict[str, float] | None:
    """Return the metres of each road on the way to the nearest place; None if there is no way."""
    _, way = nx.multi_source_dijkstra(graph, set(places), weight="metres") if places else ({}, {})
    if home not in way:
        return None
    metres: dict[str, float] = defaultdict(float)
    for one, other in pairwise(way[home]):
        edge = graph.edges[one, other]
        if edge["road"] is not None:
            metres[edge["road"]] += edge["metres"]
    return metres


def road_status(road: Row) -> tuple[str, int]:
    """Return met, short or unknown, and how many of two criteria surely hold: hard, and at least 4.5 m wide."""
    surface = {True: True, False: None}[road["surface"] in HARD]
    surface = False if road["surface"] in SOFT else surface
    width = None if road["width_m"] is None else road["width_m"] >= 4.5
    held = [surface, width]
    status = "short" if False in held else "unknown" if None in held else "met"
    return status, held.count(True)


def shared_people(homes: Sequence[Row], seats: Sequence[Row], roads: Sequence[Row]) -> dict[str, float]:
    """Return who depends on each road: every home over the short roads of its way by metres, else over all of it."""
    points = {row["id"]: row["at"] for row in (*homes, *seats)}
    graph = graph_of(roads, points)
    short = {road["id"] for road in roads if road_status(road)[0] == "short"}
    total = {road["id"]: 0.0 for road in roads}
    for home in homes:
        metres = used_metres(graph, home["id"], [seat["id"] for seat in seats]) or {}
        taken = {road: m for road, m in metres.items() if road in short and m > 1e-3}
        taken = taken or {road: m for road, m in metres.items() if m > 1e-3}
        for road, m in taken.items():
            total[road] += home["people"] * m / sum(taken.values())
    return total
