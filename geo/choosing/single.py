"""The list for one set of weights and costs, as a plain loop: quick for one, and what `geo.choosing.batch` is held against."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.limits import Purse

    Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """Projects (rows) in the order they are taken, the need each closes then, and how many fit the limits: those first."""

    order: tuple[int, ...]
    need: tuple[float, ...]
    fit: int


def in_order(
    effects: Effects,
    value: Numbers,
    cost: Numbers,
    purse: Purse,
    *,
    safety: Numbers | None = None,
    first: Sequence[int] = (),
    only_fitting: bool = False,
) -> Chosen:
    """Return the projects by need closed per yuan of `cost`, each after those before it.

    `value` is what each slot counts, `safety` what it counts under rules of the safety net, if those come first. The
    projects of `first` are taken before all others. As long as anything fits `purse`, what does not is passed over; it
    follows after, in the same order, unless `only_fitting`.
    """
    state = _State(effects, value, safety)
    order, need = [], []
    for i in first:
        order.append(i)
        need.append(state.take(i))
        purse.pay(i)
    waiting = [i for i in range(effects.projects) if i not in set(first)]
    fit = len(first)
    for is_open in (True,) if only_fitting else (True, False):
        heap = [(*state.key(i, cost[i]), i) for i in waiting]
        heapq.heapify(heap)
        passed_over = []
        while heap and heap[0][1] < 0:
            *was, i = heapq.heappop(heap)
            if is_open and not purse.fits(i):
                passed_over.append(i)
                continue
            now = state.key(i, cost[i])
            if now != tuple(was):
                heapq.heappush(heap, (*now, i))
                continue
            order.append(i)
            need.append(state.take(i))
            purse.pay(i)
        fit = len(order) if is_open else fit
        waiting = passed_over
    return Chosen(tuple(order), tuple(need), fit)


class _State:
    """What is filled already; only `take` changes it."""

    def __init__(self, effects: Effects, value: Numbers, safety: Numbers | None) -> None:
        first = effects.first.tolist()
        part, slot = effects.part.tolist(), effects.part_slot[effects.part].tolist()
        size = effects.part_size[effects.part].tolist()
        pairs = list(zip(part, slot, size, strict=True))
        self._pairs = [pairs[a:b] for a, b in pairwise(first)]
        self._value, self._most = value.tolist(), effects.slot_most.tolist()
        self._safety = None if safety is None else safety.tolist()
        self._have = [0.0] * len(self._most)
        self._filled: set[int] = set()

    def key(self, project: int, cost: float) -> tuple[float, float]:
        """Return what orders the heap: less is better; (0, 0) is nothing at all."""
        need, for_safety = 0.0, 0.0
        for slot, more in self._more(project):
            need += more * self._value[slot]
            for_safety += more * self._safety[slot] if self._safety else 0.0
        return _per_yuan(for_safety, cost), _per_yuan(need, cost)

    def take(self, project: int) -> float:
        """Fill what the project fills; return the need that closes."""
        need = 0.0
        for slot, more in self._more(project):
            need += more * self._value[slot]
            self._have[slot] += more
        self._filled.update(part for part, _, _ in self._pairs[project])
        return need

    def _more(self, project: int) -> list[tuple[int, float]]:
        """Return how much more of each slot the project fills now."""
        added: dict[int, float] = {}
        for part, slot, size in self._pairs[project]:
            if part not in self._filled:
                added[slot] = added.get(slot, 0.0) + size
        return [(slot, min(size, self._most[slot] - self._have[slot])) for slot, size in added.items()]


def _per_yuan(need: float, cost: float) -> float:
    if need <= 0:
        return 0.0
    return -need / cost if cost > 0 else -math.inf
