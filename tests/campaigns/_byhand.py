"""Verdicts worked out the obvious, slow way, one place at a time, for the three rule types that an OSM town starts with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import pandas as pd
import shapely

from geo.network import classes  # tables of words and speeds, which are definitions; no code of geo is used here

MAX_SNAP_M = 500.0
ENTRANCE_M = 15.0
WALK_M_PER_MIN = 80.0

Layers = Mapping[str, gpd.GeoDataFrame]


@dataclass(frozen=True)
class Verdict:
    """What a place is supplied with (NaN: unknown) and its status."""

    supplied: float
    status: str


@dataclass(frozen=True)
class Foot:
    """Where a point meets a road: the segment's ends (nodes), metres from its start, its length, and metres off it."""

    start: tuple[float, float]
    end: tuple[float, float]
    along_m: float
    length_m: float
    off_m: float
    forward: float  # what a metre costs from start to end, inf where that is not allowed
    backward: float


class Roads:
    """Every segment of every road as an edge both ways, each with what a metre of it costs in that direction."""

    def __init__(self, roads: gpd.GeoDataFrame, mode: str, *, minutes: bool) -> None:
        self.graph = nx.DiGraph()
        self.segments: list[tuple[tuple[float, float], tuple[float, float], float, float, str]] = []
        for road_id, road in roads.iterrows():
            if not _usable(road, mode):
                continue
            per_m = _per_m(road, mode, minutes=minutes)
            way = _way(road) if mode == "drive" else "both"
            forward, backward = (per_m if way in ("both", side) else math.inf for side in ("yes", "reverse"))
            for part in shapely.get_parts(road.geometry):
                nodes = [(round(x, 3), round(y, 3)) for x, y in part.coords]
                for a, b in pairwise(nodes):
                    if a != b:
                        self._add(a, b, forward, backward, str(road_id))
        self.fastest = min(per_m for _, _, *both, _ in self.segments for per_m in both)
        self.lines = shapely.linestrings([[a, b] for a, b, *_ in self.segments])
        self.tree = shapely.STRtree(self.lines)

    def _add(self, a: tuple[float, float], b: tuple[float, float], forward: float, backward: float, road: str) -> None:
        self.segments.append((a, b, forward, backward, road))
        for u, v, per_m in ((a, b, forward), (b, a, backward)):
            cost = math.dist(a, b) * per_m
            if cost < self.graph.get_edge_data(u, v, {"cost": math.inf})["cost"]:
                self.graph.add_edge(u, v, cost=cost)

    def feet(self, point: shapely.Point, within_m: float = MAX_SNAP_M) -> list[Foot]:
        """Return where the point meets its nearest road: more than one foot where several are as near, none beyond."""
        if point is None or point.is_empty:
            return []
        found, distance = self.tree.query_nearest(point, return_distance=True, all_matches=True)
        near = self.tree.query(point, predicate="dwithin", distance=float(distance.min()) + 1e-6)
        return [self.foot(int(at), point) for at in near] if distance.min() <= within_m and len(found) else []

    def foot(self, at: int, point: shapely.Point) -> Foot:
        """Return the foot of a point on one segment."""
        a, b, forward, backward, _ = self.segments[at]
        line = self.lines[at]
        return Foot(a, b, line.project(point), line.length, line.distance(point), forward, backward)


def way_to_facility(layers: Layers, options: Mapping[str, object], ids: list[str]) -> dict[str, Verdict]:
    """Return each home's cost to the nearest facility of the rule, both access legs included."""
    minutes = options.get("cutoff_min") is not None
    cutoff = float(options["cutoff_min"] if minutes else options["cutoff_m"])  # type: ignore[arg-type]
    mode = str(options.get("mode", "walk"))
    pace = float(options.get("walk_m_per_min", WALK_M_PER_MIN))  # type: ignore[arg-type]
    driving = mode == "drive" and minutes
    roads = Roads(layers["roads"], mode, minutes=driving)
    leg = 1 / 80.0 if driving else 1.0  # between door and road everybody walks, at 80 m a minute
    places = _meant(layers["facilities"], options)
    doors = [foot for place in places for door in _doors(place, roads) for foot in roads.feet(door)]
    left = _left(roads, doors, leg)
    areas = [place for place in places if place.geom_type in ("Polygon", "MultiPolygon")]
    scale = 1 / pace if mode == "walk" and minutes else 1.0
    off_road = [place for place in places if not any(roads.feet(door) for door in _doors(place, roads))]
    verdicts = {}
    for id_ in ids:
        home = layers["homes"].geometry[id_]
        costs = [_from_home(foot, doors, left, leg) for foot in roads.feet(home)]
        cost = 0.0 if costs and any(area.intersects(home) for area in areas) else min(costs, default=math.nan)
        # A facility on no road may or may not serve those who could be there in time, going straight at the best pace.
        at_best = min((place.distance(home) for place in off_road), default=math.inf) * min(leg, roads.fastest)
        verdicts[id_] = Verdict(cost * scale, _within(cost * scale, at_best * scale, cutoff))
    return verdicts


def _within(cost: float, at_best: float, cutoff: float) -> str:
    if cost <= cutoff + 1e-9:
        return "met"
    return "unknown" if math.isnan(cost) or at_best <= cutoff else "short"


def _left(roads: Roads, doors: list[Foot], leg: float) -> dict[tuple[float, float], float]:
    """Return from each node what is left to go to the nearest door: one search backwards from all of them."""
    back = roads.graph.reverse()
    for door in doors:
        ends = ((door.start, door.along_m, door.forward), (door.end, door.length_m - door.along_m, door.backward))
        for node, metres, per_m in ends:
            cost = metres * per_m + door.off_m * leg
            if cost < back.get_edge_data("door", node, {"cost": math.inf})["cost"]:
                back.add_edge("door", node, cost=cost)
    if "door" not in back:
        return {}
    found: dict[tuple[float, float], float] = nx.single_source_dijkstra_path_length(back, "door", weight="cost")
    return found


def _from_home(home: Foot, doors: list[Foot], left: Mapping[tuple[float, float], float], leg: float) -> float:
    to_start = home.along_m * home.backward + left.get(home.start, math.inf) if home.backward < math.inf else math.inf
    ahead = (home.length_m - home.along_m) * home.forward if home.forward < math.inf else math.inf
    best = min(to_start, ahead + left.get(home.end, math.inf))
    for door in doors:
        if (door.start, door.end) == (home.start, home.end):  # on the same segment: straight along it
            way = door.along_m - home.along_m
            best = min(
                best, (way * home.forward if way > 0 else -way * home.backward if way < 0 else 0) + door.off_m * leg
            )
    return best + home.off_m * leg


def _meant(facilities: gpd.GeoDataFrame, options: Mapping[str, object]) -> list[shapely.Geometry]:
    rows = facilities[facilities["category"] == options["facilities"]]
    if "status" in rows:
        rows = rows[rows["status"].isna() | (rows["status"] == "working")]
    return [place for place in rows.geometry if place is not None and not place.is_empty]


def _doors(place: shapely.Geometry, roads: Roads) -> list[shapely.Point]:
    """Return where a place is entered: a point where it is, an area where roads cross or come near its edge."""
    if place.geom_type == "Point":
        return [place]
    edge = place.boundary if place.geom_type in ("Polygon", "MultiPolygon") else place
    nearest = float(min(line.distance(edge) for line in roads.lines[roads.tree.query_nearest(edge)]))
    limit = max(ENTRANCE_M, nearest + 1e-9)
    doors = []
    for at in roads.tree.query(edge, predicate="dwithin", distance=limit):
        line = roads.lines[at]
        doors += [shapely.Point(xy) for xy in shapely.get_coordinates(line.intersection(edge))]
        for xy in line.coords:
            if shapely.Point(xy).distance(edge) <= limit:
                doors.append(shapely.shortest_line(edge, shapely.Point(xy)).interpolate(0))
        doors += [
            shapely.Point(xy) for xy in shapely.get_coordinates(edge) if shapely.Point(xy).distance(line) <= limit
        ]
    return doors


def lit_road(layers: Layers, options: Mapping[str, object], ids: list[str]) -> dict[str, Verdict]:
    """Return how many metres of each road working lamps light, `radius_m` each way along the network from their feet."""
    radius = float(options["radius_m"])  # type: ignore[arg-type]
    roads = Roads(layers["roads"], "any", minutes=False)
    devices = layers["devices"]  # an extract without any has an empty layer without columns
    lamps = devices[devices["category"] == "lamp"] if "category" in devices else devices
    feet = [foot for lamp in lamps.geometry for foot in roads.feet(lamp, radius)[:1]]
    graph = roads.graph.to_undirected()
    reached = [nx.single_source_dijkstra_path_length(_with_foot(graph, foot), "lamp", radius, "cost") for foot in feet]
    of_road: dict[str, list[int]] = {}
    for at, segment in enumerate(roads.segments):
        of_road.setdefault(segment[4], []).append(at)
    verdicts = {}
    for id_ in ids:
        row = layers["roads"].loc[id_]
        lit = sum(_lit_m(roads, at, feet, reached, radius) for at in of_road.get(id_, ()))
        verdicts[id_] = _lit_verdict(row, lit, float(options["share"]))  # type: ignore[arg-type]
    return verdicts


def _with_foot(graph: nx.Graph, foot: Foot) -> nx.Graph:
    near = nx.Graph(graph.subgraph(_around(graph, foot)))
    near.add_edge("lamp", foot.start, cost=foot.along_m)
    near.add_edge("lamp", foot.end, cost=foot.length_m - foot.along_m)
    return near


def _around(graph: nx.Graph, foot: Foot) -> set[tuple[float, float]]:
    return {
        node
        for end in (foot.start, foot.end)
        for node in nx.single_source_dijkstra_path_length(graph, end, 100.0, weight="cost")
    }


def _lit_m(roads: Roads, at: int, feet: list[Foot], reached: list[dict[object, float]], radius: float) -> float:
    """Return how many metres of one segment are lit: from either end, and from the lamps that stand on it."""
    a, b, *_ = roads.segments[at]
    length = math.dist(a, b)
    lit = []
    for foot, cost in zip(feet, reached, strict=True):
        if a in cost:
            lit.append((0.0, radius - cost[a]))
        if b in cost:
            lit.append((length - (radius - cost[b]), length))
        if (foot.start, foot.end) == (a, b):
            lit.append((foot.along_m - radius, foot.along_m + radius))
    total, until = 0.0, 0.0
    for low, high in sorted((max(low, 0.0), min(high, length)) for low, high in lit):
        total += max(0.0, high - max(low, until))
        until = max(until, high)
    return total


def _lit_verdict(road: pd.Series, lit: float, share: float) -> Verdict:
    parts = shapely.get_parts(road.geometry)
    length = float(sum(part.length for part in parts))
    said = road.get("lit")
    if said is not None and not pd.isna(said) and said:
        return Verdict(length, "met")
    enough = lit >= share * length - 1e-9 * length
    if "lit" in road.index and (said is None or pd.isna(said)):
        return Verdict(lit, "met" if enough else "unknown")
    return Verdict(lit, "met" if enough else "short")


def own_facilities(layers: Layers, options: Mapping[str, object], ids: list[str]) -> dict[str, Verdict]:
    """Return how many facilities of the rule each village has: those whose inner point lies in it."""
    places = _meant(layers["facilities"], options)
    inner = [place if place.geom_type == "Point" else place.point_on_surface() for place in places]
    verdicts = {}
    for id_ in ids:
        count = sum(layers["units"].geometry[id_].intersects(point) for point in inner)
        verdicts[id_] = Verdict(float(count), "met" if count >= int(options["at_least"]) else "short")  # type: ignore[call-overload]
    return verdicts


def _usable(road: pd.Series, mode: str) -> bool:
    kind = str(road["class"]).strip().lower() if not pd.isna(road["class"]) else ""
    kind = classes.SAME_AS.get(kind, kind)
    if mode == "any":
        return road.geometry is not None
    barred = {"walk": classes.NOT_ON_FOOT, "drive": classes.NOT_BY_CAR}[mode]
    columns = {"walk": ("foot", "access"), "drive": ("motorcar", "motor_vehicle", "vehicle", "access")}[mode]
    words = [str(road[name]).strip().lower() for name in columns if name in road.index and not pd.isna(road[name])]
    closed = bool(words) and words[0] in classes.CLOSED
    return kind not in barred | classes.NOT_A_ROAD and not closed and road.geometry is not None


def _way(road: pd.Series) -> str:
    given = road.get("oneway")
    if given is not None and not pd.isna(given) and str(given) != "":
        word = str(given).strip().lower()
        return {"yes": "yes", "true": "yes", "1": "yes", "-1": "reverse", "reverse": "reverse"}.get(word, "both")
    kind = classes.SAME_AS.get(str(road["class"]), str(road["class"]))
    round_ = str(road.get("junction")) in ("roundabout", "circular")
    return "yes" if round_ or kind == "motorway" else "both"


def _per_m(road: pd.Series, mode: str, *, minutes: bool) -> float:
    if not minutes:
        return 1.0
    given = road.get("speed_kmh")
    if given is not None and not pd.isna(given) and float(given) > 0:
        return 60.0 / (1000.0 * float(given))
    kind = "" if pd.isna(road["class"]) else classes.SAME_AS.get(str(road["class"]), str(road["class"]))
    return 60.0 / (1000.0 * classes.DRIVE_KMH.get(kind, classes.DRIVE_OTHER_KMH))
