"""Small ledgers for tests: a clock that can be set, and items that need no run behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from layers.ledger import acts
from layers.ledger.book import Ledger, Written, write
from layers.ledger.event import Draft
from layers.ledger.places import start_ledger
from layers.ledger.task import State

BEIJING = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=BEIJING)
DUE = dt.date(2026, 12, 31)
SQUARE = "POLYGON ((0 0, 1000 0, 1000 1000, 0 1000, 0 0))"


def new_ledger(place: Path | str, *, route: Any = "direct") -> str:
    """Start a ledger and return its place."""
    start_ledger(str(place), name="东塘镇", route=route, who="测试", at=NOW)
    return str(place)


def item(state: State, title: str = "村口装灯 3 盏", **more: Any) -> list[Draft]:
    """Return the event that proposes an item."""
    return acts.proposed(state, {"list": "民生微实事", "title": title, "origin": "citizen", **more})


def enter(
    ledger: Ledger,
    decide: Callable[[State], Sequence[Draft]],
    *,
    op: str | None = None,
    at: dt.datetime = NOW,
    who: str = "测试",
) -> Written:
    """Write a decision."""
    return write(ledger, decide, who=who, at=at, op_id=op)


def claim(state: State, task_id: int, due: dt.date = DUE) -> list[Draft]:
    """Return the claim of a task with all that it needs."""
    full = {"goal": "装灯 3 盏", "leader": "张三", "department": "住建办", "due": due}
    return acts.claimed(state, task_id, full, accepted_by="", today=NOW.date())


def gap_item(state: State, place: str = "A", shape: str = SQUARE) -> list[Draft]:
    """Return the event that adopts a gap of rule R at a place."""
    gap = {"id": f"R-{place}", "rule_id": "R", "rule_hash": "r1", "place_ids": [place], "amount": 2.0, "unit": "people"}
    facts = {"list": "民生微实事", "title": f"{place}村保洁员", "origin": "gap", "goal": "缺 2 名降为 0"}
    body = {**facts, "gaps": [{**gap, "people": 900.0, "shape": shape}], "crs": "EPSG:4547", "run_date": "2026-11-01"}
    return [Draft(acts.next_id(state), "adopted", body, "inputs-0", "rules-0")]
