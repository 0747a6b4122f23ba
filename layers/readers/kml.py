"""KML and KMZ: rows by GDAL, the placemarks counted apart in the XML itself; a folder of placemarks is a table."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from layers.problems import LayerError, Problem
from layers.readers.archive import checked_archive, declares_entities, member
from layers.readers.files import refuse_larger
from layers.readers.gdal import rows_of, tables_of
from layers.readers.geopackage import chosen
from layers.readers.raw import Raw, Request, numbered
from layers.text import say

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 128 * 1024**2
_DRIVER = "LIBKML"
# How a placemark is drawn and animated, which every KML has columns for and no rule asks about.
_DRAWING = ["timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"]


def read(request: Request) -> Raw:
    """Return the placemarks of a KML file; raises LayerError if it declares entities, as hostile files do."""
    refuse_larger(request.path, MAX_BYTES, request.where)
    return _read(request, request.path, _checked(request, request.path.read_bytes(), request.path.name))


def read_zipped(request: Request) -> Raw:
    """Return the placemarks of the document in a KMZ that has any; raises LayerError if there are several or none."""
    with checked_archive(request.path, request.where) as archive:
        names = [info for info in archive.infolist() if info.filename.lower().endswith(".kml")]
        documents = {info.filename: _checked(request, member(archive, info), info.filename) for info in names}
    full = {name: data for name, data in documents.items() if placemarks(data)}
    if len(full) != 1:
        what = say("readers.kmz_documents", count=len(full), names=", ".join(full))
        raise LayerError([Problem(request.where, what, say("readers.kmz_documents_fix"))])
    (data,) = full.values()
    with tempfile.TemporaryDirectory(prefix="coverplan-") as folder:
        path = Path(folder, "doc.kml")
        path.write_bytes(data)
        return _read(request, path, data)


def _checked(request: Request, data: bytes, part: str) -> bytes:
    if declares_entities(data):
        raise LayerError([Problem(request.where, say("readers.entities", part=part), say("readers.entities_fix"))])
    return data


def _read(request: Request, path: Path, data: bytes) -> Raw:
    tables = tables_of(path, driver=_DRIVER)
    table = chosen(request, tables)
    counts = placemarks(data)
    count = sum(counts.values()) if len(tables) == 1 else counts[table]
    frame, geometry, _ = rows_of(path, driver=_DRIVER, table=table)
    return Raw(_plain(frame), geometry, numbered(len(frame)), count, "kml", table, crs="EPSG:4326")


def placemarks(data: bytes) -> Counter[str]:
    """Return how many placemarks stand directly in each document or folder, by its name ("" without one).

    Raises ParseError if the bytes are no XML.
    """
    counts: Counter[str] = Counter()
    for parent in ElementTree.fromstring(data).iter():  # noqa: S314 - a file that declares entities was refused
        inside = sum(_local(child) == "Placemark" for child in parent)
        if inside:
            name = next((child.text or "" for child in parent if _local(child) == "name"), "")
            counts[name.strip()] += inside
    return counts


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that say something; a placemark's own id is called fid, which gives way to a clerk's number."""
    idle = [name for name in ("id", "description") if name in frame and frame[name].isna().all()]
    told = frame.drop(columns=[name for name in _DRAWING if name in frame] + idle)
    return told.rename(columns={"id": "fid"}) if "fid" not in told else told
