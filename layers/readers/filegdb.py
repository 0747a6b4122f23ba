"""File geodatabases (a folder name.gdb): rows by GDAL, the count from the header of the table's own file.

The layout of the files is not published; what is used of it here (the catalogue is table 1, bytes 4 to 8 of a table are
its number of rows) is in Even Rouault's "FGDB file format", which GDAL's own driver is written from.
"""

from __future__ import annotations

import struct
from pathlib import Path

from layers.readers.gdal import rows_of, tables_of
from layers.readers.geopackage import chosen
from layers.readers.raw import Raw, Request, numbered

CATALOGUE = "a00000001.gdbtable"
_DRIVER = "OpenFileGDB"


def read(request: Request) -> Raw:
    """Return the rows of the feature class or table named in the plan, or of the only one there is."""
    table = chosen(request, tables_of(request.path, driver=_DRIVER))
    frame, geometry, crs = rows_of(request.path, driver=_DRIVER, table=table)
    return Raw(frame, geometry, numbered(len(frame)), row_count(request.path, table), "filegdb", table, crs=crs)


def row_count(folder: Path, table: str) -> int:
    """Return how many rows that table states; raises ValueError if the catalogue does not name it."""
    import pyogrio

    names = pyogrio.read_dataframe(folder, layer="GDB_SystemCatalog", fid_as_index=True, read_geometry=False)["Name"]
    numbers = names.index[names == table]
    if len(numbers) != 1:
        raise ValueError(f"{len(numbers)} tables are called {table}")
    with (folder / f"a{int(numbers[0]):08x}.gdbtable").open("rb") as file:
        _version, rows = struct.unpack("<ii", file.read(8))
    return int(rows)
