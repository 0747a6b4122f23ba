import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.problems import LayerError
from layers.where import WhereError, parse_where

FRAME = pd.DataFrame(
    {
        "category": ["fitness", "park", None, " fitness "],
        "area_m2": [100.0, np.nan, 2000.0, 5000.0],
        "村 名": list("甲乙丙丁"),
    },
    index=pd.Index(list("abcd"), name="id"),
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("category == 'fitness'", "ad"),
        ('category = "park"', "b"),
        ("category != 'fitness'", "b"),
        ("not category == 'fitness'", "b"),
        ("category is blank", "c"),
        ("category is not blank", "abd"),
        ("area_m2 >= 2000", "cd"),
        ("area_m2 > 2000 and category in ['fitness', 'park']", "d"),
        ("category not in ['park']", "ad"),
        ("area_m2 < 1e3 or category == 'park'", "ab"),
        ("(area_m2 < 1e3 or category == 'park') and `村 名` == '乙'", "b"),
        ("id == 'a'", "a"),
        ("area_m2 <= 100 or area_m2 >= 5000 and category == 'park'", "a"),
    ],
)
def test_filter_keeps_the_rows_it_is_true_of(text: str, kept: str) -> None:
    assert "".join(FRAME.index[parse_where(text).holds(FRAME)]) == kept


def test_blank_cell_is_neither_true_nor_false() -> None:
    assert not parse_where("area_m2 < 5 or not area_m2 < 5").holds(FRAME)[1]


def test_flags_are_tested_with_true_and_false() -> None:
    frame = pd.DataFrame({"lit": pd.array([True, False, None], dtype="object")})
    assert parse_where("lit == true").holds(frame).tolist() == [True, False, False]
    assert parse_where("lit == false").holds(frame).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("category == ", "the filter ends too early."),
        ("category fitness", 'after the column "category" a comparison should follow, not "fitness".'),
        ("category == fitness", 'the filter has "fitness" where a number or quoted text should be.'),
        ("a == 1 b", 'the filter cannot be read on from "b".'),
        ("a == 1; drop table", 'the filter cannot be read at "; drop table".'),
        ("a in 1", 'the filter has "1" where "[" should be.'),
        ("'a' == 1", 'the filter has "a" where a column name should be.'),
        ("(" * 99 + "a == 1", "the filter has too many brackets."),
    ],
)
def test_wrong_filter_says_where_it_goes_wrong(text: str, what: str) -> None:
    with pytest.raises(WhereError) as caught:
        parse_where(text)
    assert str(caught.value) == what


def test_unknown_column_is_named_with_the_nearest() -> None:
    with pytest.raises(LayerError) as caught:
        parse_where("categry == 'park'").holds(FRAME)
    assert str(caught.value) == (
        'where: categry == \'park\': the filter names a column "categry" that is not there. Did you mean "category"?'
    )


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_clear_fault(text: str) -> None:
    try:
        parse_where(text)
    except WhereError as error:
        assert str(error)
