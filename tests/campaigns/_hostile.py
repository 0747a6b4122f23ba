"""Hostile files of every class we know, made here: what each tries is in its name."""

from __future__ import annotations

import json
import pickle
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import shapely

LOOPBACK = "http://127.0.0.1:9/x.geojson"
_VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
)
_LAUGHS = (
    '<?xml version="1.0"?>{space}<!DOCTYPE lolz [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY x SYSTEM "file:///etc/passwd">]>'
)
_KML = "<kml><Document><Placemark><name>&b;&x;</name><Point><coordinates>113,23</coordinates></Point></Placemark></Document></kml>"
_BOOK = '<workbook><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
_RELATIONS = '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>'


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("a pickle ran",)


def write_hostile(folder: Path) -> list[str]:
    """Write them all, and return the paths that a plan would name."""
    for ending in (".geojson", ".gpkg", ".shp", ".fgb", ".parquet", ".csv", ".kml", ".dxf", ".osm", ".xlsx", ".zip"):
        (folder / f"vrt_of_passwd{ending}").write_text(_VRT.format(source="CSV:/etc/passwd"))
        (folder / f"vrt_of_a_url{ending}").write_text(_VRT.format(source=f"/vsicurl/{LOOPBACK}"))
        (folder / f"pickle{ending}").write_bytes(pickle.dumps(_Runs()))
    pipeline = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}
    (folder / "pipeline.geojson").write_text(json.dumps(pipeline))
    _xml(folder)
    _archives(folder)
    _databases(folder)
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "link.gpkg").symlink_to("/etc/hosts")
    (folder / "passwd.gdb").mkdir()
    (folder / "passwd.gdb" / "a00000001.gdbtable").symlink_to("/etc/passwd")
    (folder / "linked.shp").symlink_to("/etc/passwd")
    names = [path.name for path in folder.iterdir() if path.suffix not in (".yaml", ".md")]
    return sorted(
        [*names, LOOPBACK, f"/vsicurl/{LOOPBACK}", "/etc/passwd", "../../etc/passwd", "/vsizip/zipslip.zip", "WFS:x"]
    )


def _xml(folder: Path) -> None:
    for space, name in (("", "laughs"), (f"<!-- {' ' * 9000} -->", "laughs_behind_a_comment")):
        head = _LAUGHS.format(space=space)
        (folder / f"{name}.kml").write_text(head + _KML)
        (folder / f"{name}.osm").write_text(f'{head}<osm version="0.6"><node id="1" lat="&x;" lon="1"/></osm>')
        (folder / f"{name}.utf16.kml").write_bytes((head + _KML).encode("utf-16"))
        with zipfile.ZipFile(folder / f"{name}.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", head + _KML)
        with zipfile.ZipFile(folder / f"{name}.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/workbook.xml", _BOOK)
            book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
            book.writestr(
                "xl/worksheets/sheet1.xml", f'{head}<worksheet><sheetData><row r="1"/></sheetData></worksheet>'
            )
    link = f"<kml><Document><NetworkLink><Link><href>{LOOPBACK}</href></Link></NetworkLink></Document></kml>"
    (folder / "network_link.kml").write_text(link)


def _archives(folder: Path) -> None:
    with zipfile.ZipFile(folder / "zipslip.zip", "w") as archive:
        archive.writestr("../../slipped.txt", "x")
        archive.writestr("/tmp/slipped.txt", "x")  # noqa: S108
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(30_000_000))
    for name, cells in (
        ("far_corner", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ("blank", " " * 20_000_000),
    ):
        with zipfile.ZipFile(folder / f"{name}.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/workbook.xml", _BOOK)
            book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
            book.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")


def _databases(folder: Path) -> None:
    sound = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490)
    deeds = {
        "recursive_view": "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c",
        "virtual_table": "CREATE VIRTUAL TABLE v USING rtree(id, x0, x1)",
        "attached": "CREATE VIEW v AS SELECT load_extension('/tmp/x.so')",
    }
    for name, deed in deeds.items():
        sound.to_file(folder / f"{name}.gpkg", layer="t")
        with closing(sqlite3.connect(folder / f"{name}.gpkg")) as database:
            database.execute(deed)
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'features', 'v')"
            )
            database.commit()
