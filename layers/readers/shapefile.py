"""Shapefiles, plain or zipped: rows by GDAL, the count by the length of the .shx; missing parts are named."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path, PurePosixPath

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.archive import checked_archive, member, shown_name
from layers.readers.gdal import rows_of
from layers.readers.geopackage import chosen
from layers.readers.raw import Raw, Request
from layers.text import say

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# What people and programs write in a .cpg; GB18030 holds all of GBK and GB2312.
_CODE_PAGES = dict.fromkeys(("936", "gbk", "gb2312", "cp936", "ansi 936"), "gb18030") | {
    "65001": "utf-8",
    "utf8": "utf-8",
}
_SHX_HEADER_BYTES, _SHX_RECORD_BYTES = 100, 8


def read(request: Request) -> Raw:
    """Return the rows of a shapefile that lies in its parts; raises LayerError naming the part that is missing."""
    return _read(request, {path.suffix.lower(): path.read_bytes() for path in parts_beside(request.path)}, "")


def read_zipped(request: Request) -> Raw:
    """Return the rows of the shapefile in a zip; raises LayerError if there are several and the plan names none.

    Only members that are parts of a shapefile are read, into a private folder under names of our own.
    """
    with checked_archive(request.path, request.where) as archive:
        found = {shown_name(item): item for item in archive.infolist() if not item.is_dir()}
        stems = sorted(str(PurePosixPath(n).with_suffix("")) for n in found if n.lower().endswith(".shp"))
        if not stems:
            what = say("readers.zip_without_shapefile", names=", ".join(sorted(found)[:10]))
            raise LayerError([Problem(request.where, what, say("readers.zip_without_shapefile_fix"))])
        names = {PurePosixPath(stem).name: stem for stem in stems}
        table = chosen(request, sorted(names))
        parts = {
            PurePosixPath(name).suffix.lower(): member(archive, info)
            for name, info in found.items()
            if str(PurePosixPath(name).with_suffix("")) == names[table] and name.lower().endswith(PARTS)
        }
    return _read(request, parts, table)


def parts_beside(path: Path) -> list[Path]:
    """Return the files that make up a layer, by name: the parts of a shapefile, those in a folder, or one file by itself."""
    if path.is_dir():
        return sorted(item for item in path.iterdir() if item.is_file() and not item.is_symlink())
    if path.suffix.lower() != ".shp":
        return [path]
    stem = path.stem.lower()
    return sorted(
        item
        for item in path.parent.iterdir()
        if item.stem.lower() == stem and item.suffix.lower() in PARTS and item.is_file() and not item.is_symlink()
    )


def _read(request: Request, parts: dict[str, bytes], table: str) -> Raw:
    for ending in (".shx", ".dbf"):
        if ending not in parts:
            what = say("readers.missing_part", ending=ending)
            raise LayerError([Problem(request.where, what, say(f"readers.missing_{ending[1:]}_fix"))])
    count, deleted = _counts(request, parts)
    encoding = request.spec.encoding or _encoding(parts)
    with tempfile.TemporaryDirectory(prefix="coverplan-") as folder:
        for ending, data in (parts | {".cpg": encoding.upper().encode()}).items():
            Path(folder, f"layer{ending}").write_bytes(data)
        frame, geometry, crs = rows_of(Path(folder, "layer.shp"), driver="ESRI Shapefile")
    rows = np.flatnonzero(~deleted) + 1
    return Raw(frame, geometry, rows, count, "shapefile", table, encoding, crs)


def _counts(request: Request, parts: dict[str, bytes]) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the number of rows by the .shx less those marked deleted in the .dbf, and which those are.

    Raises LayerError if the .shx, the .dbf and the stated sizes do not tell the same story: then rows and shapes could
    be paired wrongly without anyone noticing (RELIABILITY, row 7).
    """
    dbf, shx = parts[".dbf"], parts[".shx"]
    by_index = (len(shx) - _SHX_HEADER_BYTES) // _SHX_RECORD_BYTES
    by_table, header, width = struct.unpack_from("<IHH", dbf, 4)
    shp_bytes = 2 * struct.unpack_from(">i", parts[".shp"], 24)[0]
    if by_index != by_table or shp_bytes != len(parts[".shp"]) or len(dbf) < header + by_table * width:
        what = say("readers.parts_disagree", shx=by_index, dbf=by_table)
        raise LayerError([Problem(request.where, what, say("readers.parts_disagree_fix"))])
    marks = np.frombuffer(dbf, np.uint8, by_table * width, header).reshape(by_table, width)[:, 0]
    deleted = marks == ord("*")
    return by_index - int(deleted.sum()), deleted


def _encoding(parts: dict[str, bytes]) -> str:
    """Return the encoding of the .dbf: as its .cpg says, else the first of UTF-8 and GB18030 that all its bytes fit."""
    stated = parts.get(".cpg", b"").decode("ascii", "ignore").strip().lower()
    if stated:
        return _CODE_PAGES.get(stated, stated)
    header = struct.unpack_from("<H", parts[".dbf"], 8)[0]
    fields = b"".join(parts[".dbf"][at : at + 11].split(b"\x00")[0] for at in range(32, header - 1, 32))
    for encoding in ("utf-8", "gb18030"):
        try:
            (fields + parts[".dbf"][header:]).decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "utf-8"
