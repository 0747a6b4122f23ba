"""Siting: value, bound, gap, seconds and memory of every model, beside HiGHS given the whole model, and spopt.

    python -m benchmarks siting [--case NAME ...] [--no-peers] [--limit SECONDS]

Each case runs in a process of its own, kernels loaded first; memory is the most that process ever held, its libraries and
the world included. "HiGHS whole" is the model written out in full and given to HiGHS, which may take as long as --limit;
spopt (if it is installed) builds and solves its own model with CBC, in the same time, on the small world only: at
10 000 x 10 000 it is not built in nine minutes. The worlds are drawn (benchmarks/_sitingworlds.py): people in villages on a
perturbed grid of roads, sites at random junctions, distances along the roads.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

from benchmarks._sitingworlds import World, world
from geo.siting import Siting, max_coverage, p_median, set_cover
from geo.siting.highs import Model, solve


@dataclass(frozen=True)
class Case:
    """One figure to reach: what is asked of which world, the gap and the time that are wanted, and its peer."""

    world: str
    ours: Callable[[World], Siting]
    peer: Callable[[World, float], tuple[float, float]] | None
    wanted: str


@cache
def drawn(name: str) -> World:
    """Return one of the three worlds: 1 000 x 1 000, 10 000 x 10 000, 100 000 demand x 10 000 sites."""
    sizes = {
        "1k": (1_000, 1_000, 60, 2_000.0),
        "10k": (10_000, 10_000, 200, 1_800.0),
        "100k": (100_000, 10_000, 600, 1_500.0),
    }
    return world(*sizes[name])


def covering(metres: float, count: int | None, share: float | None = None) -> Callable[[World], Siting]:
    """Return maximal covering by count, or by a share of what all sites would cost."""

    def ask(some: World) -> Siting:
        if share is None:
            return max_coverage(some.serves(metres), some.people, count=count, gap=0.0)
        budget = share * float(some.price.sum())
        return max_coverage(some.serves(metres), some.people, cost=some.price, budget=budget, gap=1e-3, time_limit_s=30)

    return ask


def whole_covering(metres: float, count: int | None, share: float | None = None) -> Callable[[World, float], tuple]:
    """Return HiGHS on the model of maximal covering written out in full."""

    def ask(some: World, limit_s: float) -> tuple[float, float]:
        serves = some.serves(metres).astype(float)
        sites, demands = serves.shape
        use = np.ones(sites) if share is None else some.price
        most = float(count) if share is None else share * float(some.price.sum())
        rows = vstack([hstack([-serves.T, identity(demands)]), csr_array(np.append(use, np.zeros(demands))[None])])
        cost, top = -np.append(np.zeros(sites), some.people), np.append(np.zeros(demands), most)
        found = _whole(rows, cost, np.full(len(top), -np.inf), top, sites, limit_s)
        return -found[0], -found[1]

    return ask


def whole_cover(metres: float) -> Callable[[World, float], tuple[float, float]]:
    """Return HiGHS on the set cover written out in full; demand that no site serves is left out."""

    def ask(some: World, limit_s: float) -> tuple[float, float]:
        serves = some.serves(metres).astype(float)
        rows = serves.T.tocsr()[np.flatnonzero(np.asarray(serves.sum(axis=0)).ravel())]
        low = np.ones(rows.shape[0])
        return _whole(rows, np.ones(serves.shape[0]), low, np.full(len(low), np.inf), serves.shape[0], limit_s)

    return ask


def _whole(rows, cost, low, top, sites: int, limit_s: float) -> tuple[float, float]:
    ones = np.ones(len(cost))
    whole = np.arange(len(cost)) < sites
    found = solve(Model(cost, 0 * ones, ones, rows.tocsc(), low, top, whole), limit_s)
    return (float(cost @ found.x) if found.x is not None else float("inf")), found.bound


def median(count: int, time_limit_s: float = 60.0) -> Callable[[World], Siting]:
    """Return the p-median where being served by nobody costs twice the longest trip."""

    def ask(some: World) -> Siting:
        dear = 2 * float(some.cost_m.max())
        return p_median(some.cost_m, some.people, count=count, otherwise=dear, time_limit_s=time_limit_s)

    return ask


def whole_median(count: int) -> Callable[[World, float], tuple[float, float]]:
    """Return HiGHS on the p-median written out in full: a variable for each pair, and one for being served by nobody."""

    def ask(some: World, limit_s: float) -> tuple[float, float]:
        table = some.cost_m.tocoo()
        site, demand = table.coords
        sites, demands, pairs = *table.shape, len(table.data)
        dear = 2 * float(table.data.max())
        each = np.arange(pairs)
        served = csr_array((np.ones(pairs), (demand, each)), shape=(demands, pairs))
        opened = csr_array((-np.ones(pairs), (each, site)), shape=(pairs, sites))
        rows = vstack(
            [
                hstack([csr_array((demands, sites)), served, identity(demands)]),
                hstack([opened, identity(pairs), csr_array((pairs, demands))]),
                csr_array(np.append(np.ones(sites), np.zeros(pairs + demands))[None]),
            ]
        )
        cost = np.concatenate([np.zeros(sites), some.people[demand] * table.data, some.people * dear])
        low = np.concatenate([np.ones(demands), np.full(pairs + 1, -np.inf)])
        top = np.concatenate([np.ones(demands), np.zeros(pairs), [float(count)]])
        return _whole(rows, cost, low, top, sites, limit_s)

    return ask


def spopt_covering(metres: float, count: int, some: World, limit_s: float) -> tuple[float, float] | None:
    """Return what spopt finds (it reports no bound), or None if it is not installed."""
    try:
        import pulp
        from spopt.locate import MCLP
    except ImportError:
        return None
    away = np.full(some.cost_m.shape[::-1], 1e9)
    table = some.cost_m.tocoo()
    away[table.coords[1], table.coords[0]] = table.data
    model = MCLP.from_cost_matrix(away, some.people, metres, p_facilities=count)
    solved = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit_s))
    return float(solved.problem.objective.value()), float("nan")


CASES = {
    "max_coverage 1k p=5": Case("1k", covering(2000, 5), whole_covering(2000, 5), "optimal in 5 s"),
    "max_coverage 1k p=10": Case("1k", covering(1000, 10), whole_covering(1000, 10), "optimal in 5 s"),
    "max_coverage 10k p=30": Case("10k", covering(1800, 30), whole_covering(1800, 30), "optimal in 30 s"),
    "max_coverage 10k near full": Case("10k", covering(1500, 40), whole_covering(1500, 40), "1 % in 60 s"),
    "max_coverage 100k p=200": Case("100k", covering(1500, 200), whole_covering(1500, 200), "0.5 % in 60 s, 2 GB"),
    "max_coverage 100k p=500": Case("100k", covering(1500, 500), whole_covering(1500, 500), "0.5 % in 60 s, 2 GB"),
    "budget 1k": Case("1k", covering(1000, None, 0.01), whole_covering(1000, None, 0.01), "optimal in 5 s"),
    "budget 100k": Case("100k", covering(1500, None, 0.02), whole_covering(1500, None, 0.02), "0.3 % in 30 s"),
    "set_cover 1k": Case("1k", lambda w: set_cover(w.serves(1000)), whole_cover(1000), "optimal in 1 s"),
    "set_cover 10k": Case("10k", lambda w: set_cover(w.serves(1000)), whole_cover(1000), "-"),
    "set_cover 100k": Case(
        "100k", lambda w: set_cover(w.serves(1500), time_limit_s=30), whole_cover(1500), "3 % in 30 s"
    ),
    "p_median 1k p=10": Case("1k", median(10), whole_median(10), "optimal in 5 s"),
    "p_median 10k p=100": Case("10k", median(100), whole_median(100), "-"),
    "p_median 100k p=300": Case("100k", median(300, time_limit_s=45), None, "1.5 % in 60 s"),
}


def bound_beside_interior_point(limit_s: float) -> None:
    """Print the Lagrangian bound beside the linear program solved by HiGHS's interior point, and the ratio of times."""
    import highspy

    from geo.siting.deadline import Deadline
    from geo.siting.instance import Instance, falling
    from geo.siting.lagrangian import Relaxed, priced, start_prices
    from geo.siting.limits import limits_of
    from geo.siting.reduction import settled
    from geo.siting.search import Search
    from geo.siting.table import table_of

    load_kernels()
    some = drawn("10k")
    serves = some.serves(1800).tocoo()
    sites, demands = serves.shape
    begun = time.perf_counter()
    table = table_of(sites, demands, *(part.astype(np.int64) for part in serves.coords), np.ones(serves.nnz))
    limits = limits_of(sites, [(np.arange(sites), np.ones(sites), 30.0)])
    instance = settled(Instance(falling(table), some.people, limits, np.zeros(sites, dtype=bool)))[0]
    search = Search(instance, 0)
    start = instance.objective(search.greedily(by_price=False))
    relaxed = Relaxed(instance)
    bound = priced(relaxed, start_prices(relaxed, *search.served()), np.zeros(0), start, 400, Deadline.after(60)).bound
    ours_s = time.perf_counter() - begun
    matrix = serves.T.tocsr().astype(float)
    rows = vstack([hstack([-matrix, identity(demands)]), csr_array(np.append(np.ones(sites), np.zeros(demands))[None])])
    rows, cost = rows.tocsc(), -np.append(np.zeros(sites), some.people)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.col_cost_ = len(cost), rows.shape[0], cost
    lp.col_lower_, lp.col_upper_ = 0 * cost, 0 * cost + 1
    lp.row_lower_, lp.row_upper_ = np.full(rows.shape[0], -np.inf), np.append(np.zeros(demands), 30.0)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver = highspy.Highs()
    for name, value in {"output_flag": False, "solver": "ipm", "run_crossover": "off", "time_limit": limit_s}.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    begun = time.perf_counter()
    solver.run()
    peer_s, optimum = time.perf_counter() - begun, -solver.getInfo().objective_function_value
    over = (bound - optimum) / optimum * 100
    print(
        f"\nbound, max_coverage 10k p=30: ours {bound:,.1f} in {ours_s:.2f} s (greedy start and preparation included), "
    )
    print(f"HiGHS interior point {optimum:,.1f} in {peer_s:.1f} s: {over:+.4f} %, {peer_s / ours_s:.0f} x as fast")


def load_kernels() -> None:
    """Have every kernel read from disk, or compiled, so that no figure holds it."""
    tiny = csr_array(np.eye(90)[:, np.arange(90).repeat(60)])
    max_coverage(tiny, np.arange(5400) % 7, count=5)
    set_cover(tiny)


def run_one(name: str, peer: str, limit_s: float) -> None:
    """Print what one case gives, as JSON."""
    case, some = CASES[name], drawn(CASES[name].world)
    if not peer:
        load_kernels()
    begun, worked = time.perf_counter(), time.process_time()
    if peer == "spopt":
        metres, count = (2000.0, 5) if "p=5" in name else (1000.0, 10)
        given = spopt_covering(metres, count, some, limit_s)
        value, bound, status = (*given, "") if given else (float("nan"), float("nan"), "not installed")
    elif peer:
        value, bound = case.peer(some, limit_s) if case.peer else (float("nan"), float("nan"))
        status = ""
    else:
        found = case.ours(some)
        value, bound, status = found.objective, found.bound, found.status
    wall, cpu = time.perf_counter() - begun, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"value": value, "bound": bound, "status": status, "s": wall, "cpu": cpu, "gb": peak}))


def line(name: str, who: str, limit_s: float) -> str:
    """Return one line of the table, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "siting", "--one", name, "--peer", who, "--limit", str(limit_s)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return f"{name:28} {who or 'coverplan':12} failed: {done.stderr.strip().splitlines()[-1]}"
    got = json.loads(done.stdout.strip().splitlines()[-1])
    value, bound = got["value"], got["bound"]
    gap = abs(value - bound) / max(abs(value), abs(bound)) if np.isfinite([value, bound]).all() and bound else np.nan
    wanted = "" if who else CASES[name].wanted
    return (
        f"{name:28} {who or 'coverplan':12} {value:>16,.0f} {bound:>16,.0f} {gap * 100:>8.3f} % "
        f"{got['s']:>7.2f} {got['cpu']:>7.2f} {got['gb']:>5.2f}  {got['status']:10} {wanted}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks siting", description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--peer", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run_one(asked.one, asked.peer, asked.limit)
        return
    print(
        f"{'case':28} {'who':12} {'value':>16} {'bound':>16} {'gap':>10} {'s':>7} {'cpu s':>7} {'GB':>5}  status     wanted"
    )
    for name in asked.case or CASES:
        print(line(name, "", asked.limit), flush=True)
        if not asked.no_peers:
            print(line(name, "HiGHS whole", asked.limit), flush=True)
            if name.startswith("max_coverage 1k"):
                print(line(name, "spopt", asked.limit), flush=True)
    if not asked.case and not asked.no_peers:
        bound_beside_interior_point(10 * asked.limit)
