"""What must hold whatever the world: order, scale, more money, and that the search is the same without a compiler."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from geo.siting import (
    best,
    compiled,
    coverprices,
    covers,
    max_coverage,
    moves,
    p_center,
    p_median,
    set_cover,
    weighting,
)
from geo.siting.cover import Cover
from geo.siting.deadline import Deadline
from geo.siting.instance import Instance, falling
from geo.siting.lagrangian import Relaxed, priced, start_prices
from geo.siting.limits import limits_of
from geo.siting.reduction import settled, undominated
from geo.siting.search import Search
from geo.siting.table import table_of


def town(seed: int, sites: int = 60, demands: int = 150):
    """Return homes in hamlets, sites among them, and the metres between."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 6000, (8, 2))
    home = centre[rng.integers(0, 8, demands)] + rng.normal(0, 400, (demands, 2))
    site = home[rng.permutation(demands)[:sites]] + rng.normal(0, 150, (sites, 2))
    metres = np.hypot(*(site[:, None] - home[None]).transpose(2, 0, 1))
    return metres, rng.integers(1, 8, demands).astype(float), rng.integers(5, 30, sites).astype(float)


@pytest.fixture
def searched(monkeypatch):
    """Take the way of large worlds on small ones."""
    monkeypatch.setattr(best, "TINY", 0)
    monkeypatch.setattr(covers, "TINY", 0)


def every_answer(metres, people, price):
    near = metres <= 900
    far = np.where(metres <= 2500, metres, np.inf)
    return [
        max_coverage(near, people, count=4, gap=0.0),
        max_coverage(near, people, cost=price, budget=60.0, gap=0.0),
        max_coverage(near * np.exp(-metres / 500), people, count=3, gap=0.0),
        set_cover(near, cost=price),
        p_median(far, people, count=9),
        p_center(metres, count=4),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_and_columns_changes_nothing(searched, seed):
    metres, people, price = town(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(price)), rng.permutation(len(people))
    shuffled = every_answer(metres[np.ix_(rows, columns)], people[columns], price[rows])
    for one, other in zip(every_answer(metres, people, price), shuffled, strict=True):
        assert other.objective == pytest.approx(one.objective, rel=1e-9)
        assert other.bound == pytest.approx(one.bound, rel=1e-9)
        assert other.status == one.status
        assert sorted(columns[list(other.unserved)]) == list(one.unserved)


def test_the_same_seed_gives_the_same_answer(searched):
    world = town(11)
    assert every_answer(*world) == every_answer(*world)


def test_rows_of_one_home_split_in_two_count_as_the_home(searched):
    metres, people, _ = town(5)
    split, half = np.repeat(metres, 2, axis=1), np.repeat(people / 2, 2)
    for one, other in (
        (max_coverage(metres <= 900, people, count=4, gap=0.0), max_coverage(split <= 900, half, count=4, gap=0.0)),
        (p_median(metres, people, count=4), p_median(split, half, count=4)),
    ):
        assert (one.sites, one.status) == (other.sites, other.status)
        assert one.objective == pytest.approx(other.objective)


def test_more_sites_or_money_never_serve_less(searched):
    metres, people, price = town(6)
    by_count = [max_coverage(metres <= 900, people, count=k, gap=0.0).objective for k in range(8)]
    by_money = [max_coverage(metres <= 900, people, cost=price, budget=b, gap=0.0).objective for b in range(0, 90, 15)]
    spent = [p_median(metres, people, count=k).objective for k in range(1, 8)]
    assert by_count == sorted(by_count)
    assert by_money == sorted(by_money)
    assert spent == sorted(spent, reverse=True)
    assert by_count[0] == by_money[0] == 0


def test_capacity_that_nobody_reaches_changes_nothing_and_none_serves_nobody():
    metres, people, _ = town(7, sites=15, demands=40)
    free = max_coverage(metres <= 900, people, count=3, gap=0.0)
    full = max_coverage(metres <= 900, people, count=3, capacity=np.full(15, np.inf), gap=0.0)
    assert full.objective == pytest.approx(free.objective)
    assert max_coverage(metres <= 900, people, count=3, capacity=np.zeros(15)).objective == 0


def test_capacity_smaller_than_one_home_serves_part_of_it():
    result = max_coverage([[1, 1]], [30, 2], count=1, capacity=[5])
    assert (result.objective, result.status, result.sites) == (5.0, "optimal", (0,))


@pytest.mark.parametrize("seed", range(12))
def test_capacities_give_what_a_program_written_out_gives(seed):
    metres, people, _ = town(seed, sites=9, demands=25)
    rng = np.random.default_rng(seed)
    near, capacity = metres <= 900, rng.integers(5, 40, 9).astype(float)
    result = max_coverage(near, people, count=3, capacity=capacity, gap=0.0)
    site, home = np.nonzero(near)
    pairs = np.arange(len(site))
    of_home = csr_array((people[home], (home, pairs)), shape=(25, len(pairs)))
    of_site = csr_array((people[home], (site, pairs)), shape=(9, len(pairs)))
    rows = vstack([hstack([csr_array((25, 9)), of_home]), hstack([-np.diag(capacity), of_site])])
    rows = vstack([rows, csr_array(np.append(np.ones(9), np.zeros(len(pairs)))[None])])
    top = np.concatenate([people, np.zeros(9), [3]])
    cost = -np.append(np.zeros(9), people[home])
    known = milp(
        cost,
        integrality=np.append(np.ones(9), 0 * pairs),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, ub=top),
    )
    assert result.objective == pytest.approx(-known.fun, rel=1e-6)
    assert result.gap < 1e-6


def instance(metres, people, count, cutoff=900.0):
    site, home = np.nonzero(metres <= cutoff)
    table = table_of(*metres.shape, site, home, np.ones(len(site)))
    limits = limits_of(len(metres), [(np.arange(len(metres)), np.ones(len(metres)), float(count))])
    return Instance(falling(table), people, limits, np.zeros(len(metres), dtype=bool))


@pytest.mark.parametrize("seed", range(6))
def test_lagrangian_bound_is_that_of_the_linear_program(seed):
    metres, people, _ = town(seed, sites=120, demands=300)
    some = settled(instance(metres, people, 4))[0]
    relaxed, search = Relaxed(some), Search(some, 1)
    start = some.objective(search.greedily(by_price=False))
    prices = priced(relaxed, start_prices(relaxed, *search.served()), np.zeros(0), start, 2000, Deadline.after(60))
    near = csr_array((metres <= 900).astype(float))
    rows = vstack([hstack([-near.T, identity(300)]), csr_array(np.append(np.ones(120), np.zeros(300))[None])])
    top = np.append(np.zeros(300), 4)
    known = milp(-np.append(np.zeros(120), people), bounds=Bounds(0, 1), constraints=LinearConstraint(rows, ub=top))
    assert prices.bound >= -known.fun * (1 - 1e-9)
    assert prices.bound <= -known.fun * 1.0005


@pytest.mark.parametrize("seed", range(6))
def test_sites_without_which_nothing_is_lost_are_left_out(seed):
    metres, people, _ = town(seed)
    some = settled(instance(metres, people, 4))[0]
    smaller, kept = undominated(some)
    served = [set(some.table.demand[some.table.site == j]) for j in range(some.table.sites)]
    assert smaller.table.sites == len(kept) < some.table.sites
    for j in set(range(some.table.sites)) - set(kept.tolist()):
        assert any(served[j] <= served[k] for k in kept)


def test_kernels_give_the_same_as_plain_python(monkeypatch):
    if not compiled.HAS_NUMBA:
        pytest.skip("numba is not installed: there is only one way")
    metres, people, price = town(3)

    def answer():
        some = settled(instance(metres, people, 5))[0]
        search = Search(some, 7)
        search.greedily(by_price=False)
        better = search.improved(300_000, Deadline.after(600), loose=0.01)
        table = table_of(*metres.shape, *np.nonzero(metres <= 900), np.ones(int((metres <= 900).sum())))
        cover = Cover.of(table.rows(np.flatnonzero(np.diff(table.start))), price, np.zeros(60, dtype=bool))
        greedy = coverprices.at_prices(cover, np.arange(cover.table.demands) % 5 * 0.7)
        return (
            better.tolist(),
            search.state.gain.tolist(),
            greedy.tolist(),
            weighting.row_weighting(cover, 100_000, Deadline.after(600), 3).tolist(),
        )

    with_compiler = answer()
    for module in (moves, weighting, coverprices):
        for name, function in vars(module).items():
            if hasattr(function, "py_func"):
                monkeypatch.setattr(module, name, function.py_func)
    assert answer() == with_compiler


def test_gains_and_losses_are_kept_right_through_thousands_of_moves():
    metres, people, _ = town(9)
    for backup in (0.0, 0.5):
        some = settled(instance(metres, people, 5))[0]
        some = Instance(some.table, some.weight, some.limits, some.fixed, backup)
        search = Search(some, 7)
        search.greedily(by_price=False)
        search.improved(1_000_000, Deadline.after(600), loose=0.05)
        is_open = search.is_open
        scale = search.state.total[0] / some.objective(is_open)
        assert scale >= search.lists.share[0]
        for j in range(some.table.sites):
            other = is_open.copy()
            other[j] = not other[j]
            change = abs(some.objective(other) - some.objective(is_open)) * scale
            assert (search.state.loss if is_open[j] else search.state.gain)[j] == pytest.approx(
                change, abs=1e-8 * scale
            )


def test_answer_at_a_deadline_that_has_passed_is_right_and_its_bound_holds():
    metres, people, price = town(4, sites=120, demands=600)
    near, over = metres <= 700, 1e-6
    whole = {
        "max": (
            max_coverage(near, people, count=6, gap=0),
            max_coverage(near, people, count=6, gap=0, time_limit_s=over),
        ),
        "cover": (set_cover(near, cost=price), set_cover(near, cost=price, time_limit_s=over)),
        "median": (p_median(metres, people, count=6), p_median(metres, people, count=6, time_limit_s=over)),
        "center": (p_center(metres, count=6), p_center(metres, count=6, time_limit_s=over)),
    }
    for name, (slow, quick) in whole.items():
        least, most = sorted((quick.objective, quick.bound))
        assert least * (1 - 1e-9) <= slow.objective <= most * (1 + 1e-9), name
        assert quick.unserved == slow.unserved


def test_search_in_slices_is_the_same_as_in_one_go(monkeypatch):
    metres, people, price = town(6)
    answers = []
    for pace in (1e9, 4000.0):
        monkeypatch.setattr(Deadline, "pace", pace)
        some = settled(instance(metres, people, 5))[0]
        search = Search(some, 7)
        search.greedily(by_price=True)
        better = search.improved(200_000, Deadline.after(600), loose=0.01).tolist()
        table = table_of(*metres.shape, *np.nonzero(metres <= 900), np.ones(int((metres <= 900).sum())))
        cover = Cover.of(table.rows(np.flatnonzero(np.diff(table.start))), price, np.zeros(60, dtype=bool))
        answers.append((better, weighting.row_weighting(cover, 100_000, Deadline.after(600), 3).tolist()))
    assert answers[0] == answers[1]
