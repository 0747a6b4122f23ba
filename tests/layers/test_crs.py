"""Coordinate systems: what is declared, whether the numbers fit, and the one metric system of the run."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from layerfiles import csv_of, faults, read, read_one, refusal, square

from layers.gcj02 import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from layers.mainland import in_mainland
from layers.problems import InputError, LayerError, PlanError

GEOD = pyproj.Geod(ellps="WGS84")
ALL = {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0}


def apart_m(one, other):
    return GEOD.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2]


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # eviltransform's published test vectors, quoted to the digits its tests compare
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_the_shift_of_gcj02_agrees_with_published_points(wgs84, gcj02):
    moved = wgs84_to_gcj02(np.array([wgs84]))
    assert apart_m(moved, np.array([gcj02]))[0] < 0.05  # the vectors use another ellipsoid constant: 2 cm


MAINLAND = st.tuples(st.floats(98, 119.8), st.floats(27, 42))


@given(st.lists(MAINLAND, min_size=1, max_size=20))
def test_shifts_are_undone_to_a_millionth_of_a_metre(places):
    given_places = np.array(places)
    assert apart_m(gcj02_to_wgs84(wgs84_to_gcj02(given_places)), given_places).max() < 2e-6
    assert apart_m(bd09_to_gcj02(gcj02_to_bd09(given_places)), given_places).max() < 2e-6


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ((116.4, 39.9), True),  # Beijing
        ((114.06, 22.54), True),  # Shenzhen, Futian
        ((113.92, 22.49), True),  # Shenzhen, Shekou
        ((118.08, 24.45), True),  # Xiamen
        ((119.78, 25.5), True),  # Pingtan
        ((80.3, 43.0), True),  # Zhaosu
        ((100.8, 22.0), True),  # Xishuangbanna
        ((109.5, 18.3), True),  # Sanya
        ((130.9, 46.8), True),  # Jiamusi
        ((114.17, 22.32), False),  # Hong Kong
        ((114.13, 22.50), False),  # Sheung Shui
        ((113.55, 22.19), False),  # Macau
        ((121.56, 25.03), False),  # Taipei
        ((120.97, 23.97), False),  # Puli
        ((118.32, 24.44), False),  # Kinmen
        ((126.98, 37.57), False),  # Seoul
        ((105.85, 21.03), False),  # Hanoi
        ((106.9, 47.9), False),  # Ulaanbaatar
        ((76.9, 43.25), False),  # Almaty
        ((9.5, 47.1), False),
        ((np.nan, np.nan), False),
    ],
)
def test_which_places_count_as_mainland(place, inside):
    assert in_mainland(np.array([place])).tolist() == [inside]
    moved = wgs84_to_gcj02(np.array([place]))
    assert inside == bool((moved != np.array([place])).any() and not np.isnan(moved).any())


def point_file(tmp_path, x, y, name="rows.csv"):
    return csv_of(tmp_path, "id,x,y", f"a,{x!r},{y!r}", name=name)


@pytest.mark.parametrize("crs", ["gcj02", "GCJ-02", "bd09"])
def test_a_layer_in_a_map_services_coordinates_comes_out_where_it_is(tmp_path, crs):
    true = np.array([[112.3, 22.4]])
    shifted = wgs84_to_gcj02(true)
    shifted = gcj02_to_bd09(shifted) if crs == "bd09" else shifted
    settings = {"crs": "EPSG:4546"}
    moved = read_one(tmp_path, "devices", point_file(tmp_path, *map(float, shifted[0])), settings, crs=crs)
    plain = read_one(tmp_path, "devices", point_file(tmp_path, 112.3, 22.4), settings, crs="EPSG:4490")
    assert moved.frame.geometry.iloc[0].distance(plain.frame.geometry.iloc[0]) < 1e-3
    assert moved.source.crs == crs.lower().replace("-", "")


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (112.4, 22.4, "EPSG:4546"),  # nearest central meridian 111
        (113.0, 22.4, "EPSG:4547"),
        (117.2, 28.3, "EPSG:4548"),
        (134.5, 48.0, "EPSG:4554"),
        (75.3, 39.5, "EPSG:4534"),
        (120.97, 23.97, "EPSG:32651"),
        (9.5, 47.1, "EPSG:32632"),
        (-51.2, -30.0, "EPSG:32722"),
    ],
)
def test_the_run_is_in_the_zone_of_its_data(tmp_path, lon, lat, expected):
    assert read(tmp_path, it={"kind": "devices", "path": point_file(tmp_path, lon, lat), "crs": "4326"}).crs == expected


@pytest.mark.parametrize("code", [4513, 4528, 4534, 4547, 4549, 32650, 3857])
def test_any_projected_system_ends_in_the_same_place(tmp_path, code):
    change = pyproj.Transformer.from_crs(4490, code, always_xy=True)
    lon, lat = {4513: (75.5, 39.5), 4534: (75.5, 39.5), 32650: (117.5, 28.0)}.get(code, (119.9, 28.0))
    if code == 4547:
        lon = 114.2
    x, y = change.transform(lon, lat)
    settings = {"crs": "EPSG:32650" if code not in (4513, 4534) else "EPSG:4534"}
    direct = read_one(tmp_path, "devices", point_file(tmp_path, lon, lat), settings, crs="EPSG:4490")
    projected = read_one(tmp_path, "devices", point_file(tmp_path, float(x), float(y)), settings, crs=f"EPSG:{code}")
    assert projected.frame.geometry.iloc[0].distance(direct.frame.geometry.iloc[0]) < 1.0


def said(tmp_path, x, y, crs, language="en"):
    return refusal(tmp_path, "devices", point_file(tmp_path, x, y), language, crs=crs)


def test_a_missing_crs_is_an_error_that_says_how_to_declare_it(tmp_path):
    assert refusal(tmp_path, "devices", point_file(tmp_path, 113, 23)) == (
        "layer it (rows.csv): it does not say in which coordinate system it is. "
        "Give its crs in the plan, for example EPSG:4490 (degrees, CGCS2000), EPSG:4547 (3-degree zone, 114E), "
        "gcj02 (Amap, Tencent) or bd09 (Baidu)."
    )


def test_degrees_labelled_as_metres_are_refused(tmp_path):
    assert said(tmp_path, 113.5, 23.5, "EPSG:4547", "zh") == (
        "图层“it”（rows.csv）：坐标 113.5, 23.5 像经纬度，但声明的坐标系 EPSG:4547 以米为单位。"
        "请把 crs 改成经纬度坐标系，例如 EPSG:4490 或 gcj02。"
    )


def test_metres_labelled_as_degrees_are_refused(tmp_path):
    assert said(tmp_path, 451234.5, 2551234.5, "EPSG:4326") == (
        "layer it (rows.csv): the coordinates 451234.5, 2551234.5 are not degrees, but EPSG:4326 is in degrees. "
        "They look like metres. Declare a projected crs, such as EPSG:4547."
    )


def test_swapped_degrees_are_refused_with_the_hint(tmp_path):
    assert said(tmp_path, 30.2, 120.2, "EPSG:4326", "zh") == (
        "图层“it”（rows.csv）：坐标 30.2, 120.2 的经度和纬度（或东坐标和北坐标）像是写反了。请在计划中对调 x 和 y 两列。"
    )


def test_northing_written_as_x_is_refused_with_the_hint(tmp_path):
    assert "look swapped" in said(tmp_path, 2551234.5, 451234.5, "EPSG:4547")


def test_swapped_degrees_that_only_another_layer_gives_away_are_refused(tmp_path):
    csv_of(tmp_path, "id,x,y", "a,9.52,47.14", name="homes.csv")
    csv_of(tmp_path, "id,x,y", "a,47.14,9.52", name="lamps.csv")
    with pytest.raises(LayerError) as caught:
        read(
            tmp_path,
            homes={"kind": "demand", "path": "homes.csv", "crs": "4326"},
            lamps={"kind": "devices", "path": "lamps.csv", "crs": "4326"},
        )
    assert caught.value.in_("en") == (
        "layer lamps (lamps.csv): the layer (its middle at 47.14, 9.52) lies far from the others, and among them once "
        "longitude and latitude are exchanged. Exchange x and y in the plan."
    )


def test_a_zone_number_in_the_easting_names_the_right_system(tmp_path):
    assert said(tmp_path, 38451234.5, 2551234.5, "EPSG:4547", "zh") == (
        "图层“it”（rows.csv）：坐标 38451234.5, 2551234.5 的东坐标带有带号，但 EPSG:4547 不带带号。请把 crs 改成 EPSG:4526。"
    )
    assert said(tmp_path, 451234.5, 2551234.5, "EPSG:4526").endswith("Declare crs as EPSG:4547.")


def test_one_row_out_of_place_is_set_aside_and_the_layer_goes_on(tmp_path):
    name = csv_of(tmp_path, "id,x,y", "a,113,23", "b,23,113", "c,0,0", "d,113.1,23", "e,113,23.1", "f,113,23.2")
    layer = read_one(tmp_path, "devices", name, ALL, crs="EPSG:4326")
    assert list(layer.frame.index) == ["a", "d", "e", "f"]
    assert faults(layer, language="zh") == [
        (3, "geometry", "坐标 23, 113 的经度和纬度（或东坐标和北坐标）像是写反了。"),
        (4, "geometry", "坐标是 0, 0，应是没有填写。"),
    ]


@pytest.mark.parametrize(
    ("code", "x", "y"),
    [
        ("EPSG:4610", 120.0, 30.0),
        ("EPSG:4214", 120.0, 30.0),
        ("EPSG:2327", 13500000.0, 4373000.0),
        ("EPSG:2384", 500000.0, 3320000.0),
        ("EPSG:2442", 500000.0, 5317000.0),
    ],
)
def test_xian_80_and_beijing_54_are_refused_where_no_transformation_is_known(tmp_path, code, x, y):
    with pytest.raises(InputError) as caught:
        read_one(tmp_path, "devices", point_file(tmp_path, x, y), crs=code)
    assert caught.value.in_("en") == (
        f"layer it (rows.csv): {code} is in Xi'an 80 or Beijing 54, tens of metres from CGCS2000 by an amount that "
        "differs from place to place and is not public. Ask the local survey office for the data in CGCS2000."
    )


@pytest.mark.parametrize("word", ["WGS84", "EPSG:99999", "北京54", "EPSG:abc", "+proj=longlat"])
def test_a_crs_that_is_no_code_is_refused(tmp_path, word):
    assert said(tmp_path, 113, 23, word, "zh") == (
        f"图层“it”（rows.csv）：不认识坐标系“{word}”。请写 EPSG 代码（例如 EPSG:4490）、gcj02 或 bd09。"
    )


def geo_file(tmp_path, crs):
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_crs(crs)
    frame.to_file(tmp_path / "d.gpkg")
    return "d.gpkg"


def test_the_plan_may_not_contradict_the_file(tmp_path):
    assert refusal(tmp_path, "devices", geo_file(tmp_path, 4490), crs="EPSG:4547").startswith(
        "layer it (d.gpkg): the plan says EPSG:4547, the file itself says EPSG:4490. Take crs out of the plan"
    )


def test_the_plan_may_say_what_the_file_cannot(tmp_path):
    assert read_one(tmp_path, "devices", geo_file(tmp_path, 4326), crs="gcj02").source.crs == "gcj02"
    assert read_one(tmp_path, "devices", geo_file(tmp_path, 4326), crs="EPSG:4490").source.crs == "EPSG:4490"
    with pytest.raises(InputError):
        read_one(tmp_path, "devices", geo_file(tmp_path, 4547), crs="gcj02")


@pytest.mark.parametrize("word", ["EPSG:4326", "EPSG:4490", "gcj02", "EPSG:2263", "nonsense"])
def test_a_run_that_is_not_in_metres_is_refused(tmp_path, word):
    with pytest.raises(PlanError) as caught:
        read_one(tmp_path, "devices", point_file(tmp_path, 113, 23), {"crs": word}, crs="EPSG:4490")
    assert caught.value.in_("zh").startswith("plan.yaml 的 plan.crs：")
    assert caught.value.in_("zh").endswith(
        "请改用以米为单位、适合当地的投影坐标系，例如 EPSG:4547（CGCS2000 三度带，中央经线 114°）；不写则自动选择。"
    )


def test_a_run_whose_metres_are_not_metres_is_refused(tmp_path):
    with pytest.raises(PlanError) as caught:
        read_one(tmp_path, "devices", point_file(tmp_path, 113, 30), {"crs": "EPSG:3857"}, crs="EPSG:4490")
    assert caught.value.in_("en").startswith(
        "plan.crs in plan.yaml: where the data are, a metre of EPSG:3857 differs from a true one by 15."
    )


def test_distances_after_reading_are_metres_on_the_ground(tmp_path):
    name = csv_of(tmp_path, "id,x,y", "a,112.30,22.40", "b,112.31,22.41")
    one, other = read_one(tmp_path, "devices", name, crs="EPSG:4326").frame.geometry
    assert one.distance(other) == pytest.approx(GEOD.inv(112.30, 22.40, 112.31, 22.41)[2], rel=5e-4)


def test_faults_of_all_layers_are_raised_at_once(tmp_path):
    csv_of(tmp_path, "id,x,y", "a,113,23")
    with pytest.raises(LayerError) as caught:
        read(
            tmp_path,
            one={"kind": "devices", "path": "rows.csv"},
            two={"kind": "devices", "path": "none.csv"},
            three={"kind": "roads", "path": "rows.csv", "crs": "4490"},
        )
    assert [problem.what.key for problem in caught.value.problems] == [
        "readers.no_crs",
        "readers.missing",
        "readers.too_many",
        "readers.wrong_type",
    ]


def test_the_villages_choose_the_zone_where_other_layers_reach_further(tmp_path):
    gpd.GeoDataFrame({"id": ["u"]}, geometry=[square(112.3, 22.4)], crs=4490).to_file(tmp_path / "u.gpkg")
    csv_of(tmp_path, "id,x,y", "a,112.3,22.4", "b,115.5,22.4", "c,115.6,22.4")
    layers = read(
        tmp_path,
        homes={"kind": "demand", "path": "rows.csv", "crs": "4490"},
        units={"kind": "units", "path": "u.gpkg"},
    )
    assert layers.crs == "EPSG:4546"


@pytest.mark.parametrize("crs", ["EPSG:5773", "EPSG:4978"])
def test_heights_and_distances_from_the_middle_of_the_earth_are_no_system_of_a_layer(tmp_path, crs):
    (tmp_path / "a.csv").write_text("id,name,lon,lat\nA,a,113,23\n", "utf-8")
    assert f'the coordinate system "{crs}" is not known' in refusal(tmp_path, "facilities", "a.csv", crs=crs)
