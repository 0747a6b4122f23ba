"""Where cameras stand is told as far as the plan allows."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.plan import PageSettings
from maps.page import write_page
from maps.page.cameras import Cameras, squared
from tests.maps.fakes import SOUTH, WEST, town


def with_cameras(how):
    """The town with fifty lamps and ten cameras in one layer."""
    assessment = town(lamps=60)
    layers = assessment.world.layers
    lamps = layers["lamps"].frame.copy()
    lamps["category"] = ["camera" if i < 10 else "lamp" for i in range(len(lamps))]
    by_name = {**layers.by_name, "lamps": replace(layers["lamps"], frame=lamps)}
    settings = assessment.plan.settings.model_copy(update={"page": PageSettings(cameras=how)})
    world = replace(assessment.world, layers=replace(layers, by_name=by_name))
    return replace(assessment, world=world, plan=replace(assessment.plan, settings=settings))


def drawn(html):
    """Return the ids that the page holds of the layer of lamps."""
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.S)[1])
    block = zlib.decompress(base64.b64decode(re.search(r'id="columns">(.*?)</script>', html, re.S)[1]))
    layer = next(layer for layer in data["layers"] if layer["name"] == "lamps")
    _, offset, size, _ = data["grid"]["columns"][data["grid"]["sets"][layer["shapes"]]["ids"]]
    return json.loads(block[offset : offset + size])


def test_left_out_means_not_in_the_file():
    assessment = with_cameras("left_out")
    cameras = set(assessment.world.layers["lamps"].frame.index[:10])
    ids = drawn(write_page(assessment, language="zh"))
    assert len(ids) == 50
    assert not cameras & set(ids)
    assert len(drawn(write_page(with_cameras("shown"), language="zh"))) == 60


def test_coarse_moves_cameras_and_nothing_else():
    layer = with_cameras("coarse").world.layers["lamps"]
    moved = Cameras("coarse", frozenset(), frozenset()).drawn(layer)
    before, after = (shapely.get_coordinates(each.frame.geometry.to_numpy()) for each in (layer, moved))
    assert (after[:10] % 500 == 250).all()
    assert (after[10:] == before[10:]).all()
    assert np.hypot(*(after - before).T).max() <= 250 * np.sqrt(2)


def test_layers_that_a_watching_rule_names_are_cameras_without_a_category():
    layer = with_cameras("coarse").world.layers["lamps"]
    moved = Cameras("left_out", frozenset({"lamps"}), frozenset()).drawn(layer)
    assert moved.frame.empty


@pytest.mark.parametrize("rule_id", ["CAM-02", "LGT-01"])
def test_what_a_watching_rule_found_is_moved_too(rule_id):
    cameras = Cameras("coarse", frozenset(), frozenset({"CAM-02"}))
    line = shapely.LineString([(WEST + 10, SOUTH + 10), (WEST + 90, SOUTH + 10)])
    frame = gpd.GeoDataFrame(geometry=[line], crs="EPSG:4547")
    is_moved = rule_id == "CAM-02"
    assert (cameras.shape((rule_id,), line) != line) == is_moved
    assert (cameras.places(rule_id, frame).geometry.iloc[0] != line) == is_moved


def test_nothing_stays_nothing():
    assert squared(np.array([None, shapely.Point()], dtype=object)).tolist() == [None, None]
