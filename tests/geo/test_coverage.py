from __future__ import annotations

from math import inf, nan

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geo.coverage import decided
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
