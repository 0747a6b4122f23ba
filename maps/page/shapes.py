"""Geometries of the run's metric CRS as packed vertices in the page's own whole-number grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.degrees import to_degrees

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import Transformer

    from maps.page.packing import Pack

    Geometries = NDArray[Any]

# The page counts in web-mercator steps of 2^-28 of the equator: 15 cm at the equator, half a pixel at the last zoom.
GRID_BITS = 28

POINT, LINE, RING = 0, 1, 2
_KIND = {0: POINT, 1: LINE, 2: LINE, 3: RING}  # by shapely type id; 2 is a linear ring standing alone

# Web mercator ends here; nothing people live on lies beyond.
_MAX_LATITUDE_DEG = 85.0


@dataclass(frozen=True)
class Drawn:
    """One frame as the page has it: where its shapes are, and which row of the set each row of the frame is."""

    shapes: int
    index: pd.Index
    geometries: Geometries


@dataclass
class Shapes:
    """Every set of shapes of a page; the same rows are stored once, however many rules judge them.

    `crs` is the run's metric CRS. `sets` is what the page reads: for each set the numbers of its packed columns.
    """

    crs: str
    pack: Pack
    sets: list[dict[str, int]] = field(default_factory=list)
    _drawn: list[Drawn] = field(default_factory=list)

    def put(self, geometries: Geometries, ids: pd.Index | None = None) -> int:
        """Store these shapes, and what they are called, in the order given, and return the number of their set."""
        parts, owner = _simple_parts(np.asarray(geometries, dtype=object))
        coordinates, part = shapely.get_coordinates(parts, return_index=True)
        x, y = gridded(coordinates, to_degrees(self.crs))
        kinds = [_KIND[number] for number in shapely.get_type_id(parts)]
        self.sets.append(
            {
                "count": len(geometries),
                "ids": -1 if ids is None else self.pack.texts([str(id_) for id_ in ids.tolist()]),
                "parts": self.pack.integers(np.bincount(owner, minlength=len(geometries))),
                "kinds": self.pack.bytes_(np.array(kinds, dtype=np.uint8)),
                "sizes": self.pack.integers(np.bincount(part, minlength=len(parts))),
                "x": self.pack.integers(x),
                "y": self.pack.integers(y),
            }
        )
        return len(self.sets) - 1

    def put_frame(self, frame: gpd.GeoDataFrame) -> tuple[int, gpd.GeoDataFrame]:
        """Store a frame's shapes, neighbours next to each other, and return their set and the frame in that order."""
        ordered = frame.iloc[_along_curve(frame.geometry.to_numpy())]
        number = self.put(ordered.geometry.to_numpy(), ordered.index)
        self._drawn.append(Drawn(number, ordered.index, ordered.geometry.to_numpy()))
        return number, ordered

    def rows_of(self, frame: gpd.GeoDataFrame) -> tuple[int, int]:
        """Return the set that has this frame's shapes, and the column of rows in it; stored now if none has them yet."""
        geometries = frame.geometry.to_numpy()
        for drawn in self._drawn:
            if len(frame) > len(drawn.index):
                continue
            rows = drawn.index.get_indexer(frame.index)
            if (rows >= 0).all() and shapely.equals_identical(drawn.geometries[rows], geometries).all():
                return drawn.shapes, self.pack.integers(rows)
        number, ordered = self.put_frame(frame)
        return number, self.pack.integers(ordered.index.get_indexer(frame.index))


def as_array(values: list[Any]) -> Geometries:
    """Return a one-dimensional array of objects, which numpy would not make of geometries by itself."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def gridded(coordinates: NDArray[np.float64], change: Transformer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return x and y of metric coordinates in grid steps, from the north-west corner of the web-mercator square."""
    if not len(coordinates):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    lon, lat = change.transform(coordinates[:, 0], coordinates[:, 1])
    sine = np.sin(np.radians(np.clip(lat, -_MAX_LATITUDE_DEG, _MAX_LATITUDE_DEG)))
    side = 2.0**GRID_BITS
    x = (lon / 360 + 0.5) * side
    y = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * side
    return np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)


def _simple_parts(geometries: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Return points, lines and rings, and which geometry each came from; empty and missing geometries give none."""
    owner = np.flatnonzero(~(shapely.is_missing(geometries) | shapely.is_empty(geometries)))
    parts = geometries[owner]
    while (shapely.get_type_id(parts) > 3).any():  # a collection may hold collections
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    polygons = shapely.get_type_id(parts) == 3
    if not polygons.any():
        return parts, owner
    rings, index = shapely.get_rings(parts[polygons], return_index=True)
    # Closed rings stay polygons to the page, which fills them by the even-odd rule: holes need no mark of their own.
    every = np.concatenate([parts[~polygons], shapely.polygons(rings)])
    of = np.concatenate([owner[~polygons], owner[polygons][index]])
    order = np.argsort(of, kind="stable")
    return every[order], of[order]


def _along_curve(geometries: Geometries) -> NDArray[np.int64]:
    """Return an order in which neighbours on the ground are neighbours in the list (Morton's curve, 16 bits a side)."""
    if not len(geometries):
        return np.empty(0, np.int64)
    corners = np.nan_to_num(shapely.bounds(geometries)[:, :2])
    low, span = corners.min(axis=0), np.ptp(corners, axis=0).max() or 1.0
    steps = ((corners - low) / span * 0xFFFF).astype(np.uint64)
    return np.argsort(_spread(steps[:, 0]) | (_spread(steps[:, 1]) << np.uint64(1)), kind="stable")


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 16-bit numbers with a zero between each two bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
