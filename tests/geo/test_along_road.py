"""Lit roads: the cases worked by hand, and what a reader is told."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from geo.coverage import coverage
from geo.devices import shared_cost
from geo.rules.along_road import AlongRoad
from geo.world import World
from layers.options import Cost
from layers.problems import LayerError
from tests.geo.worlds import layers_of

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "along_road.yaml").read_text(encoding="utf-8"))


def rows(table, **usual):
    return [{**usual, "id": id_, **cells} for id_, cells in table.items()]


def checked(case):
    lamps = rows(case["lamps"], category="lamp", status="working")
    world = World(layers_of(roads=rows(case["roads"]), devices=lamps, homes=rows(case.get("homes", {}))))
    return coverage(AlongRoad(id="dark", type="along_road", **case["options"]), world), world


def value(number):
    return None if np.isnan(number) else round(float(number), 6)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_worked_by_hand(case):
    found, world = checked(case)
    verdicts = {
        id_: [row["status"], value(row["supplied"]), value(row["people"]), value(row["people_short"])]
        for id_, row in found.frame.iterrows()
    }
    for id_, (status, lit, people, dark) in case["expect"].items():
        assert verdicts.pop(id_) == [status, lit, people, dark], id_
    assert not verdicts
    gaps = found.rule.gaps(found, world)
    ends = []
    for gap in gaps:
        line = world.layers["roads"].frame.geometry[gap.place_ids[0]]
        at = [line.project(end) for end in _ends(gap.geometry)]
        ends.append([gap.place_ids[0], round(min(at), 6), round(max(at), 6)])
    assert ends == case.get("gaps", [])
    projects = found.rule.repairs(gaps, found, world)
    assert [[project.action, project.amount] for project in projects] == case.get("projects", [])
    keys = {note.key for note in found.measured.notes}
    assert set(case.get("notes", [])) <= keys
    for text in [*found.measured.notes, *(gap.reason for gap in gaps), *(project.name for project in projects)]:
        assert text.in_("zh")
        assert text.in_("en")


def _ends(shape):
    from shapely import Point, get_parts

    return [Point(part.coords[i]) for part in get_parts(shape) for i in (0, -1)]


def test_one_gap_in_words():
    found, world = checked(CASES[0])
    gap = found.rule.gaps(found, world)[0]
    assert gap.reason.in_("zh") == "从 0 米到 30 米没有灯光，共 30 米"
    assert gap.reason.in_("en") == "no light from 0 m to 30 m, 30 m in all"
    project = found.rule.repairs([gap], found, world)[0]
    assert project.name.in_("zh") == "R1：安装路灯 1 盏"
    assert (project.cost_low, project.cost_mid, project.cost_high) == (1250, 2000, 3000)


def test_a_gap_says_how_many_more_pass_it_on_their_way_to_the_village_centre():
    """Nobody lives on the dark street R2, but the seven in the lane walk it to the middle of the village."""
    roads = [
        {"id": "R1", "line": [(0, 0), (100, 0)], "lit_required": True},
        {"id": "R2", "line": [(100, 0), (500, 0)], "lit_required": True},
    ]
    units = [{"id": "U1", "population": 7, "box": (-100, -100, 1100, 100)}]
    lamps = [{"id": f"L{i}", "category": "lamp", "status": "working", "at": (20 * i, 0)} for i in range(6)]
    homes = [{"id": "H1", "people": 7, "at": (30, 5)}]
    world = World(layers_of(roads=roads, units=units, devices=lamps, homes=homes))
    found = coverage(AlongRoad(id="dark", type="along_road"), world)
    (gap,) = found.rule.gaps(found, world)
    assert (gap.place_ids, gap.people) == (("R2",), 0)
    assert gap.reason.in_("zh") == "从 17.5 米到 400 米没有灯光，共 382.5 米；另有约 7 人去村中心时经过这里"
    assert gap.reason.in_("en").endswith("; about 7 more pass here on their way to the village centre")


def test_repair_with_new_lamps_costs_what_both_cost():
    mend = Cost(low=200, mid=400, high=600, per="lamp", yearly=60, life_years=4)
    build = Cost(low=1250, mid=2000, high=3000, per="lamp", yearly=60, life_years=8)
    both = shared_cost(mend, 2, build, 3)
    assert 5 * both.mid == pytest.approx(2 * 400 + 3 * 2000)
    assert 5 * both.low == pytest.approx(2 * 200 + 3 * 1250)
    assert 5 * both.high == pytest.approx(2 * 600 + 3 * 3000)
    assert 5 * (both.mid / both.life_years + both.yearly) == pytest.approx(2 * (100 + 60) + 3 * (250 + 60))


def test_lamps_of_a_layer_without_status_are_taken_to_work_and_a_note_says_so():
    lamps = [{"id": "L1", "category": "lamp", "at": (25, 0)}]
    world = World(layers_of(roads=[{"id": "R1", "line": [(0, 0), (50, 0)]}], devices=lamps, homes=[]))
    found = coverage(AlongRoad(id="dark", type="along_road", radius_m=25), world)
    assert found.frame["status"].tolist() == ["met"]
    assert "rules.no_status_column" in {note.key for note in found.measured.notes}


def test_lamp_without_a_place_is_left_out_and_a_note_says_so():
    lamps = [{"id": "L1", "category": "lamp", "status": "working", "geometry": None}]
    world = World(layers_of(roads=[{"id": "R1", "line": [(0, 0), (50, 0)]}], devices=lamps, homes=[]))
    found = coverage(AlongRoad(id="dark", type="along_road"), world)
    assert found.frame["supplied"].tolist() == [0]
    assert "linear.device_without_place" in {note.key for note in found.measured.notes}


def test_a_few_lamps_on_many_roads_are_said_to_be_hardly_mapped():
    roads = [{"id": f"R{i}", "line": [(0, 100 * i), (1000, 100 * i)]} for i in range(20)]
    lamps = [{"id": "L1", "category": "lamp", "status": "working", "at": (25, 0)}]
    found = coverage(AlongRoad(id="dark", type="along_road"), World(layers_of(roads=roads, devices=lamps, homes=[])))
    assert "linear.hardly_mapped" in {note.key for note in found.measured.notes}
    assert (found.frame["status"] == "short").all()


def test_plan_without_devices_is_refused():
    world = World(layers_of(roads=[{"id": "R1", "line": [(0, 0), (50, 0)]}], homes=[]))
    with pytest.raises(LayerError):
        coverage(AlongRoad(id="dark", type="along_road"), world)


def test_lamps_of_another_rule_count_where_they_stand():
    """A project of any rule that puts up lamps is weighed: here one for a junction, on the road judged."""
    from geo.devices import devices_of, new_devices
    from geo.projects import Project

    roads = [{"id": "R1", "line": [(0, 0), (100, 0)]}]
    lamps = [{"id": "L1", "category": "lamp", "status": "working", "at": (0, 0)}]
    world = World(layers_of(roads=roads, devices=lamps, homes=[{"id": "H1", "people": 4, "at": (50, 5)}]))
    found = coverage(AlongRoad(id="dark", type="along_road", radius_m=20), world)
    site = np.array([world.homes.geometry.iloc[0]], dtype=object)
    new = new_devices(devices_of(world.layers, "lamps", usual="lamp"), [("P-OTHER", site)], str(world.layers.crs))
    cost = Cost(low=1, mid=1, high=1)
    other = Project(
        "P-OTHER", "install_lamps", "", "", ("x",), ("g",), 1.0, "lamps", (new.of("P-OTHER", 1),), cost, site[0]
    )
    adds = found.rule.adds([other], found, world)
    assert adds.amount.sum() == 40
    assert adds.people[adds.cell].sum() == 4
    after = coverage(found.rule, world.with_edits(other.edits))
    assert after.frame.loc["R1", "supplied"] == found.frame.loc["R1", "supplied"] + 40
