"""Promise is proof: what a project is said to add is what a second check finds with its edits applied."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from geo.coverage import Coverage, coverage
from geo.projects import Project
from geo.rule import Rule
from geo.world import World
from geo.worth import Gain, Worth, closed
from tests.geo.tiny_rules import (
    Helpers,
    Lit,
    Near,
    facility,
    helpers,
    lamp,
    project,
    random_layers,
    random_projects,
    three_rules,
)
from tests.geo.worlds import layers_of

WORLDS = 10  # each with half a dozen projects
EXACT = 1e-9


def coverages_of(rules: Sequence[Rule], world: World) -> dict[str, Coverage]:
    return {rule.id: coverage(rule, world) for rule in rules}


def with_done(world: World, done: Sequence[Project]) -> World:
    return world.with_edits(tuple(edit for one in done for edit in one.edits))


def rechecked(before: dict[str, Coverage], world: World, done: Sequence[Project]) -> dict[str, tuple[float, float]]:
    """Return need closed and people served for each rule by running every check again with those projects done."""
    changed = with_done(world, done)
    return {id_: closed(seen, seen.rule.measure(changed)) for id_, seen in before.items()}


def same(gain: Gain, proof: dict[str, tuple[float, float]]) -> bool:
    served = dict(gain.served)
    people = all(served.get(id_, 0.0) == pytest.approx(both[1], abs=EXACT) for id_, both in proof.items())
    return people and gain.need == pytest.approx(sum(both[0] for both in proof.values()), abs=EXACT)


@pytest.mark.parametrize("is_quick", [True, False])
def test_promise_of_every_project_is_what_a_second_check_finds(is_quick):
    for seed in range(WORLDS if is_quick else 3):
        rng = random.Random(seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 6)
        before = coverages_of(three_rules(is_quick=is_quick), world)
        worth = Worth(before, projects, world)
        for i, one in enumerate(projects):
            assert same(worth.gain(i), rechecked(before, world, [one])), (seed, one.id)


@pytest.mark.parametrize("is_quick", [True, False])
def test_promises_in_any_order_add_up_to_what_a_check_of_all_of_them_finds(is_quick):
    for seed in range(WORLDS if is_quick else 3):
        rng = random.Random(1000 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 7)
        before = coverages_of(three_rules(is_quick=is_quick), world)
        worth, order = Worth(before, projects, world), rng.sample(range(7), 7)
        need, people = 0.0, 0.0
        for k, i in enumerate(order):
            gain = worth.gain(i)
            worth.take(i)
            need, people = need + gain.need, people + gain.people
            if k not in (1, 6):
                continue
            proof = rechecked(before, world, [projects[j] for j in order[: k + 1]])
            assert need == pytest.approx(sum(both[0] for both in proof.values()), abs=EXACT), seed
            assert people == pytest.approx(sum(both[1] for both in proof.values()), abs=EXACT), seed


def test_quick_way_and_re_run_agree_whatever_was_done_before():
    for seed in range(3):
        rng = random.Random(2000 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 5)
        quick, slow = (
            Worth(coverages_of(three_rules(is_quick=is_quick), world), projects, world) for is_quick in (True, False)
        )
        left = rng.sample(range(5), 5)
        while left:
            for j in left:
                one, other = quick.gain(j), slow.gain(j)
                assert one.need == pytest.approx(other.need, abs=EXACT)
                assert one.safety_need == pytest.approx(other.safety_need, abs=EXACT)
                assert one.people == pytest.approx(other.people, abs=EXACT)
            i = left.pop()
            quick.take(i)
            slow.take(i)


def test_taking_a_project_names_every_project_whose_gain_it_changes():
    for seed in range(WORLDS):
        rng = random.Random(3000 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 8)
        worth = Worth(coverages_of(three_rules(), world), projects, world)
        for i in rng.sample(range(8), 4):
            earlier = [worth.gain(j) for j in range(8)]
            named = set(worth.take(i).stale.tolist())
            assert all(worth.gain(j) == earlier[j] for j in range(8) if j not in named), seed


def homes_in_a_row(count: int) -> World:
    homes = [{"id": f"H{i}", "people": 10, "at": (1000 * i, 0)} for i in range(count)]
    return World(layers_of(units=[], homes=homes, facilities=[], staff=[], devices=[], roads=[]))


def test_two_copies_of_a_project_give_the_gain_of_one():
    world = homes_in_a_row(3)
    copies = [project(f"P{i}", [facility("facilities", f"F{i}", (0, 0))], cost=1e4) for i in range(2)]
    worth = Worth(coverages_of([Near(id="near", type="near")], world), copies, world)
    assert worth.gain(0).people == worth.gain(1).people == 10
    worth.take(0)
    assert worth.gain(1) == Gain(0.0, 0.0, (("near", 0.0),), 0.0)


def test_a_lamp_that_two_projects_put_up_lights_its_cell_once():
    people = {f"cell{k}": 2 for k in range(6)}
    layers = layers_of(
        roads=[{"id": "R0", "line": [(0, 0), (60, 0)], **people}],
        devices=[{"id": "L0", "road": "R0", "cell": 0, "at": (0, 0)}],
    )
    both = [project("P0", [lamp("new0", "R0", 3)], cost=1e4), project("P1", [lamp("new1", "R0", 3)], cost=1e4)]
    worth = Worth(coverages_of([Lit(id="lit", type="lit", share=1)], World(layers)), both, World(layers))
    assert (worth.gain(0).need, worth.gain(0).people) == (pytest.approx(2 * 12 / 6), 2)
    worth.take(0)
    assert (worth.gain(1).need, worth.gain(1).people) == (0, 0)


def test_nobody_is_promised_anything_where_it_is_not_known_whether_there_is_a_gap():
    units = [{"id": "U0", "name": "甲", "population": 100, "box": (0, 0, 1, 1)}]
    staff = [{"unit_id": "U0", "role": "helper", "count": None}]
    layers = layers_of(units=units, staff=staff, facilities=[], homes=None)
    world, hire = World(layers), project("P", [helpers("new", "U0", 2)], cost=1e4)
    worth = Worth(coverages_of([Helpers(id="helpers", type="helpers")], world), [hire], world)
    assert worth.gain(0) == Gain(0.0, 0.0, (), 0.0)


def test_need_is_people_times_the_share_missing_times_severity_and_weight():
    units = [{"id": "U0", "name": "甲", "population": 100, "box": (0, 0, 1, 1)}]
    layers = layers_of(units=units, staff=[], facilities=[])
    world = World(layers)
    hire = project("P", [helpers("new", "U0", 1)], cost=1e4)
    for severity, weight in (("A", 4), ("B", 2), ("C", 1)):
        rule = Helpers(id="helpers", type="helpers", due=4, severity=severity, weight=0.5)
        gain = Worth(coverages_of([rule], world), [hire], world).gain(0)
        assert gain.need == 0.5 * weight * 100 / 4
        assert gain.safety_need == (gain.need if severity == "A" else 0)
        assert gain.people == 25
