"""Square tiles, so that a bounded search looks only at what is near enough to matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Square tiles `size_m` wide, numbered row by row from the corner `west`, `south`; `across` and `up` of them."""

    size_m: float
    west: float
    south: float
    across: int
    up: int

    def number(self, x: Numbers, y: Numbers) -> Rows:
        """Return the tile each coordinate lies in; what lies outside belongs to a margin one tile wide."""
        column = np.clip(np.floor((x - self.west) / self.size_m), -1, self.across).astype(np.int64) + 1
        row = np.clip(np.floor((y - self.south) / self.size_m), -1, self.up).astype(np.int64) + 1
        return row * (self.across + 2) + column


@dataclass(frozen=True, eq=False)
class Tiles:
    """Places sorted into the tiles of a grid: `number` is the sorted tile number of the places `order`."""

    grid: Grid
    order: Rows
    number: Rows

    def around(self, tile: int) -> Rows:
        """Return the places in the tile and the eight around it, sorted: all that is within size_m of its inside."""
        rows = np.array([tile - self.grid.across - 2, tile, tile + self.grid.across + 2])
        low, high = np.searchsorted(self.number, rows - 1), np.searchsorted(self.number, rows + 1, side="right")
        return np.sort(np.concatenate([self.order[a:b] for a, b in zip(low, high, strict=True)]))


def tiles(x: Numbers, y: Numbers, size_m: float) -> Tiles:
    """Return the places (at least one) sorted into tiles of that width."""
    across, up = int(np.ptp(x) // size_m) + 1, int(np.ptp(y) // size_m) + 1
    grid = Grid(size_m, float(x.min()), float(y.min()), across, up)
    number = grid.number(x, y)
    order = np.argsort(number, kind="stable").astype(np.int64)
    return Tiles(grid, order, number[order])
