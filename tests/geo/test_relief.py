"""What each row of the list relieves, village by village, against full checks before and after it."""

from __future__ import annotations

import math
import random
from collections import defaultdict

import pytest

from geo.coverage import coverage, decided
from geo.ranking import rank
from geo.world import World
from geo.worth import closed
from tests.geo.test_worth_real_rules import town_and_projects
from tests.geo.tiny_rules import Near, facility, project
from tests.geo.worlds import layers_of

EXACT = 1e-9


def ranked_town(seed: int):
    world, seen, projects = town_and_projects(seed)
    gaps = [gap for one in seen.values() for gap in one.rule.gaps(one, world)]
    return world, seen, gaps, rank(projects, seen, gaps, world, budget=random.Random(seed).choice([None, 1e5]))


@pytest.mark.parametrize("seed", range(2))
def test_relief_adds_up_exactly_to_people_served_and_need_closed(seed):
    for row in ranked_town(seed)[-1]:
        assert math.fsum(part.people for part in row.relief) == row.people_served
        assert math.fsum(part.need for part in row.relief) == row.need_closed
        served = defaultdict(float)
        for part in row.relief:
            served[part.rule_id] += part.people
        for rule_id, people in row.served:
            assert served[rule_id] == pytest.approx(people, abs=EXACT)


@pytest.mark.parametrize("seed", range(2))
def test_relief_above_any_line_is_the_difference_of_two_full_checks_in_every_village(seed):
    world, seen, _, rows = ranked_town(seed)
    for line in {1, len(rows) // 2, len(rows)}:
        told = defaultdict(lambda: [0.0, 0])
        for row in rows[:line]:
            for part in row.relief:
                told[part.rule_id, part.unit_id][0] += part.people
                told[part.rule_id, part.unit_id][1] += part.places
        changed = world.with_edits(tuple(edit for row in rows[:line] for edit in row.project.edits))
        for rule_id, before in seen.items():
            after = decided(before.rule.measure(changed)).loc[before.frame.index]
            known = (before.frame["status"] != "unknown") & (after["status"] != "unknown")
            fewer = (before.frame["people_short"] - after["people_short"]).where(known, 0.0).fillna(0.0)
            right = (before.frame["status"] == "short") & (after["status"] == "met")
            for unit, places in before.frame.groupby("unit_id").groups.items():
                people, count = told[rule_id, str(unit)]
                assert people == pytest.approx(fewer.loc[places].sum(), abs=1e-6), (rule_id, unit)
                assert count == right.loc[places].sum(), (rule_id, unit)


@pytest.mark.parametrize("seed", range(2))
def test_a_row_closes_the_gaps_that_a_full_check_finds_gone_just_then(seed):
    world, seen, gaps, rows = ranked_town(seed)
    done, gone = [], set()
    for row in rows:
        done += row.project.edits
        changed = world.with_edits(tuple(done))
        checked = {id_: decided(one.rule.measure(changed)) for id_, one in seen.items()}
        short = {id_: set(frame.index[frame["status"] == "short"].astype(str)) for id_, frame in checked.items()}
        now_gone = {gap.id for gap in gaps if not short[gap.rule_id] & set(gap.place_ids)}
        assert set(row.closes) == now_gone - gone
        gone = now_gone


def test_gap_closed_by_the_project_of_another_rule_is_named():
    homes = [{"id": "H0", "people": 10, "at": (0, 0)}]
    world = World(layers_of(units=[], homes=homes, facilities=[], staff=[], devices=[], roads=[]))
    rules = [Near(id=id_, type="near", reach_m=reach) for id_, reach in (("near", 100), ("far", 300))]
    seen = {rule.id: coverage(rule, world) for rule in rules}
    gaps = [gap for one in seen.values() for gap in one.rule.gaps(one, world)]
    one = project("P", [facility("facilities", "F", (0, 0))], cost=1e4, rule_ids=("near",))
    (row,) = rank([one], seen, gaps, world)
    assert {gap.id for gap in gaps} == set(row.closes)
    assert sum(closed(before, before.rule.measure(world.with_edits(one.edits)))[1] for before in seen.values()) == 20
