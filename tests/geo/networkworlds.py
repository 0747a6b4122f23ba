"""Small random networks for hypothesis: a lattice, so that ties, shared edges, loops and parallel roads are common."""

from __future__ import annotations

import itertools

import geopandas as gpd
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

CRS = "EPSG:4547"
LATTICE_M = 10.0

_corner = st.tuples(st.integers(0, 4), st.integers(0, 3))


@st.composite
def _line(draw: st.DrawFn) -> LineString:
    corners = draw(st.lists(_corner, min_size=2, max_size=5))
    corners = [corners[0], *(b for a, b in itertools.pairwise(corners) if a != b)]
    if len(corners) == 1:
        corners.append((corners[0][0] + 1, corners[0][1]))
    return LineString([(x * LATTICE_M, y * LATTICE_M) for x, y in corners])


@st.composite
def roads(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Return 1 to 7 roads, some in two parts, with ids in no order, directions and speeds."""
    lines = draw(st.lists(_line(), min_size=1, max_size=7))
    shapes = [MultiLineString([line, draw(_line())]) if draw(st.integers(0, 6)) == 0 else line for line in lines]
    ids = draw(st.permutations([f"r{i}" for i in range(len(shapes))]))
    oneway = draw(st.lists(st.sampled_from(["no", "no", "yes", "reverse"]), min_size=len(shapes), max_size=len(shapes)))
    speed = draw(st.lists(st.sampled_from([5.0, 30.0, 47.0]), min_size=len(shapes), max_size=len(shapes)))
    return gpd.GeoDataFrame({"oneway": oneway, "speed_kmh": speed}, geometry=shapes, index=ids, crs=CRS)


@st.composite
def points(draw: st.DrawFn, prefix: str, *, max_size: int = 5) -> gpd.GeoSeries:
    """Return points in and around the lattice, many of them on roads, on corners, or as near to two roads."""
    quarter = st.tuples(st.integers(-4, 20), st.integers(-4, 16)).map(lambda q: (q[0] * 2.5, q[1] * 2.5))
    # to the centimetre: below a millimetre two places are one, and below a micrometre two feet are (by definition)
    anywhere = st.tuples(st.integers(-1000, 5000), st.integers(-1000, 4000)).map(lambda q: (q[0] / 100, q[1] / 100))
    at = draw(st.lists(st.one_of(quarter, quarter, anywhere), min_size=1, max_size=max_size))
    ids = draw(st.permutations([f"{prefix}{i}" for i in range(len(at))]))
    return gpd.GeoSeries([Point(xy) for xy in at], index=ids, crs=CRS)
