"""The best set of projects for a budget over forty rules, beside the two lists and HiGHS given the plain program.

    python -m benchmarks portfolio [--projects 5000] [--rules 40] [--share 0.08] [--seed 1] [--draws 100]

A made county: 40 000 homes in 60 villages; a quarter of the rules each for posts (sums of parts), lit road (cells under a
cap) and half for reach (nearest of sites, partly nearer). `--share` is the budget as a share of what everything costs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from geo.choosing.batch import Draws, taken
from geo.choosing.effects import Shares, effects
from geo.choosing.limits import Limits, Purse
from geo.choosing.program import Program
from geo.choosing.single import in_order
from geo.portfolio import Choice, best_set, bounds

HOMES, VILLAGES, WIDE_M = 40_000, 60, 60_000.0


def main() -> None:
    """Print value, bound, gap and seconds of processor time for each way."""
    given = _options()
    choice, weight = county(given.projects, given.rules, given.share, given.seed)
    print(
        f"{given.projects} projects, {given.rules} rules, {len(choice.effects.project)} pairs, "
        f"budget {choice.limits.most[0]:,.0f} yuan"
    )
    order = _shown("list by ten-year cost", lambda: _list(choice, choice.life), choice)
    _shown("list by cost to build", lambda: _list(choice, choice.build), choice)
    start = time.process_time()
    bound = float(bounds(choice, choice.limits.most[:1])[0])
    print(f"{'relaxed program':24} bound {bound:14,.1f}{'':27}{time.process_time() - start:7.2f} s")
    start = time.process_time()
    best, _ = best_set(choice, order)
    print(_line("best set", best.value, best.bound, time.process_time() - start))
    start = time.process_time()
    plain = Program(choice.effects, choice.value, choice.limits, nodes=1_000_000, near=1e-4).solve()
    print(_line("HiGHS, plain program", plain.value, plain.bound, time.process_time() - start))
    start = time.process_time()
    rng = np.random.default_rng(given.seed)
    factor = rng.uniform(0.7, 1.5, (given.draws, given.projects))
    weights = weight * np.exp(rng.uniform(-np.log(2), np.log(2), (given.draws, given.rules)))
    draws = Draws(
        weights, np.ones((given.draws, len(choice.effects.units))), choice.build * factor, choice.life * factor
    )
    taken(choice.effects, draws, choice.limits, choice.build)
    print(f"{given.draws} draws of the list {'':39}{time.process_time() - start:7.2f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=sys.argv[0])
    parser.add_argument("--projects", type=int, default=5000)
    parser.add_argument("--rules", type=int, default=40)
    parser.add_argument("--share", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=100)
    return parser.parse_args()


def _list(choice: Choice, cost: np.ndarray) -> tuple[int, ...]:
    purse = Purse(choice.limits, choice.effects.projects)
    return in_order(choice.effects, choice.value, cost, purse, only_fitting=True).order


def _shown(name: str, listed: Callable[[], tuple[int, ...]], choice: Choice) -> tuple[int, ...]:
    start = time.process_time()
    order = listed()
    chosen = np.zeros(choice.effects.projects, bool)
    chosen[list(order)] = True
    value = choice.effects.worth(chosen, choice.value)
    print(f"{name:24} value {value:14,.1f}{'':27}{time.process_time() - start:7.2f} s")
    return order


def _line(name: str, value: float, bound: float, seconds: float) -> str:
    return f"{name:24} value {value:14,.1f}  gap {100 * (bound - value) / bound:8.5f} %{'':9}{seconds:7.2f} s"


def county(projects: int, rules: int, share: float, seed: int) -> tuple[Choice, np.ndarray]:
    """Return a made choice of so many projects, the same number for each rule, and the weight of each rule."""
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, VILLAGES, HOMES)
    at = rng.uniform(0, WIDE_M, (VILLAGES, 2))[unit] + rng.normal(0, 700, (HOMES, 2))
    people = rng.integers(1, 7, HOMES).astype(float)
    makers = (_reach, _reach, _posts, _lamps)
    each = projects // rules
    shares, build, yearly, years = [], [], [], []
    for rule in range(rules):
        rows = np.arange(rule * each, (rule + 1) * each)
        shares.append(makers[rule % 4](rng, rows, at, unit, people))
        price = float(np.exp(rng.uniform(np.log(2_000), np.log(300_000))))
        build.append(price * np.exp(rng.normal(0, 0.4, each)))
        years.append(rng.integers(1, 21, each))
        yearly.append(build[-1] * rng.uniform(0, 0.2, each))
    cost, count = np.concatenate(build), each * rules
    flat = effects(shares, count)
    weight = rng.choice([1.0, 2.0, 4.0], rules)
    value = flat.values(weight, np.ones(len(flat.units)))
    budget = np.array([share * cost.sum()])
    rows = np.arange(count)
    limits = Limits((("budget", ""),), budget, np.ones(1, bool), rows, np.zeros(count, np.intp), cost)
    life = (cost / np.concatenate(years) + np.concatenate(yearly)) * 10
    return Choice(tuple(f"P{i}" for i in range(count)), flat, value, cost, life, limits), weight


def _names(unit: np.ndarray) -> np.ndarray:
    return np.array([f"U{u:03d}" for u in unit], object)


def _reach(rng: np.random.Generator, rows: np.ndarray, at: np.ndarray, unit: np.ndarray, people: np.ndarray) -> Shares:
    from scipy.spatial import cKDTree

    radius = float(rng.choice([300, 500, 1000, 2500]))
    sites = at[rng.integers(0, HOMES, len(rows))] + rng.normal(0, 100, (len(rows), 2))
    near = cKDTree(at).query_ball_point(sites, 2 * radius)
    project, place = np.repeat(rows, [len(some) for some in near]), np.concatenate(near).astype(np.intp)
    apart = np.hypot(*(at[place] - sites[project - rows[0]]).T)
    most = np.where(rng.random(HOMES) < 0.5, rng.uniform(0.3, 1, HOMES), 0.0)
    share = most[place] - np.clip((apart - radius) / radius, 0, 1)
    return Shares(project, place, place, share, "min", most, people, _names(unit))


def _posts(rng: np.random.Generator, rows: np.ndarray, at: np.ndarray, unit: np.ndarray, people: np.ndarray) -> Shares:
    place = unit[rng.integers(0, len(at), len(rows))]
    share = rng.choice([0.2, 0.25, 0.5, 1.0], len(rows))
    everybody = np.bincount(unit, people, VILLAGES)
    most, names = rng.uniform(0, 1, VILLAGES), _names(np.arange(VILLAGES))
    return Shares(rows, place, np.arange(len(rows)), share, "sum", most, everybody, names)


def _lamps(rng: np.random.Generator, rows: np.ndarray, at: np.ndarray, unit: np.ndarray, people: np.ndarray) -> Shares:
    roads, long = len(rows) // 2, 20
    wide = rng.integers(2, 6, len(rows))
    first = rng.integers(0, roads, len(rows)) * long + rng.integers(0, 15, len(rows))
    cell = np.repeat(first, wide) + np.concatenate([np.arange(w) for w in wide])
    most, there = rng.uniform(0.2, 0.9, roads), rng.integers(20, 500, roads).astype(float)
    names = _names(rng.choice(unit, roads))
    return Shares(np.repeat(rows, wide), cell // long, cell, np.full(len(cell), 1 / 18), "any", most, there, names)


if __name__ == "__main__":
    main()
