"""The folium map behind the page: a Map and a Figure that carry Leaflet inside and never show a reader's text to Jinja."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import folium
from branca.element import Figure, Link

from maps.page.html import Written, html, written_of
from maps.totals import totals

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.text import Language
    from maps.totals import Totals

# Names of the links that folium asks for, and that the page has inside.
_INLINED = {"leaflet", "leaflet_css"}

# folium names its elements at random; a fixed name gives the same bytes for the same input.
_MAP_ID = "coverplan"


class PageFigure(Figure):  # type: ignore[misc]
    """A branca figure that renders to one self-contained file: scripts and data inline, bound by their hashes.

    Rendering raises ValueError if a folium element asks for a file that the page does not carry.
    """

    def __init__(self, written: Written) -> None:
        super().__init__(title=written.title)
        self._id = _MAP_ID
        self._written = written

    def render(self, **kwargs: Any) -> str:
        """Return the page's HTML text."""
        for child in self._children.values():
            child.render(**kwargs)
        asked = {name for name, link in self.header._children.items() if isinstance(link, Link)}
        if asked - _INLINED:
            raise ValueError(f"the page carries no {', '.join(sorted(asked - _INLINED))}")
        element, script = self.html.render(**kwargs).strip(), _lines_trimmed(self.script.render(**kwargs))
        return html(self._written, element=element, script=script)


class GapMap(folium.Map):  # type: ignore[misc]
    """A folium map without tiles, controls or links to anywhere; the page's own canvas draws on it."""

    default_js = [("leaflet", "leaflet.js")]  # noqa: RUF012  folium's own shape
    default_css = [("leaflet_css", "leaflet.css")]  # noqa: RUF012

    def __init__(self, figure: PageFigure) -> None:
        super().__init__(
            location=(0, 0),
            zoom_start=2,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            max_zoom=19,
            zoom_snap=0.25,
            zoom_delta=1,
            wheel_px_per_zoom_level=90,
            keyboard=True,
            fade_animation=False,
        )
        self._id = _MAP_ID
        figure.add_child(self)


def gap_map(assessment: Assessment, *, language: Language | None = None, counted: Totals | None = None) -> folium.Map:
    """Return the page as a folium map, to show in a notebook or to `save`; nothing in it needs a network.

    What is `counted` already need not be counted again.
    """
    spoken = language or assessment.plan.settings.language
    return GapMap(PageFigure(written_of(assessment, counted or totals(assessment), spoken)))


def _lines_trimmed(script: str) -> str:
    return "\n".join(line.strip() for line in script.splitlines() if line.strip())
