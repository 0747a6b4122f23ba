"""Rule and layers to coverage: the one place where shortfall and status are decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.rule import Measured, Rule, Sense, Without

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

MET, SHORT, UNKNOWN = "met", "short", "unknown"
STATUSES = (MET, SHORT, UNKNOWN)

# A place within this share of what is required is called borderline: one resurvey could turn it (DOMAIN 4.3).
BORDERLINE_SHARE = 0.1

# What is measured carries error; what is counted (cleaners, cameras) does not, and one clinic of one is no near thing.
MEASURED_UNITS = frozenset({"m", "min"})

# Sums of metres and minutes carry rounding of about 1e-12 of their size; less than this is no shortfall.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Coverage:
    """One rule's verdict on every place.

    `frame` (index: place id) has the columns of DESIGN's coverage table: name, unit_id, required, supplied, shortfall,
    unit, status, people, people_short, reason, borderline, geometry.
    `equity` and `urgency` say how much more the need at each place counts in the ranking (None: everywhere 1): by how its
    village is placed, and by who has called. No verdict depends on them.
    """

    rule: Rule
    measured: Measured
    frame: gpd.GeoDataFrame
    equity: Numbers | None = None
    urgency: Numbers | None = None

    @property
    def counts(self) -> Numbers | float:
        """How much more the need at each place counts, all told."""
        counts: Numbers | float = 1.0
        for factor in (self.equity, self.urgency):
            counts = counts if factor is None else counts * factor
        return counts

    def weights_at(self, row: NDArray[np.intp], other: Coverage) -> Coverage:
        """Return another check of the same rule with the weights of this one: its places are rows `row` here (-1: new)."""
        equity, urgency = (_weights_at(weights, row) for weights in (self.equity, self.urgency))
        return replace(other, equity=equity, urgency=urgency)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from geo.shown import coverage_html

        return coverage_html(self)


def _weights_at(weights: Numbers | None, row: NDArray[np.intp]) -> Numbers | None:
    return None if weights is None else np.append(weights, 1.0)[row]


def coverage(rule: Rule, world: World) -> Coverage:
    """Return what each place is required and supplied, and whether that is enough.

    "Within" means <=. A place whose supply is unknown has status "unknown", never "met" and never "short"; where only
    part of the supply is unknown, the verdict stands if it is the same whatever the unknown part is.
    Raises LayerError if the rule names a layer that is not there.
    """
    measured = rule.measure(world)
    return Coverage(rule, measured, decided(measured))


def decided(measured: Measured) -> gpd.GeoDataFrame:
    """Return the measured frame with unit, shortfall, status, people_short and borderline added."""
    frame = measured.frame.copy()
    for end in ("supplied_low", "supplied_high"):
        if end in frame:
            del frame[end]
    required = frame["required"].to_numpy(float)
    supplied = frame["supplied"].to_numpy(float)
    met, short, missing = verdicts(measured, required)
    known = met | short
    frame["unit"] = measured.unit
    frame["shortfall"] = np.where(known, missing, np.nan)
    status = np.select([met, short], [STATUSES.index(MET), STATUSES.index(SHORT)], STATUSES.index(UNKNOWN))
    frame["status"] = pd.Categorical.from_codes(status, categories=STATUSES)
    frame["people_short"] = without_at(measured, required)
    near = known & (np.abs(supplied - required) <= BORDERLINE_SHARE * required)
    frame["borderline"] = near & (required > 0) & (measured.unit in MEASURED_UNITS)
    return frame


def verdicts(measured: Measured, required: Numbers) -> tuple[Flags, Flags, Numbers]:
    """Return which places are met and which short if that much is required, and how much is missing at each."""
    supplied, low, high = (
        measured.frame[name if name in measured.frame else "supplied"].to_numpy(float)
        for name in ("supplied", "supplied_low", "supplied_high")
    )
    met, short = _known(lacking(required, low, measured.sense), lacking(required, high, measured.sense))
    return met, short, lacking(required, supplied, measured.sense)


def without_at(measured: Measured, required: Numbers) -> Numbers:
    """Return how many people are without at each place if that much is required; NaN where it is not known."""
    met, short, missing = verdicts(measured, required)
    without = np.where(short, people_without(required, missing, *dependants(measured)), 0.0)
    return np.where(met | short, without, np.nan)


def dependants(measured: Measured) -> tuple[Numbers, Without]:
    """Return who is without at each place if it is short, and whether that is all of them or the share missing."""
    if "people_short" in measured.frame:
        return measured.frame["people_short"].to_numpy(float), "everybody"
    return measured.frame["people"].to_numpy(float), measured.without


def people_without(required: Numbers, missing: Numbers, people: Numbers, without: Without) -> Numbers:
    """Return who is without where that much is missing: 0 where nothing is, NaN where it cannot be known."""
    if without == "share":
        return np.where(np.isnan(missing) | np.isnan(people), np.nan, need(required, missing, people))
    return np.where(missing > 0, people, np.where(np.isnan(missing), np.nan, 0.0))


def need(required: Numbers, shortfall: Numbers, people: Numbers) -> Numbers:
    """Return people x shortfall/required at each place, in people: at most all of them, and 0 where anything is unknown."""
    weighed = people * missing_share(required, shortfall)
    return np.where(np.isnan(weighed), 0.0, weighed)


def missing_share(required: Numbers, shortfall: Numbers) -> Numbers:
    """Return how much of what is required is missing at each place (0-1): 0 where nothing is, or where it is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shortfall > 0, np.minimum(shortfall / required, 1.0), 0.0)


def lacking(required: Numbers, supplied: Numbers, sense: Sense) -> Numbers:
    """Return how much is missing in the rule's unit: 0 where there is enough, NaN where that cannot be known."""
    missing = required - supplied if sense == "at_least" else supplied - required
    noise = TOLERANCE * np.maximum(np.abs(required), 1.0)
    return np.where(missing <= noise, 0.0, missing)


def _known(lacking_one: Numbers, lacking_other: Numbers) -> tuple[Flags, Flags]:
    """Return which places are met, and which short, at both ends of what supply may be; the others are unknown."""
    return (lacking_one == 0) & (lacking_other == 0), (lacking_one > 0) & (lacking_other > 0)
