"""Slow, obvious network distances: every vertex and every foot is a node of a networkx graph. Shares no code with geo."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist, inf

import geopandas as gpd
import networkx as nx
from shapely import LineString, Point

WALK_M_PER_MIN = 80.0


@dataclass(frozen=True)
class Segment:
    road: object
    number: int  # place in the order of road ids, then along the road
    a: tuple[float, float]
    b: tuple[float, float]
    from_m: float  # along the road
    pace: float  # cost of a metre
    ahead: bool
    back: bool

    @property
    def length(self) -> float:
        return dist(self.a, self.b)


@dataclass
class SlowNetwork:
    """Roads with columns geometry, oneway (yes/no/reverse) and, if `minutes`, speed_kmh."""

    roads: gpd.GeoDataFrame
    minutes: bool = False
    segments: list[Segment] = field(default_factory=list)

    def __post_init__(self) -> None:
        for road, row in self.roads.sort_index().iterrows():
            at = 0.0
            for line in getattr(row.geometry, "geoms", [row.geometry]):
                for a, b in pairwise(line.coords):
                    if a != b:
                        pace = 60 / (1000 * row.speed_kmh) if self.minutes else 1.0
                        way = (row.oneway != "reverse", row.oneway != "yes")
                        self.segments.append(Segment(road, len(self.segments), a, b, at, pace, *way))
                        at += dist(a, b)

    def foot(self, point: Point, max_snap_m: float) -> tuple[Segment, float, float] | None:
        """Return the segment, how far along it, and the distance; None if too far. Ties: the first segment."""
        if not self.segments:
            return None
        offsets = [LineString([s.a, s.b]).distance(point) for s in self.segments]
        least = min(offsets)
        if least > max_snap_m:
            return None
        segment = next(s for s, offset in zip(self.segments, offsets, strict=True) if offset <= least + 1e-9)
        return segment, LineString([segment.a, segment.b]).project(point), least

    def graph(self, feet: dict[str, tuple[Segment, float, float] | None], *, directed: bool = True) -> nx.MultiDiGraph:
        """Return the graph of all vertices and feet; the access leg runs from ("point", name) to its foot."""
        graph = nx.MultiDiGraph()
        on_segment = defaultdict(list)
        for name, foot in feet.items():
            graph.add_node(("point", name))
            if foot is not None:
                on_segment[foot[0].number].append((foot[1], name))
                access = foot[2] * (1 / WALK_M_PER_MIN if self.minutes else 1.0)
                graph.add_edge(("point", name), ("foot", name), cost=access)
                graph.add_edge(("foot", name), ("point", name), cost=access)
        for s in self.segments:
            stops = [
                (0.0, key(s.a)),
                *((m, ("foot", n)) for m, n in sorted(on_segment[s.number])),
                (s.length, key(s.b)),
            ]
            for (m, one), (n, other) in pairwise(stops):
                at_one_place = n - m <= 1e-6
                if s.ahead or at_one_place or not directed:
                    graph.add_edge(one, other, cost=(n - m) * s.pace)
                if s.back or at_one_place or not directed:
                    graph.add_edge(other, one, cost=(n - m) * s.pace)
        return graph

    def costs(self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, max_snap_m: float) -> dict[tuple, float]:
        """Return the cost of each pair of ids: inf if there is no way; pairs of points off the network are left out."""
        here = {f"o{i}": self.foot(p, max_snap_m) for i, p in origins.items()}
        there = {f"d{i}": self.foot(p, max_snap_m) for i, p in destinations.items()}
        graph = self.graph(here | there)
        result = {}
        for i in origins.index:
            if here[f"o{i}"] is not None:
                cost = nx.single_source_dijkstra_path_length(graph, ("point", f"o{i}"), weight="cost")
                for j in destinations.index:
                    if there[f"d{j}"] is not None:
                        result[i, j] = cost.get(("point", f"d{j}"), inf)
        return result

    def reached(self, point: Point, radius_m: float, max_snap_m: float) -> dict[object, list[tuple[float, float]]]:
        """Return the merged stretches of each road within the radius of the point's foot, whatever the direction."""
        foot = self.foot(point, max_snap_m)
        if foot is None:
            return {}
        graph = self.graph({"it": (foot[0], foot[1], 0.0)}, directed=False)
        cost = nx.single_source_dijkstra_path_length(graph, ("foot", "it"), weight="cost")
        found = defaultdict(list)
        for s in self.segments:
            left_a, left_b = radius_m - cost.get(key(s.a), inf), radius_m - cost.get(key(s.b), inf)
            found[s.road].append((s.from_m, s.from_m + min(left_a, s.length)))
            found[s.road].append((s.from_m + max(s.length - left_b, 0.0), s.from_m + s.length))
            if s.number == foot[0].number:
                found[s.road].append(
                    (s.from_m + max(foot[1] - radius_m, 0), s.from_m + min(foot[1] + radius_m, s.length))
                )
        return {road: merged for road, parts in found.items() if (merged := union(parts))}


def key(xy: tuple[float, float]) -> tuple[float, float]:
    return round(xy[0], 3), round(xy[1], 3)


def union(parts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the parts with those that touch or overlap made one, without what has no length."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(part for part in parts if part[1] > part[0]):
        if merged and low <= merged[-1][1] + 1e-7:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return [(low, high) for low, high in merged if high - low > 1e-7]
