"""What the tables, the report and the record count up: each rule over all its places, and each village over all rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.coverage import MET, SHORT, UNKNOWN
from geo.inequality import groups_without, spread
from layers.text import Text
from maps.page.findings import findings
from maps.page.scorecard import scorecards, unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.assessment import Assessment, Judged
    from geo.coverage import Coverage
    from geo.inequality import Spread


@dataclass(frozen=True)
class Total:
    """One rule over all its places; `people` and `people_short` leave out the places where they are unknown."""

    places: int
    met: int
    short: int
    unknown: int
    people: float
    people_short: float


@dataclass(frozen=True)
class Evenness:
    """How evenly one rule holds: across villages, and in each group of people (all of them, and those without)."""

    villages: Spread
    groups: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Totals:
    """Everything that is counted up, once for all outputs.

    `rules` by rule id, in the plan's order. `cards` are each rule's scorecard of the villages (`maps.page.scorecard`),
    on the unit id. `units` has a row for each village with name, population, rules_short, rules_unknown and
    people_short, which adds up over rules: somebody without two services counts twice. `rows` are the books over all
    layers, `evenness` is by rule id.
    """

    rules: Mapping[str, Total]
    cards: Mapping[str, pd.DataFrame]
    units: pd.DataFrame
    rows: Mapping[str, int]
    findings: tuple[Text, ...]
    evenness: Mapping[str, Evenness]

    def unit_name(self, unit_id: str) -> str:
        """Return a village's name, or its id where it has none."""
        return self._names.get(unit_id, unit_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {str(id_): str(name) for id_, name in self.units["name"].items()}


def totals(assessment: Assessment) -> Totals:
    """Return what the outputs say of the assessment in numbers."""
    cards, units = by_village(assessment)
    rules = {rule_id: _total(coverage) for rule_id, coverage in assessment.coverages.items()}
    layers = list(assessment.world.layers.values())
    books = {
        name: sum(getattr(layer, name) for layer in layers) for name in ("rows_in", "used", "repaired", "rejected")
    }
    even = {
        rule_id: Evenness(spread(seen, assessment.world), groups_without(seen, assessment.world))
        for rule_id, seen in assessment.coverages.items()
    }
    return Totals(rules, cards, units, books, findings(assessment, cards), even)


def by_village(judged: Judged) -> tuple[Mapping[str, pd.DataFrame], pd.DataFrame]:
    """Return `cards` and `units` of the totals, which say nothing of projects."""
    cards = scorecards(judged)
    return cards, _units(unit_rows(judged), cards)


def worst_first(units: pd.DataFrame) -> pd.DataFrame:
    """Return the villages that are short of something, most people without first, ties by rules short, then by id."""
    short = units[units["rules_short"] > 0]
    order = np.lexsort((short.index.to_numpy(str), -short["rules_short"], -short["people_short"]))
    return short.iloc[order]


def _total(coverage: Coverage) -> Total:
    frame = coverage.frame
    people, without = (_sum(frame[name].to_numpy(float)) for name in ("people", "people_short"))
    met, short, unknown = (int((frame["status"] == status).sum()) for status in (MET, SHORT, UNKNOWN))
    return Total(len(frame), met, short, unknown, people, without)


def _sum(values: NDArray[np.float64]) -> float:
    return math.fsum(values[~np.isnan(values)].tolist())


def _units(units: pd.DataFrame, cards: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    named = units["name"].astype(object)
    counted = pd.DataFrame(index=units.index)
    counted["name"] = named.where(named.notna() & (named != ""), units.index.to_series().astype(object))
    counted["population"] = units["population"].astype(float)
    states = np.array([card["state"].to_numpy(str) for card in cards.values()]).reshape(len(cards), len(units))
    counted["rules_short"] = (states == SHORT).sum(axis=0)
    counted["rules_unknown"] = (states == UNKNOWN).sum(axis=0)
    people = [card["people_short"].to_numpy(float) for card in cards.values()]
    counted["people_short"] = np.nansum(np.array(people).reshape(len(cards), len(units)), axis=0)
    return counted
