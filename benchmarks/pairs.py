"""All pairs within 1 km: coverplan against its own scipy twin, scipy with a limit, networkx with a cutoff, and pandana.

    python -m benchmarks pairs [--nodes 1000000] [--sites 10000] [--rounds 5] [--write]

From each site to all nodes, which every method is given as numbers of nodes. scipy fills a row of all nodes for each site;
the pairs are taken from it, since that is what is asked for (the time of the bare rows is shown too). scipy and networkx, which go from one site to the next, are timed on some of the sites and
their time taken times as many: it grows with the number of sites and nothing else. The answers are compared first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks._measure import Goal, Result, Words, added_mb, hand_over, options, race
from benchmarks._streets import Streets, standing_at, street_grid
from geo.network import engine
from geo.network.pairs import Pairs, pairs_within

CUTOFF_M = 1000.0
OURS, TILED = "coverplan", "coverplan without numba: scipy in tiles"
LIMIT, NETWORKX = "scipy dijkstra(limit), pairs taken from its rows", "networkx single_source_dijkstra(cutoff)"
ROWS, POINTS = "scipy dijkstra(limit), rows of all nodes as they are", "coverplan, from points beside roads to points"
BY_SCIPY, BY_NETWORKX = 20, 200


@contextmanager
def without_numba() -> Iterator[None]:
    """Make coverplan do without its compiled kernels."""
    least, engine.COMPILED_FROM = engine.COMPILED_FROM, 10**12
    yield
    engine.COMPILED_FROM = least


def by_scipy(streets: Streets, site: Any) -> Any:
    """Return the costs from these sites, a row each."""
    graph = streets.graph()
    matrix = csr_array((graph.cost, graph.to, graph.first), shape=(graph.nodes, graph.nodes))
    return lambda: dijkstra(matrix, indices=site, limit=CUTOFF_M)


def by_networkx(streets: Streets, site: Any) -> Any:
    """Return what finds the costs from these sites."""
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        zip(streets.tail.tolist(), streets.head.tolist(), streets.length_m.tolist(), strict=True)
    )
    return lambda: [networkx.single_source_dijkstra_path_length(graph, node, cutoff=CUTOFF_M) for node in site.tolist()]


def taken_from(rows: Any) -> Any:
    """Return the pairs that rows of all nodes hold: site, node, cost."""
    at = np.flatnonzero(np.isfinite(rows))
    site, node = np.divmod(at, rows.shape[1])
    return site, node, rows.ravel()[at]


def check(found: Pairs, by_rows: Any, listed: list[dict[int, float]]) -> None:
    """Hold the pairs against scipy's and networkx's."""
    some = found.origin < BY_SCIPY
    for ours, theirs in zip((found.origin, found.destination, found.cost), by_rows, strict=True):
        assert np.array_equal(ours[some], theirs)
    for row, costs in enumerate(listed):
        mine = found.origin == row
        assert dict(zip(found.destination[mine].tolist(), found.cost[mine].tolist(), strict=True)) == costs


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, sites=10_000)
    streets = street_grid(given.nodes)
    network, rng = streets.network(), np.random.default_rng(4)
    site = rng.choice(len(streets.x), given.sites, replace=False).astype(np.int32)
    sites, places = streets.at_nodes(site), streets.at_nodes(np.arange(len(streets.x)))
    begin = replace(standing_at(site), x=streets.x[site], y=streets.y[site])
    end = replace(standing_at(np.arange(len(streets.x))), edge=np.full(len(streets.x), -1))
    graph = streets.graph()

    def ours() -> Pairs:
        return pairs_within(graph, network.topology, network.costs, begin, end, limit=CUTOFF_M)

    def tiled() -> Pairs:
        with without_numba():
            return ours()

    def points() -> pd.DataFrame:
        return network.pairs_within(sites, places, cutoff=CUTOFF_M)

    rows, listed = by_scipy(streets, site[:BY_SCIPY]), by_networkx(streets, site[:BY_NETWORKX])
    found = ours()
    for other in (tiled(), Pairs(*(points()[name].to_numpy() for name in ("origin", "destination", "cost")))):
        assert all(
            np.array_equal(one, two) for one, two in zip(vars(found).values(), vars(other).values(), strict=True)
        )
    check(found, taken_from(rows()), listed())
    extra = added_mb(ours)
    methods = {
        OURS: ours,
        POINTS: points,
        TILED: tiled,
        LIMIT: lambda: taken_from(rows()),
        ROWS: rows,
        NETWORKX: listed,
    }
    seconds = race(methods, given.rounds, once=(TILED,))
    for name, timed in ((LIMIT, BY_SCIPY), (ROWS, BY_SCIPY), (NETWORKX, BY_NETWORKX)):
        seconds[name] *= given.sites / timed
    goals = (
        Goal(Words("scipy in tiles", "scipy 分块用时之比"), seconds[TILED] / seconds[OURS], 8),
        Goal(Words("scipy with a limit", "scipy limit 用时之比"), seconds[LIMIT] / seconds[OURS], 500),
        Goal(Words("networkx with a cutoff", "networkx cutoff 用时之比"), seconds[NETWORKX] / seconds[OURS], 12),
        Goal(Words("MB of memory more than before", "额外内存（MB）"), extra, 200, at_most=True),
    )
    world = Words(
        f"{given.sites:,} sites, {given.nodes:,} nodes, {len(found.origin):,} pairs.",
        f"{given.sites:,} 个候选点，{given.nodes:,} 个路网节点，共 {len(found.origin):,} 对。",
    )
    remarks = (
        Words(
            f"scipy with a limit: measured on {BY_SCIPY} sites; networkx: on {BY_NETWORKX}; the times are those times as many.",
            f"scipy limit 实测 {BY_SCIPY} 点、networkx 实测 {BY_NETWORKX} 点，按点数折算。",
        ),
        Words(
            "What scipy needs with a limit is the time to fill a row of all nodes for each site, 8 MB of memory: 0.9 ms here,"
            " 3 ms where the system gives no large pages (NUMPY_MADVISE_HUGEPAGE=0), 10 ms on the machine the aim comes from."
            " 500 times as fast would be 20 ms for all pairs, 15 ns a pair: the search by itself, one read and one write of"
            " what it touches, takes 65 ms on one processor. Tried: scratch arrays in large pages, sorting without branches,"
            " shorter numbers, fewer allocations; from 0.17 to 0.10 s.",
            "scipy limit 的用时主要是为每个候选点填满一行全部节点（8 MB）：本机 0.9 毫秒，系统不给大内存页时（NUMPY_MADVISE_HUGEPAGE=0）"
            "3 毫秒，定目标的机器上 10 毫秒。500 倍意味着全部点对只用 20 毫秒、每对 15 纳秒，而单是搜索本身（所到之处各读写一次）在一个核上"
            "就要 65 毫秒。已试过：大内存页、无分支排序、较短的整数、少分配内存，由 0.17 秒降到 0.10 秒。",
        ),
    )
    title = Words("All pairs within 1 km", "1 公里以内的全部点对")
    versions = ("numpy", "scipy", "numba", "networkx")
    hand_over(Result("pairs", title, world, seconds, goals, remarks, versions), write=given.write)
