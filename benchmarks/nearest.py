"""Nearest facility of every node, and which one: coverplan's sweep against scipy, igraph, rustworkx, networkx, pandana.

    python -m benchmarks nearest [--nodes 1000000] [--small 100000] [--rounds 7] [--write]

One facility for every thousand nodes. The lower bound is one breadth-first sweep over the same arrays. pandana and
networkx run on the small grid only. Costs and facilities are compared with scipy's first (pandana cuts lengths to mm).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks._measure import Goal, Result, Words, hand_over, options, race
from benchmarks._streets import Streets, standing_at, street_grid
from geo.network.compiled import compiled
from geo.network.graph import Graph
from geo.network.nearest import Nearest, sweep_from

OURS, BOUND, SCIPY = "coverplan", "bound: breadth-first sweep (numba)", "scipy dijkstra(min_only)"
OWNER, BUILT, SCIPY_BUILT = "scipy, with the facility", "coverplan, graph built first", "scipy, graph built first"
SUMMED = "scipy, graph built with parallel roads summed up (wrong)"
SMALL = "coverplan, small grid"


@compiled
def breadth_first(first: Any, to: Any, seed: Any) -> Any:
    """Return each node's number of steps from the nearest seed."""
    level = np.full(len(first) - 1, -1, dtype=np.int32)
    queue, head, tail = np.empty(len(first) - 1, dtype=np.int32), 0, len(seed)
    queue[:tail] = seed
    level[seed] = 0
    while head < tail:
        node = queue[head]
        head += 1
        for arc in range(first[node], first[node + 1]):
            if level[to[arc]] < 0:
                level[to[arc]] = level[node] + 1
                queue[tail] = to[arc]
                tail += 1
    return level


def by_scipy(graph: Graph, facilities: Any) -> Any:
    """Return the least cost of each node."""
    matrix = csr_array((graph.cost, graph.to, graph.first), shape=(graph.nodes, graph.nodes))
    return dijkstra(matrix, indices=facilities, min_only=True)


def with_owner(graph: Graph, facilities: Any) -> Any:
    """Return the least cost of each node, and what else tells which facility it comes from."""
    matrix = csr_array((graph.cost, graph.to, graph.first), shape=(graph.nodes, graph.nodes))
    return dijkstra(matrix, indices=facilities, min_only=True, return_predecessors=True)


def built_for_scipy(streets: Streets) -> Graph:
    """Return the graph with numpy and scipy alone, the shorter of parallel roads kept."""
    tail, head, cost, edge = streets.arcs
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    new = (np.diff(tail, prepend=-1) != 0) | (np.diff(head, prepend=-1) != 0)
    matrix = csr_array((cost[new], (tail[new], head[new])), shape=(len(streets.x), len(streets.x)))
    return Graph(matrix.indptr, matrix.indices, matrix.data, edge)


def summed_for_scipy(streets: Streets) -> Graph:
    """Return the graph as scipy makes it when it is just given the roads."""
    tail, head, cost, edge = streets.arcs
    matrix = csr_array((cost, (tail, head)), shape=(len(streets.x), len(streets.x)))
    return Graph(matrix.indptr, matrix.indices, matrix.data, edge)


def by_igraph(streets: Streets, facilities: Any) -> tuple[Any, Any]:
    """Return the graph with a node joined to all facilities, and how to ask it."""
    import igraph

    hub = len(streets.x)
    tail = np.concatenate([streets.tail, np.full(len(facilities), hub)])
    graph = igraph.Graph(n=hub + 1, edges=np.column_stack([tail, np.concatenate([streets.head, facilities])]))
    weight = np.concatenate([streets.length_m, np.zeros(len(facilities))]).tolist()
    return graph, lambda: np.array(graph.distances(hub, weights=weight)[0][:-1])


def by_rustworkx(streets: Streets, facilities: Any) -> Any:
    """Return how to ask a graph with a node joined to all facilities."""
    import rustworkx

    hub = len(streets.x)
    graph = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(range(hub + 1))
    graph.add_edges_from(
        list(zip(streets.tail.tolist(), streets.head.tolist(), streets.length_m.tolist(), strict=True))
    )
    graph.add_edges_from([(hub, node, 0.0) for node in facilities.tolist()])

    def ask() -> Any:
        found = rustworkx.dijkstra_shortest_path_lengths(graph, hub, float)
        return np.fromiter((found[node] for node in range(hub)), dtype=float, count=hub)

    return ask


def by_networkx(streets: Streets, facilities: Any) -> Any:
    """Return the least cost of each node, graph built first."""
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        zip(streets.tail.tolist(), streets.head.tolist(), streets.length_m.tolist(), strict=True)
    )
    found = networkx.multi_source_dijkstra_path_length(graph, set(facilities.tolist()))
    return np.fromiter((found[node] for node in range(len(streets.x))), dtype=float, count=len(streets.x))


def pandana_network(streets: Streets) -> Any:
    """Return pandana's network: contraction hierarchies."""
    import pandana
    import pandas as pd

    x, y = pd.Series(streets.x), pd.Series(streets.y)
    return pandana.Network(
        x, y, pd.Series(streets.tail), pd.Series(streets.head), pd.DataFrame({"m": streets.length_m})
    )


def by_pandana(network: Any, streets: Streets, facilities: Any, most_m: float) -> Any:
    """Return the least cost of each node; pandana is told how far it has to look, which makes it faster."""
    network.set_pois("f", most_m, 1, streets.x[facilities], streets.y[facilities])
    return network.nearest_pois(most_m, "f", num_pois=1)[1].to_numpy()


def check(found: Nearest, graph: Graph, facilities: Any) -> None:
    """Hold costs against scipy's, and each named facility against the distance from it (a sample of them)."""
    assert np.array_equal(found.cost, by_scipy(graph, facilities))
    matrix = csr_array((graph.cost, graph.to, graph.first), shape=(graph.nodes, graph.nodes))
    for row in range(0, len(facilities), max(len(facilities) // 3, 1)):
        own = np.flatnonzero(found.source == row)
        alone = dijkstra(matrix, indices=int(facilities[row]), limit=found.cost[own].max(initial=0.0))
        assert np.array_equal(alone[own], found.cost[own])


def large(nodes: int, rounds: int) -> dict[str, float]:
    """Return the seconds of each method on the large grid."""
    streets = street_grid(nodes)
    graph = streets.graph()
    facilities = drawn_facilities(len(streets.x))
    sources = standing_at(facilities)
    check(sweep_from(graph, sources, limit=np.inf), graph, facilities)
    _, ask_igraph = by_igraph(streets, facilities)
    ask_rustworkx = by_rustworkx(streets, facilities)
    wanted = by_scipy(graph, facilities)
    for peer in (ask_igraph, ask_rustworkx):
        assert np.array_equal(peer(), wanted)
    methods = {
        OURS: lambda: sweep_from(graph, sources, limit=np.inf),
        BOUND: lambda: breadth_first(graph.first, graph.to, facilities),
        SCIPY: lambda: by_scipy(graph, facilities),
        OWNER: lambda: with_owner(graph, facilities),
        "igraph, one node joined to all facilities": ask_igraph,
        "rustworkx, one node joined to all facilities": ask_rustworkx,
        BUILT: lambda: sweep_from(streets.graph(), sources, limit=np.inf),
        SCIPY_BUILT: lambda: by_scipy(built_for_scipy(streets), facilities),
        SUMMED: lambda: by_scipy(summed_for_scipy(streets), facilities),
    }
    return race(methods, rounds, once=("rustworkx, one node joined to all facilities",))


def small(nodes: int, rounds: int) -> dict[str, float]:
    """Return the seconds of each method on the small grid."""
    streets = street_grid(nodes)
    graph = streets.graph()
    facilities = drawn_facilities(len(streets.x))
    sources = standing_at(facilities)
    wanted = by_scipy(graph, facilities)
    assert np.array_equal(sweep_from(graph, sources, limit=np.inf).cost, wanted)
    assert np.array_equal(by_networkx(streets, facilities), wanted)
    network, most_m = pandana_network(streets), float(np.ceil(wanted.max()))
    assert (
        np.abs(by_pandana(network, streets, facilities, most_m) - wanted).max() < 0.1
    )  # it cuts each edge's length to 1 mm
    methods = {
        SMALL: lambda: sweep_from(graph, sources, limit=np.inf),
        f"{SMALL}, graph built first": lambda: sweep_from(streets.graph(), sources, limit=np.inf),
        "networkx, graph built first": lambda: by_networkx(streets, facilities),
        "pandana": lambda: by_pandana(network, streets, facilities, most_m),
        "pandana, network built first": lambda: by_pandana(pandana_network(streets), streets, facilities, most_m),
    }
    return race(methods, rounds, once=("pandana, network built first",))


def drawn_facilities(nodes: int) -> Any:
    """Return the nodes where facilities stand, one in a thousand."""
    return np.sort(np.random.default_rng(2).choice(nodes, max(nodes // 1000, 1), replace=False)).astype(np.int32)


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, small=100_000)
    one, two = large(given.nodes, given.rounds), small(given.small, given.rounds)
    goals = (
        Goal(Words("of the bound", "与下限之比"), one[OURS] / one[BOUND], 2, at_most=True),
        Goal(Words("scipy's time", "scipy 用时之比"), one[SCIPY] / one[OURS], 3),
        Goal(Words("scipy's time, graphs built", "scipy 用时之比（含建图）"), one[SCIPY_BUILT] / one[BUILT], 6),
        Goal(Words("pandana's query", "pandana 查询用时之比"), two["pandana"] / two[SMALL], 100),
        Goal(
            Words("pandana's time, built", "pandana 用时之比（含建网）"),
            two["pandana, network built first"] / two[f"{SMALL}, graph built first"],
            1000,
        ),
        Goal(
            Words("networkx's time, built", "networkx 用时之比（含建图）"),
            two["networkx, graph built first"] / two[f"{SMALL}, graph built first"],
            100,
        ),
    )
    world = Words(
        f"{given.nodes:,} nodes (small grid: {given.small:,}), one facility for every thousand.",
        f"{given.nodes:,} 个路网节点（小网 {given.small:,} 个），每千个节点一处设施。",
    )
    title = Words("The nearest facility of every place, and which one", "每处最近的设施及其归属")
    versions = ("numpy", "scipy", "numba", "igraph", "rustworkx", "networkx", "pandana")
    hand_over(Result("nearest", title, world, {**one, **two}, goals, versions=versions), write=given.write)
