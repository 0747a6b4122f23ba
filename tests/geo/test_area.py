from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from pydantic import ValidationError

from geo.coverage import coverage
from geo.rules.area import Area
from geo.world import World
from geo.worth import closed
from tests.geo.oracles import area as oracle
from tests.geo.worlds import STATUSES, Row, layers_of, random_units, shuffled, with_reject

WORLDS = 60


def rule(**options: object) -> Area:
    given = {"facilities": ["park", "school"], "opening": {"学校": 0.25}, "per_person_m2": 4}
    return Area.model_validate({"id": "A", "type": "area", **given, **options})


def random_grounds(rng: random.Random, units: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for i in range(rng.randint(0, 6)):
        x, y = 50 * rng.randint(1, 18), 50 * rng.randint(1, 18)
        place: Row = {"at": (x, y)} if rng.random() < 0.5 else {"box": (x, y, x + 40, y + 50)}
        row = {"id": f"F{i}", "category": rng.choice(["park", "school", "court"]), "status": rng.choice(STATUSES)}
        size = rng.choice([None, 0, 1996, 2000, 4000, 8000])
        rows.append({**row, "unit_id": rng.choice(units)["id"], "area_m2": size, **place})
    return rows


def town(rng: random.Random) -> tuple[World, list[Row], list[Row]]:
    units = random_units(rng)
    grounds = random_grounds(rng, units)
    parcels = [
        {"id": f"P{i}", "area_m2": rng.choice([300, 400, 900]), "at": (50 * rng.randint(1, 19), 505)}
        for i in range(rng.randint(0, 3))
    ]
    homes = [{"id": "H1", "people": 3, "at": (120, 130)}, {"id": "H2", "people": 9, "at": (880, 130)}]
    layers = layers_of(units=units, homes=homes, facilities=grounds, parcels=parcels)
    return World(layers), units, grounds


def test_verdicts_are_those_of_the_oracle():
    shares = {"park": Fraction(1), "school": Fraction(1, 4)}
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, units, grounds = town(rng)
        units = [unit if unit["population"] is not None else {**unit, "population": 0} for unit in units]
        world = World(layers_of(units=units, facilities=grounds))
        spoilt = [unit["id"] for unit in units if rng.random() < 0.1]
        for unit_id in spoilt:
            world = World(with_reject(world.layers, "facilities", unit_id))
        seen = coverage(rule(), world).frame["status"]
        wanted = oracle.verdicts(units, grounds, shares=shares, per_person_m2=4, spoilt=spoilt)
        assert seen.to_dict() == wanted, seed


def test_projects_of_a_village_together_close_its_gap_with_less_than_a_lot_to_spare():
    for seed in range(15):
        rng = random.Random(seed)
        world = town(rng)[0]
        one = rule(facilities="park")
        before = coverage(one, world)
        gaps = one.gaps(before, world)
        projects = one.repairs(gaps, before, world)
        assert {id_ for project in projects for id_ in project.gap_ids} == {gap.id for gap in gaps}
        after = coverage(one, world.with_edits(tuple(edit for p in projects for edit in p.edits)))
        short = before.frame["status"] == "short"
        spare = (after.frame["supplied"] - after.frame["required"])[short]
        assert (after.frame["status"][short] == "met").all()
        assert ((spare >= 0) & (spare < 400)).all()
        assert after.frame["supplied"][~short].tolist() == before.frame["supplied"][~short].tolist()


def test_no_parcel_is_given_more_than_it_holds():
    for seed in range(15):
        world = town(random.Random(seed))[0]
        one = rule(facilities="park")
        before = coverage(one, world)
        held = world.layers["parcels"].frame
        for project in one.repairs(one.gaps(before, world), before, world):
            built = project.edits[0].add
            assert built is not None
            on = held[held.geometry.to_numpy() == built.geometry.iloc[0]]
            assert on.empty or built["area_m2"].iloc[0] <= on["area_m2"].max()


def test_fast_path_says_what_a_full_check_says():
    for seed in range(15):
        world = town(random.Random(seed))[0]
        one = rule(facilities=["park", "facilities"])
        before = coverage(one, world)
        projects = one.repairs(one.gaps(before, world), before, world)
        adds = one.adds(projects, before, world)
        assert adds is not None
        for i, project in enumerate(projects):
            after = one.measure(world.with_edits(project.edits)).frame["supplied"].to_numpy(float)
            supplied = before.frame["supplied"].to_numpy(float).copy()
            np.add.at(supplied, adds.place[adds.cell[adds.project == i]], adds.amount[adds.project == i])
            assert supplied == pytest.approx(after)


def test_order_of_rows_changes_nothing_and_all_projects_close_all_need():
    for seed in range(10):
        world = town(random.Random(seed))[0]
        mixed = World(shuffled(world.layers, seed))
        before, again = coverage(rule(), world), coverage(rule(), mixed)
        assert before.frame.drop(columns="geometry").equals(again.frame.drop(columns="geometry"))
        projects = rule().repairs(rule().gaps(before, world), before, world)
        assert [p.id for p in projects] == [p.id for p in rule().repairs(rule().gaps(again, mixed), again, mixed)]
        after = rule().measure(world.with_edits(tuple(edit for p in projects for edit in p.edits)))
        assert closed(before, after)[1] == pytest.approx(before.frame["people_short"].sum())


def test_lots_on_a_parcel_cost_as_many_times_one():
    units = [{"id": "U", "name": "东村", "population": 300, "box": (0, 0, 1000, 1000)}]
    parcels = [{"id": "P1", "area_m2": 9800, "at": (100, 100)}]
    world = World(layers_of(units=units, facilities=[], parcels=parcels))
    one = rule(facilities="park", cost={"low": 1, "mid": 2, "high": 3})
    seen = coverage(one, world)
    gap = one.gaps(seen, world)[0]
    (project,) = one.repairs([gap], seen, world)
    assert (project.cost_low, project.cost_mid, project.cost_high) == (3, 6, 9)
    assert gap.reason.in_("zh") == "东村有公园 0 平方米，应有 1,200 平方米"


def test_category_that_is_never_open_has_no_project():
    world = World(layers_of(units=[{"id": "U", "population": 300, "box": (0, 0, 1000, 1000)}], facilities=[]))
    one = rule(facilities="school", opening={"school": 0})
    seen = coverage(one, world)
    gaps = one.gaps(seen, world)
    assert one.repairs(gaps, seen, world) == []
    assert "没有候选项目" in gaps[0].reason.in_("zh")


@pytest.mark.parametrize("options", [{"per_person_m2": 0}, {"opening": {"school": 1.5}}])
def test_options_out_of_bounds_are_refused(options):
    with pytest.raises(ValidationError):
        rule(**options)
