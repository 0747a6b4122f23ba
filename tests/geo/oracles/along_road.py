"""Which roads are lit, the slow way: look at the middle of every centimetre and ask each lamp whether it reaches it.

Shares no code with geo. Exact for worlds whose lengths, feet and radii are whole centimetres.
"""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
from shapely.geometry import LineString, Point

CM = 0.01
NEAR = 1e-6


class Streets:
    """Roads as a networkx graph joined where they share a vertex; each road is a list of (node, metre)."""

    def __init__(self, roads):
        self.lines = {road["id"]: LineString(road["line"]) for road in sorted(roads, key=lambda road: road["id"])}
        self.stops, self.graph = {}, nx.MultiGraph()
        for id_, line in self.lines.items():
            along, before = 0.0, None
            self.stops[id_] = []
            for xy in line.coords:
                along += 0.0 if before is None else math.dist(before, xy)
                before = xy
                self.stops[id_].append((xy, along))
            for (u, a), (v, b) in pairwise(self.stops[id_]):
                self.graph.add_edge(u, v, weight=b - a)

    def foot(self, xy):
        """Return (offset, road, metre) of the nearest road, the lowest id and metre of several as near."""
        found = []
        for id_, stops in self.stops.items():
            for (u, a), (v, b) in pairwise(stops):
                piece = LineString([u, v])
                found.append((round(piece.distance(Point(xy)), 9), id_, a + min(piece.project(Point(xy)), b - a)))
        return min(found, default=(math.inf, None, 0.0))

    def feet(self, xy):
        """Return (offset, [(road, metre)]): the nearest road, and any other that lies on it at that very spot."""
        offset, road, metre = self.foot(xy)
        if road is None:
            return offset, []
        spot = self.lines[road].interpolate(metre)
        on_top = [(id_, line.project(spot)) for id_, line in self.lines.items() if line.distance(spot) < NEAR]
        return offset, sorted({(road, metre), *(place for place in on_top if place[0] != road)})

    def around(self, id_, metre):
        """Return the distance from that place to every node."""
        here = ("foot", id_, metre)
        graph = self.graph.copy()
        for (u, a), (v, b) in pairwise(self.stops[id_]):
            if a <= metre <= b:
                graph.add_edge(here, u, weight=metre - a)
                graph.add_edge(here, v, weight=b - metre)
        return nx.single_source_dijkstra_path_length(graph, here)

    def centimetres(self, id_):
        length = self.stops[id_][-1][1]
        return np.arange(round(length / CM)) * CM + CM / 2

    def reached(self, lamp, far, id_, radius):
        """Return for each centimetre of that road whether it is within the radius of a foot (road, metre)."""
        at = self.centimetres(id_)
        best = np.full(len(at), np.inf)
        if lamp[0] == id_:
            best = np.abs(at - lamp[1])  # never shorter than the network, and right on the lamp's own piece
            pieces = [(a, b) for (_, a), (_, b) in pairwise(self.stops[id_])]
            best[~np.any([(a <= lamp[1] <= b) & (a <= at) & (at <= b) for a, b in pieces], axis=0)] = np.inf
        for (u, a), (v, b) in pairwise(self.stops[id_]):
            on = (a <= at) & (at <= b)
            best[on] = np.minimum(best[on], far.get(u, np.inf) + at[on] - a)
            best[on] = np.minimum(best[on], far.get(v, np.inf) + b - at[on])
        return best <= radius


def judged(roads, lamps, homes, *, radius_m, share, max_offset_m=None):
    """Return for each road judged: required, supplied (surely and at most), status, people and people_short."""
    streets = Streets(roads)
    limit = radius_m if max_offset_m is None else max_offset_m
    feet = []
    for lamp in lamps:
        offset, places = streets.feet(lamp["at"])
        if offset <= limit:
            feet += [(place, streets.around(*place), lamp.get("status")) for place in places]
    is_given = "lit_required" in roads[0]
    must = {road["id"] for road in roads if not is_given or road.get("lit_required") is True}
    blank = {road["id"] for road in roads if is_given and road.get("lit_required") is None}
    marked = {road["id"] for road in roads if road.get("lit") is True}
    unsaid = {road["id"] for road in roads if "lit" in road and road["lit"] is None}
    sure, may = {}, {}
    for id_ in streets.lines:
        reach = [(streets.reached(foot, far, id_, radius_m), status) for foot, far, status in feet]
        dark = np.full(len(streets.centimetres(id_)), id_ in marked)
        sure[id_] = np.any([dark, *(lit for lit, status in reach if status == "working")], axis=0)
        may[id_] = np.any(
            [dark | (id_ in unsaid), *(lit for lit, status in reach if status in ("working", None))], axis=0
        )
    entries = [(*entry(streets, home["at"], must), home.get("people") or 0) for home in homes]
    return {
        id_: _verdict(id_, streets, sure[id_], may[id_], entries, share, known=id_ in must)
        for id_ in sorted(must | blank)
    }


def entry(streets, xy, must):
    """Return the road and metre where the way from there first meets a road that should be lit."""
    _, road, metre = streets.foot(xy)
    if road is None or road in must:
        return road, metre
    far = streets.around(road, metre)
    gates = [(round(far[node], 6), id_, at) for id_ in must for node, at in streets.stops[id_] if node in far]
    return min(gates)[1:] if gates else (None, 0.0)


def _verdict(id_, streets, sure, may, entries, share, *, known):
    length = streets.stops[id_][-1][1]
    if not known:
        return {"status": "unknown", "supplied": sure.sum() * CM}
    required = share * length
    low, high = sure.sum() * CM, may.sum() * CM
    met = [supplied >= required - NEAR for supplied in (low, high)]
    people = short = 0
    for road, metre, count in entries:
        if road == id_:
            people += count
            at = round(metre / CM)  # in the dark if the centimetres before and after it are
            short += count * (not sure[max(at - 1, 0) : at + 1].any())
    status = {(True, True): "met", (False, False): "short"}.get(tuple(met), "unknown")
    return {
        "required": required,
        "supplied": low,
        "supplied_high": high,
        "status": status,
        "people": people,
        "people_short": short,
    }
