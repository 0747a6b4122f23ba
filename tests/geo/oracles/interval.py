"""Intervals, the slow way: try every day, depth and status that a blank could stand for. Shares no code with geo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

Row = Mapping[str, Any]
NEVER = dt.date(1900, 1, 1)


def verdict(answers: set[bool]) -> str:
    return {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")


def overdue(
    rows: Sequence[Row], date: dt.date, *, max_days: int, first_days: int | None, max_silt_cm: float | None
) -> dict[str, str]:
    """Return each asset's status by its days and silt."""
    found = {}
    for row in rows:
        last, silt, built = row["last"], row["silt_cm"], row["built"]
        known = last is not None and last <= date
        days: Sequence[dt.date] = [last] if known else [date, NEVER]
        if last is None and first_days is not None and built is not None and built <= date:
            days = [date, built]
        depths = [0.0, 1e6] if silt is None and max_silt_cm is not None else [silt or 0.0]
        limit = max_days if len(days) == 1 or days[1] == NEVER else first_days
        found[row["id"]] = verdict(
            {
                (date - day).days <= limit and (max_silt_cm is None or depth <= max_silt_cm)
                for day, depth in product(days, depths)
            }
        )
    return found


def working(units: Sequence[Row], devices: Sequence[Row], share: str) -> dict[str, str]:
    """Return the status of each village that has devices (which lie strictly inside villages), by the share that works."""
    found = {}
    for unit in units:
        x0, y0, x1, y1 = unit["box"]
        here = [d["status"] for d in devices if x0 < d["at"][0] < x1 and y0 < d["at"][1] < y1]
        here = [status for status in here if status != "planned"]
        if not here:
            continue
        sure, maybe = here.count("working"), here.count(None)
        found[unit["id"]] = verdict({Fraction(n, len(here)) >= Fraction(share) for n in range(sure, sure + maybe + 1)})
    return found
