"""Other thresholds give what a whole check with that number in the plan gives, unknown places included."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo.coverage import coverage
from geo.rule import Rule
from geo.sensitivity import PERCENT, sensitivity
from geo.verdicts import coverages_of
from geo.world import World
from layers import read_layers, read_plan
from layers.ruletypes import rule_type
from tests.geo.worlds import layers_of

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parents[1] / "cases"
USUAL = {"units", "homes", "roads", "facilities", "devices", "staff", "points", "parcels"}


def cases_of(type_: str) -> list[tuple[World, Rule]]:
    """Return the small worlds of a rule type with their rules."""
    found = []
    for case in yaml.safe_load((CASES / f"{type_}.yaml").read_text(encoding="utf-8")):
        if "rule" in case:
            rows = case["world"]
            others = {kind: (kind, rows[kind]) for kind in rows.keys() - USUAL}
            layers = layers_of(**{name: rows[name] for name in USUAL & rows.keys()}, more=others)
            rule = rule_type(type_).model_validate({"id": "case", **case["rule"]})
            assert isinstance(rule, Rule)
            found.append((World(layers, case.get("date")), rule))
    return found


def checked_anew(rule: Rule, option: str, percent: int, world: World) -> float | None:
    """Return how many are without if the plan had said that number: the rule made anew and asked in a world of its own."""
    options: dict[str, Any] = rule.model_dump()
    options[option] = options[option] * percent / 100
    try:
        other = type(rule).model_validate(options)
    except ValueError:
        return None
    short = coverage(other, world).frame
    return math.fsum(short["people_short"].dropna())


def compare(world: World, rules: list[Rule]) -> int:
    """Compare every threshold of these rules at every percentage; return how many figures were compared."""
    by_id = {rule.id: rule for rule in rules}
    apart = World(world.layers, world.date, world.joined_by)
    tried = sensitivity(coverages_of(rules, world), world, anew=True)
    for one in tried:
        expected = [checked_anew(by_id[one.rule_id], one.option, percent, apart) for percent in PERCENT]
        assert one.people == tuple(None if n is None else pytest.approx(n, abs=1e-6) for n in expected), one
    return len(tried) * len(PERCENT)


@pytest.mark.parametrize(
    "type_", ["quota", "reach", "area", "capacity", "detour", "spacing", "interval", "road_standard", "connect"]
)
def test_every_threshold_of_every_small_world_is_as_a_new_check_finds_it(type_):
    assert sum(compare(world, [rule]) for world, rule in cases_of(type_)) > 0


def test_every_threshold_of_the_bundled_town_is_as_a_new_check_finds_it():
    plan = read_plan(ROOT / "examples" / "dongtang" / "plan.yaml")
    world = World(read_layers(plan), plan.settings.date, plan.settings.network)
    rules = [rule for rule in plan.rules if isinstance(rule, Rule)]
    assert compare(world, rules) >= 50


def town() -> tuple[World, list[Rule]]:
    units = [{"id": "U", "population": 60, "box": [-100, -100, 2000, 100]}]
    homes = [{"id": f"H{i}", "people": 10.0 * (i + 1), "at": [450.0 + 50 * i, 0.0]} for i in range(4)]
    clinic = [{"id": "F", "category": "clinic", "status": "working", "at": [0.0, 0.0]}]
    points = [{"id": "K", "category": "school", "at": [0.0, 0.0]}]
    layers = layers_of(units=units, homes=homes, facilities=clinic, points=points, devices=[])
    near = {"id": "near", "type": "reach", "facilities": "clinic", "mode": "straight", "cutoff_m": 500}
    seen = {"id": "seen", "type": "watch", "devices": "lamps", "radius_m": 30}
    rules = [rule_type(options["type"]).model_validate(options) for options in (near, seen)]
    return World(layers), [rule for rule in rules if isinstance(rule, Rule)]


def test_a_threshold_that_is_just_reached_is_met_at_that_percentage():
    world, rules = town()
    near = sensitivity(coverages_of(rules[:1], world), world, anew=False)[0]
    assert (near.option, near.value) == ("cutoff_m", 500.0)
    assert near.people == (100.0, 90.0, 70.0, 40.0, 0.0)  # homes of 10, 20, 30, 40 people at 450, 500, 550 and 600 m


def test_what_takes_a_new_check_is_listed_but_not_tried_unless_the_plan_asks():
    world, rules = town()
    found = coverages_of(rules, world)
    assert [(one.rule_id, len(one.people)) for one in sensitivity(found, world, anew=False)] == [
        ("near", 5),
        ("seen", 0),
    ]
    assert [len(one.people) for one in sensitivity(found, world, anew=True)] == [5, 5]


def test_a_share_above_one_is_no_threshold():
    plan = read_plan(ROOT / "examples" / "dongtang" / "plan.yaml")
    world = World(read_layers(plan), plan.settings.date, plan.settings.network)
    lit = [rule for rule in plan.rules if isinstance(rule, Rule) and rule.type == "along_road"]
    share = next(one for one in sensitivity(coverages_of(lit, world), world, anew=False) if one.option == "share")
    assert share.people[-1] is None
    assert None not in share.people[:-1]
