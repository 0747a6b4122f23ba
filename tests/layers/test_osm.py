from pathlib import Path

import numpy as np
import pytest

from layers import library
from layers.osm import tags
from layers.osm.extract import Extract, extract
from layers.osm.town import Town, town
from layers.plan import LayerSpec, Plan, Settings
from layers.problems import InputError
from layers.reading import read_layers
from layers.starter import start
from layers.text import say

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

# One village with its boundary cut off, so that what lies nearest to each settlement is its area; about 70 m a 0.001 degree east.
NODES = {
    1: (10.000, 50.000, {"place": "village", "name": "Ost & West", "population": "1 000"}),
    2: (10.020, 50.000, {"place": "hamlet", "name": "Weiler"}),
    3: (10.0005, 50.0002, {"highway": "street_lamp"}),
    4: (10.001, 50.0002, {"man_made": "surveillance", "camera:direction": "90"}),
    5: (10.002, 50.000, {"leisure": "fitness_station"}),
    10: (10.000, 50.0003, {}),
    11: (10.0012, 50.0003, {}),
    12: (10.020, 50.0003, {}),
    20: (10.0010, 50.0005, {}),
    21: (10.0012, 50.0005, {}),
    22: (10.0012, 50.0007, {}),
    23: (10.0010, 50.0007, {}),
    30: (10.0200, 50.0005, {}),
    31: (10.0202, 50.0005, {}),
    32: (10.0202, 50.0007, {}),
    33: (10.0200, 50.0007, {}),
}
WAYS = {
    100: (
        [10, 11],
        {"highway": "residential", "lit": "yes", "name": "Hauptstraße", "width": "3,5 m", "maxspeed": "30 mph"},
    ),
    101: ([11, 12], {"highway": "tertiary", "oneway": "-1", "bridge": "viaduct", "layer": "1"}),
    102: ([10, 11, 999, 12], {"highway": "footway"}),
    103: ([10, 11], {"highway": "proposed"}),
    200: ([20, 21, 22, 23, 20], {"building": "house", "building:levels": "2"}),
    201: ([30, 31, 32, 33, 30], {"building": "yes"}),
    202: ([20, 21, 22, 20], {"building": "garage"}),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;")

    def tagged(pairs: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{escaped(value)}"/>' for key, value in pairs.items())

    nodes = "".join(
        f'<node id="{i}" version="1" lon="{x}" lat="{y}">{tagged(t)}</node>' for i, (x, y, t) in NODES.items()
    )
    ways = "".join(
        f'<way id="{i}" version="1">{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in refs)}{tagged(t)}</way>'
        for i, (refs, t) in WAYS.items()
    )
    path = tmp_path / "small.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    return path


@pytest.fixture
def found(file: Path) -> Extract:
    return extract(file)


@pytest.fixture
def small(found: Extract) -> Town:
    return town(found)


def test_road_attributes_are_read_in_our_units(found: Extract) -> None:
    main, country = found.roads[0], found.roads[1]
    assert (main["class"], main["lit"], main["width_m"], main["name"]) == ("residential", True, 3.5, "Hauptstraße")
    assert main["speed_kmh"] == pytest.approx(48.28, abs=0.01)
    assert (country["oneway"], country["bridge"], country["layer"]) == ("reverse", True, 1)


def test_way_that_leaves_the_extract_keeps_its_part_inside(found: Extract) -> None:
    assert found.cut == 1
    assert [row["id"] for row in found.roads] == ["w100", "w101", "w102"]


def test_planned_road_is_no_road(found: Extract) -> None:
    assert "w103" not in {row["id"] for row in found.roads}


def test_devices_and_facilities_get_their_categories(found: Extract) -> None:
    assert {row["id"]: row["category"] for row in found.devices} == {"n3": "lamp", "n4": "camera"}
    assert found.devices[1]["azimuth_deg"] == 90
    assert [row["category"] for row in found.facilities] == ["fitness"]


def test_population_of_a_village_is_shared_over_its_homes(small: Town) -> None:
    homes = small.tables["homes"].set_index("id")
    assert list(homes.index) == ["w200", "w201"]
    assert homes.loc["w200", ["people", "people_source", "unit_id"]].tolist() == [1000, "shared", "n1"]


def test_home_without_a_population_is_assumed_and_says_so(small: Town) -> None:
    homes = small.tables["homes"].set_index("id")
    assert homes.loc["w201", ["people", "people_source", "unit_id"]].tolist() == [3, "assumed", "n2"]


def test_only_streets_beside_homes_should_be_lit(small: Town) -> None:
    roads = small.tables["roads"].set_index("id")
    assert roads["lit_required"].to_dict() == {"w100": True, "w101": False, "w102": False}


def test_units_are_what_lies_nearest_where_no_boundary_is_whole(small: Town) -> None:
    assert small.units_by == "nearest"
    assert small.tables["units"].set_index("id").loc["n2"].geometry.contains(small.tables["homes"].geometry.iloc[1])


@pytest.mark.parametrize(
    ("text", "value"),
    [("3.5", 3.5), ("3,5 m", 3.5), ("50", 50), ("10 mph", 16.09344), ("walk", np.nan), ("", np.nan), (None, np.nan)],
)
def test_number_of_a_tag(text: str | None, value: float) -> None:
    assert tags.number(text) == pytest.approx(value, nan_ok=True)


def test_roundabout_is_one_way_by_nature() -> None:
    assert tags.oneway({"highway": "residential", "junction": "roundabout"}) == "yes"
    assert tags.oneway({"highway": "residential"}) is None


def test_start_from_osm_writes_a_plan_that_can_be_read(file: Path, tmp_path: Path) -> None:
    from layers import read_plan

    started = start(tmp_path / "town", osm=file, language="en")
    plan = read_plan(started.plan)
    assert [rule.id for rule in plan.rules] == ["LGT-01"]
    assert "# - {id: GRN-01}  # Park within reach: none on the map" in plan.text
    assert "# - {id: SPT-02}  # Fitness facilities near home: only 1 on the map for 2 units" in plan.text
    assert say("starter.units_by_nearest", count=2) in started.notes
    assert say("starter.people_assumed", count=1, homes=2) in started.notes


def test_start_never_overwrites_a_plan(file: Path, tmp_path: Path) -> None:
    start(tmp_path / "town", osm=file)
    with pytest.raises(InputError, match="there is a plan here already. Choose another folder, or move it away first."):
        start(tmp_path / "town", osm=file)


def test_start_refuses_what_is_not_osm(tmp_path: Path) -> None:
    wrong = tmp_path / "a.osm.pbf"
    wrong.write_bytes(b"not a map")
    with pytest.raises(InputError, match="Give an OpenStreetMap extract as .osm.pbf, .osm or .osm.gz."):
        start(tmp_path / "town", osm=wrong)


PLAN = """\
plan: {name: t, crs: EPSG:32632}
layers:
  roads: {kind: roads, path: small.osm}
  homes: {kind: demand, path: small.osm}
  units: {kind: units, path: small.osm}
rules: [{id: BUS-01, facilities: roads}]
"""


def test_extract_can_be_a_layer_of_the_plan(file: Path) -> None:
    from layers import read_layers, read_plan

    plan = file.with_name("plan.yaml")
    plan.write_text(PLAN, encoding="utf-8")
    layers = read_layers(read_plan(plan))
    assert list(layers["roads"].frame.index) == ["w100", "w101", "w102"]
    assert layers["homes"].frame["people"].sum() == 1003


def test_extract_gives_no_staff(file: Path) -> None:
    from layers import LayerError, read_layers, read_plan

    plan = file.with_name("plan.yaml")
    plan.write_text(PLAN.replace("kind: demand", "kind: staff"), encoding="utf-8")
    with pytest.raises(LayerError, match="an OpenStreetMap extract gives no layer of kind staff"):
        read_layers(read_plan(plan))


@pytest.mark.parametrize("profile", library.profiles())
def test_start_without_osm_writes_a_plan_and_templates(tmp_path: Path, profile: str) -> None:
    from layers import read_plan

    started = start(tmp_path / "town", profile=profile)
    plan = read_plan(started.plan)
    assert plan.settings.profile == profile
    assert all(f"path: {file.name}" in plan.text for file in started.files)


def test_templates_read_back_without_their_example_row(tmp_path: Path) -> None:
    import openpyxl

    started = start(tmp_path / "town")
    for file in started.files:
        sheet = openpyxl.load_workbook(file)["数据"]
        assert sheet.cell(2, 1).value == "示例"
    sheet_file = tmp_path / "town" / "staff.xlsx"
    book = openpyxl.load_workbook(sheet_file)
    headers = [cell.value for cell in book["数据"][1]]
    book["数据"].append(
        [{"编号": "01", "村居": "东塘村", "岗位": "保洁员", "人数": 3}.get(header) for header in headers]
    )
    book.save(sheet_file)
    spec = LayerSpec(kind="staff", path="staff.xlsx", layer="数据")
    plan = Plan(Settings(name="镇"), {"staff": spec}, (), tmp_path / "town", "plan.yaml", "")
    staff = read_layers(plan)["staff"]
    assert (staff.rows_in, staff.used, staff.rejected) == (1, 1, 0)
    assert [reject.reason.in_("en") for reject in staff.rejects] == [
        "1 rows are the template's example (their id says so) and are not counted."
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real layers are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "units", "units_by"),
    [
        ("liechtenstein/liechtenstein-2024-03-03.osm.pbf", 11, "boundaries"),
        ("helsinki-centre/helsinki-centre-2019-04-21.osm.pbf", 6, "nearest"),
        ("monaco/monaco-2023-12-25.osm.pbf", 9, "nearest"),
        ("porto-alegre/poa_osm.pbf", 1, "extent"),
        ("guixi-cn/guixi-2024-11-18.osm", 7, "nearest"),
        ("north-bayreuth/north-bayreuth-2014-11-04.osm.gz", 70, "nearest"),
    ],
)
def test_real_extract_becomes_a_town(name: str, units: int, units_by: str) -> None:
    made = town(extract(SHARED / name))
    assert (len(made.tables["units"]), made.units_by) == (units, units_by)
    assert made.tables["units"].geometry.is_valid.all()
    assert set(made.tables["homes"]["unit_id"].dropna()) <= set(made.tables["units"]["id"])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real layers are not beside this checkout")
def test_village_inside_a_village_is_counted_once() -> None:
    made = town(extract(SHARED / "liechtenstein/liechtenstein-2024-03-03.osm.pbf"))
    units = made.tables["units"].set_index("name")["population"]
    assert units["Eschen"] == 4407  # Nendeln's 1 357 are among them
    assert units["Balzers"] == 4608  # Mäls's 1 532 are among them
