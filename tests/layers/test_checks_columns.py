"""Which header means which column."""

from __future__ import annotations

import pytest
from layerfiles import csv_of, read, read_one, refusal

from layers.headers import matched
from layers.kinds import KINDS
from layers.plan import LayerSpec
from layers.spelling import folded
from layers.text import say


def found(kind: str, *headers: str, **spec: object) -> dict[str, str]:
    entry = LayerSpec(kind=kind, path="x.csv", **spec)  # type: ignore[arg-type]
    result = matched(headers, KINDS[kind], entry, say("readers.layer", layer="it", file="x.csv"), placed=True)
    assert result.problems == ()
    return result.columns


@pytest.mark.parametrize(
    ("kind", "header", "column"),
    [
        ("units", "人口", "population"),
        ("units", "Population", "population"),
        ("units", "常住人口（人）", "population"),
        ("units", "戶數", "households"),
        ("units", "未滿15歲", "children"),
        ("units", "VILLCODE", "id"),
        ("roads", "路面宽度(m)", "width_m"),
        ("roads", "ＷＩＤＴＨ", "width_m"),
        ("devices", "azimuth-deg", "azimuth_deg"),
        ("devices", " 设备 编号 ", "id"),
        ("facilities", "所属村", "unit_id"),
        ("staff", "村名", "unit_id"),
    ],
)
def test_a_header_is_known_without_case_width_spaces_punctuation_and_traditional_forms(kind, header, column):
    if kind == "staff":
        assert found(kind, header, "role")[column] == header
    else:
        assert found(kind, header) == {column: header}


def test_a_unit_in_brackets_that_is_not_ours_is_another_column():
    assert found("facilities", "面积(亩)") == {}
    assert found("facilities", "面积(㎡)") == {"area_m2": "面积(㎡)"}


def test_the_plans_word_comes_first_then_the_canonical_name_then_an_alias():
    headers = ("人口", "常住人口", "户籍人口")
    assert found("units", *headers)["population"] == "常住人口"
    assert found("units", *headers, columns={"population": "户籍人口"})["population"] == "户籍人口"


def test_a_serial_number_is_an_id_only_where_nothing_better_is():
    assert found("units", "序号", "村代码", "村名") == {"id": "村代码", "name": "村名"}
    assert found("units", "序号", "村名") == {"id": "序号", "name": "村名"}
    assert found("staff", "村代码", "村名", "岗位")["unit_id"] == "村代码"


def test_two_headers_for_one_column_are_both_named(tmp_path):
    name = csv_of(tmp_path, "id,人口,总人口,lon,lat", "a,1,2,113,23")
    wanted = "图层“it”（rows.csv）：有多个表头都可能是 people：人口 / 常住人口。请在计划中写明用哪一个，例如 columns：{people：人口}。"
    name = csv_of(tmp_path, "id,人口,常住人口,lon,lat", "a,1,2,113,23")
    assert refusal(tmp_path, "demand", name, "zh", crs="EPSG:4490") == wanted
    assert refusal(tmp_path, "demand", name, crs="EPSG:4490") == (
        "layer it (rows.csv): several headers could be people: 人口 / 常住人口. "
        "Say in the plan which one is meant, for example columns: {people: 人口}."
    )


def test_a_column_the_kind_does_not_have_is_refused_with_the_nearest_name(tmp_path):
    name = csv_of(tmp_path, "id,人口,lon,lat", "a,1,113,23")
    text = refusal(tmp_path, "demand", name, crs="EPSG:4490", columns={"poeple": "人口"})
    assert text == (
        'layer it (rows.csv): "poeple" under columns is not a column of layers of kind demand. Did you mean "people"?'
    )


def test_a_header_the_file_does_not_have_is_refused_with_the_nearest_header(tmp_path):
    name = csv_of(tmp_path, "id,常住人口数,lon,lat", "a,1,113,23")
    text = refusal(tmp_path, "demand", name, "zh", crs="EPSG:4490", columns={"people": "常住人口"})
    assert text == "图层“it”（rows.csv）：文件里没有“常住人口”这一列（计划中用作 people）。是否应为“常住人口数”？"


def test_a_required_column_that_is_missing_is_named_with_the_headers_there_are(tmp_path):
    name = csv_of(tmp_path, "村名,人数", "王庄,1")
    assert refusal(tmp_path, "staff", name, "zh") == (
        "图层“it”（rows.csv）：缺少必需的列 role（岗位）。请在计划的 columns 下写明对应的表头。文件的表头有：村名, 人数。"
    )


def test_a_table_without_a_place_says_which_headers_it_has(tmp_path):
    name = csv_of(tmp_path, "id,name", "a,王庄")
    assert refusal(tmp_path, "facilities", name, crs="EPSG:4490") == (
        "layer it (rows.csv): the table has no columns for longitude and latitude (or for coordinates, or WKT). "
        "Name x and y (or lonlat, or wkt) in the plan. The file's headers are: id, name."
    )


@pytest.mark.parametrize("pair", ["经度,纬度", "lng,lat", "X,Y", "東坐標,北坐標", "longitude,latitude"])
def test_places_are_found_by_the_usual_headers(tmp_path, pair):
    name = csv_of(tmp_path, f"id,{pair}", "a,113,23")
    layer = read_one(tmp_path, "facilities", name, crs="EPSG:4490")
    assert layer.used == 1
    assert not set(pair.split(",")) & set(layer.frame.columns)


def test_places_may_be_wkt_and_a_broken_one_is_told(tmp_path):
    lines = ["id,geometry", 'a,"POLYGON ((113 23, 113.1 23, 113.1 23.1, 113 23))"', "b,POLYGON ((113 23", "c,"]
    layer = read_one(
        tmp_path,
        "units",
        csv_of(tmp_path, *lines),
        {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0},
        crs="EPSG:4490",
    )
    assert list(layer.frame.index) == ["a"]
    assert "geometry is not a shape in WKT." in [reject.reason.in_("en") for reject in layer.rejects]


def test_headers_twice_are_told_apart(tmp_path):
    name = csv_of(tmp_path, "id,备注,备注,,lon,lat", "a,x,y,z,113,23")
    frame = read_one(tmp_path, "facilities", name, crs="EPSG:4490").frame
    assert frame.loc["a", ["备注", "备注 #2", "#4"]].tolist() == ["x", "y", "z"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_means_two_columns_of_one_kind_at_one_level(kind):
    for level in range(2):
        held: dict[str, str] = {}
        for column in KINDS[kind].columns:
            words = ((column.name, column.zh), column.aliases)[level]
            for word in {folded(word) for word in words}:
                assert held.setdefault(word, column.name) == column.name


def test_a_list_of_villages_or_of_what_is_in_them_needs_no_place(tmp_path):
    villages = csv_of(tmp_path, "编号,村名,常住人口", "001,甲村,900", name="villages.csv")
    centres = csv_of(tmp_path, "name,village", "养老服务站,甲村", name="centres.csv")
    both = read(tmp_path, v={"kind": "units", "path": villages}, c={"kind": "facilities", "path": centres})
    assert both["v"].frame.geometry.tolist() == both["c"].frame.geometry.tolist() == [None]
    assert both["c"].frame["unit_id"].tolist() == ["001"]
    assert both["v"].rejects[0].action == "noted"
    assert both["v"].rejects[0].reason.in_("en") == (
        "the table has no columns for a place, so it is a list only: rules that count by village can use it, rules that "
        "measure distance cannot, and the map does not show it. The file's headers are: 编号, 村名, 常住人口."
    )


def test_villages_may_be_points(tmp_path):
    path = csv_of(tmp_path, "编号,村名,常住人口,经度,纬度", "001,甲村,900,114.1,30.1")
    layer = read_one(tmp_path, "units", path, crs="EPSG:4490")
    assert layer.frame.geometry.geom_type.tolist() == ["Point"]
