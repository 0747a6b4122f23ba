"""Two-step floating catchment: what each person can draw on of a supply that everybody around shares.

Step 1 divides each supply by the demand that reaches it; step 2 adds up, for each demand, the shares it reaches
(Radke & Mu 2000; Luo & Wang 2003). A decay makes far ones count less in both steps (E2SFCA, Luo & Qi 2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

Decay = Callable[["Numbers"], "Numbers"]

# Luo & Qi 2009: three zones of equal width, Gaussian weights of the slower decay.
STEP_WEIGHTS = (1.0, 0.68, 0.22)

# Kwan 1998: what is left of the weight at the cutoff, where a decay has no end of its own.
WEIGHT_AT_CUTOFF = 0.01


def step(cutoff: float) -> Decay:
    """Return the stepped decay of E2SFCA: 1, 0.68 and 0.22 in thirds of the cutoff, each up to and including its end."""
    ends = np.array([1, 2]) * (cutoff / 3)

    def weight(cost: Numbers) -> Numbers:
        result: Numbers = np.array(STEP_WEIGHTS)[np.searchsorted(ends, cost, side="left")]
        return result

    return weight


def gaussian(cutoff: float) -> Decay:
    """Return the Gaussian decay of Dai 2010 (Ga2SFCA): 1 at the door, 0 at the cutoff."""
    least = math.exp(-0.5)

    def weight(cost: Numbers) -> Numbers:
        result: Numbers = np.maximum((np.exp(-0.5 * (cost / cutoff) ** 2) - least) / (1 - least), 0.0)
        return result

    return weight


def exponential(cutoff: float) -> Decay:
    """Return the negative exponential decay: 1 at the door, WEIGHT_AT_CUTOFF at the cutoff (Kwan 1998)."""
    rate = -math.log(WEIGHT_AT_CUTOFF) / cutoff

    def weight(cost: Numbers) -> Numbers:
        result: Numbers = np.exp(-rate * cost)
        return result

    return weight


def two_step(
    supply: ArrayLike, demand: ArrayLike, cost: Any, *, cutoff: float, decay: Decay | None = None
) -> NDArray[np.float64]:
    """Return the access of each demand row: supply per unit of demand, in the supply's unit.

    `cost` is supply x demand: what the trip from each demand to each supply costs; dense (inf or NaN: cannot), or scipy
    sparse, where a pair that is not stored cannot. Within means <= cutoff. `decay` gives each cost's weight (see `step`,
    `gaussian`, `exponential`; 1 if None). A supply that nobody reaches adds nothing; otherwise the sum of demand x access
    is the whole supply. Raises ValueError if shapes differ or a supply, a demand or a weight is negative or not finite.
    """
    have, want = np.asarray(supply, float), np.asarray(demand, float)
    if tuple(cost.shape if hasattr(cost, "shape") else np.shape(cost)) != (len(have), len(want)):
        raise ValueError("cost must be supply x demand")
    at, of, some = _entries(cost)
    near = some <= cutoff
    at, of = at[near], of[near]
    weight = np.ones(len(at)) if decay is None else np.asarray(decay(some[near]), float)
    if not all(bool(np.all(np.isfinite(numbers) & (numbers >= 0))) for numbers in (have, want, weight)):
        raise ValueError("supply, demand and weights must be finite and not negative")
    return reached(at, of, weight, shares(at, weight * want[of], have), len(want))


def shares(at: NDArray[np.intp], load: Numbers, supply: Numbers) -> Numbers:
    """Return each supply per unit of the load that comes to it; 0 where none does. `at` is the supply of each load."""
    total = np.bincount(at, load, minlength=len(supply))
    return np.divide(supply, total, out=np.zeros(len(supply)), where=total > 0)


def reached(at: NDArray[np.intp], of: NDArray[np.intp], weight: Numbers, share: Numbers, demands: int) -> Numbers:
    """Return the sum of the shares each demand reaches, each times the weight of its pair (`at` supply, `of` demand)."""
    result: Numbers = np.bincount(of, weight * share[at], minlength=demands).astype(float)
    return result


def _entries(cost: Any) -> tuple[NDArray[np.intp], NDArray[np.intp], Numbers]:
    """Return supply row, demand row and cost of every pair that is stored, or finite in a dense table."""
    from scipy.sparse import coo_array, issparse

    if issparse(cost):
        pairs = coo_array(cost)
        return pairs.coords[0].astype(np.intp), pairs.coords[1].astype(np.intp), pairs.data.astype(float)
    table = np.asarray(cost, float)
    at, of = np.nonzero(np.isfinite(table))
    return at, of, table[at, of]
