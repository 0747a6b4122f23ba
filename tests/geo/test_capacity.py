"""Capacity: the oracle, what projects promise, and nothing of the supply lost."""

from __future__ import annotations

import random

import numpy as np
import pytest

from geo.access import exponential, step
from geo.coverage import Coverage, coverage
from geo.rules.capacity import Capacity
from geo.world import World
from geo.worth import Worth, closed
from tests.geo.oracles import capacity as oracle
from tests.geo.worlds import layers_of, random_facilities, random_homes, random_roads, random_units

WORLDS = 50
DECAYS = {"none": None, "step": step, "exponential": exponential}


def rule(**options: object) -> Capacity:
    base = {"id": "C", "type": "capacity", "facilities": "clinic", "per_1000": 20, "severity": "B"}
    return Capacity.model_validate({**base, **options})


def town(rng: random.Random, *, doubts: bool = True) -> dict[str, list]:
    units = random_units(rng)
    homes = [dict(home) for home in random_homes(rng, units)]
    facilities = [dict(facility) for facility in random_facilities(rng, units, most=6)]
    for home in homes:
        home["people"] = rng.choice([1, 3, 5, 40]) if home["people"] is None and not doubts else home["people"]
    for facility in facilities:
        facility["capacity"] = rng.choice([0, 1, 2, 5, None] if doubts else [0, 1, 2, 5])
        facility["status"] = facility["status"] if doubts else "working"
    return {"units": units, "homes": homes, "roads": random_roads(rng), "facilities": facilities}


def drawn(rng: random.Random) -> tuple[dict[str, object], float]:
    cutoff = rng.choice([100.0, 300.0, 500.0])
    options = {"cutoff_m": cutoff, "decay": rng.choice(list(DECAYS)), "mode": rng.choice(["walk", "straight"])}
    return {**options, "max_snap_m": 200, "per_1000": rng.choice([5, 50, 250])}, cutoff


def test_verdicts_are_those_of_the_oracle_on_random_towns():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        rows, (options, cutoff) = town(rng), drawn(rng)
        frame = coverage(rule(**options), World(layers_of(**rows))).frame
        made = DECAYS[str(options["decay"])]
        weight = made(cutoff) if made else None
        expected = oracle.verdicts(
            rows["homes"],
            rows["facilities"],
            rows["roads"],
            cutoff=cutoff,
            per_1000=float(str(options["per_1000"])),
            max_snap_m=200,
            weigh=lambda cost, w=weight: 1.0 if w is None else float(w(np.array([cost]))[0]),
            straight=options["mode"] == "straight",
        )
        assert frame["status"].to_dict() == {id_: status for id_, (status, _) in expected.items()}, seed
        known = frame["supplied"].dropna()
        assert known.to_dict() == pytest.approx({id_: expected[id_][1] for id_ in known.index}, abs=1e-6), seed


def repaired(seed: int) -> tuple[Coverage, World, list]:
    rng = random.Random(seed)
    rows, (options, _) = town(rng, doubts=False), drawn(rng)
    world = World(layers_of(**rows, parcels=[{"id": "L1", "area_m2": 500, "at": (rng.randint(0, 1000), 500)}]))
    seen = coverage(rule(**options), world)
    return seen, world, seen.rule.repairs(seen.rule.gaps(seen, world), seen, world)


def test_each_project_alone_gives_what_it_promises_and_all_of_them_leave_only_homes_no_road_is_near():
    for seed in range(10):
        seen, world, projects = repaired(seed)
        worth = Worth({"C": seen}, projects, world)
        assert not projects or seen.rule.adds(projects, seen, world) is not None
        for i, project in enumerate(projects):
            after = seen.rule.measure(world.with_edits(project.edits))
            gain, (need, people) = worth.gain(i), closed(seen, after)
            assert (gain.need, gain.people) == (pytest.approx(need, abs=1e-6), pytest.approx(people, abs=1e-6)), seed
            assert people > 0, seed
        for i in range(len(projects)):
            worth.take(i)
        after = coverage(seen.rule, world.with_edits(tuple(edit for one in projects for edit in one.edits)))
        left = after.frame[after.frame["status"] == "short"].index
        leg = seen.measured.detail.stands.leg[seen.frame.index.get_indexer(left)]
        assert (leg > seen.measured.detail.cutoff).all(), seed
        assert {gap for one in projects for gap in one.gap_ids} <= {gap.id for gap in seen.rule.gaps(seen, world)}


def test_people_times_what_they_draw_on_is_all_there_is():
    for seed in range(10):
        seen, _, _ = repaired(seed)
        around, frame = seen.measured.detail, seen.frame
        used = around.load > 0
        drawn_on = np.nansum(frame["supplied"].to_numpy(float) * frame["people"].to_numpy(float)) / 1000
        assert drawn_on == pytest.approx(around.stock.capacity[used].sum()), seed


def test_gap_says_how_little_the_least_served_have():
    world = World(
        layers_of(
            units=[{"id": "U", "name": "东塘村", "population": 100, "box": (0, 0, 1000, 1000)}],
            homes=[{"id": "H", "people": 100, "at": (0, 0)}],
            facilities=[
                {
                    "id": "F",
                    "category": "clinic",
                    "name": "东塘卫生室",
                    "status": "working",
                    "capacity": 1,
                    "at": (0, 0),
                }
            ],
        )
    )
    asked = rule(mode="straight", cutoff_m=500)
    seen = coverage(asked, world)
    (gap,) = asked.gaps(seen, world)
    assert gap.reason.in_("zh") == "1 处居民点（500 米内）可用的卫生室容量不足：最少的每千人只有 10 个，应有 20 个"
    assert (gap.name, gap.amount, gap.people) == ("东塘村", 1, 100)
    (project,) = asked.repairs([gap], seen, world)
    assert project.name.in_("zh") == "东塘卫生室：扩容卫生室 1 个"
