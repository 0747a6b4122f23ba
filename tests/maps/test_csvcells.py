"""Cells of CSV columns, against the obvious way: each number and each text by itself, through Python's csv module."""

import csv
import io

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from maps.csvcells import csv_rows, guarded, plain


def one_by_one(columns):
    cells = []
    for column in columns:
        if column.dtype == bool:
            cells.append(["true" if value else "false" for value in column])
        elif pd.api.types.is_numeric_dtype(column.dtype):
            cells.append([plain(value) for value in column.to_numpy(float).tolist()])
        else:
            cells.append([guarded(str(text)) for text in column.fillna("").to_numpy(object).tolist()])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(zip(*cells, strict=True))
    return text.getvalue().encode()


NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(10**17), 10**17).map(float),
    st.integers(-(10**9), 10**9).map(lambda n: n / 10**7),  # ends in a 5 that rounds
    st.integers(-(10**6), 10**6).map(lambda n: n / 64),
)
LETTERS = st.sampled_from(list("村a1=+-@,;\"'\r\n\t \u3000\u00a0＝＋－＠。"))
TEXTS = st.one_of(st.none(), st.text(LETTERS, max_size=4), st.text(max_size=3).filter(lambda t: t.isprintable()))


@given(st.lists(st.tuples(NUMBERS, TEXTS, st.booleans()), max_size=20))
@example([(1.797693134862316e302, None, False)])
def test_columns_are_written_as_each_cell_by_itself_would_be(rows):
    numbers, texts, flags = zip(*rows, strict=True) if rows else ((), (), ())
    columns = [
        pd.Series(numbers, dtype=float),
        pd.Series(texts, dtype=object),
        pd.Series(texts, dtype="str"),
        pd.Series(flags, dtype=bool),
    ]
    assert csv_rows(columns) == one_by_one(columns)


def test_a_hundred_thousand_numbers_round_as_each_by_itself_would():
    draw = np.random.default_rng(4)
    values = np.concatenate(
        [
            draw.uniform(-2e6, 2e6, 50_000),
            np.round(draw.uniform(-2e3, 2e3, 30_000), 7),
            draw.integers(-(2**54), 2**54, 10_000).astype(float),
            np.exp(draw.uniform(-40, 40, 10_000)),
        ]
    )
    column = pd.Series(values)
    assert csv_rows([column, column]) == one_by_one([column, column])


def test_what_is_not_text_among_text_is_written_as_python_says_it():
    column = pd.Series(["a", 3, None, 2.5, ("x", "y")], dtype=object)
    assert csv_rows([column, column]) == one_by_one([column, column])
