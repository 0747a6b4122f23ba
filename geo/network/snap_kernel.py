"""Compiled: the nearest segment to each point, by a uniform grid of cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Nodes = NDArray[np.int32]


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


@compiled
def nearest_in_cells(
    px: Numbers,
    py: Numbers,
    x: Numbers,
    y: Numbers,
    first: Rows,
    segment: Nodes,
    west: float,
    south: float,
    size_m: float,
    across: int,
    up: int,
    tie_m: float,
) -> Rows:
    """Return for each point the lowest of the segments that are, to tie_m, at the least distance."""
    result = np.empty(len(px), dtype=np.int64)
    for p in range(len(px)):
        column, row = _cell(px[p], west, size_m, across), _cell(py[p], south, size_m, up)
        best, chosen, tied, ring = np.inf, -1, False, 0
        while ring <= max(across, up) and best + tie_m >= (ring - 1) * size_m:
            for r in range(max(row - ring, 0), min(row + ring, up - 1) + 1):
                stride = 1 if abs(r - row) == ring else max(2 * ring, 1)
                for c in range(column - ring, column + ring + 1, stride):
                    if c < 0 or c >= across:
                        continue
                    for i in range(first[r * across + c], first[r * across + c + 1]):
                        s = segment[i]
                        off = _offset(px[p], py[p], x[s, 0], y[s, 0], x[s, 1], y[s, 1])
                        tied |= s != chosen and abs(off - best) <= tie_m
                        if off < best:
                            best, chosen = off, s
            ring += 1
        if tied:
            chosen = _lowest(px[p], py[p], x, y, first, segment, column, row, ring, across, up, best + tie_m)
        result[p] = chosen
    return result


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
    dx, dy = x1 - x0, y1 - y0
    share = min(max(((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    if share == 1.0:
        return math.sqrt((px - x1) ** 2 + (py - y1) ** 2)
    return math.sqrt(((px - x0) - share * dx) ** 2 + ((py - y0) - share * dy) ** 2)
