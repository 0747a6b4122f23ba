"""Every option beside every other, on tiny worlds with all that goes wrong in them: the answer is that of trying all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from geo.siting import Cap, best, covers, max_coverage, set_cover
from tests.geo.siting import worlds

WORLDS = 40
# Solvers let a constraint be broken by a little.
TOLERANCE = 1e-6


@pytest.fixture(params=["small", "searched"])
def way(request, monkeypatch):
    if request.param == "searched":
        monkeypatch.setattr(best, "TINY", 0)
        monkeypatch.setattr(covers, "TINY", 0)


def drawn(seed):
    """Return a table, weights, costs and limits: sites that serve nobody, twins, rows of no weight, more sites than there are."""
    rng = np.random.default_rng(seed)
    sites, demands = int(rng.integers(1, 8)), int(rng.integers(0 if rng.random() < 0.05 else 1, 11))
    serves = (rng.random((sites, demands)) < rng.choice([0.1, 0.3, 0.5, 0.9])).astype(float)
    if seed % 3 == 1:
        serves *= rng.choice([0.25, 0.5, 1.0], serves.shape)
    if seed % 3 == 2:
        serves *= rng.random(serves.shape)
    weight = rng.integers(0, 9, demands) * float(rng.choice([1, 0.37, 1e6, 1e-4])) * (rng.random() > 0.1)
    cost = rng.integers(0, 9, sites) * float(rng.choice([1, 0.1, 12345.67]))
    if sites > 1 and rng.random() < 0.3:
        serves[0], cost[0] = serves[1], cost[1]
    serves[rng.integers(sites)] *= rng.random() > 0.2
    fixed = np.flatnonzero(rng.random(sites) < rng.choice([0, 0.2, 0.5])).tolist()
    limits = {"fixed": fixed, "cost": cost}
    if seed % 5 < 3:
        limits["count"] = int(max(len(fixed), rng.integers(0, sites + 3)))
    if seed % 5 > 1:
        limits["budget"] = float(max(cost[fixed].sum(), rng.choice([0, rng.random(), 1, 2]) * cost.sum()))
    groups = [rng.permutation(sites)[: rng.integers(0, sites + 1)].tolist() for _ in range(4)]
    if rng.random() < 0.4:
        limits["exclusive"] = [group[:3] for group in groups[:2] if len(set(group[:3]) & set(fixed)) < 2]
    if rng.random() < 0.4:
        limits["caps"] = [cap(group, set(group) & set(fixed), cost, rng) for group in groups[2:]]
    return rng, serves, weight, limits


def cap(group, fixed, cost, rng):
    most, money = int(max(len(fixed), rng.integers(0, 4))), rng.random() * cost[group].sum()
    money = float(max(sum(cost[j] for j in fixed), money))
    kind = rng.integers(3)
    return Cap(group, count=None if kind == 1 else most, budget=None if kind == 0 else money)


def as_given(serves, seed):
    return (serves, sparse.csr_array(serves), sparse.coo_matrix(serves))[seed % 3]


def is_right(result, serves, wanted, limits):
    assert worlds.is_allowed(result.sites, **limits)
    assert result.objective == pytest.approx(wanted, rel=TOLERANCE, abs=1e-12)
    assert result.bound >= wanted * (1 - TOLERANCE)
    assert result.status == "optimal"
    assert list(result.unserved) == np.flatnonzero(~serves.any(axis=0)).tolist()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_option_with_every_other_is_what_trying_all_choices_gives(way, seed):
    rng, serves, weight, limits = drawn(seed)
    backup = float(rng.choice([0, 0, 0.5, 1]))
    result = max_coverage(as_given(serves, seed), weight, backup=backup, gap=0.0, **limits)
    is_right(result, serves, worlds.most_covered(serves, weight, backup=backup, **limits), limits)
    assert worlds.covered(serves, weight, result.sites, backup) == pytest.approx(result.objective, rel=1e-9)


def shared_out(serves, weight, capacity, chosen):
    """Return the most the chosen sites can serve within their capacities, by a transport program of its own."""
    pairs = [(j, i) for j in chosen for i in range(serves.shape[1]) if serves[j, i] > 0]
    if not pairs:
        return 0.0
    rows = [[float(pair[1] == i) for pair in pairs] for i in range(serves.shape[1])]
    rows += [[weight[pair[1]] if pair[0] == j else 0.0 for pair in pairs] for j in chosen if np.isfinite(capacity[j])]
    top = [1.0] * serves.shape[1] + [capacity[j] for j in chosen if np.isfinite(capacity[j])]
    return -linprog([-serves[j, i] * weight[i] for j, i in pairs], A_ub=rows, b_ub=top, bounds=(0, None)).fun


@pytest.mark.parametrize("seed", range(WORLDS))
def test_capacities_with_every_other_option_are_what_trying_all_choices_gives(way, seed):
    rng, serves, weight, limits = drawn(seed)
    capacity = rng.choice([0, 1, 3, 7, np.inf], len(serves)) * weight.max(initial=1) / 3
    result = max_coverage(as_given(serves, seed), weight, capacity=capacity, gap=0.0, **limits)
    allowed = (some for some in worlds.subsets(len(serves)) if worlds.is_allowed(some, **limits))
    is_right(result, serves, max(shared_out(serves, weight, capacity, some) for some in allowed), limits)
    alone = shared_out(serves, weight, capacity, result.sites)
    assert result.objective == pytest.approx(alone, rel=TOLERANCE, abs=1e-12)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_cheapest_cover_of_twins_and_fixed_sites_is_what_trying_all_choices_gives(way, seed):
    rng = np.random.default_rng(seed)
    sites, demands = int(rng.integers(1, 10)), int(rng.integers(1, 14))
    serves = rng.random((sites, demands)) < rng.choice([0.15, 0.3, 0.6])
    cost = (
        rng.random(sites) if seed % 3 == 0 else rng.integers(0, 9, sites) * float(rng.choice([1, 0.37, 12345.67, 1e-3]))
    )
    fixed = np.flatnonzero(rng.random(sites) < rng.choice([0, 0.2, 0.5])).tolist()
    result = set_cover(as_given(serves, seed), cost=cost, fixed=fixed)
    assert (serves[list(result.sites)].any(axis=0) == serves.any(axis=0)).all()
    assert set(fixed) <= set(result.sites)
    wanted = worlds.cheapest_cover(serves, cost, fixed)
    assert (result.objective, result.gap) == (pytest.approx(wanted, rel=1e-9, abs=1e-12), 0)
    assert result.bound <= wanted * (1 + TOLERANCE)
    assert result.status == ("optimal" if serves.any(axis=0).all() else "infeasible")


def test_beyond_what_the_solver_can_take_capacities_are_bounded_and_kept(monkeypatch):
    from geo.siting import capacitated

    rng = np.random.default_rng(5)
    home, site = rng.uniform(0, 1, (500, 2)), rng.uniform(0, 1, (60, 2))
    away = np.hypot(*(site[:, None] - home[None]).transpose(2, 0, 1))
    serves = np.where(away <= 0.2, 1 - away, 0.0)
    weight, capacity = rng.integers(1, 8, 500).astype(float), np.full(60, 150.0)
    whole = max_coverage(serves, weight, count=8, capacity=capacity, gap=1e-3)
    monkeypatch.setattr(capacitated, "SOLVABLE", 0)
    result = max_coverage(serves, weight, count=8, capacity=capacity)
    assert result.objective <= whole.bound * (1 + TOLERANCE)
    assert whole.objective <= result.bound * (1 + TOLERANCE)
    assert result.gap < 0.05
    assert result.objective == pytest.approx(shared_out(serves, weight, capacity, result.sites), rel=TOLERANCE)
