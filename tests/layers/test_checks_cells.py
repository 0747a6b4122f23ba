"""Cells: a value, or a reason with the value, the row and the fix; never silence."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from layerfiles import csv_of, faults, read_one, refusal

from layers.cells import as_id, date, number, read_column
from layers.kinds import DEVICES, FACILITIES, ROADS
from layers.layer import Reject
from layers.schema import Column

PEOPLE = Column("people", "number", "人数", unit="people", low=0, high=1e6)
ALL = {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0}


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_a_number_written_plainly_is_read_as_itself(value):
    assert number(repr(value)) == value


@given(st.integers(-(10**12), 10**12))
def test_thousands_separators_and_full_width_digits_do_not_change_a_number(value):
    wide = str.maketrans("0123456789,-", "０１２３４５６７８９，－")
    assert number(f"{value:,}") == value
    assert number(f" {value} ") == value
    assert number(f"{value:,}".translate(wide)) == value


@given(st.text(max_size=12))
def test_a_text_is_a_finite_number_or_no_number(text):
    value = number(text)
    assert value is None or np.isfinite(value)


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6), st.text(max_size=8)), max_size=30))
def test_each_cell_gives_a_value_or_a_fault_or_is_blank(cells):
    frame = pd.Series(cells, dtype=object)
    values, found = read_column(frame, PEOPLE)
    rejected = {fault.at for fault in found if fault.action == "rejected"}
    for at, cell in enumerate(cells):
        blank = cell is None or (isinstance(cell, str) and not cell.strip())
        assert blank == (np.isnan(values.iloc[at]) and at not in rejected)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
def test_an_id_of_plain_letters_and_digits_is_kept_to_the_last_zero(text):
    assert as_id(text) == text
    values, found = read_column(pd.Series([text], dtype="str"), FACILITIES.column("id"))
    assert values.tolist() == [text]
    assert all(fault.action == "noted" for fault in found)


@pytest.mark.parametrize(
    "text",
    ["12人", "约300", "1e400", "NaN", "inf", "1,23", "12,34,567", "1 2", "--1", "0x10", "1_000", "½", "十二", "=1+1"],
)
def test_what_is_no_number_is_said_and_never_guessed(text):
    assert number(text) is None


def rejects_of(tmp_path, *rows: str) -> tuple[Reject, ...]:
    name = csv_of(tmp_path, "id,people,lon,lat", *rows)
    return read_one(tmp_path, "demand", name, ALL, crs="EPSG:4490").rejects


def test_people_with_a_unit_are_refused_with_value_and_fix_in_both_languages(tmp_path):
    (reject,) = rejects_of(tmp_path, "0013,12人,113,23")
    assert (reject.row, reject.feature_id, reject.field, reject.value, reject.action) == (
        2,
        "0013",
        "people",
        "12人",
        "rejected",
    )
    assert reject.reason.in_("zh") == "people“12人”不是数字。"
    assert reject.fix.in_("zh") == "请写 12；不清楚就留空。"
    assert reject.reason.in_("en") == 'people "12人" is not a number.'
    assert reject.fix.in_("en") == "Write 12, or leave it blank if it is not known."


def test_a_decimal_comma_is_not_taken_for_a_thousands_separator(tmp_path):
    (reject,) = rejects_of(tmp_path, 'a,"120,5",113,23')
    assert reject.fix.in_("en") == "Write 120.5, or leave it blank if it is not known."


def test_repaired_numbers_are_used_and_counted(tmp_path):
    name = csv_of(tmp_path, "id,people,lon,lat", "a,１２３,113,23", 'b,"1,234",113,23', "c,7,113,23")
    layer = read_one(tmp_path, "demand", name, crs="EPSG:4490")
    assert layer.frame["people"].tolist() == [123, 1234, 7]
    assert (layer.rows_in, layer.used, layer.repaired, layer.rejected) == (3, 1, 2, 0)
    assert faults(layer, "repaired", "zh") == [
        (2, "people", "people“１２３”已读作 123。"),
        (3, "people", "people“1,234”已读作 1234。"),
    ]


def test_bounds_are_inclusive(tmp_path):
    rejects = rejects_of(tmp_path, "a,0,113,23", "b,1000000,113,23", "c,-1,113,23", "d,1000001,113,23")
    assert [(r.row, r.reason.in_("en")) for r in rejects] == [
        (4, 'people "-1" is not between 0 and 1000000 (people).'),
        (5, 'people "1000001" is not between 0 and 1000000 (people).'),
    ]


def test_a_blank_number_is_unknown_and_no_fault(tmp_path):
    name = csv_of(tmp_path, "id,people,lon,lat", "a,,113,23")
    layer = read_one(tmp_path, "demand", name, crs="EPSG:4490")
    assert np.isnan(layer.frame.loc["a", "people"])
    assert layer.rejects == ()


def test_rows_of_one_id_are_all_set_aside(tmp_path):
    rejects = rejects_of(tmp_path, "0012,1,113,23", "0012,2,113,23", "12,3,113,23")
    assert [(r.row, r.reason.in_("zh")) for r in rejects] == [
        (2, "编号“0012”不止一行使用，这些行都未采用。"),
        (3, "编号“0012”不止一行使用，这些行都未采用。"),
    ]


@pytest.mark.parametrize("word", ["合计", "总计", "合　计", "合 计：", "Total", "grand total"])
def test_a_total_is_no_village(tmp_path, word):
    (reject,) = rejects_of(tmp_path, f"{word},1469,,")
    assert (reject.row, reject.reason.in_("en"), reject.fix.in_("en")) == (
        2,
        "this row is a total, not data.",
        "Delete it.",
    )


def test_a_filling_station_called_total_is_a_place(tmp_path):
    name = csv_of(tmp_path, "id,name,lon,lat", "a,Total,113,23")
    assert read_one(tmp_path, "facilities", name, crs="EPSG:4490").used == 1


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024.5.1", dt.date(2024, 5, 1)),
        ("2024年5月", dt.date(2024, 5, 1)),
        ("2024年5月3日", dt.date(2024, 5, 3)),
        ("2024/05/03", dt.date(2024, 5, 3)),
        ("２０２４-５-３", dt.date(2024, 5, 3)),
        ("2024", dt.date(2024, 1, 1)),
        ("20240503", dt.date(2024, 5, 3)),
        ("2024-05-03 12:30", dt.date(2024, 5, 3)),
        (45413.0, dt.date(2024, 5, 1)),
        ("45413", dt.date(2024, 5, 1)),
        (dt.datetime(2024, 5, 1, 8), dt.date(2024, 5, 1)),  # noqa: DTZ001
        ("2024-02-30", None),
        ("去年", None),
        ("12-05", None),
        (12.0, None),
    ],
)
def test_dates_as_clerks_write_them(cell, day):
    assert date(cell) == day


@pytest.mark.parametrize(
    ("word", "value"), [("是", True), ("1", True), (1.0, True), ("YES", True), ("否", False), (0, False), ("无", False)]
)
def test_flags_are_true_or_false(word, value):
    values, found = read_column(pd.Series([word], dtype=object), ROADS.column("lit_required"))
    assert (values.tolist(), found) == ([value], [])


def test_a_flag_that_is_neither_is_said():
    _, (fault,) = read_column(pd.Series(["也许"]), ROADS.column("lit_required"))
    assert fault.reason.in_("zh") == "lit_required“也许”既不是“是”也不是“否”。"
    assert fault.fix.in_("en") == "Write yes or no, or leave it blank if it is not known."


def test_statuses_are_read_in_both_languages_and_unknown_words_are_said():
    cells = pd.Series(["正常", "OFFLINE", "拟建", "", "待修"], dtype="str")
    values, (fault,) = read_column(cells, DEVICES.column("status"))
    assert values.tolist()[:3] == ["working", "broken", "planned"]
    assert values.isna().tolist()[3:] == [True, True]
    assert fault.reason.in_("en") == 'status "待修" is not known.'
    assert fault.fix.in_("zh") == "可写：working (正常), broken (损坏), planned (规划)；不清楚就留空。"


def test_categories_are_canonical_where_known_and_kept_where_not():
    cells = pd.Series(["健身路径", "公園", "Parks", "戏台"], dtype="str")
    values, found = read_column(cells, FACILITIES.column("category"))
    assert values.tolist()[0] == "fitness"
    assert values.tolist()[3] == "戏台"
    assert found == []


def test_invisible_characters_in_a_name_are_taken_out_and_said(tmp_path):
    name = csv_of(tmp_path, "id,name,lon,lat", "a,王\u200b庄,113,23", "b,李\u3000屯 👩\u200d🌾,113,23")
    layer = read_one(tmp_path, "facilities", name, crs="EPSG:4490")
    assert layer.frame["name"].tolist() == ["王庄", "李\u3000屯 👩\u200d🌾"]
    assert layer.repaired == 1


def test_too_many_bad_rows_stop_the_run_and_each_is_listed(tmp_path):
    name = csv_of(tmp_path, "id,people,lon,lat", "a,12人,113,23", "b,1,113,23", "c,1,113,23")
    assert refusal(tmp_path, "demand", name, "zh", crs="EPSG:4490").splitlines() == [
        "图层“it”（rows.csv）：3 行中有 1 行（33.3%）不能采用，超过上限 5%。请改正下列各行；"
        "确需继续时，可在计划的 plan 下提高 max_rejected_share。",
        "图层“it”（rows.csv）第 2 行（编号 a）：people“12人”不是数字。请写 12；不清楚就留空。",
    ]
    assert refusal(tmp_path, "demand", name, crs="EPSG:4490").splitlines() == [
        "layer it (rows.csv): 1 of 3 rows (33.3 %) cannot be used, more than the limit of 5 %. "
        "Correct the rows below, or raise max_rejected_share under plan if you must go on.",
        'layer it (rows.csv), row 2 (id a): people "12人" is not a number. '
        "Write 12, or leave it blank if it is not known.",
    ]


def test_exactly_the_allowed_share_of_bad_rows_goes_on(tmp_path):
    rows = [f"{at},1,113,23" for at in range(19)]
    name = csv_of(tmp_path, "id,capacity,lon,lat", *rows, "x,?,113,23")
    assert read_one(tmp_path, "facilities", name, crs="EPSG:4490").rejected == 1


def test_exactly_the_allowed_share_of_people_goes_on_and_one_more_stops_the_run(tmp_path):
    rows = [f"{at},2,113,23" for at in range(48)]
    for people, stops in ((1, False), (2, False), (3, True)):
        name = csv_of(tmp_path, "id,people,lon,lat", *rows, f"x,{people},0,0", "y,1,113,23", "z,1,113,23")
        if stops:
            assert refusal(tmp_path, "demand", name, crs="EPSG:4490").splitlines()[0] == (
                "layer it (rows.csv): the rows that cannot be used stand for about 3 people, 3.0 % of all, more than "
                "the limit of 2 %. Correct the rows below, or raise max_rejected_people_share under plan if you must go on."
            )
        else:
            layer = read_one(tmp_path, "demand", name, crs="EPSG:4490")
            assert (layer.rejected, layer.people_rejected) == (1, people)


def test_a_rejected_row_whose_people_cannot_be_read_counts_as_an_average_one(tmp_path):
    rows = [f"{at},{4 + at % 2},113,23" for at in range(100)]
    name = csv_of(tmp_path, "id,people,lon,lat", *rows, "x,5人,113,23", "合计,450,,")
    layer = read_one(tmp_path, "demand", name, crs="EPSG:4490")
    assert (layer.rejected, layer.people_rejected) == (2, 4.5)


def test_a_row_of_totals_never_stops_the_run(tmp_path):
    name = csv_of(tmp_path, "id,name,population", "1,甲村,100", "2,乙村,200", "合计,,300")
    layer = read_one(tmp_path, "units", name)
    assert (layer.used, layer.rejected, layer.people_rejected) == (2, 1, 0)


def test_where_keeps_rows_by_the_files_own_words_and_the_books_say_so(tmp_path):
    rows = ["1,健身路径,113,23", "2,公园,113,23", "3,fitness,113,23", "4,公园,,"]
    name = csv_of(tmp_path, "id,类别,lon,lat", *rows)
    for text in ("类别 == '健身路径'", "category == 'fitness'"):
        layer = read_one(tmp_path, "facilities", name, crs="EPSG:4490", where=text)
        assert list(layer.frame.index) == ["1", "3"]
        assert (layer.rows_in, layer.used, layer.rejected) == (2, 2, 0)
        assert faults(layer, "noted") == [(0, "where", "where leaves out 2 rows and keeps 2.")]


def test_a_row_whose_filter_cell_cannot_be_read_is_not_lost(tmp_path):
    name = csv_of(tmp_path, "id,capacity,lon,lat", "1,30,113,23", "2,约50,113,23", "3,10,113,23")
    layer = read_one(tmp_path, "facilities", name, ALL, crs="EPSG:4490", where="capacity > 20")
    assert list(layer.frame.index) == ["1"]
    assert [reject.feature_id for reject in layer.rejects if reject.action == "rejected"] == ["2"]


def test_numbers_of_a_database_table_are_taken_as_they_are(tmp_path):
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "people": [3.0, np.inf]}, geometry=shapely.points([113.0, 113.1], [23.0, 23.0]), crs=4490
    )
    frame.to_file(tmp_path / "h.gpkg")
    layer = read_one(tmp_path, "demand", "h.gpkg", ALL)
    assert layer.frame["people"].tolist() == [3.0]
    assert layer.rejected == 1
