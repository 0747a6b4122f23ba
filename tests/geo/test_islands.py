"""Pieces of road that are cut off are told with the people on them and the least that would join them."""

from __future__ import annotations

import pytest
from shapely import LineString

from geo import islands
from tests.geo.test_joining import assessed, written


def told(found) -> list[str]:
    return [note.in_("en") for note in found.notes if note.key.startswith("network.island")]


def test_two_ends_80_cm_apart_are_to_be_joined_in_the_drawing(tmp_path):
    found = assessed(tmp_path, "{}", "cutoff_m: 2000")
    (island,) = found.islands  # the lane of 599.2 m is the larger piece: the homes are on the other
    assert (island.people, island.homes, island.road, island.other) == (30, 2, "roads0", "roads1")
    assert (island.repair, island.cost, island.length_m) == ("join", (0, 0, 0), 500)
    assert island.gap_m == pytest.approx(0.8)
    assert told(found) == [
        "The road network (on foot): 500 m of road around roads0 are cut off, with 30 people (2 homes) on them; only 0.8 m"
        " are missing to road roads1, most likely in the drawing: join the two there."
    ]


def test_where_the_plan_joins_loose_ends_nothing_is_cut_off(tmp_path):
    assert assessed(tmp_path, "{join_ends_m: 1}", "cutoff_m: 2000").islands == ()


def drawn(folder, roads, rivers):
    """Assess again with other roads and rivers over the same homes."""

    def other(where, table, geometry, **columns):
        geometry = {"roads": roads, "rivers": rivers}.get(table, geometry)
        written(where, table, geometry, **columns)

    return other


@pytest.mark.parametrize(
    ("river", "repair", "cost"),
    [
        (LineString([(540, 0), (540, 400)]), "bridge", (300_000, 600_000, 1_500_000)),
        (LineString([(0, 390), (1000, 390)]), "link", (24_000, 36_000, 64_000)),
    ],
)
def test_a_gap_over_water_needs_a_bridge_and_one_over_land_a_link(tmp_path, monkeypatch, river, repair, cost):
    lanes = [LineString([(0, 200), (500, 200)]), LineString([(580, 200), (1100, 200)])]
    monkeypatch.setattr("tests.geo.test_joining.written", drawn(tmp_path, lanes, [river]))
    (island,) = assessed(tmp_path, "{}", "cutoff_m: 2000").islands
    assert (island.repair, island.gap_m, island.people) == (repair, 80, 30)
    assert island.cost == pytest.approx(cost)
    assert island.line.equals(LineString([(500_500, 2_500_200), (500_580, 2_500_200)]))


def test_a_piece_with_no_other_road_within_300_m_is_told_too(tmp_path, monkeypatch):
    lanes = [LineString([(0, 200), (500, 200)]), LineString([(801, 200), (1400, 200)])]
    monkeypatch.setattr("tests.geo.test_joining.written", drawn(tmp_path, lanes, [LineString([(0, 390), (9, 390)])]))
    (island,) = assessed(tmp_path, "{}", "cutoff_m: 2000").islands
    assert (island.repair, island.other, island.line) == ("none", "", None)


def test_more_pieces_than_are_listed_are_summed_up():
    island = islands.Island("walk", 2.0, 1, 10.0, "r", "s", 1.0, "join", (0, 0, 0), None)
    notes = islands.told([island] * 23)
    assert len(notes) == 21
    assert notes[-1].in_("zh") == "路网：还有 3 片道路与其他道路不通，共 6 人，见 run.json 的 islands。"


def test_what_joins_the_piece_is_not_sought_beyond_so_many(tmp_path, monkeypatch):
    monkeypatch.setattr(islands, "SOUGHT", 0)
    found = assessed(tmp_path, "{}", "cutoff_m: 2000")
    assert [(island.repair, island.road, island.people) for island in found.islands] == [("not_sought", "roads0", 30)]
    assert "was not looked for" in told(found)[0]
