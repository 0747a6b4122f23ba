"""How much more a person counts: by village, where its people are worse placed than others, and where many have called.

Equity weights are (disadvantage / average) ** exponent, the form of the EU guide to cost-benefit analysis with the
village's disadvantage in the place of income. They are kept apart from severity, so that the list can be shown without
them: what they cost in people served is a choice, not arithmetic (Acland & Greenberg 2023).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.rule import Rule
    from geo.world import World
    from layers.rankingoptions import Equity, RankingOptions

    Numbers = NDArray[np.float64]

# How much more one person without counts under a safety-net rule (A) or a basic one (B) than under one of comfort (C).
# Illustrative, our own choice (mark I): no programme we read publishes such weights (DOMAIN 4.1).
SEVERITY_WEIGHTS: Mapping[str, float] = {"A": 4.0, "B": 2.0, "C": 1.0}
SAFETY_NET = "A"

# A village counts as at most so many times, and no less than one so-manyth of, the average: one odd figure in a column
# must not decide a list. Our choice.
MOST_DISADVANTAGE = 3.0

_SHARES = {"old": "pop60", "low_income": "low_income", "disabled": "disabled"}


def rule_weight(rule: Rule) -> float:
    """Return what one person wholly without counts under that rule, in a village like any other."""
    return SEVERITY_WEIGHTS[rule.severity] * rule.weight


def weighed(
    coverages: Mapping[str, Coverage],
    options: RankingOptions,
    placed: Mapping[str, float],
    gaps: Iterable[Gap],
    voices: Mapping[str, float],
) -> dict[str, Coverage]:
    """Return the coverages with what the plan's weights make of them: no verdict changes.

    `placed` is the disadvantage of each village (`disadvantage`), `voices` how much more a gap counts because people
    have called about it, by gap id: 1 where nobody has, never less, so that no call lowers any gap.
    """
    urgent = _urgent(gaps, voices)
    return {
        rule_id: replace(
            seen,
            rule=_with_severity(seen.rule, options),
            equity=_equity(seen, placed, options.equity.exponent),
            urgency=_urgency(seen, urgent[rule_id]) if rule_id in urgent else None,
        )
        for rule_id, seen in coverages.items()
    }


def _with_severity(rule: Rule, options: RankingOptions) -> Rule:
    """Return the rule with a weight that makes its severity count what the plan says."""
    if rule.severity not in options.weights:
        return rule
    return rule.model_copy(
        update={"weight": rule.weight * options.weights[rule.severity] / SEVERITY_WEIGHTS[rule.severity]}
    )


def _equity(seen: Coverage, placed: Mapping[str, float], exponent: float) -> Numbers | None:
    if not placed or not exponent:
        return None
    weights = pd.Series(placed, dtype=float) ** exponent
    found: Numbers = np.append(weights.to_numpy(), 1.0)[weights.index.get_indexer(seen.frame["unit_id"])]
    return found


def _urgent(gaps: Iterable[Gap], voices: Mapping[str, float]) -> dict[str, list[tuple[Gap, float]]]:
    urgent: dict[str, list[tuple[Gap, float]]] = {}
    for gap in gaps:
        if voices.get(gap.id, 1.0) > 1.0:
            urgent.setdefault(gap.rule_id, []).append((gap, voices[gap.id]))
    return urgent


def _urgency(seen: Coverage, urgent: Sequence[tuple[Gap, float]]) -> Numbers:
    """Return for each place the most that any gap it is part of counts more."""
    found = np.ones(len(seen.frame))
    index = seen.frame.index.astype(str)
    for gap, factor in urgent:
        rows = index.get_indexer(gap.place_ids)
        found[rows] = np.maximum(found[rows], factor)
    return found


def disadvantage(world: World, options: Equity) -> dict[str, float]:
    """Return how badly placed each village is, 1 being average: the mean of its disadvantages, each over its average.

    A share is people of a kind in all people; the average is that of all people, not of villages. A village without the
    figures counts as average. Remote is the mean time of its people to where `remote_from` says.
    """
    units = world.units
    people = units["population"].to_numpy(float) if len(units) else np.zeros(0)
    among = np.where(people > 0, people, np.nan)
    seen = [units[_SHARES[kind]].to_numpy(float) / among for kind in options.by if _is_there(world, _SHARES.get(kind))]
    if "remote" in options.by and options.remote_from and len(units):
        seen.append(_minutes_away(world, options.remote_from))
    relative = [some for some in (_relative(each, people) for each in seen) if some is not None]
    if not relative:
        return {}
    table = np.array(relative)
    is_known = ~np.isnan(table)
    mean = np.where(is_known, table, 0.0).sum(axis=0) / np.maximum(is_known.sum(axis=0), 1)
    found = np.where(is_known.any(axis=0), np.clip(mean, 1 / MOST_DISADVANTAGE, MOST_DISADVANTAGE), 1.0)
    return {str(id_): float(value) for id_, value in zip(units.index, found, strict=True)}


def _is_there(world: World, column: str | None) -> bool:
    return column is not None and column in world.units.columns and bool(world.units[column].notna().any())


def _relative(value: Numbers, people: Numbers) -> Numbers | None:
    """Return the values over their average by people; None if there is none, or nothing to tell villages apart by."""
    counts = ~np.isnan(value) & ~np.isinf(value) & (people > 0)
    if not counts.any():
        return None
    average = float(np.average(value[counts], weights=people[counts]))
    return np.where(counts, value / average, np.nan) if average > 0 else None


def _minutes_away(world: World, place: str) -> Numbers:
    """Return for each village the mean minutes its people need by road to the nearest of those places; NaN if unknown."""
    import geopandas as gpd

    from geo.settling import destination

    homes = world.homes
    network = world.network("drive", unit="min")
    points = gpd.GeoSeries(world.demand.points, index=homes.index, crs=world.layers.crs)
    cost = network.nearest(points, destination(world, place).points)["cost"].to_numpy(float)
    row = world.units.index.get_indexer(homes["unit_id"])
    counts = (row >= 0) & np.isfinite(cost)
    weight = np.nan_to_num(homes["people"].to_numpy(float))[counts]
    people = np.bincount(row[counts], weight, minlength=len(world.units))
    minutes = np.bincount(row[counts], weight * cost[counts], minlength=len(world.units))
    return np.where(people > 0, minutes / np.where(people > 0, people, 1.0), np.nan)
