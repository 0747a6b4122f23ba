from __future__ import annotations

import random

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.gaps import clustered, stable_id


def by_hand(points: list[tuple[int, int]], within: list[int], link: float) -> set[frozenset[int]]:
    """Single linkage, the slow way: join whoever is near until nobody is."""
    groups = [{i} for i in range(len(points))]
    while True:
        for one in groups:
            near = next((g for g in groups if g is not one and _near(one, g, points, within, link)), None)
            if near is not None:
                groups.remove(near)
                one |= near
                break
        else:
            return {frozenset(group) for group in groups}


def _near(one, other, points, within, link) -> bool:
    return any(
        within[i] == within[j] and (points[i][0] - points[j][0]) ** 2 + (points[i][1] - points[j][1]) ** 2 <= link**2
        for i in one
        for j in other
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30), st.integers(0, 1)), max_size=25),
    st.sampled_from([1, 5, 10, 13]),
)
def test_clusters_are_those_of_single_linkage(rows, link):
    points = [(x, y) for x, y, _ in rows]
    within = [unit for _, _, unit in rows]
    labels = clustered(shapely.points(np.array(points, float).reshape(-1, 2)), np.array(within, np.int64), link)
    found = {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}
    assert found == by_hand(points, within, link)


def test_points_exactly_the_link_apart_are_joined():
    points = shapely.points([(0, 0), (30, 40), (90, 40.001)])
    labels = clustered(points, np.zeros(3, np.int64), 50)
    assert labels[0] == labels[1] != labels[2]


def test_id_depends_on_its_parts_and_nothing_else():
    assert stable_id("R", "U1", "H1") == stable_id("R", "U1", "H1")
    assert stable_id("R", "U1", "H1") != stable_id("R", "U1H1")


def test_many_points_in_one_place_take_no_time():
    rng = random.Random(0)
    points = shapely.points([(rng.random(), rng.random()) for _ in range(50_000)])
    assert set(clustered(points, np.zeros(50_000, np.int64), 100.0)) == {0}
