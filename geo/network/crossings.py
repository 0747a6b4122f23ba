"""Roads that cross or touch without a shared vertex, and loose ends that stop just short of a road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.network.lines import PLACES_PER_M, Lines, with_vertices

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Joins:
    """Loose ends joined to a road near by: vertex rows `end` and `foot` in the lines, and the gap between them."""

    end: Rows
    foot: Rows
    gap_m: Numbers


def levels(roads: gpd.GeoDataFrame) -> Numbers:
    """Return the level each road runs at: its `layer`, else 1 on a bridge, -1 in a tunnel, 0 on the ground.

    Roads of different levels cross without meeting.
    """
    blank = pd.Series(np.nan, index=roads.index)
    layer = pd.to_numeric(roads.get("layer", blank), errors="coerce").to_numpy(dtype=float)
    bridge, tunnel = (_flags(roads.get(name, blank)) for name in ("bridge", "tunnel"))
    plain = np.where(bridge, 1.0, np.where(tunnel, -1.0, 0.0))
    return np.where(np.isfinite(layer) & ((layer != 0) | (plain == 0)), layer, plain)


def crossed(lines: Lines, level: Numbers) -> Lines:
    """Return the lines with a vertex wherever two on one level cross, touch or run together, so that they meet there.

    `level` is by row of the frame.
    """
    after, shapes = _segments(lines)
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    pair = (one < other) & (level[lines.road[after[one]]] == level[lines.road[after[other]]])
    one, other = one[pair], other[pair]
    meeting = shapely.intersection(shapes[one], shapes[other])
    xy, which = shapely.get_coordinates(meeting, return_index=True)
    end, touched = _touching(lines, after, shapes, level)
    segment = np.concatenate([one[which], other[which], touched])
    x = np.concatenate([xy[:, 0], xy[:, 0], lines.x[end]])
    y = np.concatenate([xy[:, 1], xy[:, 1], lines.y[end]])
    share = shapely.line_locate_point(shapes[segment], shapely.points(x, y), normalized=True)
    inside = (share > 0) & (share < 1)
    return with_vertices(lines, after[segment[inside]], share[inside], x[inside], y[inside])


def _touching(lines: Lines, after: Rows, shapes: NDArray[np.object_], level: Numbers) -> tuple[Rows, Rows]:
    """Return (vertex, segment) for loose ends that lie on a segment of another part, to 1 mm: no end lies on it exactly."""
    end = _loose_ends(lines)
    row, segment = _near(lines, end, after, shapes, level, 1 / PLACES_PER_M)
    return end[row], segment


def _near(
    lines: Lines, end: Rows, after: Rows, shapes: NDArray[np.object_], level: Numbers, tolerance_m: float
) -> tuple[Rows, Rows]:
    """Return (row of end, segment) for all segments of other parts on the same level within the tolerance."""
    points = shapely.points(lines.x[end], lines.y[end])
    row, segment = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=tolerance_m)
    apart = lines.part[end[row]] != lines.part[after[segment]]
    apart &= level[lines.road[end[row]]] == level[lines.road[after[segment]]]
    return row[apart], segment[apart]


def joined(lines: Lines, level: Numbers, tolerance_m: float) -> tuple[Lines, Joins]:
    """Return the lines with a vertex at the foot of every loose end that is at most tolerance_m from another road.

    A loose end is the end of a part that shares its place with nothing. It is joined to the nearest point of another
    part on its level; the gap keeps its length.
    """
    end = _loose_ends(lines)
    after, shapes = _segments(lines)
    row, segment = _near(lines, end, after, shapes, level, tolerance_m)
    points = shapely.points(lines.x[end[row]], lines.y[end[row]])
    gap_m = shapely.distance(points, shapes[segment])
    order = np.lexsort((segment, gap_m, row))
    nearest = order[np.diff(row[order], prepend=-1) != 0]
    row, segment, gap_m, points = row[nearest], segment[nearest], gap_m[nearest], points[nearest]
    share = shapely.line_locate_point(shapes[segment], points, normalized=True)
    foot = shapely.line_interpolate_point(shapes[segment], share, normalized=True)
    x, y = shapely.get_x(foot), shapely.get_y(foot)
    whole = with_vertices(lines, after[segment], share, x, y)
    return whole, _found_again(whole, lines.x[end[row]], lines.y[end[row]], x, y, gap_m)


def _found_again(
    lines: Lines, end_x: Numbers, end_y: Numbers, foot_x: Numbers, foot_y: Numbers, gap_m: Numbers
) -> Joins:
    """Return the joins by vertex rows of the lines that now have the feet in them."""
    tree = shapely.STRtree(shapely.points(lines.x, lines.y))
    end, foot = (tree.nearest(shapely.points(x, y)).astype(np.int64) for x, y in ((end_x, end_y), (foot_x, foot_y)))
    return Joins(end, foot, gap_m)


def _segments(lines: Lines) -> tuple[Rows, NDArray[np.object_]]:
    """Return the vertex each straight segment starts at, and the segments as shapes."""
    after = np.flatnonzero(np.diff(lines.part) == 0)
    x, y = (np.column_stack([at[after], at[after + 1]]) for at in (lines.x, lines.y))
    return after, shapely.linestrings(np.stack([x, y], axis=2))


def _loose_ends(lines: Lines) -> Rows:
    """Return the first and last vertices of parts that share their place with no other vertex."""
    first = np.diff(lines.part, prepend=-1) != 0
    last = np.append(first[1:], True)[: len(first)]
    alone = np.bincount(lines.place, minlength=len(lines.place_x))[lines.place] == 1
    return np.flatnonzero((first | last) & alone)


def _flags(column: pd.Series) -> NDArray[np.bool_]:
    """Return whether each cell says yes: True, 1, or an OpenStreetMap value such as viaduct."""
    words = column.astype(object).map(lambda cell: "" if pd.isna(cell) else str(cell).strip().lower())
    flags: NDArray[np.bool_] = ~words.isin(["", "no", "false", "0", "0.0", "否"]).to_numpy()
    return flags
