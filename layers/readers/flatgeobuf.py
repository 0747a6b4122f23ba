"""FlatGeobuf: rows by GDAL, the count from the file's own header."""

from __future__ import annotations

import struct
from pathlib import Path

from layers.readers.gdal import rows_of
from layers.readers.raw import Raw, Request, numbered

# https://github.com/flatgeobuf/flatgeobuf/blob/master/src/fbs/header.fbs: features_count is the ninth field.
_FEATURES_COUNT_FIELD = 8
_MAGIC_BYTES = 8
MAX_HEADER_BYTES = 10 * 1024**2


def read(request: Request) -> Raw:
    """Return the rows in the file's order (which is by place, not the order in which they were written)."""
    frame, geometry, crs = rows_of(request.path, driver="FlatGeobuf")
    return Raw(frame, geometry, numbered(len(frame)), row_count(request.path), "flatgeobuf", crs=crs)


def row_count(path: Path) -> int:
    """Return how many features the file has: as its header states, or walked one by one where it states none.

    Raises ValueError if the header is larger than 10 MiB, struct.error if the file is cut short.
    """
    with path.open("rb") as file:
        file.seek(_MAGIC_BYTES)
        (size,) = struct.unpack("<I", file.read(4))
        if size > MAX_HEADER_BYTES:
            raise ValueError(f"header of {size} bytes")
        stated = _stated(file.read(size))
        if stated:
            return stated
        count = 0  # a count that is not stated means that there is no index either, so features follow at once
        while prefix := file.read(4):
            file.seek(struct.unpack("<I", prefix)[0], 1)
            count += 1
        return count


def _stated(header: bytes) -> int:
    (table,) = struct.unpack_from("<I", header, 0)
    (back,) = struct.unpack_from("<i", header, table)
    vtable = table - back
    (vtable_bytes,) = struct.unpack_from("<H", header, vtable)
    slot = 4 + 2 * _FEATURES_COUNT_FIELD
    offset = struct.unpack_from("<H", header, vtable + slot)[0] if slot < vtable_bytes else 0
    return int(struct.unpack_from("<Q", header, table + offset)[0]) if offset else 0
