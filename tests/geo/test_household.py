from __future__ import annotations

import random

import numpy as np
import pytest

from geo.coverage import Coverage, coverage
from geo.rules.household import Household
from geo.world import World
from geo.worth import closed
from tests.geo.oracles import household as oracle
from tests.geo.worlds import Row, layers_of, random_units, shuffled, with_reject

WORLDS = 150  # the 121st has a blank that cannot be enough
NUMBERS = ("required", "supplied", "shortfall", "people")


def rule(**options: object) -> Household:
    return Household.model_validate({"id": "H", "type": "household", **options})


def random_lists(rng: random.Random, units: list[Row]) -> list[Row]:
    counts = (0, 1, 2, 3, 4, 5, 6, 8, 12)
    return [
        {
            "id": f"L{i}",
            "unit_id": unit["id"],
            "programme": "retrofit",
            "eligible": rng.choice([*counts, None] if rng.random() < 0.2 else counts),
            "done": rng.choice([*counts, None] if rng.random() < 0.2 else counts),
        }
        for i, unit in enumerate(unit for unit in units for _ in range(rng.randint(0, 2)))
    ]


def town(rng: random.Random) -> tuple[World, list[Row], list[Row]]:
    units = random_units(rng)
    rows = random_lists(rng, units)
    return World(layers_of(units=units, more={"lists": ("households", rows)})), units, rows


def test_verdicts_are_those_of_the_oracle_however_much_is_coarsened():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, units, rows = town(rng)
        seen = coverage(rule(suppress_below=rng.choice([1, 5, 10])), world).frame["status"]
        assert seen.to_dict() == oracle.verdicts(units, rows), seed


def test_no_number_that_leaves_the_rule_is_a_small_one():
    for seed in range(WORLDS):
        world = town(random.Random(seed))[0]
        seen = coverage(rule(), world)
        gaps = rule().gaps(seen, world)
        projects = rule().repairs(gaps, seen, world)
        numbers = [*seen.frame[list(NUMBERS)].to_numpy(float).ravel(), *(gap.amount for gap in gaps)]
        numbers += [project.amount for project in projects]
        assert not [number for number in numbers if 0 < number < 5], seed


def test_each_project_closes_its_village_and_the_fast_path_agrees():
    for seed in range(60):
        world = town(random.Random(seed))[0]
        before = coverage(rule(), world)
        projects = rule().repairs(rule().gaps(before, world), before, world)
        adds = rule().adds(projects, before, world)
        assert adds is not None
        for i, project in enumerate(projects):
            after = coverage(rule(), world.with_edits(project.edits))
            assert after.frame.loc[project.unit_id, "status"] == "met"
            supplied = before.frame["supplied"].to_numpy(float).copy()
            np.add.at(supplied, adds.place[adds.cell[adds.project == i]], adds.amount[adds.project == i])
            assert supplied == pytest.approx(after.frame["supplied"].to_numpy(float))
        done = world.with_edits(tuple(edit for project in projects for edit in project.edits))
        assert closed(before, rule().measure(done))[1] == pytest.approx(before.frame["people_short"].sum())


def test_order_of_rows_changes_nothing():
    for seed in range(20):
        world = town(random.Random(seed))[0]
        mixed = World(shuffled(world.layers, seed))
        before, again = coverage(rule(), world), coverage(rule(), mixed)
        assert before.frame.drop(columns="geometry").equals(again.frame.drop(columns="geometry"))


def one_village(**cells: object) -> Coverage:
    rows = [{"id": "L1", "unit_id": "U1", **cells}]
    units = [{"id": "U1", "name": "东村", "box": (0, 0, 1000, 1000)}]
    return coverage(rule(), World(layers_of(units=units, more={"lists": ("households", rows)})))


def test_what_is_said_of_small_numbers_names_no_number():
    seen = one_village(programme="retrofit", eligible=10, done=8)
    gap = rule().gaps(seen, World(layers_of(units=[])))[0]
    assert gap.reason.in_("zh") == "东村还有 5 户以内未办（入户服务，户数从略）"
    assert "少于 5 户的按 5 户计" in seen.measured.notes[0].in_("zh")


def test_households_without_people_count_one_each_and_a_note_says_so():
    seen = one_village(eligible=30, done=0)
    assert seen.frame["people_short"].tolist() == [30]
    assert [note.in_("zh") for note in seen.measured.notes] == ["入户名单没有写明全部人数，每户按一人计算。"]


def test_row_that_was_rejected_leaves_its_village_unknown():
    units = [{"id": "U1", "box": (0, 0, 1000, 1000)}]
    rows = [{"unit_id": "U1", "eligible": 10, "done": 10}]
    layers = with_reject(layers_of(units=units, more={"lists": ("households", rows)}), "lists", "U1")
    assert coverage(rule(), World(layers)).frame["status"].tolist() == ["unknown"]


def test_edit_of_some_rows_of_a_village_asks_for_a_full_check():
    units = [{"id": "U1", "box": (0, 0, 1000, 1000)}]
    rows = [{"id": f"L{i}", "unit_id": "U1", "programme": p, "eligible": 9, "done": 0} for i, p in enumerate("ab")]
    world = World(layers_of(units=units, more={"lists": ("households", rows)}))
    one = rule(programme="a")
    seen = coverage(one, world)
    projects = one.repairs(one.gaps(seen, world), seen, world)
    assert rule().adds(projects, coverage(rule(), world), world) is None
