"""How firmly projects stand: the same draws always, labels by their shares, and the smallest change that moves a row."""

from __future__ import annotations

import numpy as np
import pytest

from geo.choosing.limits import limits
from geo.robustness import FACTORS, Shaken, Standing, robustness
from geo.weights import rule_weight
from geo.worth import Worth
from layers.options import Cost
from tests.geo.test_study import at_home, hamlets, settings, studied
from tests.geo.test_worth_real_rules import town_and_projects


def shaken(seed: int, budget_share: float = 0.3) -> Shaken:
    world, seen, projects = town_and_projects(seed)
    budget = budget_share * sum(project.cost_mid for project in projects)
    flat = Worth(seen, projects, world).effects()
    weight = np.array([rule_weight(one.rule) for one in seen.values()])
    within = limits(projects, budget=budget)
    return Shaken(projects, flat, within, list(seen), weight, np.ones(len(flat.units)), 0.0, None)


def test_same_seed_gives_the_same_standing_and_another_seed_nearly_so():
    one, other = (robustness(shaken(0), draws=300, weight_range=2) for _ in range(2))
    assert one == other
    moved = robustness(shaken(0), draws=300, weight_range=2, seed=2)
    assert moved != one
    assert all(abs(moved.standing[id_].stays_in - one.standing[id_].stays_in) < 0.15 for id_ in one.standing)


def test_labels_follow_the_share_of_draws_to_the_very_edge():
    assert [Standing(share, (None, None), None, None).firm for share in (1, 0.9, 0.899, 0.101, 0.1, 0)] == [
        "in",
        "in",
        "edge",
        "edge",
        "out",
        "out",
    ]


def test_project_far_better_than_all_others_is_firmly_in_and_one_far_worse_firmly_out():
    found = studied(hamlets(1000, 50, 50, 1), [at_home(i) for i in range(4)], settings(2e4, draws=500))
    standing = found.robustness.standing
    assert [standing[f"P{i}"].firm for i in range(4)] == ["in", "edge", "edge", "out"]
    assert standing["P0"].ranks == (1, 1)
    assert standing["P3"].ranks[1] is None
    assert found.robustness.draws == 500


def test_no_draws_are_made_where_the_plan_asks_for_none_or_has_no_budget():
    projects = [at_home(0)]
    assert studied(hamlets(5), projects, settings(1e4, draws=0)).robustness is None
    assert studied(hamlets(5), projects, settings(None, draws=10)).robustness is None


@pytest.mark.parametrize("seed", range(3))
def test_smallest_step_of_a_weight_that_moves_a_row_is_found(seed):
    case = shaken(seed)
    found = robustness(case, draws=0, weight_range=2)
    base = {id_ for id_, one in found.standing.items() if one.stays_in == 1}
    steps = sorted((f for some in FACTORS for f in (some, 1 / some)), key=lambda f: abs(np.log(f)))
    for rule, rule_id in enumerate(case.rule_ids):
        for factor in steps[:6]:
            weight = case.weight.copy()
            weight[rule] *= factor
            changed = Shaken(**{**vars(case), "weight": weight})
            now = {
                id_ for id_, one in robustness(changed, draws=0, weight_range=2).standing.items() if one.stays_in == 1
            }
            for id_ in base ^ now:
                flip = found.standing[id_].flip
                assert flip is not None
                assert abs(np.log(flip.factor)) <= abs(np.log(factor)) + 1e-12, (rule_id, id_)


def test_row_that_its_own_highest_cost_would_drop_says_so():
    dear = at_home(0)
    dear = type(dear)(**{**vars(dear), "cost": Cost(low=9e3, mid=1e4, high=9e4)})
    found = studied(hamlets(30, 20), [dear, at_home(1)], settings(1e4, draws=1))
    assert found.robustness.standing["P0"].bears_high_cost is False
    assert found.robustness.standing["P1"].bears_high_cost is None  # outside the budget
    assert studied(hamlets(30), [dear], settings(1e5, draws=1)).robustness.standing["P0"].bears_high_cost is True


def test_prices_are_drawn_between_low_and_high_with_the_likeliest_in_the_middle():
    from geo.robustness import _Prices

    prices = _Prices.of([at_home(0), type(at_home(1))(**{**vars(at_home(1)), "cost": Cost(low=10, mid=12, high=30)})])
    drawn = prices.drawn(20_000, np.random.default_rng(0))
    assert drawn[:, 1].min() >= 10
    assert drawn[:, 1].max() <= 30
    assert drawn[:, 1].mean() == pytest.approx((10 + 12 + 30) / 3, rel=0.01)
