"""How many people would be without if a threshold were a little lower or higher: is a figure firm, or an accident of it?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from geo.coverage import Coverage, without_at
from geo.rule import Measured, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World

# The percentages of a threshold that are tried. 100 is the plan's own.
PERCENT = (80, 90, 100, 110, 120)


@dataclass(frozen=True)
class Tried:
    """One threshold of a rule, and how many people are without at each of `PERCENT` of it.

    `people` are counted as the rule counts them, leaving out places where nobody knows; None where the rule does not
    allow that value (a share above 1). It is empty where trying would take a new check and the plan did not ask for it.
    """

    rule_id: str
    option: str
    value: float
    people: tuple[float | None, ...]


def sensitivity(coverages: Mapping[str, Coverage], world: World, *, anew: bool) -> tuple[Tried, ...]:
    """Return every threshold the rules have, in their order; exact, as if the plan had said the other number.

    `anew` says whether thresholds are tried that take a whole new check each time.
    """
    found = []
    for rule_id, seen in coverages.items():
        for option in seen.rule.thresholds:
            value = getattr(seen.rule, option)
            if value is not None:
                skipped = seen.rule.thresholds[option] == "anew" and not anew
                people = () if skipped else tuple(_people(seen, option, percent, world) for percent in PERCENT)
                found.append(Tried(rule_id, option, float(value), people))
    return tuple(found)


def _people(seen: Coverage, option: str, percent: int, world: World) -> float | None:
    """Return how many are without at that percentage of the threshold; None if the rule does not allow it."""
    measured = seen.measured
    required = measured.frame["required"].to_numpy(float)
    if percent != 100:
        rule = changed(seen.rule, option, getattr(seen.rule, option) * percent / 100)
        if rule is None:
            return None
        if seen.rule.thresholds[option] == "required":
            required = required * (percent / 100)
        else:
            measured = rule.measure(world)
            required = measured.frame["required"].to_numpy(float)
    return _sum(measured, required)


def changed(rule: Rule, option: str, value: float) -> Rule | None:
    """Return the rule with another threshold; None if it does not allow that one."""
    own = {name: getattr(rule, name) for name in rule.model_fields_set}
    try:
        return type(rule).model_validate(own | {option: value})
    except ValidationError:
        return None


def _sum(measured: Measured, required: NDArray[np.float64]) -> float:
    without = without_at(measured, required)
    return math.fsum(without[~np.isnan(without)].tolist())
