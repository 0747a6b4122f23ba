"""Compiled: intervals sorted line by line, and what they leave over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

# Steps of Shell's sort (Ciura 2001): most lines have a handful of intervals, a few may have thousands.
_STEPS = (1750, 701, 301, 132, 57, 23, 10, 4, 1)


@compiled
def sort_groups(first: Rows, rows: Rows, start: Numbers, end: Numbers, tie: Rows) -> None:
    """Sort the rows of each group, rows[first[g]:first[g + 1]], in place by start, then end, then tie."""
    for g in range(len(first) - 1):
        low, high = first[g], first[g + 1]
        for step in _STEPS:
            for i in range(low + step, high):
                row, at = rows[i], i
                while at - step >= low and _before(row, rows[at - step], start, end, tie):
                    rows[at] = rows[at - step]
                    at -= step
                rows[at] = row


@compiled
def _before(row: int, other: int, start: Numbers, end: Numbers, tie: Rows) -> bool:
    if start[row] != start[other]:
        return bool(start[row] < start[other])
    if end[row] != end[other]:
        return bool(end[row] < end[other])
    return bool(tie[row] < tie[other])


@compiled
def left_over(
    first: Rows, rows: Rows, start: Numbers, end: Numbers, length_m: Numbers, sliver_m: float
) -> tuple[Rows, Numbers, Numbers]:
    """Return (line, from, to) of what the sorted intervals leave of [0, length] of each line, as `remainder` does."""
    room = len(rows) + len(length_m)
    line, left_from, left_to, count = np.empty(room, dtype=np.int64), np.empty(room), np.empty(room), 0
    for g in range(len(length_m)):
        reach = 0.0
        for i in range(first[g], first[g + 1]):
            at = start[rows[i]]
            if at > length_m[g]:
                break
            if at > reach + sliver_m and at - reach > sliver_m:
                line[count], left_from[count], left_to[count] = g, reach, at
                count += 1
            reach = max(reach, end[rows[i]])
        if length_m[g] - reach > sliver_m:
            line[count], left_from[count], left_to[count] = g, reach, length_m[g]
            count += 1
    return line[:count].copy(), left_from[:count].copy(), left_to[:count].copy()
