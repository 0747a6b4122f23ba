"""The page on paper: the sheet that is asked for, the map filled to its edge, a page for each village."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.maps.browsing import needs_chromium

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(which("pdfinfo") is None, reason="no pdfinfo (poppler-utils) to look at the printed pages"),
]
A4, A3 = (595, 842), (842, 1191)  # points


def printed(page: Any, folder: Path, what: str, size: str) -> Path:
    """Ask for that print in the page's own sheet, and print it as the browser would."""
    page.evaluate("window.print = () => { window.was_printed = true; }")
    page.click("#print")
    page.check(f".sheet input[value='{what}']")
    page.check(f".sheet input[value='{size}']")
    page.click(".sheet .main")
    assert page.evaluate("window.was_printed")
    file = folder / "paper.pdf"
    page.pdf(path=str(file), prefer_css_page_size=True)
    return file


def facts(file: Path) -> tuple[int, tuple[int, int]]:
    """Return the number of pages and the sheet's width and height in points."""
    said = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    lines = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    width, _, height = lines["Page size"].split()[:3]
    return int(lines["Pages"]), (round(float(width)), round(float(height)))


def text_of(file: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("size", "sheet"), [("a4-portrait", A4), ("a4-landscape", A4[::-1]), ("a3-landscape", A3[::-1])]
)
def test_this_view_has_the_map_the_legend_and_the_list_on_the_sheet_asked_for(shown, tmp_path, size, sheet):
    shown.page.click("#tabber-projects")
    file = printed(shown.page, tmp_path, "view", size)
    pages, printed_on = facts(file)
    text = text_of(file)
    assert printed_on == sheet
    assert pages <= 5  # map and legend, then forty projects
    for expected in ("东塘镇公共服务缺口图", "数据日期 2026-11-20", "村居底色", "项目排序", "预算线"):
        assert expected in text
    assert "主要结论" not in text
    assert shown.said == []


def test_everything_has_every_list(shown, tmp_path):
    text = text_of(printed(shown.page, tmp_path, "all", "a4-portrait"))
    for title in ("主要结论", "项目排序", "缺口清单", "各村达标情况", "采用的标准", "输入数据"):
        assert title in text


@pytest.mark.parametrize("size", ["a4-portrait", "a4-landscape", "a3-landscape"])
def test_each_village_has_a_page(shown, tmp_path, size):
    file = printed(shown.page, tmp_path, "villages", size)
    assert facts(file)[0] == 20
    pages = text_of(file).split("\f")
    assert "东塘村" in pages[0]
    assert "长湾村" in pages[19]
    assert all("达标情况" in page for page in pages[:20])


def test_one_village_is_printed_from_its_page(shown, tmp_path):
    shown.page.click("#tabber-villages")
    shown.page.click(".matrix .link:has-text('石桥村')")
    shown.page.evaluate("window.print = () => {}")
    shown.page.click(".village-taking button:has-text('打印本村')")
    file = tmp_path / "village.pdf"
    shown.page.pdf(path=str(file), prefer_css_page_size=True)
    assert facts(file)[0] == 1
    assert "石桥村" in text_of(file)


def test_map_on_paper_is_wide_and_the_screen_comes_back(shown):
    before = shown.page.evaluate("map_coverplan.getZoom()")
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert 680 < shown.page.locator("#map_coverplan").bounding_box()["width"] < 710
    shown.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown.page.evaluate("map_coverplan.getZoom()") == before
    assert shown.page.is_hidden("#tab-projects")
    assert shown.said == []
