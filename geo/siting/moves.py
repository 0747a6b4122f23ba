"""Kernels: open and close sites, and keep what every site would add or take away.

Values are whole numbers, so that sums are exact in any order. `top` and `by` hold, for each demand, the values of the best
open sites that serve it and which they are (-1: none), best first: two of them, or three where a second site counts too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.siting.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.int8]


# A ruin closes up to so many sites; what is opened instead is at most so many.
_MOST_CLOSED = 8
_MOST_OPENED = 256


class Lists(NamedTuple):
    """Who serves whom: by demand (best value first) and by site; `share` is what the first and the second site count."""

    d_start: Whole
    d_site: Rows
    d_value: Whole
    s_start: Whole
    s_demand: Rows
    s_value: Whole
    share: Whole


class Limits(NamedTuple):
    """What each site uses of each limit (`row` of `most`), by site; `worth` is 1 / the price of a site."""

    start: Whole
    row: Rows
    amount: Numbers
    most: Numbers
    worth: Numbers


class State(NamedTuple):
    """The sites that are open, and what follows from it."""

    is_open: Flags
    top: Whole
    by: Rows
    gain: Whole
    loss: Whole
    used: Numbers
    total: Whole


@kernel
def _worth(value: int, first: int, second: int, a: int, b: int) -> int:
    """Return what one more site of that value adds to a demand whose two best are `first` and `second`."""
    if value > first:
        return int(a * (value - first) + b * (first - second))
    if value > second:
        return int(b * (value - second))
    return 0


@kernel
def _retop(lists: Lists, state: State, i: int, new_top: Whole, new_by: Rows) -> int:
    """Give demand i its new best sites; return how many entries were looked at."""
    a, b = lists.share[0], lists.share[1]
    depth = new_top.shape[0]
    top, by = state.top[i], state.by[i]
    f0, s0, f1, s1 = top[0], top[1], new_top[0], new_top[1]
    t0 = top[2] if depth > 2 else s0 * 0
    t1 = new_top[2] if depth > 2 else s1 * 0
    if by[0] >= 0:
        state.loss[by[0]] -= a * (f0 - s0) + b * (s0 - t0)
    if b > 0 and by[1] >= 0:
        state.loss[by[1]] -= b * (s0 - t0)
    if new_by[0] >= 0:
        state.loss[new_by[0]] += a * (f1 - s1) + b * (s1 - t1)
    if b > 0 and new_by[1] >= 0:
        state.loss[new_by[1]] += b * (s1 - t1)
    state.total[0] += a * (f1 - f0) + b * (s1 - s0)
    for k in range(depth):
        top[k], by[k] = new_top[k], new_by[k]
    if f0 == f1 and (b == 0 or s0 == s1):
        return 1
    least = min(s0, s1) if b > 0 else min(f0, f1)
    e = lists.d_start[i]
    while e < lists.d_start[i + 1] and lists.d_value[e] > least:
        value = lists.d_value[e]
        state.gain[lists.d_site[e]] += _worth(value, f1, s1, a, b) - _worth(value, f0, s0, a, b)
        e += 1
    return int(e - lists.d_start[i] + 1)


@kernel
def open_site(lists: Lists, limits: Limits, state: State, j: int) -> int:
    """Open site j; return how many entries were looked at."""
    depth = state.top.shape[1]
    new_top, new_by = np.empty(depth, np.int64), np.empty(depth, np.int32)
    state.is_open[j] = 1
    for e in range(limits.start[j], limits.start[j + 1]):
        state.used[limits.row[e]] += limits.amount[e]
    work = 0
    for e in range(lists.s_start[j], lists.s_start[j + 1]):
        i, value = lists.s_demand[e], lists.s_value[e]
        work += 1
        if state.by[i, depth - 1] >= 0 and value <= state.top[i, depth - 1]:
            continue
        k = depth - 1
        while k > 0 and (state.by[i, k - 1] < 0 or state.top[i, k - 1] < value):
            new_top[k], new_by[k] = state.top[i, k - 1], state.by[i, k - 1]
            k -= 1
        new_top[k], new_by[k] = value, j
        for h in range(k):
            new_top[h], new_by[h] = state.top[i, h], state.by[i, h]
        work += _retop(lists, state, i, new_top, new_by)
    return work


@kernel
def close_site(lists: Lists, limits: Limits, state: State, j: int) -> int:
    """Close site j; return how many entries were looked at."""
    depth = state.top.shape[1]
    new_top, new_by = np.empty(depth, np.int64), np.empty(depth, np.int32)
    state.is_open[j] = 0
    for e in range(limits.start[j], limits.start[j + 1]):
        state.used[limits.row[e]] -= limits.amount[e]
    work = 0
    for e in range(lists.s_start[j], lists.s_start[j + 1]):
        i = lists.s_demand[e]
        work += 1
        here = -1
        for k in range(depth):
            if state.by[i, k] == j:
                here = k
        if here < 0:
            continue
        for k in range(depth - 1):
            source = k if k < here else k + 1
            new_top[k], new_by[k] = state.top[i, source], state.by[i, source]
        new_top[depth - 1], new_by[depth - 1] = 0, -1
        if state.by[i, depth - 1] >= 0:  # there may be more: the best open one that is not among these
            f = lists.d_start[i]
            while f < lists.d_start[i + 1]:
                work += 1
                s = lists.d_site[f]
                is_new = state.is_open[s] == 1
                for k in range(depth - 1):
                    is_new = is_new and new_by[k] != s
                if is_new:
                    new_top[depth - 1], new_by[depth - 1] = lists.d_value[f], s
                    break
                f += 1
        work += _retop(lists, state, i, new_top, new_by)
    return work


@kernel
def fits(limits: Limits, state: State, j: int) -> bool:
    """Return whether site j can be opened within every limit."""
    for e in range(limits.start[j], limits.start[j + 1]):
        if state.used[limits.row[e]] + limits.amount[e] > limits.most[limits.row[e]]:
            return False
    return True


@kernel
def random(seed: Whole, below: int) -> int:
    """Return a random number 0 <= r < below, and move the seed on (Park & Miller 1988)."""
    seed[0] = seed[0] * 48271 % 2147483647
    return int(seed[0] % below)


@kernel
def best_site(limits: Limits, state: State, barred: Flags, by_price: bool, blink: int, seed: Whole) -> int:
    """Return the closed site that adds most (per price, if asked), -1 if none adds anything; the first of equals.

    Each time a better one is met it is passed over with a chance of `blink` in 1000 (Christiaens & Vanden Berghe 2020).
    """
    best, most = -1, 0.0
    for j in range(len(state.is_open)):
        if state.gain[j] <= 0 or state.is_open[j] or barred[j]:
            continue
        score = state.gain[j] * limits.worth[j] if by_price else float(state.gain[j])
        if score > most and fits(limits, state, j):
            if blink > 0 and random(seed, 1000) < blink:
                continue
            best, most = j, score
    return best


@kernel
def fill(
    lists: Lists, limits: Limits, state: State, barred: Flags, by_price: bool, blink: int, seed: Whole, opened: Rows
) -> tuple[int, int]:
    """Open the best sites one after the other until none fits or adds anything; return how many, and the work."""
    count, work = 0, 0
    while count < len(opened):
        j = best_site(limits, state, barred, by_price, blink, seed)
        work += len(state.is_open) // 4
        if j < 0:
            break
        work += open_site(lists, limits, state, j)
        opened[count] = j
        count += 1
    return count, work


@kernel
def _near(lists: Lists, state: State, start: int, seed: Whole) -> int:
    """Return an open site near that one: one that serves a demand of a site that serves a demand of it; -1 if unlucky."""
    at = start
    for step in range(2):
        first, last = lists.s_start[at], lists.s_start[at + 1]
        if first == last:
            return -1
        i = lists.s_demand[first + random(seed, last - first)]
        if step == 1 and state.by[i, 0] >= 0:
            return int(state.by[i, 0])
        first, last = lists.d_start[i], lists.d_start[i + 1]
        at = lists.d_site[first + random(seed, last - first)]
    return -1


@kernel
def _ruin(
    lists: Lists, limits: Limits, state: State, fixed: Flags, size: int, seed: Whole, closed: Rows
) -> tuple[int, int]:
    """Close a random site and up to size - 1 near it; return how many were closed, and the work."""
    n = len(state.is_open)
    first = random(seed, n)
    for _ in range(n):
        if state.is_open[first] and not fixed[first]:
            break
        first = first + 1 if first + 1 < n else 0
    if not state.is_open[first] or fixed[first]:
        return 0, n
    closed[0] = first
    count, work = 1, close_site(lists, limits, state, first)
    for _ in range(6 * size):
        if count == size:
            break
        other = _near(lists, state, closed[random(seed, count)], seed)
        if other >= 0 and not fixed[other]:
            closed[count] = other
            count += 1
            work += close_site(lists, limits, state, other)
    return count, work


@kernel
def improve(
    lists: Lists,
    limits: Limits,
    state: State,
    fixed: Flags,
    best: Flags,
    liked: Whole,
    seed: Whole,
    so_far: Whole,
    until: int,
    effort: int,
    loose: float,
    is_priced: bool,
) -> bool:
    """Close a few sites near each other and fill up again, over and over; put the best into `best`.

    Ruin and recreate (Schrimpf et al. 2000; the way of SISR, Christiaens & Vanden Berghe 2020): a worse result is taken
    if it is no further below the best than a share that shrinks from `loose` to nothing (Dueck & Scheuer 1990). `effort`
    is how many entries of the lists are looked at in all; `so_far` holds how many have been, and the best total, and this
    ends at `until` of them, to be called again. Return whether there is anything to close. `liked` counts how often each site was opened in a result taken.
    """
    closed, opened = np.empty(_MOST_CLOSED, np.int32), np.empty(_MOST_OPENED, np.int32)
    barred = np.zeros(len(state.is_open), np.int8)
    work, record = so_far[0], so_far[1]
    while work < until:
        before = state.total[0]
        count, some = _ruin(lists, limits, state, fixed, 1 + random(seed, _MOST_CLOSED), seed, closed)
        work += some + 50
        if count == 0:
            return False
        barred[closed[0]] = random(seed, 2)
        by_price = is_priced and random(seed, 4) > 0
        filled, some = fill(lists, limits, state, barred, by_price, 20 + 20 * random(seed, 5), seed, opened)
        work += some
        barred[closed[0]] = 0
        if state.total[0] > record:
            record = state.total[0]
            best[:] = state.is_open
        if state.total[0] >= before or state.total[0] >= record - loose * max(0.0, 1.0 - work / effort) * record:
            for k in range(filled):
                liked[opened[k]] += 1
        else:
            for k in range(filled):
                work += close_site(lists, limits, state, opened[k])
            for k in range(count):
                work += open_site(lists, limits, state, closed[k])
        so_far[0], so_far[1] = work, record
    return True
