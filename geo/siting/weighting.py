"""Row weighting local search for set covers (Gao, Weise & Li 2015): rows that stay without a site weigh more and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.siting.compiled import kernel
from geo.siting.moves import random

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.covers import Cover

    Whole = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Of many sites so many are drawn to find the one to close.
_DRAWN = 60


def row_weighting(cover: Cover, effort: int, seed: int, *, start: Flags | None = None) -> Flags:
    """Return the cheapest sites found, that serve every row, by looking at so many entries."""
    table, matrix = cover.table, cover.by_site
    is_open = np.zeros(table.sites, dtype=np.int8) if start is None else start.astype(np.int8)
    draw = np.array([seed % 2147483646 + 1], dtype=np.int64)
    s_start, s_row = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    search(table.start, table.site, s_start, s_row, cover.price, is_open, draw, effort)
    return is_open.astype(bool)


@kernel
def _toggle(
    d_start: Whole, d_site: Whole, s_start: Whole, s_row: Whole, is_open: NDArray[np.int8], count: Whole, mark: Whole,
    score: Whole, j: int
) -> int:
    """Open site j if it is closed, else close it; keep what each would add or take away. Return the work."""
    opening = is_open[j] == 0
    work = 0
    for e in range(s_start[j], s_start[j + 1]):
        i = s_row[e]
        before = count[i]
        count[i] += 1 if opening else -1
        if before > 2 or (before == 2 and opening):
            continue
        for f in range(d_start[i], d_start[i + 1]):
            k = d_site[f]
            work += 1
            if k == j:
                continue
            if opening and before == 0:
                score[k] -= mark[i]
            elif opening and is_open[k]:
                score[k] -= mark[i]
            elif not opening and before == 1:
                score[k] += mark[i]
            elif not opening and before == 2 and is_open[k]:
                score[k] += mark[i]
    is_open[j] = 1 if opening else 0
    total = 0
    for e in range(s_start[j], s_start[j + 1]):
        i = s_row[e]
        if (opening and count[i] == 1) or (not opening and count[i] == 0):
            total += mark[i]
    score[j] = total
    return work + s_start[j + 1] - s_start[j]


@kernel
def _least(opened: Whole, size: int, score: Whole, price: Numbers, stamp: Whole, tabu: int, seed: Whole) -> int:
    """Return the place in `opened` of the site that is missed least for its price, the one opened longest ago of equals."""
    best, least = -1, 0.0
    tries = size if size <= 2 * _DRAWN else _DRAWN
    for t in range(tries):
        place = t if tries == size else random(seed, size)
        j = opened[place]
        if j == tabu:
            continue
        lost = score[j] / max(price[j], 1e-9)
        if best < 0 or lost < least or (lost == least and stamp[j] < stamp[opened[best]]):
            best, least = place, lost
    return best


@kernel
def search(
    d_start: Whole, d_site: Whole, s_start: Whole, s_row: Whole, price: Numbers, is_open: NDArray[np.int8], seed: Whole,
    effort: int
) -> None:
    """Leave in `is_open` the cheapest cover found; it is filled up greedily first."""
    rows, sites = len(d_start) - 1, len(s_start) - 1
    mark, count, stamp = np.ones(rows, np.int64), np.zeros(rows, np.int64), np.zeros(sites, np.int64)
    can = np.ones(sites, np.int8)
    score = np.zeros(sites, np.int64)
    start = is_open.copy()
    is_open[:] = 0
    for j in range(sites):
        score[j] = s_start[j + 1] - s_start[j]
    opened, where, size, spent = np.empty(sites, np.int64), np.full(sites, -1), 0, 0.0
    bare, place, left = np.empty(rows, np.int64), np.empty(rows, np.int64), rows
    for i in range(rows):
        bare[i], place[i] = i, i
    best, best_price = np.zeros(sites, np.int8), np.inf
    work, turn, tabu = 0, 1, -1
    at_start, pick = True, 0
    while True:
        if at_start:  # open what was given, then what serves most for its price
            while pick < sites and not start[pick]:
                pick += 1
            j = pick if pick < sites else -1
            pick += 1
            if j < 0 and left > 0:
                most = 0.0
                for k in range(sites):
                    if score[k] > most * max(price[k], 1e-9) and not is_open[k]:
                        j, most = k, score[k] / max(price[k], 1e-9)
            if j < 0:
                at_start = False
                continue
        elif left == 0:
            if spent < best_price - 1e-12 * spent:
                best[:], best_price = is_open, spent
            p = _least(opened, size, score, price, stamp, -1, seed)
            if p < 0:
                break
            j = opened[p]
        else:
            j = -1
        if work >= effort and not at_start:
            break
        if j >= 0:
            was = is_open[j] == 1
            work += _toggle(d_start, d_site, s_start, s_row, is_open, count, mark, score, j)
            size, spent, left = _noted(opened, where, size, spent, price, j, was, s_start, s_row, count, bare, place, left)
            stamp[j] = turn
            continue
        turn += 1
        p = _least(opened, size, score, price, stamp, tabu, seed)
        if p >= 0:
            j = opened[p]
            work += _toggle(d_start, d_site, s_start, s_row, is_open, count, mark, score, j) + _DRAWN
            size, spent, left = _noted(opened, where, size, spent, price, j, True, s_start, s_row, count, bare, place, left)
            stamp[j], can[j] = turn, 0
            for e in range(s_start[j], s_start[j + 1]):
                i = s_row[e]
                for f in range(d_start[i], d_start[i + 1]):
                    if d_site[f] != j:
                        can[d_site[f]] = 1
        while left > 0:
            i = bare[random(seed, left)]
            j, most = -1, -1.0
            for f in range(d_start[i], d_start[i + 1]):
                k = d_site[f]
                gain = score[k] / max(price[k], 1e-9)
                if can[k] and (gain > most or (gain == most and stamp[k] < stamp[j])):
                    j, most = k, gain
            if j < 0 or spent + price[j] >= best_price - 1e-12 * spent:
                break
            work += _toggle(d_start, d_site, s_start, s_row, is_open, count, mark, score, j)
            size, spent, left = _noted(opened, where, size, spent, price, j, False, s_start, s_row, count, bare, place, left)
            stamp[j], tabu = turn, j
            for e in range(s_start[j], s_start[j + 1]):
                h = s_row[e]
                for f in range(d_start[h], d_start[h + 1]):
                    can[d_site[f]] = 1
            break
        for b in range(left):
            i = bare[b]
            mark[i] += 1
            for f in range(d_start[i], d_start[i + 1]):
                score[d_site[f]] += 1
            work += d_start[i + 1] - d_start[i]
        if p < 0 and left > 0 and size == 0:
            continue
    is_open[:] = best


@kernel
def _noted(
    opened: Whole, where: Whole, size: int, spent: float, price: Numbers, j: int, was: bool, s_start: Whole, s_row: Whole,
    count: Whole, bare: Whole, place: Whole, left: int
) -> tuple[int, float, int]:
    """Keep the lists of open sites and of bare rows after site j was toggled (`was`: it was open); return their sizes."""
    if was:
        last = opened[size - 1]
        opened[where[j]], where[last] = last, where[j]
        where[j] = -1
        size, spent = size - 1, spent - price[j]
    else:
        opened[size], where[j] = j, size
        size, spent = size + 1, spent + price[j]
    for e in range(s_start[j], s_start[j + 1]):
        i = s_row[e]
        if was and count[i] == 0:
            bare[left], place[i] = i, left
            left += 1
        elif not was and count[i] == 1:
            last = bare[left - 1]
            bare[place[i]], place[last] = last, place[i]
            left -= 1
    return size, spent, left
