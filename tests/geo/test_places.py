from __future__ import annotations

import numpy as np
import pytest

from geo.places import demand_rows, rows_containing, served_units, unit_people, unit_rows
from geo.world import World
from layers.edit import Edit
from layers.problems import LayerError
from tests.geo.worlds import CRS, layer_of, layers_of

WEST = {"id": "U1", "name": "西村", "population": 300, "box": (0, 0, 1000, 1000)}
EAST = {"id": "U2", "name": "东村", "population": 200, "box": (1000, 0, 2000, 1000)}
ROAD = {"id": "R1", "class": "residential", "line": [(0, 0), (2000, 0)]}


def world_of(*homes: dict[str, object], **more: object) -> World:
    return World(layers_of(units=[WEST, EAST], homes=list(homes), **more))  # type: ignore[arg-type]


def home(id_: str, x: float, y: float = 10, **cells: object) -> dict[str, object]:
    return {"id": id_, "people": 3, "at": (x, y), **cells}


def test_home_belongs_to_the_village_its_row_names_wherever_it_lies():
    homes = world_of(home("a", 10, unit_id="U2"), home("b", 10, unit_id="东村"), home("c", 10)).homes
    assert homes["unit_id"].tolist() == ["U2", "U2", "U1"]


def test_home_on_a_boundary_belongs_to_the_lowest_id():
    assert world_of(home("a", 1000)).homes["unit_id"].tolist() == ["U1"]


def test_home_outside_every_village_is_kept_and_noted():
    world = world_of(home("a", -10), home("b", 10))
    assert world.homes["unit_id"].tolist() == ["", "U1"]
    assert [str(note) for note in world.demand.notes] == [
        "1 homes (3 people) lie in no village; they are judged like the others but belong to none."
    ]


def test_home_that_names_a_village_nobody_knows_is_placed_by_where_it_lies_and_noted():
    world = world_of(home("a", 10, unit_id="南村"))
    assert world.homes["unit_id"].tolist() == ["U1"]
    assert 'such as "南村"' in str(world.demand.notes[0])


def test_name_that_two_villages_have_means_neither():
    world = World(layers_of(units=[WEST, {**EAST, "name": "西村"}], homes=[]))
    assert unit_rows(["西村", "U2", ""], world.units).tolist() == [-1, 1, -1]


def test_everybody_is_in_one_village_only():
    rng = np.random.default_rng(0)
    units = [{**WEST, "id": f"U{i}", "box": (i * 90, 0, i * 90 + 100, 100)} for i in range(5)]
    homes = [home(f"h{i:03d}", *rng.integers(-20, 500, 2)) for i in range(200)]
    world = World(layers_of(units=units, homes=homes))
    assert len(world.homes) == 200
    assert world.homes.index.is_unique


def test_villages_stand_in_for_homes_at_a_point_inside_them():
    ring = {"id": "U9", "population": 7, "polygon": [(0, 0), (9, 0), (9, 9), (0, 9), (0, 8), (8, 8), (8, 1), (0, 1)]}
    world = World(layers_of(units=[ring]))
    assert world.homes["people"].tolist() == [7]
    assert world.homes.geometry.iloc[0].within(world.units.geometry.iloc[0])
    assert "the plan has no homes" in str(world.demand.notes[0])


def test_neither_homes_nor_villages_is_an_error():
    with pytest.raises(LayerError, match="no layer of kind demand at all"):
        _ = World(layers_of(roads=[ROAD])).homes


def test_id_in_two_layers_of_one_kind_is_an_error():
    layers = layers_of(units=[WEST], homes=[home("a", 10)], more={"flats": ("demand", [home("a", 20)])})
    with pytest.raises(LayerError, match='the id "a" occurs in more than one of these layers'):
        _ = World(layers).homes


def test_demand_may_be_one_layer_or_the_villages_themselves():
    layers = layers_of(units=[WEST], homes=[home("a", 10)], more={"flats": ("demand", [home("b", 20)])})
    world = World(layers)
    assert demand_rows(world, "demand", None)[0].index.tolist() == ["a", "b"]
    assert demand_rows(world, "flats", None)[0].index.tolist() == ["b"]
    assert demand_rows(world, "units", "people > 5")[0].index.tolist() == ["U1"]


def test_served_units_may_be_ids_or_names_with_any_separator():
    units = world_of().units
    assert served_units("U1；东村", units) == [0, 1]
    assert served_units("U1 U2", units) == [0, 1]
    assert served_units("南村/西村", units) == [0]


def test_people_of_a_village_without_population_are_its_homes_unless_one_is_unknown():
    units = [{**WEST, "population": None}, {**EAST, "population": None}]
    homes = [home("a", 10), home("b", 20), home("c", 1010), home("d", 1020, people=None)]
    world = World(layers_of(units=units, homes=homes))
    assert unit_people(world.units, world.demand).tolist() == pytest.approx([6, np.nan], nan_ok=True)


def test_points_in_no_village_have_none():
    assert rows_containing(world_of(home("a", -1)).homes.geometry.to_numpy(), world_of().units).tolist() == [-1]


def test_edit_of_facilities_keeps_homes_and_network_and_edit_of_roads_does_not():
    world = world_of(home("a", 10), roads=[ROAD], facilities=[])
    network, homes = world.network("walk"), world.homes
    clinic = layer_of("x", "facilities", [{"id": "F", "category": "clinic", "at": (0, 0)}]).frame
    after = world.with_edits((Edit("facilities", add=clinic),))
    assert after.network("walk") is network
    assert after.homes is homes
    road = layer_of("x", "roads", [{"id": "R2", "class": "residential", "line": [(0, 0), (0, 9)]}]).frame
    after = world.with_edits((Edit("roads", add=road),))
    assert after.network("walk") is not network
    assert after.homes is homes
    assert str(after.layers.crs) == CRS
