"""Arithmetic of intervals on lines, for all lines at once: union, what is left over, cutting into cells, and sub-lines.

A line is a number (its row in some frame); a place on it is metres from its start. Sorting and searching run on the key
`line + 1j * metres`: numpy orders complex numbers by the real part and then by the imaginary part, so one sort, one
running maximum and one search serve every line without a loop and without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.engine import compiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# Less than this is neither a gap nor a light: coordinates and interval ends carry rounding, roads are not built to it.
SLIVER_M = 0.001


@dataclass(frozen=True)
class Stretches:
    """Closed intervals [start_m, end_m] on numbered lines: three arrays of one length."""

    line: Rows
    start_m: Numbers
    end_m: Numbers

    def __len__(self) -> int:
        return len(self.line)

    @property
    def length_m(self) -> Numbers:
        """Length of each stretch, in metres."""
        return self.end_m - self.start_m

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Stretches:
        """Return the stretches of these rows."""
        return Stretches(self.line[rows], self.start_m[rows], self.end_m[rows])


def joined(stretches: Stretches) -> Stretches:
    """Return the union as stretches that do not touch, ordered by line and start.

    Closed intervals that touch, or lie less than SLIVER_M apart, become one.
    """
    order = np.argsort(_key(stretches.line, stretches.start_m), kind="stable")
    ordered = stretches.take(order)
    if not len(ordered):
        return ordered
    # The greatest (line, end) so far: a new line is always greater, so the running end starts afresh with it.
    reach = np.maximum.accumulate(_key(ordered.line, ordered.end_m)).imag
    new = np.ones(len(ordered), bool)
    new[1:] = (ordered.line[1:] != ordered.line[:-1]) | (ordered.start_m[1:] > reach[:-1] + SLIVER_M)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(ordered)) - 1
    return Stretches(ordered.line[first], ordered.start_m[first], reach[last])


def remainder(stretches: Stretches, lines: Rows, length_m: Numbers) -> Stretches:
    """Return what the stretches leave of [0, length_m] on each of `lines` (sorted, unique), ordered by line and start.

    What is left is longer than SLIVER_M each, and starts and ends exactly where the stretches around it end and start.
    A line with no stretch is left whole; one shorter than SLIVER_M leaves nothing.
    """
    if compiles(len(stretches)):
        return _compiled_remainder(stretches, lines, length_m)
    union = joined(stretches.take(np.isin(stretches.line, lines)))
    # Walls at both ends of every line, then whatever lies between one stretch and the next.
    line = np.concatenate([lines, union.line, lines])
    start = np.concatenate([np.full(len(lines), -np.inf), union.start_m, length_m])
    end = np.concatenate([np.zeros(len(lines)), union.end_m, np.full(len(lines), np.inf)])
    # A stretch may reach past a wall: the running maximum keeps what lies between two of them from turning negative.
    order = np.lexsort((end, start, line))
    line, start, end = line[order], start[order], end[order]
    reach = np.maximum.accumulate(_key(line, end)).imag
    same = (line[1:] == line[:-1]) & (start[1:] - reach[:-1] > SLIVER_M)
    rows = np.flatnonzero(same)
    return Stretches(line[rows], reach[rows], start[rows + 1])


def _compiled_remainder(stretches: Stretches, lines: Rows, length_m: Numbers) -> Stretches:
    from geo.lines.intervals_kernel import left_over, sort_groups
    from geo.network.graph_kernel import by_group

    place = np.full(max(stretches.line.max(initial=-1), lines.max(initial=-1)) + 1, -1, dtype=np.int32)
    place[lines] = np.arange(len(lines), dtype=np.int32)
    rows = np.flatnonzero(place[stretches.line] >= 0)
    first, rows = by_group(len(lines), place[stretches.line], rows)
    sort_groups(first, rows, stretches.start_m, stretches.end_m, stretches.line)
    line, start, end = left_over(first, rows, stretches.start_m, stretches.end_m, length_m, SLIVER_M)
    return Stretches(lines[line], start, end)


def total_m(stretches: Stretches, count: int) -> Numbers:
    """Return the summed length on each of the lines 0 .. count-1, in metres."""
    return np.bincount(stretches.line, stretches.length_m, minlength=count).astype(float)


def overlapping(disjoint: Stretches, others: Stretches) -> tuple[Rows, Rows]:
    """Return every pair (row of disjoint, row of others) that shares more than SLIVER_M, ordered by the second.

    `disjoint` must be ordered by line and start and must not overlap itself, as `joined` and `remainder` give it.
    """
    first = np.searchsorted(_key(disjoint.line, disjoint.end_m), _key(others.line, others.start_m + SLIVER_M), "right")
    after = np.searchsorted(_key(disjoint.line, disjoint.start_m), _key(others.line, others.end_m - SLIVER_M), "left")
    count = np.maximum(after - first, 0)
    other = np.repeat(np.arange(len(others)), count)
    mine = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    shared = np.minimum(disjoint.end_m[mine], others.end_m[other]) - np.maximum(
        disjoint.start_m[mine], others.start_m[other]
    )
    keep = shared > SLIVER_M
    return mine[keep], other[keep]


def cut(disjoint: Stretches, line: Rows, at_m: Numbers) -> Stretches:
    """Return the stretches cut wherever one of the points (line, at_m) lies inside them, in the same order.

    The pieces cover exactly what the stretches cover, and each is longer than SLIVER_M: of points that lie closer than
    that to one another the first is taken, and one so close to an end is passed over.
    """
    points = np.unique(_key(line, at_m))
    home = np.searchsorted(_key(disjoint.line, disjoint.end_m), points, "right")
    inside = home < len(disjoint)
    home, points = home[inside], points[inside]
    inside = (disjoint.line[home] == points.real) & (disjoint.start_m[home] + SLIVER_M < points.imag)
    inside &= points.imag < disjoint.end_m[home] - SLIVER_M
    home, at = home[inside], points[inside].imag
    apart = np.ones(len(home), bool)
    apart[1:] = (home[1:] != home[:-1]) | (at[1:] > at[:-1] + SLIVER_M)
    home, at = home[apart], at[apart]
    row = np.concatenate([np.arange(len(disjoint)), home])
    start = np.concatenate([disjoint.start_m, at])
    order = np.lexsort((start, row))
    row, start = row[order], start[order]
    end = disjoint.end_m[row]
    follows = np.flatnonzero(row[1:] == row[:-1])
    end[follows] = start[follows + 1]
    return Stretches(disjoint.line[row], start, end)


def holding(disjoint: Stretches, line: Rows, at_m: Numbers) -> Rows:
    """Return the row of the stretch that each point lies on, both ends included; -1 where there is none.

    `disjoint` is ordered and may touch itself: a point where two stretches meet belongs to the first.
    """
    row = np.searchsorted(_key(disjoint.line, disjoint.end_m), _key(line, at_m), "left")
    found = row < len(disjoint)
    row = np.where(found, row, 0)
    if not len(disjoint):
        return np.full(len(line), -1)
    found &= (disjoint.line[row] == line) & (disjoint.start_m[row] <= at_m)
    return np.where(found, row, -1)


def _key(line: Rows, metres: Numbers) -> NDArray[np.complex128]:
    key = np.empty(len(line), complex)
    key.real, key.imag = line, metres
    return key
