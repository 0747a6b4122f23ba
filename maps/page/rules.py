"""The rules as the page shows them, and every place each of them judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.reasons import reason_text
from layers.text import known, say
from maps.page.basemap import words_of
from maps.page.plain import STATUS_BYTE, both_languages, given, number, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.coverage import Coverage
    from layers.text import Language
    from maps.page.cameras import Cameras
    from maps.page.packing import Pack
    from maps.page.shapes import Shapes

    Json = Any

# What is common to all rules is shown elsewhere; the rest of a rule's options are its numbers.
_COMMON_OPTIONS = {"id", "type", "title", "severity", "norm", "cost", "weight", "department", "topics"}


def rule_row(coverage: Coverage, card: pd.DataFrame) -> Json:
    """Return what a rule asks and how it stands over all and in each village."""
    rule, frame = coverage.rule, coverage.frame
    return {
        "id": rule.id,
        "type": rule.type,
        "title": both_languages(rule.title) or rule.id,
        "severity": rule.severity,
        "department": rule.department,
        "norm": [rule.norm.text, rule.norm.mark],
        "options": _options(coverage),
        "unit": coverage.measured.unit,
        "sense": coverage.measured.sense,
        "places": len(frame),
        "people": number(np.nansum(frame["people"].to_numpy(float))),
        **standing(coverage, card),
    }


def _options(coverage: Coverage) -> list[list[Json]]:
    """Return [name in plan.yaml, what it is called, its value] of each option that says something."""
    options = coverage.rule.model_dump(mode="json", exclude_none=True)
    zh, en = (_named(options, language) for language in ("zh", "en"))
    return [[name, *(_one(*said) for said in zip(zh[name], en[name], strict=True))] for name in zh]


def _named(options: Mapping[str, Any], language: Language) -> dict[str, tuple[str, str]]:
    """Return what each option is called, and its value, by its name in plan.yaml.

    Left out is what is empty, and the layer a rule of its type looks at unless told otherwise (roads: roads).
    """
    asked = {name: value for name, value in sorted(options.items()) if name not in _COMMON_OPTIONS}
    return {
        name: (_called(f"options.{name}", name, language), _value(name, value, language))
        for name, value in asked.items()
        if value not in ("", [], {}, name)
    }


def _value(name: str, value: object, language: Language) -> str:
    if isinstance(value, bool):
        return _called(f"options.{str(value).lower()}", str(value), language)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ("；" if language == "zh" else "; ").join(_value(name, each, language) for each in value)
    if isinstance(value, dict):
        parts = _named(value, language).values()
        return ("，" if language == "zh" else ", ").join(f"{called} {said}" for called, said in parts)
    return _called(f"options.{name}_{value}", str(value), language)


def _called(key: str, otherwise: str, language: Language) -> str:
    return say(key).in_(language) if known(key) else otherwise


def _one(zh: str, en: str) -> Json:
    return zh if zh == en else [zh, en]


def _status_bytes(coverage: Coverage) -> Any:
    status = coverage.frame["status"]
    return np.select([(status == word).to_numpy() for word in STATUS_BYTE], list(STATUS_BYTE.values()))


def places_of(coverage: Coverage, cameras: Cameras, units: pd.DataFrame, shapes: Shapes, pack: Pack) -> dict[str, Json]:
    """Return the columns of the places a rule judged, stored in `pack`; their shapes are stored in `shapes`."""
    frame = coverage.frame
    number_of_set, rows = shapes.rows_of(cameras.places(coverage.rule.id, frame))
    row, words = pd.factorize(frame["reason"])
    codes = sorted({str(word) for word in words if given(word)})
    of_code = {code: place for place, code in enumerate(codes, start=1)}
    names = words_of(frame["name"])
    return {
        "shapes": number_of_set,
        "rows": rows,
        "status": pack.bytes_(_status_bytes(coverage)),
        "names": pack.texts(names) if any(names) else -1,
        "unit": pack.integers(units.index.get_indexer(frame["unit_id"])),
        "required": pack.floats(frame["required"].to_numpy(float)),
        "supplied": pack.floats(frame["supplied"].to_numpy(float)),
        "people": pack.floats(frame["people"].to_numpy(float)),
        "people_short": pack.floats(frame["people_short"].to_numpy(float)),
        "reason": pack.integers(np.array([*(of_code.get(word, 0) for word in words), 0], dtype=np.int64)[row]),
        "reasons": [both_languages(reason_text(code)) for code in codes],
    }
