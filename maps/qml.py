"""QGIS styles (QML) for the layers of the package: one symbol a category, told apart by shape as well as colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maps.wording import escape

# Okabe and Ito's palette, which colour-blind readers can tell apart; the marker and line shapes say the same again.
_COLOURS = {
    "met": "0,158,115",
    "short": "213,94,0",
    "unknown": "140,140,140",
    "A": "213,94,0",
    "B": "230,159,0",
    "C": "86,180,233",
    "in_budget": "0,90,160",
    "below_line": "150,170,190",
    # Villages by how many rules they are short of: the map page's own shades, in its own steps (maps/package.py), pale to dark.
    "short_1": "254,243,226",
    "short_2": "253,223,181",
    "short_3": "251,190,133",
    "short_4": "241,144,98",
    "short_5": "214,95,64",
}
SHADES = 5
_MARKERS = {
    "met": "circle",
    "short": "triangle",
    "unknown": "cross_fill",
    "in_budget": "square",
    "below_line": "square",
}
_LINES = {"met": "solid", "short": "solid", "unknown": "dot"}
_WIDTHS_MM = {"met": "0.5", "short": "1.1", "unknown": "0.7"}
_FILL_OPACITY = "110"  # of 255


@dataclass(frozen=True)
class Categories:
    """The column a layer is coloured by; for each value its words and the key of its look; and what it is labelled with."""

    column: str
    words: Mapping[str, tuple[str, str]]
    label: str = ""


def qml(style: Categories, shape: str) -> str:
    """Return the style for a layer of that OGC geometry type."""
    categories = "".join(
        f'<category value="{escape(value)}" symbol="{i}" label="{escape(words)}" render="true"/>'
        for i, (value, (words, _)) in enumerate(style.words.items())
    )
    symbols = "".join(_symbol(i, look, shape) for i, (_, look) in enumerate(style.words.values()))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="{int(bool(style.label))}">'
        f'<renderer-v2 type="categorizedSymbol" attr="{escape(style.column)}" forceraster="0" symbollevels="0" '
        f'enableorderby="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>'
        f"{_labels(style.label)}</qgis>"
    )


def _symbol(number: int, look: str, shape: str) -> str:
    colour = _COLOURS[look]
    if "Point" in shape:
        kind, layer = "marker", "SimpleMarker"
        options = {"name": _MARKERS.get(look, "diamond"), "color": f"{colour},255", "size": "2.8", "size_unit": "MM"}
        options |= {"outline_color": "255,255,255,255", "outline_width": "0.2"}
    elif "LineString" in shape:
        kind, layer = "line", "SimpleLine"
        options = {"line_color": f"{colour},255", "line_style": _LINES.get(look, "solid"), "line_width_unit": "MM"}
        options["line_width"] = _WIDTHS_MM.get(look, "1.1")
    else:
        kind, layer = "fill", "SimpleFill"
        options = {"color": f"{colour},{_opacity(look)}", "outline_color": "90,90,90,255", "outline_width": "0.26"}
        options["style"] = "dense4" if look == "unknown" else "solid"
    # <Option> is what QGIS reads from 3.22 on, <prop> what it read before.
    named = "".join(f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in options.items())
    props = "".join(f'<prop k="{name}" v="{value}"/>' for name, value in options.items())
    return (
        f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">{named}</Option>{props}</layer>'
        "</symbol>"
    )


def _opacity(look: str) -> str:
    """A scale of shades is read by its colours, which nothing may shine through."""
    return "255" if look.startswith("short_") else _FILL_OPACITY


def _labels(column: str) -> str:
    if not column:
        return ""
    return (
        f'<labeling type="simple"><settings calloutType="simple"><text-style fieldName="{escape(column)}" '
        'fontSize="9" textColor="20,20,20,255" isExpression="0"><text-buffer bufferDraw="1" bufferSize="0.8" '
        'bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style><placement placement="0" dist="1.5" '
        'distUnits="MM"/><rendering obstacle="0"/></settings></labeling>'
    )
