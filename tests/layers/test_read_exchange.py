"""Formats other programs hand over: Google Earth, CAD drawings, ArcGIS geodatabases, WPS sheets."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from layerfiles import faults, read_one, refusal

LAMPS = gpd.GeoDataFrame(
    {"编号": ["L03", "0012"], "状态": ["正常", "损坏"]},
    geometry=shapely.points([113.01, 113.02], [23.01, 23.02]),
    crs=4326,
)

PLACEMARK = "<Placemark><name>{}</name><Point><coordinates>{},23.01</coordinates></Point></Placemark>"


def kml(*folders: tuple[str, int]) -> str:
    body = "".join(
        f"<Folder><name>{name}</name>{''.join(PLACEMARK.format(f'{name}{at}', 113 + at / 100) for at in range(count))}</Folder>"
        for name, count in folders
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def drawing(*entities: str, code_page: str = "ANSI_936") -> str:
    header = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n{code_page}\n0\nENDSEC\n"
    return header + "0\nSECTION\n2\nENTITIES\n" + "".join(entities) + "0\nENDSEC\n0\nEOF\n"


def entity(kind: str, layer: str, x: float, y: float, more: str = "") -> str:
    return f"0\n{kind}\n8\n{layer}\n10\n{x}\n20\n{y}\n30\n0.0\n{more}"


def test_placemarks_of_a_kml_are_rows_in_degrees(tmp_path):
    LAMPS.to_file(tmp_path / "lamps.kml", driver="LIBKML", layer="lamps")
    layer = read_one(tmp_path, "devices", "lamps.kml", {"crs": "EPSG:4547"})
    assert list(layer.frame.index) == ["0012", "L03"]
    assert layer.frame["status"].tolist() == ["broken", "working"]
    assert (layer.rows_in, layer.used) == (2, 2)
    assert set(layer.frame.columns) & {"tessellate", "visibility", "icon"} == set()


def test_a_folder_of_a_kml_is_chosen_by_name(tmp_path):
    (tmp_path / "many.kml").write_text(kml(("路灯", 3), ("监控", 2)), encoding="utf-8")
    assert read_one(tmp_path, "devices", "many.kml", layer="监控").rows_in == 2
    assert "路灯, 监控" in refusal(tmp_path, "devices", "many.kml")


def test_a_kmz_with_one_document_is_read_and_one_with_two_is_asked_about(tmp_path):
    with zipfile.ZipFile(tmp_path / "one.kmz", "w") as archive:
        archive.writestr("doc.kml", kml(("路灯", 3)))
    assert read_one(tmp_path, "devices", "one.kmz").rows_in == 3
    with zipfile.ZipFile(tmp_path / "two.kmz", "w") as archive:
        archive.writestr("a.kml", kml(("路灯", 3)))
        archive.writestr("b.kml", kml(("路灯", 2)))
    assert refusal(tmp_path, "devices", "two.kmz") == (
        "layer it (two.kmz): 2 documents in the KMZ hold placemarks (a.kml, b.kml); there should be one."
        " Save the folder you mean as KML in Google Earth."
    )


def test_a_kml_that_declares_entities_is_refused(tmp_path):
    bomb = kml(("路灯", 1)).replace("<kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml')
    (tmp_path / "bomb.kml").write_text(bomb, encoding="utf-8")
    assert "bomb.kml in the file declares XML entities" in refusal(tmp_path, "devices", "bomb.kml")


def test_blocks_and_labels_of_a_drawing_in_gbk_are_rows_on_their_layer(tmp_path):
    lamps = [
        entity("POINT", "路灯", 38500010.0, 2545000.0),
        entity("TEXT", "路灯", 38500020.0, 2545010.0, "40\n2.5\n1\n灯十二\n"),
        entity("POINT", "房屋", 38500030.0, 2545020.0),
        entity("VIEWPORT", "路灯", 0.0, 0.0),
    ]
    (tmp_path / "lamps.dxf").write_bytes(drawing(*lamps).encode("gb18030"))
    spec = {"layer": "路灯", "crs": "EPSG:4526", "columns": {"name": "Text"}}
    layer = read_one(tmp_path, "points", "lamps.dxf", {"crs": "EPSG:4547"}, **spec)
    assert (layer.rows_in, layer.used, layer.source.encoding) == (2, 2, "gb18030")
    assert "灯十二" in layer.frame["name"].tolist()
    assert "the layer has 1 entities of type VIEWPORT, which are not read." in [
        reason for _, _, reason in faults(layer, "noted")
    ]


def test_a_drawing_needs_its_layer_and_its_coordinate_system_named(tmp_path):
    two = drawing(entity("POINT", "路灯", 1.0, 1.0), entity("POINT", "房屋", 2.0, 2.0))
    (tmp_path / "two.dxf").write_bytes(two.encode("gb18030"))
    assert "房屋, 路灯" in refusal(tmp_path, "points", "two.dxf")
    assert "coordinate" in refusal(tmp_path, "points", "two.dxf", layer="路灯")


def test_what_lies_on_paper_is_not_on_the_map(tmp_path):
    on_paper = entity("POINT", "路灯", 1.0, 1.0, "67\n1\n")
    there = entity("POINT", "路灯", 38500010.0, 2545000.0)
    (tmp_path / "paper.dxf").write_bytes(drawing(on_paper, there).encode("gb18030"))
    layer = read_one(tmp_path, "points", "paper.dxf", {"crs": "EPSG:4547"}, layer="路灯", crs="EPSG:4526")
    assert layer.rows_in == 1


def test_a_feature_class_of_a_geodatabase_is_read_from_its_folder(tmp_path):
    LAMPS.to_file(tmp_path / "town.gdb", driver="OpenFileGDB", layer="lamps")
    layer = read_one(tmp_path, "devices", "town.gdb", {"crs": "EPSG:4547"})
    assert list(layer.frame.index) == ["0012", "L03"]
    assert (layer.rows_in, layer.source.table, layer.source.format) == (2, "lamps", "filegdb")


def test_a_folder_that_only_calls_itself_a_geodatabase_is_refused(tmp_path):
    (tmp_path / "town.gdb").mkdir()
    assert "the file is empty" in refusal(tmp_path, "devices", "town.gdb")
    (tmp_path / "plain").mkdir()
    assert "not a regular file" in refusal(tmp_path, "devices", "plain")


def test_rows_missing_from_a_geodatabase_are_noticed(tmp_path):
    LAMPS.to_file(tmp_path / "town.gdb", driver="OpenFileGDB", layer="lamps")
    table = tmp_path / "town.gdb" / "a00000009.gdbtable"
    data = bytearray(table.read_bytes())
    data[4] = 3
    table.write_bytes(data)
    assert "town.gdb" in refusal(tmp_path, "devices", "town.gdb")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice, which writes such files, is not installed")
def test_a_sheet_of_wps_in_the_old_format_is_read(tmp_path):
    import subprocess

    (tmp_path / "staff.csv").write_text("村,岗位,人数\n东塘村,保洁员,3\n南塘村,保洁员,2\n", encoding="utf-8")
    home = tmp_path / "profile"
    command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "xls:MS Excel 97"]
    subprocess.run(
        [*command, "--infilter=CSV:44,34,76,1", "staff.csv"], cwd=tmp_path, check=True, capture_output=True, timeout=120
    )
    Path(tmp_path / "staff.xls").rename(tmp_path / "staff.et")
    assert read_one(tmp_path, "staff", "staff.et").rows_in == 2
