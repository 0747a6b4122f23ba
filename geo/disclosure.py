"""Small counts kept back from a table that is published, with so many others that nobody can work them out.

Cell suppression as statistical offices do it (Willenborg and de Waal, Elements of Statistical Disclosure Control, ch. 4):
counts from 1 to k-1 are hidden, then further cells, until for each hidden count what is published leaves a range of at
least k open. That is audited by linear programming over the sums that readers know, not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SMALLEST_PUBLISHED = 10
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Sum:
    """What a reader knows of a table: the cells `parts` add up to the cell `total`."""

    total: int
    parts: tuple[int, ...]


def small(values: Numbers, k: int) -> Flags:
    """Return which counts say too much of too few: more than nobody, fewer than k."""
    return np.asarray((values > 0) & (values < k), bool)


def hidden_cells(values: Numbers, sums: Sequence[Sum], k: int = SMALLEST_PUBLISHED) -> Flags:
    """Return which cells to keep back, so that no small count can be told to within k.

    `values` are counts (0 or more) that hold the sums. Whatever is hidden beyond the small counts is the smallest cell
    that still helps, ties by position, so that the same table hides the same cells. A table that cannot be made safe
    while anything of a sum is shown has all of that sum hidden.
    """
    sensitive = small(values, k)
    hidden = sensitive.copy()
    while True:
        exposed = [cell for cell in audit(values, hidden, sums, k) if sensitive[cell]]
        if not exposed:
            return hidden
        more = {cell for each in exposed if (cell := _helper(each, values, hidden, sums)) is not None}
        if not more:
            return hidden
        hidden[list(more)] = True


def audit(values: Numbers, hidden: Flags, sums: Sequence[Sum], k: int = SMALLEST_PUBLISHED) -> list[int]:
    """Return the small counts that a reader can tell to within less than k from what is shown and the sums."""
    exposed = [int(cell) for cell in np.flatnonzero(small(values, k) & ~hidden)]
    for cells, equations, right in _blocks(values, hidden, sums):
        for place, cell in enumerate(cells):
            if small(values[[cell]], k)[0] and _range(place, equations, right) < k - _ROUNDING:
                exposed.append(int(cell))
    return sorted(exposed)


def _helper(cell: int, values: Numbers, hidden: Flags, sums: Sequence[Sum]) -> int | None:
    """Return the smallest cell still shown in a sum with this one, or in one with a hidden cell that is; None if all are hidden.

    Cells that count nobody come last, since they hide little.
    """
    reached, edge = {cell}, {cell}
    while edge:
        together = {other for each in sums if edge & {each.total, *each.parts} for other in (each.total, *each.parts)}
        shown = [other for other in together if not hidden[other]]
        if shown:
            return min(shown, key=lambda other: (values[other] == 0, values[other], other))
        edge = together - reached
        reached |= together
    return None


def _blocks(values: Numbers, hidden: Flags, sums: Sequence[Sum]) -> list[tuple[NDArray[np.int64], Numbers, Numbers]]:
    """Return the hidden cells in the sets that sums tie together, each with what its sums say of them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    cells = np.flatnonzero(hidden)
    if not len(cells):
        return []
    matrix = _matrix(sums, len(values))
    right = -(matrix[:, np.flatnonzero(~hidden)] @ values[~hidden])
    known = matrix[:, cells]
    row, column = known.nonzero()
    links = coo_array((np.ones(len(row)), (row, len(sums) + column)), shape=(len(sums) + len(cells),) * 2)
    _, part = connected_components(links, directed=False)
    blocks = []
    for block in np.unique(part[len(sums) :]):
        here = np.flatnonzero(part[len(sums) :] == block)
        rows = np.flatnonzero(part[: len(sums)] == block)
        blocks.append((cells[here], known[rows][:, here].toarray(), right[rows]))
    return blocks


def _matrix(sums: Sequence[Sum], cells: int) -> csr_array:
    """Return the sums as equations: parts less total make nothing."""
    from scipy.sparse import coo_array

    row = np.repeat(np.arange(len(sums)), [len(each.parts) + 1 for each in sums])
    column = np.array([cell for each in sums for cell in (*each.parts, each.total)], dtype=np.int64)
    sign = np.array([sign for each in sums for sign in (*(1.0 for _ in each.parts), -1.0)])
    return coo_array((sign, (row, column)), shape=(len(sums), cells)).tocsr()


def _range(place: int, equations: Numbers, right: Numbers) -> float:
    """Return how wide the range of one hidden count is, all counts being 0 or more; infinite if nothing bounds it."""
    from scipy.optimize import linprog

    if not len(equations):
        return np.inf
    goal = np.zeros(equations.shape[1])
    goal[place] = 1.0
    low = linprog(goal, A_eq=equations, b_eq=right, bounds=(0, None), method="highs")
    high = linprog(-goal, A_eq=equations, b_eq=right, bounds=(0, None), method="highs")
    if high.status == 3:  # unbounded
        return np.inf
    return float(-high.fun - low.fun)
