"""Shapes: there, finite, flat, of the right type and valid; or a reason why not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from layerfiles import faults, read_one, refusal, square

from layers.shapes import checked_shapes

ALL = {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0}


def layer_of(tmp_path, kind, shapes, crs=4490, settings=ALL):
    frame = gpd.GeoDataFrame({"id": [f"r{at}" for at in range(len(shapes))]}, geometry=shapes, crs=crs)
    frame.to_parquet(tmp_path / "in.parquet")
    return read_one(tmp_path, kind, "in.parquet", settings)


def test_rows_without_a_place_are_set_aside_and_said(tmp_path):
    layer = layer_of(tmp_path, "facilities", [shapely.Point(113, 23), None, shapely.Point()])
    assert faults(layer) == [(2, "geometry", "it has no place or shape."), (3, "geometry", "it has no place or shape.")]


def test_a_corner_that_is_not_a_number_sets_the_row_aside():
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([[113, 23], [np.nan, 23], [113.1, 23]])
    kept, (fault,) = checked_shapes(np.array([line], dtype=object), "line")
    assert kept.tolist() == [None]
    assert fault.reason.in_("zh") == "坐标中有无穷大或非数值。"


def test_a_shape_of_the_wrong_type_is_refused_by_name(tmp_path):
    text = refusal_of_type(tmp_path)
    assert text.splitlines()[1] == (
        "图层“it”（in.parquet）第 1 行（编号 r0）：图形类型是 LineString，这里需要面或点。请改成面或点，或拆成多行。"
    )


def refusal_of_type(tmp_path):
    frame = gpd.GeoDataFrame({"id": ["r0"]}, geometry=[shapely.LineString([(113, 23), (113, 24)])], crs=4490)
    frame.to_parquet(tmp_path / "in.parquet")
    return refusal(tmp_path, "units", "in.parquet", "zh")


def test_a_multipoint_of_one_point_is_a_point_and_of_two_is_not(tmp_path):
    one, two = shapely.MultiPoint([(113, 23)]), shapely.MultiPoint([(113, 23), (113, 24)])
    layer = layer_of(tmp_path, "devices", [one, two])
    assert layer.frame.geom_type.tolist() == ["Point"]
    assert faults(layer) == [(2, "geometry", "its shape is a MultiPoint; a point is needed here.")]


def test_a_road_of_several_parts_becomes_several_rows_and_one_in_the_books(tmp_path):
    parts = shapely.MultiLineString([[(113, 23), (113.1, 23)], [(113.2, 23), (113.3, 23)]])
    single = shapely.MultiLineString([[(113, 23.5), (113.1, 23.5)]])
    layer = layer_of(tmp_path, "roads", [parts, single])
    assert list(layer.frame.index) == ["r0/1", "r0/2", "r1"]
    assert set(layer.frame.geom_type) == {"LineString"}
    assert (layer.rows_in, layer.used) == (2, 2)


def test_heights_are_dropped_with_a_note(tmp_path):
    layer = layer_of(tmp_path, "facilities", [shapely.Point(113, 23, 5)])
    assert not layer.frame.has_z.any()
    assert faults(layer, "noted", "zh") == [(0, "geometry", "1 个图形带有高程（Z 或 M），已去掉，只用平面位置。")]


def test_a_small_fault_in_an_outline_is_repaired_and_counted(tmp_path):
    spike = shapely.Polygon(
        [(113, 23), (113.1, 23), (113.1, 23.1), (113.05, 23.1), (113.05, 23.2), (113.05, 23.1), (113, 23.1)]
    )
    layer = layer_of(tmp_path, "units", [spike])
    assert layer.frame.geometry.is_valid.all()
    assert (layer.used, layer.repaired) == (0, 1)
    (reject,) = layer.rejects
    assert reject.reason.in_("en").startswith("its outline was wrong (Self-intersection[113.05 23.")
    assert reject.reason.in_("en").endswith("and has been repaired; its area changed by 0 %.")


def test_an_outline_that_a_repair_would_change_is_left_to_whoever_drew_it(tmp_path):
    bowtie = shapely.Polygon([(113, 23), (113.1, 23.1), (113.1, 23), (113, 23.1)])
    layer = layer_of(tmp_path, "units", [bowtie, square(114, 23)])
    assert faults(layer, language="zh") == [
        (1, "geometry", "边界有误（Self-intersection[113.05 23.05]），自动修正会使面积改变 100%，因此未采用。")
    ]


def test_a_line_without_length_is_no_road(tmp_path):
    layer = layer_of(tmp_path, "roads", [shapely.LineString([(113, 23), (113, 23)])])
    assert layer.rejected == 1
    assert layer.rejects[0].reason.in_("en").startswith("the line has no length")


def test_villages_of_several_parts_stay_whole(tmp_path):
    village = shapely.MultiPolygon([square(113, 23), square(113.5, 23)])
    assert layer_of(tmp_path, "units", [village]).frame.geom_type.tolist() == ["MultiPolygon"]


@pytest.mark.parametrize("kind", ["demand", "devices", "points"])
def test_collections_are_refused(tmp_path, kind):
    layer = layer_of(tmp_path, kind, [shapely.GeometryCollection([shapely.Point(113, 23)] * 2)])
    assert faults(layer) == [(1, "geometry", "its shape is a GeometryCollection; a point is needed here.")]
