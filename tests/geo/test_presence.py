from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import coverage
from geo.rules.presence import Presence
from geo.world import World
from tests.geo.oracles import presence as oracle
from tests.geo.worlds import (
    layers_of,
    random_facilities,
    random_homes,
    random_roads,
    random_units,
    shuffled,
    with_reject,
)

WORLDS = 600
WEST = {"id": "U1", "name": "西村", "population": 300, "box": (0, 0, 1000, 1000)}
EAST = {"id": "U2", "name": "东村", "population": 200, "box": (1000, 0, 2000, 1000)}


def rule(**options: object) -> Presence:
    return Presence.model_validate({"id": "P", "type": "presence", "facilities": "clinic", **options})


def clinic(**cells: object) -> dict[str, object]:
    return {"id": "F1", "category": "clinic", "status": "working", "unit_id": None, "at": (100, 100), **cells}


def statuses(*facilities: dict[str, object], **options: object) -> list[str]:
    world = World(layers_of(units=[WEST, EAST], facilities=list(facilities)))
    return coverage(rule(**options), world).frame["status"].tolist()


def test_verdicts_are_those_of_the_oracle_on_random_villages():
    for seed in range(WORLDS):
        rng = random.Random(seed)
        units = random_units(rng)
        facilities = random_facilities(rng, units, most=8)
        layers = layers_of(units=units, facilities=facilities)
        spoilt = [unit["id"] for unit in units if rng.random() < 0.2]
        for unit_id in spoilt:
            layers = with_reject(layers, "facilities", unit_id)
        at_least = rng.choice([1, 1, 2])
        answer = coverage(rule(at_least=at_least), World(layers)).frame["status"].to_dict()
        assert answer == oracle.verdicts(units, facilities, category="clinic", at_least=at_least, spoilt=spoilt), seed


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_building_what_is_asked_for_closes_every_gap_of_the_village_it_is_for_and_no_other(rng):
    units = random_units(rng)
    layers = layers_of(
        units=units,
        homes=random_homes(rng, units),
        roads=random_roads(rng),
        facilities=random_facilities(rng, units),
        parcels=[{"id": "L1", "area_m2": 500, "at": (rng.randint(0, 1000), 500)}],
    )
    world, presence = World(layers), rule(at_least=rng.choice([1, 2]))
    before = coverage(presence, world)
    gaps = presence.gaps(before, world)
    projects = presence.repairs(gaps, before, world)
    assert [one.gap_ids for one in projects] == [(gap.id,) for gap in gaps]
    for project in projects:
        after = coverage(presence, world.with_edits(project.edits)).frame
        assert after.loc[project.unit_id, "supplied"] == after.loc[project.unit_id, "required"]
        others = after.index != project.unit_id
        assert after["status"][others].tolist() == before.frame["status"][others].tolist()


def test_facility_counts_for_the_village_it_names_and_not_for_the_one_it_stands_in():
    assert statuses(clinic(unit_id="U2")) == ["short", "met"]


def test_facility_may_name_its_village_in_words():
    assert statuses(clinic(unit_id="东村")) == ["short", "met"]


def test_shared_facility_counts_for_every_village_it_serves():
    assert statuses(clinic(unit_id="U2", serves_units="西村，U2")) == ["met", "met"]


def test_facility_that_names_no_village_counts_for_the_one_it_lies_in():
    assert statuses(clinic()) == ["met", "short"]


def test_facility_on_a_boundary_counts_for_the_lowest_id_alone():
    assert statuses(clinic(at=(1000, 500))) == ["met", "short"]


def test_planned_and_broken_facilities_do_not_count():
    assert statuses(clinic(status="planned"), clinic(id="F2", status="broken")) == ["short", "short"]


def test_village_with_only_a_facility_of_unknown_status_is_unknown():
    assert statuses(clinic(status=None), clinic(id="F2", at=(1500, 500))) == ["unknown", "met"]


def test_layer_without_a_status_column_is_taken_to_work_and_says_so():
    rows = [{key: value for key, value in clinic().items() if key != "status"}]
    seen = coverage(rule(), World(layers_of(units=[WEST], facilities=rows)))
    assert seen.frame["status"].tolist() == ["met"]
    assert "has no status column; its 1 rows were taken to be working" in str(seen.measured.notes[0])


def test_no_facility_at_all_leaves_every_village_short_and_says_so():
    seen = coverage(rule(), World(layers_of(units=[WEST, EAST], facilities=[])))
    assert seen.frame["status"].tolist() == ["short", "short"]
    assert seen.frame["reason"].tolist() == ["no_facility", "no_facility"]
    assert "not a single working clinic" in str(seen.measured.notes[0])


def test_filter_keeps_facilities_that_are_too_small_from_counting():
    small = clinic(area_m2=50.0)
    assert statuses(small, facilities_where="area_m2 >= 120") == ["short", "short"]
    assert statuses(small, facilities_where="area_m2 >= 50") == ["met", "short"]


def test_new_facility_is_as_large_as_the_filter_asks():
    world = World(layers_of(units=[WEST], facilities=[]))
    presence = rule(facilities_where="area_m2 > 700 and category in ['clinic', 'hospital']")
    before = coverage(presence, world)
    (project,) = presence.repairs(presence.gaps(before, world), before, world)
    assert coverage(presence, world.with_edits(project.edits)).frame["status"].tolist() == ["met"]


def test_filter_that_no_new_facility_can_meet_is_said_in_the_gap():
    world = World(layers_of(units=[WEST], facilities=[]))
    presence = rule(facilities_where="opened is not blank")
    before = coverage(presence, world)
    (gap,) = presence.gaps(before, world)
    assert "cannot be promised of a new one" in str(gap.reason)
    assert presence.repairs([gap], before, world) == []


def test_village_without_population_is_weighed_by_its_homes():
    unit = {**WEST, "population": None}
    homes = [{"id": "H1", "people": 4, "at": (10, 10)}, {"id": "H2", "people": 3, "at": (20, 10)}]
    seen = coverage(rule(), World(layers_of(units=[unit], homes=homes, facilities=[])))
    assert seen.frame["people_short"].tolist() == [7]
    assert any("1 villages give no population" in str(note) for note in seen.measured.notes)


def test_idle_parcel_is_built_on_unless_the_people_are_far_from_it():
    homes = [{"id": "H1", "people": 10, "at": (200, 0)}, {"id": "H2", "people": 10, "at": (500, 0)}]
    roads = [{"id": "R", "class": "residential", "line": [(0, 0), (1000, 0)]}]
    for at, chosen in (((350, 50), "L1"), ((900, 900), None)):
        parcels = [{"id": "L1", "area_m2": 300.0, "at": at}]
        world = World(layers_of(units=[WEST], homes=homes, roads=roads, facilities=[], parcels=parcels))
        before = coverage(rule(), world)
        (project,) = rule().repairs(rule().gaps(before, world), before, world)
        assert ("idle parcel" in str(project.name)) == (chosen is not None)
        assert project.geometry.coords[0] == (at if chosen else (200, 0))


def test_parcel_that_is_too_small_contested_or_farmland_is_left_alone():
    bad = [
        {"id": "L1", "area_m2": 50.0, "at": (300, 0)},
        {"id": "L2", "area_m2": 500.0, "tenure": "权属争议", "at": (300, 0)},
        {"id": "L3", "area_m2": 500.0, "use": "永久基本农田", "at": (300, 0)},
    ]
    homes = [{"id": "H1", "people": 10, "at": (200, 0)}]
    world = World(layers_of(units=[WEST], homes=homes, facilities=[], parcels=bad))
    before = coverage(rule(), world)
    (project,) = rule().repairs(rule().gaps(before, world), before, world)
    assert project.geometry.coords[0] == (200, 0)


def test_shuffled_rows_give_the_same_gaps_and_projects():
    rng = random.Random(3)
    units = random_units(rng, 4)
    layers = layers_of(units=units, homes=random_homes(rng, units), facilities=random_facilities(rng, units))
    found = []
    for world in (World(layers), World(shuffled(layers, 1))):
        seen = coverage(rule(), world)
        gaps = rule().gaps(seen, world)
        found.append(([gap.id for gap in gaps], [(p.id, p.geometry.wkt) for p in rule().repairs(gaps, seen, world)]))
    assert found[0] == found[1]


def test_list_of_villages_and_facilities_without_places_is_judged_by_name():
    villages = [{"id": id_, "name": id_, "population": 10} for id_ in ("U1", "U2")]
    world = World(layers_of(units=villages, facilities=[{"id": "F", "unit_id": "U1"}]))
    seen = coverage(rule(facilities="facilities"), world)
    assert seen.frame["status"].tolist() == ["met", "short"]
    built = seen.rule.repairs(seen.rule.gaps(seen, world), seen, world)
    assert coverage(seen.rule, world.with_edits(built[0].edits)).frame["status"].tolist() == ["met", "met"]


def test_village_without_boundary_is_unknown_where_a_facility_names_no_village():
    villages = [{"id": id_, "name": id_, "population": 10, "at": (at, 0)} for id_, at in (("U1", 0), ("U2", 900))]
    there = [{"id": "F", "unit_id": "U1", "at": (0, 0)}, {"id": "G", "at": (400, 0)}]
    seen = coverage(rule(facilities="facilities"), World(layers_of(units=villages, facilities=there)))
    assert seen.frame["status"].tolist() == ["met", "unknown"]
    assert seen.frame["reason"].tolist() == ["", "no_boundary"]
