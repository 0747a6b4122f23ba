"""Sub-lines by measure, against shapely's own one-line-at-a-time substring."""

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.ops import substring

from geo.lines.intervals import Stretches
from geo.lines.sublines import sublines


def piece(line, start, end):
    lines = np.empty(1, dtype=object)
    lines[0] = line
    return sublines(lines, Stretches(np.array([0]), np.array([float(start)]), np.array([float(end)])))[0]


def test_piece_keeps_the_vertices_between_its_ends():
    assert piece(LineString([(0, 0), (10, 0), (10, 10)]), 4, 13).wkt == "LINESTRING (4 0, 10 0, 10 3)"


def test_whole_line_comes_back_whole():
    line = LineString([(0, 0), (10, 0), (10, 10)])
    assert piece(line, 0, 20).equals_exact(line, 0)
    assert piece(line, -5, 25).equals_exact(line, 0)


def test_piece_across_a_jump_has_two_parts():
    line = MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 0)]])
    assert piece(line, 4, 13).wkt == "MULTILINESTRING ((4 0, 10 0), (20 0, 23 0))"
    assert piece(line, 12, 13).wkt == "LINESTRING (22 0, 23 0)"


def test_repeated_vertices_do_no_harm():
    line = LineString([(0, 0), (5, 0), (5, 0), (5, 0), (9, 0)])
    assert piece(line, 5, 9).length == 4
    assert piece(line, 2, 5).length == 3


def test_random_pieces_equal_shapelys_substring():
    rng = np.random.default_rng(7)
    for _ in range(100):
        lines = np.array([LineString(rng.uniform(0, 100, (rng.integers(2, 9), 2))) for _ in range(6)], dtype=object)
        line = rng.integers(0, 6, 20)
        ends = np.sort(rng.uniform(0, shapely.length(lines[line]), (2, 20)), axis=0)
        found = sublines(lines, Stretches(line, *ends))
        wanted = [substring(lines[i], a, b) for i, a, b in zip(line, *ends, strict=True)]
        assert shapely.equals_exact(found, wanted, tolerance=1e-6).all()
