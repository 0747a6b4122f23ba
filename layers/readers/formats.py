"""The formats coverplan reads: told by name and by first bytes, each with its reader. One line here is one format."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from layers.problems import InputError, LayerError, Problem
from layers.readers.filegdb import CATALOGUE
from layers.readers.gdal import CurvesError
from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request
from layers.readers.tables import headers_of
from layers.text import say

HEAD_BYTES = 512
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Format:
    """One format: the endings of its files, whether first bytes are its own, and `module:function` of its reader.

    The reader takes the Request (which has the kind of layer wanted) and returns a Raw; it is imported when used, and
    so are the libraries that it imports.
    """

    name: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]
    reader: str
    libraries: tuple[str, ...] = ()

    def read(self, request: Request) -> Raw:
        """Return the rows of the file."""
        module, _, function = self.reader.partition(":")
        return getattr(import_module(f"layers.readers.{module}"), function)(request)  # type: ignore[no-any-return]


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _is_text(head: bytes) -> bool:
    """A table as text: no zero bytes (UTF-16 with its mark aside) and none of the other formats' first bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and not head.startswith((_ZIP, b"PAR1", b"<?xml", b"%PDF", b"\x1f\x8b"))


def _is_osm(head: bytes) -> bool:
    """OpenStreetMap as PBF (its first block is called OSMHeader), as XML, or as XML packed by gzip."""
    return b"OSMHeader" in head[:20] or b"<osm" in head or head.startswith(b"\x1f\x8b")


def _is_kml(head: bytes) -> bool:
    return b"<kml" in head or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")


def _is_dxf(head: bytes) -> bool:
    """A drawing as text: pairs of lines, a group code and its value, from the first section on (comments may come before)."""
    return head.lstrip().startswith((b"0", b"999")) and b"\x00" not in head


_GDAL = ("pyogrio", "pyarrow", "pyogrio._io", "pandas", "shapely")
_SHEETS = ("python_calamine", "pandas")

FORMATS: tuple[Format, ...] = (
    Format("gpkg", (".gpkg",), _starts(b"SQLite format 3\x00"), "geopackage:read", _GDAL),
    Format("geojson", (".geojson", ".json"), _is_json, "geojson:read", ("pandas", "shapely")),
    Format("zipped shapefile", (".zip",), _starts(_ZIP), "shapefile:read_zipped", _GDAL),
    Format("shapefile", (".shp",), _starts(b"\x00\x00\x27\x0a"), "shapefile:read", _GDAL),
    Format("flatgeobuf", (".fgb",), _starts(b"fgb\x03fgb"), "flatgeobuf:read", _GDAL),
    Format(
        "geoparquet",
        (".parquet", ".geoparquet"),
        _starts(b"PAR1"),
        "geoparquet:read",
        ("geopandas", "pyarrow.parquet", "geopandas.io.arrow"),
    ),
    Format("xlsx", (".xlsx", ".xlsm"), _starts(_ZIP), "workbook:read_xlsx", _SHEETS),
    Format("xls", (".xls", ".et"), _starts(_OLE), "workbook:read_xls", _SHEETS),
    Format("kml", (".kml",), _is_kml, "kml:read", _GDAL),
    Format("kmz", (".kmz",), _starts(_ZIP), "kml:read_zipped", _GDAL),
    Format("dxf", (".dxf",), _is_dxf, "dxf:read", _GDAL),
    Format("filegdb", (".gdb",), _starts(b"\x03\x00\x00\x00", b"\x04\x00\x00\x00"), "filegdb:read", _GDAL),
    Format("osm", (".osm.pbf", ".osm", ".osm.gz"), _is_osm, "osm:read", ("osmium", "geopandas")),
    Format(
        "geotiff",
        (".tif", ".tiff"),
        _starts(b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"),
        "raster:read",
        ("rasterio", "shapely"),
    ),
    Format("csv", (".csv", ".tsv", ".txt"), _is_text, "delimited:read", ("pandas",)),
)


def format_of(request: Request) -> Format:
    """Return the format of the file; raises LayerError if its name is of none, or its first bytes are of another."""
    name = request.path.name.lower()
    for candidate in FORMATS:
        if name.endswith(candidate.endings):
            head = _head(request.path)
            if not head:
                raise LayerError([Problem(request.where, say("readers.empty_file"), say("readers.empty_file_fix"))])
            if not candidate.fits(head):
                what = say("readers.disguised", format=candidate.name)
                raise LayerError([Problem(request.where, what, say("readers.disguised_fix"))])
            return candidate
    endings = " ".join(ending for known in FORMATS for ending in known.endings)
    what = say("readers.unknown_format", name=request.path.name)
    raise LayerError([Problem(request.where, what, say("readers.unknown_format_fix", endings=endings))])


def prepare(requests: Iterable[Request]) -> None:
    """Import what reading these files takes, once, before processes are forked that would each import it anew."""
    for request in requests:
        for known in FORMATS:
            if request.path.name.lower().endswith(known.endings):
                for module in (f"layers.readers.{known.reader.partition(':')[0]}", *known.libraries):
                    with suppress(ImportError):  # an extra that is not installed; whoever reads such a file says so
                        import_module(module)


def read_raw(request: Request) -> Raw:
    """Return the file's rows, with whatever the libraries warned of as notes.

    This is the one boundary of the readers: whatever a library raises becomes a LayerError that names the file and the
    cause. Raises LayerError too if the rows that were read are not as many as the independent count.
    """
    known = format_of(request)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            raw = known.read(request)
    except InputError:
        raise
    except CurvesError as error:
        raise LayerError([Problem(request.where, say("readers.curves"), say("readers.curves_fix"))]) from error
    except Exception as error:
        what = say("readers.unreadable", format=known.name, cause=cause(error))
        raise LayerError([Problem(request.where, what, say("readers.unreadable_fix"))]) from error
    if len(raw.frame) != raw.count:
        what = say("readers.lost_rows", read=len(raw.frame), count=raw.count)
        raise LayerError([Problem(request.where, what, say("readers.unreadable_fix"))])
    if not raw.frame.columns.is_unique:  # a damaged table may call two of its columns the same
        raw = replace(raw, frame=raw.frame.set_axis(headers_of(raw.frame.columns), axis=1))
    return replace(raw, faults=raw.faults + _as_notes(caught))


def cause(error: BaseException) -> str:
    """Return the first line of a library's error, cut to a length that fits in a sentence."""
    lines = str(error).strip().splitlines()
    text = "".join(letter if letter.isprintable() else " " for letter in lines[0]) if lines else ""
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def _as_notes(caught: list[warnings.WarningMessage]) -> tuple[Fault, ...]:
    """What a library says of the file is a note; what it says of our own code is passed on to whoever runs the tests."""
    for item in caught:
        if issubclass(item.category, DeprecationWarning | FutureWarning | ResourceWarning):
            warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)
    about_file = [item for item in caught if issubclass(item.category, UserWarning | RuntimeWarning)]
    said = sorted({cause(Warning(str(item.message))).partition(": ")[2] for item in about_file})
    return tuple(
        Fault(WHOLE_FILE, "", "", say("readers.warned", text=text), say("readers.warned_fix"), "noted") for text in said
    )


def _head(path: Path) -> bytes:
    """Return the first bytes of the file; of a file geodatabase, which is a folder, those of its catalogue."""
    first = path / CATALOGUE if path.is_dir() else path
    if not first.is_file():
        return b""
    with first.open("rb") as file:
        return file.read(HEAD_BYTES)
