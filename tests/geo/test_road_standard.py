"""Roads that should be better: verdicts and dependants against the slow way, promises against a re-run."""

from __future__ import annotations

import random

import pytest
from pydantic import ValidationError

from geo.coverage import Coverage, coverage
from geo.ranking import rank
from geo.rules.road_standard import RoadStandard
from geo.world import World
from geo.worth import Worth, closed
from tests.geo.oracles import roads as oracle
from tests.geo.worlds import layers_of, shuffled

WORLDS = 60


def rule(**options: object) -> RoadStandard:
    asked = options if options else {"surfaces": ["hard"], "min_width_m": 4.5}
    return RoadStandard.model_validate({"id": "RD", "type": "road_standard", **asked})


def random_town(rng: random.Random) -> dict[str, list]:
    """Return a grid whose corners are moved, so that no two ways are equally long, with some roads left out."""
    corner = {
        (x, y): (x * 200 + rng.uniform(-60, 60), y * 200 + rng.uniform(-60, 60)) for x in range(4) for y in range(4)
    }
    pairs = [(a, (a[0] + dx, a[1] + dy)) for a in corner for dx, dy in ((1, 0), (0, 1))]
    lines = [[corner[a], corner[b]] for a, b in pairs if b in corner and rng.random() < 0.75]
    surfaces = ["asphalt", "水泥", "gravel", "土路", None, "pudding"]
    roads = [
        {
            "id": f"R{i:02d}",
            "name": rng.choice(["东路", "西路", None]),
            "surface": rng.choice(surfaces),
            "width_m": rng.choice([3.0, 4.5, 6.0, None]),
            "line": line,
        }
        for i, line in enumerate(lines)
    ]
    homes = [
        {"id": f"H{i}", "people": rng.choice([1, 2, 5, 40]), "at": (rng.uniform(-50, 650), rng.uniform(-50, 650))}
        for i in range(rng.randint(1, 6))
    ]
    seats = [
        {"id": f"S{i}", "category": "hospital", "status": "working", "at": (rng.uniform(0, 600), rng.uniform(0, 600))}
        for i in range(rng.randint(1, 2))
    ]
    return {"units": [], "homes": homes, "roads": roads, "facilities": seats}


def seen_in(seed: int, **options: object) -> tuple[Coverage, World, dict[str, list]]:
    rows = random_town(random.Random(seed))
    world = World(layers_of(**rows))
    return coverage(rule(**options), world), world, rows


def people_counted(rows: dict[str, list]) -> float:
    """Return how many people have a way that uses any road at all: each of them once."""
    graph = oracle.graph_of(rows["roads"], {row["id"]: row["at"] for row in rows["homes"] + rows["facilities"]})
    seats = [seat["id"] for seat in rows["facilities"]]
    ways = {home["id"]: oracle.used_metres(graph, home["id"], seats) or {} for home in rows["homes"]}
    return sum(home["people"] for home in rows["homes"] if max(ways[home["id"]].values(), default=0) > 1e-3)


def test_verdicts_and_dependants_are_those_of_the_oracle_on_random_towns():
    for seed in range(WORLDS):
        seen, _, rows = seen_in(seed)
        expected = {road["id"]: oracle.road_status(road) for road in rows["roads"]}
        assert seen.frame["status"].to_dict() == {id_: status for id_, (status, _) in expected.items()}, seed
        assert seen.frame["supplied"].to_dict() == {id_: held for id_, (_, held) in expected.items()}, seed
        people = oracle.shared_people(rows["homes"], rows["facilities"], rows["roads"])
        assert seen.frame["people"].to_dict() == pytest.approx(people, abs=1e-6), seed
        assert people_counted(rows) == pytest.approx(seen.frame["people"].sum()), seed


def test_every_gap_is_closed_by_its_own_project_and_every_short_road_is_in_one_gap():
    for seed in range(8):
        seen, world, _ = seen_in(seed)
        gaps = seen.rule.gaps(seen, world)
        short = sorted(seen.frame.index[seen.frame["status"] == "short"])
        assert sorted(place for gap in gaps for place in gap.place_ids) == short, seed
        for project in seen.rule.repairs(gaps, seen, world):
            after = coverage(seen.rule, world.with_edits(project.edits)).frame["status"]
            places = [place for gap in gaps if gap.id in project.gap_ids for place in gap.place_ids]
            assert set(after.loc[places]) == {"met"}, (seed, project.id)


def test_ranked_list_gives_what_it_promises_and_leaves_nobody_without():
    for seed in range(3):
        seen, world, _ = seen_in(seed)
        gaps = seen.rule.gaps(seen, world)
        rows = rank(seen.rule.repairs(gaps, seen, world), {"RD": seen}, gaps, world)
        edits = tuple(edit for row in rows for edit in row.project.edits)
        need, people = closed(seen, seen.rule.measure(world.with_edits(edits)))
        assert sum(row.need_closed for row in rows) == pytest.approx(need), seed
        assert sum(row.people_served for row in rows) == pytest.approx(people), seed
        assert people == pytest.approx(seen.frame.loc[seen.frame["status"] == "short", "people"].sum()), seed


def two_in_a_row(first: str, second: str) -> tuple[Coverage, World]:
    roads = [
        {"id": "R1", "name": "甲路", "surface": first, "line": [(0, 0), (300, 0)]},
        {"id": "R2", "name": "乙路", "surface": second, "line": [(300, 0), (600, 0)]},
    ]
    homes = [{"id": "H", "people": 9, "at": (600, 0)}]
    seats = [{"id": "S", "category": "hospital", "status": "working", "at": (0, 0)}]
    world = World(layers_of(units=[], homes=homes, roads=roads, facilities=seats))
    return coverage(rule(surfaces=["hard"]), world), world


def test_one_bad_road_of_two_gains_nothing_alone_and_both_together_gain_everybody():
    seen, world = two_in_a_row("gravel", "gravel")
    projects = seen.rule.repairs(seen.rule.gaps(seen, world), seen, world)
    worth = Worth({"RD": seen}, projects, world)
    gains = {project.amount: worth.gain(i).people for i, project in enumerate(projects)}
    assert gains == pytest.approx({0.3: 0, 0.6: 9})
    gaps = seen.rule.gaps(seen, world)
    assert [row.project.amount for row in rank(projects, {"RD": seen}, gaps, world)] == [0.6]


def test_gap_says_how_many_people_in_all_go_over_it():
    seen, world = two_in_a_row("gravel", "gravel")
    gaps = seen.rule.gaps(seen, world)
    assert [(gap.name, gap.people) for gap in gaps] == [("甲路", 4.5), ("乙路", 4.5)]
    assert gaps[0].reason.in_("zh") == "0.3 公里未达标（路面），有 9 人出行要经过"
    assert gaps[0].reason.in_("en") == "0.3 km not up to standard (surface); the way of 9 people leads over it"


def test_people_who_only_come_to_the_end_of_a_road_do_not_use_it():
    roads = [
        {"id": "R1", "surface": "gravel", "line": [(0, 0), (0, 300)]},
        {"id": "R2", "surface": "gravel", "line": [(0, 0), (300, 0)]},
    ]
    homes = [{"id": "H", "people": 9, "at": (300, 0)}]
    seats = [{"id": "S", "category": "hospital", "status": "working", "at": (0, 0)}]
    seen = coverage(rule(surfaces=["hard"]), World(layers_of(units=[], homes=homes, roads=roads, facilities=seats)))
    assert seen.frame["people"].to_dict() == {"R1": 0, "R2": 9}


def test_without_anywhere_to_go_who_depends_is_unknown_and_roads_are_judged_all_the_same():
    roads = [{"id": "R1", "surface": "gravel", "line": [(0, 0), (0, 300)]}]
    world = World(layers_of(units=[], homes=[{"id": "H", "people": 9, "at": (0, 0)}], roads=roads, facilities=[]))
    seen = coverage(rule(surfaces=["hard"]), world)
    assert seen.frame["status"].tolist() == ["short"]
    assert seen.frame["people_short"].isna().all()
    assert [note.key for note in seen.measured.notes] == ["roads.no_destination", "rules.cost_assumed"]
    assert seen.rule.repairs(seen.rule.gaps(seen, world), seen, world)[0].amount == 0.3


def test_shuffled_rows_change_nothing():
    for seed in range(2):
        seen, world, _ = seen_in(seed)
        other = World(shuffled(world.layers, seed))
        again = coverage(seen.rule, other)
        gaps, later = seen.rule.gaps(seen, world), seen.rule.gaps(again, other)
        assert [(g.id, g.amount, g.people) for g in gaps] == [(g.id, g.amount, g.people) for g in later]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"to": "hospital"}, "road_criteria"),
        ({"min_width_m": 4.5, "max_bay_spacing_m": 300}, "road_bays"),
        ({"min_lanes": 0}, "greater_than"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, fault):
    with pytest.raises(ValidationError) as error:
        rule(**options)
    assert fault in str(error.value.errors()[0]["type"])
