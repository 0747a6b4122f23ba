"""Idle land is a budget: the 9 800 m2 lot of Dongcheng becomes a plaza and a car park, and nothing more than it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.coverage import coverage
from geo.parcels import areas, fits, left_of, taken
from geo.projects import Project
from geo.rules.capacity import Capacity
from geo.rules.presence import Presence
from geo.world import World
from tests.geo.worlds import layers_of

LOT_M2 = 9800.0  # 「圩镇 9800平方米的闲置地改建成小广场和公共停车场」
SPACES = 200  # 「200多个公共停车位」
SPACE_M2 = 25.0  # a surface space of at least 25 m2 (DOMAIN 2, parking)


def town(lot_m2: float = LOT_M2) -> World:
    return World(
        layers_of(
            units=[{"id": "T", "name": "圩镇", "population": 4000, "box": (-200, -200, 300, 300)}],
            homes=[{"id": "H1", "people": 4000, "at": (150, 3)}],
            roads=[{"id": "R", "class": "residential", "line": [(-150, 0), (250, 0)]}],
            facilities=[],
            parcels=[{"id": "L", "name": "闲置地", "area_m2": lot_m2, "box": (100, 5, 199, 104)}],
        )
    )


def projects_in(world: World, *, plaza_m2: float = 4000) -> list[Project]:
    parking = Capacity(id="PRK", type="capacity", facilities="parking", per_1000=50, mode="walk", cutoff_m=300)
    plaza = Presence(
        id="PLZ", type="presence", facilities="park", facilities_where=f"area_m2 >= {plaza_m2}", at_least=1
    )
    found = []
    for rule in (parking, plaza):
        seen = coverage(rule, world)
        found += rule.repairs(rule.gaps(seen, world), seen, world)
    return found


def test_lot_of_9800_becomes_a_plaza_and_a_car_park_of_200_spaces():
    world = town()
    parking, plaza = projects_in(world)
    assert (parking.amount, parking.takes) == (SPACES, (("L", SPACES * SPACE_M2),))
    assert plaza.takes == (("L", 4000.0),)
    assert left_of(areas(world), [parking, plaza]) == {"L": LOT_M2 - SPACES * SPACE_M2 - 4000}
    assert fits(plaza, left_of(areas(world), [parking]))


def test_plaza_that_would_not_leave_room_for_the_car_park_excludes_it():
    world = town()
    parking, plaza = projects_in(world, plaza_m2=5000)
    assert not fits(parking, left_of(areas(world), [plaza]))
    assert not fits(plaza, left_of(areas(world), [parking]))
    assert fits(parking, left_of(areas(world), []))


def test_use_that_takes_exactly_what_is_left_fits():
    world = town(SPACES * SPACE_M2 + 4000)
    parking, plaza = projects_in(world)
    assert fits(plaza, left_of(areas(world), [parking]))


def test_lot_too_small_for_the_spaces_is_left_alone():
    parking, _ = projects_in(town(SPACES * SPACE_M2 - 1))
    assert parking.takes == ()


def test_parts_taken_of_one_parcel_are_added_up():
    assert taken([("B", 1.0), ("A", 2.0), ("B", 3.0)]) == (("A", 2.0), ("B", 4.0))


@pytest.mark.parametrize("other", ["X", "M"])
def test_parcel_nobody_knows_has_no_room(other):
    parking, _ = projects_in(town())
    assert not fits(replace(parking, takes=((other, 1.0),)), areas(town()))
