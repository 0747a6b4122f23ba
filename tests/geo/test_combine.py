from __future__ import annotations

import random

import pytest
from pydantic import ValidationError

from geo.coverage import Coverage, coverage
from geo.projects import Project
from geo.rule import Rule
from geo.rules.combine import Combine
from geo.world import World
from geo.worth import Worth, closed
from layers.planschema import json_schema
from layers.problems import LayerError
from tests.geo.oracles import combine as oracle
from tests.geo.oracles import presence as presence_oracle
from tests.geo.oracles import quota as quota_oracle
from tests.geo.oracles import reach as reach_oracle
from tests.geo.worlds import (
    layers_of,
    random_facilities,
    random_homes,
    random_points,
    random_roads,
    random_staff,
    random_units,
)

WORLDS = 64  # of which every eighth is looked at in full
COST = {"low": 1000, "mid": 2000, "high": 3000}
ONE_EACH = {"type": "presence", "facilities": "fitness"}
NEAR = {"type": "reach", "facilities": "fitness", "cutoff_m": 300, "max_snap_m": 200}
STAFF = {"type": "quota", "role": "cleaner", "per": 500, "minimum": 1}
LIT = {"type": "along_road", "radius_m": 60}


def rule(sign: str, *parts: dict[str, object], **more: object) -> Combine:
    return Combine.model_validate({"id": "C", "type": "combine", "cost": COST, sign: list(parts), **more})


def town(rng: random.Random) -> tuple[World, dict[str, list]]:
    units = random_units(rng)
    rows = {
        "units": units,
        "homes": random_homes(rng, units),
        "roads": random_roads(rng),
        "facilities": random_facilities(rng, units),
        "staff": random_staff(rng, units),
    }
    lamps = [
        {"id": f"L{i}", "category": "lamp", "status": rng.choice(["working", None]), "at": at}
        for i, at in enumerate(random_points(rng, 6))
    ]
    return World(layers_of(**rows, devices=lamps)), rows  # type: ignore[arg-type]


def parts_and_answers(rng: random.Random, rows: dict[str, list]) -> tuple[list, list[dict], list[dict]]:
    """Return some parts, and what each one's own oracle says: of homes, and of villages."""
    parts, of_homes, of_villages = [], [], []
    for kind in rng.sample(["presence", "reach", "quota", "reach"], rng.randint(2, 4)):
        category = rng.choice(["fitness", "clinic"])
        if kind == "presence":
            parts.append({**ONE_EACH, "facilities": category})
            of_villages.append(
                presence_oracle.verdicts(rows["units"], rows["facilities"], category=category, at_least=1)
            )
        elif kind == "quota":
            parts.append(STAFF)
            asked = {"role": "cleaner", "per": 500, "minimum": 1, "rounding": "ceil"}
            of_villages.append(quota_oracle.verdicts(rows["units"], rows["staff"], spoilt=[], **asked))
        else:
            cutoff = rng.choice([100.0, 300.0, 600.0])
            parts.append({**NEAR, "facilities": category, "cutoff_m": cutoff})
            found = reach_oracle.verdicts(
                rows["homes"], rows["facilities"], rows["roads"], category=category, cutoff=cutoff, max_snap_m=200
            )
            of_homes.append({id_: status for id_, (status, _) in found.items()})
    return parts, of_homes, of_villages


def test_verdicts_are_those_of_the_oracle_on_random_towns():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, rows = town(rng)
        parts, of_homes, of_villages = parts_and_answers(rng, rows)
        sign = rng.choice(["all", "any"])
        found = coverage(rule(sign, *parts), world).frame["status"].to_dict()
        expected = oracle.verdicts(rows["homes"], rows["units"], of_homes=of_homes, of_villages=of_villages, sign=sign)
        assert found == expected, seed


def some_rule(rng: random.Random) -> Combine:
    parts = rng.sample([ONE_EACH, NEAR, STAFF, {**NEAR, "facilities": "clinic"}, {**ONE_EACH, "at_least": 2}, LIT], 2)
    return rule(rng.choice(["all", "any"]), *parts)


def looked_at(rng: random.Random) -> tuple[World, Coverage, list, list[Project]]:
    world, _ = town(rng)
    seen = coverage(some_rule(rng), world)
    gaps = seen.rule.gaps(seen, world)
    return world, seen, gaps, seen.rule.repairs(gaps, seen, world)


def test_every_short_place_is_in_one_gap_and_every_gap_has_a_project_or_a_reason():
    for seed in range(WORLDS // 8):
        _, seen, gaps, projects = looked_at(random.Random(seed))
        short = seen.frame.index[seen.frame["status"] == "short"].tolist()
        assert sorted(id_ for gap in gaps for id_ in gap.place_ids) == short, seed
        assert len({gap.id for gap in gaps}) == len(gaps)
        named = {id_ for project in projects for id_ in project.gap_ids}
        assert named <= {gap.id for gap in gaps}
        for gap in gaps:
            assert gap.id in named or "no site near by" in str(gap.reason), (seed, str(gap.reason))


def test_each_project_gives_what_it_promises_and_so_do_all_of_them():
    for seed in range(WORLDS // 8):
        world, seen, _, projects = looked_at(random.Random(seed))
        if not projects:
            continue
        worth = Worth({"C": seen}, projects, world)
        for i, project in enumerate(projects[:6]):
            gain = worth.gain(i)
            need, people = closed(seen, seen.rule.measure(world.with_edits(project.edits)))
            assert (gain.need, gain.people) == pytest.approx((need, people), abs=1e-9), (seed, project.id)
        total = [0.0, 0.0]
        for i in range(len(projects)):
            gain = worth.gain(i)
            total = [total[0] + gain.need, total[1] + gain.people]
            worth.take(i)
        edits = tuple(edit for project in projects for edit in project.edits)
        assert tuple(total) == pytest.approx(closed(seen, seen.rule.measure(world.with_edits(edits))), abs=1e-9), seed


def test_all_projects_done_leave_only_what_nothing_can_be_built_for():
    for seed in range(WORLDS // 8):
        world, seen, gaps, projects = looked_at(random.Random(seed))
        edits = tuple(edit for project in projects for edit in project.edits)
        after = coverage(seen.rule, world.with_edits(edits)).frame["status"]
        for gap in gaps:
            left = [id_ for id_ in gap.place_ids if after[id_] == "short"]
            assert not left or "no site near by" in str(gap.reason), (seed, str(gap.reason))


def test_rule_with_itself_is_itself_and_one_more_part_never_helps_under_all_nor_harms_under_any():
    rank = {"short": 0, "unknown": 1, "met": 2}
    for seed in range(WORLDS // 8):
        world, _ = town(random.Random(seed))
        alone = coverage(rule("all", NEAR, NEAR), world).frame["status"].map(rank).astype(int)
        assert alone.tolist() == coverage(rule("any", NEAR, NEAR), world).frame["status"].map(rank).astype(int).tolist()
        assert (coverage(rule("all", NEAR, NEAR, STAFF), world).frame["status"].map(rank).astype(int) <= alone).all()
        assert (coverage(rule("any", NEAR, NEAR, STAFF), world).frame["status"].map(rank).astype(int) >= alone).all()


def test_people_count_once_however_many_parts_fail():
    rows = {
        "units": [{"id": "U", "population": 70, "box": (0, 0, 1000, 1000)}],
        "homes": [{"id": "H", "people": 7, "at": (10, 10)}],
        "roads": [{"id": "R", "class": "residential", "line": [(0, 0), (1000, 0)]}],
        "facilities": [],
        "staff": [],
    }
    seen = coverage(rule("all", ONE_EACH, NEAR, STAFF), World(layers_of(**rows)))  # type: ignore[arg-type]
    assert seen.frame.loc["H", ["required", "supplied", "people_short"]].tolist() == [3, 0, 7]
    (gap,) = seen.rule.gaps(seen, World(layers_of(**rows)))  # type: ignore[arg-type]
    assert gap.people == 7
    assert all(f"part {number}: " in str(gap.reason) for number in (1, 2, 3))


def test_part_on_roads_speaks_for_the_village_they_are_in():
    units = [
        {"id": id_, "population": 10, "box": (x, 0, x + 1000, 1000)} for id_, x in (("A", 0), ("B", 1000), ("C", 2000))
    ]
    roads = [
        {"id": "RA", "class": "residential", "lit_required": True, "line": [(100, 500), (300, 500)]},
        {"id": "RB", "class": "residential", "lit_required": True, "line": [(1100, 500), (1220, 500)]},
    ]
    lamps = [{"id": "L", "category": "lamp", "status": "working", "at": (1160, 500)}]
    staff = [{"id": f"S{id_}", "unit_id": id_, "role": "cleaner", "count": 1} for id_ in "ABC"]
    world = World(layers_of(units=units, roads=roads, devices=lamps, staff=staff, homes=[]))
    frame = coverage(rule("all", STAFF, LIT), world).frame
    assert frame["status"].to_dict() == {"A": "short", "B": "met", "C": "met"}
    assert frame["required"].to_dict() == {"A": 2, "B": 2, "C": 1}


def test_parts_take_cost_and_severity_from_the_whole_unless_they_have_their_own():
    whole = rule("all", ONE_EACH, {**NEAR, "cost": {"low": 1, "mid": 1, "high": 1}}, severity="A")
    first, second = whole.inner
    assert (first.cost.mid, second.cost.mid, first.severity, first.id) == (2000, 1, "A", "C.1")  # type: ignore[union-attr]


def test_rules_may_be_nested_and_are_written_down_with_all_their_options():
    whole = rule("any", {"type": "combine", "all": [ONE_EACH, NEAR]}, STAFF)
    again = Combine.model_validate(whole.model_dump(mode="json"))
    assert again == whole
    assert whole.model_dump(mode="json")["any"][0]["all"][1]["cutoff_m"] == 300
    world, _ = town(random.Random(1))
    assert isinstance(coverage(whole, world).rule, Rule)


@pytest.mark.parametrize("options", [{}, {"all": [ONE_EACH]}, {"all": [ONE_EACH, NEAR], "any": [ONE_EACH, NEAR]}])
def test_either_all_or_any_is_given_with_two_parts_at_the_least(options):
    with pytest.raises(ValidationError, match="either all or any"):
        Combine.model_validate({"id": "C", "type": "combine", **options})


def test_faults_of_all_parts_are_told_together():
    world = World(layers_of(units=[{"id": "U", "population": 1, "box": (0, 0, 10, 10)}]))
    with pytest.raises(LayerError) as caught:
        coverage(rule("all", ONE_EACH, STAFF), world)
    assert len(caught.value.problems) == 2


def test_schema_offers_every_type_as_a_part():
    parts = json_schema()["$defs"]["Part"]["anyOf"]
    assert {"quota", "reach", "combine"} <= {part["properties"]["type"]["const"] for part in parts}
    assert not any("id" in part["required"] for part in parts)
