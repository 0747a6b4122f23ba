"""Before and after, on assessments and on the written tables."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from geo.assessment import assess
from geo.compare import Comparison, Found, compare, found
from tests.geo.test_assess import CLEANERS, FITNESS, assessed


def before_and_after(done: int) -> tuple[Found, Found, tuple]:
    """Return the findings before and after the first `done` projects of the list, and the list."""
    first = assessed(CLEANERS, FITNESS)
    edits = tuple(edit for row in first.ranked[:done] for edit in row.project.edits)
    return found(first), found(assess(first.plan, first.world.layers.with_edits(edits))), first.ranked


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_people_served_are_those_the_list_promised(done):
    one, other, rows = before_and_after(done)
    rules = compare(one, other).rules
    for rule_id in rules.index:
        promised = sum(dict(row.served).get(rule_id, 0) for row in rows[:done])
        assert rules.loc[rule_id, "people_served"] == promised
    assert rules["people_served"].sum() == sum(row.people_served for row in rows[:done])


def test_only_places_that_changed_are_listed():
    one, other, _ = before_and_after(1)
    places = compare(one, other).places
    assert list(places.index) == [("fitness", "U2")]
    row = places.iloc[0]
    assert (row["name"], row["status_before"], row["status_after"]) == ("西塘村", "short", "met")
    assert (row["supplied_before"], row["supplied_after"]) == (0, 1)
    assert (row["people_short_before"], row["people_short_after"]) == (400, 0)


def test_gaps_are_closed_or_the_same():
    one, other, rows = before_and_after(1)
    gaps = compare(one, other).gaps
    closed = set(gaps.index[gaps["change"] == "closed"])
    assert closed == set(rows[0].project.gap_ids)
    assert set(gaps["change"]) == {"closed", "same"}
    backwards = compare(other, one).gaps
    assert set(backwards.index[backwards["change"] == "new"]) == closed


def test_gap_that_got_smaller_is_changed():
    one, _, _ = before_and_after(0)
    smaller = one.gaps.assign(amount=[9.0, *one.gaps["amount"].iloc[1:]])
    changed = compare(one, Found(one.coverage, smaller)).gaps
    assert list(changed["change"]) == ["changed", "same", "same"]
    assert changed.iloc[0]["amount_after"] == 9


def test_result_compared_with_itself_has_no_change():
    one, _, _ = before_and_after(0)
    same = compare(one, one)
    assert len(same.places) == 0
    assert set(same.gaps["change"]) == {"same"}
    assert (same.rules["people_served"] == 0).all()


def test_counts_stand_side_by_side_for_each_rule():
    one, other, _ = before_and_after(3)
    rules = compare(one, other).rules
    assert list(rules.index) == ["cleaners", "fitness"]
    assert rules.loc["cleaners", ["met_before", "short_before", "met_after", "short_after"]].tolist() == [0, 2, 2, 0]
    assert rules.loc["fitness", ["people_short_before", "people_short_after"]].tolist() == [400, 0]


def written(tables: Found) -> Found:
    """Return the tables as they come back from CSV."""
    back = [pd.read_csv(StringIO(table.to_csv(index=False))) for table in (tables.coverage, tables.gaps)]
    return Found(*back)


def assert_equal(one: Comparison, other: Comparison) -> None:
    for table in ("rules", "places", "gaps"):
        numbers = [getattr(each, table).select_dtypes("number") for each in (one, other)]
        pd.testing.assert_frame_equal(*numbers, check_dtype=False, check_index_type=False)
    assert list(one.gaps["change"]) == list(other.gaps["change"])


def test_written_tables_give_the_same_comparison():
    one, other, _ = before_and_after(2)
    assert_equal(compare(one, other), compare(written(one), written(other)))


COLUMNS = ["rule_id", "place_id", "name", "unit_id", "status", "supplied", "shortfall", "people_short"]
NO_GAPS = pd.DataFrame(columns=["gap_id", "rule_id", "name", "unit_id", "amount", "people"])


def test_place_that_became_unknown_serves_nobody_and_is_listed():
    one = Found(pd.DataFrame([("r", "H1", "", "", "short", np.inf, np.inf, 5.0)], columns=COLUMNS), NO_GAPS)
    other = Found(pd.DataFrame([("r", "H1", "", "", "unknown", np.nan, np.nan, np.nan)], columns=COLUMNS), NO_GAPS)
    change = compare(one, other)
    assert list(change.places.index) == [("r", "H1")]
    assert change.rules.loc["r", "people_served"] == 0
    assert change.rules.loc["r", ["short_before", "unknown_after"]].tolist() == [1, 1]


def test_places_and_rules_that_only_one_result_has_are_kept():
    one = Found(pd.DataFrame([("r", "H1", "甲", "", "short", 0.0, 1.0, 5.0)], columns=COLUMNS), NO_GAPS)
    other = Found(pd.DataFrame([("s", "H2", "乙", "", "met", 1.0, 0.0, 0.0)], columns=COLUMNS), NO_GAPS)
    change = compare(one, other)
    assert list(change.rules.index) == ["r", "s"]
    assert list(change.places["name"]) == ["甲", "乙"]
    assert (change.rules["people_served"] == 0).all()
