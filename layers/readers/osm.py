"""OpenStreetMap extracts as layers: what one pass over the file finds of the kind that is wanted."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from layers.osm.extract import extract
from layers.osm.town import Town, town
from layers.problems import LayerError, Problem
from layers.readers.raw import Raw, Request, numbered
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd

# Which of the town's tables is which kind of layer.
_TABLES = {"units": "units", "demand": "homes", "roads": "roads", "facilities": "facilities", "devices": "devices"}


def read(request: Request) -> Raw:
    """Return the extract's objects of the kind wanted, in WGS 84; raises LayerError if it has none to give.

    A map has no list of rows to count apart: the count is that of the objects the pass took for this kind.
    """
    table = _TABLES.get(request.schema.kind)
    if table is None:
        what = say("readers.osm_kind", kind=request.schema.kind)
        raise LayerError([Problem(request.where, what, say("readers.osm_kind_fix", kinds=", ".join(_TABLES)))])
    stat = request.path.stat()
    frame: gpd.GeoDataFrame = _town(request.path, stat.st_mtime_ns, stat.st_size).tables[table]
    geometry = frame.geometry.to_numpy()
    attributes = frame.drop(columns="geometry")
    return Raw(attributes, geometry, numbered(len(frame)), len(frame), "osm", crs="EPSG:4326")


@lru_cache(maxsize=1)
def _town(path: Path, _changed_ns: int, _size: int) -> Town:
    """Return the town in the file; five layers of one plan need only one pass."""
    return town(extract(path))
