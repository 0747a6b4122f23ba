"""The best set is the best of all sets, its bound holds, and so do the limits."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from geo.choosing.limits import Purse
from geo.choosing.single import in_order
from geo.portfolio import best_set, bounds
from tests.geo.choosing.worlds import every_set, random_choice

PROJECTS = 8
SETS = every_set(PROJECTS)


def the_list(choice):
    purse = Purse(choice.limits, PROJECTS)
    return in_order(choice.effects, choice.value, choice.life, purse, only_fitting=True).order


def allowed(choice):
    """Return every set that keeps all limits, with what it closes."""
    kept = [one for one in SETS if choice.limits.holds(one) and one[list(choice.inside)].all()]
    return kept, np.array([choice.effects.worth(one, choice.value) for one in kept])


@pytest.mark.parametrize("seed", range(15))
def test_best_set_closes_as_much_as_the_best_of_all_sets(seed):
    choice, _ = random_choice(random.Random(seed), PROJECTS)
    best, _ = best_set(choice, the_list(choice))
    _, worth = allowed(choice)
    assert best.value == pytest.approx(worth.max(), rel=1e-5)
    assert best.bound >= worth.max() * (1 - 1e-9)
    assert choice.limits.holds(best.chosen)
    assert best.value == choice.effects.worth(best.chosen, choice.value)


@pytest.mark.parametrize("seed", range(6))
def test_next_best_sets_are_the_next_in_the_row_of_all_sets(seed):
    choice, _ = random_choice(random.Random(100 + seed), PROJECTS)
    best, others = best_set(choice, the_list(choice), alternatives=4)
    _, worth = allowed(choice)
    expected = np.sort(worth)[::-1][: 1 + len(others)]
    assert [best.value, *(one.value for one in others)] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    found = {tuple(one.chosen.tolist()) for one in (best, *others)}
    assert len(found) == 1 + len(others)


@pytest.mark.parametrize("seed", range(6))
def test_safety_net_first_gives_up_none_of_what_the_safety_net_can_have(seed):
    choice, flat = random_choice(random.Random(200 + seed), PROJECTS)
    safety = np.where(flat.slot_rule % 2 == 0, choice.value, 0.0)
    choice = replace(choice, safety=safety)
    best, _ = best_set(choice, the_list(choice))
    sets, worth = allowed(choice)
    safe = np.array([flat.worth(one, safety) for one in sets])
    assert flat.worth(best.chosen, safety) >= safe.max() * (1 - 2e-4)
    assert best.value >= worth[safe >= safe.max() - 1e-9].max() * (1 - 1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_what_must_be_inside_is_in_the_best_set(seed):
    choice, _ = random_choice(random.Random(300 + seed), PROJECTS)
    dear = int(np.argmin([choice.effects.worth(np.arange(PROJECTS) == i, choice.value) for i in range(PROJECTS)]))
    choice = replace(choice, inside=(dear,))
    sets, worth = allowed(choice)
    found = best_set(choice, [dear])
    if not sets:
        assert found is None
    else:
        assert found[0].chosen[dear]
        assert found[0].value == pytest.approx(worth.max(), rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_bound_of_every_budget_holds_for_all_sets(seed):
    choice, _ = random_choice(random.Random(400 + seed), PROJECTS)
    budgets = np.linspace(0, choice.build.sum(), 5)
    for budget, bound in zip(budgets, bounds(choice, budgets), strict=True):
        most = choice.limits.most.copy()
        most[0] = budget
        _, worth = allowed(replace(choice, limits=replace(choice.limits, most=most)))
        assert bound >= worth.max() - 1e-6


def test_too_large_a_choice_gets_the_better_list_and_a_bound_that_holds(monkeypatch):
    monkeypatch.setattr("geo.portfolio.TOO_LARGE", 0)
    for seed in range(6):
        choice, _ = random_choice(random.Random(500 + seed), PROJECTS)
        best, others = best_set(choice, the_list(choice), alternatives=3)
        _, worth = allowed(choice)
        assert others == ()
        assert best.value <= worth.max() + 1e-9 <= best.bound + 1e-6


def test_same_choice_gives_the_same_set():
    one, other = (best_set(choice := random_choice(random.Random(1), PROJECTS)[0], the_list(choice)) for _ in range(2))
    assert (one[0].chosen == other[0].chosen).all()
    assert one[0].bound == other[0].bound


def test_nothing_is_written_to_the_terminal(capfd):
    choice, _ = random_choice(random.Random(2), PROJECTS)
    best_set(choice, the_list(choice), alternatives=1)
    bounds(choice, np.array([3.0]))
    assert capfd.readouterr() == ("", "")
