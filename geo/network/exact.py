"""Costs on a binary grid: sums of them are exact, so ties and answers do not depend on the order of adding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

# Metres and minutes are whole multiples of this (0.23 nm). A float64 adds such numbers without rounding up to
# 2**21 m = 2 097 km; beyond that sums are right to 1e-16 of their size, only no longer to the last bit.
GRAIN = 2.0**-32

# "Within" allows a path to be longer than its limit by this share, the noise of adding measured lengths.
SLACK = 1e-9

# Points whose feet are this close along an edge (metres) stand at the same foot: far above the noise of projecting a
# point on a line, far below anything that can be surveyed.
SAME_FOOT_M = 1e-6


def on_grid(values: Numbers) -> Numbers:
    """Return the values rounded to the nearest multiple of GRAIN; inf stays inf."""
    return np.rint(values / GRAIN) * GRAIN


def in_grains(values: Numbers) -> Whole:
    """Return the values as whole numbers of grains; differences stay right even where a long sum wraps around."""
    return np.rint(values / GRAIN).astype(np.int64)


def limit_of(cutoff: float) -> float:
    """Return the largest cost that counts as within the cutoff: the cutoff itself, and the noise of adding up to it."""
    return cutoff * (1.0 + SLACK)
