"""The folium map behind the page: a Map and a Figure that carry Leaflet inside and never show a reader's text to Jinja."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Figure, Link

from layers.text import LANGUAGES, say
from maps.page import assets
from maps.page.contents import contents
from maps.page.policy import content_policy, inert_json
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

    def __init__(self, *, data: Any, columns: str, title: str, language: Language, said: list[str]) -> None:
        super().__init__(title=title)
        self._id = _MAP_ID
        self._data, self._columns, self._language, self._said = data, columns, language, said

    def render(self, **kwargs: Any) -> str:
        """Return the page's HTML text."""
        for child in self._children.values():
            child.render(**kwargs)
        asked = {name for name, link in self.header._children.items() if isinstance(link, Link)}
        if asked - _INLINED:
            raise ValueError(f"the page carries no {', '.join(sorted(asked - _INLINED))}")
        return _document(
            language=self._language,
            title=str(self.title),
            markup=_markup(self.html.render(**kwargs).strip(), self._said),
            data=inert_json(self._data),
            columns=self._columns,
            map_script=_lines_trimmed(self.script.render(**kwargs)),
        )


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
    language = language or assessment.plan.settings.language
    data, columns = contents(assessment, counted or totals(assessment), language=language)
    turn = 0 if language == "zh" else 1
    said = [line if isinstance(line, str) else line[turn] for _, line in data["findings"]]
    figure = PageFigure(data=data, columns=columns, title=assessment.plan.settings.name, language=language, said=said)
    return GapMap(figure)


def _document(*, language: Language, title: str, markup: str, data: str, columns: str, map_script: str) -> str:
    scripts = (assets.leaflet_script(), map_script, assets.page_script(), assets.guard_script())
    styles = (assets.leaflet_style(), assets.page_style())
    tag = "zh-CN" if language == "zh" else "en"
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{content_policy(scripts, styles)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escape(title)}</title>\n",
            *(f"<style>{style}</style>\n" for style in styles),
            f"</head>\n<body>\n{markup}\n",
            f'<script type="application/json" id="data">{data}</script>\n',
            f'<script type="text/plain" id="columns">{columns}</script>\n',
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        )
    )


def _markup(map_element: str, said: list[str]) -> str:
    """Return the body's markup; the sentences in it are for readers whose browser cannot run the page."""
    slots = {
        "map": map_element,
        "said": "".join(f"<li>{escape(line)}</li>" for line in said),
        "too_old": _in_both("page.too_old"),
        "no_script": _in_both("page.no_script"),
    }
    return re.sub(r"\[(\w+)\]", lambda slot: slots[slot[1]], assets.frame())


def _in_both(key: str) -> str:
    return "<br>".join(escape(say(key).in_(language)) for language in LANGUAGES)


def _lines_trimmed(script: str) -> str:
    return "\n".join(line.strip() for line in script.splitlines() if line.strip())
