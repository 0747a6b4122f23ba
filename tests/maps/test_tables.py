"""The CSV tables: the columns of the contract, plain numbers, and no cell that a spreadsheet would run."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, Point, box

from maps import tables
from maps.csvcells import guarded, plain, unguarded
from maps.tables import csv_bytes, lonlat, read_csv, spots
from tests.maps.fakes import CRS, Naming, town

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "'=1",
    "\u3000=cmd",
)


class Leading(Naming):
    """Names that start with something naughty."""

    def __call__(self, plain, number):
        return self.naughty[number % len(self.naughty)] + plain


@pytest.fixture(scope="module")
def assessment():
    return town()


def made(assessment):
    return {
        "coverage": pd.concat(list(tables.coverage_tables(assessment))),
        "gaps": tables.gaps_table(assessment, "zh"),
        "projects": tables.projects_table(assessment, "zh"),
        "rejects": tables.rejects_table(assessment, "zh"),
    }


def test_columns_are_those_of_the_contract(assessment):
    headers = {name: ",".join(table.columns) for name, table in made(assessment).items()}
    assert headers == {
        "coverage": "rule_id,place_id,name,unit_id,required,supplied,shortfall,unit,status,people,people_short,reason",
        "gaps": "gap_id,rule_id,severity,place_id,unit_id,name,amount,unit,people,lon,lat,reason",
        "projects": "rank,project_id,action,name,unit_id,rule_ids,gap_ids,amount,unit,cost_low,cost,cost_high,"
        "people_served,need_closed,need_per_10k_yuan,cumulative_cost,in_budget,stays_in,why,lon,lat,"
        "rank_without_equity,gate",
        "rejects": "layer,file,row,feature_id,field,value,reason,fix,action",
    }


def test_every_place_every_gap_and_every_project_has_a_row(assessment):
    rows = made(assessment)
    assert len(rows["coverage"]) == sum(len(c.frame) for c in assessment.coverages.values())
    assert list(rows["gaps"]["gap_id"]) == [gap.id for gap in assessment.gaps]
    assert list(rows["projects"]["project_id"]) == [row.project.id for row in assessment.ranked]
    assert len(rows["rejects"]) == sum(len(layer.rejects) for layer in assessment.world.layers.values())


def test_tables_open_as_chinese_in_excel_and_wps(assessment):
    for table in made(assessment).values():
        assert csv_bytes(table).startswith(b"\xef\xbb\xbf")


def test_a_written_table_reads_back_as_it_was(assessment, tmp_path):
    naughty = town(naming=Leading((*FORMULAS, '"', ",", "a\nb", "NA", "0012", "1E5")))
    for name, table in {**made(naughty), **{f"plain_{n}": t for n, t in made(assessment).items()}}.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(csv_bytes(table))
        back = read_csv(path)
        for column in table.columns:
            if pd.api.types.is_numeric_dtype(table[column].dtype):
                np.testing.assert_allclose(
                    back[column].to_numpy(float), table[column].to_numpy(float), rtol=0, atol=5e-7
                )
            else:
                assert list(back[column]) == ["" if pd.isna(cell) else cell for cell in table[column]]


def test_no_cell_starts_a_formula_and_numbers_stay_numbers():
    naughty = town(naming=Leading(FORMULAS))
    for table in made(naughty).values():
        for name, column in table.items():
            cells = [row[name] for row in csv.DictReader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline=""))]
            if pd.api.types.is_numeric_dtype(column.dtype):
                assert not any(cell.startswith("'") for cell in cells)
            else:
                assert not any(
                    cell.lstrip(" \u3000")[:1] in set("=+-@\t\r\n＝＋－＠") for cell in cells if cell.strip()
                )


def test_negative_numbers_are_not_guarded():
    assert csv_bytes(pd.DataFrame({"lon": [-70.5], "name": ["-70.5"]})) == "\ufefflon,name\r\n-70.5,'-70.5\r\n".encode()


@given(st.text())
def test_guarding_can_always_be_undone(text):
    assert unguarded(guarded(text)) == text


@given(st.sampled_from(FORMULAS), st.text())
def test_whatever_starts_a_formula_is_guarded(start, rest):
    assert guarded(start + rest) == "'" + start + rest


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.0, "7"), (0.1 + 0.2, "0.3"), (-0.0, "0"), (-1e-9, "0"), (1e15, "1000000000000000"), (1e-7, "0"),
     (math.inf, "inf"), (math.nan, ""), (123.4567891, "123.456789"), (1e300, str(int(1e300)))],
)  # fmt: skip
def test_numbers_are_plain_digits(value, text):
    assert plain(value) == text


def test_unreachable_is_inf_in_the_table_for_scripts(assessment):
    rows = made(assessment)["coverage"]
    reach = rows[rows["rule_id"] == "SPT-02"]
    assert np.isinf(reach["supplied"]).any()
    assert (reach.loc[np.isinf(reach["supplied"]), "status"] == "short").all()
    assert b",inf," in csv_bytes(reach)


def test_a_gap_stands_on_what_it_is_about():
    line, area, points = LineString([(0, 0), (4, 0), (4, 6)]), box(0, 0, 2, 2), MultiPoint([(0, 0), (9, 9)])
    middle, inside, one = spots([line, area, points])
    assert middle.equals(Point(4, 1))
    assert area.contains(inside)
    assert points.contains(one)


def test_places_are_given_in_degrees_east_and_north():
    lon, lat = lonlat([Point(500_000, 2_500_000)], CRS)
    assert lon[0] == pytest.approx(114, abs=1e-9)
    assert lat[0] == pytest.approx(22.6, abs=0.05)


def test_tables_without_a_row_still_have_their_columns(tmp_path):
    from dataclasses import replace

    empty = replace(town(), coverages={}, gaps=(), ranked=())
    for name, table in made(empty).items():
        if name != "rejects":
            path = tmp_path / f"{name}.csv"
            path.write_bytes(csv_bytes(table))
            assert read_csv(path).empty
            assert tuple(read_csv(path).columns) == getattr(tables, name.upper())
