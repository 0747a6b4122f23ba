"""Who lives along which road that should be lit, who comes out in the dark, and who passes there on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.lines.intervals import SLIVER_M, Stretches, holding, overlapping
from geo.places import points_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import RoadNetwork, Snapped
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# How far inside its road the end of an edge is looked for: so that it is found on that road, and not on another that
# passes through the same spot without meeting it. Less than the 1 mm within which two places are one.
INSIDE_M = 0.0005


@dataclass(frozen=True)
class Entries:
    """Homes by the road they come out on: its row, the metre there, and how many people; -1 where there is no way.

    `known` is false if the plan has neither homes nor villages: then nobody can say who lives where.
    """

    line: Rows
    at_m: Numbers
    people: Numbers
    known: bool = True


def entries_of(world: World, ref: str, roads: gpd.GeoDataFrame, must: Flags) -> Entries:
    """Return where each home's way first meets a road that should be lit, of the `roads` that `ref` means.

    A home whose nearest road is one comes out at its foot on it; any other goes the shortest way to where such a road
    begins, crosses or ends, the lowest road and metre of several as near. -1 where there is no way, and for homes off
    the network. Without homes and villages there is nobody.
    """
    if not (world.layers.of_kind("demand") or world.layers.of_kind("units")):
        return Entries(np.empty(0, np.intp), np.empty(0), np.empty(0), known=False)
    network, at = world.network("walk", ref), world.homes_on("walk", ref)
    row_of = roads.index.get_indexer(network.road_ids)
    line = np.where(at.on_network, row_of[at.road], -1).astype(np.intp)
    there = (line >= 0) & must[line]
    metre = np.where(there, at.road_m, np.nan)
    away = np.flatnonzero((line >= 0) & ~there)
    if len(away):
        line[away], metre[away] = _ways(network, at.take(away), roads, must)
    return Entries(line, metre, world.demand.people)


def _ways(network: RoadNetwork, homes: Snapped, roads: gpd.GeoDataFrame, must: Flags) -> tuple[Rows, Numbers]:
    """Return the road that should be lit which each home reaches first, and the metre there; -1 if it reaches none."""
    top = network.topology
    row_of = roads.index.get_indexer(network.road_ids)
    edges = np.flatnonzero(must[row_of[top.road]])
    line = np.tile(row_of[top.road[edges]], 2)
    metre = np.concatenate([top.from_m[edges], top.from_m[edges] + top.length_m[edges]])
    step = np.minimum(INSIDE_M, top.length_m[edges] / 2)
    inside = metre + np.concatenate([step, -step])
    order = np.lexsort((metre, line))
    line, metre, inside = line[order], metre[order], inside[order]
    gates = shapely.line_interpolate_point(np.asarray(roads.geometry)[line], inside)
    found: pd.Series = network.nearest(homes, gpd.GeoSeries(gates, crs=network.crs))["facility"]
    reached = found.notna().to_numpy()
    gate = found.fillna(0).to_numpy(np.intp)
    return np.where(reached, np.append(line, -1)[gate], -1), np.where(reached, np.append(metre, np.nan)[gate], np.nan)


def entering(dark: Stretches, entries: Entries, length_m: Numbers) -> Rows:
    """Return the row of the dark stretch each home comes out on, -1 where it is lit there.

    The metre where light ends is lit, the end of a road that no light reaches is dark.
    """
    row = holding(dark, entries.line, np.nan_to_num(entries.at_m, nan=-1.0))
    if not len(dark):
        return row
    at, start, end = entries.at_m, dark.start_m[row], dark.end_m[row]
    with np.errstate(invalid="ignore"):
        past_start = (at > start + SLIVER_M) | (start <= 0)
        before_end = (at < end - SLIVER_M) | (end >= length_m[entries.line])
    return np.where((row >= 0) & past_start & before_end, row, -1)


def covering(some: Stretches, entries: Entries) -> tuple[Rows, Rows]:
    """Return every pair (stretch, home) where the home comes out on the stretch, both ends included."""
    order = np.lexsort((entries.at_m, entries.line))
    order = order[entries.line[order] >= 0]
    keys = entries.line[order] + 1j * entries.at_m[order]
    first = np.searchsorted(keys, some.line + 1j * (some.start_m - SLIVER_M))
    after = np.searchsorted(keys, some.line + 1j * (some.end_m + SLIVER_M), "right")
    count = np.maximum(after - first, 0)
    home = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)
    return np.repeat(np.arange(len(some)), count), order[home]


@dataclass(frozen=True)
class Traffic:
    """How many people walk each edge of the roads on their way to the nearest village centre, ordered by road."""

    edges: Stretches
    people: Numbers


def traffic_of(world: World, ref: str, roads: gpd.GeoDataFrame) -> Traffic | None:
    """Return who passes where on the `roads` that `ref` means, if the plan has both homes and villages to walk to (a point inside each), else None."""
    if not (world.layers.of_kind("demand") and len(world.units)):
        return None
    network, centres = world.network("walk", ref), points_of(world.units)
    people = pd.Series(world.homes["people"].to_numpy(float))
    found = network.dependency(world.homes_on("walk", ref), people, gpd.GeoSeries(centres, crs=network.crs))
    top = network.topology
    line = roads.index.get_indexer(network.road_ids)[top.road]
    order = np.lexsort((top.from_m, line))
    edges = Stretches(line[order], top.from_m[order], (top.from_m + top.length_m)[order])
    return Traffic(edges, found.by_edge[order])


def passing(traffic: Traffic, pieces: Stretches) -> Numbers:
    """Return how many pass the busiest edge of each piece."""
    most = np.zeros(len(pieces))
    edge, piece = overlapping(traffic.edges, pieces)
    np.maximum.at(most, piece, traffic.people[edge])
    return most
