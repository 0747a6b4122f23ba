"""Interval arithmetic on lines, against a ruler that looks at every centimetre."""

import numpy as np
import pytest

from geo.lines.intervals import SLIVER_M, Stretches, cut, holding, joined, overlapping, remainder, total_m
from geo.network import engine

WORLDS = 500
CM = 0.01


def stretches(*rows):
    line, start, end = zip(*rows, strict=True) if rows else ((), (), ())
    return Stretches(np.array(line, int), np.array(start, float), np.array(end, float))


def rows(found):
    return list(zip(found.line.tolist(), found.start_m.round(6).tolist(), found.end_m.round(6).tolist(), strict=True))


def drawn(seed):
    """Return up to 4 lines of whole decimetres with up to 12 stretches on them, some past the ends."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 300, rng.integers(1, 5)) / 10
    line = rng.integers(0, len(lengths), rng.integers(0, 13))
    start = rng.integers(-30, 300, len(line)) / 10
    return Stretches(line, start, start + rng.integers(0, 120, len(line)) / 10), lengths


def ruled(some, line, length):
    """Return for the middle of each centimetre of the line whether a stretch is over it."""
    at = np.arange(round(length / CM)) * CM + CM / 2
    mine = some.line == line
    return ((some.start_m[mine, None] <= at) & (at <= some.end_m[mine, None])).any(axis=0)


def test_stretches_that_touch_become_one():
    assert rows(joined(stretches((0, 0, 35), (0, 35, 70)))) == [(0, 0, 70)]


def test_stretches_a_sliver_apart_become_one_and_wider_ones_do_not():
    assert rows(joined(stretches((0, 0, 5), (0, 5.0009, 9)))) == [(0, 0, 9)]
    assert rows(joined(stretches((0, 0, 5), (0, 5.002, 9)))) == [(0, 0, 5), (0, 5.002, 9)]


def test_stretch_within_another_does_not_shorten_it():
    assert rows(joined(stretches((0, 0, 50), (0, 10, 20), (0, 40, 60)))) == [(0, 0, 60)]


def test_lines_do_not_join_each_other():
    assert rows(joined(stretches((1, 0, 5), (0, 0, 5)))) == [(0, 0, 5), (1, 0, 5)]


def test_line_without_a_stretch_is_left_whole():
    assert rows(remainder(stretches(), np.array([3]), np.array([120.0]))) == [(3, 0, 120)]


def test_line_fully_covered_leaves_nothing():
    assert rows(remainder(stretches((0, -5, 60), (0, 60, 130)), np.array([0]), np.array([120.0]))) == []


def test_stretches_on_other_lines_do_not_count():
    assert rows(remainder(stretches((7, 0, 50)), np.array([0]), np.array([10.0]))) == [(0, 0, 10)]


def test_point_where_two_stretches_meet_belongs_to_the_first():
    some = stretches((0, 0, 5), (0, 5, 9), (2, 1, 2))
    at = holding(some, np.array([0, 0, 0, 2, 2, 1, 0]), np.array([5.0, 0.0, 9.0, 1.0, 2.1, 1.5, -0.1]))
    assert at.tolist() == [0, 0, 1, 2, -1, -1, -1]


def test_nothing_is_held_by_nothing():
    assert holding(stretches(), np.array([0]), np.array([1.0])).tolist() == [-1]
    assert len(joined(stretches())) == 0
    assert [len(part) for part in overlapping(stretches(), stretches((0, 0, 5)))] == [0, 0]
    assert len(cut(stretches(), np.array([0]), np.array([1.0]))) == 0


@pytest.mark.parametrize("block", range(10))
def test_union_and_remainder_agree_with_the_ruler(block):
    for seed in range(block * WORLDS // 10, (block + 1) * WORLDS // 10):
        some, lengths = drawn(seed)
        lines = np.arange(len(lengths))
        left = remainder(some, lines, lengths)
        union = joined(some)
        assert (np.diff(left.line + 1j * left.start_m) > 0).all()
        for line, length in enumerate(lengths):
            covered = ruled(some, line, length)
            assert (ruled(union, line, length) == covered).all(), seed
            assert (ruled(left, line, length) == ~covered).all(), seed
        np.testing.assert_allclose(
            total_m(left, len(lengths)), [(~ruled(some, i, n)).sum() * CM for i, n in enumerate(lengths)], atol=1e-6
        )


@pytest.mark.parametrize("block", range(10))
def test_cells_cover_what_they_were_cut_from_and_overlaps_agree_with_the_ruler(block):
    for seed in range(block * WORLDS // 10, (block + 1) * WORLDS // 10):
        some, lengths = drawn(seed)
        others, _ = drawn(seed + 100_000)
        left = remainder(some, np.arange(len(lengths)), lengths)
        cells = cut(left, np.tile(others.line, 2), np.concatenate([others.start_m, others.end_m]))
        assert (cells.length_m > -1e-12).all()
        cell, other = overlapping(cells, others)
        pairs = set(zip(cell.tolist(), other.tolist(), strict=True))
        for line, length in enumerate(lengths):
            assert (ruled(cells, line, length) == ruled(left, line, length)).all(), seed
        np.testing.assert_allclose(total_m(cells, len(lengths)), total_m(left, len(lengths)), atol=1e-9)
        for i in range(len(cells)):
            for j in range(len(others)):
                low, high = max(cells.start_m[i], others.start_m[j]), min(cells.end_m[i], others.end_m[j])
                shared = high - low if cells.line[i] == others.line[j] else 0.0
                assert ((i, j) in pairs) == (shared > SLIVER_M), seed
                if shared > SLIVER_M:  # a cell is wholly inside a stretch it shares anything with
                    assert abs(shared - cells.length_m[i]) < 1e-9, seed


@pytest.mark.parametrize("seed", range(40))
def test_compiled_remainder_is_that_of_numpy_to_the_last_bit(seed, monkeypatch):
    pytest.importorskip("numba")
    some, lengths = drawn(seed)
    lines = np.flatnonzero(np.random.default_rng(seed).random(len(lengths)) < 0.8)
    wanted = remainder(some, lines, lengths[lines])
    monkeypatch.setattr(engine, "COMPILED_FROM", 0)
    found = remainder(some, lines, lengths[lines])
    for name in ("line", "start_m", "end_m"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))


def test_a_road_of_a_thousand_lamps_is_sorted_as_numpy_sorts_it(monkeypatch):
    pytest.importorskip("numba")
    rng = np.random.default_rng(3)
    start = rng.uniform(-10, 9000, 3000).round(1)
    some = Stretches(np.zeros(3000, int), start, start + 1.0)
    wanted = remainder(some, np.array([0]), np.array([8000.0]))
    monkeypatch.setattr(engine, "COMPILED_FROM", 0)
    found = remainder(some, np.array([0]), np.array([8000.0]))
    np.testing.assert_array_equal(found.start_m, wanted.start_m)
    np.testing.assert_array_equal(found.end_m, wanted.end_m)
