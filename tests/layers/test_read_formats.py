"""Every format gives the same rows, and says where each came from."""

from __future__ import annotations

import datetime as dt
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xlsxwriter
from layerfiles import csv_of, read, read_one, refusal

LAMPS = gpd.GeoDataFrame(
    {"编号": ["L03", "0012", "L01"], "状态": ["正常", None, "损坏"], "功率": [30, 40, 50]},
    geometry=shapely.points([113.01, 113.02, 113.03], [23.01, 23.02, 23.03]),
    crs=4490,
)


def written(folder, ending):
    path = folder / f"lamps{ending}"
    if ending in (".gpkg", ".geojson", ".fgb"):
        LAMPS.to_file(path)
    elif ending == ".parquet":
        LAMPS.to_parquet(path)
    elif ending == ".shp":
        LAMPS.to_file(path, encoding="GBK")
    elif ending == ".zip":
        LAMPS.to_file(folder / "in.shp", encoding="GBK")
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(folder.glob("in.*")):
                archive.write(part, f"路灯/{part.name}")
    else:
        table = pd.DataFrame(LAMPS.drop(columns="geometry")).assign(经度=LAMPS.geometry.x, 纬度=LAMPS.geometry.y)
        if ending == ".xlsx":
            table.to_excel(path, index=False, engine="xlsxwriter")
        else:
            table.to_csv(path, index=False)
    return path.name


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp", ".zip", ".xlsx", ".csv"])
def test_every_format_gives_the_same_rows(tmp_path, ending):
    layer = read_one(tmp_path, "devices", written(tmp_path, ending), {"crs": "EPSG:4547"}, crs="EPSG:4490")
    assert list(layer.frame.index) == ["0012", "L01", "L03"]
    assert layer.frame["status"].tolist()[1:] == ["broken", "working"]
    assert pd.isna(layer.frame["status"].iloc[0])
    assert layer.frame["功率"].astype(int).tolist() == [40, 50, 30]
    assert layer.given == {"id", "status"}
    assert (layer.rows_in, layer.used, layer.repaired, layer.rejected) == (3, 3, 0, 0)
    assert layer.frame.crs.to_epsg() == 4547
    easting = layer.frame.geometry.x.to_numpy()  # by the series of the Gauss-Kruger easting, to its third term
    assert np.allclose(easting, [399539.3, 400571.8, 398506.6], atol=0.5)
    assert len(layer.source.sha256) == 64


def test_every_column_of_the_kind_is_there_and_unknown_where_nobody_gave_it(tmp_path):
    name = csv_of(tmp_path, "id,lon,lat", "a,113,23")
    frame = read_one(
        tmp_path, "roads", csv_of(tmp_path, "id,wkt", 'a,"LINESTRING (113 23, 113.1 23)"'), crs="4490"
    ).frame
    assert list(frame.columns)[:5] == ["name", "class", "surface", "width_m", "lanes"]
    assert frame["width_m"].dtype == float
    assert frame.loc["a", "lit_required"] is None
    frame = read_one(tmp_path, "facilities", csv_of(tmp_path, "id,lon,lat", "a,113,23", name=name), crs="4490").frame
    assert pd.isna(frame.loc["a", "opened"])
    assert pd.isna(frame.loc["a", "name"])


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gbk", "gb18030"), ("utf-16", "utf-16")]
)
def test_the_encoding_of_a_csv_is_found_and_said(tmp_path, encoding, found):
    name = csv_of(tmp_path, "编号,名称,经度,纬度", "1,王庄,113,23", encoding=encoding)
    layer = read_one(tmp_path, "facilities", name, crs="EPSG:4490")
    assert layer.source.encoding == found
    assert layer.frame["name"].tolist() == ["王庄"]


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_the_delimiter_of_a_csv_is_found(tmp_path, mark):
    name = csv_of(tmp_path, mark.join(["id", "name", "x", "y"]), mark.join(["1", "王庄", "113", "23"]))
    assert read_one(tmp_path, "facilities", name, crs="EPSG:4490").frame.loc["1", "name"] == "王庄"


def test_rows_of_a_csv_are_numbered_by_the_line_they_start_on(tmp_path):
    lines = ['id,"name', 'of it",people,lon,lat', "", 'a,"two', 'lines",1,113,23', "b,one,12人,113,23"]
    layer = read_one(
        tmp_path,
        "demand",
        csv_of(tmp_path, *lines),
        {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0},
        crs="EPSG:4490",
    )
    assert [reject.row for reject in layer.rejects] == [6]
    assert (layer.rows_in, layer.used) == (2, 1)


def test_quote_marks_inside_a_cell_do_not_upset_the_count(tmp_path):
    lines = ["id,name,lon,lat", '1,5" pipe,113,23', '2,"say ""hi""",113,23', "3,plain,113,23"]
    layer = read_one(tmp_path, "facilities", csv_of(tmp_path, *lines), crs="EPSG:4490")
    assert layer.frame["name"].tolist() == ['5" pipe', 'say "hi"', "plain"]


def test_a_csv_with_a_quote_that_never_closes_is_refused(tmp_path):
    name = csv_of(tmp_path, "id,name,lon,lat", '1,"王庄,113,23', "2,李屯,113,23")
    assert refusal(tmp_path, "facilities", name, "zh", crs="4490") == (
        "图层“it”（rows.csv）：从第 2 行开始的记录引号不配对（unexpected end of data）。请检查这一行的英文双引号是否成对。"
    )


def workbook(path, sheets):
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path.name


HEADER = ["编号", "人数", "经度", "纬度"]


def test_a_workbook_row_has_the_number_excel_shows_below_its_title(tmp_path):
    rows = [["东塘镇居民台账"], [], HEADER, ["a", 3, 113.0, 23.0], ["b", "3人", 113.0, 23.0]]
    name = workbook(tmp_path / "homes.xlsx", {"表": rows})
    layer = read_one(
        tmp_path, "demand", name, {"max_rejected_share": 0.5, "max_rejected_people_share": 0.5}, crs="EPSG:4490"
    )
    assert [(r.row, r.action, r.reason.in_("zh")) for r in layer.rejects] == [
        (0, "noted", "第 1 行只有一个单元格，当作标题，没有当作数据。"),
        (5, "rejected", "people“3人”不是数字。"),
    ]


def test_ids_in_a_workbook_stay_text(tmp_path):
    rows = [HEADER, [12, 1, 113.0, 23.0], ["0012", 1, 113.0, 23.0], [360681001001, 1, 113.0, 23.0]]
    layer = read_one(tmp_path, "demand", workbook(tmp_path / "homes.xlsx", {"表": rows}), crs="EPSG:4490")
    assert list(layer.frame.index) == ["0012", "12", "360681001001"]


def test_an_id_that_excel_has_cut_to_fifteen_digits_is_noted(tmp_path):
    rows = [HEADER, [110101199003074518, 1, 113.0, 23.0]]
    layer = read_one(tmp_path, "demand", workbook(tmp_path / "homes.xlsx", {"表": rows}), crs="EPSG:4490")
    (reject,) = layer.rejects
    assert (reject.row, reject.field, reject.action) == (2, "id", "noted")
    assert reject.reason.in_("zh") == "id“110101199003074496”是按数字保存的，15 位以后的数字已丢失。"
    assert reject.fix.in_("en") == "Format the column as text and enter the ids again."


def test_dates_in_a_workbook_are_days(tmp_path):
    rows = [["编号", "启用日期", "经度", "纬度"], ["a", 45413, 113.0, 23.0], ["b", "2024年5月", 113.0, 23.0]]
    layer = read_one(tmp_path, "facilities", workbook(tmp_path / "f.xlsx", {"表": rows}), crs="EPSG:4490")
    assert [day.date() for day in layer.frame["opened"]] == [dt.date(2024, 5, 1), dt.date(2024, 5, 1)]


def test_the_only_sheet_with_rows_is_taken(tmp_path):
    name = workbook(tmp_path / "homes.xlsx", {"说明": [], "表": [HEADER, ["a", 3, 113.0, 23.0]]})
    assert read_one(tmp_path, "demand", name, crs="EPSG:4490").source.table == "表"


def test_several_sheets_and_none_named_is_an_error_that_lists_them(tmp_path):
    rows = [HEADER, ["a", 3, 113.0, 23.0]]
    name = workbook(tmp_path / "homes.xlsx", {"甲": rows, "乙": rows})
    assert refusal(tmp_path, "demand", name, "zh", crs="EPSG:4490") == (
        "图层“it”（homes.xlsx）：文件里有多个图层或工作表：甲, 乙。请在计划中写明用哪一个，例如 layer：甲。"
    )
    assert read_one(tmp_path, "demand", name, crs="EPSG:4490", layer="乙").source.table == "乙"
    assert refusal(tmp_path, "demand", name, crs="EPSG:4490", layer="丙") == (
        'layer it (homes.xlsx): the file has no layer or sheet called "丙". It has: 甲, 乙.'
    )


def test_formulas_without_a_result_merged_and_hidden_cells_are_told(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "homes.xlsx") as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["a", 1, 113.0, 23.0])
        sheet.write_row(2, 0, ["b", 1, 113.0, 23.0])
        sheet.write_formula(2, 1, "=1+1", None, "")
        sheet.write_row(3, 0, ["c", 1, 113.0, 23.0])
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.merge_range(4, 0, 5, 0, "d")
        sheet.write_row(4, 1, [1, 113.0, 23.0])
        sheet.write_row(5, 1, [1, 113.0, 23.0])
        sheet.write_row(6, 0, ["e", "#N/A", 113.0, 23.0])
    layer = read_one(
        tmp_path, "demand", "homes.xlsx", {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0}, crs="EPSG:4490"
    )
    assert [(r.row, r.action, r.reason.in_("en")) for r in layer.rejects] == [
        (4, "noted", "this row is hidden in Excel, and was read all the same."),
        (6, "noted", "this cell is part of the merged block A5:A6, so it is blank."),
        (7, "rejected", 'people "#N/A" is not a number.'),
    ]


def test_layers_of_a_geopackage_must_be_named_where_there_are_several(tmp_path):
    LAMPS.to_file(tmp_path / "all.gpkg", layer="lamps")
    LAMPS.to_file(tmp_path / "all.gpkg", layer="old")
    assert refusal(tmp_path, "devices", "all.gpkg") == (
        "layer it (all.gpkg): the file has several layers or sheets: lamps, old. "
        "Say in the plan which one is meant, for example layer: lamps."
    )
    assert read_one(tmp_path, "devices", "all.gpkg", layer="old").source.table == "old"


def test_whole_numbers_beside_blanks_in_a_geopackage_stay_whole_as_ids(tmp_path):
    frame = gpd.GeoDataFrame(
        {"code": pd.array([12, None, 360681001001], dtype="Int64"), "name": ["a", "b", "c"]},
        geometry=shapely.points([113.0, 113.1, 113.2], [23.0, 23.0, 23.0]),
        crs=4490,
    )
    frame.to_file(tmp_path / "f.gpkg")
    ids = list(read_one(tmp_path, "facilities", "f.gpkg").frame.index)
    assert ids[:2] == ["12", "360681001001"]


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_shapefile_names_the_part_that_is_missing(tmp_path, missing):
    written(tmp_path, ".shp")
    (tmp_path / f"lamps{missing}").unlink()
    assert f"the {missing} part of the shapefile is missing." in refusal(tmp_path, "devices", "lamps.shp")


def test_a_shapefile_without_prj_needs_its_crs_in_the_plan(tmp_path):
    written(tmp_path, ".shp")
    (tmp_path / "lamps.prj").unlink()
    assert refusal(tmp_path, "devices", "lamps.shp", "zh") == (
        "图层“it”（lamps.shp）：没有说明坐标系。请在计划的该图层下写明 crs，例如 EPSG:4490（经纬度，CGCS2000）、"
        "EPSG:4547（三度带，中央经线 114°）、gcj02（高德、腾讯）、bd09（百度）。"
    )
    assert read_one(tmp_path, "devices", "lamps.shp", crs="EPSG:4490").used == 3


def test_a_gbk_shapefile_without_cpg_is_no_mojibake(tmp_path):
    written(tmp_path, ".shp")
    (tmp_path / "lamps.cpg").unlink()
    layer = read_one(tmp_path, "devices", "lamps.shp")
    assert layer.source.encoding == "gb18030"
    assert layer.given == {"id", "status"}


def test_a_shapefile_whose_parts_disagree_is_refused(tmp_path):
    written(tmp_path, ".shp")
    whole = (tmp_path / "lamps.shx").read_bytes()
    (tmp_path / "lamps.shx").write_bytes(whole[:-8])
    assert "2 shapes in the .shx, 3 rows in the .dbf" in refusal(tmp_path, "devices", "lamps.shp")


def test_rows_deleted_in_a_shapefile_are_not_rows(tmp_path):
    written(tmp_path, ".shp")
    data = bytearray((tmp_path / "lamps.dbf").read_bytes())
    data[int.from_bytes(data[8:10], "little")] = ord("*")
    (tmp_path / "lamps.dbf").write_bytes(data)
    layer = read_one(tmp_path, "devices", "lamps.shp")
    assert (layer.rows_in, list(layer.frame.index)) == (2, ["0012", "L01"])


def test_a_geojson_feature_with_words_for_coordinates_is_set_aside(tmp_path):
    (tmp_path / "f.geojson").write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "properties": {"id": "a"}, "geometry": {"type": "Point", "coordinates": ["113", 23]}},'
        '{"type": "Feature", "properties": {"id": "b"}, "geometry": {"type": "Point", "coordinates": [113, 23]}},'
        '{"type": "Feature", "properties": {"id": "c", "capacity": NaN}, "geometry": {"type": "Point", "coordinates": [113, 23]}},'
        "7]}",
        encoding="utf-8",
    )
    layer = read_one(tmp_path, "facilities", "f.geojson", {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0})
    assert list(layer.frame.index) == ["b"]
    assert layer.rows_in == 4
    assert {reject.row for reject in layer.rejects} == {1, 3, 4}


def test_a_geojson_with_features_twice_is_refused(tmp_path):
    (tmp_path / "f.geojson").write_text('{"type": "FeatureCollection", "features": [], "features": []}')
    assert "a key is given twice in one object" in refusal(tmp_path, "facilities", "f.geojson")


def test_an_empty_layer_is_an_empty_frame_with_all_columns(tmp_path):
    layers = read(
        tmp_path,
        clinics={"kind": "facilities", "path": csv_of(tmp_path, "id,name,lon,lat"), "crs": "EPSG:4490"},
        homes={"kind": "demand", "path": csv_of(tmp_path, "id,lon,lat", "a,113,23", name="h.csv"), "crs": "EPSG:4490"},
    )
    assert len(layers["clinics"].frame) == 0
    assert layers["clinics"].frame.crs == layers["homes"].frame.crs
    assert "capacity" in layers["clinics"].frame.columns
    assert layers.crs == "EPSG:4547" or layers.crs == "EPSG:4546"
