"""The page put together: its frame, styles, data and scripts, with the map's own element and script in their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from layers.text import LANGUAGES, say
from maps.page import assets
from maps.page.contents import contents
from maps.page.onlinemap import origins
from maps.page.policy import content_policy, inert_json

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.text import Language
    from maps.totals import Totals


@dataclass(frozen=True)
class Written:
    """What a page says: the data it is drawn from, its packed columns, and the sentences for readers without scripts."""

    title: str
    language: Language
    data: Any
    columns: str
    said: tuple[str, ...]


def written_of(assessment: Assessment, counted: Totals, language: Language) -> Written:
    """Return what the page of this assessment says; it opens in that language and carries both."""
    data, columns = contents(assessment, counted, language=language)
    turn = 0 if language == "zh" else 1
    said = tuple(line if isinstance(line, str) else line[turn] for _, line in data["findings"])
    return Written(assessment.plan.settings.name, language, data, columns, said)


def html(written: Written, *, element: str, script: str) -> str:
    """Return the page's HTML text around the map's element and the script that starts it, both as folium renders them."""
    scripts = (assets.leaflet_script(), script, assets.page_script(), assets.guard_script())
    styles = (assets.leaflet_style(), assets.page_style())
    tag = "zh-CN" if written.language == "zh" else "en"
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{content_policy(scripts, styles, origins(written.data["basemap"]))}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escape(written.title)}</title>\n",
            *(f"<style>{style}</style>\n" for style in styles),
            f"</head>\n<body>\n{_markup(element, written.said)}\n",
            f'<script type="application/json" id="data">{inert_json(written.data)}</script>\n',
            f'<script type="text/plain" id="columns">{written.columns}</script>\n',
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        )
    )


def _markup(map_element: str, said: tuple[str, ...]) -> str:
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
