"""The page as text: what goes in, that nothing can run, and that the same input gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib

import numpy as np
import pytest
import shapely

from layers.options import RuleOptions
from layers.ruletypes import rule_type, rule_type_names
from layers.text import catalogue, known
from maps.page import write_page
from maps.page.assets import page_script
from maps.page.packing import Pack
from maps.page.policy import content_policy, inert_json
from maps.page.shapes import GRID_BITS, Shapes
from tests.maps.fakes import CRS, SOUTH, WEST, Naming, town


@pytest.fixture(scope="module")
def html() -> str:
    return write_page(town(), language="zh")


def _data(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


def test_same_input_gives_the_same_bytes(html):
    assert write_page(town(), language="zh") == html


def test_page_names_no_address_that_a_browser_would_fetch(html):
    markup = re.sub(r"<(script|style)[ >].*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r"(?:src|href)\s*=(?!\s*.#)", markup) == []
    assert "<link" not in markup
    assert "url(" not in "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))


def test_every_script_and_style_is_bound_by_its_hash(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    blocks = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", html, re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        assert base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_leaflet_keeps_its_licence(html):
    assert "Copyright (c) 2010-2023, Volodymyr Agafonkin" in html


def test_data_cannot_end_its_element():
    text = inert_json({"a": "</script><!--\u2028&\ud800"})
    assert not set(text) & set("<>&\u2028\ud800")
    assert json.loads(text)["a"] == "</script><!--\u2028&\ud800"


def test_policy_names_each_text():
    assert content_policy(["a"], ["b"]).count("'sha256-") == 2


def test_template_code_in_names_is_data_and_never_run():
    naming = Naming(("{{7*7}}", "{% raise %}", "{{cycler.__init__.__globals__}}", "{#", "${1+1}"))
    html = write_page(town(naming=naming), language="zh")
    assert _data(html)["plan"]["name"] == "东塘镇{{7*7}}"
    assert "东塘49" not in html


def test_page_carries_every_word_in_both_languages(html):
    words = _data(html)["words"]
    assert set(words["zh"]) == set(words["en"]) == set(catalogue("page"))


def test_every_word_that_the_scripts_ask_for_exists():
    asked = set(re.findall(r"""say\("([a-z_]+)"[,)]""", page_script()))
    asked |= set(re.findall(r'data-(?:word|label|hint)="([a-z_]+)"', page_script()))
    assert asked - set(catalogue("page")) == set()


def test_placeholders_are_the_same_in_both_languages():
    for name, both in catalogue("page").items():
        assert set(re.findall(r"{(\w+)}", both["zh"])) == set(re.findall(r"{(\w+)}", both["en"])), name


def test_script_never_writes_markup():
    ours = re.sub(r"/\*.*?\*/|//.*", "", page_script())
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "`"):
        assert way not in ours


def test_unknown_places_are_neither_met_nor_short(html):
    rules = {rule["id"]: rule for rule in _data(html)["rules"]}
    assert rules["STF-01"]["counts"][2] == 2  # one village without a count of cleaners, one without a population
    assert sum(rules["SPT-02"]["counts"]) == rules["SPT-02"]["places"] == 600


def test_findings_name_the_worst_village_and_what_the_budget_buys(html):
    about = [kind for kind, _ in _data(html)["findings"]]
    assert about == ["line", "line", "line", "unknown", "budget"]


def test_rows_that_two_rules_judge_are_stored_once(html):
    data = _data(html)
    first, second = data["rules"][0]["drawn"], data["rules"][1]["drawn"]
    assert first["shapes"] == second["shapes"]


def test_packed_columns_come_back_as_they_were():
    pack = Pack()
    numbers = np.array([5, 3, 2**31 - 1, 0, -(2**31) + 1])
    floats = np.array([1.5, np.nan, np.inf])
    assert [pack.integers(numbers), pack.floats(floats), pack.integers(numbers)] == [0, 1, 0]
    block = zlib.decompress(base64.b64decode(pack.base64()))
    form, offset, size, count = pack.directory[0]
    planes = np.frombuffer(block[offset : offset + size], np.uint8).reshape(4, count).T.copy()
    zigzag = planes.view("<u4").ravel().astype(np.int64)
    steps = (zigzag >> 1) ^ -(zigzag & 1)
    assert form == "i"
    assert np.cumsum(steps).astype(np.int32).tolist() == numbers.tolist()
    assert pack.directory[1][0] == "f"


def test_every_kind_of_shape_becomes_points_lines_and_rings():
    shapes = Shapes(CRS, pack := Pack())
    hole = shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 100).difference(
        shapely.box(WEST + 40, SOUTH + 40, WEST + 60, SOUTH + 60)
    )
    geometries = [
        shapely.Point(WEST, SOUTH),
        shapely.MultiPoint([(WEST, SOUTH), (WEST + 1, SOUTH)]),
        None,
        shapely.GeometryCollection(
            [shapely.LineString([(WEST, SOUTH), (WEST + 9, SOUTH)]), shapely.MultiPolygon([hole])]
        ),
        shapely.Polygon(),
    ]
    shapes.put(geometries)
    entry = shapes.sets[0]
    assert entry["count"] == 5
    block = zlib.decompress(base64.b64decode(pack.base64()))
    _, offset, size, _ = pack.directory[entry["kinds"]]
    assert list(block[offset : offset + size]) == [0, 0, 0, 1, 2, 2]  # point, two points, line, ring, hole


def test_grid_is_finer_than_a_pixel_at_the_last_zoom():
    assert 40_075_017 / 2**GRID_BITS < 0.16


def test_places_come_out_where_they_are():
    shapes = Shapes("EPSG:4326", pack := Pack())
    shapes.put([shapely.Point(0, 0)])
    block = zlib.decompress(base64.b64decode(pack.base64()))
    form, offset, size, count = pack.directory[shapes.sets[0]["x"]]
    value = int.from_bytes(block[offset : offset + size], "little")
    assert (form, count, value >> 1) == ("i", 1, 2 ** (GRID_BITS - 1))


def test_town_page_is_small(html):
    assert len(html.encode()) < 1_500_000


def test_kept_page_is_what_folium_renders(html):
    from maps.page import gap_map

    assert gap_map(town(), language="zh").get_root().render() == html


def test_folium_element_that_needs_a_file_is_refused():
    import folium
    from folium.plugins import Fullscreen

    from maps.page import gap_map

    page = gap_map(town())
    folium.Marker((22.6, 113.9), popup="x").add_to(page)
    page.add_child(Fullscreen())
    with pytest.raises(ValueError, match=r"the page carries no Control.FullScreen.css, Control.Fullscreen.js"):
        page.get_root().render()


def test_every_option_of_every_rule_type_is_named_in_words():
    common = set(RuleOptions.model_fields)
    fields = {name for kind in rule_type_names() for name in rule_type(kind).model_fields if name not in common}
    ours = {name for name in fields if not known(f"options.{name}")}
    assert ours == set()
