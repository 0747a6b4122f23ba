"""Tiny siting worlds, and the slow and obvious answer to each: every choice of sites is tried."""

from __future__ import annotations

from itertools import combinations

import numpy as np


def subsets(sites: int):
    for size in range(sites + 1):
        yield from (list(some) for some in combinations(range(sites), size))


def is_allowed(chosen, *, count=None, cost=None, budget=None, fixed=(), exclusive=(), caps=()) -> bool:
    some = set(chosen)
    return (
        set(fixed) <= some
        and (count is None or len(some) <= count)
        and (budget is None or sum(cost[j] for j in some) <= budget * (1 + 1e-12))
        and all(len(some & set(group)) <= 1 for group in exclusive)
        and all(cap.count is None or len(some & set(cap.sites)) <= cap.count for cap in caps)
        and all(cap.budget is None or sum(cost[j] for j in some & set(cap.sites)) <= cap.budget for cap in caps)
    )


def covered(serves, weight, chosen, backup=0.0) -> float:
    """Return what the chosen sites are worth: each demand's best, and `backup` times its second best."""
    total = 0.0
    for i in range(serves.shape[1]):
        best = sorted((serves[j, i] for j in chosen), reverse=True)[:2]
        total += weight[i] * ((best[0] if best else 0.0) + backup * (best[1] if len(best) > 1 else 0.0))
    return total


def most_covered(serves, weight, *, backup=0.0, **limits) -> float:
    return max(covered(serves, weight, s, backup) for s in subsets(len(serves)) if is_allowed(s, **limits))


def cheapest_cover(serves, cost, fixed=()) -> float:
    wanted = serves.any(axis=0)
    full = [s for s in subsets(len(serves)) if set(fixed) <= set(s) and (serves[s].any(axis=0) >= wanted).all()]
    return min(sum(cost[j] for j in s) for s in full)


def least_spent(cost, weight, count, fixed=(), otherwise=np.inf) -> float:
    best = np.inf
    for some in subsets(len(cost)):
        if len(some) <= count and set(fixed) <= set(some):
            each = cost[some].min(axis=0, initial=np.inf)
            each = np.minimum(each, otherwise)
            best = min(best, sum(w * c for w, c in zip(weight, each, strict=True) if w > 0))
    return best


def least_radius(cost, count, fixed=()) -> float:
    some = (s for s in subsets(len(cost)) if len(s) <= count and set(fixed) <= set(s))
    return min((cost[s].min(axis=0, initial=np.inf).max(initial=0.0) for s in some), default=np.inf)
