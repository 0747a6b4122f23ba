"""Settlements joined by good roads: every answer against all sets of upgrades, every promise against a re-run."""

from __future__ import annotations

import random
from collections import Counter
from math import isinf

import pytest

from geo.coverage import Coverage, coverage
from geo.ranking import rank
from geo.rules.connect import Connect
from geo.world import World
from geo.worth import closed
from tests.geo.oracles import connect as oracle
from tests.geo.worlds import layers_of, shuffled

WORLDS = 42


def rule(**options: object) -> Connect:
    asked = {"settlements": "demand", "surfaces": ["hard"], **options}
    return Connect.model_validate({"id": "RD", "type": "connect", **asked})


def random_town(rng: random.Random) -> dict[str, list]:
    """Return up to nine roads between corners that are moved about, homes at corners or beside roads, and a seat or two."""
    corner = {
        (x, y): (x * 300 + rng.uniform(-90, 90), y * 300 + rng.uniform(-90, 90)) for x in range(3) for y in range(3)
    }
    pairs = [(a, (a[0] + dx, a[1] + dy)) for a in corner for dx, dy in ((1, 0), (0, 1))]
    lines = [[corner[a], corner[b]] for a, b in pairs if b in corner]
    lines = rng.sample(lines, rng.randint(3, 9))
    if rng.random() < 0.5 and lines[0][1] == lines[1][0]:
        lines = [[*lines[0], lines[1][1]], *lines[2:]]
    surfaces = ["asphalt", "水泥", "gravel", "土路", "dirt", None]
    roads = [{"id": f"R{i}", "surface": rng.choice(surfaces), "line": line} for i, line in enumerate(lines)]

    def somewhere() -> tuple[float, float]:
        if rng.random() < 0.5:
            return rng.choice(list(corner.values()))
        return rng.uniform(-100, 700), rng.uniform(-100, 700)

    homes = [{"id": f"H{i}", "people": rng.choice([1, 5, 40]), "at": somewhere()} for i in range(rng.randint(1, 4))]
    seats = [
        {"id": f"S{i}", "category": "hospital", "status": "working", "at": somewhere()}
        for i in range(rng.randint(1, 2))
    ]
    return {"units": [], "homes": homes, "roads": roads, "facilities": seats}


def seen_in(seed: int) -> tuple[Coverage, World, dict[str, list]]:
    rows = random_town(random.Random(seed))
    world = World(layers_of(**rows))
    return coverage(rule(), world), world, rows


def test_verdicts_and_least_upgrades_are_those_of_every_set_tried():
    for seed in range(WORLDS):
        seen, world, rows = seen_in(seed)
        expected = {home["id"]: oracle.judged(home["at"], rows["facilities"], rows["roads"]) for home in rows["homes"]}
        assert seen.frame["status"].to_dict() == {id_: status for id_, (status, _) in expected.items()}, seed
        gaps = seen.rule.gaps(seen, world)
        projects = seen.rule.repairs(gaps, seen, world)
        for gap in gaps:
            whole = max((project.amount for project in projects if gap.id in project.gap_ids), default=None)
            least = {expected[place][1] for place in gap.place_ids}
            assert len({f"{km:.6f}" for km in least}) == 1, seed
            assert whole is None if isinf(min(least)) else whole == pytest.approx(min(least), abs=2e-6), seed


def test_whole_way_of_a_gap_joins_everybody_in_it():
    for seed in range(WORLDS // 2):
        seen, world, _ = seen_in(seed)
        gaps = seen.rule.gaps(seen, world)
        projects = seen.rule.repairs(gaps, seen, world)
        for gap in gaps:
            for project in sorted(projects, key=lambda one: -one.amount):
                if gap.id in project.gap_ids:
                    after = coverage(seen.rule, world.with_edits(project.edits)).frame
                    assert set(after.loc[list(gap.place_ids), "status"]) == {"met"}, (seed, gap.id)
                    break


def test_ranked_list_pays_for_no_road_twice_and_gives_what_it_promises():
    for seed in range(WORLDS // 6):
        seen, world, _ = seen_in(seed)
        gaps = seen.rule.gaps(seen, world)
        rows = rank(seen.rule.repairs(gaps, seen, world), {"RD": seen}, gaps, world)
        paid = Counter(road for row in rows for edit in row.project.edits for road in edit.change.index)
        assert set(paid.values()) <= {1}, seed
        need, people = closed(
            seen, seen.rule.measure(world.with_edits(tuple(e for r in rows for e in r.project.edits)))
        )
        assert sum(row.need_closed for row in rows) == pytest.approx(need), seed
        assert sum(row.people_served for row in rows) == pytest.approx(people), seed
        can_be = [gap for gap in gaps if gap.reason.key == "roads.gap_connect"]
        assert people == pytest.approx(sum(gap.people for gap in can_be)), seed


def test_no_upgrade_makes_anybody_worse_off():
    """Upgrading roads never unjoins a settlement."""
    for seed in range(WORLDS // 6):
        seen, _, rows = seen_in(seed)
        better = [{**road, "surface": "asphalt"} if i % 2 else road for i, road in enumerate(rows["roads"])]
        after = coverage(seen.rule, World(layers_of(**{**rows, "roads": better}))).frame
        order = {"short": 0, "unknown": 1, "met": 2}
        assert (seen.frame["status"].map(order).astype(int) <= after["status"].map(order).astype(int)).all(), seed


def test_trunk_is_done_with_the_larger_village_and_the_branch_alone_afterwards():
    roads = [
        {"id": "T", "surface": "dirt", "line": [(0, 0), (1000, 0)]},
        {"id": "A", "surface": "dirt", "line": [(1000, 0), (1000, 500)]},
        {"id": "B", "surface": "dirt", "line": [(1000, 0), (1000, -800)]},
    ]
    homes = [{"id": "HA", "people": 5, "at": (1000, 500)}, {"id": "HB", "people": 500, "at": (1000, -800)}]
    seats = [{"id": "S", "category": "hospital", "status": "working", "at": (0, 0)}]
    world = World(layers_of(units=[], homes=homes, roads=roads, facilities=seats))
    seen = coverage(rule(), world)
    gaps = seen.rule.gaps(seen, world)
    projects = seen.rule.repairs(gaps, seen, world)
    assert sorted(project.amount for project in projects) == [0.5, 0.8, 1.5, 1.8]
    rows = rank(projects, {"RD": seen}, gaps, world)
    assert [(row.project.amount, row.people_served) for row in rows] == [(1.8, 500), (0.5, 5)]


def test_where_there_is_nowhere_to_lead_to_nobody_can_say():
    roads = [{"id": "R", "surface": "dirt", "line": [(0, 0), (100, 0)]}]
    world = World(layers_of(units=[], homes=[{"id": "H", "people": 1, "at": (0, 0)}], roads=roads, facilities=[]))
    seen = coverage(rule(), world)
    assert seen.frame["status"].tolist() == ["unknown"]
    assert "roads.nowhere_to_join" in [note.key for note in seen.measured.notes]


def test_access_index_says_the_share_of_people():
    roads = [{"id": "R", "surface": "asphalt", "line": [(0, 0), (100, 0)]}]
    homes = [{"id": "H1", "people": 3, "at": (0, 2000)}, {"id": "H2", "people": 1, "at": (0, 2001)}]
    world = World(layers_of(units=[], homes=homes, roads=roads, facilities=[]))
    seen = coverage(rule(to="road", access_m=2000), world)
    assert [note.in_("zh") for note in seen.measured.notes if note.key == "roads.access_index"] == [
        "3 人在 2000 米以内有达标道路，占 75%。"
    ]


def test_shuffled_rows_change_nothing():
    for seed in range(3):
        seen, world, _ = seen_in(seed)
        other = World(shuffled(world.layers, seed))
        again = coverage(seen.rule, other)
        gaps, later = seen.rule.gaps(seen, world), seen.rule.gaps(again, other)
        assert [(g.id, g.amount, g.people) for g in gaps] == [(g.id, g.amount, g.people) for g in later]
        ours, theirs = seen.rule.repairs(gaps, seen, world), seen.rule.repairs(later, again, other)
        assert [(p.id, p.amount) for p in ours] == [(p.id, p.amount) for p in theirs]
