"""The fast path of quota, presence and reach is the slow one: any projects, of any rule, one by one and together."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from shapely import Point

from geo.coverage import Coverage, coverage, decided
from geo.facilitytypes import OTHER
from geo.projects import Project
from geo.rule import Adds, Rule
from geo.rules.presence import Presence
from geo.rules.quota import Quota
from geo.rules.reach import WHOLLY_WITHOUT, Reach
from geo.world import World
from layers.edit import Edit
from tests.geo.worlds import (
    layers_of,
    random_facilities,
    random_homes,
    random_roads,
    random_staff,
    random_units,
)

WORLDS = 30
LEVELS = ("supplied", "supplied_low", "supplied_high")


def rules_of(rng: random.Random) -> list[Rule]:
    reach = {"type": "reach", "facilities": "fitness", "max_snap_m": 200}
    return [
        Quota(id="Q", type="quota", role="cleaner", per=250, minimum=1),
        Presence(id="P", type="presence", facilities="fitness", at_least=rng.choice([1, 2])),
        Presence(id="PC", type="presence", facilities="facilities", category="clinic"),
        Reach.model_validate({"id": "R", **reach, "cutoff_m": rng.choice([100, 300])}),
        Reach.model_validate({"id": "RM", **reach, "cutoff_min": 3}),
        Reach.model_validate({"id": "RD", **reach, "cutoff_min": 1, "mode": "drive"}),
        Reach.model_validate({"id": "RS", **reach, "facilities": "clinic", "cutoff_m": 250, "mode": "straight"}),
    ]


def town(rng: random.Random) -> World:
    units = random_units(rng)
    parcels = [{"id": "L1", "area_m2": 500, "at": (rng.randint(0, 1000), 500)}]
    return World(
        layers_of(
            units=units,
            homes=random_homes(rng, units),
            roads=random_roads(rng),
            facilities=random_facilities(rng, units),
            staff=random_staff(rng, units),
            parcels=parcels,
        )
    )


def with_fast_path(seen: Coverage, adds: Adds, done: Sequence[int]) -> Coverage:
    """Return the coverage as `adds` says these projects would leave it."""
    frame = seen.measured.frame.copy()
    for i in done:
        chosen = adds.project == i
        for level in LEVELS:
            values = frame[level].to_numpy(float).copy()
            if adds.combine == "sum":
                np.add.at(values, adds.place[adds.cell[chosen]], adds.amount[chosen])
            else:
                np.minimum.at(values, adds.place[adds.cell[chosen]], adds.amount[chosen])
            frame[level] = values
    measured = type(seen.measured)(frame, seen.measured.unit, seen.measured.sense, without=seen.measured.without)
    return Coverage(seen.rule, measured, decided(measured))


def assert_same(fast: Coverage, slow: Coverage) -> None:
    far = np.inf if fast.measured.sense == "at_least" else WHOLLY_WITHOUT * fast.frame["required"].to_numpy(float)
    ours, theirs = (np.minimum(one.frame["supplied"].to_numpy(float), far) for one in (fast, slow))
    assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)
    assert fast.frame["status"].tolist() == slow.frame["status"].tolist()
    people = (one.frame["people_short"].to_numpy(float) for one in (fast, slow))
    assert next(people) == pytest.approx(next(people), nan_ok=True)


def test_fast_path_is_the_slow_one_for_the_projects_of_all_rules_alone_and_together():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, rules = town(rng), rules_of(rng)
        seen = {rule.id: coverage(rule, world) for rule in rules}
        projects = [p for one in seen.values() for p in one.rule.repairs(one.rule.gaps(one, world), one, world)]
        if not projects:
            continue
        chosen = rng.sample(range(len(projects)), rng.randint(1, min(4, len(projects))))
        after = world.with_edits(tuple(edit for i in chosen for edit in projects[i].edits))
        for one in seen.values():
            adds = one.rule.adds(projects, one, world)
            assert adds is not None
            assert_same(with_fast_path(one, adds, chosen), coverage(one.rule, after))


def test_project_that_changes_rows_asks_for_a_full_check():
    rng = random.Random(1)
    world = town(rng)
    mended = world.layers["facilities"].frame[["status"]].iloc[:1].assign(status="working")
    counted = world.layers["staff"].frame[["count"]].iloc[:1].assign(count=3.0)
    edits = (Edit("facilities", change=mended), Edit("staff", change=counted))
    project = Project("P-1", "mend", "", "", (), (), 1.0, "places", edits, OTHER.cost, Point(0, 0))
    for rule in rules_of(rng):
        assert rule.adds([project], coverage(rule, world), world) is None
