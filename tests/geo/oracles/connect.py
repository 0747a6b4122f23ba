"""Settlements joined to the town, the slow way: every set of roads to upgrade is tried. No code of geo's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import inf
from typing import Any

import networkx as nx
from shapely import LineString

from tests.geo.oracles.roads import HARD, SOFT, Row, corner, foot


def stands_at(at: Sequence[float], roads: Sequence[Row]) -> Any:
    """Return the corner a point's foot is on, else the id of the road, None if there is no road near."""
    found = foot(at, roads, 500)
    if found is None:
        return None
    road = next(road for road in roads if road["id"] == found[0])
    ends = road["line"][found[1]], road["line"][found[1] + 1]
    place = LineString(ends).interpolate(found[2])
    near = [corner(end) for end in ends if LineString([end, end]).distance(place) < 1e-3]
    return near[0] if near else found[0]


def is_joined(one: Any, others: Iterable[Any], roads: Sequence[Row], good: set[str]) -> bool:
    graph = nx.Graph()
    graph.add_nodes_from([one, *others])
    for road in roads:
        if road["id"] in good:
            graph.add_edges_from((road["id"], corner(xy)) for xy in road["line"])
    on_good = [end for end in (one, *others) if not isinstance(end, str) or end in good]
    return one in on_good and any(nx.has_path(graph, one, other) for other in others if other in on_good)


def judged(at: Sequence[float], seats: Sequence[Row], roads: Sequence[Row]) -> tuple[str, float]:
    """Return a settlement's status, and the least kilometres of road that have to be upgraded to join it (inf: none do)."""
    one = stands_at(at, roads)
    others = [end for end in (stands_at(seat["at"], roads) for seat in seats) if end is not None]
    if one is None or not others:
        return "unknown", inf
    sure = {road["id"] for road in roads if road["surface"] in HARD}
    maybe = {road["id"] for road in roads if road["surface"] not in SOFT}
    verdicts = {is_joined(one, others, roads, good) for good in (sure, maybe)}
    status = {(True,): "met", (False,): "short"}.get(tuple(verdicts), "unknown")
    rest = [road for road in roads if road["id"] not in sure]
    best = inf
    for count in range(len(rest) + 1):
        for some in combinations(rest, count):
            metres = sum(LineString(road["line"]).length for road in some)
            if metres < best and is_joined(one, others, roads, sure | {road["id"] for road in some}):
                best = metres
    return status, best / 1000
