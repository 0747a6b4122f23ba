"""The data doctor over the bundled town, sound and with faults planted in it: each is found where it was put."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from layers.findings import Finding
from layers.gcj02 import gcj02_to_bd09, wgs84_to_gcj02
from layers.planreading import read_plan
from maps.cli import call, run_call
from maps.doctor.diagnosis import Diagnosis, diagnosed
from maps.doctor.page import page
from maps.doctor.workbook import workbook

TOWN = Path(__file__).parents[2] / "examples" / "dongtang"


@cache
def sound() -> Diagnosis:
    return diagnosed(read_plan(TOWN / "plan.yaml"))


@pytest.fixture
def town(tmp_path):
    shutil.copytree(TOWN, tmp_path / "town")
    return tmp_path / "town"


def rows_of(file: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    with file.open(encoding=encoding, newline="") as text:
        return list(csv.reader(text))


def write(file: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> None:
    with file.open("w", encoding=encoding, newline="") as text:
        csv.writer(text).writerows(rows)


def changed_csv(file: Path, change: Callable[[list[list[str]]], None], encoding: str = "utf-8-sig") -> None:
    rows = rows_of(file, encoding)
    change(rows)
    write(file, rows, encoding)


def found(folder: Path, code: str) -> list[Finding]:
    return [finding for finding in diagnosed(read_plan(folder / "plan.yaml")).findings if finding.code == code]


def test_in_the_sound_town_only_what_was_put_there_is_found():
    codes = {(f.layer, f.code) for f in sound().findings if f.severity != "info"}
    assert codes == {
        ("units", "no_people"),
        ("homes", "not_number"),
        ("homes", "no_geometry"),
        ("homes", "total_row"),
        ("homes", "off_network"),
        ("roads", "isolated"),
        ("lamps", "duplicate"),
        ("lamps", "no_geometry"),
        ("lamps", "place_zero"),
        ("staff", "not_number"),
        ("staff", "total_row"),
    }
    assert not sound().stopping


@pytest.mark.parametrize(("layer", "really"), [("homes", "gcj02"), ("homes", "bd09"), ("points", "gcj02")])
def test_coordinates_of_a_map_service_under_another_name_are_told_by_the_roads(town, layer, really):
    def shift(rows: list[list[str]]) -> None:
        x, y = rows[0].index("经度"), rows[0].index("纬度")
        whole = [row for row in rows[1:] if row[x] and row[y]]
        lonlat = wgs84_to_gcj02(np.array([[float(row[x]), float(row[y])] for row in whole]))
        lonlat = gcj02_to_bd09(lonlat) if really == "bd09" else lonlat
        for row, (lon, lat) in zip(whole, lonlat, strict=True):
            row[x], row[y] = f"{lon:.7f}", f"{lat:.7f}"

    changed_csv(town / f"{layer}.csv", shift)
    (finding,) = found(town, "looks_shifted")
    assert (finding.layer, finding.severity) == (layer, "error")
    assert f"crs: {really} under layers.{layer} in the plan" in str(finding.fix)


def test_lamps_said_to_be_shifted_that_are_not_are_told_too(town):
    book = openpyxl.load_workbook(town / "lamps.xlsx")
    sheet = book["路灯台账"]
    head = [cell.value for cell in sheet[1]]
    plan = (town / "plan.yaml").read_text("utf-8")
    assert "crs: gcj02" in plan
    (town / "plan.yaml").write_text(plan.replace("crs: gcj02", "crs: bd09"), "utf-8")
    assert {"经度", "纬度"} <= set(map(str, head))
    (finding,) = found(town, "looks_shifted")
    assert (finding.layer, "crs: gcj02" in str(finding.fix)) == ("lamps", True)


def test_a_road_end_that_misses_is_told_with_its_gap_and_its_place(town):
    roads = gpd.read_file(town / "roads.gpkg", layer="roads").to_crs(4546)
    ends = shapely.get_point(roads.geometry.to_numpy(), -1)
    degree = [int((shapely.distance(ends[at], roads.geometry.to_numpy()) < 0.001).sum()) for at in range(60)]
    at = next(place for place, count in enumerate(degree) if count > 1 and roads.geometry.iloc[place].length > 50)
    line = roads.geometry.iloc[at]
    roads.loc[roads.index[at], "geometry"] = shapely.ops.substring(line, 0, line.length - 0.8)
    (town / "roads.gpkg").unlink()
    roads.to_crs(4490).to_file(town / "roads.gpkg", layer="roads")
    findings = found(town, "near_miss")
    mine = [finding for finding in findings if finding.row == at + 1]
    assert [finding.layer for finding in mine] == ["roads"]
    # from the new end to the nearest point of any road that met the old one
    assert 0.05 < float(mine[0].value.split()[0]) <= 0.8
    assert mine[0].place is not None
    assert shapely.distance(shapely.Point(mine[0].place), shapely.get_point(roads.geometry.iloc[at], -1)) < 0.01


def test_overlapping_villages_are_told_with_the_people_counted_twice(town):
    units = gpd.read_file(town / "villages.gpkg", layer="villages").to_crs(4546)
    units.loc[units.index[3], "geometry"] = units.geometry.iloc[3].buffer(400)
    (town / "villages.gpkg").unlink()
    units.to_crs(4490).to_file(town / "villages.gpkg", layer="villages")
    findings = found(town, "overlap")
    assert findings
    whole = units.geometry.iloc[3]
    touched = units[units.index != units.index[3]].intersection(whole).area
    assert len(findings) == int((touched > 100).sum())
    assert all(finding.severity == "error" and finding.place for finding in findings)
    assert sum(int(re.search(r"and (\d+) people", str(f.reason))[1]) for f in findings) > 0  # type: ignore[index]


def test_a_point_far_outside_and_a_lamp_off_the_road_are_told_by_their_rows(town):
    def move(rows: list[list[str]]) -> None:
        x = rows[0].index("经度")
        rows[7][x] = f"{float(rows[7][x]) + 0.5:.7f}"

    changed_csv(town / "points.csv", move)
    book = openpyxl.load_workbook(town / "lamps.xlsx")
    sheet = book["路灯台账"]
    column = [cell.value for cell in sheet[1]].index("纬度") + 1
    roads = sound().examined.layers["roads"].frame.geometry.to_numpy()
    lamp = sound().examined.layers["lamps"].frame.geometry.loc[str(sheet.cell(20, 1).value)]
    up = next(d for d in range(50, 2000, 10) if shapely.distance(roads, shapely.Point(lamp.x, lamp.y + d)).min() > 40)
    sheet.cell(20, column).value = float(sheet.cell(20, column).value) + up / 110_700
    book.save(town / "lamps.xlsx")
    assert [(f.layer, f.row) for f in found(town, "outside")] == [("points", 8)]
    assert [(f.layer, f.row) for f in found(town, "off_road")] == [("lamps", 20)]


def test_numbers_that_cannot_all_be_right_are_told(town):
    units = gpd.read_file(town / "villages.gpkg", layer="villages")
    population = "常住人口" if "常住人口" in units else "population"
    units.loc[units.index[2], population] = units[population].iloc[2] * 3
    (town / "villages.gpkg").unlink()
    units.to_file(town / "villages.gpkg", layer="villages")
    assert [f.row for f in found(town, "adding_up")] == [3]


def test_a_hamlets_subtotal_among_its_homes_is_told(town):
    def add(rows: list[list[str]]) -> None:
        people, unit = rows[0].index("人数"), rows[0].index("所属村") if "所属村" in rows[0] else 1
        village = rows[1][unit]
        total = sum(int(row[people]) for row in rows[1:] if row[unit] == village and row[people].isdecimal())
        rows.insert(5, [*rows[4]])
        rows[5][0], rows[5][people] = "H-TOTAL", str(total)

    changed_csv(town / "homes.csv", add)
    assert [(f.layer, f.row, f.field) for f in found(town, "sum_of")] == [("homes", 6, "people")]


def test_a_lamp_entered_twice_under_two_numbers_is_told(town):
    book = openpyxl.load_workbook(town / "lamps.xlsx")
    sheet = book["路灯台账"]
    row = [cell.value for cell in sheet[40]]
    sheet.append([f"{row[0]}x", *row[1:]])
    book.save(town / "lamps.xlsx")
    assert [(f.layer, f.row, f.value) for f in found(town, "twin")] == [("lamps", sheet.max_row, row[0])]


def told(capsys, *words: object) -> tuple[int, str, str]:
    code = run_call(call([str(word) for word in words], {}))
    return code, *capsys.readouterr()


def test_the_report_is_written_as_page_and_tables_and_again_over_itself(capsys, town, tmp_path):
    out = tmp_path / "report"
    for _ in range(2):
        code, text, err = told(capsys, "check", town / "plan.yaml", "--out", out)
        assert (code, err) == (0, "")
    assert "错误 10 处，提醒 3 处，说明 4 处" in text
    assert f"已写出 {out}：check.html 供阅读，check.xlsx 列出要改的行（问题单元格标色）" in text
    assert sorted(path.name for path in out.iterdir()) == ["check.csv", "check.html", "check.xlsx"]
    book = openpyxl.load_workbook(out / "check.xlsx")
    assert book.sheetnames == ["问题清单", "units", "homes", "roads", "lamps", "staff"]
    homes = [[cell.value for cell in row] for row in book["homes"].iter_rows()]
    assert homes[0][:3] == ["行号", "原因", "怎么改"]
    assert [row[0] for row in homes[1:]] == [2092, 3104, 4413, 7743, 9002]
    marked = [cell for cell in book["homes"][2] if cell.fill.fgColor.rgb == "FFFBE0CC"]
    assert [cell.value for cell in marked] == ["4人"]


def test_the_report_is_the_same_whenever_it_is_made():
    assert page(sound(), "zh") == page(sound(), "zh")
    assert workbook(sound(), "en") == workbook(sound(), "en")


def test_a_folder_with_anything_else_in_it_is_not_replaced(capsys, town):
    code, _, err = told(capsys, "check", town / "plan.yaml", "--out", town)
    assert code == 3
    assert "不是 coverplan 写的文件，覆盖整个文件夹会把它删掉。" in err
    code, _, _ = told(capsys, "check", town / "plan.yaml", "--fix", town / "..")
    assert code == 3


def test_certain_corrections_go_into_copies_and_a_log_and_the_copies_need_none(capsys, town, tmp_path):
    before = {path.name: path.read_bytes() for path in town.iterdir() if path.is_file()}
    code, text, _ = told(capsys, "check", town / "plan.yaml", "--fix", tmp_path / "fixed")
    assert (code, "已改正 9 处有把握的问题" in text) == (0, True)
    assert {path.name: path.read_bytes() for path in town.iterdir() if path.is_file()} == before
    log = rows_of(tmp_path / "fixed" / "fixes.csv")
    assert ["homes", "homes.csv", "2092", "449921100200H0124", "人数", "4人", "4", "people“4人”不是数字。"] in log
    again = diagnosed(read_plan(tmp_path / "fixed" / "plan.yaml"))
    left = {(f.layer, f.code) for f in again.findings if f.handling in ("rejected", "repaired")}
    assert left == {
        ("homes", "no_geometry"),
        ("lamps", "duplicate"),
        ("lamps", "no_geometry"),
        ("lamps", "place_zero"),
    }
    pd.testing.assert_frame_equal(
        again.examined.layers["homes"].frame.drop(columns="geometry").loc[sound().examined.layers["homes"].frame.index],
        sound().examined.layers["homes"].frame.drop(columns="geometry"),
    )


def test_a_check_with_findings_fails_only_if_asked_to(capsys, town):
    assert told(capsys, "check", town / "plan.yaml")[0] == 0
    assert told(capsys, "check", town / "plan.yaml", "--strict")[0] == 1


def test_what_stops_a_run_is_reported_beside_everything_else(capsys, town, tmp_path):
    def spoil(rows: list[list[str]]) -> None:
        people = rows[0].index("人数")
        for row in rows[1:600]:
            row[people] = "?"

    changed_csv(town / "homes.csv", spoil)
    (town / "points.csv").write_bytes(b"\x00" * 50)
    code, out, err = told(capsys, "check", town / "plan.yaml", "--out", tmp_path / "o", "--lang", "en")
    assert code == 2
    assert "layer points (points.csv): its name says csv, its content does not." in err
    assert "layer homes (homes.csv): 602 of 9000 rows (6.7 %) cannot be used, more than the limit of 5 %." in err
    assert "Layer roads: 1 findings" in out
    html = (tmp_path / "o" / "check.html").read_text("utf-8")
    assert "Before a run can go ahead, put these right:" in html
    findings = [json.dumps(row) for row in rows_of(tmp_path / "o" / "check.csv")]
    assert len(findings) > 600


def test_no_cell_of_the_reports_is_live(town, tmp_path, capsys):
    nasty = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "<script>document.title='x'</script>", "＝1+1"]

    def plant(rows: list[list[str]]) -> None:
        people, id_ = rows[0].index("人数"), 0
        for row, word in zip(rows[1:], nasty, strict=False):
            row[people], row[id_] = word, word + row[id_]

    changed_csv(town / "homes.csv", plant)
    assert told(capsys, "check", town / "plan.yaml", "--out", tmp_path / "o")[0] == 0
    with zipfile.ZipFile(tmp_path / "o" / "check.xlsx") as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)
            assert b"<hyperlink" not in book.read(name)
    html = (tmp_path / "o" / "check.html").read_text("utf-8")
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 2
    cells = [cell for row in rows_of(tmp_path / "o" / "check.csv") for cell in row]
    assert not any(cell[:1] in "=+@＝" for cell in cells if cell)


def test_a_run_tells_by_itself_of_a_shifted_layer_and_of_twins(town, tmp_path):
    plan = (town / "plan.yaml").read_text("utf-8")
    (town / "plan.yaml").write_text(plan.replace("crs: gcj02", "crs: bd09"), "utf-8")

    def twice(rows: list[list[str]]) -> None:
        rows.append(["twin", *rows[1][1:]])

    changed_csv(town / "points.csv", twice)
    assert run_call(call(["run", str(town / "plan.yaml"), "--out", str(tmp_path / "out")], {})) == 0
    told = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["warnings"]
    (shifted,) = [line for line in told["en"] if "write crs: gcj02 under layers.lamps" in line]
    assert shifted.startswith("Layer lamps is doubtful: the coordinates look like GCJ-02")
    twins = [line for line in told["zh"] if line.startswith("图层 points 有 1 处存疑")]
    assert len(twins) == 1
    assert twins[0] in (tmp_path / "out" / "report.html").read_text("utf-8")


PLAIN = {
    "id": ["V1", "V2", "V3", "V4", "V4", "合计"],
    "name": ["东塘村", "西塘村", "石桥村", "麦岗村", "麦岗村", "合计"],
}


def villages(folder: Path, file: str) -> tuple[Path, gpd.GeoDataFrame]:
    """A layer with a full-width number, one with a unit, a row given twice and one of totals, in that format."""
    frame = gpd.GeoDataFrame(
        {
            **PLAIN,
            "population": ["１２００", "1,300", "900人", "800", "800", "4200"],
            "note": ["路口", "", "x", "y", "y", ""],
        },
        geometry=[*shapely.points([113, 113.01, 113.015, 113.02, 113.02], [23, 23.01, 23.015, 23.02, 23.02]), None],
        crs=4490,
    )
    if file.endswith(".zip"):
        frame.to_file(folder / "v.shp", encoding="UTF-8")
        with zipfile.ZipFile(folder / file, "w") as archive:
            for part in sorted(set(folder.glob("v.*")) - {folder / file}):
                archive.write(part, part.name)
                part.unlink()
    elif file.endswith(".gpkg"):
        frame.to_file(folder / file, layer="村")
        frame[["id", "geometry"]].to_file(folder / file, layer="other")
    else:
        frame.to_file(folder / file, **({"encoding": "UTF-8"} if file.endswith(".shp") else {}))
    layer = ", layer: 村" if file.endswith(".gpkg") else ""
    crs = "" if file.endswith(".gpkg") else ", crs: EPSG:4490"
    (folder / "plan.yaml").write_text(
        f"plan: {{name: 东塘镇, max_rejected_share: 0.9, max_rejected_people_share: 1}}\nlayers:\n"
        f"  units: {{kind: units, path: {file}{layer}{crs}}}\n"
        "  lamps: {kind: facilities, path: " + f"{file}{layer}{crs}" + "}\n"
        "rules:\n  - {id: r, type: presence, units: units, facilities: lamps, at_least: 1, title: {zh: 灯, en: lamps}}\n",
        "utf-8",
    )
    return folder / "plan.yaml", frame


@pytest.mark.parametrize("file", ["v.gpkg", "v.geojson", "v.shp", "v.zip"])
def test_drawn_layers_are_corrected_in_place_and_everything_else_in_them_stays(capsys, tmp_path, file):
    (tmp_path / "town").mkdir()
    plan, frame = villages(tmp_path / "town", file)
    before = {path.name: path.read_bytes() for path in plan.parent.iterdir()}
    code, _, err = told(capsys, "check", plan, "--fix", tmp_path / "fixed", "--lang", "en")
    assert (code, err) == (0, "")
    assert {path.name: path.read_bytes() for path in plan.parent.iterdir()} == before
    layer = diagnosed(read_plan(tmp_path / "fixed" / "plan.yaml")).examined.layers["units"]
    assert (layer.rows_in, layer.used, layer.repaired, layer.rejected) == (4, 4, 0, 0)
    assert layer.frame["population"].to_dict() == {"V1": 1200.0, "V2": 1300.0, "V3": 900.0, "V4": 800.0}
    log = [row[2:7] for row in rows_of(tmp_path / "fixed" / "fixes.csv")[1:]]
    assert ["1", "V1", "population", "１２００", "1200"] in log
    assert ["6", "合计", "", "", "the row is left out"] in log
    copy = tmp_path / "fixed" / file
    again = gpd.read_file(copy, **({"layer": "村"} if file == "v.gpkg" else {}))
    assert again["note"].fillna("").tolist() == ["路口", "", "x", "y"]
    assert [shape.wkb for shape in again.geometry] == [shape.wkb for shape in frame.geometry[:4]]
    if file == "v.gpkg":
        assert len(gpd.read_file(copy, layer="other")) == len(frame)
        assert len(gpd.read_file(copy, layer="村", bbox=(112.9, 22.9, 113.012, 23.1))) == 2, "its index was kept"
        with_new = pd.concat([again, again.iloc[:1]])
        with_new.to_file(copy, layer="村", mode="a")  # its triggers still work
