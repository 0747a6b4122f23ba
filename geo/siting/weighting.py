"""Row weighting local search for set covers (Gao, Weise & Li 2015): rows that stay without a site weigh more and more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.siting.compiled import kernel
from geo.siting.moves import random

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.cover import Cover
    from geo.siting.deadline import Deadline

    Whole = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Marks = NDArray[np.int8]

# Of many open sites so many are drawn to find the one to close.
_DRAWN = 60
# Sites that cost nothing cost this much, so that there is something to divide by.
_LEAST_PRICE = 1e-9


class Lists(NamedTuple):
    """Who serves which row: by row and by site, and what each site costs."""

    r_start: Whole
    r_site: Whole
    s_start: Whole
    s_row: Whole
    price: Numbers


class State(NamedTuple):
    """Which sites are open and which rows are bare, as lists with the place of each in them.

    `score` is what a closed site would add, or an open one take away, in marks of rows; `sizes` are the lengths of both
    lists and the turn, `spent` is the price of what is open. A closed site may be opened again where `can`: after a
    neighbour has changed.
    """

    is_open: Marks
    can: Marks
    score: Whole
    stamp: Whole
    served: Whole
    mark: Whole
    opened: Whole
    bare: Whole
    place_open: Whole
    place_bare: Whole
    sizes: Whole
    spent: Numbers


def row_weighting(cover: Cover, effort: float, deadline: Deadline, seed: int, *, start: Flags | None = None) -> Flags:
    """Return the cheapest sites found, that serve every row, by looking at about so many entries."""
    table, matrix = cover.table, cover.by_site
    rows, sites = table.demands, table.sites
    s_start, s_row = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    lists = Lists(table.start, table.site, s_start, s_row, np.maximum(cover.price, _LEAST_PRICE))
    state = State(
        np.zeros(sites, np.int8),
        np.ones(sites, np.int8),
        np.diff(s_start),
        np.zeros(sites, np.int64),
        np.zeros(rows, np.int64),
        np.ones(rows, np.int64),
        np.empty(sites, np.int64),
        np.arange(rows),
        np.full(sites, -1),
        np.arange(rows),
        np.array([0, rows, 1]),
        np.zeros(1),
    )
    for j in [] if start is None else np.flatnonzero(start).tolist():
        toggle(lists, state, j)
    best = np.zeros(sites, np.int8)
    fill(lists, state)
    so_far, cheapest, draws = np.array([0, -1]), np.full(1, np.inf), np.array([seed % 2147483646 + 1])
    while True:
        until = int(min(effort, so_far[0] + deadline.pace / 2))
        if not search(lists, state, best, draws, so_far, cheapest, until) or so_far[0] >= effort or deadline.is_over:
            return best.astype(bool)


@kernel
def toggle(lists: Lists, state: State, j: int) -> int:
    """Open site j if it is closed, else close it; keep what follows from it. Return how many entries were looked at."""
    change = 1 if state.is_open[j] == 0 else -1
    work = lists.s_start[j + 1] - lists.s_start[j]
    total = 0
    for e in range(lists.s_start[j], lists.s_start[j + 1]):
        i = lists.s_row[e]
        more = max(state.served[i], state.served[i] + change)  # sites that serve it, j among them
        state.served[i] += change
        if more == 1:
            total += state.mark[i]
            _bare(state, i, change)
        if more > 2:
            continue
        for f in range(lists.r_start[i], lists.r_start[i + 1]):
            k = lists.r_site[f]
            work += 1
            if k != j and (more == 1 or state.is_open[k]):
                state.score[k] -= change * state.mark[i]
    state.score[j] = total
    state.is_open[j] = 1 if change > 0 else 0
    if change > 0:
        state.opened[state.sizes[0]], state.place_open[j] = j, state.sizes[0]
    else:
        last = state.opened[state.sizes[0] - 1]
        state.opened[state.place_open[j]], state.place_open[last] = last, state.place_open[j]
    state.sizes[0] += change
    state.spent[0] += change * lists.price[j]
    return int(work)


@kernel
def _bare(state: State, i: int, change: int) -> None:
    """Put row i on the list of bare rows (change < 0), or take it off."""
    if change < 0:
        state.bare[state.sizes[1]], state.place_bare[i] = i, state.sizes[1]
    else:
        last = state.bare[state.sizes[1] - 1]
        state.bare[state.place_bare[i]], state.place_bare[last] = last, state.place_bare[i]
    state.sizes[1] -= change


@kernel
def fill(lists: Lists, state: State) -> None:
    """Open what serves most marks for its price until no row is bare."""
    while state.sizes[1] > 0:
        best, most = -1, 0.0
        for j in range(len(state.score)):
            if not state.is_open[j] and state.score[j] > most * lists.price[j]:
                best, most = j, state.score[j] / lists.price[j]
        if best < 0:
            break
        toggle(lists, state, best)


@kernel
def _least(lists: Lists, state: State, tabu: int, seed: Whole) -> int:
    """Return the open site that is missed least for its price, the one opened longest ago of equals; -1 if there is none."""
    best, least = -1, 0.0
    size = state.sizes[0]
    tries = size if size <= 2 * _DRAWN else _DRAWN
    for t in range(tries):
        j = state.opened[t if tries == size else random(seed, size)]
        if j == tabu:
            continue
        lost = state.score[j] / lists.price[j]
        if best < 0 or lost < least or (lost == least and state.stamp[j] < state.stamp[best]):
            best, least = j, lost
    return int(best)


@kernel
def _for_row(lists: Lists, state: State, i: int) -> int:
    """Return the closed site of row i that serves most marks for its price and may be opened; -1 if there is none."""
    best, most = -1, -1.0
    for f in range(lists.r_start[i], lists.r_start[i + 1]):
        k = lists.r_site[f]
        gain = state.score[k] / lists.price[k]
        if state.can[k] and (gain > most or (gain == most and state.stamp[k] < state.stamp[best])):
            best, most = k, gain
    return int(best)


@kernel
def _free_neighbours(lists: Lists, state: State, j: int) -> None:
    """Let every site that shares a row with site j be opened again."""
    for e in range(lists.s_start[j], lists.s_start[j + 1]):
        i = lists.s_row[e]
        for f in range(lists.r_start[i], lists.r_start[i + 1]):
            if lists.r_site[f] != j:
                state.can[lists.r_site[f]] = 1


@kernel
def search(lists: Lists, state: State, best: Marks, seed: Whole, so_far: Whole, cheapest: Numbers, until: int) -> bool:
    """Leave in `best` the cheapest cover found, and in `cheapest` its price; return whether there is more to try.

    `so_far` holds how many entries have been looked at and the site not to close; it ends at `until` of them, to be called
    again.
    """
    work, tabu = so_far[0], so_far[1]
    while True:
        while state.sizes[1] == 0:  # everything is served: keep that, and go on with one site less
            if state.spent[0] < cheapest[0] * (1 - 1e-12):
                best[:], cheapest[0] = state.is_open, state.spent[0]
            j = _least(lists, state, -1, seed)
            if j < 0:
                return False
            work += toggle(lists, state, j) + _DRAWN
            state.stamp[j] = state.sizes[2]
        if work >= until:
            so_far[0], so_far[1] = work, tabu
            return True
        state.sizes[2] += 1
        j = _least(lists, state, tabu, seed)
        if j >= 0:
            work += toggle(lists, state, j) + _DRAWN
            state.stamp[j], state.can[j] = state.sizes[2], 0
            _free_neighbours(lists, state, j)
        while state.sizes[1] > 0:
            j = _for_row(lists, state, state.bare[random(seed, state.sizes[1])])
            if j < 0 or state.spent[0] + lists.price[j] >= cheapest[0] * (1 - 1e-12):
                break
            work += toggle(lists, state, j)
            state.stamp[j], tabu = state.sizes[2], j
            _free_neighbours(lists, state, j)
        for b in range(state.sizes[1]):
            i = state.bare[b]
            state.mark[i] += 1
            work += lists.r_start[i + 1] - lists.r_start[i] + 1
            for f in range(lists.r_start[i], lists.r_start[i + 1]):
                state.score[lists.r_site[f]] += 1
        work += 10
