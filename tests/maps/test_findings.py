from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.assessment import assess
from geo.rules.watch import Watch
from layers.plan import Plan, Settings
from maps.page.findings import worst_share, worst_unit
from maps.totals import totals
from tests.geo.worlds import layers_of


def findings_of(points: list[dict[str, object]]) -> list[str]:
    rule = Watch(id="W", type="watch", devices="devices")
    plan = Plan(Settings(name="东塘镇"), {}, (rule,), Path(), "plan.yaml", "")
    found = totals(assess(plan, layers_of(points=points, devices=[]))).findings
    return [line.in_("en") for line in found]


def test_rule_without_anything_to_judge_is_not_said_to_hold():
    assert findings_of([]) == ["W: the layers hold nothing this rule could judge, so it was not judged."]


def test_projects_for_people_nobody_counted_are_not_said_to_serve_none():
    assert findings_of([{"id": "P", "at": (0, 0)}]) == [
        "W: 1 places fall short.",
        "All 1 projects would cost about ¥12,000; the layers do not say how many people they would serve.",
    ]


def card_of(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Villages A, B …: state, people, people without."""
    index = pd.Index(list("ABCDE"[: len(rows)]), name="id")
    return pd.DataFrame(list(rows), columns=["state", "people", "people_short"], index=index)


def test_village_worst_off_in_number_need_not_be_the_one_worst_off_in_share():
    card = card_of(("short", 1000.0, 300.0), ("short", 200.0, 200.0), ("short", 100.0, 100.0), ("met", 50.0, 0.0))
    assert worst_unit(card) == "A"
    assert worst_share(card) == "B"  # as large a share as C, and more people


def test_without_people_nobody_has_the_largest_share():
    card = card_of(("short", 0.0, 0.0), ("unknown", 90.0, 0.0))
    assert worst_unit(card) == "A"
    assert worst_share(card) is None
