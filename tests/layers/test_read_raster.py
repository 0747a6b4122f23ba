"""Population rasters: cells with people become demand, at their middle, in their own CRS; nothing else is lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.layers.layerfiles import faults, read, read_one, refusal

rasterio = pytest.importorskip("rasterio")

WEST, NORTH, CELL = 500000.0, 2460000.0, 100.0
PEOPLE = np.array([[0, 3, -9999], [2.5, 0, 7]], dtype="float32")


def raster_of(folder, cells=PEOPLE, *, crs="EPSG:4546", nodata=-9999.0, transform=None, name="people.tif", **more):
    transform = transform or rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
    height, width = cells.shape[-2:]
    bands = cells if cells.ndim == 3 else cells[None]
    facts = {"driver": "GTiff", "height": height, "width": width, "count": len(bands), "dtype": cells.dtype}
    with rasterio.open(folder / name, "w", crs=crs, transform=transform, nodata=nodata, **facts, **more) as out:
        out.write(bands)
    return name


def test_cells_with_people_are_homes_at_the_middle_of_the_cell(tmp_path):
    layer = read_one(tmp_path, "demand", raster_of(tmp_path), {"crs": "EPSG:4546"})
    assert layer.frame["people"].to_dict() == {"r0c1": 3.0, "r1c0": 2.5, "r1c2": 7.0}
    middle = layer.frame.geometry["r1c2"]
    assert (middle.x, middle.y) == pytest.approx((WEST + 2.5 * CELL, NORTH - 1.5 * CELL))
    assert faults(layer, "noted")[0][2].startswith("raster of 3 x 2: 3 cells have people")


def test_negative_people_that_are_not_marked_as_no_data_are_set_aside_with_the_books_balanced(tmp_path):
    name = raster_of(tmp_path, np.array([[1, -5, 4]] * 5, dtype="float32"), nodata=None)
    layer = read_one(
        tmp_path, "demand", name, {"crs": "EPSG:4546", "max_rejected_share": 1, "max_rejected_people_share": 1}
    )
    assert (layer.rows_in, layer.rejected, len(layer.frame)) == (15, 5, 10)


def test_degrees_and_windows_are_as_good_as_metres_in_one_piece(tmp_path):
    cells = np.zeros((40, 40), dtype="float32")
    cells[::7, ::5] = 4
    degrees = rasterio.Affine(0.001, 0, 111.0, 0, -0.001, 22.3)
    whole = raster_of(tmp_path, cells, crs="EPSG:4326", transform=degrees, name="whole.tif")
    tiled = raster_of(
        tmp_path, cells, crs="EPSG:4326", transform=degrees, name="tiled.tif", tiled=True, blockxsize=16, blockysize=16
    )
    one, other = (read_one(tmp_path, "demand", name, {"crs": "EPSG:4546"}).frame for name in (whole, tiled))
    assert one.equals(other)
    assert one["people"].sum() == cells.sum()
    assert len(one) == 6 * 8


def test_nan_is_no_data_and_a_second_band_is_noted(tmp_path):
    cells = np.array([[[np.nan, 1.0]], [[5.0, 5.0]]], dtype="float32")
    layer = read_one(tmp_path, "demand", raster_of(tmp_path, cells, nodata=None), {"crs": "EPSG:4546"})
    assert layer.frame["people"].tolist() == [1.0]
    assert faults(layer, "noted")[1][2] == "the raster has 2 bands; the first was read"


def test_raster_is_demand_and_nothing_else(tmp_path):
    said = refusal(tmp_path, "units", raster_of(tmp_path))
    assert "a raster (GeoTIFF) can only be a layer of demand; this one is to be units" in said


def test_raster_without_a_crs_asks_for_one(tmp_path):
    name = raster_of(tmp_path, crs=None)
    assert read(tmp_path, {"crs": "EPSG:4546"}, it={"kind": "demand", "path": name, "crs": "EPSG:4546"})
    assert "crs" in refusal(tmp_path, "demand", name).lower()
