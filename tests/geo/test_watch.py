"""Watched points: the cases worked by hand, derived entrances and junctions, and what a reader is told."""

from pathlib import Path

import pytest
import yaml

from geo.coverage import coverage
from geo.rules.watch import Watch
from geo.world import World
from layers.problems import LayerError
from tests.geo.worlds import layers_of

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "watch.yaml").read_text(encoding="utf-8"))


def rows(table, **usual):
    return [{**usual, "id": id_, **cells} for id_, cells in table.items()]


def checked(case):
    world = World(
        layers_of(
            points=rows(case["points"]),
            devices=rows(case["cameras"], category="camera", status="working"),
            roads=rows(case["roads"]) if "roads" in case else None,
            homes=None if "units" in case else rows(case.get("homes", {})),
            units=rows(case["units"]) if "units" in case else None,
        )
    )
    return coverage(Watch(id="cam", type="watch", **case["options"]), world), world


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_worked_by_hand(case):
    found, world = checked(case)
    got = {id_: [row["status"], row["supplied"], row["people"]] for id_, row in found.frame.iterrows()}
    assert got == case["expect"]
    gaps = found.rule.gaps(found, world)
    projects = found.rule.repairs(gaps, found, world)
    assert [[p.action, p.amount, len(p.gap_ids)] for p in projects] == case.get("projects", [])
    assert set(case.get("notes", [])) <= {note.key for note in found.measured.notes}
    for text in [*found.measured.notes, *(gap.reason for gap in gaps), *(project.name for project in projects)]:
        assert text.in_("zh")
        assert text.in_("en")


def test_one_gap_in_words():
    found, world = checked(CASES[0])
    gap = found.rule.gaps(found, world)[0]
    assert gap.reason.in_("zh") == "30 米内看得到这里的在用摄像头有 0 台，应有 1 台"
    assert gap.reason.in_("en") == "seen by 0 working cameras within 30 m; there should be 1"
    project = found.rule.repairs([gap], found, world)[0]
    assert project.name.in_("zh") == "P2：安装摄像头 1 台"
    assert (project.cost_low, project.cost_mid, project.cost_high) == (3000, 12000, 26000)


def test_every_point_that_gives_its_own_users_counts_them():
    points = [{"id": "P1", "people": 800, "at": (0, 0)}, {"id": "P2", "people": 20, "at": (90, 0)}]
    world = World(layers_of(points=points, devices=[], homes=[{"id": "H1", "people": 4, "at": (0, 0)}]))
    assert coverage(Watch(id="cam", type="watch"), world).frame["people"].tolist() == [800, 20]


def test_point_without_a_place_is_unknown():
    points = [{"id": "P1", "geometry": None}, {"id": "P2", "at": (0, 0)}]
    cameras = [{"id": "C1", "category": "camera", "status": "working", "at": (0, 0)}]
    world = World(layers_of(points=points, devices=cameras, homes=[{"id": "H1", "people": 4, "at": (0, 0)}]))
    found = coverage(Watch(id="cam", type="watch"), world)
    assert found.frame["status"].tolist() == ["unknown", "met"]
    assert found.frame["reason"].tolist() == ["no_location", ""]
    assert found.frame["people"].tolist() == [0, 4]


def test_lamps_at_junctions_are_put_up_as_lamps():
    points = [{"id": "P1", "category": "junction", "at": (0, 0)}]
    lamps = [{"id": "L1", "category": "lamp", "status": "broken", "at": (500, 0)}]
    world = World(layers_of(points=points, devices=lamps, homes=[]))
    rule = Watch(id="lgt", type="watch", devices="lamps", radius_m=15)
    found = coverage(rule, world)
    project = rule.repairs(rule.gaps(found, world), found, world)[0]
    assert (project.action, project.unit, project.cost_mid) == ("install_lamps", "lamps", 2000)
    assert project.edits[0].add["category"].tolist() == ["lamp"]


# Two villages side by side; the main road crosses both, a lane leaves to the north, a track runs along the border.
UNITS = [
    {"id": "U1", "name": "东村", "population": 100, "box": (0, 0, 500, 400)},
    {"id": "U2", "name": "西村", "population": 60, "box": (500, 0, 1000, 400)},
]
ROADS = [
    {"id": "R1", "name": "大街", "class": "primary", "line": [(-50, 200), (250, 200), (750, 200), (1050, 200)]},
    {"id": "R2", "name": "北巷", "class": "service", "line": [(250, 200), (250, 450)]},
    {"id": "R3", "name": "", "class": "track", "line": [(500, 250), (500, 350)]},
    {"id": "R4", "name": "南巷", "class": "service", "line": [(250, 200), (250, 100)]},
    {"id": "R5", "name": "支路", "class": "service", "line": [(750, 200), (750, 300)]},
]


def derived(ref, **options):
    world = World(layers_of(units=UNITS, roads=ROADS, devices=[]))
    return coverage(Watch(id="cam", type="watch", points=ref, **options), world)


def test_entrances_are_where_roads_cross_a_village_boundary():
    found = derived("entrances")
    places = sorted((round(point.x), round(point.y)) for point in found.frame.geometry)
    assert places == [(0, 200), (250, 400), (500, 200), (1000, 200)]
    assert found.frame["unit_id"].value_counts().to_dict() == {"U1": 3, "U2": 1}
    assert "linear.derived_entrance" in {note.key for note in found.measured.notes}
    assert found.frame["people"].sum() == 160


def test_junctions_are_where_three_road_ends_meet():
    found = derived("junctions")
    assert sorted((p.x, p.y) for p in found.frame.geometry) == [(250, 200), (750, 200)]
    assert sorted(found.frame["name"]) == ["大街 / 北巷 / 南巷", "大街 / 支路"]


def test_only_junctions_of_the_roads_kept_count():
    assert len(derived("junctions", roads_where="class == 'primary'").frame) == 0
    assert len(derived("entrances", roads_where="class == 'primary'").frame) == 3


def test_derived_ids_stay_when_the_map_moves():
    moved = [{**road, "line": [(x + 2, y - 1) for x, y in road["line"]]} for road in ROADS]
    world = World(layers_of(units=UNITS, roads=moved, devices=[]))
    for ref in ("entrances", "junctions"):
        ids = coverage(Watch(id="cam", type="watch", points=ref), world).frame.index
        assert list(ids) == list(derived(ref).frame.index)


def test_points_that_are_given_are_not_derived():
    points = [{"id": "P1", "category": "entrance", "at": (0, 200)}]
    world = World(layers_of(units=UNITS, roads=ROADS, devices=[], points=points))
    assert list(coverage(Watch(id="cam", type="watch", points="entrances"), world).frame.index) == ["P1"]


def test_points_of_another_name_are_never_derived():
    world = World(layers_of(units=UNITS, roads=ROADS, devices=[]))
    with pytest.raises(LayerError):
        coverage(Watch(id="cam", type="watch", points="school_gates"), world)
