"""Everybody's best way to the nearest of some places, all at once: what lies on it, and who shares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.dependency import downwards, forest_of, last_use, nesting_of
from geo.network.legs import AT_NODE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.costs import Costs
    from geo.network.graph import Graph
    from geo.network.legs import Legs
    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Routes:
    """Best ways as a forest: item i goes on to item `onward[i]` (itself: it has arrived, or cannot) by `length_m[i]`
    metres of edge `edge[i]` (-1: none). Items are nodes, then the places gone to, then the points, from `first_point`.

    `arrives` says which points get to a place at all. `levels` are the items that go on, nearest to the end first.
    """

    onward: Rows
    edge: Rows
    length_m: Numbers
    first_point: int
    arrives: Flags
    levels: tuple[Rows, ...]

    def along(self, weight: Numbers) -> Numbers:
        """Return for each point the metres of its way, each times the weight of the edge it is on."""
        total = np.append(weight, 0.0)[self.edge] * self.length_m
        for items in self.levels:
            total[items] += total[self.onward[items]]
        return total[self.first_point :]

    def carried(self, amount: Numbers) -> Numbers:
        """Return for each item what the points whose ways pass it bring together."""
        total = np.zeros(len(self.onward))
        total[self.first_point :] = amount
        for items in self.levels[::-1]:  # farthest first: everything beyond an item is summed before it is passed on
            np.add.at(total, self.onward[items], total[items])
        return total

    def metres_by_edge(self, amount: Numbers, edges: int) -> Numbers:
        """Return for each edge the metres it is used for, each way times its point's amount."""
        used = self.edge >= 0
        metres = self.carried(amount)[used] * self.length_m[used]
        return np.bincount(self.edge[used], metres, minlength=edges).astype(np.float64)

    def users(self, part: Rows, people: Numbers, parts: int) -> Numbers:
        """Return how many people use each part of the network, each counted once; `part` is by edge, -1 for none.

        A part is used by those who go along it, not by those who only come to its end.
        """
        at = np.append(part, -1)[self.edge]
        at[self.length_m <= AT_NODE_M] = -1
        last = last_use(self.onward, at, nesting_of(self.onward, list(self.levels)))
        return np.bincount(at[last], self.carried(people)[last], minlength=parts).astype(float)

    def further_on(self, starts: Flags, people: Numbers) -> Flags:
        """Return which edges people use after (or on) the edges where `starts` is true; by edge."""
        walked = (self.length_m > AT_NODE_M) & (self.carried(people) > 0)
        items = np.flatnonzero(np.append(starts, False)[self.edge] & walked)
        seen = np.zeros(len(self.onward), bool)
        while len(items := np.unique(items[~seen[items]])):
            seen[items] = True
            items = self.onward[items]
        found = np.zeros(len(starts), bool)
        found[self.edge[seen & (self.edge >= 0) & (self.length_m > AT_NODE_M)]] = True
        return found


def routes(graph: Graph, top: Topology, costs: Costs, start: Legs, goal: Legs) -> Routes:
    """Return the points' shortest ways to their nearest place on a network without one-way traffic, in metres.

    Of ways as short the one to the first place and by the lowest edge is taken, as in `dependency`. Raises ValueError
    if the network is directed or its costs are minutes.
    """
    if costs.is_directed or costs.unit != "m":
        raise ValueError("routes are worked out in metres, on a network without one-way traffic")
    points, places = len(start.edge), len(goal.edge)
    if not top.edges:
        none = np.arange(points + places)
        return Routes(none, np.full(len(none), -1), np.zeros(len(none)), places, np.zeros(points, bool), ())
    forest = forest_of(graph, costs, start, goal, np.zeros(points))
    first_point = top.nodes + places
    goes_on = forest.onward != np.arange(len(forest.onward))
    length_m = np.zeros(len(forest.onward))
    length_m[: top.nodes] = _from_nodes(top, goal, forest.onward[: top.nodes], forest.edge[: top.nodes])
    length_m[first_point:] = _from_points(top, start, goal, forest.onward[first_point:])
    length_m, edge = np.where(goes_on, length_m, 0.0), np.where(goes_on, forest.edge, -1)
    return Routes(forest.onward, edge, length_m, first_point, goes_on[first_point:], tuple(downwards(forest.onward)))


def _from_nodes(top: Topology, goal: Legs, onward: Rows, edge: Rows) -> Numbers:
    length_m: Numbers = top.length_m[edge]
    last = np.flatnonzero(onward >= top.nodes)
    length_m[last] = _to_end(top, goal, onward[last] - top.nodes, last)
    return length_m


def _from_points(top: Topology, start: Legs, goal: Legs, onward: Rows) -> Numbers:
    row = np.arange(len(onward))
    straight = np.flatnonzero((onward >= top.nodes) & (onward < top.nodes + len(goal.edge)))
    length_m = _to_end(top, start, row, onward)
    length_m[straight] = np.abs(start.edge_m[straight] - goal.edge_m[onward[straight] - top.nodes])
    return length_m


def _to_end(top: Topology, at: Legs, row: Rows, node: Rows) -> Numbers:
    """Return the metres between the foot of each point and that end of its edge, the nearer one of a loop's."""
    first, rest = at.edge_m[row], top.length_m[at.edge[row]] - at.edge_m[row]
    ends = at.node[row]
    to_first, to_other = (np.where(ends[:, i] == node, m, np.inf) for i, m in ((0, first), (1, rest)))
    return np.minimum(to_first, to_other)
