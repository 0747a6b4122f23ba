"""Kernels of the Lagrangian bound: what sites are worth at given prices, and who would be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.siting.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Numbers = NDArray[np.float64]


@kernel
def worth_of_sites(
    start: Whole, demand: Whole, value: Numbers, price: Numbers, share: Numbers, sites: Whole, out: Numbers
) -> None:
    """Put into `out` what each of these sites earns beyond the prices of being served first or second (rows of `price`)."""
    for j in sites:
        total = 0.0
        for e in range(start[j], start[j + 1]):
            over = value[e] - price[0, demand[e]]
            if len(share) > 1:
                over = max(over, share[1] * value[e] - price[1, demand[e]])
            if over > 0.0:
                total += over
        out[j] = total


@kernel
def take_from(
    start: Whole,
    demand: Whole,
    value: Numbers,
    price: Numbers,
    share: Numbers,
    sites: Whole,
    part: Numbers,
    left: Numbers,
) -> None:
    """Subtract from `left` (rows: served first, second) what these sites (`part` of each) would take at these prices."""
    for k in range(len(sites)):
        j = sites[k]
        for e in range(start[j], start[j + 1]):
            i = demand[e]
            first = value[e] - price[0, i]
            if len(share) > 1 and share[1] * value[e] - price[1, i] > max(first, 0.0):
                left[1, i] -= part[k]
            elif first > 0.0:
                left[0, i] -= part[k]


@kernel
def serve_within(
    start: Whole, demand: Whole, value: Numbers, people: Numbers, price: Numbers, room: Numbers, j: int, served: Numbers
) -> float:
    """Put into `served` how much of each of its demands site j takes within its room, and return what it earns so.

    It takes what earns most beyond its price for the room it needs, the last of it in part (Dantzig 1957).
    """
    first, last = start[j], start[j + 1]
    over = np.empty(last - first)
    rate = np.empty(last - first)
    for e in range(first, last):
        over[e - first] = value[e] - price[demand[e]]
        rate[e - first] = -over[e - first] / people[demand[e]]
        served[e - first] = 0.0
    left, total = room[j], 0.0
    for k in np.argsort(rate):
        if over[k] <= 0.0 or left <= 0.0:
            break
        share = min(1.0, left / people[demand[first + k]])
        served[k] = share
        left -= share * people[demand[first + k]]
        total += share * over[k]
    return total


@kernel
def most_served(start: Whole, sites: Whole) -> Numbers:
    """Return room for what the site with the most demands serves of each."""
    most = 0
    for j in sites:
        most = max(most, start[j + 1] - start[j])
    return np.empty(most)


@kernel
def worth_within(
    start: Whole,
    demand: Whole,
    value: Numbers,
    people: Numbers,
    price: Numbers,
    room: Numbers,
    sites: Whole,
    out: Numbers,
) -> None:
    """Put into `out` what each of these sites earns beyond the prices of being served, within its room."""
    served = most_served(start, sites)
    for j in sites:
        out[j] = serve_within(start, demand, value, people, price, room, j, served)


@kernel
def take_within(
    start: Whole,
    demand: Whole,
    value: Numbers,
    people: Numbers,
    price: Numbers,
    room: Numbers,
    sites: Whole,
    part: Numbers,
    left: Numbers,
) -> None:
    """Subtract from `left` what these sites (`part` of each) would take at these prices, within their room."""
    served = most_served(start, sites)
    for k in range(len(sites)):
        j = sites[k]
        serve_within(start, demand, value, people, price, room, j, served)
        for e in range(start[j], start[j + 1]):
            left[demand[e]] -= part[k] * served[e - start[j]]


@kernel
def deal_out(site: Whole, demand: Whole, order: Whole, people: Numbers, left: Numbers, room: Numbers) -> Numbers:
    """Return how much of its demand each pair takes, in this order, as far as the demand and the site's room last."""
    share = np.zeros(len(site))
    for e in order:
        i, j = demand[e], site[e]
        some = min(left[i], room[j] / people[i])
        if some > 0.0:
            share[e] = some
            left[i] -= some
            room[j] -= some * people[i]
    return share
