"""GeoParquet, old and new, and plain Parquet tables; the count is the footer's."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from layers.readers.raw import Raw, Request, numbered

if TYPE_CHECKING:
    import pandas as pd


def read(request: Request) -> Raw:
    """Return the rows. A file without the `geo` entry is a table like any other (places in x/y or WKT columns).

    The CRS is OGC:CRS84 where the file leaves it out, as the specification says, and none where it says null.
    """
    import geopandas as gpd
    import pyarrow.parquet as pq

    with pq.ParquetFile(request.path) as file:
        count = int(file.metadata.num_rows)
        geo = (file.schema_arrow.metadata or {}).get(b"geo")
        if geo is None:
            frame = _plain(file.read().to_pandas().reset_index(drop=True))
            return Raw(frame, None, numbered(len(frame)), count, "parquet")
    frame = gpd.read_parquet(request.path).reset_index(drop=True)
    geometry = frame.geometry.to_numpy(object)
    columns = [name for name in frame.columns if frame[name].dtype != "geometry"]
    crs = frame.crs.to_wkt() if frame.crs is not None else ""
    primary = json.loads(geo)["columns"][frame.geometry.name]
    return Raw(
        _plain(frame[columns]),
        geometry,
        numbered(len(frame)),
        count,
        "geoparquet",
        crs=crs,
        crs_is_stated="crs" in primary,
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns with lists and structures as text, which is all that anybody could do with them here."""
    import pandas as pd

    frame = pd.DataFrame(table)
    for name in frame.columns:
        if frame[name].dtype == "object":
            frame[name] = frame[name].map(lambda cell: str(cell) if isinstance(cell, Collection) else cell)
    return frame
