"""Square metres a person, the slow way: every status and size a blank could stand for. Shares no code with geo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

Row = Mapping[str, Any]


def square_metres(row: Row) -> float | None:
    if row.get("area_m2") is not None:
        return float(row["area_m2"])
    if "box" in row:
        x0, y0, x1, y1 = row["box"]
        return float((x1 - x0) * (y1 - y0))
    return None


def verdicts(
    units: Sequence[Row],
    facilities: Sequence[Row],
    *,
    shares: Mapping[str, Fraction],
    per_person_m2: int,
    spoilt: Sequence[str] = (),
) -> dict[str, str]:
    """Return each village's status; facilities name their village, `shares` are the categories that count."""
    found = {}
    for unit in units:
        if unit["population"] is None:
            found[unit["id"]] = "unknown"
            continue
        here = [row for row in facilities if row["unit_id"] == unit["id"] and row["category"] in shares]
        worlds = []
        for row in here:
            size = square_metres(row)
            counts = [Fraction(size) * shares[row["category"]]] if size is not None else [Fraction(0), Fraction(10**9)]
            off = row["status"] in ("broken", "planned")
            worlds.append([Fraction(0)] if off else counts if row["status"] == "working" else [Fraction(0), *counts])
        if unit["id"] in spoilt:
            worlds.append([Fraction(0), Fraction(10**9)])
        answers = {sum(some) >= per_person_m2 * unit["population"] for some in product(*worlds)}
        found[unit["id"]] = {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")
    return found
