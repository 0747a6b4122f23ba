"""A frame of roads as flat arrays of vertices, each with its measure along its road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.network.exact import GRAIN, in_grains, on_grid
from layers.problems import LayerError, Problem
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

# Two vertices are one place if their coordinates agree after rounding to this many to the metre (1 mm).
PLACES_PER_M = 1000.0

_MULTI = 5  # shapely's type id of a MultiLineString
_LINES = (1, 2, _MULTI)  # LineString, LinearRing, MultiLineString


@dataclass(frozen=True, eq=False)
class Lines:
    """Vertices of all roads, road by road in the order of their ids, part by part.

    `place` numbers the distinct places (to 1 mm), `place_x`, `place_y` are their coordinates. `part` numbers the
    pieces a road is made of; `road` is the road's row in the frame that was given, `measure_m` the length of that road
    up to the vertex, parts one after the other. A road that has no length at all is not here.
    """

    x: Numbers
    y: Numbers
    place: Rows
    part: Rows
    road: Rows
    measure_m: Numbers
    place_x: Numbers
    place_y: Numbers


def lines_of(roads: gpd.GeoDataFrame) -> Lines:
    """Return the vertices of the roads; a Z is left out, and a vertex on top of the one before it is passed over.

    Raises LayerError if the CRS is missing or not in metres, or if a geometry is not a line.
    """
    check_metric(roads)
    order = np.argsort(np.asarray(roads.index), kind="stable").astype(np.int64)
    shapes = np.asarray(roads.geometry.array)[order]
    kinds = shapely.get_type_id(shapes)
    _check_lines(shapes, kinds, roads.index[order])
    if (kinds == _MULTI).any():
        shapes, owner = shapely.get_parts(shapes, return_index=True)
        order = order[owner]
    xy, part = shapely.get_coordinates(shapes, return_index=True)
    part, road = part.astype(np.int64), order[part]
    return _lines(xy[:, 0], xy[:, 1], part, road, _measures(xy[:, 0], xy[:, 1], part, road))


def with_vertices(lines: Lines, after: Rows, share: Numbers, x: Numbers, y: Numbers) -> Lines:
    """Return the lines with vertices put in: at (x, y), a share (0-1) of the way from the vertex `after` to the next.

    The measures along the road stay what they were.
    """
    step = lines.measure_m[after + 1] - lines.measure_m[after]
    measure = np.concatenate([lines.measure_m, lines.measure_m[after] + on_grid(share * step)])
    place = np.concatenate([np.arange(len(lines.x)), after])
    order = np.lexsort((np.concatenate([np.zeros(len(lines.x)), 1 + share]), place))
    row = np.minimum(place[order], len(lines.x) - 1)
    return _lines(
        np.concatenate([lines.x, x])[order],
        np.concatenate([lines.y, y])[order],
        lines.part[row],
        lines.road[row],
        measure[order],
    )


def check_metric(frame: gpd.GeoDataFrame) -> None:
    """Raise LayerError unless the frame's CRS is projected and its unit is the metre."""
    crs = frame.crs
    if crs is None:
        raise LayerError([Problem("roads", say("network.no_crs"), say("network.give_metric_crs"))])
    if not crs.is_projected or any(axis.unit_name not in ("metre", "meter") for axis in crs.axis_info[:2]):
        raise LayerError([Problem("roads", say("network.not_metric", crs=crs.name), say("network.give_metric_crs"))])


def _check_lines(shapes: NDArray[np.object_], kinds: NDArray[np.int32], ids: pd.Index) -> None:
    wrong = np.flatnonzero(~np.isin(kinds, (-1, *_LINES)))
    wrong = wrong[~shapely.is_empty(shapes[wrong])]
    if len(wrong):
        raise LayerError(
            Problem(f"roads[{ids[row]}].geometry", say("network.not_a_line", shape=shapes[row].geom_type), "")
            for row in wrong
        )
    bad = np.flatnonzero(~np.isfinite(shapely.bounds(shapes)).all(axis=1))
    bad = bad[~(shapely.is_missing(shapes[bad]) | shapely.is_empty(shapes[bad]))]
    if len(bad):
        raise LayerError(Problem(f"roads[{ids[row]}].geometry", say("network.not_finite"), "") for row in bad)


def _measures(x: Numbers, y: Numbers, part: Rows, road: Rows) -> Numbers:
    """Return how far along its road each vertex is; the parts of a road follow each other without a gap."""
    step = in_grains(np.hypot(np.diff(x, prepend=x[:1]), np.diff(y, prepend=y[:1])))
    step[np.diff(part, prepend=-1) != 0] = 0
    along = np.cumsum(step)
    first_of_road = np.diff(road, prepend=-1) != 0
    along -= along[first_of_road][np.cumsum(first_of_road) - 1]
    measure: Numbers = along.astype(np.float64) * GRAIN
    return measure


def _lines(x: Numbers, y: Numbers, part: Rows, road: Rows, measure_m: Numbers) -> Lines:
    """Return the vertices with their places numbered, without those that repeat the place before them."""
    place = _places(x, y)
    keep = _moving(place, np.diff(part, prepend=-1) != 0)
    first = np.zeros(place.max(initial=-1) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    place_x, place_y = (np.rint(at[first] * PLACES_PER_M) / PLACES_PER_M for at in (x, y))
    return Lines(x[keep], y[keep], place[keep], part[keep], road[keep], measure_m[keep], place_x, place_y)


def _places(x: Numbers, y: Numbers) -> Rows:
    """Return a number for each vertex, the same for vertices that agree to 1 mm."""
    column = np.rint(x * PLACES_PER_M).astype(np.int64)
    row = np.rint(y * PLACES_PER_M).astype(np.int64)
    column -= column.min(initial=0)
    row -= row.min(initial=0)
    height = int(row.max(initial=0)) + 1
    if int(column.max(initial=0)) * height >= 2**62:  # too wide for one key: number the columns that occur
        column = pd.factorize(column)[0]
    codes: Rows = pd.factorize(column * height + row)[0]
    return codes


def _moving(place: Rows, starts: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which vertices to keep: of those that stay at one place the last, at the beginning of a part the first.

    A part that never leaves its first place is dropped whole.
    """
    run_starts = starts | (np.diff(place, prepend=-1) != 0)
    run_ends = np.append(run_starts[1:], True)[: len(place)]
    part_ends = np.append(starts[1:], True)[: len(place)]
    run = np.cumsum(run_starts)
    number = np.cumsum(starts) - 1
    in_first_run = run == run[starts][number]
    still = in_first_run[part_ends][number]
    keep: NDArray[np.bool_] = np.where(in_first_run, starts, run_ends) & ~still
    return keep
