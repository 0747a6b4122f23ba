"""Heights of the ground from a raster, moved to the run's metric CRS: what is known of them, as one array."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.files import checked_path
from layers.text import say

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Bounds = tuple[float, float, float, float]

# More cells than this (200 MB) are not read: a county at 30 m has 5 million.
MOST_CELLS = 25_000_000


@dataclass(frozen=True, eq=False)
class Heights:
    """Heights in metres at points `cell_m` apart; the first row is the northernmost. NaN where the height is not known.

    (`west`, `north`) is the point of the first column and row.
    """

    metres: Numbers
    west: float
    north: float
    cell_m: float


def read_heights(folder: Path, path: str, crs: str, bounds: Bounds) -> Heights:
    """Return the heights within those bounds (west, south, east, north in `crs`), as fine as the raster has them.

    Between the raster's points heights are worked out from the four around (bilinear). Raises LayerError if rasterio is
    not installed, or if the file is not there, is no raster, has no CRS, or has no height within the bounds.
    """
    file = checked_path(folder, path, say("network.heights"))
    if find_spec("rasterio") is None:
        raise _refused(path, "network.no_rasterio", "network.install_rasterio")
    import rasterio

    try:
        with rasterio.open(file) as raster:
            if raster.crs is None:
                raise _refused(path, "network.heights_no_crs", "network.heights_give_crs")
            found = _moved(raster, crs, bounds)
    except rasterio.errors.RasterioError as error:
        raise _refused(path, "network.not_a_raster", "network.heights_give_crs", why=str(error)) from error
    if not np.isfinite(found.metres).any():
        raise _refused(path, "network.heights_elsewhere", "network.heights_give_crs")
    return found


def _moved(raster: Any, crs: str, bounds: Bounds) -> Heights:
    """Return the raster within the bounds, at its own spacing but in the run's CRS."""
    import rasterio
    from affine import Affine
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    west, south, east, north = bounds
    own, _, _ = calculate_default_transform(raster.crs, crs, raster.width, raster.height, *raster.bounds)
    least = math.sqrt((east - west) * (north - south) / MOST_CELLS)
    cell_m = max(abs(own.a), least, 0.1)
    across, up = math.ceil((east - west) / cell_m) + 2, math.ceil((north - south) / cell_m) + 2
    metres = np.full((up, across), np.nan)
    corner = west - cell_m, north + cell_m
    reproject(
        rasterio.band(raster, 1),
        metres,
        src_transform=raster.transform,
        src_crs=raster.crs,
        src_nodata=raster.nodata,
        dst_transform=Affine(cell_m, 0.0, corner[0], 0.0, -cell_m, corner[1]),
        dst_crs=crs,
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    return Heights(metres, corner[0] + cell_m / 2, corner[1] - cell_m / 2, cell_m)


def _refused(path: str, what: str, fix: str, **values: str) -> LayerError:
    return LayerError([Problem(path, say(what, **values), say(fix))])
