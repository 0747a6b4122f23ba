"""Compiled: the nearest segment to each point, by a uniform grid of cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.compiled import compiled
from geo.network.exact import GRAIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Flags = NDArray[np.bool_]


@compiled
def cells(x: Numbers, y: Numbers, west: float, south: float, size_m: float, across: int, up: int) -> tuple[Rows, Nodes]:
    """Return which segments pass through each cell: those of cell c are `segment[first[c]:first[c + 1]]`, in order."""
    first = np.zeros(across * up + 1, dtype=np.int64)
    segment = np.empty(0, dtype=np.int32)
    for filling in (False, True):
        for s in range(len(x)):
            low, high = min(y[s, 0], y[s, 1]), max(y[s, 0], y[s, 1])
            bottom, top = _cell(low, south, size_m, up), _cell(high, south, size_m, up)
            for row in range(bottom, top + 1):
                left, right = _columns(x[s, 0], y[s, 0], x[s, 1], y[s, 1], row, west, south, size_m, across)
                for column in range(left, right + 1):
                    cell = row * across + column
                    if filling:
                        segment[first[cell]] = s
                    first[cell] += 1
        if not filling:
            total = 0
            for cell in range(across * up):
                count = first[cell]
                first[cell] = total
                total += count
            segment = np.empty(total, dtype=np.int32)
    for cell in range(across * up, 0, -1):  # filling moved each start on to the next cell's
        first[cell] = first[cell - 1]
    first[0] = 0
    return first, segment


@compiled
def _cell(at: float, origin: float, size_m: float, count: int) -> int:
    return min(max(math.floor((at - origin) / size_m), 0), count - 1)


@compiled
def _columns(
    x0: float, y0: float, x1: float, y1: float, row: int, west: float, south: float, size_m: float, across: int
) -> tuple[int, int]:
    """Return the first and last column the segment touches in a row of cells, a hair wide of it."""
    slack = size_m * 1e-6
    low, high = south + row * size_m - slack, south + (row + 1) * size_m + slack
    a, b = x0, x1
    if y0 != y1:
        ta, tb = (low - y0) / (y1 - y0), (high - y0) / (y1 - y0)
        ta, tb = min(max(min(ta, tb), 0.0), 1.0), min(max(max(ta, tb), 0.0), 1.0)
        a, b = x0 + ta * (x1 - x0), x0 + tb * (x1 - x0)
    return _cell(min(a, b) - slack, west, size_m, across), _cell(max(a, b) + slack, west, size_m, across)


class Cells(NamedTuple):
    """Segments by cell, as `cells` lays them out, and the grid they are laid out on."""

    first: Rows
    segment: Nodes
    west: float
    south: float
    size_m: float
    across: int
    up: int


@compiled
def put_feet(
    px: Numbers,
    py: Numbers,
    rows: Rows,
    cells: Cells,
    segments: tuple[Numbers, Numbers, Numbers, Numbers, Nodes],
    edges: tuple[Rows, Numbers],
    feet: Numbers,
    tie_m: float,
    limit_m: float,
) -> None:
    """Fill in the feet of these points, each in its row, with the arithmetic of `snap.feet`: the columns `taken_apart` names.

    `segments` are x and y of both ends, length, measure along the road, and edge; `edges` the road and the measure.
    """
    x, y, length_m, from_m, of_edge = segments
    road, edge_from_m = edges
    for i in range(len(rows)):
        p, at_x, at_y = rows[i], px[i], py[i]
        s = _nearest(at_x, at_y, x, y, cells, tie_m)
        edge, x0, x1, y0, y1 = of_edge[s], x[s, 0], x[s, 1], y[s, 0], y[s, 1]
        dx, dy = x1 - x0, y1 - y0
        share = min(max(((at_x - x0) * dx + (at_y - y0) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
        off_x = at_x - x1 if share == 1.0 else (at_x - x0) - share * dx
        off_y = at_y - y1 if share == 1.0 else (at_y - y0) - share * dy
        offset_m = np.rint(math.hypot(off_x, off_y) / GRAIN) * GRAIN
        road_m = from_m[s] + np.rint(share * length_m[s] / GRAIN) * GRAIN
        feet[p, 0], feet[p, 1], feet[p, 2], feet[p, 3] = edge, road[edge], road_m - edge_from_m[edge], road_m
        feet[p, 4], feet[p, 5], feet[p, 6] = offset_m, (1 - share) * x0 + share * x1, (1 - share) * y0 + share * y1
        feet[p, 7] = offset_m <= limit_m


@compiled
def taken_apart(feet: Numbers) -> tuple[Rows, Rows, Numbers, Numbers, Numbers, Flags, Numbers, Numbers]:
    """Return edge, road, edge_m, road_m, offset_m, on_network, x and y as arrays of their own.

    They are first written side by side, a point a row, because points come in no order: one line of memory a point.
    """
    count = len(feet)
    edge, road, on_network = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.bool_)
    edge_m, road_m, offset_m, x, y = (
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
    )
    for p in range(count):
        edge[p], road[p], on_network[p] = int(feet[p, 0]), int(feet[p, 1]), feet[p, 7] == 1.0
        edge_m[p], road_m[p], offset_m[p], x[p], y[p] = feet[p, 2], feet[p, 3], feet[p, 4], feet[p, 5], feet[p, 6]
    return edge, road, edge_m, road_m, offset_m, on_network, x, y


@compiled
def _nearest(px: float, py: float, x: Numbers, y: Numbers, cells: Cells, tie_m: float) -> int:
    """Return the lowest of the segments that are, to tie_m, at the least distance from the point."""
    first, segment, west, south, size_m, across, up = cells
    column, row = _cell(px, west, size_m, across), _cell(py, south, size_m, up)
    best, square, chosen, tied, ring = 1e150, 1e300, -1, False, 0
    right, top = px - west - column * size_m, py - south - row * size_m
    inside = max(min(right, size_m - right, top, size_m - top) - 1e-6 * size_m, 0.0)  # how far all other cells are
    while ring <= max(across, up) and (ring == 0 or best + tie_m >= (ring - 1) * size_m + inside):
        for r in range(max(row - ring, 0), min(row + ring, up - 1) + 1):
            stride = 1 if abs(r - row) == ring else max(2 * ring, 1)
            for c in range(column - ring, column + ring + 1, stride):
                if c < 0 or c >= across or _is_away(column - c, right, row - r, top, size_m, best + tie_m):
                    continue
                for i in range(first[r * across + c], first[r * across + c + 1]):
                    s = segment[i]
                    off = _squared(px, py, x[s, 0], y[s, 0], x[s, 1], y[s, 1])
                    # as near to tie_m, or nearly so: squares differ by twice the distance times what distances do
                    tied |= s != chosen and abs(off - square) <= 2.1 * tie_m * (best + tie_m)
                    if off < square:
                        square, chosen = off, s
                        best = math.sqrt(off)
        ring += 1
    if tied:
        chosen = _lowest(px, py, x, y, first, segment, column, row, ring, across, up, best + tie_m)
    return chosen


@compiled
def _is_away(left: int, right_m: float, below: int, top_m: float, size_m: float, limit_m: float) -> bool:
    """Return whether no segment of a cell is within the limit, so many columns to the left and rows below the point's own.

    `right_m` and `top_m` say where in its cell the point is, from the corner.
    """
    away_x = (left - 1) * size_m + right_m if left > 0 else -left * size_m - right_m
    away_y = (below - 1) * size_m + top_m if below > 0 else -below * size_m - top_m
    away_x, away_y = max(away_x, 0.0) if left else 0.0, max(away_y, 0.0) if below else 0.0
    limit_m += 2e-6 * size_m
    return (away_x * away_x + away_y * away_y) * (1 - 2e-12) > limit_m * limit_m


@compiled
def _lowest(
    px: float,
    py: float,
    x: Numbers,
    y: Numbers,
    first: Rows,
    segment: Nodes,
    column: int,
    row: int,
    rings: int,
    across: int,
    up: int,
    limit_m: float,
) -> int:
    """Return the lowest segment within limit_m of the point, of the cells already looked at."""
    lowest = len(x)
    for r in range(max(row - rings + 1, 0), min(row + rings - 1, up - 1) + 1):
        for c in range(max(column - rings + 1, 0), min(column + rings - 1, across - 1) + 1):
            for i in range(first[r * across + c], first[r * across + c + 1]):
                s = segment[i]
                if s < lowest and _offset(px, py, x[s, 0], y[s, 0], x[s, 1], y[s, 1]) <= limit_m:
                    lowest = s
    return lowest


@compiled
def _offset(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the distance from a point to a segment, at its far end to the very vertex (as `snap.to_segments`)."""
    return math.sqrt(_squared(px, py, x0, y0, x1, y1))


@compiled
def _squared(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    dx, dy = x1 - x0, y1 - y0
    share = min(max(((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    off_x = px - x1 if share == 1.0 else (px - x0) - share * dx
    off_y = py - y1 if share == 1.0 else (py - y0) - share * dy
    return off_x * off_x + off_y * off_y
