"""map.html as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page import assets
from maps.page.html import html, written_of
from maps.totals import totals

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.text import Language
    from maps.totals import Totals


def write_page(assessment: Assessment, *, language: Language, counted: Totals | None = None) -> str:
    """Return the gap map as one HTML file's text; it opens in that language and carries both.

    The file asks for nothing from anywhere, and no text of the input can run in it. The same assessment gives the same
    text. What is `counted` already need not be counted again.
    """
    # What folium renders of the map is always the same, and kept: importing folium takes a fifth of a town's run.
    written = written_of(assessment, counted or totals(assessment), language)
    return html(written, element=assets.map_element(), script=assets.map_script())
