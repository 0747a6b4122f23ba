"""The page in a real Firefox: it opens from a file, draws itself, and its controls work."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.maps.marionette import Marionette, firefox

PROGRAM = which("firefox-esr") or which("firefox")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no firefox-esr to open the page with")


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory, written: Path) -> Iterator[Marionette]:
    with firefox(str(PROGRAM), tmp_path_factory.mktemp("firefox")) as session:
        session.go(written.as_uri())
        session.until("return document.documentElement.hasAttribute('data-started')")
        yield session


def test_opens_draws_and_tells_who_is_short_of_what(fox):
    assert fox.run("return document.getElementById('too-old').hidden")
    assert fox.run("return document.querySelector('.findings li').textContent").startswith(
        "村庄保洁员：38,168 人未享有"
    )
    colours = fox.run(
        "const c = document.querySelector('.drawing canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width,"
        " c.height).data; const seen = new Set(); for (let i = 0; i < d.length; i += 404)"
        " seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size;"
    )
    assert colours > 5


def test_a_picture_of_it_is_as_large_as_the_window(fox):
    picture = fox.screenshot()
    width, height = struct.unpack(">II", picture[16:24])  # of the PNG's header
    assert width == 1366
    assert height > 600
    assert len(picture) > 50_000


def test_language_line_and_village_work(fox):
    fox.run("document.getElementById('language').click()")
    assert fox.run("return document.querySelector('h1').textContent").endswith("where services fall short")
    fox.run("document.getElementById('language').click()")
    fox.run(
        "const l = document.getElementById('line'); l.value = 12; l.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    fox.until("return document.querySelector('#outcome dd').textContent.startsWith('12 /')")
    fox.run("window.location.hash = '#village=440701'")
    fox.until("return (document.querySelector('.village-name') || {}).textContent === '石桥村'")


def test_it_asks_for_nothing(fox):
    assert fox.run("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
