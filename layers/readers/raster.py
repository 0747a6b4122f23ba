"""Population rasters (GeoTIFF): every cell with people is a row, at the middle of the cell; read window by window."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]  # row, column, people

# A county at 100 m has half a million cells; this many take 4 GB further on. What is larger is a country.
MOST_CELLS = 10_000_000
DRIVER = "GTiff"
KIND = "demand"


def read(request: Request) -> Raw:
    """Return a row for each cell of the first band that has people in it (or a number that cannot be people).

    Cells without data, and those where nobody lives, are no rows; a note says how many. Raises LayerError if the layer
    is not one of demand, rasterio is not installed, or there are more than MOST_CELLS rows.
    """
    if request.schema.kind != KIND:
        raise _refused(request, "raster.not_demand", kind=request.schema.kind)
    if find_spec("rasterio") is None:
        raise _refused(request, "raster.no_rasterio")
    import rasterio

    with (
        rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
        rasterio.open(request.path, driver=DRIVER) as raster,
    ):
        row, column, people = _inhabited(request, raster)
        x, y = raster.transform * (column + 0.5, row + 0.5)
        crs = "" if raster.crs is None else raster.crs.to_wkt()
        return _raw(raster, crs, (row, column, people), np.asarray(x, float), np.asarray(y, float))


def _inhabited(request: Request, raster: Any) -> Cells:
    """Return the cells that are not empty, block by block as the file stores them."""
    found: list[Cells] = []
    total = 0
    for _, window in raster.block_windows(1):
        band = raster.read(1, window=window, masked=True)
        people = np.ma.filled(band.astype(np.float64), np.nan)
        there = np.isfinite(people) & (people != 0)
        total += int(there.sum())
        if total > MOST_CELLS:
            raise _refused(request, "raster.too_many", most=MOST_CELLS)
        row, column = np.nonzero(there)
        found.append((row + window.row_off, column + window.col_off, people[there]))
    row, column, people = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((column, row))
    return row[order], column[order], people[order]


def _raw(raster: Any, crs: str, cells: Cells, x: NDArray[np.float64], y: NDArray[np.float64]) -> Raw:
    import pandas as pd
    import shapely

    row, column, people = cells
    width = len(str(max(raster.height, raster.width) - 1))
    ids = [f"r{one:0{width}d}c{other:0{width}d}" for one, other in zip(row.tolist(), column.tolist(), strict=True)]
    empty = raster.width * raster.height - len(row)
    what = say("raster.cells", count=len(row), empty=empty, width=raster.width, height=raster.height)
    faults = [Fault(WHOLE_FILE, "", "", what, say("readers.nothing_to_do"), "noted")]
    if raster.count > 1:
        what = say("raster.first_band", count=raster.count)
        faults.append(Fault(WHOLE_FILE, "", "", what, say("readers.nothing_to_do"), "noted"))
    return Raw(
        frame=pd.DataFrame({"id": ids, "people": people}),
        geometry=shapely.points(x, y),
        rows=row * raster.width + column + 1,
        count=len(row),
        format="geotiff",
        crs=crs,
        faults=tuple(faults),
    )


def _refused(request: Request, key: str, **facts: object) -> LayerError:
    return LayerError([Problem(request.where, say(key, **facts), say(f"{key}_fix"))])
