"""Edits: what a project would change, applied without touching what was given."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from layerfiles import csv_of, read

from layers.edit import Edit, applied


@pytest.fixture
def lamps(tmp_path):
    name = csv_of(tmp_path, "id,状态,功率,lon,lat", "L1,正常,30,113,23", "L2,损坏,40,113.001,23")
    return read(tmp_path, lamps={"kind": "devices", "path": name, "crs": "4490"})


def new_lamp(crs, name="L0"):
    return gpd.GeoDataFrame(
        {"status": ["working"]}, geometry=[shapely.Point(0, 0)], crs=crs, index=pd.Index([name], name="id")
    )


def test_added_rows_get_every_column_and_their_place_in_the_order(lamps):
    frame = lamps["lamps"].frame
    edited = lamps.with_edits((Edit("lamps", add=new_lamp(frame.crs)),))["lamps"].frame
    assert list(edited.index) == ["L0", "L1", "L2"]
    assert list(edited.columns) == list(frame.columns)
    assert edited.dtypes.to_dict() == frame.dtypes.to_dict()
    assert np.isnan(edited.loc["L0", "azimuth_deg"])
    assert edited.crs == frame.crs
    assert list(frame.index) == ["L1", "L2"]


def test_a_changed_cell_is_set_and_a_blank_one_leaves_the_old_value(lamps):
    frame = lamps["lamps"].frame
    change = pd.DataFrame({"status": ["working", None], "range_m": [np.nan, 30.0]}, index=["L2", "L1"])
    edited = applied(frame, Edit("lamps", change=change))
    assert edited["status"].tolist() == ["working", "working"]
    assert edited["range_m"].tolist()[0] == 30.0
    assert np.isnan(edited["range_m"].tolist()[1])
    assert frame["status"].tolist() == ["working", "broken"]


def test_rows_can_be_added_to_an_empty_layer(lamps):
    empty = lamps["lamps"].frame.iloc[:0]
    edited = applied(empty, Edit("lamps", add=new_lamp(empty.crs)))
    assert list(edited.index) == ["L0"]
    assert edited.dtypes.to_dict() == empty.dtypes.to_dict()
    assert edited.crs == empty.crs


def test_whole_numbers_of_another_column_may_become_unknown():
    frame = gpd.GeoDataFrame(
        {"floors": [3]}, geometry=[shapely.Point(0, 0)], crs=4547, index=pd.Index(["a"], name="id")
    )
    added = gpd.GeoDataFrame({}, geometry=[shapely.Point(1, 1)], crs=4547, index=pd.Index(["b"], name="id"))
    edited = applied(frame, Edit("f", add=added))
    assert edited["floors"].tolist()[0] == 3
    assert np.isnan(edited["floors"].tolist()[1])


def test_flags_that_are_set_stay_flags():
    frame = gpd.GeoDataFrame(
        {"lit": pd.Series([None, True], dtype=object, index=["a", "b"])},
        geometry=[shapely.Point(0, 0)] * 2,
        crs=4547,
        index=pd.Index(["a", "b"], name="id"),
    )
    edited = applied(frame, Edit("roads", change=pd.DataFrame({"lit": [True]}, index=["a"])))
    assert edited["lit"].tolist() == [True, True]


def test_an_id_that_exists_cannot_be_added_nor_one_that_does_not_be_changed(lamps):
    frame = lamps["lamps"].frame
    with pytest.raises(ValueError, match="edit adds ids that lamps already has"):
        applied(frame, Edit("lamps", add=new_lamp(frame.crs, "L1")))
    with pytest.raises(ValueError, match="edit changes rows that lamps does not have"):
        applied(frame, Edit("lamps", change=pd.DataFrame({"status": ["working"]}, index=["L9"])))
