"""The piece of a line between two measures, exact and for all pieces at once: by its coordinates, never by buffers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.lines.intervals import Stretches, overlapping

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Rows = NDArray[np.intp]


def sublines(lines: Geometries, stretches: Stretches) -> Geometries:
    """Return the geometry of each stretch of `lines` (stretches.line counts in them).

    Measures are metres along a line from its start; the parts of a MultiLineString follow one another without the
    jumps between them, and a stretch across a jump comes back as a MultiLineString. A stretch reaching past an end of
    its line stops there.
    """
    import shapely

    used, line = np.unique(stretches.line, return_inverse=True)
    stretches = Stretches(line, stretches.start_m, stretches.end_m)
    parts, owner = shapely.get_parts(lines[used], return_index=True)
    length = shapely.length(parts)
    run = np.append(0.0, np.cumsum(length))
    start = run[:-1] - run[np.searchsorted(owner, owner)]
    end = start + length
    # Two lines never overlap in the key (line, metres), and the parts of one only touch: ordered and disjoint.
    part, stretch = overlapping(Stretches(owner, start, end), stretches)
    pieces = _of_parts(
        parts,
        Stretches(
            part,
            np.maximum(stretches.start_m[stretch] - start[part], 0.0),
            np.minimum(stretches.end_m[stretch], end[part]) - start[part],
        ),
    )
    return gathered(pieces, stretch, len(stretches))


def gathered(pieces: Geometries, owner: Rows, count: int) -> Geometries:
    """Return for each owner 0 .. count-1 its pieces: the piece itself if it is one, else a MultiLineString of them.

    `owner` is sorted; an owner without a piece gets an empty LineString.
    """
    import shapely

    pieces_each = np.bincount(owner, minlength=count)
    result: Geometries = np.full(count, shapely.LineString(), dtype=object)
    alone = pieces_each[owner] == 1
    result[owner[alone]] = pieces[alone]
    many = np.flatnonzero(pieces_each > 1)
    if len(many):
        number = np.searchsorted(many, owner[~alone])
        result[many] = shapely.multilinestrings(pieces[~alone], indices=number)
    return result


def _of_parts(parts: Geometries, stretches: Stretches) -> Geometries:
    """Return the sub-line of each stretch, where every line is a LineString and every stretch lies within it."""
    import shapely

    if not len(stretches):
        return np.empty(0, dtype=object)
    points, line = shapely.get_coordinates(parts, return_index=True)
    step = np.append(0.0, np.hypot(*np.diff(points, axis=0).T))
    first = np.searchsorted(line, np.arange(len(parts)))
    step[first] = 0.0
    run = np.cumsum(step)
    measure = run - run[first][line]
    key = line + 1j * measure
    last = np.append(first[1:], len(points)) - 1
    end_m = np.minimum(stretches.end_m, measure[last[stretches.line]])
    # Vertices strictly inside the stretch, between its two ends.
    low = np.searchsorted(key, stretches.line + 1j * stretches.start_m, "right")
    high = np.maximum(np.searchsorted(key, stretches.line + 1j * end_m, "left"), low)
    inside = high - low
    piece = np.repeat(np.arange(len(stretches)), inside + 2)
    place = np.cumsum(inside + 2) - (inside + 2)
    vertex = np.arange(len(piece)) - place[piece] - 1 + low[piece]
    xy = points[np.clip(vertex, 0, len(points) - 1)]
    xy[place] = _at(points, measure, low, stretches.start_m, first[stretches.line])
    xy[place + inside + 1] = _at(points, measure, high, end_m, first[stretches.line])
    return np.asarray(shapely.linestrings(xy, indices=piece))


def _at(
    points: NDArray[np.float64],
    measure: NDArray[np.float64],
    after: Rows,
    at_m: NDArray[np.float64],
    first: Rows,
) -> NDArray[np.float64]:
    """Return the point at each measure; `after` is the vertex that follows it, `first` the first of its line."""
    after = np.minimum(np.maximum(after, first + 1), len(points) - 1)
    length = measure[after] - measure[after - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.where(length > 0, (at_m - measure[after - 1]) / length, 0.0), 0.0, 1.0)
    return points[after - 1] + share[:, None] * (points[after] - points[after - 1])
