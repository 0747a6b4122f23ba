"""Roads cut into edges at the places they share: what is joined to what, and how long it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.network.exact import on_grid
from geo.network.morton import morton_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.crossings import Joins
    from geo.network.lines import Lines

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Nodes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Topology:
    """Nodes, edges between them, and the straight segments edges are drawn with.

    Nodes are numbered along a Morton curve, edges by road id and then along the road, segments by edge. Parallel edges
    and loops are edges like any other. `road` is the road's row in the frame that was given; `from_m` is the measure
    along that road at which an edge or segment starts, `length_m` how far it goes on from there. The last `joins` edges
    bridge the gap between a loose end (of `road`) and the road it was joined to; no segment is drawn for them.
    """

    node_x: Numbers
    node_y: Numbers
    start: Nodes
    end: Nodes
    road: Rows
    from_m: Numbers
    length_m: Numbers
    segment_edge: Nodes
    segment_x: Numbers  # (segments, 2): x of both ends
    segment_y: Numbers
    segment_from_m: Numbers
    segment_length_m: Numbers
    joins: int = 0

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_x)

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.start)


def topology_of(lines: Lines, joins: Joins | None = None) -> Topology:
    """Return the roads cut at their ends and at every vertex that occurs twice; crossing lines alone do not meet.

    `joins` are loose ends to be joined to vertices of other roads.
    """
    first = np.diff(lines.part, prepend=-1) != 0
    last = np.append(first[1:], True) if len(first) else first
    shared = np.bincount(lines.place, minlength=len(lines.place_x))[lines.place] > 1
    is_node = first | last | shared
    if joins is not None:
        is_node[joins.foot] = True
    number, node_x, node_y = _numbered(lines, is_node)
    cut = np.flatnonzero(is_node)
    tail = cut[~last[cut]]  # where an edge starts
    head = cut[~first[cut]]  # and where it ends
    segment = np.flatnonzero(~last)
    topology = Topology(
        node_x,
        node_y,
        number[lines.place[tail]],
        number[lines.place[head]],
        lines.road[tail],
        lines.measure_m[tail],
        lines.measure_m[head] - lines.measure_m[tail],
        (np.cumsum(is_node[segment]) - 1).astype(np.int32),
        np.column_stack([lines.x[segment], lines.x[segment + 1]]),
        np.column_stack([lines.y[segment], lines.y[segment + 1]]),
        lines.measure_m[segment],
        lines.measure_m[segment + 1] - lines.measure_m[segment],
    )
    return topology if joins is None else _with_joins(topology, lines, joins, number)


def _with_joins(topology: Topology, lines: Lines, joins: Joins, number: Nodes) -> Topology:
    """Return the topology with an edge for each join."""
    top = topology
    return replace(
        top,
        start=np.concatenate([top.start, number[lines.place[joins.end]]]),
        end=np.concatenate([top.end, number[lines.place[joins.foot]]]),
        road=np.concatenate([top.road, lines.road[joins.end]]),
        from_m=np.concatenate([top.from_m, lines.measure_m[joins.end]]),
        length_m=np.concatenate([top.length_m, on_grid(joins.gap_m)]),
        joins=len(joins.gap_m),
    )


def _numbered(lines: Lines, is_node: NDArray[np.bool_]) -> tuple[Nodes, Numbers, Numbers]:
    """Return the node number of each place (-1 where there is no node), and the nodes' coordinates."""
    used = np.zeros(len(lines.place_x), dtype=bool)
    used[lines.place[is_node]] = True
    places = np.flatnonzero(used)
    places = places[morton_order(lines.place_x[places], lines.place_y[places])]
    number = np.full(len(used), -1, dtype=np.int32)
    number[places] = np.arange(len(places), dtype=np.int32)
    return number, lines.place_x[places], lines.place_y[places]
