"""Hostile and broken files: one clear line each, nothing fetched, nothing silently lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from layerfiles import SHARED, csv_of, damageable, needs_shared, read_one, refusal

from layers.problems import InputError, LayerError
from layers.readers.files import checked_path
from layers.text import say

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
WHERE = say("readers.layer", layer="it", file="x")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".shp", ".fgb", ".parquet", ".xlsx", ".xls", ".zip"])
def test_a_virtual_dataset_under_another_name_is_refused(tmp_path, ending):
    (tmp_path / f"roads{ending}").write_text(VRT)
    text = refusal(tmp_path, "roads", f"roads{ending}", "zh")
    assert "内容却不是。请在 QGIS 或 Excel 中打开原始数据，重新导出为该格式。" in text


def test_a_gdal_pipeline_in_json_is_refused(tmp_path):
    pipeline = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}
    (tmp_path / "roads.geojson").write_text(json.dumps(pipeline))
    assert refusal(tmp_path, "roads", "roads.geojson") == (
        "layer it (roads.geojson): this JSON file is not GeoJSON. "
        "Its outermost part should be a FeatureCollection. Save it as GeoJSON or GeoPackage in QGIS."
    )


@given(
    st.sampled_from(
        ["http://", "https://", "ftp://", "file:///", "WFS:", "/vsicurl/", "/vsizip/", "PG:", "CSV:", "{", "<"]
    ),
    st.text(max_size=30),
)
def test_what_is_not_a_file_path_is_never_opened(prefix, rest):
    with pytest.raises(LayerError):
        checked_path(Path.cwd(), prefix + rest, WHERE)


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "link.csv"])
def test_a_path_out_of_the_plans_folder_is_refused(tmp_path, path):
    (tmp_path / "secret.csv").write_text("id,lon,lat\n1,113,23\n")
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert refusal(folder, "facilities", path, "zh") == (
        f"图层“it”（{path}）：路径“{path}”在计划文件夹之外。请把文件放到计划文件所在的文件夹（或其子文件夹）中。"
    )


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(tmp_path):
    csv_of(tmp_path, "id,lon,lat", name="facilities.csv")
    assert refusal(tmp_path, "facilities", "facilites.csv") == (
        'layer it (facilites.csv): there is no file "facilites.csv". Did you mean "facilities.csv"?'
    )


def test_folders_and_pipes_are_no_files(tmp_path):
    (tmp_path / "f.csv").mkdir()
    os.mkfifo(tmp_path / "p.csv")
    for name in ("f.csv", "p.csv"):
        assert f'"{name}" is not a regular file.' in refusal(tmp_path, "facilities", name)


def test_an_empty_file_and_an_unknown_format_are_told(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "a.dwg").write_text("AC1032")
    assert "the file is empty (0 bytes)." in refusal(tmp_path, "facilities", "a.csv")
    assert refusal(tmp_path, "facilities", "a.dwg").startswith(
        'layer it (a.dwg): the format of "a.dwg" is not one that is read. These are read: .gpkg'
    )


def test_a_view_is_not_read_as_a_table(tmp_path):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_file(tmp_path / "f.gpkg", layer="t")
    with closing(sqlite3.connect(tmp_path / "f.gpkg")) as database:
        database.execute("CREATE VIEW some AS SELECT * FROM t WHERE 0")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('some', 'features', 's')"
        )
        database.commit()
    assert read_one(tmp_path, "facilities", "f.gpkg").source.table == "t"
    assert refusal(tmp_path, "facilities", "f.gpkg", layer="some") == (
        'layer it (f.gpkg): "some" is a view, not a table; a view can leave rows out without a word. '
        "Save it as a layer of its own in QGIS."
    )


@pytest.mark.parametrize("name", ["' OR '1'='1", '"; DROP TABLE gpkg_contents; --', "表 名", "a.b", "[x]"])
def test_a_table_name_is_never_code(tmp_path, name):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_file(tmp_path / "f.gpkg", layer="t")
    quoted = name.replace('"', '""')
    with closing(sqlite3.connect(tmp_path / "f.gpkg")) as database:
        database.execute(f'CREATE TABLE "{quoted}" (fid INTEGER PRIMARY KEY, unit_id TEXT, role TEXT)')
        database.execute(f"INSERT INTO \"{quoted}\" (unit_id, role) VALUES ('1', '保洁员'), ('2', '村医')")  # noqa: S608
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', 'x')", (name,)
        )
        database.commit()
    assert sorted(read_one(tmp_path, "staff", "f.gpkg", layer=name).frame["role"]) == ["cleaner", "doctor"]


def test_changes_that_another_program_has_not_saved_stop_the_reading(tmp_path):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_file(tmp_path / "f.gpkg")
    (tmp_path / "f.gpkg-wal").write_bytes(b"x")
    assert refusal(tmp_path, "facilities", "f.gpkg") == (
        "layer it (f.gpkg): another program still holds changes that are not in the file yet (f.gpkg-wal). "
        "Save and close the layer in QGIS and try again."
    )


def test_reading_a_geopackage_leaves_nothing_behind(tmp_path):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_file(tmp_path / "f.gpkg")
    before = (tmp_path / "f.gpkg").read_bytes()
    read_one(tmp_path, "facilities", "f.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["f.gpkg"]
    assert (tmp_path / "f.gpkg").read_bytes() == before


def sheet_with(tmp_path, xml: str) -> str:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "xl/workbook.xml", '<workbook><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        book.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>')
        book.writestr("xl/worksheets/sheet1.xml", xml)
    return "b.xlsx"


def test_a_cell_at_the_far_corner_is_refused_before_it_is_parsed(tmp_path):
    name = sheet_with(tmp_path, '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert refusal(tmp_path, "facilities", name, "zh") == (
        "图层“it”（b.xlsx）：工作表“表”从 A1 到最后一个单元格共 17179869184 格，超过上限 10000000 格。"
        "表格远处可能有误填的单元格：请删除数据以外的行和列，或另存为 CSV。"
    )


def test_a_workbook_that_unpacks_a_hundredfold_is_refused(tmp_path):
    name = sheet_with(tmp_path, "<sheetData>" + " " * 20_000_000 + "</sheetData>")
    assert "times its size (the limit is 100), as a zip bomb does." in refusal(tmp_path, "facilities", name)


def test_entities_in_a_workbook_are_refused(tmp_path):
    name = sheet_with(tmp_path, '<!DOCTYPE x [<!ENTITY a "aaa">]><sheetData/>')
    assert "xl/worksheets/sheet1.xml in the file declares XML entities" in refusal(tmp_path, "facilities", name)


def test_only_the_parts_of_a_shapefile_are_taken_from_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("../../slipped.txt", "x")
        archive.writestr("/abs.txt", "x")
    assert refusal(tmp_path, "facilities", "z.zip") == (
        "layer it (z.zip): there is no .shp in the archive, only: ../../slipped.txt, /abs.txt. "
        "Only shapefiles are read from a zip; unpack other formats first."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["z.zip"]


@pytest.mark.parametrize(
    "ending", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp", ".dbf", ".shx", ".zip", ".xlsx", ".csv"]
)
def test_damaged_bytes_end_in_rows_or_in_one_clear_refusal(tmp_path, ending):
    """Whatever the bytes, the outcome is a layer whose books balance or an InputError, and never another exception."""
    path, read_path = damageable(tmp_path, ending)
    whole = path.read_bytes()
    rng = random.Random(20261120)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data if rng.random() < 0.8 else data[: rng.randrange(len(data))])
        with contextlib.suppress(InputError):
            read_one(
                tmp_path,
                "facilities",
                read_path,
                {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0},
                crs="EPSG:4326",
            )


CHILD = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
sys.path.insert(0, sys.argv[1])
from layerfiles import plan_of
from layers.problems import InputError
from layers.reading import read_layers
for line in sys.stdin:
    path, spec = json.loads(line)
    try:
        layer = read_layers(plan_of(Path(sys.argv[2]), **{"it": {"path": path, **spec}}))["it"]
        print(json.dumps([path, "read", layer.used, layer.repaired, layer.rejected]))
    except InputError as error:
        print(json.dumps([path, "refused", error.problems[0].what.key, len(error.problems)]))
"""
PLAIN = {"kind": "facilities"}
DEGREES = {"kind": "facilities", "crs": "EPSG:4326"}
# path below badinput -> how it is read, and what must come of it
PINNED = {
    "blns/blns.json": (PLAIN, ["refused", "readers.disguised"]),
    "blns/blns.txt": (DEGREES, ["refused", "readers.csv_syntax"]),
    "csv-injection/Intruder/csv-payload.txt": (DEGREES, ["refused", "readers.csv_syntax"]),
    "gdal-autotest-text/billionlaugh.gml": (PLAIN, ["refused", "readers.unknown_format"]),
    "gdal-autotest-text/header_with_line_break.csv": (DEGREES, ["refused", "readers.no_place"]),
    "gdal-autotest-text/ids_0_1_null_1_null.json": (PLAIN, ["refused", "readers.too_many"]),
    "gdal-autotest-text/inf_nan.csv": (
        {"kind": "staff", "columns": {"unit_id": "id", "role": "id", "count": "v"}},
        ["refused", "readers.too_many"],
    ),
    "gdal-autotest-text/truncated.kml": (PLAIN, ["refused", "readers.unreadable"]),
    "gdal-autotest-text/unbalanced_double_quotes.csv": (DEGREES, ["refused", "readers.csv_syntax"]),
    "made-here/billion_laughs.xlsx": (DEGREES, ["refused", "readers.entities"]),
    "made-here/bl.kml": (PLAIN, ["refused", "readers.entities"]),
    "made-here/bl.gpx": (PLAIN, ["refused", "readers.unknown_format"]),
    "made-here/xxe.kml": (PLAIN, ["refused", "readers.entities"]),
    "made-here/dup.csv": (
        {"kind": "staff", "columns": {"role": "pop"}},
        ["refused", "readers.column_missing"],
    ),
    "made-here/formula_merged_hidden_total.xlsx": (
        {"kind": "staff", "columns": {"unit_id": "id", "role": "pop"}},
        ["refused", "readers.too_many"],
    ),
    "made-here/gbk.csv": ({"kind": "staff", "columns": {"unit_id": "名称", "role": "人口"}}, ["read", 2, 0, 0]),
    "made-here/gdal_csv_silent_loss.csv": ({**DEGREES, "wkt": "Column"}, ["refused", "readers.csv_syntax"]),
    "made-here/gpkg_with_view_and_recursive_bomb_view.gpkg": (PLAIN, ["read", 2, 0, 0]),
    "made-here/lone.shp": (DEGREES, ["refused", "readers.missing_part"]),
    "made-here/no_dbf_no_prj.zip": (DEGREES, ["refused", "readers.missing_part"]),
    "made-here/one_cell_at_XFD1048576.xlsx": (DEGREES, ["refused", "readers.sheet_cells"]),
    "made-here/populations.csv": (
        {"kind": "demand", "crs": "EPSG:4326", "columns": {"people": "pop"}},
        ["refused", "readers.too_many"],
    ),
    "made-here/ragged.csv": (
        {"kind": "staff", "columns": {"unit_id": "id", "role": "pop"}},
        ["refused", "readers.too_many"],
    ),
    "made-here/row_bomb_4M_cells.xlsx": (DEGREES, ["refused", "readers.zip_ratio"]),
    "made-here/semi.csv": (DEGREES, ["refused", "readers.too_many"]),
    "made-here/two_layers.zip": (PLAIN, ["refused", "readers.many_tables"]),
    "made-here/vrt_loopback_ssrf.geojson": (PLAIN, ["refused", "readers.disguised"]),
    "made-here/vrt_named_geojson.geojson": (PLAIN, ["refused", "readers.disguised"]),
    "made-here/zipbomb_300MB.zip": (PLAIN, ["refused", "readers.zip_ratio"]),
    "made-here/zipslip.zip": (PLAIN, ["refused", "readers.zip_without_shapefile"]),
    "geojson-fixtures/data/featurecollection/one.geojson": (PLAIN, ["read", 3, 0, 0]),
    "geojson-fixtures/data/geometry/geometrycollection.geojson": (PLAIN, ["refused", "readers.too_many"]),
    "geojson-fixtures/data/geometry/multilinestring-xyz.geojson": (PLAIN, ["read", 1, 0, 0]),
    "pyogrio/pyogrio/tests/fixtures/curve.gpkg": (PLAIN, ["refused", "readers.curves"]),
    "pyogrio/pyogrio/tests/fixtures/curvepolygon.gpkg": (PLAIN, ["refused", "readers.curves"]),
    "pyogrio/pyogrio/tests/fixtures/multisurface.gpkg": (PLAIN, ["refused", "readers.curves"]),
    "pyogrio/pyogrio/tests/fixtures/line_zm.gpkg": (PLAIN, ["read", 1, 0, 0]),
    "pyogrio/pyogrio/tests/fixtures/list_nested_struct_file.parquet": (PLAIN, ["refused", "readers.no_crs"]),
    "pyogrio/pyogrio/tests/fixtures/test_gpkg_nulls.gpkg": (PLAIN, ["refused", "readers.too_many"]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v0.1.0.feather": (PLAIN, ["refused", "readers.unknown_format"]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v0.1.0.parquet": (PLAIN, ["read", 2, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v1.0.0.parquet": (PLAIN, ["read", 2, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_gdal350.parquet": (PLAIN, ["refused", "readers.no_crs"]),
    "geojson-fixtures/data/feature/one.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/geometrycollection-xyz.geojson": (PLAIN, ["refused", "readers.too_many"]),
    "geojson-fixtures/data/geometry/linestring-xyz.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/linestring.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/multilinestring.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/multipoint-xyz.geojson": (PLAIN, ["refused", "readers.too_many"]),
    "geojson-fixtures/data/geometry/multipoint.geojson": (PLAIN, ["refused", "readers.too_many"]),
    "geojson-fixtures/data/geometry/multipolygon-xyz.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/multipolygon.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/point-xyz.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/point.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/polygon-xyz.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geojson-fixtures/data/geometry/polygon.geojson": (PLAIN, ["read", 1, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-linestring-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-linestring-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multilinestring-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multilinestring-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multipoint-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multipoint-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multipolygon-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-multipolygon-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-point-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-point-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-polygon-encoding_native.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/geoparquet/data-polygon-encoding_wkb.parquet": (
        PLAIN,
        ["refused", "readers.too_many"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/test_data_gdal350.arrow": (DEGREES, ["refused", "readers.unknown_format"]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_gdal390.parquet": (PLAIN, ["read", 2, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v0.4.0.feather": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v0.4.0.parquet": (PLAIN, ["read", 2, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v1.0.0-beta.1.feather": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v1.0.0-beta.1.parquet": (PLAIN, ["read", 2, 0, 0]),
    "geopandas/geopandas/io/tests/data/arrow/test_data_v1.0.0.feather": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "made-here/bl.osm": (DEGREES, ["refused", "readers.disguised"]),
    "made-here/rules_alias_bomb_small.yaml": (DEGREES, ["refused", "readers.unknown_format"]),
    "made-here/rules_typos_octal_dupkey.yaml": (DEGREES, ["refused", "readers.unknown_format"]),
    "pyogrio/pyogrio/tests/fixtures/list_field_values_file.parquet": (PLAIN, ["refused", "readers.no_crs"]),
    "pyogrio/pyogrio/tests/fixtures/naturalearth_lowres/naturalearth_lowres.cpg": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "pyogrio/pyogrio/tests/fixtures/naturalearth_lowres/naturalearth_lowres.dbf": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "pyogrio/pyogrio/tests/fixtures/naturalearth_lowres/naturalearth_lowres.prj": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "pyogrio/pyogrio/tests/fixtures/naturalearth_lowres/naturalearth_lowres.shp": (PLAIN, ["read", 169, 0, 8]),
    "pyogrio/pyogrio/tests/fixtures/naturalearth_lowres/naturalearth_lowres.shx": (
        DEGREES,
        ["refused", "readers.unknown_format"],
    ),
    "pyogrio/pyogrio/tests/fixtures/sample.osm.pbf": (PLAIN, ["refused", "readers.unreadable"]),
}


@needs_shared
def test_every_known_bad_file_is_pinned():
    """Nothing that was collected is left out: whatever is no data (licences, notes) is named here."""
    base = SHARED / "badinput"
    files = {str(path.relative_to(base)) for path in base.rglob("*") if path.is_file()}
    notes = {name for name in files if Path(name).name in ("README.md", "LICENSE", "LICENSE.txt")}
    assert len(notes) == 10
    assert files - notes == PINNED.keys()


@needs_shared
def test_every_known_bad_file_has_its_pinned_outcome():
    lines = "\n".join(json.dumps([path, spec]) for path, (spec, _) in PINNED.items())
    command = [sys.executable, "-W", "error", "-c", CHILD, str(Path(__file__).parent), str(SHARED / "badinput")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=300, check=False)
    assert done.stderr == ""
    found = {item[0]: item[1:] for item in map(json.loads, done.stdout.splitlines())}
    assert {path: outcome[: len(PINNED[path][1])] for path, outcome in found.items()} == {
        path: outcome for path, (_, outcome) in PINNED.items()
    }


@needs_shared
def test_every_planted_fault_of_the_populations_table_is_reported():
    folder = SHARED / "badinput" / "made-here"
    layer = read_one(
        folder,
        "demand",
        "populations.csv",
        {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0},
        crs="EPSG:4326",
        columns={"people": "pop"},
    )
    assert (layer.rows_in, layer.rejected) == (8, 8)
    found = {(reject.row, reject.field, reject.reason.key) for reject in layer.rejects}
    assert found >= {
        (2, "id", "readers.duplicate"),
        (3, "id", "readers.duplicate"),
        (4, "people", "readers.not_number"),
        (4, "geometry", "readers.place_swapped"),
        (5, "people", "readers.out_of_bounds"),
        (6, "people", "readers.not_number"),
        (7, "people", "readers.not_number"),
        (7, "geometry", "readers.no_geometry"),
        (8, "people", "readers.not_number"),
        (8, "geometry", "readers.place_metres"),
        (9, "", "readers.total_row"),
    }


def test_a_table_of_twenty_thousand_columns_is_refused_at_once(tmp_path):
    (tmp_path / "wide.csv").write_text(",".join(f"c{at}" for at in range(20_000)) + "\n1\n", "utf-8")
    assert "it has 20000 columns, more than 2000" in refusal(tmp_path, "facilities", "wide.csv")
