"""What a reader takes away from the page: lists, a summary, a village as GeoJSON, links."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from shapely.geometry import shape

from maps.page import write_page
from tests.maps.browsing import data_of, needs_chromium, opened
from tests.maps.fakes import VILLAGE_NAMES, Naming, town

pytestmark = needs_chromium


def taken(page: Any, button: str) -> tuple[str, bytes]:
    """Press a button that offers a file; return its name and content."""
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_csv_holds_what_the_list_shows(shown):
    shown.page.click("#tabber-projects")
    shown.page.select_option(".filters select >> nth=0", "3")
    name, content = taken(shown.page, ".taking button:has-text('CSV')")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == "东塘镇-项目排序.csv"
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[0][:4] == ["序", "项目编号", "项目", "村居"]
    assert len(rows) - 1 == shown.page.locator(".projects tr[data-row]").count() > 0
    assert {row[3] for row in rows[1:]} == {"水背村"}
    assert shown.said == []


def test_xlsx_opens_as_a_workbook_with_the_same_rows(shown):
    shown.page.click("#tabber-gaps")
    shown.page.select_option("select[aria-label='按等级筛选']", "A")
    name, content = taken(shown.page, ".taking button:has-text('XLSX')")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    gaps = [gap for gap in town().gaps if gap.severity == "A"]
    assert name == "东塘镇-缺口清单.xlsx"
    assert sheet.title == "缺口清单"
    assert len(rows) - 1 == len(gaps)
    assert {row[0] for row in rows[1:]} == {gap.id for gap in gaps}
    assert all(isinstance(row[7], int | float) for row in rows[1:] if row[7] not in (None, ""))
    assert all(110 < row[9] < 120 and 20 < row[10] < 25 for row in rows[1:])


def test_formulas_in_names_stay_text(browser, tmp_path):
    naming = Naming(('=HYPERLINK("http://x")', "+1", "@SUM(1)", "-2+3", "\tx", 'a"b,c\nd', "<b>&\x0b"))
    assessment = town(naming=lambda plain, number: naming.naughty[number % 7] + plain)
    file = tmp_path / "map.html"
    file.write_text(write_page(assessment, language="zh"), encoding="utf-8")
    shown = opened(browser, file)
    shown.page.click("#tabber-projects")
    names = [row.project.name for row in assessment.ranked]
    _, content = taken(shown.page, ".taking button:has-text('CSV')")
    cells = [row[2] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    assert [cell.removeprefix("'") for cell in cells] == names
    assert not [cell for cell in cells if cell[0] in "=+-@\t"]
    _, content = taken(shown.page, ".taking button:has-text('XLSX')")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet["C"][1:]] == [name.replace("\x0b", "\ufffd") for name in names]
    assert {cell.data_type for cell in sheet["C"]} == {"s"}
    assert shown.said == []
    shown.page.close()


def test_same_list_gives_the_same_workbook(shown):
    shown.page.click("#tabber-gaps")
    first, second = (taken(shown.page, ".taking button:has-text('XLSX')")[1] for _ in range(2))
    assert first == second


def test_village_as_geojson_lies_where_it_is(shown):
    shown.page.click("#tabber-villages")
    shown.page.click(".matrix .link:has-text('九龙村')")
    name, content = taken(shown.page, ".village-taking button:has-text('GeoJSON')")
    features = json.loads(content)["features"]
    assessment = town()
    units = assessment.world.layers["villages"].frame
    expected = units.to_crs(4326).geometry[units["name"] == "九龙村"].iloc[0]
    assert name == "东塘镇-九龙村.geojson"
    assert [feature["properties"]["kind"] for feature in features][:1] == ["unit"]
    assert shape(features[0]["geometry"]).symmetric_difference(expected).area / expected.area < 1e-4
    gaps = [feature["properties"]["id"] for feature in features if feature["properties"]["kind"] == "gap"]
    unit_id = units.index[units["name"] == "九龙村"][0]
    assert sorted(gaps) == sorted(gap.id for gap in assessment.gaps if gap.unit_id == unit_id)


def test_a_village_with_a_lake_keeps_its_hole(shown):
    shown.page.click("#tabber-villages")
    shown.page.click(f".matrix .link:has-text('{VILLAGE_NAMES[7]}村')")
    _, content = taken(shown.page, ".village-taking button:has-text('GeoJSON')")
    polygon = shape(json.loads(content)["features"][0]["geometry"])
    assert (polygon.geom_type, len(polygon.interiors)) == ("Polygon", 1)
    assert polygon.exterior.is_ccw
    assert not polygon.interiors[0].is_ccw


def test_summary_is_plain_text_with_findings_and_first_projects(shown):
    shown.page.click("#summary")
    text = shown.page.input_value(".sheet textarea")
    lines = text.split("\n")
    assert lines[0] == "东塘镇公共服务缺口图"
    assert "数据日期 2026-11-20" in lines[1]
    assert any(line.startswith("村庄保洁员：38,168 人未享有") for line in lines)
    assert sum(line.startswith(("1. ", "2. ", "3. ")) for line in lines) == 3
    assert "惠及" in lines[-2]
    shown.page.keyboard.press("Escape")
    assert shown.page.is_hidden("#shade")
    assert shown.page.evaluate("document.activeElement.id") == "summary"


def test_link_to_a_village_opens_its_page(browser, written):
    shown = opened(browser, written, fragment="#village=440703&rule=LGT-01")
    assert shown.page.inner_text(".village-name") == "水背村"
    assert shown.page.input_value("#focus") == "3"
    assert shown.page.get_attribute("#tabber-villages", "aria-selected") == "true"
    shown.page.click(".back .link")
    assert "village=" not in shown.page.url
    shown.page.evaluate("window.location.hash = '#village=440705'")
    shown.page.wait_for_selector(".village-name:has-text('坑口村')")
    assert shown.said == []
    shown.page.close()


@pytest.mark.parametrize("fragment", ["#village=nobody", "#tab=constructor", "#%E0%A4%A", "#village=%"])
def test_a_wrong_address_opens_the_page_as_at_first(browser, written, fragment):
    shown = opened(browser, written, fragment=fragment)
    assert shown.page.is_visible("#tab-findings")
    assert shown.said == []
    shown.page.close()


@pytest.mark.parametrize("typed", ["石桥", "sqc", "shiqiao", "SHIQ", "shqc", "440701"])
def test_search_takes_chinese_pinyin_initials_and_ids(shown, typed):
    shown.page.fill("#search", typed)
    assert shown.page.locator("#found li").first.inner_text().startswith("石桥村")


def test_search_reads_characters_of_two_sounds_either_way(shown):
    for typed in ("cwc", "zwc", "changwan"):  # 长湾: chang or zhang
        shown.page.fill("#search", typed)
        assert "长湾村" in shown.page.locator("#found").inner_text()


def test_search_finds_a_rule_in_english(shown):
    shown.page.fill("#search", "lighting")
    shown.page.press("#search", "Enter")
    assert shown.page.input_value("#focus") == "3"


def test_gaps_are_listed_with_the_safety_net_first(shown):
    shown.page.click("#tabber-gaps")
    where = shown.page.locator(".gaps .where").all_inner_texts()
    severities = [text[-1] for text in where]
    assert severities == sorted(severities)
    total = len(data_of(shown.page)["gaps"]["id"])
    assert f"共 {total} 处缺口" in shown.page.inner_text(".counted")
