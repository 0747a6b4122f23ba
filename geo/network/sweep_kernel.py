"""Compiled: nearest source of every node, by two piles (near and far) instead of a heap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Nodes = NDArray[np.int32]

_NEAR, _FAR = 1, 2


@compiled
def sweep(
    first: Nodes, to: Nodes, cost: Numbers, seed: Nodes, seed_cost: Numbers, seed_row: Nodes, limit: float, step: float
) -> Numbers:
    """Return (cost, source) of each node, interleaved; source is -1 where none is within the limit.

    Near-far search (Davidson et al. 2014): nodes nearer than a threshold that grows by `step` are worked off first, in
    any order; a node that finds a shorter way, or as short a one from a lower source, is taken up again. The end state
    is the only one nothing improves, so it does not depend on the order. Costs must add without rounding.
    """
    size = len(first) - 1
    state = np.empty(2 * size)
    state[0::2] = np.inf
    state[1::2] = -1.0
    piled = np.zeros(size, dtype=np.uint8)
    near, far = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    near_count, far_count, threshold = 0, 0, step
    for i in range(len(seed)):
        node, value, row = seed[i], seed_cost[i], float(seed_row[i])
        if value <= limit and (value < state[2 * node] or (value == state[2 * node] and row < state[2 * node + 1])):
            state[2 * node], state[2 * node + 1] = value, row
            if not piled[node]:
                piled[node] = _FAR
                far[far_count] = node
                far_count += 1
    while far_count > 0:
        near_count, far_count, threshold = _next_near(state, piled, near, far, far_count, threshold, step)
        far_count = _work_off(first, to, cost, state, piled, near, near_count, far, far_count, threshold, limit)
    return state


@compiled
def _next_near(
    state: Numbers,
    piled: NDArray[np.uint8],
    near: Nodes,
    far: Nodes,
    far_count: int,
    threshold: float,
    step: float,
) -> tuple[int, int, float]:
    """Move to the near pile what lies within the next threshold; return both counts and that threshold."""
    least = np.inf
    kept = 0
    for i in range(far_count):
        node = far[i]
        if piled[node] & _FAR:
            far[kept] = node
            kept += 1
            least = min(least, state[2 * node])
    threshold = max(threshold, least) + step
    near_count, still_far = 0, 0
    for i in range(kept):
        node = far[i]
        if state[2 * node] < threshold:
            piled[node] = _NEAR
            near[near_count] = node
            near_count += 1
        else:
            far[still_far] = node
            still_far += 1
    return near_count, still_far, threshold


@compiled
def _work_off(
    first: Nodes,
    to: Nodes,
    cost: Numbers,
    state: Numbers,
    piled: NDArray[np.uint8],
    near: Nodes,
    near_count: int,
    far: Nodes,
    far_count: int,
    threshold: float,
    limit: float,
) -> int:
    """Pass on costs from the near pile, a ring, until it is empty; return how many are on the far pile then."""
    size = len(near)
    head, tail, waiting = 0, near_count % size, near_count
    while waiting > 0:
        node = near[head]
        head = head + 1 if head + 1 < size else 0
        waiting -= 1
        piled[node] &= ~_NEAR & 0xFF
        base, owner = state[2 * node], state[2 * node + 1]
        for arc in range(first[node], first[node + 1]):
            other = to[arc]
            value = base + cost[arc]
            if value > limit or value > state[2 * other]:
                continue
            if value == state[2 * other] and owner >= state[2 * other + 1]:
                continue
            state[2 * other], state[2 * other + 1] = value, owner
            if value < threshold:
                if not piled[other] & _NEAR:
                    piled[other] = _NEAR
                    near[tail] = other
                    tail = tail + 1 if tail + 1 < size else 0
                    waiting += 1
            elif not piled[other] & _FAR:
                piled[other] |= _FAR
                far[far_count] = other
                far_count += 1
    return far_count
