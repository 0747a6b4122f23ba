"""How unevenly a rule holds across villages: beside each mean the worst-off, the worst fifth and the Gini coefficient.

A mean hides who is left behind; programmes that speak of equal access have to look at the tail (DOMAIN 1c).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import SHORT, UNKNOWN
from geo.groups import GROUPS, group_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]

WORST_SHARE = 0.2


@dataclass(frozen=True)
class Spread:
    """The share of people served (0-1) across villages under one rule.

    `villages` is how many of them have people of whom it is known; `mean` counts every person once. `worst_unit` is the
    village with the least share (the lowest id of several), `worst_fifth` the people's mean share in the fifth of the
    villages that have least (rounded up), `gini` is 0 where all villages have the same and near 1 where one has it all,
    each village counting once. NaN and "" where there is no village to speak of.
    """

    villages: int
    mean: float
    worst_unit: str
    worst: float
    worst_fifth: float
    gini: float


def spread(seen: Coverage, world: World) -> Spread:
    """Return how evenly a rule holds across villages; people whose verdict is unknown are left out on both sides."""
    frame = seen.frame
    known = (frame["status"] != UNKNOWN).to_numpy() & frame["people"].notna().to_numpy()
    unit = world.units.index.get_indexer(frame["unit_id"])
    kept = known & (unit >= 0)
    people, without = (
        np.bincount(unit[kept], np.nan_to_num(frame[name].to_numpy(float)[kept]), len(world.units)).astype(float)
        for name in ("people", "people_short")
    )
    there = np.flatnonzero(people > 0)
    if not len(there):
        return Spread(0, math.nan, "", math.nan, math.nan, math.nan)
    share = 1 - np.minimum(without[there] / people[there], 1.0)
    order = np.argsort(share, kind="stable")
    fifth = order[: math.ceil(WORST_SHARE * len(order))]
    return Spread(
        villages=len(there),
        mean=_mean(share, people[there]),
        worst_unit=str(world.units.index[there[order[0]]]),
        worst=float(share[order[0]]),
        worst_fifth=_mean(share[fifth], people[there][fifth]),
        gini=gini(share),
    )


def gini(values: Numbers) -> float:
    """Return the Gini coefficient of these amounts (>= 0): half the relative mean difference; 0 where all are 0.

    Sum over i of (2i - n - 1) x_i over n times their sum, for x in rising order.
    """
    ordered = np.sort(values)
    count, total = len(ordered), float(ordered.sum())
    if total <= 0:
        return 0.0
    rank = 2 * np.arange(1, count + 1) - count - 1
    return max(0.0, float(rank @ ordered) / (count * total))


def groups_without(seen: Coverage, world: World) -> Mapping[str, tuple[float, float]]:
    """Return of each group that anybody counts: how many there are where the verdict is known, and how many are without.

    Only for rules that judge homes or villages; a place that is short has its share of people without among the group.
    """
    frame = seen.frame
    homes, units = world.homes if len(world.layers.of_kind("demand")) else None, world.units
    bases = ((one, one.index.get_indexer(frame.index)) for one in (homes, units) if one is not None)
    base, row = next(((one, row) for one, row in bases if (row >= 0).all()), (None, None))
    if base is None or not len(frame):
        return {}
    rows = base.iloc[row]
    known = (frame["status"] != UNKNOWN).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        lacking = frame["people_short"].to_numpy(float) / frame["people"].to_numpy(float)
    lacking = np.where((frame["status"] == SHORT).to_numpy(), np.nan_to_num(lacking, nan=1.0), 0.0)
    found = {}
    for group in GROUPS:
        people = group_people(rows, group, world)[0] if base is homes else rows[group].to_numpy(float)
        if not np.isnan(people).all():
            there = np.nan_to_num(people) * known
            found[str(group)] = float(there.sum()), float((there * lacking).sum())
    return found


def _mean(share: Numbers, people: Numbers) -> float:
    return float(np.average(share, weights=people))
