"""Roads mended, linked and led elsewhere: what each project adds, in any order, is what a full check finds."""

from __future__ import annotations

import random

import pytest

from geo.coverage import Coverage, coverage
from geo.rule import Rule
from geo.rules.connect import Connect
from geo.rules.detour import Detour
from geo.rules.reach import Reach
from geo.rules.road_standard import RoadStandard
from geo.tallies import Kept, Worlds, tally_of
from geo.world import World
from tests.geo.test_road_standard import random_town
from tests.geo.worlds import layers_of
from tests.geo.worthsteps import any_order

WORLDS = 25
STEPS = 10


def rules_of(rng: random.Random) -> list[Rule]:
    standard = {"type": "road_standard", "to": "hospital"}
    return [
        RoadStandard.model_validate({"id": "S", **standard, "surfaces": ["hard"], "min_width_m": rng.choice([3.5, 4.5])}),
        RoadStandard.model_validate({"id": "W", **standard, "min_width_m": rng.choice([4.0, 6.0, 7.0]), "severity": "C"}),
        RoadStandard.model_validate({"id": "P", **standard, "min_width_m": 5.0, "warrant_people": 10}),
        Connect(id="C", type="connect", settlements="demand", to="hospital", surfaces=("hard",)),
        Reach(id="R", type="reach", facilities="hospital", cutoff_m=rng.choice([100, 300])),
        Detour(id="D", type="detour", facilities="hospital", ratio=1.3, extra_m=100, max_link_m=300),
    ]  # fmt: skip


def town(seed: int) -> tuple[World, dict[str, Coverage]]:
    rng = random.Random(seed)
    world = World(layers_of(**random_town(rng)))
    return world, {rule.id: coverage(rule, world) for rule in rules_of(rng)}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_roads_mended_in_any_order_give_what_full_checks_find(seed):
    world, seen = town(seed)
    for project, gain, before, after in any_order(world, seen, seed, STEPS):
        assert gain.need == pytest.approx(sum(after[id_][0] - before[id_][0] for id_ in seen), abs=1e-9), project
        for id_, (_, people) in after.items():
            assert dict(gain.served).get(id_, 0.0) == pytest.approx(people - before[id_][1], abs=1e-9), (id_, project)


def test_roads_that_are_only_mended_are_measured_no_more():
    kinds = set()
    for seed in range(WORLDS):
        world, seen = town(seed)
        mended = seen["S"].rule.repairs(seen["S"].rule.gaps(seen["S"], world), seen["S"], world)
        kinds |= {type(tally_of(seen[id_], Worlds(world, mended))) for id_ in ("S", "W", "P")}
    assert kinds == {Kept}
