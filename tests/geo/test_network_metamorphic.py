"""Changes to the input that must not change an answer."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString
from shapely.affinity import translate

from geo.network import RoadNetwork
from tests.geo.networkworlds import CRS, points, roads


def ask(frame: gpd.GeoDataFrame, homes: gpd.GeoSeries, facilities: gpd.GeoSeries) -> tuple[pd.DataFrame, pd.DataFrame]:
    net = RoadNetwork.from_frame(frame, oneway="oneway")
    return net.nearest(homes, facilities, max_snap_m=20), net.pairs_within(homes, facilities, cutoff=60, max_snap_m=20)


@settings(max_examples=40, deadline=None)
@given(roads(), points("h"), points("f"), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(frame, homes, facilities, random):
    def shuffled(rows):
        return rows.iloc[random.sample(range(len(rows)), len(rows))]

    one_nearest, one_pairs = ask(frame, homes, facilities)
    other_nearest, other_pairs = ask(shuffled(frame), shuffled(homes), shuffled(facilities))
    pd.testing.assert_frame_equal(one_nearest, other_nearest.loc[one_nearest.index], check_exact=True)
    pd.testing.assert_frame_equal(one_pairs, other_pairs, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(roads(), points("h"), points("f"))
def test_roads_cut_at_every_vertex_give_the_same_costs(frame, homes, facilities):
    pieces = [
        {"id": f"{road}-{p}-{n:02d}", "oneway": row.oneway, "geometry": LineString(ends)}
        for road, row in frame.iterrows()
        for p, line in enumerate(getattr(row.geometry, "geoms", [row.geometry]))
        for n, ends in enumerate(pairwise(line.coords))
    ]
    cut = gpd.GeoDataFrame(pieces, crs=CRS).set_index("id")
    for one, other in zip(ask(frame, homes, facilities), ask(cut, homes, facilities), strict=True):
        assert one.cost.to_numpy() == pytest.approx(other.cost.to_numpy(), abs=1e-8, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(roads(), points("h"), points("f", max_size=3), points("n", max_size=2))
def test_another_facility_never_makes_anybodys_way_longer(frame, homes, facilities, new):
    more = gpd.GeoSeries(pd.concat([facilities, new]), crs=CRS)
    before, after = ask(frame, homes, facilities)[0].cost, ask(frame, homes, more)[0].cost
    assert ((after <= before) | before.isna()).all()


def test_world_moved_to_national_coordinates_has_the_same_costs():
    rng = np.random.default_rng(8)
    corners = rng.integers(0, 12, (60, 2, 2)) * 97.31
    lines = [LineString(ends) for ends in corners if (ends[0] != ends[1]).any()]
    frame = gpd.GeoDataFrame(geometry=lines, crs=CRS).assign(oneway="no")
    frame.index = frame.index.astype(str)
    homes = gpd.GeoSeries(gpd.points_from_xy(*rng.uniform(0, 1100, (2, 80))), crs=CRS)
    facilities = gpd.GeoSeries(gpd.points_from_xy(*rng.uniform(0, 1100, (2, 5))), crs=CRS)
    moved = [
        rows.set_geometry(rows.translate(39_500_000, 3_300_000))
        if isinstance(rows, gpd.GeoDataFrame)
        else gpd.GeoSeries([translate(point, 39_500_000, 3_300_000) for point in rows], crs=CRS)
        for rows in (frame, homes, facilities)
    ]
    for one, other in zip(ask(frame, homes, facilities), ask(*moved), strict=True):
        assert one.cost.to_numpy() == pytest.approx(other.cost.to_numpy(), abs=1e-6, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(roads(), points("h"), points("f"))
def test_nobodys_way_is_shorter_than_the_straight_line(frame, homes, facilities):
    nearest, pairs = ask(frame, homes, facilities)
    there = nearest[nearest.cost.notna() & np.isfinite(nearest.cost)]
    straight = homes[there.index].distance(facilities[there.facility], align=False).to_numpy()
    assert (there.cost.to_numpy() >= straight - 1e-8).all()
    straight = homes[pairs.origin].distance(facilities[pairs.destination], align=False).to_numpy()
    assert (pairs.cost.to_numpy() >= straight - 1e-8).all()
