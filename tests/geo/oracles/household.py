"""Households, the slow way: the true numbers, and every number a blank could stand for. Shares no code with geo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def verdicts(units: Sequence[Row], rows: Sequence[Row]) -> dict[str, str]:
    found = {}
    for unit in units:
        here = [row for row in rows if row["unit_id"] == unit["id"]]
        if not here or any(row["eligible"] is None for row in here):
            found[unit["id"]] = "unknown"
            continue
        answers = set()
        for blank in (0, 10**6):
            waiting = [max(row["eligible"] - (blank if row["done"] is None else row["done"]), 0) for row in here]
            answers.add(not any(waiting))
        found[unit["id"]] = {(True,): "met", (False,): "short"}.get(tuple(answers), "unknown")
    return found
