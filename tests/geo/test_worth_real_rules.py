"""Promise is proof for the rule types themselves: what their repairs promise is what all checks then find."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib.metadata import entry_points

import pytest

from geo.coverage import Coverage, coverage
from geo.projects import Project, merged
from geo.ranking import rank
from geo.rule import Rule
from geo.world import World
from geo.worth import Worth, closed
from layers.layer import Layers
from tests.geo.worlds import (
    layers_of,
    random_facilities,
    random_homes,
    random_points,
    random_roads,
    random_staff,
    random_units,
)

WORLDS = 5
LOOKED_AT = 8  # projects of a world
EXACT = 1e-9


def random_town(rng: random.Random) -> Layers:
    units = random_units(rng)
    lamps = random_points(rng, rng.randint(0, 8))
    states = ["working", "working", "broken", None]
    categories = ["lamp", "lamp", "camera"]
    return layers_of(
        units=units,
        homes=random_homes(rng, units),
        roads=random_roads(rng) or [{"id": "R", "class": "residential", "line": [(0, 0), (250, 0)]}],
        facilities=random_facilities(rng, units),
        devices=[
            {"id": f"L{i}", "category": rng.choice(categories), "status": rng.choice(states), "at": at}
            for i, at in enumerate(lamps)
        ],
        staff=random_staff(rng, units),
        points=[
            {"id": f"K{i}", "category": "entrance", "people": 5, "at": at} for i, at in enumerate(random_points(rng, 3))
        ],
        parcels=[],
    )


def rules_of(rng: random.Random) -> list[Rule]:
    """Return one rule of every installed type, thresholds drawn anew; reach twice."""
    options = {
        "quota": [{"role": "cleaner", "per": rng.choice([200, 500]), "minimum": 1, "severity": "A"}],
        "presence": [{"facilities": "fitness", "at_least": rng.choice([1, 2])}],
        "reach": [
            {"facilities": "fitness", "mode": "walk", "cutoff_m": rng.choice([200, 500])},
            {"facilities": "clinic", "mode": "straight", "cutoff_m": rng.choice([250, 400])},
        ],
        "along_road": [{"radius_m": rng.choice([25, 60]), "share": rng.choice([0.5, 1.0]), "severity": "C"}],
        "watch": [{"devices": "cameras", "radius_m": 50, "at_least": rng.choice([1, 2]), "weight": 0.5}],
    }
    types = {entry.name: entry.load() for entry in entry_points(group="coverplan.rules") if entry.name in options}
    return [
        types[name](id=f"{name}-{i}", type=name, **more)
        for name, variants in options.items()
        for i, more in enumerate(variants)
        if name in types
    ]


def town_and_projects(seed: int) -> tuple[World, dict[str, Coverage], tuple[Project, ...]]:
    rng = random.Random(seed)
    world = World(random_town(rng))
    seen = {rule.id: coverage(rule, world) for rule in rules_of(rng)}
    return (
        world,
        seen,
        merged(project for one in seen.values() for project in one.rule.repairs(one.rule.gaps(one, world), one, world)),
    )


def rechecked(seen: dict[str, Coverage], world: World, done: Sequence[Project]) -> dict[str, tuple[float, float]]:
    changed = world.with_edits(tuple(edit for one in done for edit in one.edits))
    return {id_: closed(before, before.rule.measure(changed)) for id_, before in seen.items()}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_repair_gives_what_it_promises_rule_by_rule(seed):
    world, seen, projects = town_and_projects(seed)
    worth = Worth(seen, projects, world)
    for i in random.Random(seed).sample(range(len(projects)), min(len(projects), LOOKED_AT)):
        project = projects[i]
        gain, proof = worth.gain(i), rechecked(seen, world, [project])
        assert gain.need == pytest.approx(sum(need for need, _ in proof.values()), abs=EXACT), project.id
        for rule_id, (_, people) in proof.items():
            assert dict(gain.served).get(rule_id, 0.0) == pytest.approx(people, abs=EXACT), (project.id, rule_id)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_whole_list_gives_what_it_promises_at_every_line_a_budget_may_draw(seed):
    world, seen, projects = town_and_projects(seed)
    gaps = [gap for one in seen.values() for gap in one.rule.gaps(one, world)]
    rows = rank(projects, seen, gaps, world, budget=random.Random(seed).choice([None, 1e5]))
    for line in {len(rows) // 3, len(rows)}:
        proof = rechecked(seen, world, [row.project for row in rows[:line]])
        assert sum(row.need_closed for row in rows[:line]) == pytest.approx(sum(need for need, _ in proof.values()))
        for rule_id, (_, people) in proof.items():
            promised = sum(dict(row.served).get(rule_id, 0.0) for row in rows[:line])
            assert promised == pytest.approx(people, abs=EXACT), rule_id


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_rule_answers_the_quick_way_for_the_projects_of_all_of_them(seed):
    world, seen, projects = town_and_projects(seed)
    assert [id_ for id_, one in seen.items() if one.rule.adds(projects, one, world) is None] == []
