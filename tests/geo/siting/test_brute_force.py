"""Tiny worlds with every option: the answers are those of trying every choice of sites. Thousands: tests.campaigns siting."""

from __future__ import annotations

import numpy as np
import pytest

from geo.siting import Cap, best, covers, max_coverage, p_center, p_median, set_cover
from tests.geo.siting import worlds

WORLDS = 40


@pytest.fixture(params=["small", "searched"])
def way(request, monkeypatch):
    """Both ways to an answer: HiGHS at once, and the search with its bounds, as larger worlds are done."""
    if request.param == "searched":
        monkeypatch.setattr(best, "TINY", 0)
        monkeypatch.setattr(covers, "TINY", 0)
    return request.param


def drawn(seed):
    rng = np.random.default_rng(seed)
    sites, demands = int(rng.integers(1, 8)), int(rng.integers(1, 10))
    return rng, sites, demands


def right(result, objective, *, most):
    """Check an answer that must be the best there is."""
    assert result.objective == pytest.approx(objective, rel=1e-9, abs=1e-9)
    assert result.bound >= result.objective if most else result.bound <= result.objective
    assert result.gap == 0
    assert list(result.sites) == sorted(set(result.sites))


@pytest.mark.parametrize("seed", range(WORLDS))
def test_max_coverage_with_every_option_is_what_trying_all_choices_gives(way, seed):
    rng, sites, demands = drawn(seed)
    serves = (rng.random((sites, demands)) < 0.4).astype(float)
    if seed % 3 == 1:
        serves *= rng.choice([0.25, 0.5, 1.0], serves.shape)
    if seed % 3 == 2:
        serves *= rng.random(serves.shape)
    weight = rng.integers(0, 9, demands) * (1.0 if seed % 2 else 0.37)
    cost = rng.integers(1, 9, sites).astype(float)
    fixed = [int(rng.integers(sites))] if seed % 5 == 0 else []
    limits = {"fixed": fixed, "cost": cost}
    if seed % 4 != 1:
        limits["count"] = int(rng.integers(1, sites + 1))
    if seed % 4:
        limits["budget"] = float(max(cost[fixed].sum(), rng.integers(1, cost.sum() + 1)))
    if seed % 7 == 0:
        limits["exclusive"] = [rng.permutation(sites)[:3].tolist()]
    if seed % 7 == 1:
        half = [j for j in range(sites) if j % 2 == 0]
        limits["caps"] = [Cap(half, count=2), Cap(half, budget=float(max(cost[fixed].sum(), 7)))]
    backup = [0.0, 0.0, 0.5, 1.0][seed % 4]
    result = max_coverage(serves, weight, backup=backup, gap=0.0, **limits)
    right(result, worlds.most_covered(serves, weight, backup=backup, **limits), most=True)
    assert worlds.is_allowed(result.sites, **limits)
    assert worlds.covered(serves, weight, result.sites, backup) == pytest.approx(result.objective)
    assert result.status == "optimal"
    assert list(result.unserved) == np.flatnonzero(~serves.any(axis=0)).tolist()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_set_cover_is_what_trying_all_choices_gives(way, seed):
    rng, sites, demands = drawn(seed)
    serves = rng.random((sites, demands)) < 0.35
    cost = rng.integers(0, 9, sites) * (1.0 if seed % 2 else 0.37)
    price = np.ones(sites) if seed % 3 == 0 else cost
    fixed = [int(rng.integers(sites))] if seed % 5 == 0 else []
    result = set_cover(serves, cost=None if seed % 3 == 0 else cost, fixed=fixed)
    right(result, worlds.cheapest_cover(serves, price, fixed), most=False)
    left = np.flatnonzero(~serves.any(axis=0)).tolist()
    assert list(result.unserved) == left
    assert (result.status, result.remedy is None) == (("infeasible", False) if left else ("optimal", True))
    assert set(fixed) <= set(result.sites)
    assert (serves[list(result.sites)].any(axis=0) == serves.any(axis=0)).all()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_p_median_is_what_trying_all_choices_gives(way, seed):
    rng, sites, demands = drawn(seed)
    cost = rng.integers(0, 20, (sites, demands)) * (1.0 if seed % 2 else 0.37)
    if seed % 3:
        cost[rng.random(cost.shape) < 0.3] = np.inf
    weight = rng.integers(0, 6, demands).astype(float)
    count = int(rng.integers(1, sites + 1))
    fixed = [int(rng.integers(sites))] if seed % 5 == 0 else []
    otherwise = 9.0 if seed % 3 == 1 else None
    result = p_median(cost, weight, count=count, fixed=fixed, otherwise=otherwise)
    assert len(result.sites) == count
    assert set(fixed) <= set(result.sites)
    alone = [] if otherwise else np.flatnonzero(np.isinf(cost).all(axis=0)).tolist()
    served = [i for i in range(demands) if i not in alone]
    best = worlds.least_spent(cost[:, served], weight[served], count, fixed, otherwise or np.inf)
    assert set(alone) <= set(result.unserved)
    if np.isinf(best):
        assert result.status == "infeasible"
        assert "sites are too few" in str(result.remedy)
        assert len(result.unserved) > len(alone)
    else:
        right(result, best, most=False)
        assert list(result.unserved) == alone
        assert result.status == ("infeasible" if alone else "optimal")


@pytest.mark.parametrize("seed", range(WORLDS))
def test_p_center_is_what_trying_all_choices_gives(way, seed):
    rng, sites, demands = drawn(seed)
    cost = rng.integers(0, 20, (sites, demands)) * (1.0 if seed % 2 else 0.37)
    if seed % 3:
        cost[rng.random(cost.shape) < 0.3] = np.inf
    count = int(rng.integers(1, sites + 1))
    fixed = [int(rng.integers(sites))] if seed % 5 == 0 else []
    result = p_center(cost, count=count, fixed=fixed)
    assert len(result.sites) <= count
    assert set(fixed) <= set(result.sites)
    alone = np.flatnonzero(np.isinf(cost).all(axis=0)).tolist()
    best = worlds.least_radius(np.delete(cost, alone, axis=1), count, fixed)
    if np.isinf(best):
        assert result.status == "infeasible"
        assert "sites are too few" in str(result.remedy)
    else:
        right(result, best, most=False)
        assert list(result.unserved) == alone
        assert result.status == ("infeasible" if alone else "optimal")
