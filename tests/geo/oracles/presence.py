"""Facilities of one's own, the slow way: try every facility of unknown status both ways. Shares no code with geo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from shapely import Point, box

Row = Mapping[str, Any]
MANY = 10**6


def place(row: Row) -> Point:
    return Point(row["at"]) if "at" in row else Point(box(*row["box"]).centroid)


def serves(facility: Row, units: Sequence[Row]) -> set[str]:
    ids = sorted(unit["id"] for unit in units)
    found = set((facility.get("serves_units") or "").split("、")) & set(ids)
    if facility.get("unit_id") in ids:
        return found | {facility["unit_id"]}
    inside = [unit["id"] for unit in units if box(*unit["box"]).intersects(place(facility))]
    return found | set(sorted(inside)[:1])


def verdicts(
    units: Sequence[Row], facilities: Sequence[Row], *, category: str, at_least: int, spoilt: Sequence[str] = ()
) -> dict[str, str]:
    """Return each village's status; `spoilt` are villages that a rejected row named."""
    ours = [row for row in facilities if row["category"] == category and row["status"] in ("working", None)]
    found = {}
    for unit in units:
        answers = set()
        near = [row for row in ours if unit["id"] in serves(row, units)]
        for luck in product([False, True], repeat=sum(row["status"] is None for row in near)):
            have = sum(row["status"] == "working" for row in near) + sum(luck)
            answers.add(have >= at_least)
            answers.update({True} if unit["id"] in spoilt else ())
        found[unit["id"]] = {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")
    return found
