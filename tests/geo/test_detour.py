"""Detours: ways and links against the slow way, promises against a re-run."""

from __future__ import annotations

import random

import pytest

from geo.coverage import Coverage, coverage
from geo.ranking import rank
from geo.rules.detour import Detour
from geo.world import World
from geo.worth import closed
from tests.geo.oracles import detour as oracle
from tests.geo.worlds import layers_of, shuffled

WORLDS = 48


def rule(**options: object) -> Detour:
    asked = {"facilities": "school", "ratio": 1.5, "extra_m": 150, "max_link_m": 300, **options}
    return Detour.model_validate({"id": "RD", "type": "detour", **asked})


def random_town(rng: random.Random) -> dict[str, list]:
    """Return a grid of moved corners with many roads missing, so that ways lead round, and a river through the middle."""
    corner = {
        (x, y): (x * 200 + rng.uniform(-60, 60), y * 200 + rng.uniform(-60, 60)) for x in range(4) for y in range(4)
    }
    pairs = [(a, (a[0] + dx, a[1] + dy)) for a in corner for dx, dy in ((1, 0), (0, 1))]
    lines = [[corner[a], corner[b]] for a, b in pairs if b in corner and rng.random() < 0.6]
    homes = [
        {"id": f"H{i}", "people": rng.choice([1, 2, 5, 40]), "at": (rng.uniform(-50, 650), rng.uniform(-50, 650))}
        for i in range(rng.randint(1, 6))
    ]
    schools = [
        {"id": f"S{i}", "category": "school", "status": "working", "at": (rng.uniform(0, 600), rng.uniform(0, 600))}
        for i in range(rng.randint(1, 2))
    ]
    roads = [{"id": f"R{i:02d}", "line": line} for i, line in enumerate(lines)]
    return {"units": [], "homes": homes, "roads": roads, "facilities": schools}


def seen_in(seed: int) -> tuple[Coverage, World, dict[str, list]]:
    rows = random_town(random.Random(seed))
    river = [{"id": "W", "name": "青河", "line": [(-100, 310), (700, 290)]}]
    world = World(layers_of(**rows, more={"watercourses": ("watercourses", river)}))
    return coverage(rule(), world), world, rows


def test_ways_verdicts_and_shortest_links_are_those_of_the_oracle_on_random_towns():
    for seed in range(WORLDS):
        seen, world, rows = seen_in(seed)
        found = oracle.ways(rows["homes"], rows["facilities"], rows["roads"])
        allowed = {id_: max(1.5 * straight, straight + 150) for id_, (straight, _) in found.items()}
        assert seen.frame["required"].to_dict() == pytest.approx(allowed), seed
        assert seen.frame["supplied"].to_dict() == pytest.approx({id_: way for id_, (_, way) in found.items()}), seed
        is_met = {id_: found[id_][1] <= allowed[id_] + 1e-6 for id_ in found}
        assert seen.frame["status"].to_dict() == {id_: "met" if met else "short" for id_, met in is_met.items()}, seed
        homes = {home["id"]: home for home in rows["homes"]}
        for gap in seen.rule.gaps(seen, world):
            first = homes[min(gap.place_ids, key=lambda id_: (-homes[id_]["people"], id_))]
            least = oracle.shortest_link(first, rows["facilities"], rows["roads"], allowed[first["id"]], 300)
            said = dict(gap.reason.values).get("length")
            assert said == (None if least is None else pytest.approx(least, abs=0.051)), (seed, gap.id)


def test_every_link_makes_the_way_of_all_its_homes_short_enough():
    closing = 0
    for seed in range(WORLDS // 2):
        seen, world, _ = seen_in(seed)
        gaps = {gap.id: gap for gap in seen.rule.gaps(seen, world)}
        short = sorted(seen.frame.index[seen.frame["status"] == "short"])
        assert sorted(place for gap in gaps.values() for place in gap.place_ids) == short, seed
        for project in seen.rule.repairs(list(gaps.values()), seen, world):
            after = coverage(seen.rule, world.with_edits(project.edits)).frame
            assert set(after.loc[list(gaps[project.gap_ids[0]].place_ids), "status"]) == {"met"}, (seed, project.id)
            assert (after["supplied"] <= seen.frame["supplied"] + 1e-6).all(), (seed, project.id)
            closing += 1
    assert closing > 3


def test_ranked_list_gives_what_it_promises():
    for seed in range(WORLDS // 12):
        seen, world, _ = seen_in(seed)
        gaps = seen.rule.gaps(seen, world)
        rows = rank(seen.rule.repairs(gaps, seen, world), {"RD": seen}, gaps, world)
        edits = tuple(edit for row in rows for edit in row.project.edits)
        need, people = closed(seen, seen.rule.measure(world.with_edits(edits)))
        assert sum(row.need_closed for row in rows) == pytest.approx(need), seed
        assert sum(row.people_served for row in rows) == pytest.approx(people), seed


RIVER = [{"id": "W", "name": "青河", "line": [(-50, 50), (1100, 50)]}]
BANKS = [
    {"id": "R1", "line": [(0, 0), (1000, 0)]},
    {"id": "R2", "line": [(0, 100), (1000, 100)]},
    {"id": "R3", "line": [(1000, 0), (1000, 100)]},
]


def river_town(*schools: dict[str, object], river: bool = True) -> tuple[Coverage, World]:
    rows = [{"category": "school", "status": "working", **school} for school in schools]
    more = {"watercourses": ("watercourses", RIVER)} if river else {}
    homes = [{"id": "H", "people": 6, "at": (0, 100)}]
    world = World(layers_of(units=[], homes=homes, roads=BANKS, facilities=rows, more=more))
    return coverage(rule(ratio=2, extra_m=1000), world), world


def test_gap_is_the_spot_on_the_water_and_says_which_river():
    seen, world = river_town({"at": (0, 0)})
    (gap,) = seen.rule.gaps(seen, world)
    assert (gap.geometry.x, gap.geometry.y) == (0, 50)
    assert gap.reason.in_("zh") == "1 处居民点去学校绕行过远；在青河上架桥（或涵洞）一座、接通 100 米即可直达"
    (project,) = seen.rule.repairs([gap], seen, world)
    assert project.edits[0].add["bridge"].tolist() == [True]


def test_without_water_it_is_a_link_and_costs_by_the_kilometre():
    seen, world = river_town({"at": (0, 0)}, river=False)
    (project,) = seen.rule.repairs(seen.rule.gaps(seen, world), seen, world)
    assert (project.action, project.amount, project.unit) == ("build_link", 0.1, "km")


def test_far_school_on_the_own_bank_does_not_hide_the_near_one_across_the_river():
    seen, _ = river_town({"id": "S1", "at": (0, 0)}, {"id": "S2", "at": (1000, 100)})
    assert seen.frame.loc["H", ["required", "supplied", "status"]].tolist() == [1100, 1000, "met"]
    seen, _ = river_town({"id": "S1", "at": (0, 0)}, {"id": "S2", "at": (1000, 0)})
    assert seen.frame.loc["H", ["required", "supplied"]].tolist() == [1100, 1100]


def test_school_of_unknown_status_leaves_open_what_hangs_on_it():
    seen, _ = river_town({"id": "S1", "at": (0, 0)}, {"id": "S2", "status": None, "at": (100, 100)})
    assert seen.frame.loc["H", ["status", "reason"]].tolist() == ["unknown", "status_blank"]


def test_with_no_school_at_all_there_is_no_detour():
    seen, world = river_town()
    assert seen.frame.loc["H", ["status", "reason"]].tolist() == ["unknown", "no_facility"]
    assert seen.rule.gaps(seen, world) == []


def test_shuffled_rows_change_nothing():
    for seed in range(3):
        seen, world, _ = seen_in(seed)
        other = World(shuffled(world.layers, seed))
        again = coverage(seen.rule, other)
        gaps, later = seen.rule.gaps(seen, world), seen.rule.gaps(again, other)
        assert [(g.id, g.amount, g.geometry.wkt) for g in gaps] == [(g.id, g.amount, g.geometry.wkt) for g in later]
