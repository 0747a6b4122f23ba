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
    from geo.coverage import Coverage
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
    """Return [name in plan.yaml, what it is called, its value] of each option that says something.

    An empty one does not, nor one that names the layer a rule of its type looks at unless told otherwise (roads: roads).
    """
    options = coverage.rule.model_dump(mode="json", exclude=_COMMON_OPTIONS, exclude_none=True)
    named = [(name, value) for name, value in sorted(options.items()) if value not in ("", [], {}, name)]
    return [[name, _called(f"options.{name}", name), _value(name, value)] for name, value in named]


def _called(key: str, otherwise: str) -> Json:
    return both_languages(say(key)) if known(key) else otherwise


def _value(name: str, value: object) -> Json:
    if isinstance(value, bool):
        return _called(f"options.{str(value).lower()}", str(value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return _called(f"options.{name}_{value}", value)
    return (
        ", ".join(map(str, value))
        if isinstance(value, list) and all(isinstance(each, str) for each in value)
        else str(value)
    )


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
