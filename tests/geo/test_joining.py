"""A plan that says how its roads are put together, from files to what the reader is told."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, box

from geo import assess
from geo.assessment import Assessment
from layers import read_layers, read_plan
from layers.problems import InputError

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 2_500_000.0


def written(folder: Path, table: str, geometry: list[object], **columns: list[object]) -> None:
    frame = gpd.GeoDataFrame(
        {"id": [f"{table}{i}" for i in range(len(geometry))], **columns}, geometry=geometry, crs=CRS
    )
    frame["geometry"] = frame.geometry.translate(EAST, NORTH)
    frame.to_file(folder / f"{table}.gpkg")


def assessed(folder: Path, network: str, rule: str = "cutoff_m: 700") -> Assessment:
    """Return the assessment of a village of two lanes, 0.8 m apart, with its clinic 60 m outside the boundary."""
    written(folder, "units", [box(0, 0, 1000, 400)], name=["东塘"], population=[30])
    written(folder, "homes", [Point(100, 210), Point(100, 290)], people=[10, 20])
    written(folder, "roads", [LineString([(0, 200), (500, 200)]), LineString([(500.8, 200), (1100, 200)])])
    written(folder, "clinics", [Point(1060, 200)], category=["clinic"])
    written(folder, "rivers", [LineString([(0, 250), (1000, 250)])])
    layers = "\n".join(
        f"  {name}: {{kind: {kind}, path: {name}.gpkg}}"
        for name, kind in (
            ("units", "units"),
            ("homes", "demand"),
            ("roads", "roads"),
            ("clinics", "facilities"),
            ("rivers", "watercourses"),
        )
    )
    plan = folder / "plan.yaml"
    plan.write_text(
        f"plan: {{name: t, crs: {CRS}, network: {network}}}\nlayers:\n{layers}\nrules:\n"
        f"  - {{id: care, type: reach, demand: homes, facilities: clinics, {rule}, severity: B,"
        " title: {zh: 就医, en: Care}, norm: {text: test, mark: V}, cost: {low: 1, mid: 2, high: 3}}\n",
        encoding="utf-8",
    )
    read = read_plan(plan)
    return assess(read, read_layers(read))


def status(found: Assessment) -> list[str]:
    return found.coverages["care"].frame["status"].astype(str).tolist()


def notes(found: Assessment, language: str = "en") -> str:
    return "\n".join(note.in_(language) for note in found.notes)


def test_ends_a_step_apart_are_joined_only_if_the_plan_says_so_and_each_is_listed(tmp_path):
    assert status(assessed(tmp_path, "{}", "cutoff_m: 2000")) == ["short", "short"]
    found = assessed(tmp_path, "{join_ends_m: 1}", "cutoff_m: 2000")
    assert status(found) == ["met", "met"]
    assert "1 gaps of at most 1 m" in notes(found)
    assert "the loose end of road roads0 was joined to road roads1 across 0.8 m" in notes(found)
    assert "断头道路 roads0 已接到道路 roads1，缺口 0.8 米" in notes(found, "zh")


def test_clinic_outside_the_boundary_serves_those_inside(tmp_path):
    # 10 m to the road, 400 m to the gap, 0.8 m across, 559.2 m on
    found = assessed(tmp_path, "{join_ends_m: 1}", "cutoff_m: 970")
    assert status(found) == ["met", "short"]


def test_home_beyond_the_river_is_unknown_not_covered(tmp_path):
    found = assessed(tmp_path, "{join_ends_m: 1, barriers: [rivers]}", "cutoff_m: 2000")
    assert status(found) == ["met", "unknown"]
    assert "nobody crosses rivers between a door and the road" in notes(found)
    assert "90" in str(found.coverages["care"].frame["reason"].iloc[1])  # how far the nearest road is


def test_barrier_that_is_no_layer_is_refused(tmp_path):
    with pytest.raises(InputError, match='the plan has no layer called "walls" to serve as a barrier'):
        assessed(tmp_path, "{barriers: [walls]}")


def written_heights(folder: Path, slope: float) -> None:
    rasterio = pytest.importorskip("rasterio")
    from affine import Affine

    x = EAST - 300 + 30 * (np.arange(60) + 0.5)
    metres = np.tile((x - EAST) * slope, (40, 1)).astype("float32")
    profile = {"driver": "GTiff", "width": 60, "height": 40, "count": 1, "dtype": "float32", "crs": CRS}
    with rasterio.open(
        folder / "dem.tif", "w", transform=Affine(30, 0, EAST - 300, 0, -30, NORTH + 800), **profile
    ) as file:
        file.write(metres, 1)


def test_walking_minutes_allow_for_the_slope_of_a_raster_and_the_reader_is_told(tmp_path):
    written_heights(tmp_path, 0.12)
    level = assessed(tmp_path, "{join_ends_m: 1}", "cutoff_min: 13")
    sloped = assessed(tmp_path, "{join_ends_m: 1, heights: dem.tif}", "cutoff_min: 13")
    assert status(level) == ["met", "short"]
    assert status(sloped) == ["short", "short"]
    assert "0.0% of the road has no known height" in notes(sloped)


def test_raster_of_another_place_is_refused(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    written_heights(tmp_path, 0.1)
    with rasterio.open(tmp_path / "dem.tif", "r+") as file:
        file.transform = file.transform.translation(50_000, 0) @ file.transform
    with pytest.raises(InputError, match="has no height where the roads are"):
        assessed(tmp_path, "{heights: dem.tif}")


def test_file_that_is_no_raster_is_refused(tmp_path):
    pytest.importorskip("rasterio")
    (tmp_path / "dem.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as a raster"):
        assessed(tmp_path, "{heights: dem.tif}")
