"""What everybody can draw on of a shared supply, and who depends on which road: against pandas and networkx.

    python -m benchmarks access [--nodes 1000000] [--supplies 1000] [--small 20000] [--rounds 5] [--write]

Two-step floating catchment: the pairs within 3 km are found once and given to every method. The twin in pandas joins and
groups as the package `access` does; the dense one is numpy on a table of supplies by homes, for a part of the supplies,
its time taken as many times. Dependency is one home a node on the small grid, each person on the one shortest way to the
nearest facility: networkx finds the ways and they are walked one by one. Answers are compared first.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from benchmarks._measure import Goal, Result, Words, hand_over, options, race
from benchmarks._streets import Streets, standing_at, street_grid
from geo.access import gaussian, two_step
from geo.network.pairs import pairs_within

CUTOFF_M, DENSE = 3000.0, 20
OURS, PANDAS, TABLE = "coverplan, 2SFCA", "pandas: join and group", "numpy, a table of supplies by homes"
ROADS, NETWORKX = "coverplan, people on each road (small grid)", "networkx, every way walked (small grid)"


def by_pandas(pairs: pd.DataFrame, supply: Any, demand: Any) -> Any:
    """Return the access of each home, by two joins and two sums, as the package access does it."""
    weighed = pairs.assign(weight=gaussian(CUTOFF_M)(pairs["cost"].to_numpy()))
    load = weighed.merge(pd.Series(demand, name="demand"), left_on="home", right_index=True)
    load["load"] = load["weight"] * load["demand"]
    total = load.groupby("supply")["load"].sum()
    share = (pd.Series(supply, name="share") / total).fillna(0.0).rename("share")
    reached = weighed.merge(share, left_on="supply", right_index=True)
    reached["access"] = reached["weight"] * reached["share"]
    return reached.groupby("home")["access"].sum().reindex(range(len(demand)), fill_value=0.0).to_numpy()


def by_table(cost: Any, supply: Any, demand: Any) -> Any:
    """Return the access of each home from a table with inf where there is no way."""
    weight = np.where(cost <= CUTOFF_M, gaussian(CUTOFF_M)(np.minimum(cost, CUTOFF_M)), 0.0)
    return weight.T @ (supply / np.maximum(weight @ demand, 1e-300))


def by_networkx(streets: Streets, facilities: Any, people: Any, home_road: Any, facility_road: Any) -> Any:
    """Return what counts the people on each road: that of the home, those of the way, and that of the facility."""
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        zip(streets.tail.tolist(), streets.head.tolist(), streets.length_m.tolist(), strict=True)
    )
    number = {ends: row for row, ends in enumerate(zip(streets.tail.tolist(), streets.head.tolist(), strict=True))}

    stands = dict(zip(facilities.tolist(), facility_road.tolist(), strict=True))

    def ask() -> Any:
        ways = networkx.multi_source_dijkstra_path(graph, set(facilities.tolist()))
        used = np.zeros(len(streets.tail))
        for home, way in ways.items():
            roads = {number[min(pair), max(pair)] for pair in pairwise(way)}
            used[list(roads | {home_road[home], stands[way[0]]})] += people[home]
        return used

    return ask


def catchments(nodes: int, supplies: int, rounds: int) -> tuple[dict[str, float], int]:
    """Return the seconds of each method, and how many pairs there were."""
    streets, rng = street_grid(nodes), np.random.default_rng(8)
    count = len(streets.x)
    begin, end = (standing_at(at) for at in (rng.choice(count, supplies, replace=False), np.arange(count)))
    network = streets.network()
    end.edge[:] = -1
    found = pairs_within(streets.graph(), network.topology, network.costs, begin, end, limit=CUTOFF_M)
    supply, demand = rng.integers(1, 9, supplies).astype(float), rng.integers(1, 6, count).astype(float)
    cost = csr_array((np.maximum(found.cost, 1e-9), (found.origin, found.destination)), shape=(supplies, count))
    pairs = pd.DataFrame({"supply": found.origin, "home": found.destination, "cost": np.maximum(found.cost, 1e-9)})
    some = np.where((dense := cost[:DENSE].toarray()) > 0, dense, np.inf)
    decay = gaussian(CUTOFF_M)
    ours = two_step(supply, demand, cost, cutoff=CUTOFF_M, decay=decay)
    np.testing.assert_allclose(by_pandas(pairs, supply, demand), ours, rtol=1e-9, atol=1e-12)
    part = two_step(supply[:DENSE], demand, cost[:DENSE], cutoff=CUTOFF_M, decay=decay)
    np.testing.assert_allclose(by_table(some, supply[:DENSE], demand), part, rtol=1e-9, atol=1e-12)
    methods = {
        OURS: lambda: two_step(supply, demand, cost, cutoff=CUTOFF_M, decay=decay),
        PANDAS: lambda: by_pandas(pairs, supply, demand),
        TABLE: lambda: by_table(some, supply[:DENSE], demand),
    }
    seconds = race(methods, rounds)
    seconds[TABLE] *= supplies / DENSE
    return seconds, len(pairs)


def dependency(nodes: int, rounds: int) -> dict[str, float]:
    """Return the seconds of both methods."""
    import geopandas as gpd
    import shapely

    streets, rng = street_grid(nodes), np.random.default_rng(9)
    facilities = np.sort(rng.choice(len(streets.x), max(nodes // 1000, 1), replace=False))
    people, network = rng.integers(1, 6, len(streets.x)).astype(float), streets.network()
    homes = streets.at_nodes(np.arange(len(streets.x)))
    places = gpd.GeoSeries(shapely.points(streets.x[facilities], streets.y[facilities]), crs=network.crs)
    number = pd.Series(people)
    ask = by_networkx(streets, facilities, people, homes.edge.tolist(), network.snap(places).edge)

    def ours() -> Any:
        return network.dependency(homes, number, places).by_road

    np.testing.assert_array_equal(ours(), ask())
    return race({ROADS: ours, NETWORKX: ask}, rounds)


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, supplies=1_000, small=20_000)
    seconds, pairs = catchments(given.nodes, given.supplies, given.rounds)
    seconds |= dependency(given.small, given.rounds)
    goals = (
        Goal(Words("pandas' time", "pandas 用时之比"), seconds[PANDAS] / seconds[OURS], 3),
        Goal(Words("the table's time", "整表用时之比"), seconds[TABLE] / seconds[OURS], 100),
        Goal(
            Words("networkx's time, people on roads", "networkx 用时之比（道路依赖人数）"),
            seconds[NETWORKX] / seconds[ROADS],
            5,
        ),
    )
    world = Words(
        f"{given.supplies:,} supplies, {given.nodes:,} homes, {pairs:,} pairs within 3 km, Gaussian decay; small grid: {given.small:,} nodes.",
        f"{given.supplies:,} 处供给，{given.nodes:,} 处住户，3 公里以内 {pairs:,} 对，高斯衰减；小网 {given.small:,} 个节点。",
    )
    remark = Words(
        f"The table holds {DENSE} supplies (all would take {8e-9 * given.nodes * given.supplies:.0f} GB); its time is taken as many times.",
        f"整表只放 {DENSE} 处供给（全部要 {8e-9 * given.nodes * given.supplies:.0f} GB），用时按处数折算。",
    )
    title = Words("Shared supply, and who depends on which road", "共享供给的可达性与道路依赖人数")
    versions = ("numpy", "scipy", "numba", "pandas", "networkx")
    hand_over(Result("access", title, world, seconds, goals, (remark,), versions), write=given.write)
