"""The page's own scripts, styles and frame, and Leaflet: files as a person edits them, put together when a page is written."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

# In the order they run; each file is one idea, and all share one function scope.
SCRIPTS = (
    "inflate",
    "unpack",
    "words",
    "dom",
    "state",
    "grid",
    "symbols",
    "raster",
    "layer",
    "style",
    "outcome",
    "draw",
    "labels",
    "pick",
    "zoom",
    "details",
    "tasks",
    "findings",
    "filters",
    "ranking",
    "gaplist",
    "villages",
    "sources",
    "legend",
    "tiles",
    "search",
    "xlsx",
    "takeaway",
    "summary",
    "sheets",
    "budget",
    "furniture",
    "paper",
    "contrast",
    "address",
    "app",
)
STYLES = ("page", "budget", "map", "contrast", "phone", "print")


@cache
def leaflet_script() -> str:
    """Return Leaflet with its licence above it, as one script."""
    return f"/*\n{_text('leaflet/LICENSE')}*/\n{_without_source_map(_text('leaflet/leaflet.js'))}"


@cache
def leaflet_style() -> str:
    """Return Leaflet's style sheet without the pictures it would fetch (we use no marker icons and no layer switch)."""
    return re.sub(r"url\([^)]*\)", "none", _text("leaflet/leaflet.css"))


@cache
def page_script() -> str:
    """Return our scripts as one function, so that nothing of ours is global."""
    parts = "\n".join(_text(f"js/{name}.js") for name in SCRIPTS)
    return f'(function () {{\n"use strict";\n{parts}\n}})();\n'


@cache
def guard_script() -> str:
    """Return the script that speaks up when the page did not start; it runs in browsers of any age."""
    return _text("js/guard.js")


@cache
def page_style() -> str:
    """Return our style sheets as one."""
    return "\n".join(_text(f"css/{name}.css") for name in STYLES)


@cache
def frame() -> str:
    """Return the fixed markup of the page's body, with two slots in square brackets."""
    return _text("frame.html")


@cache
def map_element() -> str:
    """Return the map's element, as folium renders it for `maps.page.gapmap` (a test holds the two equal)."""
    return _text("map/element.html").strip()


@cache
def map_script() -> str:
    """Return the script that starts the map, as folium renders it."""
    return _text("map/script.js").strip()


def _text(name: str) -> str:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".js") and "</script" in text.lower():
        raise ValueError(f"{name} would end its own script element")
    return text.replace("\r\n", "\n")


def _without_source_map(script: str) -> str:
    return re.sub(r"//# sourceMappingURL=\S+", "", script)
