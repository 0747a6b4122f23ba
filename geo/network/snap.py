"""Points to their nearest place on the network, anywhere along an edge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.network.engine import compiles
from geo.network.exact import on_grid
from geo.network.morton import morton_order, rough_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# A point farther than this from every road is off the network: nobody can say how it gets there. Our choice.
MAX_SNAP_M = 500.0

# Roads whose distances from a point differ by less are equally near: coordinates of 4 000 km carry noise of 0.5 nm.
TIE_M = 1e-9

THREADS = 2


@dataclass(frozen=True, eq=False)
class Snapped:
    """Where each point meets the network: its foot on the nearest edge, the lowest edge if several are as near.

    `edge` is -1 where there is no road at all (or no point). `edge_m` is how far along its edge the foot is, `road_m`
    how far along its road, `road` that road's row in the frame the network was made from. `offset_m` is how far the
    point is from its foot, known even where that is too far to be `on_network`. `x`, `y` are the foot itself.
    """

    edge: Rows
    road: Rows
    edge_m: Numbers
    road_m: Numbers
    offset_m: Numbers
    on_network: Flags
    x: Numbers
    y: Numbers

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, rows: Rows) -> Snapped:
        """Return some of them."""
        return Snapped(*(getattr(self, field.name)[rows] for field in fields(self)))


def snapped(segments: Segments, x: Numbers, y: Numbers, *, max_snap_m: float) -> Snapped:
    """Return the feet of the points; at exactly max_snap_m a point is still on the network."""
    topology = segments.topology
    segment = np.full(len(x), -1, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if compiles(max(len(x), topology.edges)) and topology.edges:
        return segments.compiled_feet(x, y, known, max_snap_m)
    if len(known) and topology.edges:
        known = known[morton_order(x[known], y[known])]  # neighbours in a row: the tree is searched 5 times as fast
        segment[known] = segments.nearest(x[known], y[known])
    return feet(topology, x, y, segment, max_snap_m=max_snap_m)


def feet(topology: Topology, x: Numbers, y: Numbers, segment: Rows, *, max_snap_m: float) -> Snapped:
    """Return the feet of the points on the segments chosen for them (-1: none)."""
    found = segment >= 0
    at = np.where(found, segment, 0)
    if not topology.edges:
        none = np.full(len(x), np.nan)
        return Snapped(segment, segment, none, none, none, found, none, none)
    share, offset = to_segments(topology, at, x, y)
    along = on_grid(share * topology.segment_length_m[at])
    edge = topology.segment_edge[at].astype(np.int64)
    road_m = topology.segment_from_m[at] + along
    blank = np.where(found, 0.0, np.nan)
    offset = on_grid(offset) + blank
    return Snapped(
        np.where(found, edge, -1),
        np.where(found, topology.road[edge], -1),
        road_m - topology.from_m[edge] + blank,
        road_m + blank,
        offset,
        offset <= max_snap_m + TIE_M,
        (1 - share) * topology.segment_x[at, 0] + share * topology.segment_x[at, 1] + blank,
        (1 - share) * topology.segment_y[at, 0] + share * topology.segment_y[at, 1] + blank,
    )


def to_segments(topology: Topology, segment: Rows, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far along its segment (share 0-1) each point's foot is, and its distance in metres.

    At either end the distance is taken to the very vertex, so that segments that share it are equally near.
    """
    x0, x1 = topology.segment_x[segment].T
    y0, y1 = topology.segment_y[segment].T
    dx, dy = x1 - x0, y1 - y0
    share = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    at_end = share == 1.0
    off_x = np.where(at_end, x - x1, (x - x0) - share * dx)
    off_y = np.where(at_end, y - y1, (y - y0) - share * dy)
    return share, np.hypot(off_x, off_y)


class Segments:
    """The segments of a network, to be searched; what that takes is built on first use and kept."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology

    def compiled_feet(self, x: Numbers, y: Numbers, known: Rows, max_snap_m: float) -> Snapped:
        """Return the feet of the `known` points by compiled code, a thread for each half of them."""
        from geo.network.snap_kernel import Cells, put_feet, taken_apart

        top = self.topology
        known = known[rough_order(x[known], y[known])]  # neighbours in a row find each other's cells in the cache
        at_x, at_y = x[known], y[known]
        shapes = top.segment_x, top.segment_y, top.segment_length_m, top.segment_from_m, top.segment_edge
        feet = np.empty((len(x), 8))
        if len(known) < len(x):
            feet[:] = (-1, -1, np.nan, np.nan, np.nan, np.nan, np.nan, 0)

        def put(begin: int, end: int) -> None:
            limit = max_snap_m + TIE_M
            where = at_x[begin:end], at_y[begin:end], known[begin:end]
            put_feet(*where, Cells(*self._cells), shapes, (top.road, top.from_m), feet, TIE_M, limit)

        cuts = np.linspace(0, len(known), THREADS + 1).astype(int).tolist()
        _ = self._cells
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(put, cuts[:-1], cuts[1:]))
        return Snapped(*taken_apart(feet))

    def nearest(self, x: Numbers, y: Numbers) -> Rows:
        """Return the segment nearest to each point; of those as near, the first of the lowest edge."""
        points = shapely.points(x, y)
        _, reach_m = self._tree.query_nearest(points, return_distance=True, all_matches=False)
        point, segment = self._tree.query(points, predicate="dwithin", distance=reach_m * (1 + 1e-12) + 2 * TIE_M)
        _, offset = to_segments(self.topology, segment, x[point], y[point])
        least = np.full(len(x), np.inf)
        np.minimum.at(least, point, offset)
        level = offset <= least[point] + TIE_M
        best = np.full(len(x), np.iinfo(np.int64).max)
        np.minimum.at(best, point[level], segment[level])
        return best

    @cached_property
    def _tree(self) -> shapely.STRtree:
        ends = np.stack([self.topology.segment_x, self.topology.segment_y], axis=2)
        return shapely.STRtree(shapely.linestrings(ends))

    @cached_property
    def _cells(self) -> tuple[Rows, NDArray[np.int32], float, float, float, int, int]:
        """Return segments by cell, and the cells' corner, width and number: as many as there are segments."""
        from geo.network.snap_kernel import cells

        x, y = self.topology.segment_x, self.topology.segment_y
        west, south, width, height = float(x.min()), float(y.min()), float(np.ptp(x)), float(np.ptp(y))
        size_m = max((width * height / len(x)) ** 0.5, max(width, height) / len(x), 1.0)
        grid = west, south, size_m, int(width // size_m) + 1, int(height // size_m) + 1
        return (*cells(x, y, *grid), *grid)
