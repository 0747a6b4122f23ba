"""Chains: the oracle, every doubt tried both ways, what each project promises, and the bottleneck."""

from __future__ import annotations

import random
from typing import Any

import pytest

from geo.coverage import Coverage, coverage
from geo.projects import Project
from geo.rules.chain import Chain
from geo.world import World
from geo.worth import Worth, closed
from layers.edit import Edit
from tests.geo.oracles import chain as oracle
from tests.geo.worlds import layers_of, random_points, random_roads, random_units

WORLDS = 40
KINDS = ("waste", "depot", "transfer_station")
SNAP_M = 5000.0
KG = 0.5


def rule(limits: tuple[float, ...] = (300, 3000, 10000), mode: str = "straight", **options: Any) -> Chain:
    stages = [{"facilities": kind, "mode": mode, "within_m": limit} for kind, limit in zip(KINDS, limits, strict=False)]
    base = {"id": "W", "type": "chain", "kg_per_person_day": KG, "stages": stages, "max_snap_m": SNAP_M}
    return Chain.model_validate({**base, "cost": {"low": 1, "mid": 2, "high": 3}, **options})


def facility(id_: str, kind: str, x: float, capacity: float | None = 50, **cells: Any) -> dict[str, Any]:
    place = {"id": id_, "category": kind, "status": "working", "capacity": capacity, "per_day": 1, "at": (x, 0)}
    return {**place, **cells}


def town(rng: random.Random, *, doubts: int) -> dict[str, list]:
    """Return a town of which so many cells (people, status, capacity) are blank."""
    homes = [
        {"id": f"H{i}", "people": rng.choice([0, 2, 4, 10]), "at": at}
        for i, at in enumerate(random_points(rng, rng.randint(1, 7)))
    ]
    facilities = [
        {
            "id": f"F{i}",
            "category": rng.choice(KINDS),
            "status": "working",
            "capacity": rng.choice([0, 2, 5, 9, 100]),
            "per_day": rng.choice([1, 1, 2, 0.5]),
            "at": at,
        }
        for i, at in enumerate(random_points(rng, rng.randint(0, 7)))
    ]
    for _ in range(doubts):
        row, column = rng.choice(
            [(row, "people") for row in homes] + [(f, c) for f in facilities for c in ("status", "capacity")]
        )
        row[column] = None
    roads = random_roads(rng) or [{"id": "R", "class": "residential", "line": [(0, 0), (250, 0)]}]
    return {"units": random_units(rng), "homes": homes, "roads": roads, "facilities": facilities}


def asked(rng: random.Random) -> tuple[Chain, list[float], str]:
    limits = [float(rng.choice([200, 500, 1000])) for _ in range(rng.randint(1, 3))]
    mode = rng.choice(["straight", "walk"])
    return rule(tuple(limits), mode), limits, mode


def oracle_world(rows: dict[str, list], limits: list[float], mode: str) -> tuple[list[list], dict]:
    stages = [[f for f in rows["facilities"] if f["category"] == kind] for kind in KINDS[: len(limits)]]
    return stages, oracle.ways(rows["homes"], stages, None if mode == "straight" else rows["roads"], SNAP_M)


def test_where_all_is_known_verdicts_and_reasons_are_those_of_the_oracle():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        rows, (chain, limits, mode) = town(rng, doubts=0), asked(rng)
        frame = coverage(chain, World(layers_of(**rows))).frame
        stages, way = oracle_world(rows, limits, mode)
        expected = oracle.served(rows["homes"], list(zip(stages, limits, strict=True)), way, KG)
        assert frame["reason"].to_dict() == expected, seed
        assert frame["status"].to_dict() == {id_: "short" if why else "met" for id_, why in expected.items()}, seed


def test_where_something_is_not_known_no_verdict_is_wrong_however_it_turns_out():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        rows, (chain, limits, mode) = town(rng, doubts=rng.randint(1, 3)), asked(rng)
        frame = coverage(chain, World(layers_of(**rows))).frame
        stages, way = oracle_world(rows, limits, mode)
        ends: dict[str, set[bool]] = {id_: set() for id_ in frame.index}
        for homes, sure in oracle.chances(rows["homes"], stages):
            for id_, why in oracle.served(homes, list(zip(sure, limits, strict=True)), way, KG).items():
                ends[id_].add(not why)
        for id_, status in frame["status"].items():
            assert status == "unknown" or ends[id_] == {status == "met"}, (seed, id_)


def planned(seed: int) -> tuple[Coverage, World, list[Project]]:
    rng = random.Random(seed)
    rows, (chain, _, _) = town(rng, doubts=0), asked(rng)
    world = World(layers_of(**rows, parcels=[{"id": "L1", "area_m2": 500, "at": (rng.randint(0, 1000), 500)}]))
    seen = coverage(chain, world)
    return seen, world, chain.repairs(chain.gaps(seen, world), seen, world)


def test_each_project_alone_closes_its_gap_and_all_of_them_leave_nothing_that_can_be_closed():
    for seed in range(10):
        seen, world, projects = planned(seed)
        gaps = {gap.id: gap for gap in seen.rule.gaps(seen, world)}
        assert sorted(i for gap in gaps.values() for i in gap.place_ids) == sorted(
            seen.frame.index[seen.frame["status"] == "short"]
        )
        for project in projects:
            after = coverage(seen.rule, world.with_edits(project.edits)).frame
            for gap_id in project.gap_ids:
                assert (after.loc[list(gaps[gap_id].place_ids), "status"] == "met").all(), (seed, project.id)
        done = coverage(seen.rule, world.with_edits(tuple(edit for one in projects for edit in one.edits))).frame
        closed_ids = {gap_id for one in projects for gap_id in one.gap_ids}
        left = {gap.id for gap in seen.rule.gaps(seen, world) if "no single project" in str(gap.reason)}
        assert closed_ids | left == set(gaps), seed
        for gap_id in closed_ids:
            assert (done.loc[list(gaps[gap_id].place_ids), "status"] == "met").all(), (seed, gap_id)


def line_town(**capacity: float) -> World:
    """Return a town on one line: 100 people (50 kg a day), a bin, a depot and a station of these capacities."""
    return World(
        layers_of(
            units=[{"id": "U", "name": "东塘村", "population": 100, "box": (-100, -100, 20000, 100)}],
            homes=[{"id": "H", "people": 100, "at": (0, 0)}],
            facilities=[
                facility("B", "waste", 0, capacity.get("bin", 50)),
                facility("D", "depot", 100, capacity.get("depot", 50), name="东塘收运站"),
                facility("T", "transfer_station", 200, capacity.get("station", 50)),
            ],
        )
    )


def test_first_failing_stage_is_named_with_its_figures():
    world = line_town(depot=40, station=10)
    seen = coverage(rule(), world)
    (gap,) = rule().gaps(seen, world)
    assert seen.frame.loc["H", "reason"] == "chain_capacity:2 (D)"
    assert gap.reason.in_("zh") == "第 2 环节的东塘收运站每天流入 50 公斤，只能处理 40 公斤，上游 1 处居民点受影响"


def test_fixing_a_stage_that_is_not_the_bottleneck_gains_nothing():
    world = line_town(depot=40)
    seen = coverage(rule(), world)
    for not_in_the_way in ("B", "T"):
        frame = world.layers["facilities"].frame.loc[[not_in_the_way], ["capacity"]].assign(capacity=5000.0)
        better = world.with_edits((Edit("facilities", change=frame),))
        assert closed(seen, rule().measure(better)) == (0, 0)
    (project,) = rule().repairs(rule().gaps(seen, world), seen, world)
    assert Worth({"W": seen}, [project], world).gain(0).people == 100
    assert [edit.change["capacity"].to_dict() for edit in project.edits] == [{"D": 50}]


def test_all_failing_stages_after_the_bottleneck_are_put_right_together():
    world = line_town(depot=40, station=10)
    seen = coverage(rule(), world)
    (project,) = rule().repairs(rule().gaps(seen, world), seen, world)
    assert [edit.change["capacity"].to_dict() for edit in project.edits] == [{"D": 50}, {"T": 50}]
    assert (project.cost_mid, project.name.in_("zh")) == (
        pytest.approx(2 * (10 / 40 + 40 / 10)),
        "东塘收运站等 2 处扩建",
    )


def test_bin_that_is_not_known_to_hold_anything_takes_nothing_away_from_the_chain():
    world = line_town(depot=40)
    seen = coverage(rule(), world)
    new = facility("X", "waste", 1, None)
    more = layers_of(facilities=[new])["facilities"].frame
    assert closed(seen, rule().measure(world.with_edits((Edit("facilities", add=more),)))) == (0, 0)
