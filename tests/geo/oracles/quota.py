"""Staff quotas, the slow way: try every number a blank could stand for. Shares no code with geo; rows are plain dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

Row = Mapping[str, Any]
MANY = 10**6


def due(population: float | None, per: float | None, minimum: int, rounding: str) -> int | None:
    if per is None:
        return minimum
    if population is None:
        return None
    exact = Fraction(population) / Fraction(per)
    whole = {"ceil": ceil(exact), "floor": floor(exact), "round": floor(exact + Fraction(1, 2))}[rounding]
    return max(whole, minimum)


def verdicts(
    units: Sequence[Row],
    staff: Sequence[Row],
    *,
    role: str,
    per: float | None,
    minimum: int,
    rounding: str = "ceil",
    spoilt: Sequence[str] = (),
) -> dict[str, str]:
    """Return each village's status; `spoilt` are villages that a rejected row named."""
    found = {}
    for unit in units:
        wanted = due(unit["population"], per, minimum, rounding)
        counts = [row["count"] for row in staff if row["unit_id"] == unit["id"] and row["role"] == role]
        worlds = [sum(0 if count is None else count for count in counts)]
        if None in counts or unit["id"] in spoilt:
            worlds.append(MANY)
        answers = {None if wanted is None else have >= wanted for have in worlds}
        found[unit["id"]] = {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")
    return found
