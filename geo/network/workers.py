"""Bounded questions to a network, asked tile by tile of other processes: the answers are those of one machine.

No way within a limit leaves the square as wide as the limit around its start, so a tile of places and the roads around
it, as far as the limit reaches (its halo), is all that is needed. Costs add without rounding and ties go to the lowest
row, so it makes no difference which tile a place is in, or who works on it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from geo.network.costs import Costs
from geo.network.graph import graph_of
from geo.network.legs import Legs
from geo.network.pairs import Pairs, pairs_within, spread
from geo.network.reach import Stretches, ends_of, reach_along
from geo.network.snap import Segments, Snapped, snapped
from geo.network.tiles import tiles
from geo.network.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Coordinates and limits carry rounding far below this; halos are that much wider than they need to be (metres).
_MARGIN_M = 1.0


class Workers(Protocol):
    """Processes that can be given work; `places_per_tile` is how many places a tile should hold about."""

    places_per_tile: int

    def map(self, work: Callable[[Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
        """Return the answers to all tasks in their order."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some edges of a network with their nodes, renumbered in order; `node` and `edge` are the old numbers, sorted."""

    topology: Topology
    costs: Costs
    node: Rows
    edge: Rows


def part_of(topology: Topology, costs: Costs, edge: Rows) -> Part:
    """Return the part of a network made of these edges (sorted)."""
    top = topology
    node = np.unique(np.concatenate([top.start[edge], top.end[edge]])).astype(np.int64)
    first = np.searchsorted(top.segment_edge, edge)
    owner, segment = spread(first, np.searchsorted(top.segment_edge, edge, side="right"))
    small = Topology(
        top.node_x[node],
        top.node_y[node],
        np.searchsorted(node, top.start[edge]).astype(np.int32),
        np.searchsorted(node, top.end[edge]).astype(np.int32),
        top.road[edge],
        top.from_m[edge],
        top.length_m[edge],
        owner.astype(np.int32),
        top.segment_x[segment],
        top.segment_y[segment],
        top.segment_from_m[segment],
        top.segment_length_m[segment],
        int((edge >= top.edges - top.joins).sum()),
    )
    way = {name: getattr(costs, name)[edge] for name in ("per_m", "along", "forward", "backward")}
    return Part(small, replace(costs, **way), node, edge)


def pairs_by(
    workers: Workers, topology: Topology, costs: Costs, origins: Legs, destinations: Legs, limit: float
) -> Pairs:
    """Return what `pairs_within` returns on the graph that runs from origins to destinations; the limit is finite."""
    halo_m = limit / costs.fastest_per_m + _MARGIN_M
    here = np.flatnonzero(origins.edge >= 0)
    whose, tasks = [], []
    for rows, edge in _tiles(workers, topology, origins.x, origins.y, here, halo_m):
        part = part_of(topology, costs, edge)
        there = np.flatnonzero(np.isin(destinations.edge, edge))
        tasks.append(
            (part.topology, part.costs, _legs_in(part, origins, rows), _legs_in(part, destinations, there), limit)
        )
        whose.append((rows, there))
    answers = workers.map(_pairs, tasks)
    found = [(rows[a.origin], there[a.destination], a.cost) for (rows, there), a in zip(whose, answers, strict=True)]
    if not found:
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, np.empty(0))
    origin, destination, cost = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((destination, origin))
    return Pairs(origin[order], destination[order], cost[order])


def reach_by(workers: Workers, topology: Topology, costs: Costs, points: Snapped, radius_m: float) -> Stretches:
    """Return what `reach_along` returns."""
    here = np.flatnonzero(points.on_network)
    whose, tasks = [], []
    for rows, edge in _tiles(workers, topology, points.x, points.y, here, radius_m + _MARGIN_M):
        part = part_of(topology, costs, edge)
        some = points.take(rows)
        tasks.append((part.topology, replace(some, edge=np.searchsorted(edge, some.edge)), radius_m))
        whose.append(rows)
    answers = workers.map(_reach, tasks)
    columns = [(rows[a.source], a.road, a.from_m, a.to_m) for rows, a in zip(whose, answers, strict=True)]
    if not columns:
        return reach_along(topology, ends_of(topology), points, radius_m)
    source, road, low, high = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((source, high, low, road))
    return Stretches(source[order], road[order], low[order], high[order])


def snapped_by(
    workers: Workers, topology: Topology, costs: Costs, x: Numbers, y: Numbers, max_snap_m: float
) -> tuple[Snapped, Rows]:
    """Return the feet of the points, and the rows of those that are too far from any road for their tile to tell."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    halo_m = max_snap_m + _MARGIN_M
    blank = {"edge": -1, "road": -1, "on_network": False}
    feet = {f.name: np.full(len(x), blank.get(f.name, np.nan)) for f in fields(Snapped)}
    whose, tasks = [], []
    for rows, edge in _tiles(workers, topology, x, y, known, halo_m):
        tasks.append((part_of(topology, costs, edge).topology, x[rows], y[rows], max_snap_m))
        whose.append((rows, edge))
    for (rows, edge), some in zip(whose, workers.map(_snap, tasks), strict=True):
        for name, values in feet.items():
            values[rows] = getattr(some, name)
        feet["edge"][rows] = np.append(edge, -1)[some.edge]
    is_far = np.zeros(len(x), dtype=bool)
    is_far[known] = ~(feet["offset_m"][known] <= max_snap_m)
    return Snapped(**feet), np.flatnonzero(is_far)


def _pairs(task: tuple[Topology, Costs, Legs, Legs, float]) -> Pairs:
    topology, costs, origins, destinations, limit = task
    graph = graph_of(topology, costs, reverse=False)
    return pairs_within(graph, topology, costs, origins, destinations, limit=limit)


def _reach(task: tuple[Topology, Snapped, float]) -> Stretches:
    topology, points, radius_m = task
    return reach_along(topology, ends_of(topology), points, radius_m)


def _snap(task: tuple[Topology, Numbers, Numbers, float]) -> Snapped:
    topology, x, y, max_snap_m = task
    return snapped(Segments(topology), x, y, max_snap_m=max_snap_m)


def _legs_in(part: Part, legs: Legs, rows: Rows) -> Legs:
    """Return the legs of these rows with their nodes and edges numbered as in the part."""
    some = Legs(**{field.name: getattr(legs, field.name)[rows] for field in fields(legs)})
    node = np.searchsorted(part.node, some.node).astype(np.int32)
    return replace(some, node=node, edge=np.searchsorted(part.edge, some.edge))


def _tiles(
    workers: Workers, topology: Topology, x: Numbers, y: Numbers, rows: Rows, halo_m: float
) -> Iterator[tuple[Rows, Rows]]:
    """Yield (places, edges) tile by tile: the places in it, of these rows, and all edges that come within its halo."""
    if not len(rows) or not topology.edges:
        return
    west, south, east, north = _bounds(topology)
    spread_m2 = max(float(np.ptp(x[rows])), 1.0) * max(float(np.ptp(y[rows])), 1.0)
    size_m = max((spread_m2 * workers.places_per_tile / len(rows)) ** 0.5, 1.0)
    sorted_in = tiles(x[rows], y[rows], size_m)
    cuts = np.flatnonzero(np.diff(sorted_in.number, prepend=-1) != 0)
    for low, high in zip(cuts, np.append(cuts[1:], len(rows)), strict=True):
        some = np.sort(rows[sorted_in.order[low:high]])
        left, right = x[some].min() - halo_m, x[some].max() + halo_m
        below, above = y[some].min() - halo_m, y[some].max() + halo_m
        near = (west <= right) & (east >= left) & (south <= above) & (north >= below)
        yield some, np.flatnonzero(near)


def _bounds(top: Topology) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return west, south, east and north of each edge; of a join, which is not drawn, by its ends."""
    sides = []
    for reduce, at_node, at_segment in (
        (np.minimum, top.node_x, top.segment_x),
        (np.minimum, top.node_y, top.segment_y),
        (np.maximum, top.node_x, top.segment_x),
        (np.maximum, top.node_y, top.segment_y),
    ):
        side = reduce(at_node[top.start], at_node[top.end])
        reduce.at(side, top.segment_edge, reduce(at_segment[:, 0], at_segment[:, 1]))
        sides.append(side)
    return sides[0], sides[1], sides[2], sides[3]
