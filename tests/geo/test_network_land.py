"""Barriers, slopes, surfaces and bicycles: what the land and the road's make do to a trip."""

from __future__ import annotations

from math import exp

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, Polygon

from geo.network import RoadNetwork
from geo.network.modes import Joining, network_for
from geo.network.slopes import cycling, height_at, slopes_of, walking
from layers.heights import Heights

CRS = "EPSG:4547"


def roads(*lines: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    index = [f"r{n}" for n in range(len(lines))]
    return gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], index=index, crs=CRS)


def points(*at: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(xy) for xy in at], index=[f"p{n}" for n in range(len(at))], crs=CRS)


def cost(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(network.nearest(points(start), points(end))["cost"].iloc[0])


BANKS = roads([(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(1000, 0), (1000, 100)])
RIVER = Joining(barriers=np.array([LineString([(-500, 20), (900, 20)])], dtype=object))


def test_nobody_wades_a_river_to_the_nearest_road():
    home, clinic = (500, 30), (500, 0)
    assert cost(network_for("walk", BANKS), home, clinic) == 30
    # up to the road on its own bank, along it to the bridge, over it and back
    assert cost(network_for("walk", BANKS, joining=RIVER), home, clinic) == 70 + 500 + 100 + 500


def test_home_whose_only_road_is_across_the_water_is_off_the_network_and_its_distance_is_given():
    one_bank = BANKS.iloc[:1]
    found = network_for("walk", one_bank, joining=RIVER).snap(points((500, 30), (500, 10)), max_snap_m=200)
    assert found.on_network.tolist() == [False, True]
    assert found.offset_m.tolist() == [30, 10]
    nearest = network_for("walk", one_bank, joining=RIVER).nearest(points((500, 30)), points((0, 0)))
    assert nearest["status"].tolist() == ["off_network"]
    assert np.isnan(nearest["cost"].iloc[0])


def test_home_on_the_bank_does_not_cross_the_river_by_being_there():
    assert cost(network_for("walk", BANKS, joining=RIVER), (500, 20), (500, 0)) == 20


def test_area_can_be_a_barrier_and_lamps_do_not_mind_it():
    lake = Joining(barriers=np.array([Polygon([(0, 10), (900, 10), (900, 25), (0, 25)])], dtype=object))
    assert cost(network_for("drive", BANKS, joining=lake), (500, 30), (500, 0)) == 1170
    assert network_for("any", BANKS, joining=lake).snap(points((500, 30))).offset_m.tolist() == [30]


def hill(slope: float, cell_m: float = 30.0) -> Heights:
    """Return ground that rises to the east by that much a metre, around the first kilometre."""
    x = np.arange(-5, 60) * cell_m
    return Heights(np.tile(x * slope, (20, 1)), -5 * cell_m, 10 * cell_m, cell_m)


def test_heights_between_points_are_on_the_plane_through_them():
    found = height_at(hill(0.1), np.array([0.0, 17.0, 1003.0, -500.0]), np.array([0.0, 4.0, -11.0, 0.0]))
    np.testing.assert_allclose(found[:3], [0.0, 1.7, 100.3])
    assert np.isnan(found[3])


def test_walking_up_a_slope_takes_as_long_as_tobler_says_there_and_back():
    road = roads([(0, 0), (1000, 0)])
    level = cost(network_for("walk", road, unit="min"), (0, 0), (1000, 0))
    steep = cost(network_for("walk", road, unit="min", joining=Joining(heights=hill(0.1))), (0, 0), (1000, 0))
    up, down = 6 * exp(-3.5 * abs(0.1 + 0.05)), 6 * exp(-3.5 * abs(-0.1 + 0.05))
    flat = 6 * exp(-3.5 * 0.05)
    assert steep / level == pytest.approx((flat / up + flat / down) / 2, rel=1e-6)
    metres = cost(network_for("walk", road, joining=Joining(heights=hill(0.1))), (0, 0), (1000, 0))
    assert metres == 1000  # rules in metres are about metres


def test_level_ground_changes_nothing_and_unknown_heights_are_counted():
    road = roads([(0, 0), (1000, 0)])
    assert cost(network_for("walk", road, unit="min", joining=Joining(heights=hill(0.0))), (0, 0), (1000, 0)) == cost(
        network_for("walk", road, unit="min"), (0, 0), (1000, 0)
    )
    known = hill(0.1)
    half = Heights(np.where(np.arange(65) < 22, known.metres, np.nan), known.west, known.north, known.cell_m)
    slopes = slopes_of(RoadNetwork.from_frame(road).topology, half, walking)
    assert slopes.unknown_share == pytest.approx(0.5, abs=0.04)
    assert 1.0 < slopes.factor[0] < walking(np.array([0.1]))[0]


def test_no_slope_makes_a_round_trip_shorter():
    slope = np.linspace(-0.6, 0.6, 400)
    for slower in (walking, cycling):
        assert (slower(slope) >= 1.0).all()
        np.testing.assert_array_equal(slower(slope), slower(-slope))
    assert cycling(np.array([0.03]))[0] == pytest.approx((21.6 / (21.6 - 1.44 * 3) + 21.6 / (21.6 + 0.86 * 3)) / 2)


def test_bicycles_follow_one_way_streets_and_stay_off_stairs_and_motorways():
    lines = roads(
        [(0, 0), (100, 0)],
        [(100, 0), (100, 100), (0, 100), (0, 0)],
        [(0, 0), (50, 40), (100, 0)],
        **{"class": ["residential", "tertiary", "steps"], "oneway": ["yes", None, None]},
    )
    assert cost(network_for("cycle", lines), (0, 0), (100, 0)) == 100
    assert cost(network_for("cycle", lines), (100, 0), (0, 0)) == 300
    assert cost(network_for("cycle", lines, unit="min"), (0, 0), (100, 0)) == pytest.approx(0.1 / 15 * 60)
    motorway = roads([(0, 0), (100, 0)], **{"class": ["高速公路"]})
    assert len(network_for("cycle", motorway).road_ids) == 0


@pytest.mark.parametrize(
    ("surface", "by_car", "by_bicycle"),
    [("水泥", 40, 15), ("砂石路", 40, 6), ("土路", 20, 6), ("mud", 10, 3), (None, 40, 15), ("什么", 40, 15)],
)
def test_bad_surfaces_slow_cars_and_bicycles(surface, by_car, by_bicycle):
    road = roads([(0, 0), (1000, 0)], **{"class": ["tertiary"], "surface": [surface]})
    assert cost(network_for("drive", road, unit="min"), (0, 0), (1000, 0)) == pytest.approx(60 / by_car)
    assert cost(network_for("cycle", road, unit="min"), (0, 0), (1000, 0)) == pytest.approx(60 / by_bicycle)
