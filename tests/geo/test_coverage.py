from __future__ import annotations

from math import inf, nan

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from geo.coverage import decided, lacking, missing_share, need, people_without
from geo.rule import Measured, Sense


def verdicts(
    *rows: tuple[float, ...], sense: Sense = "at_most", unit: str = "m", people: float = 10, columns: str = ""
) -> pd.DataFrame:
    """Rows are required, supplied and, if given, the columns named."""
    names = ["required", "supplied", *columns.split()]
    frame = gpd.GeoDataFrame(list(rows), columns=names, geometry=[Point()] * len(rows))
    frame = frame.assign(name="", unit_id="", people=people, reason="")
    return decided(Measured(frame, unit, sense))


def test_place_exactly_at_what_is_required_is_met():
    assert verdicts((500, 500), (500, 500.001)).status.tolist() == ["met", "short"]
    assert verdicts((2, 2), (2, 1), sense="at_least").status.tolist() == ["met", "short"]


def test_rounding_noise_is_no_shortfall():
    assert verdicts((0.3, 0.1 + 0.2)).status.tolist() == ["met"]


def test_unreachable_is_short_and_never_met():
    row = verdicts((500, inf)).iloc[0]
    assert (row.status, row.shortfall, row.people_short) == ("short", inf, 10)


def test_unknown_supply_or_need_is_unknown_and_carries_no_figure():
    frame = verdicts((500, nan), (nan, 500))
    assert frame.status.tolist() == ["unknown", "unknown"]
    assert frame[["shortfall", "people_short"]].isna().all().all()
    assert not frame.borderline.any()


def test_doubt_that_changes_nothing_is_no_doubt():
    frame = verdicts((2, 2, 2, inf), (2, 0, 0, 1), (2, 1, 1, 2), sense="at_least", columns="supplied_low supplied_high")
    assert frame.status.tolist() == ["met", "short", "unknown"]
    assert frame.shortfall.tolist() == pytest.approx([0, 2, nan], nan_ok=True)


def test_people_unknown_are_not_nobody():
    assert verdicts((500, 900), people=nan).people_short.isna().all()


def test_within_a_tenth_of_the_limit_is_borderline_for_what_is_measured_only():
    assert verdicts((500, 550), (500, 450), (500, 551)).borderline.tolist() == [True, True, False]
    assert verdicts((1, 1), sense="at_least", unit="facilities").borderline.tolist() == [False]


def test_need_is_the_share_missing_of_the_people_and_never_more_than_all_of_them():
    required = np.array([10.0, 10.0, 10.0, 10.0, 0.0, 0.0, np.nan])
    shortfall = np.array([4.0, 0.0, 25.0, np.nan, 5.0, 0.0, 1.0])
    assert missing_share(required, shortfall).tolist()[:6] == [0.4, 0.0, 1.0, 0.0, 1.0, 0.0]
    people = np.full(7, 50.0)
    assert need(required, shortfall, people).tolist() == [20.0, 0.0, 50.0, 0.0, 50.0, 0.0, 0.0]
    assert need(np.array([10.0]), np.array([4.0]), np.array([np.nan])).tolist() == [0.0]


def test_who_is_without_is_all_or_the_share_and_unknown_where_anything_is():
    required, people = np.full(4, 10.0), np.array([50.0, 50.0, 50.0, np.nan])
    missing = np.array([4.0, 0.0, np.nan, 4.0])
    share = people_without(required, missing, people, "share")
    everybody = people_without(required, missing, people, "everybody")
    assert share[:2].tolist() == [20.0, 0.0]
    assert np.isnan(share[2:]).all()
    assert everybody[:2].tolist() == [50.0, 0.0]
    assert np.isnan(everybody[2:]).all()


@pytest.mark.parametrize("sense", ["at_least", "at_most"])
def test_noise_of_rounding_is_no_shortfall_and_anything_more_is(sense):
    sign = 1 if sense == "at_least" else -1
    required = np.array([1000.0, 1000.0, 0.5, 0.5, 3.0])
    supplied = required - sign * np.array([0.9e-6, 1.1e-6, 0.9e-9, 1.1e-9, 1.0])
    found = lacking(required, supplied, sense)
    assert (found > 0).tolist() == [False, True, False, True, True]
    assert found[4] == 1.0
    assert np.isnan(lacking(np.array([1.0]), np.array([np.nan]), sense)).all()
