"""Small counts of a published table: none shown, none that can be worked out, whatever the table."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.disclosure import Sum, audit, hidden_cells, small


def table(counts: list[list[int]]) -> tuple[np.ndarray, list[Sum]]:
    """Return a table with a total row and a total column, as a list of cells, and what adds up to what."""
    inner = np.array(counts, float)
    whole = np.vstack([inner, inner.sum(axis=0)])
    whole = np.hstack([whole, whole.sum(axis=1, keepdims=True)])
    rows, columns = whole.shape
    sums = [Sum(r * columns + columns - 1, tuple(r * columns + c for c in range(columns - 1))) for r in range(rows)]
    sums += [Sum((rows - 1) * columns + c, tuple(r * columns + c for r in range(rows - 1))) for c in range(columns)]
    return whole.ravel(), sums


def test_the_difference_from_a_total_does_not_give_a_hidden_count_away():
    values, sums = table([[3, 50], [40, 60]])
    alone = small(values, 10)
    assert audit(values, alone, sums, 10) == [0]
    hidden = hidden_cells(values, sums, 10)
    assert audit(values, hidden, sums, 10) == []
    assert hidden.sum() > 1


def test_a_table_without_small_counts_is_shown_whole():
    values, sums = table([[30, 0], [40, 60]])
    assert not hidden_cells(values, sums, 10).any()


def test_the_same_table_hides_the_same_cells():
    values, sums = table([[3, 50, 12], [40, 60, 9], [20, 20, 20]])
    assert (hidden_cells(values, sums, 10) == hidden_cells(values, sums, 10)).all()


def test_two_small_counts_that_hide_each_other_too_narrowly_get_a_third():
    values, sums = table([[2, 3], [40, 60]])
    hidden = hidden_cells(values, sums, 10)
    assert audit(values, hidden, sums, 10) == []


def possible(values: np.ndarray, hidden: np.ndarray, sums: list[Sum], most: int) -> dict[int, set[int]]:
    """Return by trying everything which counts each hidden cell of a tiny table can have, up to `most`."""
    cells = np.flatnonzero(hidden)
    seen: dict[int, set[int]] = {int(cell): set() for cell in cells}
    for guess in itertools.product(range(most + 1), repeat=len(cells)):
        trial = values.copy()
        trial[cells] = guess
        if all(trial[list(each.parts)].sum() == trial[each.total] for each in sums):
            for cell, count in zip(cells, guess, strict=True):
                seen[int(cell)].add(count)
    return seen


@given(st.lists(st.integers(0, 6), min_size=3, max_size=3))
@settings(max_examples=40, deadline=None)
def test_whoever_tries_every_possibility_of_a_row_is_left_with_a_range(counts):
    values = np.array([*counts, sum(counts)], float)
    sums = [Sum(3, (0, 1, 2))]
    hidden = hidden_cells(values, sums, 3)
    for cell, seen in possible(values, hidden, sums, 12).items():
        if small(values, 3)[cell]:
            assert max(seen) - min(seen) >= 3


@given(st.integers(2, 4), st.integers(2, 3), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_any_table_is_shown_or_can_be_told(rows, columns, random):
    counts = [[random.choice([0, 0, 3, 8, 15, 40, 200]) for _ in range(columns)] for _ in range(rows)]
    values, sums = table(counts)
    hidden = hidden_cells(values, sums, 10)
    assert audit(values, hidden, sums, 10) == []
    assert not (small(values, 10) & ~hidden).any()


@pytest.mark.parametrize("k", [2, 5, 20])
def test_the_smallest_figure_published_is_the_readers_to_set(k):
    values, sums = table([[4, 50, 90], [40, 60, 70]])
    assert hidden_cells(values, sums, k)[0] == (k == 5 or k == 20)
