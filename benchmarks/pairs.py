"""All pairs within 1 km: coverplan against its own scipy twin, scipy with a limit, networkx with a cutoff, and pandana.

    python -m benchmarks pairs [--nodes 1000000] [--sites 10000] [--rounds 5] [--write]

From each site to all nodes. scipy and networkx, which go from one site to the next, are timed on some of the sites and
their time taken times as many: it grows with the number of sites and nothing else. The answers are compared first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks._measure import Goal, Result, Words, added_mb, hand_over, options, race
from benchmarks._streets import Streets, street_grid
from geo.network import engine

CUTOFF_M = 1000.0
OURS, TILED = "coverplan", "coverplan without numba: scipy in tiles"
LIMIT, NETWORKX = "scipy dijkstra(limit), site by site", "networkx single_source_dijkstra(cutoff)"
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


def check(found: pd.DataFrame, dense: Any, listed: list[dict[int, float]]) -> None:
    """Hold the pairs against scipy's and networkx's."""
    for row, costs in enumerate(dense):
        mine = found[found.origin == row]
        assert np.array_equal(mine.destination, np.flatnonzero(np.isfinite(costs)))
        assert np.array_equal(mine.cost, costs[np.isfinite(costs)])
    for row, some in enumerate(listed):
        mine = found[found.origin == row]
        assert dict(zip(mine.destination, mine.cost, strict=True)) == some


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, sites=10_000)
    streets = street_grid(given.nodes)
    network, rng = streets.network(), np.random.default_rng(4)
    site = rng.choice(len(streets.x), given.sites, replace=False).astype(np.int32)
    sites, places = streets.at_nodes(site), streets.at_nodes(np.arange(len(streets.x)))

    def ours() -> pd.DataFrame:
        return network.pairs_within(sites, places, cutoff=CUTOFF_M)

    def tiled() -> pd.DataFrame:
        with without_numba():
            return ours()

    dense, listed = by_scipy(streets, site[:BY_SCIPY]), by_networkx(streets, site[:BY_NETWORKX])
    found = ours()
    pd.testing.assert_frame_equal(found, tiled(), check_exact=True)
    check(found, dense(), listed())
    extra = added_mb(ours)
    seconds = race({OURS: ours, TILED: tiled, LIMIT: dense, NETWORKX: listed}, given.rounds, once=(TILED,))
    seconds[LIMIT] *= given.sites / BY_SCIPY
    seconds[NETWORKX] *= given.sites / BY_NETWORKX
    goals = (
        Goal(Words("scipy in tiles", "scipy 分块用时之比"), seconds[TILED] / seconds[OURS], 8),
        Goal(Words("scipy with a limit", "scipy limit 用时之比"), seconds[LIMIT] / seconds[OURS], 500),
        Goal(Words("networkx with a cutoff", "networkx cutoff 用时之比"), seconds[NETWORKX] / seconds[OURS], 12),
        Goal(Words("MB of memory more than before", "额外内存（MB）"), extra, 200, at_most=True),
    )
    world = Words(
        f"{given.sites:,} sites, {given.nodes:,} nodes, {len(found):,} pairs.",
        f"{given.sites:,} 个候选点，{given.nodes:,} 个路网节点，共 {len(found):,} 对。",
    )
    remark = Words(
        f"scipy with a limit: measured on {BY_SCIPY} sites; networkx: on {BY_NETWORKX}; the times are those times as many.",
        f"scipy limit 实测 {BY_SCIPY} 点、networkx 实测 {BY_NETWORKX} 点，按点数折算。",
    )
    title = Words("All pairs within 1 km", "1 公里以内的全部点对")
    versions = ("numpy", "scipy", "numba", "networkx")
    hand_over(Result("pairs", title, world, seconds, goals, (remark,), versions), write=given.write)
