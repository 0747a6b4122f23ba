"""Rules on small worlds worked out by hand: tests/cases/<rule type>.yaml, one file a type.

- name: a sentence
  why: how the numbers come about
  date: 2026-11-20                       # the plan's, where the rule asks for one
  world: {units: [...], homes: [...]}    # rows as tests.geo.worlds has them; other layers by the name of their kind
  rule: {type: quota, per: 500}
  places: {A: {required: 2, status: met}}    # every place; of each only the columns named are compared
  gaps: {A: 1}                           # the amount of each gap, by the place it is named after (a list for several)
  projects: [[hire, 1]]                  # may be left out; then, all of them done, nothing is left of the gaps
  left: {}                               # but this
"""

from __future__ import annotations

from collections import defaultdict
from math import isnan
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo.coverage import Coverage, coverage
from geo.rule import Rule
from geo.world import World
from layers.ruletypes import rule_type
from tests.geo.worlds import layers_of

CASES = Path(__file__).parents[1] / "cases"
USUAL = {"units", "homes", "roads", "facilities", "devices", "staff", "points", "parcels"}
ALL = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(CASES.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    if "rule" in case  # along_road and watch have tests of their own, in which places are measured along lines
]


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any]):
    rule = rule_type(case["rule"]["type"]).model_validate({"id": "case", **case["rule"]})
    assert isinstance(rule, Rule)
    rows = case["world"]
    others = {kind: (kind, rows[kind]) for kind in rows.keys() - USUAL}
    world = World(layers_of(**{name: rows[name] for name in USUAL & rows.keys()}, more=others), case.get("date"))
    seen = coverage(rule, world)
    assert seen.frame.index.tolist() == sorted(case["places"])
    for place, expected in case["places"].items():
        found = seen.frame.loc[place]
        for column, value in expected.items():
            assert _same(found[column], value), f"{place}.{column} is {found[column]}, not {value}: {case['why']}"
    assert _amounts(rule, seen, world) == _approximately(case["gaps"])
    if "projects" in case:
        _assert_projects(case, rule, seen, world)


def _assert_projects(case: dict[str, Any], rule: Rule, seen: Coverage, world: World) -> None:
    projects = rule.repairs(rule.gaps(seen, world), seen, world)
    expected = sorted((action, float(amount)) for action, amount in case["projects"])
    assert sorted((project.action, project.amount) for project in projects) == expected
    after = world.with_edits(tuple(edit for project in projects for edit in project.edits))
    assert _amounts(rule, coverage(rule, after), after) == _approximately(case.get("left", {}))


def _amounts(rule: Rule, seen: Coverage, world: World) -> dict[str, list[float]]:
    found = defaultdict(list)
    for gap in rule.gaps(seen, world):
        found[gap.place_ids[0]].append(gap.amount)
    return found


def _approximately(gaps: dict[str, Any]) -> dict[str, Any]:
    return {
        place: pytest.approx(amount if isinstance(amount, list) else [amount], nan_ok=True)
        for place, amount in gaps.items()
    }


def _same(found: Any, expected: Any) -> bool:
    if expected is None:
        return isnan(found)
    return bool(found == (expected if isinstance(expected, str) else pytest.approx(expected)))
