"""Ids that rows do not have, names where ids should stand, and what a rule means by a word."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from layerfiles import csv_of, faults, plan_of, read, read_one, square

from layers.problems import LayerError
from layers.reading import read_layers

LAMPS = [(112.3 + 0.0003 * at, 22.4 + 0.0001 * (at % 7)) for at in range(60)]


def lamps(tmp_path, places):
    return read_one(
        tmp_path, "devices", csv_of(tmp_path, "lon,lat", *[f"{x!r},{y!r}" for x, y in places]), crs="4490"
    ).frame


def test_made_ids_do_not_depend_on_the_order_of_rows(tmp_path):
    one = lamps(tmp_path, LAMPS)
    rng = np.random.default_rng(7)
    other = lamps(tmp_path, [LAMPS[at] for at in rng.permutation(len(LAMPS))])
    assert one.geometry.to_wkt().to_dict() == other.geometry.to_wkt().to_dict()


def test_made_ids_mostly_stay_when_places_move_by_two_metres(tmp_path):
    one = lamps(tmp_path, LAMPS)
    other = lamps(tmp_path, [(x + 0.00002, y) for x, y in LAMPS])
    assert len(one.index.intersection(other.index)) > 0.9 * len(one)


def test_made_ids_outlive_a_repair(tmp_path):
    before = csv_of(tmp_path, "lon,lat,状态", "112.3,22.4,损坏", "112.31,22.4,正常", name="a.csv")
    after = csv_of(tmp_path, "lon,lat,状态", "112.3,22.4,正常", "112.31,22.4,正常", name="b.csv")
    ids = [list(read_one(tmp_path, "devices", name, crs="4490").frame.index) for name in (before, after)]
    assert ids[0] == ids[1]


def town(tmp_path, *staff, names=("东塘村", "西塘村", "东塘社区", "王庄村委会")):
    frame = gpd.GeoDataFrame(
        {"code": [f"00{at}" for at in range(len(names))], "name": list(names)},
        geometry=[square(112.3 + 0.02 * at, 22.4) for at in range(len(names))],
        crs=4490,
    )
    frame.to_file(tmp_path / "u.gpkg")
    name = csv_of(tmp_path, "村名,岗位,人数", *staff)
    return read(
        tmp_path,
        {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0},
        staff={"kind": "staff", "path": name},
        units={"kind": "units", "path": "u.gpkg"},
    )["staff"]


def test_names_of_villages_are_resolved_to_ids(tmp_path):
    layer = town(tmp_path, "东塘村,保洁员,2", "西塘,专职社工,1", "王庄村,乡村医生,1", "001,保洁员,1")
    rows = sorted(zip(layer.frame["unit_id"], layer.frame["role"], strict=True))
    assert rows == [("000", "cleaner"), ("001", "cleaner"), ("001", "social_worker"), ("003", "doctor")]


def test_a_name_that_two_villages_could_have_is_not_guessed(tmp_path):
    layer = town(tmp_path, "东塘,保洁员,2", "北塘村,保洁员,1", "西塘村,保洁员,1")
    assert faults(layer, language="zh") == [
        (2, "unit_id", "没有编号或名称为“东塘”的村居（或有多个同名）。"),
        (3, "unit_id", "没有编号或名称为“北塘村”的村居（或有多个同名）。"),
    ]
    assert {reject.fix.in_("en") for reject in layer.rejects} == {"Write the village's id."}


def test_an_unknown_village_of_a_home_is_noted_once_and_the_home_is_kept(tmp_path):
    town(tmp_path)
    csv_of(
        tmp_path, "id,所属村,lon,lat", "a,北塘村,112.3,22.4", "b,北塘村,112.3,22.4", "c,东塘村,112.3,22.4", name="h.csv"
    )
    homes = read(
        tmp_path,
        homes={"kind": "demand", "path": "h.csv", "crs": "4490"},
        units={"kind": "units", "path": "u.gpkg"},
    )["homes"]
    assert homes.frame["unit_id"].tolist() == ["北塘村", "北塘村", "000"]
    assert faults(homes, "noted") == [
        (2, "unit_id", 'there is no village with the id or name "北塘村", or more than one (2 rows).')
    ]


def test_villages_without_codes_are_called_by_their_names(tmp_path):
    gpd.GeoDataFrame(
        {"村名": ["东塘村", "西塘村"]}, geometry=[square(112.3, 22.4), square(112.4, 22.4)], crs=4490
    ).to_file(tmp_path / "u.gpkg")
    csv_of(tmp_path, "村名,岗位,人数", "西塘,保洁员,1")
    layers = read(tmp_path, units={"kind": "units", "path": "u.gpkg"}, staff={"kind": "staff", "path": "rows.csv"})
    assert list(layers["units"].frame.index) == ["东塘村", "西塘村"]
    assert layers["staff"].frame["unit_id"].tolist() == ["西塘村"]


def test_layers_of_one_kind_never_share_an_id(tmp_path):
    csv_of(tmp_path, "id,类别,lon,lat", "1,公园,113,23", "2,公园,113,23", name="a.csv")
    csv_of(tmp_path, "id,类别,lon,lat", "2,公园,113,23.1", "3,健身路径,113,23.1", name="b.csv")
    spec = {"kind": "facilities", "crs": "4490"}
    layers = read(tmp_path, one={**spec, "path": "a.csv"}, two={**spec, "path": "b.csv"})
    assert list(layers.rows("facilities", "park").index) == ["1", "2", "two:2"]


def test_a_village_in_two_layers_is_refused(tmp_path):
    gpd.GeoDataFrame({"id": ["u"]}, geometry=[square(112.3, 22.4)], crs=4490).to_file(tmp_path / "u.gpkg")
    with pytest.raises(LayerError) as caught:
        read(tmp_path, one={"kind": "units", "path": "u.gpkg"}, two={"kind": "units", "path": "u.gpkg"})
    assert caught.value.in_("zh") == "two：村居“u”等 1 个在另一个村居图层里已经有了。每个村居只能出现在一个图层里。"


@pytest.fixture
def layers(tmp_path):
    csv_of(tmp_path, "id,类别,lon,lat", "1,公园,113,23", "2,戏台,113,23", name="f.csv")
    csv_of(tmp_path, "id,lon,lat", "1,113,23", name="l.csv")
    csv_of(tmp_path, "村,岗位", "a,保洁员", "b,护林员", name="s.csv")
    return read_layers(
        plan_of(
            tmp_path,
            facilities={"kind": "facilities", "path": "f.csv", "crs": "4490"},
            lamps={"kind": "devices", "path": "l.csv", "crs": "4490"},
            staff={"kind": "staff", "path": "s.csv"},
        )
    )


@pytest.mark.parametrize(
    ("kind", "ref", "rows"),
    [
        ("devices", "lamps", 1),
        ("devices", "lamp", 1),
        ("facilities", "park", 1),
        ("facilities", "parks", 1),
        ("facilities", "公园", 1),
        ("facilities", "戏台", 1),
        ("facilities", "facilities", 2),
        ("facilities", "clinic", 0),
        ("facilities", "卫生室", 0),
        ("staff", "cleaners", 1),
        ("staff", "保洁员", 1),
        ("staff", "social_worker", 0),
    ],
)
def test_a_rule_may_name_a_layer_or_a_category_in_the_singular_or_the_plural(layers, kind, ref, rows):
    assert len(layers.rows(kind, ref)) == rows


@pytest.mark.parametrize(
    ("kind", "ref", "zh", "en"),
    [
        (
            "facilities",
            "parc",
            "parc：没有名为“parc”的图层，facilities 类图层中也没有这种类别。是否应为“park”？",
            'parc: there is no layer "parc", and no category of that name in the layers of kind facilities. '
            'Did you mean "park"?',
        ),
        (
            "facilities",
            "lamps",
            "lamps：图层“lamps”是 devices 类，这里需要 facilities 类。请在标准中改用 facilities 类图层的名称。",
            'lamps: the layer "lamps" is of kind devices; one of kind facilities is needed here. '
            "Name a layer of kind facilities in the rule.",
        ),
    ],
)
def test_a_word_that_is_nothing_is_refused(layers, kind, ref, zh, en):
    with pytest.raises(LayerError) as caught:
        layers.rows(kind, ref)
    assert (caught.value.in_("zh"), caught.value.in_("en")) == (zh, en)
