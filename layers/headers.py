"""Which header of a file means which column of the schema."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from layers.plan import LayerSpec
from layers.problems import Problem
from layers.schema import Column, Schema
from layers.spelling import folded, nearest
from layers.text import Text, say

_IN_BRACKETS = re.compile(r"[(\[{<【〔].*?[)\]}>】〕]\s*$")
UNIT_WORDS = {
    "people": ("人", "口", "人口", "people", "persons", "pers"),
    "households": ("户", "households", "hh"),
    "m": ("米", "m", "metres", "meters"),
    "m²": ("平方米", "平米", "㎡", "m2", "sqm"),
    "km/h": ("公里/小时", "千米/小时", "km/h", "kmh"),
    "degrees": ("度", "°", "deg", "degrees"),
    "lanes": ("条", "lanes"),
}
_X = ("经度", "东经", "东坐标", "lon", "lng", "long", "longitude", "x", "x坐标", "x_coord", "easting", "横坐标")
_Y = ("纬度", "北纬", "北坐标", "lat", "latitude", "y", "y坐标", "y_coord", "northing", "纵坐标")
_PAIR = (
    "经纬度",
    "经纬度坐标",
    "坐标",
    "位置坐标",
    "lonlat",
    "lnglat",
    "latlng",
    "latlon",
    "coordinates",
    "coords",
    "location",
)
_WKT = ("wkt", "wkt_geom", "geometry", "geom", "the_geom")


@dataclass(frozen=True)
class Matched:
    """`columns`: canonical column -> header; `x`, `y`, `wkt`, `pair`: the headers of the place, "" where there are none."""

    columns: dict[str, str]
    x: str = ""
    y: str = ""
    wkt: str = ""
    pair: str = ""
    problems: tuple[Problem, ...] = ()


def matched(headers: Sequence[str], schema: Schema, spec: LayerSpec, where: Text, *, placed: bool) -> Matched:
    """Return which header is which column: the plan's word first, then the canonical name, then an alias.

    Headers are compared without case, width, spaces and punctuation, Traditional as Simplified, and without a unit in
    brackets if it is the column's own. `placed` says that the file has geometry and needs no columns for the place.
    Two headers for one column are a problem that names both; so is a word of the plan that is nowhere.
    """
    problems = list(_unknown(schema, spec, where))
    chosen: dict[str, str] = {}
    for column in schema.columns:
        if column.name in spec.columns:
            header = _find(headers, spec.columns[column.name])
            chosen |= {column.name: header} if header else {}
            problems += [] if header else [_no_header(where, column.name, spec.columns[column.name], headers)]
    place, lost = _place(headers, spec, where, set(chosen.values())) if not placed else ({}, [])
    problems += lost
    taken = set(chosen.values()) | set(place.values())
    for level in range(3):
        for column in schema.columns:
            if column.name in chosen or column.name in spec.columns:
                continue
            fits = [header for header in headers if header not in taken and _fits(header, column, level)]
            if len(fits) > 1 and level < 2:
                problems.append(_two_headers(where, column.name, fits))
            if fits:
                chosen[column.name] = _first(fits, column) if level == 2 else fits[0]
                taken.update(fits if level < 2 else [chosen[column.name]])
    missing = [column for column in schema.columns if column.required and column.name not in chosen]
    problems += [_required(where, column, headers) for column in missing if column.name not in spec.columns]
    x, y, wkt, pair = (place.get(key, "") for key in ("x", "y", "wkt", "pair"))
    return Matched(chosen, x, y, wkt, pair, tuple(problems))


def _fits(header: str, column: Column, level: int) -> bool:
    words = ((column.name, column.zh), column.aliases, column.fallbacks)[level]
    names = {folded(word) for word in words}
    return folded(header) in names or folded(_without_unit(header, column.unit)) in names


def _first(fits: list[str], column: Column) -> str:
    order = [folded(word) for word in column.fallbacks]
    return min(fits, key=lambda header: order.index(folded(header)))


@cache
def _without_unit(header: str, unit: str) -> str:
    plain = unicodedata.normalize("NFKC", header)
    bracket = _IN_BRACKETS.search(plain)
    said = bracket[0].strip()[1:-1].strip().casefold() if bracket else ""
    words = [unicodedata.normalize("NFKC", word) for word in UNIT_WORDS.get(unit, ())]
    return plain[: bracket.start()] if bracket and said in words else header


def _find(headers: Sequence[str], wanted: str) -> str:
    """Return the header the plan means: as written, else the only one that is the same when folded."""
    if wanted in headers:
        return wanted
    same = [header for header in headers if folded(header) == folded(wanted)]
    return same[0] if len(same) == 1 else ""


def _unknown(schema: Schema, spec: LayerSpec, where: Text) -> Iterator[Problem]:
    names = [column.name for column in schema.columns]
    for name in sorted(set(spec.columns) - set(names)):
        yield Problem(where, say("readers.unknown_column", column=name, kind=schema.kind), nearest(name, names))


def _place(
    headers: Sequence[str], spec: LayerSpec, where: Text, taken: set[str]
) -> tuple[dict[str, str], list[Problem]]:
    """Return the headers of the place: those of the plan, else x and y by their usual names, else WKT."""
    words = (("x", spec.x), ("y", spec.y), ("wkt", spec.wkt), ("pair", spec.lonlat or spec.latlon))
    said = {key: word for key, word in words if word}
    if said:
        found = {key: _find(headers, word) for key, word in said.items()}
        return {k: h for k, h in found.items() if h}, [
            _no_header(where, key, said[key], headers) for key, header in found.items() if not header
        ]
    free = [header for header in headers if header not in taken]
    by_name = {
        key: [header for header in free if folded(header) in {folded(word) for word in words}]
        for key, words in (("x", _X), ("y", _Y), ("wkt", _WKT))
    }
    problems = [_two_headers(where, key, fits) for key, fits in by_name.items() if len(fits) > 1]
    return {key: fits[0] for key, fits in by_name.items() if fits}, problems


def pair_headers(headers: Sequence[str]) -> list[str]:
    """Return the headers that look like a column of both coordinates, which the plan must say the order of."""
    return [header for header in headers if folded(header) in {folded(word) for word in _PAIR}]


def _two_headers(where: Text, column: str, fits: list[str]) -> Problem:
    names = " / ".join(fits)
    return Problem(where, say("readers.two_headers", column=column, headers=names), _choose(column, fits[0]))


def _choose(column: str, header: str) -> Text:
    key = "readers.choose_place" if column in ("x", "y", "wkt") else "readers.choose_header"
    return say(key, column=column, header=header)


def _no_header(where: Text, column: str, wanted: str, headers: Sequence[str]) -> Problem:
    return Problem(where, say("readers.no_header_of", column=column, header=wanted), nearest(wanted, headers))


def _required(where: Text, column: Column, headers: Sequence[str]) -> Problem:
    what = say("readers.column_missing", column=column.name, zh=column.zh)
    return Problem(where, what, say("readers.column_missing_fix", headers=", ".join(headers)))
