"""All pairs within a cutoff, as sparse arrays: never a dense matrix, memory bounded by the cutoff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.network.engine import compiles
from geo.network.graph import Graph
from geo.network.legs import Legs, arcs_from, may_go, on_edges
from geo.network.morton import morton_order
from geo.network.tiles import Tiles, tiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    _Found = tuple[Rows, Rows, Numbers]

# One batch of searches fills a table of at most this many costs (32 MB).
_BATCH = 4_000_000

# Each thread has tables as long as there are nodes; starts fewer than these are done before a second one is set up.
THREADS = 2
_LEAST_STARTS = 200

# Tiles hold about this many nodes, so that the cost of cutting one out is spread over many searches.
_NODES_PER_TILE = 500


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every pair that is near enough, once, with its least cost; sorted by origin, then destination (row numbers)."""

    origin: Rows
    destination: Rows
    cost: Numbers


def pairs_within(
    graph: Graph, topology: Topology, costs: Costs, origins: Legs, destinations: Legs, *, limit: float
) -> Pairs:
    """Return the pairs whose trip from origin to destination costs at most the limit.

    `graph` runs from origins to destinations. No path within the limit leaves the square as wide as the limit around
    its start, so each tile of origins is searched in a small graph of its own.
    """
    if compiles(topology.nodes):
        return _compiled_pairs(graph, costs, origins, destinations, limit)
    found = [_along_shared_edges(costs, origins, destinations, limit)]
    rows = np.flatnonzero((np.isfinite(origins.cost) & (origins.cost <= limit)).any(axis=1))
    if len(rows) and len(destinations.edge):
        found += _through_nodes(graph, topology, costs, origins, destinations, rows, limit)
    return cheapest(Pairs(*(np.concatenate(column) for column in zip(*(vars(p).values() for p in found), strict=True))))


def _compiled_pairs(graph: Graph, costs: Costs, origins: Legs, destinations: Legs, limit: float) -> Pairs:
    """Return the same by a search of its own from each origin, which touches no more than the limit reaches."""
    from geo.network.search_kernel import Arcs, Lists, fresh_scratch, nothing_arrived, pairs_from

    here = np.flatnonzero(origins.edge >= 0)
    here = here[morton_order(origins.x[here], origins.y[here])]  # neighbours in a row share what is in the cache
    order = np.concatenate([here, np.flatnonzero(origins.edge < 0)])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    shared = _along_shared_edges(costs, origins, destinations, limit)
    by_place = np.argsort(place[shared.origin], kind="stable")
    straight = Lists(
        np.searchsorted(place[shared.origin][by_place], np.arange(len(order) + 1)),
        shared.destination[by_place],
        shared.cost[by_place],
    )
    arrivals = _by_node(graph.nodes, destinations)
    legs_in = origins.node[order], origins.cost[order], Lists(arrivals.first, arrivals.destination, arrivals.cost)
    arcs, limit = Arcs(graph.first, graph.to, graph.cost), min(limit, np.finfo(np.float64).max)

    def search(begin: int, end: int) -> tuple[Rows, Rows, Numbers]:
        mine = fresh_scratch(graph.nodes), nothing_arrived(len(destinations.edge))
        return pairs_from(arcs, *legs_in, straight, *mine, begin, end, limit, graph.mean_cost)

    count, destination, cost = (np.concatenate(column) for column in zip(*_in_threads(search, len(order)), strict=True))
    stop = np.cumsum(count)
    row, position = spread((stop - count)[place], stop[place])
    return Pairs(row, destination[position], cost[position])


def _in_threads(search: Callable[[int, int], _Found], count: int) -> list[_Found]:
    """Return what the search finds from each range of starts, a thread for each."""
    parts = THREADS if count >= _LEAST_STARTS else 1
    cuts = np.linspace(0, count, parts + 1).astype(np.int64).tolist()
    if parts == 1:
        return [search(0, count)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(search, cuts[:-1], cuts[1:]))


def cheapest(pairs: Pairs) -> Pairs:
    """Return each pair once, at its least cost, sorted by origin and destination."""
    order = np.lexsort((pairs.cost, pairs.destination, pairs.origin))
    origin, destination, cost = pairs.origin[order], pairs.destination[order], pairs.cost[order]
    new = (np.diff(origin, prepend=-1) != 0) | (np.diff(destination, prepend=-1) != 0)
    return Pairs(origin[new], destination[new], cost[new])


def _along_shared_edges(costs: Costs, origins: Legs, destinations: Legs, limit: float) -> Pairs:
    """Return the pairs on one edge that are near enough without leaving it."""
    if not len(costs.along):
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, np.empty(0))
    shared = np.zeros(len(costs.along) + 1, dtype=bool)
    shared[origins.edge] = True
    shared[-1] = False
    lined = on_edges(
        len(costs.along), replace(destinations, edge=np.where(shared[destinations.edge], destinations.edge, -1))
    )
    edge = np.maximum(origins.edge, 0)
    reach_m = limit / costs.per_m[edge] if np.isfinite(limit) else np.full(len(edge), np.inf)
    low, high = lined.between(origins.edge, origins.edge_m - reach_m - 1.0, origins.edge_m + reach_m + 1.0)
    origin, position = spread(low, high)
    destination = lined.order[position]
    cost = np.abs(destinations.along[destination] - origins.along[origin])
    cost = cost + origins.access[origin] + destinations.access[destination]
    keep = may_go(costs, edge[origin], origins.edge_m[origin], destinations.edge_m[destination]) & (cost <= limit)
    keep &= np.isfinite(cost)
    return Pairs(origin[keep], destination[keep], cost[keep])


def spread(low: Rows, high: Rows) -> tuple[Rows, Rows]:
    """Return (row, position) for every position of each row's range low to high."""
    count = np.maximum(high - low, 0)
    row = np.repeat(np.arange(len(low)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) - np.repeat(before - low, count)


def _through_nodes(
    graph: Graph, topology: Topology, costs: Costs, origins: Legs, destinations: Legs, rows: Rows, limit: float
) -> list[Pairs]:
    """Return the pairs near enough by way of the ends of their edges."""
    by_tile = _tiles(topology, limit / costs.fastest_per_m)
    arrivals = _by_node(topology.nodes, destinations)
    scratch = np.full(topology.nodes, -1, dtype=np.int32)
    number = by_tile.grid.number(origins.x[rows], origins.y[rows])
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order]) != 0) + 1
    found = []
    for chosen in np.split(order, cuts):
        nodes = by_tile.around(int(number[chosen[0]]))
        if len(nodes):
            found += _in_tile(cut_out(graph, nodes, scratch), nodes, arrivals, origins, rows[chosen], scratch, limit)
    return found


def _tiles(topology: Topology, reach_m: float) -> Tiles:
    """Return the nodes in tiles at least as wide as the limit reaches, and wide enough to hold a fair number of them."""
    width, height = max(float(np.ptp(topology.node_x)), 1.0), max(float(np.ptp(topology.node_y)), 1.0)
    ordinary_m = (width * height * _NODES_PER_TILE / topology.nodes) ** 0.5
    return tiles(topology.node_x, topology.node_y, min(max(reach_m + 1.0, ordinary_m), max(width, height) + 1.0))


@dataclass(frozen=True, eq=False)
class _Arrivals:
    """The destinations one gets to from each node, and at what cost: rows first[n] to first[n + 1]."""

    first: Rows
    destination: Rows
    cost: Numbers


def _by_node(nodes: int, destinations: Legs) -> _Arrivals:
    node, cost = destinations.node.ravel(), destinations.cost.ravel()
    order = np.flatnonzero(np.isfinite(cost))
    if compiles(nodes):
        from geo.network.graph_kernel import by_group

        first, order = by_group(nodes, node, order)
        return _Arrivals(first, order // 2, cost[order])
    order = order[np.argsort(node[order], kind="stable")]
    first = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(node[order], minlength=nodes), out=first[1:])
    return _Arrivals(first, order // 2, cost[order])


def cut_out(graph: Graph, nodes: Rows, scratch: NDArray[np.int32]) -> Graph:
    """Return the part of the graph between those nodes (sorted), numbered by their place among them.

    `scratch` holds -1 for every node of the graph, before and after.
    """
    scratch[nodes] = np.arange(len(nodes), dtype=np.int32)
    row, arc = spread(graph.first[nodes].astype(np.int64), graph.first[nodes + 1].astype(np.int64))
    to = scratch[graph.to[arc]]
    scratch[nodes] = -1
    inside = to >= 0
    first = np.concatenate([[0], np.cumsum(np.bincount(row[inside], minlength=len(nodes)))]).astype(np.int32)
    return Graph(first, to[inside], graph.cost[arc[inside]], graph.edge[arc[inside]])


def _in_tile(
    part: Graph, nodes: Rows, arrivals: _Arrivals, origins: Legs, rows: Rows, scratch: NDArray[np.int32], limit: float
) -> list[Pairs]:
    """Return the pairs from these origins, all in one tile, by way of the nodes in and around it."""
    from scipy.sparse.csgraph import dijkstra

    at, position = spread(arrivals.first[nodes], arrivals.first[nodes + 1])
    destination, arrival = arrivals.destination[position], arrivals.cost[position]
    found = []
    size = max(1, _BATCH // (len(nodes) + len(at) + 1))
    for start in range(0, len(rows) if len(at) else 0, size):
        some = rows[start : start + size]
        scratch[nodes] = np.arange(len(nodes), dtype=np.int32)
        matrix = part.matrix(*arcs_from(scratch[origins.node[some]], origins.cost[some], limit))
        scratch[nodes] = -1
        cost = dijkstra(matrix, indices=np.arange(len(nodes), len(nodes) + len(some)), limit=limit)
        near = np.flatnonzero(np.isfinite(cost).any(axis=0)[at])  # of the tiles around most is out of reach
        total = cost[:, at[near]] + arrival[near]
        origin, column = np.nonzero((total <= limit) & np.isfinite(total))
        found.append(Pairs(some[origin], destination[near[column]], total[origin, column]))
    return found
