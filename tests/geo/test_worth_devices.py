"""Devices put up and put right under shares that must work: what each adds, in any order, is what a full check finds."""

from __future__ import annotations

import random

import pytest

from geo.coverage import coverage
from geo.rule import Rule
from geo.rules.along_road import AlongRoad
from geo.rules.interval import Interval
from geo.sums import Sums
from geo.tallies import Kept, Worlds, tally_of
from geo.world import World
from geo.worth import Worth, closed
from tests.geo.test_interval import random_devices
from tests.geo.worlds import layers_of, random_homes, random_roads, random_units

WORLDS = 40


def town(rng: random.Random) -> World:
    units = random_units(rng)
    roads, homes = random_roads(rng), random_homes(rng, units)
    return World(layers_of(units=units, homes=homes, roads=roads, devices=random_devices(rng)))


def rules_of(rng: random.Random) -> list[Rule]:
    return [
        Interval.model_validate({"id": "U", "type": "interval", "kind": "devices", "min_share": rng.choice([0.5, 0.9, 1])}),
        AlongRoad(id="L", type="along_road", radius_m=rng.choice([25, 60])),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(WORLDS))
def test_devices_put_up_and_right_add_what_a_full_check_finds(seed):
    rng = random.Random(seed)
    world = town(rng)
    seen = {rule.id: coverage(rule, world) for rule in rules_of(rng)}
    projects = [p for one in seen.values() for p in one.rule.repairs(one.rule.gaps(one, world), one, world)]
    worth, done = Worth(seen, projects, world), []
    before = dict.fromkeys(seen, (0.0, 0.0))
    for i in rng.sample(range(len(projects)), len(projects)):
        edits = tuple(edit for j in (*done, i) for edit in projects[j].edits)
        after = {id_: closed(one, one.rule.measure(world.with_edits(edits))) for id_, one in seen.items()}
        gain = worth.gain(i)
        assert gain.need == pytest.approx(sum(after[id_][0] - before[id_][0] for id_ in seen), abs=1e-9)
        for id_, people in after.items():
            assert dict(gain.served).get(id_, 0.0) == pytest.approx(people[1] - before[id_][1], abs=1e-9)
        worth.take(i)
        done.append(i)
        before = after


def test_a_share_that_must_work_is_kept_and_measured_no_more():
    kinds = set()
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world = town(rng)
        seen = {rule.id: coverage(rule, world) for rule in rules_of(rng)}
        projects = [p for one in seen.values() for p in one.rule.repairs(one.rule.gaps(one, world), one, world)]
        kinds.add(type(tally_of(seen["U"], Worlds(world, projects))))
    assert kinds == {Sums, Kept}
