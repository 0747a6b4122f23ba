"""From the metres of a run to degrees, looked up in PROJ's database once: that takes longer than moving a whole town."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import Transformer


@lru_cache(maxsize=4)
def to_degrees(crs: str) -> Transformer:
    """Return the change from a CRS to WGS 84, x to longitude and y to latitude."""
    from pyproj import CRS, Transformer

    from layers.crs import is_cgcs2000

    run = CRS.from_user_input(crs)
    return Transformer.from_crs(run, run.geodetic_crs if is_cgcs2000(run) else "EPSG:4326", always_xy=True)
