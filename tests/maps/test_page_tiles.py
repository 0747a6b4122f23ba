"""Online base maps: never in a page that did not ask for one, off until switched on, and where they belong."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from layers.gcj02 import wgs84_to_gcj02
from layers.plan import PageSettings
from layers.problems import InputError
from maps.page import write_page
from maps.page.onlinemap import origins
from tests.maps.browsing import needs_chromium, opened, until
from tests.maps.fakes import town

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff"
    "89993d1d0000000049454e44ae426082"
)


def with_page(**page):
    assessment = town()
    settings = assessment.plan.settings.model_copy(update={"page": PageSettings(**page)})
    return replace(assessment, plan=replace(assessment.plan, settings=settings))


def policy(html):
    return re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]


def test_a_page_without_one_may_fetch_nothing():
    html = write_page(town(), language="zh")
    assert "img-src data: blob:;" in policy(html)
    assert "tianditu" not in re.search(r'id="data">(.*?)</script>', html, re.S)[1].replace("basemap_tianditu", "")


def test_policy_names_the_hosts_of_the_map_and_no_others():
    html = write_page(with_page(basemap="gaode"), language="zh")
    hosts = " ".join(f"https://webrd0{i}.is.autonavi.com" for i in range(1, 5))
    assert f"img-src data: blob: {hosts};" in policy(html)
    assert "connect" not in policy(html)


def test_tianditu_needs_a_key_and_says_so(monkeypatch):
    monkeypatch.delenv("TIANDITU_KEY", raising=False)
    with pytest.raises(InputError) as refused:
        write_page(with_page(basemap="tianditu"), language="zh")
    assert (
        refused.value.problems[0]
        .in_("zh")
        .startswith("plan.page.basemap：天地图需要密钥，环境变量 TIANDITU_KEY 中没有。")
    )


def test_tianditu_has_its_key_in_both_layers(monkeypatch):
    monkeypatch.setenv("TIANDITU_KEY", "abcdef0123456789")
    html = write_page(with_page(basemap="tianditu"), language="zh")
    assert html.count("tk=abcdef0123456789") == 2
    assert "https://t7.tianditu.gov.cn" in policy(html)


def test_origins_are_whole_addresses_of_hosts():
    assert origins({"addresses": ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"], "hosts": ""}) == (
        "https://tile.openstreetmap.org",
    )


@needs_chromium
@pytest.mark.parametrize("name", ["osm", "gaode"])
def test_tiles_come_when_switched_on_and_lie_where_they_belong(browser, tmp_path, name):
    file = tmp_path / "map.html"
    file.write_text(write_page(with_page(basemap=name), language="zh"), encoding="utf-8")
    shown = opened(browser, file)
    page = shown.page
    page.route(re.compile("^https://"), lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    assert [address for address in shown.asked if address.startswith("http")] == []
    page.evaluate("map_coverplan.setZoom(15, {animate: false})")
    page.check(".basemap input")
    until(page, "document.querySelectorAll('.tiles img.leaflet-tile-loaded').length > 3")
    assert page.evaluate("document.querySelectorAll('.tiles img').length") > 3
    middle = page.evaluate("(() => { const c = map_coverplan.getCenter(); return [c.lng, c.lat]; })()")
    expected = wgs84_to_gcj02(np.array([middle]))[0] if name == "gaode" else middle
    assert drawn_at_middle(page) == pytest.approx(mercator(*expected), abs=1e-7)
    page.uncheck(".basemap input")
    assert page.evaluate("document.querySelectorAll('.tiles').length") == 0
    assert shown.said == []
    page.close()


def mercator(lon, lat):
    """Return a place as shares of the web-mercator square, from its north-west corner."""
    sine = math.sin(math.radians(lat))
    return lon / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def drawn_at_middle(page):
    """Return which place of the tiles' own map lies under the middle of the view, from the address of a tile there."""
    tiles = page.evaluate(
        "(() => { const m = document.getElementById('map_coverplan').getBoundingClientRect();"
        " return Array.from(document.querySelectorAll('.tiles img'), img => { const r = img.getBoundingClientRect();"
        " return [img.src, (m.left + m.width / 2 - r.left) / r.width, (m.top + m.height / 2 - r.top) / r.height]; }); })()"
    )
    address, right, down = next(tile for tile in tiles if 0 <= tile[1] < 1 and 0 <= tile[2] < 1)
    z, x, y = (
        [int(part) for part in re.search(r"org/(\d+)/(\d+)/(\d+)", address).groups()]
        if "openstreetmap" in address
        else [int(re.search(rf"[?&]{name}=(\d+)", address)[1]) for name in "zxy"]
    )
    return (x + right) / 2**z, (y + down) / 2**z
