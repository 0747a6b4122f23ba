from __future__ import annotations

from pathlib import Path

from geo.assessment import assess
from geo.rules.watch import Watch
from layers.plan import Plan, Settings
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
