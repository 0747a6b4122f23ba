"""Kernels of the Lagrangian bound: what sites are worth at given prices, and who would be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.siting.compiled import kernel

if TYPE_CHECKING:
    import numpy as np
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
