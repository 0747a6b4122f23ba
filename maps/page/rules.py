"""The rules as the page shows them, and every place each of them judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.reasons import reason_text
from maps.page.basemap import words_of
from maps.page.findings import worst_unit
from maps.page.plain import STATUS_BYTE, both_languages, given, number, standing

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from maps.page.cameras import Cameras
    from maps.page.packing import Pack
    from maps.page.shapes import Shapes

    Json = Any

# What is common to all rules is shown elsewhere; the rest of a rule's options are its numbers.
_COMMON_OPTIONS = {"id", "type", "title", "severity", "norm", "cost", "weight", "department"}


def rule_row(coverage: Coverage, card: pd.DataFrame, units: pd.DataFrame) -> Json:
    """Return what a rule asks and how it stands over all and in each village; `worst` is a row of `units`, -1: none."""
    rule, frame = coverage.rule, coverage.frame
    worst = worst_unit(card)
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
        "worst": -1 if worst is None else int(units.index.get_loc(worst)),
        **standing(coverage, card),
    }


def _options(coverage: Coverage) -> list[list[str]]:
    options = coverage.rule.model_dump(mode="json", exclude=_COMMON_OPTIONS, exclude_none=True)
    return [[name, str(value)] for name, value in sorted(options.items()) if value not in ("", [], {})]


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
