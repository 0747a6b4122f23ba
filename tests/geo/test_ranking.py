"""The ranked list against a slow greedy that runs every check again at every step, and what may not change its order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from geo.coverage import Coverage, coverage
from geo.projects import HORIZON_YEARS, Project, merged
from geo.ranking import NOBODY, Ranked, rank
from geo.rule import Measured, Rule
from geo.weights import rule_weight
from geo.world import World
from geo.worth import closed
from tests.geo.tiny_rules import Near, facility, helpers, project, random_layers, random_projects, three_rules
from tests.geo.worlds import layers_of

WORLDS = 6


def coverages_of(rules: Sequence[Rule], world: World) -> dict[str, Coverage]:
    return {rule.id: coverage(rule, world) for rule in rules}


def ranked(
    world: World, projects: Sequence[Project], rules: Sequence[Rule] | None = None, **options
) -> tuple[Ranked, ...]:
    return rank(projects, coverages_of(rules or three_rules(), world), [], world, **options)


def naive(projects: Sequence[Project], world: World, *, budget: float | None, safety_net_first: bool) -> list[tuple]:
    """Return (id, people, need, in budget) by the plain greedy: at each step every check is run for every project left."""
    before = coverages_of(three_rules(), world)
    left, done, rows = sorted(projects, key=lambda one: one.id), [], []
    money = np.inf if budget is None else budget
    so_far, is_below = _totals(before, world, done), False
    while left:
        offers = []
        for one in left:
            if is_below or one.cost_mid <= money:
                total = _totals(before, world, [*done, one])
                offers.append((*(now - then for now, then in zip(total, so_far, strict=True)), one))
        offers = [offer for offer in offers if offer[0] > NOBODY or offer[3] > NOBODY]
        if not offers and is_below:
            break
        if not offers:
            is_below = True
            continue
        need, _, people, _, best = min(offers, key=lambda offer: _key(offer, safety_net_first=safety_net_first))
        rows.append((best.id, people, need, not is_below))
        left, done, money = [one for one in left if one is not best], [*done, best], money - best.cost_mid
        so_far = _totals(before, world, done)
    return rows


def _key(offer, *, safety_net_first: bool):
    need, safety, people, places, one = offer
    safety_ratio = _ratio(safety, one) if safety_net_first else 0
    for_places = _ratio(places, one) if need <= NOBODY else 0
    return -safety_ratio, -_ratio(need, one), -for_places, -float(f"{people:.9g}"), one.id


def _ratio(need: float, one: Project) -> float:
    if need <= NOBODY:
        return 0.0
    return float(f"{need / one.cost_life_cycle:.9g}") if one.cost_life_cycle else np.inf


def _totals(before: dict[str, Coverage], world: World, done: Sequence[Project]) -> tuple[float, float, float, float]:
    """Return need closed, the part of it under rules of severity A, people served and places put right, all told."""
    changed = world.with_edits(tuple(edit for one in done for edit in one.edits))
    need = safety = people = places = 0.0
    for seen in before.values():
        after = seen.rule.measure(changed)
        some_need, some_people = closed(seen, after)
        need, people = need + some_need, people + some_people
        safety += some_need if seen.rule.severity == "A" else 0.0
        places += _places(seen, after) * rule_weight(seen.rule)
    return need, safety, people, places


def _places(seen: Coverage, after: Measured) -> float:
    """Return how many of the places that were short are put right, in parts of what each is required."""
    then, total = after.frame.loc[seen.frame.index], 0.0
    for place, row in seen.frame[seen.frame["status"] == "short"].iterrows():
        sign = 1 if after.sense == "at_least" else -1
        missing = [sign * (row["required"] - supplied) for supplied in (row["supplied"], then.at[place, "supplied"])]
        if not np.isnan(missing[1]):
            parts = [min(max(some / row["required"], 0.0), 1.0) for some in missing]
            total += parts[0] - parts[1]
    return total


@pytest.mark.parametrize("safety_net_first", [False, True])
def test_lazy_list_is_the_list_of_the_plain_greedy(safety_net_first):
    for seed in range(WORLDS // 2):
        rng = random.Random(seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 5)
        options = {"budget": rng.choice([None, 0, 2e4, 6e4]), "safety_net_first": safety_net_first}
        expected = naive(projects, world, **options)
        rows = ranked(world, projects, **options)
        assert [(row.project.id, row.in_budget) for row in rows] == [(id_, inside) for id_, _, _, inside in expected]
        for row, (_, people, need, _) in zip(rows, expected, strict=True):
            assert row.people_served == pytest.approx(people, abs=1e-9)
            assert row.need_closed == pytest.approx(need, abs=1e-9)


def test_re_run_rules_give_the_same_list_as_quick_ones():
    for seed in range(4):
        rng = random.Random(100 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 4)
        quick, slow = (ranked(world, projects, three_rules(is_quick=is_quick)) for is_quick in (True, False))
        assert [row.project.id for row in quick] == [row.project.id for row in slow]
        assert [row.people_served for row in quick] == pytest.approx([row.people_served for row in slow], abs=1e-9)


def test_cumulative_totals_are_what_a_check_of_everything_on_the_list_finds():
    for seed in range(WORLDS):
        rng = random.Random(200 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 8)
        before, rows = coverages_of(three_rules(), world), ranked(world, projects)
        need, _, people, _ = _totals(before, world, [row.project for row in rows])
        assert sum(row.need_closed for row in rows) == pytest.approx(need, abs=1e-9)
        assert sum(row.people_served for row in rows) == pytest.approx(people, abs=1e-9)
        for row in rows:
            assert sum(people for _, people in row.served) == pytest.approx(row.people_served)


def test_projects_in_another_order_get_the_same_ranks():
    rng = random.Random(7)
    layers = random_layers(rng)
    world, projects = World(layers), random_projects(rng, layers, 20)
    expected = ranked(world, projects, budget=8e4)
    for seed in range(3):
        assert ranked(world, random.Random(seed).sample(projects, 20), budget=8e4) == expected


def test_a_dominated_project_changes_no_pairwise_order():
    for seed in range(WORLDS):
        rng = random.Random(300 + seed)
        layers = random_layers(rng)
        world, projects = World(layers), random_projects(rng, layers, 8)
        rows = [row.project.id for row in ranked(world, projects)]
        better = rng.choice(projects)
        worse = project("A-first-by-id", better.edits[:1], cost=better.cost_mid + 1e4)
        with_it = [row.project.id for row in ranked(world, [*projects, worse])]
        assert [id_ for id_ in with_it if id_ != worse.id] == rows, seed


def town_of_three(people: Sequence[float]) -> World:
    homes = [{"id": f"H{i}", "people": count, "at": (1000 * i, 0)} for i, count in enumerate(people)]
    return World(layers_of(units=[], homes=homes, facilities=[], staff=[], devices=[], roads=[]))


def at_home(i: int, *, cost: float, yearly: float = 0, id_: str | None = None) -> Project:
    return project(id_ or f"P{i}", [facility("facilities", f"F{i}{id_}", (1000 * i, 0))], cost=cost, yearly=yearly)


NEAR = [Near(id="near", type="near", severity="C")]


def test_copy_of_a_project_is_left_out_of_the_list():
    rows = ranked(
        town_of_three([10, 20]), [at_home(0, cost=1), at_home(0, cost=1, id_="copy"), at_home(1, cost=1)], NEAR
    )
    assert [row.project.id for row in rows] == ["P1", "P0"]


def test_equal_value_is_ordered_by_people_and_then_by_id():
    projects = [at_home(0, cost=1e4), at_home(1, cost=2e4), at_home(2, cost=1e4)]
    rows = ranked(town_of_three([10, 20, 10]), projects, NEAR)
    assert [row.project.id for row in rows] == ["P1", "P0", "P2"]


def test_gap_of_nobody_knows_whom_is_listed_after_those_whose_people_are_known():
    projects = [at_home(0, cost=2e4), at_home(1, cost=1e4), at_home(2, cost=9e9)]
    rows = ranked(town_of_three([np.nan, 0, 1]), projects, NEAR)
    assert [(row.project.id, row.people_served) for row in rows] == [("P2", 1), ("P1", 0), ("P0", 0)]
    assert [row.need_closed for row in rows] == [1, 0, 0]


def test_second_project_for_a_gap_of_nobody_is_left_out_of_the_list():
    rows = ranked(town_of_three([np.nan]), [at_home(0, cost=1), at_home(0, cost=1, id_="copy")], NEAR)
    assert [row.project.id for row in rows] == ["P0"]


def test_budget_takes_what_fits_and_draws_the_line_where_nothing_does():
    projects = [at_home(0, cost=3e4), at_home(1, cost=9e4), at_home(2, cost=2e4)]
    rows = ranked(town_of_three([30, 200, 10]), projects, NEAR, budget=5e4)
    assert [(row.project.id, row.in_budget) for row in rows] == [("P0", True), ("P2", True), ("P1", False)]
    assert [row.cumulative_cost for row in rows] == [3e4, 5e4, 14e4]
    assert [row.rank for row in rows] == [1, 2, 3]


def test_project_that_costs_exactly_what_is_left_fits():
    rows = ranked(town_of_three([30]), [at_home(0, cost=5e4)], NEAR, budget=5e4)
    assert [row.in_budget for row in rows] == [True]


def test_without_a_budget_everything_is_inside():
    rows = ranked(town_of_three([30, 5]), [at_home(0, cost=5e9), at_home(1, cost=1)], NEAR)
    assert all(row.in_budget for row in rows)


def test_budget_of_nothing_leaves_what_costs_nothing():
    rows = ranked(town_of_three([30, 5]), [at_home(0, cost=1), at_home(1, cost=0)], NEAR, budget=0)
    assert [(row.project.id, row.in_budget) for row in rows] == [("P1", True), ("P0", False)]
    assert rows[0].need_per_10k_yuan == np.inf


def test_safety_net_comes_first_however_dear():
    units = [{"id": "U0", "name": "甲", "population": 4, "box": (0, 0, 1, 1)}]
    homes = [{"id": "H0", "people": 4000, "at": (0, 0)}]
    world = World(
        layers_of(
            units=units,
            homes=homes,
            facilities=[],
            staff=[],
            devices=[{"id": "L", "road": "R0", "cell": 0, "at": (0, 0)}],
            roads=[{"id": "R0", "line": [(0, 0), (60, 0)], **{f"cell{k}": 0 for k in range(6)}}],
        )
    )
    hire = project("hire", [helpers("S", "U0", 2)], cost=9e5, rule_ids=("helpers",))
    projects = [hire, at_home(0, cost=1e4)]
    assert [row.project.id for row in ranked(world, projects)] == ["P0", "hire"]
    assert [row.project.id for row in ranked(world, projects, safety_net_first=True)] == ["hire", "P0"]


def test_value_is_per_yuan_of_ten_years_with_replacement_and_keeping():
    kept = at_home(0, cost=1e4, yearly=500)
    row = ranked(town_of_three([30]), [kept], NEAR)[0]
    assert kept.cost_life_cycle == HORIZON_YEARS * (1e4 / 10 + 500)
    assert row.need_per_10k_yuan == pytest.approx(30 / 1.5)


def test_value_never_rises_down_the_list_without_a_budget():
    for seed in range(WORLDS):
        rng = random.Random(400 + seed)
        layers = random_layers(rng)
        rows = ranked(World(layers), random_projects(rng, layers, 8))
        assert all(one.need_per_10k_yuan >= other.need_per_10k_yuan * (1 - 1e-9) for one, other in pairwise(rows))


def test_no_projects_give_an_empty_list():
    assert ranked(town_of_three([30]), [], NEAR) == ()


def test_same_edit_asked_for_twice_becomes_one_project_of_both_rules():
    one = project("P1", [facility("facilities", "new-1", (0, 0))], cost=10, rule_ids=("b",))
    other = project("P2", [facility("facilities", "new-2", (0, 0))], cost=12, rule_ids=("a",))
    elsewhere = project("P3", [facility("facilities", "new-3", (0, 1))], cost=12, rule_ids=("a",))
    whole = merged([other, elsewhere, one])
    assert len(whole) == 2
    united = next(found for found in whole if len(found.rule_ids) == 2)
    assert united.rule_ids == ("a", "b")
    assert united.cost_mid == 12
    assert merged([one, elsewhere, other]) == whole


def test_weights_of_severity_stand_in_the_need():
    for severity, weight in (("A", 4), ("B", 2), ("C", 1)):
        rule = Near(id="near", type="near", severity=severity, weight=3)
        assert rule_weight(rule) == 3 * weight
        assert ranked(town_of_three([30]), [at_home(0, cost=1)], [rule])[0].need_closed == 3 * weight * 30
