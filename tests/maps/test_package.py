"""result.gpkg: every layer whole, styled for QGIS, the same bytes each time."""

import hashlib
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from maps.package import write_package
from tests.maps.fakes import CRS, Naming, town


def written(path, assessment, language="zh"):
    write_package(assessment, path, language)
    return path


@pytest.fixture(scope="module")
def assessment():
    return town()


@pytest.fixture(scope="module")
def package(assessment, tmp_path_factory):
    return written(tmp_path_factory.mktemp("package") / "result.gpkg", assessment)


def test_it_has_villages_places_by_rule_gaps_stretches_and_projects(package):
    layers = dict(pyogrio.list_layers(package))
    assert layers == {
        "villages": "Polygon",
        "places_STF-01": "Polygon",
        "places_AGE-01": "Polygon",
        "places_SPT-02": "Point",
        "places_LGT-01": "LineString",
        "places_CAM-02": "Point",
        "gaps": "Point",
        "dark_stretches": "MultiLineString",
        "projects": "Point",
        "layer_styles": None,
        "coverplan_gaps": None,
        "coverplan_edits": None,
    }


def test_every_row_is_in_it_in_the_crs_of_the_run(package, assessment):
    for rule_id, coverage in assessment.coverages.items():
        places = gpd.read_file(package, layer=f"places_{rule_id}")
        assert list(places["place_id"]) == list(coverage.frame.index)
        assert list(places["status"]) == list(coverage.frame["status"].astype(str))
        assert places.crs == CRS
    assert list(gpd.read_file(package, layer="gaps")["gap_id"]) == [gap.id for gap in assessment.gaps]
    assert len(gpd.read_file(package, layer="projects")) == len(assessment.ranked)


def test_unreachable_is_said_in_words_and_is_no_number(package):
    places = gpd.read_file(package, layer="places_SPT-02")
    assert np.isfinite(places["supplied"].dropna()).all()
    assert "不可达" in set(places["reason"])


def test_each_layer_has_a_default_style_that_qgis_can_parse(package):
    with closing(sqlite3.connect(package)) as file:
        rows = file.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        geometry = dict(file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        listed = {name for (name,) in file.execute("SELECT table_name FROM gpkg_contents")}
    assert {table: column for table, column, *_ in rows} == geometry
    assert listed == {*geometry, "layer_styles", "coverplan_gaps", "coverplan_edits"}
    for table, _, qml, is_default in rows:
        style = ET.fromstring(qml)  # noqa: S314 (our own)
        categories = style.findall("renderer-v2/categories/category")
        symbols = {symbol.get("name") for symbol in style.findall("renderer-v2/symbols/symbol")}
        assert {category.get("symbol") for category in categories} == symbols
        assert is_default == 1
        if table == "villages":
            shades = [f"short_{i}" for i in range(1, 6)]
            assert [category.get("value") for category in categories] == [*shades, "met", "unknown"]
        if table.startswith("places"):
            assert [category.get("value") for category in categories] == ["met", "short", "unknown"]


def test_the_same_assessment_gives_the_same_bytes(package, tmp_path):
    again = written(tmp_path / "again.gpkg", town())
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(package.read_bytes()).digest()


def test_gdal_is_left_set_as_it_was(package):
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") is None


def test_rule_ids_that_differ_only_in_case_or_signs_keep_a_layer_each(tmp_path):
    bare = town()
    one = bare.coverages["STF-01"]
    twins = replace(bare, coverages={'a"; DROP': one, "A': DROP": one, "a': drop": one}, gaps=(), ranked=())
    names = [
        name for name in dict(pyogrio.list_layers(written(tmp_path / "x.gpkg", twins))) if name.startswith("places")
    ]
    assert names == ["places_a___DROP", "places_A___DROP_2", "places_a___drop_3"]


def test_naughty_names_come_back_verbatim(tmp_path):
    naughty = ("'; DROP TABLE gaps;--", '"', "<b>", "\x00", "NaN", "🏮")
    path = written(tmp_path / "x.gpkg", town(naming=Naming(naughty)))
    names = set(gpd.read_file(path, layer="villages")["name"])
    assert {name.removeprefix("东塘村") for name in names if name.startswith("东塘村")} == {naughty[0]}
    assert any(name.endswith("\ufffd") for name in names)


def test_a_run_without_gaps_or_projects_gives_empty_layers(tmp_path):
    path = written(tmp_path / "x.gpkg", replace(town(), coverages={}, gaps=(), ranked=()))
    assert len(gpd.read_file(path, layer="gaps")) == 0
    assert len(gpd.read_file(path, layer="projects")) == 0


def test_a_package_that_cannot_be_written_is_an_oserror(tmp_path):
    with pytest.raises(OSError, match=r"result\.gpkg"):
        written(tmp_path / "missing" / "result.gpkg", town())
