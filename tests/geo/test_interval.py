from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest
from pydantic import ValidationError

from geo.coverage import coverage
from geo.projects import Project
from geo.rules.along_road import AlongRoad
from geo.rules.interval import Interval
from geo.world import World
from geo.worth import closed
from layers.problems import LayerError
from tests.geo.oracles import interval as oracle
from tests.geo.worlds import STATUSES, Row, layers_of, random_homes, random_units, shuffled

WORLDS = 80
DATE = dt.date(2026, 11, 20)


def rule(**options: object) -> Interval:
    return Interval.model_validate({"id": "I", "type": "interval", **options})


def random_assets(rng: random.Random) -> list[Row]:
    days = (0, 99, 100, 101, 300, 301, 5000, -3)
    some_day = [None, *(DATE - dt.timedelta(days=n) for n in days)]
    return [
        {
            "id": f"A{i}",
            "last": rng.choice(some_day),
            "built": rng.choice(some_day),
            "silt_cm": rng.choice([None, 0, 29, 30, 31, 90]),
            "condition": rng.choice([None, "good", "fair", "bad"]),
            "at": (50 * rng.randint(0, 20), 50 * rng.randint(0, 20)),
        }
        for i in range(rng.randint(1, 6))
    ]


def random_devices(rng: random.Random) -> list[Row]:
    return [
        {
            "id": f"L{i:02d}",
            "status": rng.choice(STATUSES),
            "at": (50 * rng.randint(0, 19) + 3, 50 * rng.randint(0, 19) + 3),
        }
        for i in range(rng.randint(1, 25))
    ]


def town(rng: random.Random) -> tuple[World, list[Row], list[Row], list[Row]]:
    units, assets, devices = random_units(rng), random_assets(rng), random_devices(rng)
    layers = layers_of(
        units=units, homes=random_homes(rng, units), devices=devices, more={"assets": ("assets", assets)}
    )
    return World(layers, DATE), units, assets, devices


def test_days_and_silt_are_judged_as_the_oracle_does():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, _, assets, _ = town(rng)
        asked = {
            "max_days": rng.choice([100, 300]),
            "first_days": rng.choice([None, 100, 300]),
            "max_silt_cm": rng.choice([None, 30]),
        }
        seen = coverage(rule(**asked), world).frame["status"]
        assert seen.to_dict() == oracle.overdue(assets, DATE, **asked), seed


def test_share_that_works_is_judged_as_the_oracle_does():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, units, _, devices = town(rng)
        share = rng.choice(["0.5", "0.8", "0.95", "1"])
        seen = coverage(rule(kind="devices", min_share=share), world).frame["status"]
        assert seen.to_dict() == oracle.working(units, devices, share), seed


def rules_of(rng: random.Random) -> list[Interval]:
    return [
        rule(max_days=100, max_silt_cm=rng.choice([None, 30]), first_days=rng.choice([None, 300])),
        rule(conditions=["good", "fair"]),
        rule(kind="devices", min_share=rng.choice([0.5, 0.9, 1])),
    ]


def test_each_project_closes_its_gap_and_leaves_the_others():
    for seed in range(15):
        rng = random.Random(seed)
        world = town(rng)[0]
        for one in rules_of(rng):
            before = coverage(one, world)
            gaps = {gap.id: gap.place_ids[0] for gap in one.gaps(before, world)}
            projects = one.repairs(one.gaps(before, world), before, world)
            assert sorted(id_ for project in projects for id_ in project.gap_ids) == sorted(gaps)
            for project in projects:
                after = coverage(one, world.with_edits(project.edits)).frame
                mended = before.frame.index == gaps[project.gap_ids[0]]
                assert (after["status"][mended] == "met").all()
                assert after["status"][~mended].tolist() == before.frame["status"][~mended].tolist()


def test_fast_path_says_what_a_full_check_says():
    for seed in range(15):
        rng = random.Random(seed)
        world = town(rng)[0]
        for one in rules_of(rng):
            before = coverage(one, world)
            projects = one.repairs(one.gaps(before, world), before, world)
            adds = one.adds(projects, before, world)
            assert adds is not None
            for i, project in enumerate(projects):
                after = coverage(one, world.with_edits(project.edits)).measured.frame["supplied"].to_numpy(float)
                supplied = before.measured.frame["supplied"].to_numpy(float).copy()
                chosen = adds.project == i
                place = adds.place[adds.cell[chosen]]
                if adds.combine == "min":
                    np.minimum.at(supplied, place, adds.amount[chosen])
                else:
                    np.add.at(supplied, place, adds.amount[chosen])
                assert supplied == pytest.approx(after, nan_ok=True)


def test_all_that_is_asked_for_closes_all_need_whatever_the_order_of_rows():
    for seed in range(10):
        rng = random.Random(seed)
        world = town(rng)[0]
        mixed = World(shuffled(world.layers, seed), DATE)
        for one in rules_of(rng):
            before = coverage(one, world)
            again = coverage(one, mixed)
            assert [gap.id for gap in one.gaps(before, world)] == [gap.id for gap in one.gaps(again, mixed)]
            projects: list[Project] = one.repairs(one.gaps(before, world), before, world)
            after = one.measure(world.with_edits(tuple(edit for p in projects for edit in p.edits)))
            assert closed(before, after)[1] == pytest.approx(before.frame["people_short"].sum())


def test_lamp_put_up_in_a_village_that_is_short_asks_for_a_full_check():
    units = [{"id": "U", "population": 10, "box": (0, 0, 1000, 1000)}]
    lamps = [{"id": "L1", "category": "lamp", "status": "broken", "at": (900, 900)}]
    roads = [{"id": "R", "line": [(0, 0), (100, 0)]}]
    world = World(layers_of(units=units, roads=roads, devices=lamps))
    uptime, lit = rule(kind="devices", min_share=0.5), AlongRoad(id="L", type="along_road")
    seen = coverage(lit, world)
    projects = lit.repairs(lit.gaps(seen, world), seen, world)
    assert uptime.adds(projects, coverage(uptime, world), world) is None


def test_days_need_a_date_and_the_plan_is_told_so():
    world = World(layers_of(homes=[{"people": 1, "at": (0, 0)}], more={"assets": ("assets", [{"at": (0, 0)}])}))
    with pytest.raises(LayerError) as error:
        coverage(rule(max_days=3), world)
    assert [problem.what.in_("zh") for problem in error.value.problems] == [
        "标准“I”要算距上次多少天，但计划没有写明日期。"
    ]


def test_column_that_is_no_date_is_refused():
    world = World(layers_of(homes=[], more={"assets": ("assets", [{"name": "东闸", "at": (0, 0)}])}), DATE)
    for column in ("name", "nothing"):
        with pytest.raises(LayerError):
            coverage(rule(max_days=3, last=column), world)


def test_layer_without_the_day_at_all_is_unknown_and_says_so():
    world = World(layers_of(homes=[], more={"assets": ("assets", [{"at": (0, 0)}])}), DATE)
    seen = coverage(rule(max_days=3), world)
    assert seen.frame["status"].tolist() == ["unknown"]
    assert "有assets类图层没有“last”一列，其各行上次日期不明，为“情况不明”。" in [
        n.in_("zh") for n in seen.measured.notes
    ]


def test_no_asset_is_no_trouble():
    world = World(layers_of(homes=[{"people": 1, "at": (0, 0)}], more={"assets": ("assets", [])}), DATE)
    for options in ({"max_days": 3}, {"conditions": ["good"]}):
        seen = coverage(rule(**options), world)
        assert len(seen.frame) == 0
        assert rule(**options).gaps(seen, world) == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_days": 3, "conditions": ["good"]},
        {"min_share": 0.9},
        {"kind": "devices", "max_days": 3},
        {"kind": "devices", "min_share": 1.1},
    ],
)
def test_options_that_ask_for_nothing_or_two_things_are_refused(options):
    with pytest.raises(ValidationError):
        rule(**options)
