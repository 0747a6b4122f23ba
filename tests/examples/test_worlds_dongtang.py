"""The bundled town: its files are what the generator makes, its mistakes are reported, and its stories are found."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from examples.worlds.clerks import write_town
from examples.worlds.dongtang import CLINIC_WALK_M, Frames, Truths, bundled_town
from geo.assessment import Assessment, assess
from layers import read_layers, read_plan

TOWN = Path(__file__).parents[2] / "examples" / "dongtang"
SEAT = "449921100001"


@pytest.fixture(scope="module")
def made() -> tuple[Frames, Truths]:
    return bundled_town()


@pytest.fixture(scope="module")
def truths(made: tuple[Frames, Truths]) -> Truths:
    return made[1]


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    plan = read_plan(TOWN / "plan.yaml")
    return assess(plan, read_layers(plan))


def _frame(assessment: Assessment, rule: str) -> pd.DataFrame:
    return assessment.coverages[rule].frame


def _short(assessment: Assessment, rule: str) -> tuple[str, ...]:
    frame = _frame(assessment, rule)
    return tuple(frame.index[frame["status"] == "short"])


def _of_unit(assessment: Assessment, rule: str, unit: str) -> pd.DataFrame:
    frame = _frame(assessment, rule)
    return frame[frame["unit_id"] == unit]


def test_committed_files_are_what_the_generator_makes(made: tuple[Frames, Truths], tmp_path: Path) -> None:
    write_town(made[0], tmp_path)
    ours = {path.name: _content(path) for path in tmp_path.iterdir()}
    assert ours == {name: _content(TOWN / name) for name in ours}


def _content(path: Path) -> object:
    """Return the file's bytes as a hash; of a GeoPackage, whose bytes change with GDAL, every row of every table."""
    if path.suffix != ".gpkg":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    tables = {str(name): pyogrio.read_arrow(path, layer=name)[1] for name, _ in pyogrio.list_layers(path)}
    return {name: table.to_pydict() for name, table in tables.items()}


def test_bundled_town_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in TOWN.iterdir()) <= 3_000_000


def test_every_mistake_the_readme_lists_is_reported_and_no_other(assessment: Assessment) -> None:
    table = re.findall(
        r"^\| (\w+\.\w+) \| (\d+) \| (\w*) ?\| (.*?) ?\| (repaired|rejected)",
        (TOWN / "README.md").read_text("utf-8"),
        re.M,
    )
    listed = {(file, int(row), action) for file, row, _, _, action in table}
    rejects = [reject for layer in assessment.world.layers.values() for reject in layer.rejects]
    assert {(reject.file, reject.row, reject.action) for reject in rejects} == listed
    named = {(file, int(row), column, value) for file, row, column, value, _ in table if column}
    assert named <= {(reject.file, reject.row, reject.field, reject.value) for reject in rejects}


def test_village_behind_the_missing_bridge_reaches_nothing_outside(assessment: Assessment, truths: Truths) -> None:
    for rule in ("HLT-02", "SPT-02", "clinic-walk"):
        homes = _of_unit(assessment, rule, truths.cut_off)
        assert len(homes) > 300
        assert np.isinf(homes["supplied"]).all() or (
            rule == "SPT-02" and homes["reason"].str.contains("inf/15 min").all()
        )
        assert (homes["status"] == "short").all()
    elsewhere = _frame(assessment, "HLT-02")
    elsewhere = elsewhere[(elsewhere["unit_id"] != truths.cut_off) & (elsewhere["status"] != "unknown")]
    assert (elsewhere["status"] == "met").all()


def test_remote_village_has_not_one_lit_metre(assessment: Assessment, truths: Truths) -> None:
    roads = _of_unit(assessment, "LGT-01", truths.remote)
    assert len(roads) >= 10
    assert (roads["supplied"] == 0).all()
    share = _frame(assessment, "LGT-01").groupby("unit_id")[["required", "supplied"]].sum()
    assert (share["supplied"] / share["required"]).idxmin() == truths.remote


def test_village_of_plenty_is_short_of_nothing_it_claims(assessment: Assessment, truths: Truths) -> None:
    for rule in (
        "STF-01",
        "STF-02",
        "STF-03",
        "AGE-01",
        "AGE-02",
        "HLT-01",
        "HLT-02",
        "SPT-02",
        "LGT-01",
        "clinic-walk",
    ):
        assert (_of_unit(assessment, rule, truths.plenty)["status"] == "met").all(), rule


def test_hamlet_just_outside_the_clinic_walk_is_short_by_a_few_dozen_metres(
    assessment: Assessment, made: tuple[Frames, Truths]
) -> None:
    homes = made[0]["homes"]
    hamlet = homes.index[homes["hamlet"] == made[1].just_outside]
    walk = _frame(assessment, "clinic-walk").loc[hamlet]
    assert (walk["status"] == "short").all()
    assert 0 < walk["supplied"].min() - CLINIC_WALK_M < 100
    assert walk["supplied"].max() < 1.15 * CLINIC_WALK_M


@pytest.mark.parametrize(
    ("rule", "missing"),
    [("AGE-01", "no_elderly"), ("AGE-02", "no_children_home"), ("HLT-01", "no_clinic"), ("STF-02", "no_social_worker")],
)
def test_villages_without_a_service_are_exactly_those_planted(
    assessment: Assessment, truths: Truths, rule: str, missing: str
) -> None:
    assert _short(assessment, rule) == getattr(truths, missing)


@pytest.mark.parametrize(("rule", "missing"), [("STF-01", "cleaners_short"), ("STF-03", "doctors_short")])
def test_villages_short_of_staff_lack_exactly_as_many_as_planted(
    assessment: Assessment, truths: Truths, rule: str, missing: str
) -> None:
    frame = _frame(assessment, rule)
    short = frame[frame["status"] == "short"]
    assert tuple((unit, int(lack)) for unit, lack in short["shortfall"].items()) == getattr(truths, missing)


def test_village_with_a_blank_population_is_unknown_where_population_counts(
    assessment: Assessment, truths: Truths
) -> None:
    for rule in ("STF-01", "STF-03"):
        assert _frame(assessment, rule).loc[truths.blank_population, "status"] == "unknown"


def test_register_of_one_village_says_more_people_than_its_homes_hold(made: tuple[Frames, Truths]) -> None:
    frames, truths = made
    counted = frames["homes"].groupby("unit_id")["people"].sum()
    over = (frames["units"]["population"] - counted).dropna()
    assert over[over != 0].to_dict() == {truths.wrong_population: truths.wrong_by}


def test_gates_unseen_are_the_one_offline_and_the_one_looked_away_from(assessment: Assessment, truths: Truths) -> None:
    assert _short(assessment, "CAM-01") == tuple(sorted((truths.offline_gate, truths.astray_gate)))


def test_home_far_from_every_road_is_unknown_not_short(assessment: Assessment, truths: Truths) -> None:
    for rule in ("HLT-02", "clinic-walk"):
        assert _frame(assessment, rule).loc[truths.ranger, "status"] == "unknown"
    for rule in ("SPT-02", "WST-01"):  # whether the village has one of its own is known
        lacks_its_own = "1 (0/1)" in _frame(assessment, rule).loc[truths.ranger, "reason"]
        assert _frame(assessment, rule).loc[truths.ranger, "status"] == ("short" if lacks_its_own else "unknown")


def test_big_idle_ground_lies_in_the_town_seat(assessment: Assessment) -> None:
    parcels = assessment.world.layers["parcels"].frame
    largest = parcels["area_m2"].idxmax()
    assert parcels.loc[largest, "area_m2"] == 9_800
    assert parcels.loc[largest, "unit_id"] == SEAT
