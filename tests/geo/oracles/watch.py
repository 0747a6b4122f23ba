"""Which points are watched, the slow way: one camera and one point at a time, and every way walked with networkx.

Shares no code with geo.
"""

import math
from itertools import pairwise

import networkx as nx

from tests.geo.oracles.along_road import Streets

NEAR = 1e-6


def sees(camera, point, radius_m):
    """Return whether the camera, if it works, sees the point: near enough, and inside its wedge."""
    (cx, cy), (px, py) = camera["at"], point["at"]
    far = math.dist((cx, cy), (px, py))
    limit = radius_m if camera.get("range_m") is None else min(radius_m, camera["range_m"])
    if far > limit + NEAR:
        return False
    azimuth, fov = camera.get("azimuth_deg"), camera.get("fov_deg")
    if azimuth is None or fov is None or fov >= 360 or far == 0:
        return True
    facing = (math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth)))
    cosine = (facing[0] * (px - cx) + facing[1] * (py - cy)) / far
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) <= fov / 2 + 1e-4


def judged(points, cameras, homes, roads, *, radius_m, at_least):
    """Return for each point: supplied (surely), status and people."""
    people = dict.fromkeys(sorted(point["id"] for point in points), 0)
    for home in homes:
        if points:
            people[nearest(home, points, roads)] += home["people"]
    result = {}
    for point in points:
        seen = [camera.get("status") for camera in cameras if sees(camera, point, radius_m)]
        low = seen.count("working")
        high = low + seen.count(None)
        status = "met" if low >= at_least else "unknown" if high >= at_least else "short"
        result[point["id"]] = {"supplied": low, "status": status, "people": people[point["id"]]}
    return result


def nearest(home, points, roads):
    """Return the id of the point nearest along the roads, in a straight line if no road leads to any."""
    streets = Streets(roads)
    ways = [(round(walk(home["at"], point["at"], streets), 6), point["id"]) for point in points] if roads else []
    ways = [way for way in ways if way[0] < math.inf]
    straight = [(round(math.dist(home["at"], point["at"]), 6), point["id"]) for point in points]
    return min(ways or straight)[1]


def walk(start, end, streets):
    """Return the metres from one place to another: to the nearest road, along the roads, and from the nearest road."""
    graph, legs = streets.graph.copy(), 0.0
    feet = [streets.foot(xy) for xy in (start, end)]
    for name, (offset, road, metre) in zip(("start", "end"), feet, strict=True):
        legs += offset
        for (u, a), (v, b) in pairwise(streets.stops[road]):
            if a <= metre <= b:
                graph.add_edge(name, u, weight=metre - a)
                graph.add_edge(name, v, weight=b - metre)
                if name == "end" and feet[0][1] == road and a <= feet[0][2] <= b:
                    graph.add_edge("start", "end", weight=abs(metre - feet[0][2]))
    try:
        return legs + nx.dijkstra_path_length(graph, "start", "end")
    except nx.NetworkXNoPath:
        return math.inf
