"""How many people depend on each road: those whose best way to the nearest facility uses it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geo.network.nearest import Nearest, along_shared_edge, nearest, sweep_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.graph import Graph
    from geo.network.legs import Legs
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dependency:
    """People by the edges and the roads they use, each counted once on a road however many of its edges they pass.

    `by_road` is by row of the frame the network was made from, `by_edge` by edge.
    """

    by_road: Numbers
    by_edge: Numbers


@dataclass(frozen=True, eq=False)
class Forest:
    """Best ways as a forest: each item goes on to item `onward` (itself: it has arrived) along `edge` (-1: none)."""

    onward: Rows
    edge: Rows
    people: Numbers


def dependency(
    graph: Graph, topology: Topology, costs: Costs, points: Legs, sources: Legs, people: Numbers, roads: int
) -> Dependency:
    """Return how many of the people at the points use each edge and road on their way to the nearest source.

    `graph` runs from sources to points. Of ways as short, people take the one to the lowest source, and to it the one
    by the lowest edge. People who cannot get to any source, or whose number is unknown, use no road.
    """
    if not graph.nodes:
        return Dependency(np.zeros(roads), np.zeros(topology.edges))
    forest = forest_of(graph, costs, points, sources, np.nan_to_num(people, nan=0.0))
    order = downwards(forest.onward)
    carried = forest.people.copy()
    for items in order[::-1]:  # farthest first: everything above an item is summed before it is passed on
        np.add.at(carried, forest.onward[items], carried[items])
    nesting = nesting_of(forest.onward, order)
    road = np.append(topology.road, -1)[forest.edge]
    by_road, by_edge = (
        _people_on(part, size, last_use(forest.onward, part, nesting), carried)
        for part, size in ((road, roads), (forest.edge, topology.edges))
    )
    return Dependency(by_road, by_edge)


def _people_on(part: Rows, size: int, last: Rows, carried: Numbers) -> Numbers:
    """Return how many people each road (or edge) carries, from the items that leave it for good."""
    return np.bincount(part[last], weights=carried[last], minlength=size).astype(np.float64)


def forest_of(graph: Graph, costs: Costs, points: Legs, sources: Legs, people: Numbers) -> Forest:
    """Return the best ways of all points: items are the nodes, then the sources, then the points."""
    sweep = sweep_from(graph, sources, limit=np.inf)
    best = nearest(graph, costs, points, sources, limit=np.inf, sweep=sweep)
    onward, edge = _node_links(graph, sources, sweep)
    at_node = graph.nodes + np.arange(len(sources.edge))
    first_point = graph.nodes + len(sources.edge)
    through = sweep.cost[points.node] + points.cost
    owner = sweep.source[points.node]
    good = (
        (through == best.cost[:, np.newaxis])
        & (owner == best.source[:, np.newaxis])
        & (best.source >= 0)[:, np.newaxis]
    )
    straight = along_shared_edge(costs, points, sources)
    direct = (straight.cost == best.cost) & (straight.source == best.source) & (best.source >= 0)
    to = np.where(good[:, 0], points.node[:, 0], points.node[:, 1]).astype(np.int64)
    to = np.where(direct, graph.nodes + best.source, to)
    lost = best.source < 0
    to = np.where(lost, first_point + np.arange(len(to)), to)
    return Forest(
        np.concatenate([onward, at_node, to]),
        np.concatenate([edge, np.full(len(at_node), -1), np.where(lost, -1, points.edge)]),
        np.concatenate([np.zeros(first_point), np.where(lost, 0.0, people)]),
    )


def _node_links(graph: Graph, sources: Legs, sweep: Nearest) -> tuple[Rows, Rows]:
    """Return for each node the item its best way goes on to, and the edge it takes: the lowest of those as good."""
    none = np.iinfo(np.int64).max
    edge = np.full(graph.nodes, none)
    tail = np.repeat(np.arange(graph.nodes, dtype=np.int64), np.diff(graph.first))
    head = graph.to.astype(np.int64)
    tight = (sweep.cost[tail] + graph.cost == sweep.cost[head]) & (sweep.source[tail] == sweep.source[head])
    arc = np.flatnonzero(tight & (sweep.source[head] >= 0))
    np.minimum.at(edge, head[arc], graph.edge[arc])
    onward = np.arange(graph.nodes, dtype=np.int64)
    chosen = arc[graph.edge[arc] == edge[head[arc]]]
    onward[head[chosen]] = tail[chosen]
    for end in (0, 1):
        row = np.flatnonzero(np.isfinite(sources.cost[:, end]))
        node = sources.node[row, end]
        arrives = (sources.cost[row, end] == sweep.cost[node]) & (row == sweep.source[node])
        row, node = row[arrives], node[arrives]
        onward[node], edge[node] = graph.nodes + row, sources.edge[row]
    edge[edge == none] = -1
    return onward, edge


def downwards(onward: Rows) -> list[Rows]:
    """Return the items that are not roots, by how many steps they are from theirs, nearest first."""
    steps = (onward != np.arange(len(onward))).astype(np.int64)
    jump = onward.copy()
    while (steps[jump] > 0).any():  # pointer doubling: after k rounds 2**k steps are known
        steps = steps + steps[jump]
        jump = jump[jump]
    order = np.argsort(steps, kind="stable")
    cuts = np.searchsorted(steps[order], np.arange(1, steps.max(initial=0) + 2))
    return [order[low:high] for low, high in pairwise(cuts)]


def last_use(onward: Rows, road: Rows, nesting: tuple[Rows, Rows]) -> Rows:
    """Return the items from which on their road (or edge) is left for good, so that nobody is counted on it twice.

    A way that leaves a road and comes back to it (round a bend cut off by another road) is counted where it leaves it
    last: an item is passed over if a way further on uses its road again.
    """
    leaving = np.flatnonzero((road >= 0) & (road != road[onward]))
    begin, end = nesting
    by_place = leaving[np.lexsort((begin[leaving], road[leaving]))]
    group = np.cumsum(np.diff(road[by_place], prepend=-1) != 0)
    span = len(onward) + 1
    farthest = np.maximum.accumulate(end[by_place] + group * span) - group * span
    above = np.concatenate([[-1], farthest[:-1]])
    above[np.diff(group, prepend=0) != 0] = -1
    return by_place[begin[by_place] >= above]


def nesting_of(onward: Rows, order: list[Rows]) -> tuple[Rows, Rows]:
    """Return for each item the range of places it and all that come through it take up, if ways are laid out nested."""
    size = np.ones(len(onward), dtype=np.int64)
    for items in order[::-1]:
        np.add.at(size, onward[items], size[items])
    begin = np.zeros(len(onward), dtype=np.int64)
    roots = np.flatnonzero(onward == np.arange(len(onward)))
    begin[roots] = np.cumsum(size[roots]) - size[roots]
    for level in order:
        items = level[np.argsort(onward[level], kind="stable")]
        parent = onward[items]
        before = np.cumsum(size[items]) - size[items]
        first = np.diff(parent, prepend=-1) != 0
        begin[items] = begin[parent] + 1 + before - before[first][np.cumsum(first) - 1]
    return begin, begin + size
