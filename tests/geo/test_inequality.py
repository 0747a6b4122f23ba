"""Who is left behind: shares by village worked out by hand, the Gini coefficient against its definition, groups by homes."""

from __future__ import annotations

import random

import numpy as np
import pytest

from geo.coverage import coverage
from geo.inequality import gini, groups_without, spread
from geo.rules.presence import Presence
from geo.rules.reach import Reach
from geo.world import World
from tests.geo.worlds import layers_of

UNITS = [
    {"id": f"U{i}", "name": f"村{i}", "population": 100, "pop60": 20, "box": (1000 * i, 0, 1000 * i + 1000, 1000)}
    for i in range(5)
]


def reach_of(**options: object) -> Reach:
    return Reach.model_validate(
        {"id": "R", "type": "reach", "facilities": "clinic", "mode": "straight", "cutoff_m": 100, **options}
    )


def world_of(served: list[float], more: dict[str, object] | None = None) -> World:
    """Return five villages of 100 people, of whom that share lives beside a clinic."""
    homes, clinics = [], []
    for i, share in enumerate(served):
        at = (1000 * i + 500, 500)
        homes += [
            {"id": f"A{i}", "people": 100 * share, "at": at, **(more or {})},
            {"id": f"B{i}", "people": 100 * (1 - share), "at": (1000 * i + 500, 900), **(more or {})},
        ]
        clinics.append({"id": f"C{i}", "category": "clinic", "status": "working", "at": at})
    return World(layers_of(units=UNITS, homes=homes, facilities=clinics))


def test_mean_worst_off_and_worst_fifth_are_those_worked_out_by_hand():
    world = world_of([1.0, 0.5, 0.25, 0.75, 1.0])
    found = spread(coverage(reach_of(), world), world)
    assert (found.villages, found.mean, found.worst_unit) == (5, pytest.approx(0.7), "U2")
    assert (found.worst, found.worst_fifth) == (pytest.approx(0.25), pytest.approx(0.25))
    assert found.gini == pytest.approx(gini(np.array([1.0, 0.5, 0.25, 0.75, 1.0])))


def test_gini_is_half_the_relative_mean_difference():
    rng = random.Random(1)
    for _ in range(50):
        values = np.array([rng.choice([0.0, rng.random()]) for _ in range(rng.randint(1, 9))])
        pairs = sum(abs(one - other) for one in values for other in values)
        expected = pairs / (2 * len(values) ** 2 * values.mean()) if values.sum() else 0.0
        assert gini(values) == pytest.approx(expected, abs=1e-12)
    assert gini(np.array([0.4, 0.4])) == 0
    assert gini(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)


def test_villages_of_which_nothing_is_known_are_left_out():
    world = World(layers_of(units=UNITS[:2], homes=[{"id": "H", "people": None, "at": (500, 500)}], facilities=[]))
    found = spread(coverage(reach_of(), world), world)
    assert found.villages == 0
    assert np.isnan(found.mean)


def test_groups_are_counted_at_home_or_as_their_villages_share():
    world = world_of([0.5, 1, 1, 1, 1])
    assert groups_without(coverage(reach_of(), world), world) == {"pop60": (pytest.approx(100), pytest.approx(10))}
    told = world_of([0.5, 1, 1, 1, 1], {"children": 7})
    assert groups_without(coverage(reach_of(), told), told)["children"] == (pytest.approx(70), pytest.approx(35))


def test_rule_for_the_old_counts_the_old_alone():
    world = world_of([0.5, 1, 1, 1, 1])
    seen = coverage(reach_of(group="pop60"), world)
    assert seen.frame.loc[["A0", "B0"], "people"].tolist() == pytest.approx([10, 10])
    assert seen.frame["people_short"].sum() == pytest.approx(10)
    assert seen.measured.notes[-1].in_("en")
    village = Presence(id="P", type="presence", facilities="clinic", group="pop60")
    assert coverage(village, world).frame["people"].tolist() == [20] * 5
