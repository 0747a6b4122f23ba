from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.coverage import coverage
from geo.rules.quota import Quota
from geo.world import World
from layers.problems import LayerError
from tests.geo.oracles import quota as oracle
from tests.geo.worlds import layers_of, random_staff, random_units, shuffled, with_reject

WORLDS = 600


def rule(**options: object) -> Quota:
    return Quota.model_validate({"id": "Q", "type": "quota", "role": "cleaner", "per": 500, **options})


def village(**cells: object) -> dict[str, object]:
    return {"id": "U1", "name": "东村", "population": 1001, "box": (0, 0, 1000, 1000), **cells}


def test_verdicts_are_those_of_the_oracle_on_random_villages():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        units = random_units(rng)
        staff = random_staff(rng, units)
        layers = layers_of(units=units, staff=staff)
        spoilt = [unit["id"] for unit in units if rng.random() < 0.2]
        for unit_id in spoilt:
            layers = with_reject(layers, "staff", unit_id)
        asked = {
            "per": rng.choice([None, 1, 250, 500]),
            "minimum": rng.choice([1, 2]),
            "rounding": rng.choice(["ceil", "floor", "round"]),
        }
        answer = coverage(rule(**asked), World(layers)).frame["status"]
        assert answer.to_dict() == oracle.verdicts(units, staff, role="cleaner", spoilt=spoilt, **asked), seed


def test_list_of_staff_without_numbers_has_one_person_a_row():
    staff = [{"id": f"S{i}", "unit_id": "U1", "role": "cleaner"} for i in range(2)]
    world = World(layers_of(units=[village()], staff=staff))
    found = coverage(rule(), world)
    assert found.frame.loc["U1", ["supplied", "status"]].tolist() == [2.0, "short"]
    assert "图层“staff”没有人数列，按每行一人计。" in [note.in_("zh") for note in found.measured.notes]
    hired = rule().repairs(rule().gaps(found, world), found, world)
    after = coverage(rule(), world.with_edits(hired[0].edits))
    assert after.frame.loc["U1", ["supplied", "status"]].tolist() == [3.0, "met"]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_hiring_what_is_asked_for_closes_every_gap_and_nothing_less_does(rng):
    units = random_units(rng)
    world = World(layers_of(units=units, staff=random_staff(rng, units)))
    quota = rule(minimum=1)
    before = coverage(quota, world)
    for project in quota.repairs(quota.gaps(before, world), before, world):
        after = coverage(quota, world.with_edits(project.edits)).frame
        assert after.loc[project.unit_id, "status"] == "met"
        assert after.loc[project.unit_id, "supplied"] == after.loc[project.unit_id, "required"]
        others = after.index != project.unit_id
        assert after["status"][others].tolist() == before.frame["status"][others].tolist()


def test_short_village_is_without_the_share_of_its_people_that_is_missing():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "U1", "role": "cleaner", "count": 2}]))
    row = coverage(rule(), world).frame.loc["U1"]
    assert (row["required"], row["supplied"], row["shortfall"]) == (3, 2, 1)
    assert row["people_short"] == pytest.approx(1001 / 3)


def test_staff_may_name_their_village_instead_of_giving_its_id():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "东村", "role": "cleaner", "count": 3}]))
    assert coverage(rule(), world).frame["status"].tolist() == ["met"]


def test_staff_of_a_village_nobody_knows_are_noted_and_count_for_none():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "西村", "role": "cleaner", "count": 3}]))
    seen = coverage(rule(), world)
    assert seen.frame["supplied"].tolist() == [0]
    assert [note.in_("zh") for note in seen.measured.notes][:1] == [
        "人员表有 1 行写的村居在村居图层里找不到（例如“西村”），这些人员没有计入任何村居。"
    ]


def test_role_may_be_written_in_chinese():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "U1", "role": "cleaner", "count": 3}]))
    assert coverage(rule(role="保洁员"), world).frame["status"].tolist() == ["met"]


def test_role_that_is_nobodys_is_refused_rather_than_found_missing_everywhere():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "U1", "role": "cleaner", "count": 3}]))
    with pytest.raises(LayerError):
        coverage(rule(role="claener"), world)


def test_empty_staff_layer_leaves_every_village_short_and_says_so():
    world = World(layers_of(units=[village()], staff=[]))
    seen = coverage(rule(), world)
    assert seen.frame["status"].tolist() == ["short"]
    assert "no staff row has the role cleaner" in str(seen.measured.notes[0])


def test_missing_staff_layer_is_an_error():
    with pytest.raises(LayerError, match="no layer of kind staff at all"):
        coverage(rule(), World(layers_of(units=[village()])))


def test_no_village_at_all_gives_an_empty_answer():
    world = World(layers_of(units=[], staff=[]))
    seen = coverage(rule(), world)
    assert len(seen.frame) == 0
    assert rule().gaps(seen, world) == []


def test_where_keeps_only_some_villages():
    units = [village(category="town"), village(id="U2", category="rural", box=(1000, 0, 2000, 1000))]
    world = World(layers_of(units=units, staff=[]))
    assert coverage(rule(where="category == 'rural'"), world).frame.index.tolist() == ["U2"]


def test_rule_that_asks_for_nothing_is_refused():
    with pytest.raises(ValidationError, match=r"neither per nor minimum"):
        Quota(id="Q", type="quota")


def test_gap_says_how_many_there_are_and_should_be():
    world = World(layers_of(units=[village()], staff=[{"unit_id": "U1", "role": "cleaner", "count": 2}]))
    (gap,) = rule().gaps(coverage(rule(), world), world)
    assert gap.reason.in_("zh") == "东村有保洁员 2 名，应有 3 名"
    assert str(gap.reason) == "东村 has 2 of the 3 it should have (cleaner)"


def test_shuffled_rows_give_the_same_gaps_and_projects():
    rng = random.Random(5)
    units = random_units(rng, 4)
    layers = layers_of(units=units, staff=random_staff(rng, units))
    found = []
    for world in (World(layers), World(shuffled(layers, 1))):
        seen = coverage(rule(), world)
        gaps = rule().gaps(seen, world)
        found.append(([gap.id for gap in gaps], [one.id for one in rule().repairs(gaps, seen, world)]))
    assert found[0] == found[1]
