"""The list for one set of weights, and a thousand of them in step: both are the plain greedy."""

from __future__ import annotations

import random

import numpy as np

from geo.choosing.batch import Draws, taken
from geo.choosing.effects import Effects, effects
from geo.choosing.limits import Limits, Purse
from geo.choosing.single import in_order
from tests.geo.choosing.worlds import random_limits, random_rules

PROJECTS = 7


def naive(flat: Effects, value: np.ndarray, cost: np.ndarray, limits: Limits, safety: np.ndarray | None) -> list[int]:
    """Return what is taken: at each step everything left that fits is tried, and the best is taken."""
    chosen, order = np.zeros(flat.projects, bool), []
    while True:
        offers = []
        for i in np.flatnonzero(~chosen):
            more = chosen.copy()
            more[i] = True
            need = flat.worth(more, value) - flat.worth(chosen, value)
            safe = 0.0 if safety is None else flat.worth(more, safety) - flat.worth(chosen, safety)
            if need > 1e-15 and limits.holds(more):
                offers.append((-round(safe / cost[i], 9), -round(need / cost[i], 9), i))
        if not offers:
            return order
        best = min(offers)[2]
        chosen[best] = True
        order.append(int(best))


def drawn(rng: random.Random, flat: Effects, count: int) -> tuple[Draws, np.ndarray]:
    """Return draws in which no two projects are quite equal."""
    mid = np.array([rng.uniform(1, 6) for _ in range(PROJECTS)])
    price = np.array([[rng.uniform(0.5, 2) for _ in range(PROJECTS)] for _ in range(count)])
    weight = np.array([[rng.uniform(0.5, 4) for _ in range(4)] for _ in range(count)])
    equity = np.array([[rng.uniform(0.5, 2) for _ in flat.units] for _ in range(count)])
    return Draws(weight, equity, mid * price, 3 * mid * price), mid


def test_every_draw_takes_what_the_plain_greedy_takes_in_its_order():
    for seed in range(25):
        rng = random.Random(seed)
        flat = effects(random_rules(rng, PROJECTS), PROJECTS)
        draws, mid = drawn(rng, flat, 6)
        limits = random_limits(rng, mid)
        is_safe = np.array([True, False, False, True])
        for safety in (None, is_safe):
            turns = taken(flat, draws, limits, mid, safety=safety)
            for k, turn in enumerate(turns):
                value = flat.values(draws.weight[k], draws.equity[k])
                dearer = (draws.build[k] / mid)[limits.project]
                amount = limits.amount * np.where(limits.is_money[limits.limit], dearer, 1.0)
                now = Limits(limits.names, limits.most, limits.is_money, limits.project, limits.limit, amount)
                safe = None if safety is None else np.where(safety[flat.slot_rule], value, 0.0)
                expected = naive(flat, value, draws.life[k], now, safe)
                assert [int(i) for i in np.argsort(turn) if turn[i]] == expected, (seed, k)
                one = in_order(flat, value, draws.life[k], Purse(now, PROJECTS), safety=safe, only_fitting=True)
                assert list(one.order) == expected, (seed, k)


def test_many_draws_are_worked_out_as_each_alone():
    rng = random.Random(5)
    flat = effects(random_rules(rng, PROJECTS), PROJECTS)
    draws, mid = drawn(rng, flat, 50)
    limits = random_limits(rng, mid)
    alone = [taken(flat, draws.rows(slice(k, k + 1)), limits, mid)[0] for k in range(50)]
    assert (taken(flat, draws, limits, mid) == np.array(alone)).all()


def test_what_must_be_inside_is_taken_before_all_others():
    rng = random.Random(6)
    flat = effects(random_rules(rng, PROJECTS), PROJECTS)
    draws, mid = drawn(rng, flat, 20)
    none = Limits((("budget", ""),), np.array([np.inf]), np.ones(1, bool), *[np.zeros(0, np.intp)] * 2, np.zeros(0))
    turns = taken(flat, draws, none, mid, inside=[4, 2])
    assert (np.sort(turns[:, [2, 4]], axis=1) == [1, 2]).all()


def test_list_goes_on_below_the_line_until_nothing_is_left_to_close():
    rng = random.Random(7)
    flat = effects(random_rules(rng, PROJECTS), PROJECTS)
    draws, mid = drawn(rng, flat, 1)
    limits, value = random_limits(rng, mid), flat.values(draws.weight[0], draws.equity[0])
    chosen = in_order(flat, value, draws.life[0], Purse(limits, PROJECTS))
    assert sum(chosen.need) == np.float64(flat.worth(np.ones(PROJECTS, bool), value)).round(9) or np.isclose(
        sum(chosen.need), flat.worth(np.ones(PROJECTS, bool), value)
    )
    inside = np.zeros(PROJECTS, bool)
    inside[list(chosen.order[: chosen.fit])] = True
    assert limits.holds(inside)
