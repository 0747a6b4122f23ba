"""The list with everything `ranking:` asks for: gates, caps, equity, what must be in, and what is said beside it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import numpy as np
import pytest

from geo.assessment import assess
from geo.choosing.limits import limits
from geo.coverage import coverage
from geo.study import study
from geo.weights import disadvantage
from geo.whatif import what_if
from geo.world import World
from geo.worth import Worth, closed
from layers.options import Cost
from layers.plan import Settings
from layers.rankingoptions import Equity, RankingOptions
from tests.geo.test_assess import CLEANERS, FITNESS, plan_of, two_villages
from tests.geo.test_worth_real_rules import town_and_projects
from tests.geo.tiny_rules import Near, facility, project
from tests.geo.worlds import layers_of

EVEN = Equity(exponent=0)


def settings(budget=None, *, date=None, safety_net_first=False, **ranking) -> Settings:
    options = RankingOptions(**{"equity": EVEN, "draws": 0, **ranking})
    return Settings(name="甲镇", budget=budget, date=date, safety_net_first=safety_net_first, ranking=options)


def hamlets(*people: float, parcels=None, units=()) -> World:
    homes = [
        {"id": f"H{i}", "people": count, "unit_id": f"U{i}", "at": (1000 * i, 0)} for i, count in enumerate(people)
    ]
    return World(layers_of(units=list(units), homes=homes, facilities=[], parcels=parcels))


def at_home(i: int, *, cost: float = 1e4, id_: str = "", takes=(), action: str = "build_facility", weeks=None):
    made = project(id_ or f"P{i}", [facility("facilities", f"F{i}{id_}", (1000 * i, 0))], cost=cost)
    cost_each = made.cost.model_copy(update={"weeks": weeks})
    return replace(made, takes=takes, action=action, unit_id=f"U{i}", gap_ids=(), cost=cost_each)


def studied(world: World, projects, given: Settings, **more):
    rule = Near(id="near", type="near", severity=more.pop("severity", "C"), department=more.pop("department", ""))
    seen = {"near": coverage(rule, world)}
    gaps = rule.gaps(seen["near"], world)
    return study(projects, seen, gaps, world, given, **more)


def ids(rows) -> list[str]:
    return [row.project.id for row in rows]


def test_what_fails_a_gate_is_listed_with_every_reason_and_what_it_would_have_closed():
    given = settings(gates={"land": True, "cost_cap": 5_000, "finish_by": "2026-12-31"}, date="2026-11-20")
    found = studied(hamlets(30, 20), [at_home(0), at_home(1, cost=1, action="install")], given)
    assert ids(found.ranked) == []
    assert {one.project.id: [failed.gate for failed in one.failed] for one in found.gated} == {
        "P0": ["land", "cost", "time"],
        "P1": ["time"],
    }
    assert [(one.people_served, one.need_closed) for one in found.gated] == [(30, 30), (20, 20)]
    assert found.gated[0].why.in_("zh") == (
        "未参加排序：没有落在可用的闲置地块上；造价 10,000 元，超过单项上限 5,000 元；"
        "工期不明（标准的 cost.weeks 或计划的 date 没有填写）。"
    )


@pytest.mark.parametrize(("weeks", "passes"), [(5, True), (6, False), (None, False)])
def test_project_that_is_done_on_the_very_day_passes(weeks, passes):
    given = settings(gates={"finish_by": "2026-12-25"}, date="2026-11-20")
    world = replace(hamlets(30), date=dt.date(2026, 11, 20))
    found = studied(world, [at_home(0, weeks=weeks)], given)
    assert bool(found.ranked) is passes


def test_what_others_pay_for_and_what_nobody_confirmed_is_not_ranked():
    world = hamlets(30, 20, 10)
    rule = Near(id="near", type="near")
    gap_ids = [gap.id for gap in rule.gaps(coverage(rule, world), world)]
    projects = [replace(at_home(i), gap_ids=(gap_ids[i],)) for i in range(3)]
    found = studied(world, projects, settings(gates={"funded": ("P0",), "confirmed": (gap_ids[0], gap_ids[1])}))
    assert ids(found.ranked) == ["P1"]
    assert {one.project.id: [failed.gate for failed in one.failed] for one in found.gated} == {
        "P0": ["funded"],
        "P2": ["unconfirmed"],
    }


def test_gap_that_a_task_is_open_on_is_not_proposed_again_but_listed():
    world = hamlets(30)
    rule = Near(id="near", type="near")
    gap = rule.gaps(coverage(rule, world), world)[0]
    found = studied(world, [replace(at_home(0), gap_ids=(gap.id,))], settings(), taken_on={gap.id: 7})
    assert found.ranked == ()
    assert found.gated[0].why.in_("en") == "Not ranked: already being worked on (task 7)."


def test_cap_of_a_village_and_of_a_department_pass_over_what_exceeds_them():
    world = hamlets(30, 20, 10)
    projects = [at_home(0), replace(at_home(1), unit_id="U0"), at_home(2)]
    found = studied(world, projects, settings(1e6, caps={"village": 15_000}))
    assert [(row.project.id, row.in_budget) for row in found.ranked] == [("P0", True), ("P2", True), ("P1", False)]
    assert found.portfolio.projects == ("P0", "P2")
    given = settings(1e6, caps={"department": {"城管办": 20_000}})
    found = studied(world, projects, given, department="城管办")
    assert [(row.project.id, row.in_budget) for row in found.ranked] == [("P0", True), ("P1", True), ("P2", False)]


def test_a_parcel_hosts_no_more_than_its_area_above_and_below_the_line():
    parcels = [{"id": "L1", "area_m2": 900.0, "at": (0, 0)}]
    projects = [at_home(i, takes=(("L1", area),)) for i, area in enumerate((600.0, 400.0, 300.0))]
    for budget in (None, 0.0, 1e6):
        found = studied(hamlets(30, 20, 10, parcels=parcels), projects, settings(budget))
        assert ids(found.ranked) == ["P0", "P2"]
        assert [one.failed[0].gate for one in found.gated] == ["land"]
        assert found.gated[0].why.in_("en") == "Not ranked: parcel L1 is taken by projects above."
    assert found.portfolio.projects == ("P0", "P2")


def test_parcel_of_unknown_size_hosts_one_project():
    some = limits([at_home(i, takes=(("L1", 50.0),)) for i in range(2)], parcels_m2={"L1": np.nan})
    assert some.holds(np.array([True, False]))
    assert not some.holds(np.array([True, True]))


def test_what_must_be_inside_comes_first_and_what_is_outside_is_listed_as_such():
    found = studied(hamlets(30, 20, 10), [at_home(i) for i in range(3)], settings(2e4, inside=("P2",), outside=("P0",)))
    assert [(row.project.id, row.in_budget) for row in found.ranked] == [("P2", True), ("P1", True)]
    assert [failed.gate for failed in found.gated[0].failed] == ["outside"]
    assert found.portfolio.projects == ("P1", "P2")


def test_id_that_nothing_has_is_named():
    found = studied(hamlets(30), [at_home(0)], settings(outside=("P-NONE",)))
    assert any("P-NONE" in note.in_("en") for note in found.notes)


def test_severities_may_count_otherwise():
    for severity, weight in (("A", 9.0), ("C", 0.5)):
        found = studied(hamlets(30), [at_home(0)], settings(weights={severity: weight}), severity=severity)
        assert found.ranked[0].need_closed == pytest.approx(30 * weight)


OLD_AND_YOUNG = [
    {"id": "U0", "name": "甲", "population": 100, "pop60": 10, "box": (-500, -500, 500, 500)},
    {"id": "U1", "name": "乙", "population": 100, "pop60": 30, "box": (500, -500, 1500, 500)},
]


def test_village_with_more_old_people_counts_more_and_the_rank_without_stands_beside():
    world = hamlets(30, 20, units=OLD_AND_YOUNG)
    projects = [at_home(0), at_home(1)]
    found = studied(world, projects, settings(equity=Equity(exponent=0.7)))
    assert found.placed == pytest.approx({"U0": 0.5, "U1": 1.5})
    assert [(row.project.id, row.rank_even) for row in found.ranked] == [("P1", 2), ("P0", 1)]
    assert [row.need_closed for row in found.ranked] == pytest.approx([20 * 1.5**0.7, 30 * 0.5**0.7])
    assert [row.people_served for row in found.ranked] == [20, 30]


def test_nobody_counts_more_where_nothing_is_known_of_the_villages():
    found = studied(hamlets(30, 20), [at_home(0), at_home(1)], settings(equity=Equity(exponent=0.7)))
    assert found.placed == {}
    assert [row.rank_even for row in found.ranked] == [1, 2]
    assert [row.need_closed for row in found.ranked] == [30, 20]


def test_one_odd_figure_counts_three_times_the_average_at_most_and_a_blank_as_average():
    units = [
        {"id": f"U{i}", "population": 100, "pop60": old, "box": (i, 0, i + 1, 1)}
        for i, old in enumerate([90, 2, 2, 2, 2, 2, None])
    ]
    placed = disadvantage(World(layers_of(units=units)), Equity())
    assert placed["U0"] == 3.0
    assert placed["U6"] == 1.0
    assert placed["U1"] == pytest.approx(1 / 3)


def test_far_villages_are_worse_placed_by_the_road_and_not_by_the_map():
    units = [
        {"id": f"U{i}", "name": f"村{i}", "population": 10, "box": (0, 2000 * i, 9000, 2000 * i + 1)} for i in range(2)
    ]
    homes = [{"id": f"H{i}", "people": 10, "unit_id": f"U{i}", "at": (0, 2000 * i)} for i in range(2)]
    roads = [{"id": "R", "class": "residential", "line": [(0, 0), (9000, 0), (9000, 2000), (0, 2000)]}]
    seat = [{"id": "F", "category": "clinic", "status": "working", "at": (100, 0)}]
    world = World(layers_of(units=units, homes=homes, roads=roads, facilities=seat))
    placed = disadvantage(world, Equity(remote_from="clinic"))
    assert placed == pytest.approx({"U0": 1 / 3, "U1": 19_900 / 10_000}, rel=1e-3)  # 100 m, and 19 900 m round the hill


def test_calls_raise_the_need_of_their_gap_and_silence_lowers_none():
    world = hamlets(30, 20)
    rule = Near(id="near", type="near")
    gaps = {gap.place_ids[0]: gap.id for gap in rule.gaps(coverage(rule, world), world)}
    found = studied(world, [at_home(0), at_home(1)], settings(), voices={gaps["H0"]: 0.5, gaps["H1"]: 1.5})
    assert {row.project.id: row.need_closed for row in found.ranked} == {"P0": 30, "P1": 30}


def test_another_budget_is_ranked_without_measuring_again(monkeypatch):
    base = assess(plan_of(CLEANERS, FITNESS, budget=20_000), two_villages())
    wanted = base.plan.settings.model_copy(update={"budget": 45_000.0})
    fresh = assess(plan_of(CLEANERS, FITNESS, budget=45_000), two_villages())
    for rule_type in (type(CLEANERS), type(FITNESS)):
        monkeypatch.setattr(rule_type, "measure", lambda self, world: pytest.fail("measured again"))
    found = what_if(base, wanted)
    assert [replace(row, project=None) for row in found.ranked] == [replace(row, project=None) for row in fresh.ranked]
    assert ids(found.ranked) == ids(fresh.ranked)
    assert found.portfolio == fresh.portfolio
    assert found.notes == fresh.notes
    assert base.plan.settings.budget == 20_000


def test_another_weight_of_a_rule_changes_its_need_alone():
    base = assess(plan_of(CLEANERS, FITNESS), two_villages())
    found = what_if(base, base.plan.settings, weights={"fitness": 10})
    need = {(row.project.id, part.rule_id): part.need for row in base.ranked for part in row.relief}
    for row in found.ranked:
        for part in row.relief:
            assert part.need == need[row.project.id, part.rule_id] * (10 if part.rule_id == "fitness" else 1)


@pytest.mark.parametrize("seed", range(3))
def test_need_with_equity_is_still_what_a_second_check_finds(seed):
    world, seen, projects = town_and_projects(seed)
    rng = random.Random(seed)
    weighed = {
        id_: replace(one, equity=np.array([rng.choice([0.5, 1.0, 2.0]) for _ in range(len(one.frame))]))
        for id_, one in seen.items()
    }
    worth = Worth(weighed, projects, world)
    for i in rng.sample(range(len(projects)), min(5, len(projects))):
        changed = world.with_edits(projects[i].edits)
        proof = sum(closed(one, one.rule.measure(changed))[0] for one in weighed.values())
        assert worth.gain(i).need == pytest.approx(proof, abs=1e-9)


def test_cost_may_say_how_many_weeks_it_takes():
    assert Cost(low=1, mid=2, high=3, weeks=8).weeks == 8
