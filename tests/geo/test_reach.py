from __future__ import annotations

import random
from math import inf, isinf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.coverage import coverage
from geo.rules.reach import Reach
from geo.world import World
from layers.layer import Layers
from layers.problems import LayerError
from tests.geo.oracles import reach as oracle
from tests.geo.worlds import (
    layers_of,
    random_facilities,
    random_homes,
    random_roads,
    random_units,
    shuffled,
    with_reject,
)

WORLDS = 500
ROAD = {"id": "R1", "class": "residential", "line": [(0, 0), (1000, 0)]}
UNIT = {"id": "U1", "name": "东村", "population": 100, "box": (0, -500, 1000, 500)}


def rule(**options: object) -> Reach:
    limit = {} if {"cutoff_m", "cutoff_min"} & set(options) else {"cutoff_m": 500}
    return Reach.model_validate({"id": "R", "type": "reach", "facilities": "clinic", **limit, **options})


def home(x: float, y: float = 0, id_: str = "H1", people: float | None = 4) -> dict[str, object]:
    return {"id": id_, "people": people, "at": (x, y)}


def clinic(x: float, y: float = 0, id_: str = "F1", **cells: object) -> dict[str, object]:
    return {"id": id_, "category": "clinic", "status": "working", "at": (x, y), **cells}


def world_of(*homes: dict[str, object], facilities: list, roads: list | None = None, **more: object) -> World:
    return World(
        layers_of(units=[UNIT], homes=list(homes), facilities=facilities, roads=roads or [ROAD], **more)  # type: ignore[arg-type]
    )


def verdict(*homes: dict[str, object], facilities: list, roads: list | None = None, **options: object) -> list[tuple]:
    frame = coverage(rule(**options), world_of(*homes, facilities=facilities, roads=roads)).frame
    return list(zip(frame["status"], frame["supplied"], strict=True))


def random_town(rng: random.Random, **more: object) -> tuple[Layers, dict[str, list]]:
    units = random_units(rng)
    rows = {
        "units": units,
        "homes": random_homes(rng, units),
        "roads": random_roads(rng),
        "facilities": random_facilities(rng, units),
    }
    return layers_of(**rows, **more), rows  # type: ignore[arg-type]


def test_verdicts_are_those_of_the_oracle_on_random_towns():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        layers, rows = random_town(rng)
        cutoff, snap = rng.choice([50.0, 200.0, 400.0, 750.0]), rng.choice([50.0, 100.0, 500.0])
        mode = rng.choice(["walk", "walk", "straight", "minutes"])
        asked: dict[str, object] = {"cutoff_m": cutoff, "max_snap_m": snap, "mode": mode}
        if mode == "minutes":
            asked = {"cutoff_min": cutoff / 50, "walk_m_per_min": 50.0, "max_snap_m": snap}
        frame = coverage(rule(**asked), World(layers)).frame
        expected = oracle.verdicts(
            rows["homes"],
            rows["facilities"],
            rows["roads"],
            category="clinic",
            cutoff=cutoff / 50 if mode == "minutes" else cutoff,
            max_snap_m=snap,
            speed=50.0 if mode == "minutes" else 1.0,
            straight=mode == "straight",
        )
        assert frame["status"].to_dict() == {id_: status for id_, (status, _) in expected.items()}, seed
        on_road = frame["supplied"].dropna()
        assert on_road.to_dict() == pytest.approx({id_: expected[id_][1] for id_ in on_road.index}, abs=1e-6), seed


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_short_home_is_in_one_gap_and_every_gap_that_can_be_closed_is(rng):
    layers, _ = random_town(rng, parcels=[{"id": "L1", "area_m2": 500, "at": (rng.randint(0, 1000), 500)}])
    world = World(layers)
    reach = rule(cutoff_m=rng.choice([100.0, 300.0]), mode=rng.choice(["walk", "straight"]), max_snap_m=200)
    before = coverage(reach, world)
    gaps = reach.gaps(before, world)
    listed = sorted(id_ for gap in gaps for id_ in gap.place_ids)
    assert listed == before.frame.index[before.frame["status"] == "short"].tolist()
    assert len({gap.id for gap in gaps}) == len(gaps)
    projects = reach.repairs(gaps, before, world)
    after = coverage(reach, world.with_edits(tuple(edit for one in projects for edit in one.edits))).frame
    named = {id_ for one in projects for id_ in one.gap_ids}
    for gap in gaps:
        assert (gap.id in named) != ("no site near by" in str(gap.reason))
        left = [id_ for id_ in gap.place_ids if after.loc[id_, "status"] != "met"]
        stands = before.measured.detail.ways.stands.leg[before.frame.index.get_indexer(left)]  # type: ignore[attr-defined]
        assert (stands > before.frame.loc[left, "required"]).all()


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_one_more_facility_never_takes_a_home_further_from_one(rng):
    layers, rows = random_town(rng)
    more = [*rows["facilities"], clinic(rng.randint(0, 20) * 50, rng.randint(0, 20) * 50, "F-new")]
    before = coverage(rule(), World(layers)).frame
    after = coverage(rule(), World(layers_of(**{**rows, "facilities": more}))).frame  # type: ignore[arg-type]
    known = before["supplied"].notna()
    assert (after["supplied"][known] <= before["supplied"][known]).all()
    assert (after["status"][before["status"] == "met"] == "met").all()


def test_home_exactly_at_the_cutoff_is_within():
    assert verdict(home(0), facilities=[clinic(500)]) == [("met", 500)]
    assert verdict(home(0), facilities=[clinic(500.25)]) == [("short", 500.25)]


def test_both_access_legs_count():
    assert verdict(home(0, 30), facilities=[clinic(470, -1)]) == [("short", 501)]


def test_home_no_road_joins_to_a_facility_is_short_and_infinitely_far():
    other = {"id": "R2", "class": "residential", "line": [(0, 300), (1000, 300)]}
    world = world_of(home(0, 300), facilities=[clinic(0)], roads=[ROAD, other])
    row = coverage(rule(), world).frame.loc["H1"]
    assert (row["status"], row["supplied"], row["reason"]) == ("short", inf, "unreachable")
    (gap,) = rule().gaps(coverage(rule(), world), world)
    assert str(gap.reason) == (
        "no road leads from these 1 homes to any clinic: the roads around R2 are joined to no others"
    )


def test_home_off_the_network_is_unknown_and_the_reason_gives_its_distance():
    row = coverage(rule(), world_of(home(0, 501), facilities=[clinic(0)])).frame.loc["H1"]
    assert (row["status"], row["reason"]) == ("unknown", "off_network:501")
    assert np.isnan(row["supplied"])
    assert np.isnan(row["shortfall"])


def test_without_any_road_every_home_is_unknown():
    world = World(layers_of(units=[UNIT], homes=[home(0)], facilities=[clinic(0)], roads=[]))
    frame = coverage(rule(), world).frame
    assert frame[["status", "reason"]].to_numpy().tolist() == [["unknown", "no_road"]]


def test_facility_off_the_network_leaves_homes_near_it_unknown_and_others_short():
    found = verdict(home(0), home(900, id_="H2"), facilities=[clinic(0, 400)], max_snap_m=100, cutoff_m=400)
    assert [status for status, _ in found] == ["unknown", "short"]


def test_facility_off_the_network_makes_no_doubt_where_another_serves():
    assert verdict(home(0), facilities=[clinic(0, 400), clinic(50, id_="F2")], max_snap_m=100) == [("met", 50)]


def test_facility_of_unknown_status_is_a_doubt_only_where_it_would_matter():
    found = verdict(home(0), home(1000, id_="H2"), facilities=[clinic(200, status=None)])
    assert [status for status, _ in found] == ["unknown", "short"]


def test_row_set_aside_makes_the_homes_of_the_village_it_names_unknown_unless_they_are_served():
    layers = with_reject(world_of(home(0), home(900, id_="H2"), facilities=[clinic(0)]).layers, "facilities", "东村")
    seen = coverage(rule(), World(layers)).frame
    assert seen[["status", "reason"]].to_numpy().tolist() == [["met", ""], ["unknown", "row_rejected"]]


def test_no_facility_at_all_is_said_as_such():
    world = world_of(home(0), home(150, id_="H2"), home(900, id_="H3"), facilities=[])
    seen = coverage(rule(), world)
    assert seen.frame["reason"].tolist() == ["no_facility"] * 3
    assert "not a single working clinic" in str(seen.measured.notes[0])
    assert [gap.place_ids for gap in rule().gaps(seen, world)] == [("H1", "H2"), ("H3",)]


def test_minutes_on_foot_are_metres_over_the_speed():
    assert verdict(home(0), facilities=[clinic(800)], cutoff_min=10) == [("met", 10)]
    assert verdict(home(0), facilities=[clinic(800)], cutoff_min=10, walk_m_per_min=50) == [("short", 16)]


def test_one_way_streets_bind_cars_and_not_walkers():
    block = [(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]
    roads = [{"id": "R", "class": "residential", "oneway": "yes", "line": block}]
    assert verdict(home(200, 100), facilities=[clinic(100)], roads=roads) == [("met", 200)]
    found = verdict(home(200, 100), facilities=[clinic(100)], roads=roads, mode="drive")
    assert found == [("short", 600)]


def test_driving_minutes_follow_the_speed_of_the_road():
    roads = [{**ROAD, "speed_kmh": 30.0}]
    assert verdict(home(0), facilities=[clinic(500)], roads=roads, mode="drive", cutoff_min=1) == [("met", 1)]


def test_straight_line_needs_no_road():
    world = World(layers_of(units=[UNIT], homes=[home(0)], facilities=[clinic(300, 400)]))
    assert coverage(rule(mode="straight"), world).frame["status"].tolist() == ["met"]


def park_verdict(at: dict[str, object], box: tuple[float, ...], cutoff_m: float) -> tuple[object, ...]:
    park = {"id": "F1", "category": "park", "status": "working", "box": box}
    frame = coverage(rule(facilities="park", cutoff_m=cutoff_m), world_of(at, facilities=[park])).frame
    return tuple(frame.loc["H1", ["status", "supplied"]])


def test_park_is_reached_at_its_edge_and_not_at_its_centre():
    assert park_verdict(home(0), (600, 5, 1000, 405), 605) == ("met", 605)


def test_home_inside_a_park_is_there():
    assert park_verdict(home(200, 20), (0, -100, 400, 100), 1) == ("met", 0)


def test_people_unknown_stay_unknown():
    frame = coverage(rule(), world_of(home(0, people=None), facilities=[])).frame
    assert np.isnan(frame.loc["H1", "people_short"])


def test_villages_are_judged_as_one_place_where_there_are_no_homes_and_it_says_so():
    world = World(layers_of(units=[UNIT], roads=[ROAD], facilities=[clinic(500)]))
    seen = coverage(rule(), world)
    assert seen.frame[["people", "unit_id"]].to_numpy().tolist() == [[100, "U1"]]
    assert "the plan has no homes" in str(seen.measured.notes[0])


def test_demand_that_is_no_layer_is_an_error():
    with pytest.raises(LayerError, match='takes "hoems" for its homes'):
        coverage(rule(demand="hoems"), world_of(home(0), facilities=[]))


def test_share_is_reported_and_judges_no_single_home():
    world = world_of(home(0, people=8), home(900, id_="H2", people=2), facilities=[clinic(0)])
    seen = coverage(rule(share=0.9), world)
    assert seen.frame["status"].tolist() == ["met", "short"]
    assert "8 people are within the limit, 80 %; the target is 90 %." in [str(note) for note in seen.measured.notes]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"cutoff_m": 5, "cutoff_min": 5}, "one of cutoff_m and cutoff_min"),
        ({"cutoff_m": None}, "one of cutoff_m and cutoff_min"),
        ({"cutoff_min": 5, "mode": "straight"}, "a straight line takes no time"),
    ],
)
def test_cutoff_that_makes_no_sense_is_refused(options, what):
    with pytest.raises(ValidationError, match=what):
        rule(**options)


def test_gap_keeps_its_id_when_rows_are_shuffled_and_a_home_moves_a_little():
    world = world_of(home(0, id_="a"), home(100, id_="b", people=9), home(600, id_="c"), facilities=[])
    moved = world_of(home(600, 3, "c"), home(104, id_="b", people=9), home(2, id_="a"), facilities=[])
    ids = [[gap.id for gap in rule().gaps(coverage(rule(), one), one)] for one in (world, moved)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2


def test_one_site_that_serves_two_gaps_is_one_project_for_both():
    east = {"id": "U2", "name": "西村", "population": 1, "box": (1000, -500, 2000, 500)}
    road = {"id": "R1", "class": "residential", "line": [(0, 0), (2000, 0)]}
    homes = [home(900, id_="a"), home(1100, id_="b")]
    world = World(layers_of(units=[UNIT, east], homes=homes, roads=[road], facilities=[]))
    seen = coverage(rule(), world)
    gaps = rule().gaps(seen, world)
    assert len(gaps) == 2
    (project,) = rule().repairs(gaps, seen, world)
    assert sorted(project.gap_ids) == sorted(gap.id for gap in gaps)


def test_home_too_far_from_its_road_to_be_served_from_it_has_a_gap_that_says_so():
    world = world_of(home(0, 300), facilities=[])
    seen = coverage(rule(cutoff_m=200), world)
    (gap,) = rule(cutoff_m=200).gaps(seen, world)
    assert "no site near by could serve them" in str(gap.reason)
    assert rule(cutoff_m=200).repairs([gap], seen, world) == []


def test_shuffled_rows_give_the_same_answer():
    for seed in range(20):
        layers, _ = random_town(random.Random(seed))
        found = []
        for world in (World(layers), World(shuffled(layers, seed))):
            seen = coverage(rule(), world)
            gaps = rule().gaps(seen, world)
            found.append((repr(gaps), [(p.id, p.gap_ids, p.geometry.wkt) for p in rule().repairs(gaps, seen, world)]))
        assert found[0] == found[1]


def test_nothing_to_judge_gives_an_empty_answer():
    world = World(layers_of(units=[UNIT], homes=[], roads=[ROAD], facilities=[clinic(0)]))
    seen = coverage(rule(), world)
    assert len(seen.frame) == 0
    assert rule().gaps(seen, world) == []
    assert not isinf(seen.frame["supplied"].sum())


def test_list_without_places_is_refused_by_name():
    homes = [{"id": "H", "people": 1, "at": (0, 0)}]
    world = World(layers_of(units=[], homes=homes, facilities=[{"id": "F", "unit_id": "U"}]))
    with pytest.raises(LayerError) as caught:
        coverage(Reach(id="R", type="reach", facilities="facilities", mode="straight", cutoff_m=9), world)
    assert caught.value.in_("en") == (
        'facilities: the layer "facilities" has no places, and the rule "R" measures distance. '
        "Give it columns for longitude and latitude, or use a rule that counts by village (presence)."
    )
