"""Real layers, as they were published."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
from layerfiles import SHARED, needs_shared, read, read_one

DATA = SHARED / "data"
pytestmark = needs_shared


def test_the_villages_of_puli_come_with_their_people():
    layer = read_one(DATA, "units", "taiwan-puli/puli_villages.geojson")
    assert (layer.rows_in, layer.used) == (33, 33)
    assert layer.frame["population"].sum() == 78991
    assert layer.frame["pop60"].sum() == 14576
    assert layer.given == {"id", "name", "population", "households", "children", "pop60"}
    assert layer.frame.crs.to_epsg() == 32651
    on_the_ground = gpd.read_file(DATA / "taiwan-puli/puli_villages.geojson").geometry
    area_m2 = sum(abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) for shape in on_the_ground)
    assert layer.frame.area.sum() == pytest.approx(area_m2, rel=1e-3)
    assert layer.frame.loc["10008020025", "name"] == "福興里"


def test_homes_of_puli_name_their_village_by_its_code():
    layers = read(
        DATA,
        units={"kind": "units", "path": "taiwan-puli/puli_villages.geojson"},
        homes={"kind": "demand", "path": "taiwan-puli/puli_villages.csv", "crs": "EPSG:4326"},
    )
    homes, units = layers["homes"].frame, layers["units"].frame
    assert homes["unit_id"].isin(units.index).all()
    inside = units.geometry.loc[homes["unit_id"]].contains(homes.geometry.set_axis(homes["unit_id"]))
    assert inside.mean() > 0.9


def test_the_towns_of_guixi_are_in_the_zone_of_117_degrees_east():
    layer = read_one(DATA, "demand", "guixi-cn/guixi_geonames_towns.csv", crs="EPSG:4326")
    assert (layer.rows_in, layer.used) == (20, 20)
    assert layer.frame.crs.to_epsg() == 4548
    assert layer.frame["zh"].notna().sum() == 20


def test_the_committees_of_guixi_keep_their_twelve_digits():
    layer = read_one(DATA, "staff", "guixi-cn/guixi_villages_nbs.csv", columns={"role": "乡镇"})
    assert (layer.rows_in, layer.used) == (260, 260)
    assert layer.frame["unit_id"].str.fullmatch("[0-9]{12}").all()


def test_the_hexagons_of_porto_alegre_hold_everybody():
    layer = read_one(DATA, "demand", "porto-alegre/poa_hexgrid.csv", crs="EPSG:4326")
    assert (layer.rows_in, layer.used) == (1227, 1227)
    assert layer.frame["people"].sum() == 812935


def test_the_settlements_of_liechtenstein_are_read():
    layer = read_one(DATA, "demand", "liechtenstein/liechtenstein_geonames.csv", crs="EPSG:4326")
    assert layer.frame.loc["3042030", "name"] == "Vaduz"
    assert layer.frame.loc["3042030", "people"] == 5197
