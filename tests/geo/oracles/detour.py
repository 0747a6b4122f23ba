"""Detours the slow way: every home on a networkx graph, every pair of vertices tried as a link. No code of geo's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import dist, inf

import networkx as nx

from tests.geo.oracles.roads import Row, corner, graph_of

NEAR = 1e-6


def ways(homes: Sequence[Row], schools: Sequence[Row], roads: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """Return for each home how long the straight line to the nearest school is, and the way to the nearest."""
    graph = graph_of(roads, {row["id"]: row["at"] for row in (*homes, *schools)})
    found = nx.multi_source_dijkstra_path_length(graph, {school["id"] for school in schools}, weight="metres")
    return {
        home["id"]: (min(dist(home["at"], school["at"]) for school in schools), found.get(home["id"], inf))
        for home in homes
    }


def shortest_link(
    home: Row, schools: Sequence[Row], roads: Sequence[Row], allowed_m: float, longest_m: float
) -> float | None:
    """Return the length of the shortest link between two vertices that makes the home's way no longer than allowed."""
    graph = graph_of(roads, {row["id"]: row["at"] for row in (home, *schools)})
    from_home = nx.single_source_dijkstra_path_length(graph, home["id"], weight="metres")
    to_school = nx.multi_source_dijkstra_path_length(graph, {school["id"] for school in schools}, weight="metres")
    vertices = {corner(xy) for road in roads for xy in road["line"]}
    lengths = [
        dist(one, other)
        for one, other in permutations(sorted(vertices), 2)
        if dist(one, other) <= longest_m
        and from_home.get(one, inf) + dist(one, other) + to_school.get(other, inf) <= allowed_m + NEAR
    ]
    return min(lengths, default=None)
