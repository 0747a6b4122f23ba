"""People on each road, by walking every way one by one. Shares no code with geo."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import inf

import geopandas as gpd
import networkx as nx

from tests.geo.oracles.network import SlowNetwork


def least_and_most_on_roads(
    slow: SlowNetwork, homes: gpd.GeoSeries, people: dict[str, float], facilities: gpd.GeoSeries, max_snap_m: float
) -> tuple[dict[object, float], dict[object, float]]:
    """Return for each road who must use it, and who may, over all ways that are as short (to 1e-9)."""
    feet = {f"o{i}": slow.foot(p, max_snap_m) for i, p in homes.items()}
    feet |= {f"d{i}": slow.foot(p, max_snap_m) for i, p in facilities.items()}
    graph = nx.DiGraph()
    for one, other, data in _with_roads(slow, feet):
        if data["cost"] < graph.get_edge_data(one, other, {"cost": inf})["cost"] - 1e-12:
            graph.add_edge(one, other, **data)
        elif graph.has_edge(one, other) and abs(graph[one][other]["cost"] - data["cost"]) <= 1e-12:
            graph[one][other]["roads"] |= data["roads"]
    must, may = defaultdict(float), defaultdict(float)
    for home in homes.index:
        ways = _best_ways(graph, ("point", f"o{home}"), [("point", f"d{f}") for f in facilities.index])
        used = [[graph[a][b]["roads"] for a, b in pairwise(way)] for way in ways]
        some = set().union(*(roads for way in used for roads in way)) if used else set()
        for road in some:
            may[road] += people[home]
            if all(any(roads == {road} for roads in way) for way in used):
                must[road] += people[home]
    return dict(must), dict(may)


def _best_ways(graph: nx.DiGraph, origin: object, destinations: list[object]) -> list[list[object]]:
    if origin not in graph:
        return []
    cost = nx.single_source_dijkstra_path_length(graph, origin, weight="cost")
    least = min((cost.get(d, inf) for d in destinations), default=inf)
    if least == inf:
        return []
    near = [d for d in destinations if cost.get(d, inf) <= least + 1e-9]
    tight = nx.DiGraph(
        (a, b) for a, b, w in graph.edges(data="cost") if a in cost and abs(cost[a] + w - cost[b]) <= 1e-9
    )
    return [way for d in near for way in nx.all_simple_paths(tight, origin, d)]


def _with_roads(slow: SlowNetwork, feet: dict) -> list[tuple]:
    """Return the arcs of the slow network with the road each runs along (none for access legs)."""
    arcs = []
    for s in slow.segments:
        alone = SlowNetwork(slow.roads, slow.minutes)
        alone.segments = [s]
        here = {n: f for n, f in feet.items() if f is not None and f[0].number == s.number}
        for one, other, cost in alone.graph(here).edges(data="cost"):
            is_access = one[0] == "point" or other[0] == "point"
            arcs.append((one, other, {"cost": cost, "roads": set() if is_access else {s.road}}))
    return arcs
