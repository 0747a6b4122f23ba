"""How much longer people on foot or bicycle take where roads go up and down, from heights of the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.pairs import spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.network.topology import Topology
    from layers.heights import Heights

    Numbers = NDArray[np.float64]

# Tobler (1993), "Three presentations on geographical analysis and modeling": 6 exp(-3.5 |slope + 0.05|) km/h.
_TOBLER_BEST = 0.05

# Parkin and Rotheram (2010), "Design speeds and acceleration characteristics of bicycle traffic": 21.6 km/h on the level,
# 1.44 km/h less for each per cent up, 0.86 km/h more for each per cent down. Nobody rides slower than one pushes; down
# more than 8 % people brake (our choice).
_RIDE_KMH, _UP_KMH, _DOWN_KMH, _PUSH_KMH, _BRAKE = 21.6, 144.0, 86.0, 4.0, 0.08


@dataclass(frozen=True, eq=False)
class Slopes:
    """How many times as long as on the level each edge takes, and the share of all road whose heights are unknown."""

    factor: Numbers
    unknown_share: float


def walking(slope: Numbers) -> Numbers:
    """Return how many times as long walking takes as on the level; slopes are rise over run, up and down alike.

    The mean of there and back: who walks somewhere comes home again, and a road has one cost in both directions.
    """
    there, back = (np.exp(3.5 * (np.abs(way + _TOBLER_BEST) - _TOBLER_BEST)) for way in (slope, -slope))
    mean: Numbers = (there + back) / 2
    return mean


def cycling(slope: Numbers) -> Numbers:
    """Return how many times as long cycling takes as on the level, the mean of there and back."""
    steep = np.abs(slope)
    up = np.maximum(_RIDE_KMH - _UP_KMH * steep, _PUSH_KMH)
    down = _RIDE_KMH + _DOWN_KMH * np.minimum(steep, _BRAKE)
    mean: Numbers = (_RIDE_KMH / up + _RIDE_KMH / down) / 2
    return mean


def slopes_of(topology: Topology, heights: Heights, slower: Callable[[Numbers], Numbers]) -> Slopes:
    """Return each edge's factor from the slopes of its pieces, none longer than the raster's spacing.

    A piece whose heights are unknown counts as level.
    """
    top = topology
    pieces = np.maximum(np.ceil(top.segment_length_m / heights.cell_m), 1).astype(np.int64)
    segment, number = spread(np.zeros(len(pieces), dtype=np.int64), pieces)
    begin, end = number / pieces[segment], (number + 1) / pieces[segment]
    length_m = top.segment_length_m[segment] / pieces[segment]
    rise = height_at(heights, *_along(top, segment, end)) - height_at(heights, *_along(top, segment, begin))
    known = np.isfinite(rise)
    slope = np.divide(rise, length_m, out=np.zeros(len(rise)), where=known & (length_m > 0))
    edge = top.segment_edge[segment]
    taken = np.bincount(edge, weights=length_m * slower(slope), minlength=top.edges)
    drawn = np.bincount(edge, weights=length_m, minlength=top.edges)
    factor = np.divide(taken, drawn, out=np.ones(top.edges), where=drawn > 0)
    unknown = float(length_m[~known].sum() / length_m.sum()) if len(length_m) else 0.0
    return Slopes(factor, unknown)


def _along(top: Topology, segment: NDArray[np.int64], share: Numbers) -> tuple[Numbers, Numbers]:
    x, y = top.segment_x[segment], top.segment_y[segment]
    return (1 - share) * x[:, 0] + share * x[:, 1], (1 - share) * y[:, 0] + share * y[:, 1]


def height_at(heights: Heights, x: Numbers, y: Numbers) -> Numbers:
    """Return the height at each place, from the four points around it (bilinear); NaN where one is not known."""
    metres = heights.metres
    column, row = (x - heights.west) / heights.cell_m, (heights.north - y) / heights.cell_m
    left = np.clip(np.floor(column), 0, max(metres.shape[1] - 2, 0)).astype(np.int64)
    above = np.clip(np.floor(row), 0, max(metres.shape[0] - 2, 0)).astype(np.int64)
    right, below = np.minimum(left + 1, metres.shape[1] - 1), np.minimum(above + 1, metres.shape[0] - 1)
    east, south = column - left, row - above
    upper = (1 - east) * metres[above, left] + east * metres[above, right]
    lower = (1 - east) * metres[below, left] + east * metres[below, right]
    inside = (column >= 0) & (column <= metres.shape[1] - 1) & (row >= 0) & (row <= metres.shape[0] - 1)
    return np.where(inside, (1 - south) * upper + south * lower, np.nan)
