"""Calls beside gaps: matched by topic and place, each caller once, and never a reason to wait."""

from __future__ import annotations

import pytest

from geo.coverage import coverage
from geo.gaps import Gap
from geo.petitions import FULL_PER_1000, MOST_WEIGHT, NEAR_M, Heard, heard, with_voices
from geo.rules.reach import Reach
from geo.world import World
from tests.geo.worlds import Row, layers_of

UNITS = [
    {"id": "U1", "name": "东塘村", "population": 1000, "box": (0, 0, 1000, 1000)},
    {"id": "U2", "name": "南塘村", "population": 500, "box": (1000, 0, 2000, 1000)},
]


def listened(calls: list[Row], topics: tuple[str, ...] = ("垃圾",)) -> tuple[Heard, list[Gap]]:
    rule = Reach(id="W", type="reach", facilities="waste", cutoff_m=100, mode="straight", topics=topics)
    homes = [{"id": "H1", "people": 9, "at": (500, 500)}, {"id": "H2", "people": 9, "at": (1500, 500)}]
    rows = [{"caller": None, "topic": "垃圾清运", **call} for call in calls]
    world = World(layers_of(units=UNITS, homes=homes, facilities=[], more={"petitions": ("petitions", rows)}))
    gaps = rule.gaps(coverage(rule, world), world)
    return heard(gaps, [rule], world), gaps


def test_calls_are_matched_by_topic_and_place_and_given_per_thousand_of_the_village():
    found, gaps = listened([{"at": (500, 510)}, {"at": (500, 490)}, {"topic": "噪声扰民", "at": (500, 500)}])
    one, other = gaps
    assert (found.by_gap[one.id].calls, found.by_gap[one.id].per_1000) == (2, 2.0)
    assert other.id not in found.by_gap
    assert found.notes[0].in_("en").startswith("3 calls and petitions: 0 repeats")
    assert "2 speak of a gap, 1 of none" in found.notes[0].in_("en")


def test_one_caller_place_and_topic_counts_once_and_callers_without_a_number_each():
    again = [
        {"caller": "139", "at": (500, 500)},
        {"caller": "139", "at": (510, 500)},
        {"caller": "138", "at": (500, 500)},
    ]
    found, gaps = listened([*again, {"at": (500, 500)}, {"at": (500, 500)}])
    assert found.by_gap[gaps[0].id].calls == 4


def test_village_alone_is_a_place_and_a_name_will_do():
    found, gaps = listened([{"unit_id": "南塘村"}, {"unit_id": "U2"}, {"unit_id": "nowhere"}])
    assert {id_: voices.calls for id_, voices in found.by_gap.items()} == {gaps[1].id: 2}


@pytest.mark.parametrize(("away_m", "calls"), [(NEAR_M, 1), (NEAR_M + 0.01, 0)])
def test_call_exactly_as_far_as_it_may_be_speaks_of_the_gap(away_m, calls):
    found, gaps = listened([{"at": (500 - away_m, 500)}])
    assert (found.by_gap[gaps[0].id].calls if found.by_gap else 0) == calls


def test_weight_rises_with_the_rate_up_to_its_cap_and_is_never_below_one():
    for count in range(1, 30):
        found, gaps = listened([{"caller": str(i), "at": (500, 500)} for i in range(count)])
        expected = 1 + (MOST_WEIGHT - 1) * min(count / FULL_PER_1000, 1)
        assert found.by_gap[gaps[0].id].weight == pytest.approx(expected)


def test_rule_without_topics_and_plan_without_calls_are_left_as_they_are():
    assert listened([{"at": (500, 500)}], topics=())[0].by_gap == {}
    assert listened([])[0] == Heard({}, ())


def test_gap_says_what_is_heard_of_it_in_both_languages():
    found, gaps = listened([{"at": (500, 510)}])
    said = with_voices(gaps[0], found.by_gap[gaps[0].id]).reason
    assert said.in_("zh").endswith("；群众诉求 1 件（每千人 1 件）")
    assert said.in_("en").endswith("; calls: 1 (1 per 1,000 people)")
    assert with_voices(gaps[1], None) == gaps[1]
