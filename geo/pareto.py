"""People, fairness and money beside each other: what other orders would buy, so that nobody has to take ours on trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from geo.choosing.limits import ROUNDING, Purse
from geo.choosing.single import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.portfolio import Choice

    Numbers = NDArray[np.float64]

Order = Literal["plan", "people", "worst_placed"]

# The order that puts the worst placed first raises disadvantage to this power: the most that is drawn (1.2), doubled.
FAIR_EXPONENT = 2.4
# The worst placed are the villages with the most disadvantage that together hold a fifth of all need (DOMAIN 1c).
WORST_SHARE = 0.2
BUDGETS = 10


@dataclass(frozen=True)
class Outcome:
    """What one order buys for one budget: `people` served in full or in part (a person half served counts half; each once
    a rule, no weights), `worst_placed` of them in the worst-placed villages, and the `cost` in yuan.

    `is_best` says that no other outcome has at least as many people and worst placed for no more money, and one of them
    better.
    """

    order: Order
    budget: float
    cost: float
    people: float
    worst_placed: float
    is_best: bool


def outcomes(choice: Choice, weight: Numbers, disadvantage: Numbers, *, total: float) -> tuple[Outcome, ...]:
    """Return what three orders buy for ten budgets up to `total` yuan: the plan's, most people, and the worst placed first.

    `weight` is by rule, `disadvantage` by unit (of the effects). Each order is followed by need per yuan of building, as
    far as the money goes; caps are not looked at.
    """
    effects = choice.effects
    plain = effects.values(np.ones_like(weight), np.ones_like(disadvantage))
    worst = _worst_placed(plain, disadvantage, effects.slot_unit)
    orders: dict[Order, Numbers] = {
        "plan": choice.value,
        "people": plain,
        "worst_placed": effects.values(weight, disadvantage**FAIR_EXPONENT),
    }
    found: list[tuple[Order, float, float, float, float]] = []
    for name, value in orders.items():
        order = np.array(in_order(effects, value, choice.build, Purse.bottomless(effects.projects)).order, np.intp)
        spent = np.cumsum(choice.build[order])
        for budget in np.linspace(0, total, BUDGETS + 1)[1:].tolist():
            chosen = np.zeros(effects.projects, bool)
            chosen[order[spent <= budget * (1 + ROUNDING)]] = True
            served = effects.filled(chosen) * plain
            people, there = float(served.sum()), float(served[worst].sum())
            found.append((name, budget, float(choice.build[chosen].sum()), people, there))
    numbers = np.array([row[2:] for row in found]) * (-1, 1, 1)
    return tuple(Outcome(*row, is_best=not _is_beaten(numbers, i)) for i, row in enumerate(found))


def _worst_placed(plain: Numbers, disadvantage: Numbers, unit: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which slots lie in the villages of most disadvantage that together hold a fifth of the need."""
    need = np.bincount(unit, plain, minlength=len(disadvantage))
    order = np.argsort(-disadvantage, kind="stable")
    before = np.cumsum(need[order]) - need[order]
    is_worst = np.zeros(len(disadvantage), bool)
    is_worst[order[before < WORST_SHARE * need.sum()]] = True
    worst: NDArray[np.bool_] = is_worst[unit]
    return worst


def _is_beaten(numbers: Numbers, i: int) -> bool:
    """Return whether some row is at least as good as row i in every column and better in one (more is better)."""
    at_least, more = (numbers >= numbers[i]).all(axis=1), (numbers > numbers[i]).any(axis=1)
    return bool((at_least & more).any())
