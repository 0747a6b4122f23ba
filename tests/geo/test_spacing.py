from __future__ import annotations

import random

import numpy as np
import pytest

from geo.coverage import Coverage, coverage
from geo.rules.spacing import Spacing
from geo.world import World
from geo.worth import closed
from tests.geo.oracles import spacing as oracle
from tests.geo.worlds import STATUSES, Row, layers_of, random_homes, shuffled

WORLDS = 100
STEP = 250


def rule(**options: object) -> Spacing:
    given = {"kind": "facilities", "features": "bus_stop", "spacing_m": 300, "where": "class == 'a'"}
    return Spacing.model_validate({"id": "S", "type": "spacing", **given, **options})


def random_streets(rng: random.Random) -> list[Row]:
    """Return rows along a grid: single blocks, straight runs of several with or without vertices between, and bends."""
    rows: list[Row] = []
    taken: set[frozenset[tuple[int, int]]] = set()
    for _ in range(rng.randint(1, 12)):
        x, y = STEP * rng.randint(0, 3), STEP * rng.randint(0, 3)
        line = [(x, y)]
        for _ in range(rng.randint(1, 4)):
            dx, dy = rng.choice([(STEP, 0), (-STEP, 0), (0, STEP), (0, -STEP)])
            to = (line[-1][0] + dx, line[-1][1] + dy)
            if frozenset((line[-1], to)) in taken or to in line[1:]:
                break
            taken.add(frozenset((line[-1], to)))
            line.append(to)
            if to == line[0]:
                break
        if len(line) > 1:
            rows.append({"id": f"R{len(rows):02d}", "class": rng.choice("aab"), "line": line})
    return rows


def town(rng: random.Random) -> tuple[World, list[Row], list[Row]]:
    roads = random_streets(rng) or [{"id": "R00", "class": "a", "line": [(0, 0), (STEP, 0)]}]
    spots = sorted({point for road in roads for step in oracle.steps(road["line"]) for point in step})
    chosen = rng.sample(spots, min(len(spots), rng.randint(0, 6)))
    stops = [
        {"id": f"F{i}", "category": "bus_stop", "status": rng.choice(STATUSES), "at": at} for i, at in enumerate(chosen)
    ]
    return World(layers_of(homes=random_homes(rng), roads=roads, facilities=stops)), roads, stops


def test_longest_stretches_are_those_of_the_oracle():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        world, roads, stops = town(rng)
        reset, limit = rng.random() < 0.6, rng.choice([150, 300, 500])
        judged = {road["id"] for road in roads if road["class"] == "a"}
        seen = coverage(rule(spacing_m=limit, reset_at_junctions=reset), world).frame
        working = {stop["at"] for stop in stops if stop["status"] == "working"}
        assert seen["supplied"].to_dict() == pytest.approx(oracle.longest(roads, judged, working, reset=reset)), seed
        assert seen["status"].to_dict() == oracle.verdicts(roads, judged, stops, spacing_m=limit, reset=reset), seed


def test_every_short_road_is_in_a_gap_and_every_project_closes_what_it_names():
    for seed in range(25):
        rng = random.Random(seed)
        world = town(rng)[0]
        one = rule(spacing_m=rng.choice([150, 300]), reset_at_junctions=rng.random() < 0.5)
        before = coverage(one, world)
        gaps = one.gaps(before, world)
        places = {gap.id: set(gap.place_ids) for gap in gaps}
        short = set(before.frame.index[before.frame["status"] == "short"])
        assert set().union(*places.values()) == short
        projects = one.repairs(gaps, before, world)
        assert sorted(id_ for project in projects for id_ in project.gap_ids) == sorted(places)
        for project in projects:
            after = coverage(one, world.with_edits(project.edits))
            left = {gap.id for gap in one.gaps(after, world.with_edits(project.edits))}
            assert not left & set(project.gap_ids), seed
            mended = sorted(set().union(*(places[id_] for id_ in project.gap_ids)))
            assert (after.frame.loc[mended, "status"] == "met").all(), seed


def test_no_feature_less_would_do():
    world = World(layers_of(roads=[{"id": "R", "class": "a", "line": [(0, 0), (1500, 0)]}], facilities=[]))
    one = rule()
    seen = coverage(one, world)
    (project,) = one.repairs(one.gaps(seen, world), seen, world)
    rows = project.edits[0].add
    assert rows is not None
    assert rows.geometry.x.tolist() == pytest.approx([300, 600, 900, 1200])


def with_adds(before: Coverage, world: World, projects: list) -> None:
    adds = before.rule.adds(projects, before, world)
    if adds is None:
        return
    for i, project in enumerate(projects):
        after = before.rule.measure(world.with_edits(project.edits)).frame
        supplied = before.frame["supplied"].to_numpy(float).copy()
        np.minimum.at(supplied, adds.place[adds.cell[adds.project == i]], adds.amount[adds.project == i])
        known = (before.frame["status"] != "unknown").to_numpy()
        assert supplied[known] == pytest.approx(after["supplied"].to_numpy(float)[known])


def test_fast_path_says_what_a_full_check_says():
    answered = 0
    for seed in range(25):
        world = town(random.Random(seed))[0]
        before = coverage(rule(), world)
        projects = rule().repairs(rule().gaps(before, world), before, world)
        with_adds(before, world, projects)
        answered += rule().adds(projects, before, world) is not None
    assert answered > 10


def test_everybody_on_a_judged_road_is_counted_once_and_all_projects_leave_nobody_without():
    for seed in range(12):
        world = town(random.Random(seed))[0]
        before = coverage(rule(), world)
        assert before.frame["people"].sum() <= np.nan_to_num(world.homes["people"]).sum()
        gaps = rule().gaps(before, world)
        projects = rule().repairs(gaps, before, world)
        after = rule().measure(world.with_edits(tuple(edit for project in projects for edit in project.edits)))
        assert closed(before, after)[1] == pytest.approx(before.frame["people_short"].sum())


def test_order_of_rows_changes_no_gap_and_a_vertex_between_changes_no_length():
    for seed in range(12):
        world, roads, stops = town(random.Random(seed))
        mixed = World(shuffled(world.layers, seed))
        finer = [{**road, "line": [road["line"][0], *(to for _, to in oracle.steps(road["line"]))]} for road in roads]
        homes = [{"id": "H", "people": 1, "at": (0, 0)}]
        fine = World(layers_of(homes=homes, roads=finer, facilities=stops))
        before = coverage(rule(), world)
        again = coverage(rule(), mixed)
        assert [g.id for g in rule().gaps(before, world)] == [g.id for g in rule().gaps(again, mixed)]
        assert coverage(rule(), fine).frame["supplied"].tolist() == pytest.approx(before.frame["supplied"].tolist())


def test_gap_says_how_long_it_is_and_what_is_missing():
    roads = [{"id": "R", "name": "育才路", "class": "a", "line": [(0, 0), (900, 0)]}]
    world = World(layers_of(roads=roads, points=[{"category": "crossing", "at": (0, 0)}]))
    one = rule(kind="points", features="crossings")
    seen = coverage(one, world)
    gap = one.gaps(seen, world)[0]
    assert gap.reason.in_("zh") == "连续 900 米没有人行横道，间距不应超过 300 米"
    assert one.repairs([gap], seen, world)[0].name.in_("zh") == "育才路：增设人行横道 2 处"


def test_no_road_to_judge_is_said():
    world = World(layers_of(roads=[{"id": "R", "class": "b", "line": [(0, 0), (900, 0)]}], facilities=[]))
    seen = coverage(rule(), world)
    assert len(seen.frame) == 0
    assert "道路图层“roads”中没有要判断间距的道路。" in [note.in_("zh") for note in seen.measured.notes]
    assert rule().gaps(seen, world) == []
    assert rule().repairs([], seen, world) == []


def test_road_without_a_line_is_unknown():
    roads = [{"id": "R", "class": "a", "line": [(0, 0), (900, 0)]}, {"id": "S", "class": "a", "geometry": None}]
    world = World(layers_of(roads=roads, facilities=[]))
    assert coverage(rule(), world).frame["status"].to_dict() == {"R": "short", "S": "unknown"}
