"""Compiled: all that lies within a limit of one start, for many starts one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Nodes = NDArray[np.int32]

_NEAR, _FAR = 1, 2


class Arcs(NamedTuple):
    """A graph, as in `graph.Graph`."""

    first: Nodes
    to: Nodes
    cost: Numbers


class Lists(NamedTuple):
    """Destinations and their costs by row: those of row r are first[r] to first[r + 1]."""

    first: Rows
    destination: Rows
    cost: Numbers


class Scratch(NamedTuple):
    """Arrays used again for each start: `best` is inf all over in between, `piled` 0; `touched` has room for one more."""

    best: Numbers
    near: Nodes
    far: Nodes
    piled: NDArray[np.uint8]
    touched: Nodes


class Arrived(NamedTuple):
    """Destinations seen from one start: `cost` is inf all over in between; `seen` lists those that are not, with room for one more.

    `other` is as long, and `digits` as many as a byte has values: for sorting.
    """

    cost: Numbers
    seen: Nodes
    other: Nodes
    digits: Nodes


def fresh_scratch(nodes: int) -> Scratch:
    """Return what `within` needs; by numpy, which asks for large pages of memory, compiled code does not."""
    near, far = np.empty(nodes, dtype=np.int32), np.empty(nodes, dtype=np.int32)
    best, piled = np.full(nodes, np.inf), np.zeros(nodes, dtype=np.uint8)
    return Scratch(best, near, far, piled, np.empty(nodes + 1, dtype=np.int32))


def nothing_arrived(destinations: int) -> Arrived:
    """Return what `pairs_from` needs for so many destinations."""
    seen, other = np.empty(destinations + 1, dtype=np.int32), np.empty(destinations + 1, dtype=np.int32)
    return Arrived(np.full(destinations, np.inf), seen, other, np.empty(256, dtype=np.int32))


@compiled
def pairs_from(
    arcs: Arcs,
    start: Nodes,
    start_cost: Numbers,
    arrivals: Lists,
    straight: Lists,
    scratch: Scratch,
    arrived: Arrived,
    begin: int,
    end: int,
    limit: float,
    step: float,
) -> tuple[Rows, Rows, Numbers]:
    """Return (how many destinations each start has, destinations, costs) for the starts from `begin` to `end`.

    `arrivals` are the destinations one gets to from each node, `straight` those each start reaches along its own edge.
    """
    counts = np.zeros(end - begin, dtype=np.int64)
    found, found_cost, total = np.empty(1024, dtype=np.int64), np.empty(1024), 0
    for row in range(begin, end):
        reached = within(arcs, start[row], start_cost[row], scratch, limit, step)
        count = _arrivals(arrivals, straight, row, scratch, reached, arrived, limit)
        if total + count > len(found):
            size = max(2 * len(found), total + count)
            found = np.append(found[:total], np.empty(size - total, dtype=np.int64))
            found_cost = np.append(found_cost[:total], np.empty(size - total))
        seen = _sorted(arrived, count)
        for i in range(count):
            destination = seen[i]
            found[total + i], found_cost[total + i] = destination, arrived.cost[destination]
            arrived.cost[destination] = np.inf
        counts[row - begin] = count
        total += count
    return counts, found[:total], found_cost[:total]


@compiled
def _sorted(arrived: Arrived, count: int) -> Nodes:
    """Return the destinations seen, sorted byte by byte: no branch depends on them, which is what sorting waits for."""
    seen, other, digits = arrived.seen, arrived.other, arrived.digits
    differ = 0
    for i in range(count):
        differ |= seen[i] ^ seen[0]
    for shift in range(0, 32, 8):
        if (differ >> shift) & 255 == 0:
            continue
        digits[:] = 0
        for i in range(count):
            digits[(seen[i] >> shift) & 255] += 1
        before = 0
        for digit in range(256):
            digits[digit], before = before, before + digits[digit]
        for i in range(count):
            digit = (seen[i] >> shift) & 255
            other[digits[digit]] = seen[i]
            digits[digit] += 1
        seen, other = other, seen
    return seen


@compiled
def _arrivals(
    arrivals: Lists, straight: Lists, row: int, scratch: Scratch, reached: int, arrived: Arrived, limit: float
) -> int:
    """Note every destination within the limit of a start; return how many. Puts `scratch.best` back."""
    first, destination, leg = arrivals
    best, touched = scratch.best, scratch.touched
    cost, seen, count = arrived.cost, arrived.seen, 0
    for i in range(reached):
        node = touched[i]
        base = best[node]
        best[node] = np.inf
        for a in range(first[node], first[node + 1]):
            value, where = base + leg[a], destination[a]
            if value <= limit:  # hardly ever not; the rest without a branch, which nobody could foresee
                known = cost[where]
                seen[count] = where
                count += known == np.inf
                cost[where] = min(known, value)
    for a in range(straight.first[row], straight.first[row + 1]):
        value, where = straight.cost[a], straight.destination[a]
        if value <= limit and value < cost[where]:
            seen[count] = where
            count += cost[where] == np.inf
            cost[where] = value
    return count


@compiled
def within(arcs: Arcs, start: Nodes, start_cost: Numbers, scratch: Scratch, limit: float, step: float) -> int:
    """Put the least cost of every node within the limit in `scratch.best`; return how many `scratch.touched` lists.

    `start` are the nodes (with costs) one begins at. Near and far piles as in `sweep_kernel`; whoever calls puts
    `best` back to inf.
    """
    reached, far, threshold = 0, 0, 0.0
    for i in range(len(start)):
        node = start[i]
        if start_cost[i] <= limit and start_cost[i] < scratch.best[node]:
            if scratch.best[node] == np.inf:
                scratch.touched[reached] = node
                scratch.far[reached] = node
                scratch.piled[node] = _FAR
                reached += 1
            scratch.best[node] = start_cost[i]
    far = reached
    while far > 0:
        near, far, threshold = _next_near(scratch, far, threshold, step)
        reached, far = _work_off(arcs, scratch, near, far, reached, threshold, limit)
    return reached


@compiled
def _next_near(scratch: Scratch, far: int, threshold: float, step: float) -> tuple[int, int, float]:
    """Move what lies within the next threshold to the near pile; return both counts and that threshold."""
    least = np.inf
    for i in range(far):
        node = scratch.far[i]
        if scratch.piled[node] & _FAR:
            least = min(least, scratch.best[node])
    threshold = max(threshold, least) + step
    near, kept = 0, 0
    for i in range(far):
        node = scratch.far[i]
        if scratch.piled[node] & _FAR:
            if scratch.best[node] < threshold:
                scratch.piled[node] = _NEAR
                scratch.near[near] = node
                near += 1
            else:
                scratch.far[kept] = node
                kept += 1
    return near, kept, threshold


@compiled
def _work_off(
    arcs: Arcs, scratch: Scratch, near: int, far: int, reached: int, threshold: float, limit: float
) -> tuple[int, int]:
    """Pass on costs from the near pile until it is empty; return how many nodes are reached, and on the far pile."""
    first, to, cost = arcs
    best, near_pile, far_pile, piled, touched = scratch
    while near > 0:
        near -= 1
        node = near_pile[near]
        piled[node] = 0
        base = best[node]
        for arc in range(first[node], first[node + 1]):
            other, value = to[arc], base + cost[arc]
            if value > limit or value >= best[other]:
                continue
            touched[reached] = other
            reached += best[other] == np.inf
            best[other] = value
            if value < threshold:
                if not piled[other] & _NEAR:
                    piled[other] = _NEAR
                    near_pile[near] = other
                    near += 1
            elif not piled[other]:
                piled[other] = _FAR
                far_pile[far] = other
                far += 1
    return reached, far
