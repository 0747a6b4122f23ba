"""A Morton curve: an order in which neighbours on the ground are neighbours in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def morton_order(x: Numbers, y: Numbers) -> NDArray[np.int64]:
    """Return the order of the points along a Morton curve over their bounds; points of one cell by x, then y."""
    if not len(x):
        return np.empty(0, dtype=np.int64)
    size = max(float(np.ptp(x)), float(np.ptp(y)), 1e-3)
    # 2**32 cells a side: a cell is under 1 mm on any extent below 4 000 km, so ties are points of one place
    scale = (2**32 - 1) / size
    code = _spread((x - x.min()) * scale) | (_spread((y - y.min()) * scale) << np.uint64(1))
    return np.argsort(code, kind="stable").astype(np.int64)


def rough_order(x: Numbers, y: Numbers) -> NDArray[np.int64]:
    """Return the points along a Morton curve of a million cells, those of one cell in no order: compiled, by counting."""
    from geo.network.graph_kernel import by_group, rough_codes

    if not len(x):
        return np.empty(0, dtype=np.int64)
    west, south = float(x.min()), float(y.min())
    scale = (2**10 - 1) / max(float(x.max()) - west, float(y.max()) - south, 1e-3)
    order: NDArray[np.int64] = by_group(2**20, rough_codes(x, y, west, south, scale), np.arange(len(x)))[1]
    return order


def _spread(cells: Numbers) -> NDArray[np.uint64]:
    """Return whole numbers below 2**32 with a zero bit put between any two of their bits."""
    bits = cells.astype(np.uint64)
    for shift, mask in _SPREAD:
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
