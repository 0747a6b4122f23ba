"""In a notebook: an assessment and a coverage show themselves, and the gap map runs inside a cell."""

from __future__ import annotations

from html.parser import HTMLParser

import folium

import maps
from tests.maps.browsing import needs_chromium
from tests.maps.fakes import Naming, town

NAUGHTY = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{7*7}}")


class Parsed(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.text += data


def test_an_assessment_shows_its_rules_and_first_projects():
    text = Parsed(town()._repr_html_()).text
    for expected in ("东塘镇", "村庄保洁员 (STF-01)", "38,168", "达标"):
        assert expected in text


def test_a_coverage_shows_its_counts_and_the_worst_places():
    coverage = town().coverages["STF-01"]
    shown = Parsed(coverage._repr_html_())
    short = coverage.frame[coverage.frame["status"] == "short"].sort_values("people_short", ascending=False)
    counts = [int((coverage.frame["status"] == status).sum()) for status in ("met", "short", "unknown")]
    assert "met {} · short {} · unknown {}".format(*counts) in shown.text
    assert short["name"].iloc[0] in shown.text
    assert sum(tag == "tr" for tag, _ in shown.tags) == 1 + min(10, len(short))


def test_names_are_shown_as_text_in_both():
    assessment = town(naming=Naming(NAUGHTY))
    for html in (assessment._repr_html_(), *(seen._repr_html_() for seen in assessment.coverages.values())):
        shown = Parsed(html)
        assert {tag for tag, _ in shown.tags} <= {"h4", "p", "table", "thead", "tbody", "tr", "th", "td"}
        assert not [attrs for _, attrs in shown.tags if attrs]
    assert "<script>alert(1)</script>" in Parsed(assessment._repr_html_()).text


def test_gap_map_is_a_folium_map_that_saves_as_the_page(tmp_path):
    page = maps.gap_map(town())
    assert isinstance(page, folium.Map)
    page.save(str(tmp_path / "map.html"))
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<link" not in text
    assert "cdn" not in text
    assert 'id="data"' in text


@needs_chromium
def test_gap_map_runs_inside_a_notebook_cell(browser, tmp_path):
    file = tmp_path / "cell.html"
    file.write_text(f"<!DOCTYPE html><body>{maps.gap_map(town())._repr_html_()}</body>", encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    frame.wait_for_selector("html[data-started]")
    assert frame.inner_text("h1") == "东塘镇公共服务缺口图"
    page.close()
