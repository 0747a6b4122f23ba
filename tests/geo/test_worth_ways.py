"""Roads and chains among other projects: what each adds, in any order, is what all checks find when they are run again."""

from __future__ import annotations

import random

import pytest

from geo.coverage import Coverage, coverage
from geo.nearer import Nearer
from geo.rules.chain import Chain
from geo.rules.connect import Connect
from geo.rules.detour import Detour
from geo.rules.reach import Reach
from geo.sums import Sums
from geo.tallies import Kept, Mixed, Tried, Worlds, tally_of
from geo.world import World
from tests.geo.test_detour import random_town
from tests.geo.worlds import layers_of
from tests.geo.worthsteps import all_projects, any_order

WORLDS = 8
STEPS = 6


def rules_of() -> list[Detour | Chain | Connect | Reach]:
    stages = [
        {"facilities": "waste", "mode": "walk", "within_m": 250},
        {"facilities": "depot", "mode": "drive", "within_m": 500},
    ]
    return [
        Detour(id="D", type="detour", facilities="school", ratio=1.5, extra_m=150, max_link_m=300),
        Reach(id="R", type="reach", facilities="school", cutoff_m=200),
        Reach(id="M", type="reach", facilities="school", cutoff_min=0.5, mode="drive", severity="A"),
        Reach(id="S", type="reach", facilities="waste", cutoff_m=150, mode="straight", severity="C"),
        Reach(id="W", type="reach", facilities="waste", cutoff_m=100, severity="C"),
        Chain.model_validate({"id": "C", "type": "chain", "kg_per_person_day": 0.5, "stages": stages}),
        Connect(id="RD", type="connect", settlements="demand", to="school", surfaces=("hard",)),
    ]


def town(seed: int) -> tuple[World, dict[str, Coverage]]:
    rng = random.Random(seed)
    rows = random_town(rng)
    bins = [
        {"id": f"B{i}", "category": rng.choice(["waste", "depot"]), "status": "working", "capacity": 3, "per_day": 1,
         "at": (rng.uniform(0, 600), rng.uniform(0, 600))}
        for i in range(rng.randint(0, 3))
    ]  # fmt: skip
    roads = [{**road, "surface": rng.choice(["asphalt", "dirt"])} for road in rows["roads"]]
    river = [{"id": "W", "name": "青河", "line": [(-100, 310), (700, 290)]}]
    more = {"watercourses": ("watercourses", river)}
    facilities = [*rows["facilities"], *bins]
    world = World(layers_of(units=[], homes=rows["homes"], roads=roads, facilities=facilities, more=more))
    return world, {rule.id: coverage(rule, world) for rule in rules_of()}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_each_step_of_any_order_gives_what_a_run_of_all_checks_finds(seed):
    world, seen = town(seed)
    for project, gain, before, after in any_order(world, seen, seed, STEPS):
        needed = sum(after[id_][0] - before[id_][0] for id_ in seen)
        assert gain.need == pytest.approx(needed, abs=1e-6), (seed, project.id)
        for id_, people in gain.served:
            assert people == pytest.approx(after[id_][1] - before[id_][1], abs=1e-6), (seed, id_, project.id)


def test_only_projects_that_move_ways_are_tried_out_again():
    kinds = set()
    for seed in range(WORLDS):
        world, seen = town(seed)
        projects = all_projects(seen, world)
        worlds = Worlds(world, projects)
        tallies = {id_: tally_of(one, worlds) for id_, one in seen.items()}
        movers = [projects[i].action for i in worlds.movers]
        assert set(movers) <= {"build_link", "build_bridge"}
        kinds |= {type(tally) for tally in tallies.values()}
        assert isinstance(tallies["R"], (Mixed, Nearer) if movers else Sums)
    assert kinds == {Kept, Mixed, Nearer, Sums, Tried}
