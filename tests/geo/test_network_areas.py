"""Catchments as areas hold nothing that is farther than the cutoff, and all but a strip of what is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geo.network import RoadNetwork
from tests.geo.networkworlds import CRS, points, roads

FINEST_M = 1.0


def series(shapes) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=CRS)


@settings(max_examples=25, deadline=None)
@given(roads(), points("f", max_size=2), st.sampled_from([6.0, 15.0, 31.0]), st.booleans(), st.randoms())
def test_everything_in_an_area_is_within_the_cutoff(frame, facilities, cutoff, one_way, random):
    network = RoadNetwork.from_frame(frame, oneway="oneway" if one_way else None)
    area = network.catchment(facilities, cutoff, max_snap_m=8.0, finest_m=FINEST_M)
    places = series(Point(random.uniform(-12, 55), random.uniform(-12, 45)) for _ in range(150))
    cost = network.nearest(places, facilities, max_snap_m=8.0)["cost"].fillna(np.inf)
    inside = shapely.contains_properly(area, np.asarray(places))
    assert (cost[inside] <= cutoff).all()


def test_what_an_area_leaves_out_shrinks_with_its_finest_square():
    lines = [LineString([(0, y), (400, y)]) for y in (0, 100)] + [LineString([(x, 0), (x, 100)]) for x in (0, 400)]
    network = RoadNetwork.from_frame(gpd.GeoDataFrame(geometry=lines, crs=CRS))
    clinic = series([Point(200, 10)])
    rng = np.random.default_rng(8)
    places = series(shapely.points(rng.uniform(-100, 500, 4000), rng.uniform(-100, 200, 4000)))
    cost = network.nearest(places, clinic, max_snap_m=80)["cost"].fillna(np.inf).to_numpy()
    shares = []
    for finest_m in (8.0, 2.0, 0.5):
        area = network.catchment(clinic, 300, max_snap_m=80, finest_m=finest_m)
        inside = shapely.contains_properly(area, np.asarray(places))
        assert (cost[inside] <= 300).all()
        shares.append(inside.sum() / (cost <= 300).sum())
    missing = [1 - share for share in shares]
    assert missing[1] < missing[0] / 2
    assert missing[2] < missing[1] / 2
    assert missing[2] < 0.02


def test_area_does_not_leak_across_to_a_road_that_is_far_by_road():
    """Two roads 20 m apart that meet a kilometre on: a buffer around the one would take in the other's homes."""
    lines = [LineString([(0, 0), (1000, 0)]), LineString([(0, 20), (1000, 20)]), LineString([(1000, 0), (1000, 20)])]
    network = RoadNetwork.from_frame(gpd.GeoDataFrame(geometry=lines, crs=CRS))
    area = network.catchment(series([Point(0, 0)]), 200)
    assert area.contains(Point(100, 2))
    assert not area.intersects(shapely.box(0, 11, 1000, 100))


def test_facility_off_the_network_serves_no_area():
    network = RoadNetwork.from_frame(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (10, 0)])], crs=CRS))
    assert network.catchment(series([Point(0, 9000)]), 200).is_empty


@settings(max_examples=40, deadline=None)
@given(roads(), points("h", max_size=6), points("f"), st.integers(1, 4), st.sampled_from([25.0, np.inf]))
def test_k_nearest_are_the_least_of_one_search_a_facility(frame, homes, facilities, k, cutoff):
    network = RoadNetwork.from_frame(frame, oneway="oneway")
    alone = {
        name: network.nearest(homes, facilities.loc[[name]], cutoff=cutoff, max_snap_m=8.0)["cost"]
        for name in facilities.index
    }
    wanted = [
        (home, rank, name, cost)
        for home in sorted(homes.index)
        for rank, (cost, name) in enumerate(
            sorted((alone[name][home], name) for name in facilities.index if np.isfinite(alone[name][home]))[:k], 1
        )
    ]
    found = network.k_nearest(homes, facilities, k, cutoff=cutoff, max_snap_m=8.0)
    assert list(found.itertuples(index=False, name=None)) == wanted


def test_k_must_be_at_least_one():
    network = RoadNetwork.from_frame(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (10, 0)])], crs=CRS))
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        network.k_nearest(series([Point(0, 0)]), series([Point(1, 0)]), 0)
