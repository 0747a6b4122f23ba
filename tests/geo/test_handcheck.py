"""Three gaps and three served places a rule of a real town, worked out again by hand (all towns: tests.campaigns)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.campaigns.handcheck import check, result_of

SHARED = Path(__file__).resolve().parents[3] / "shared"
EXTRACT = SHARED / "data" / "monaco" / "monaco-2012-07-06_graphhopper.osm.gz"
pytestmark = pytest.mark.skipif(not EXTRACT.is_file(), reason="the shared data folder is not beside the repository")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return result_of(EXTRACT, tmp_path_factory.mktemp("towns") / "monaco")


def test_verdicts_of_a_real_town_are_what_is_worked_out_by_hand(result):
    assert check(result, "monaco", count=3, seed=2) == 0


def test_a_verdict_a_metre_off_is_noticed(result):
    off = result.coverage.assign(supplied=result.coverage["supplied"] + 1.0)
    assert check(replace(result, coverage=off), "monaco", count=3, seed=2) > 0
    turned = result.coverage.assign(status=np.where(result.coverage["status"] == "met", "short", "met"))
    assert check(replace(result, coverage=turned), "monaco", count=3, seed=2) > 0
