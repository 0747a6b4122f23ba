"""Each village under each rule: how many of its people are without, and in which of four states it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.coverage import MET, SHORT, UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.assessment import Judged
    from geo.coverage import Coverage

NOT_JUDGED = "not_judged"
STATES = (NOT_JUDGED, MET, SHORT, UNKNOWN)


def unit_rows(judged: Judged) -> pd.DataFrame:
    """Return the villages of the run (id, name, population, geometry) in the order of their ids; empty if there are none."""
    frames = [layer.frame for layer in judged.world.layers.of_kind("units")]
    if not frames:
        return pd.DataFrame({"name": [], "population": [], "geometry": []}, index=pd.Index([], dtype="str", name="id"))
    return pd.concat(frames).sort_index()


def scorecards(judged: Judged) -> dict[str, pd.DataFrame]:
    """Return each rule's scorecard by its id, in the plan's order."""
    units = unit_rows(judged).index
    return {rule_id: scorecard(coverage, units) for rule_id, coverage in judged.coverages.items()}


def scorecard(coverage: Coverage, units: pd.Index) -> pd.DataFrame:
    """Return one row for each unit: places, short, unknown (counts), people, people_short, required, supplied, state.

    A unit is short if any of its places is, else unknown if any is, else met; without a place it is not judged.
    required and supplied are given only where the rule judges the unit itself; elsewhere they are NaN.
    """
    frame = pd.DataFrame(coverage.frame)
    of_unit = units.get_indexer(frame["unit_id"])
    ours = of_unit >= 0

    def per_unit(amounts: NDArray[Any]) -> NDArray[Any]:
        return np.bincount(of_unit[ours], weights=np.nan_to_num(amounts[ours]), minlength=len(units))

    places, short, unknown = (
        per_unit(flags).astype(int)
        for flags in (ours, (frame["status"] == SHORT).to_numpy(), (frame["status"] == UNKNOWN).to_numpy())
    )
    people = {name: per_unit(frame[name].to_numpy(float)) for name in ("people", "people_short")}
    state = np.select([short > 0, unknown > 0, places > 0], [SHORT, UNKNOWN, MET], NOT_JUDGED)
    columns = {"places": places, "short": short, "unknown": unknown, **people, **_judged_itself(frame, units)}
    return pd.DataFrame(columns | {"state": state}, index=units)


def _judged_itself(frame: pd.DataFrame, units: pd.Index) -> dict[str, NDArray[np.float64]]:
    """Return required and supplied of each unit where the places judged are units, else NaN."""
    # More places than units cannot all be units: nine thousand homes need not be looked for among twenty villages.
    unit = units.get_indexer(frame.index) if len(frame) <= len(units) else np.array([-1])
    amounts = {name: np.full(len(units), np.nan) for name in ("required", "supplied")}
    if (unit >= 0).all():
        for name, given in amounts.items():
            given[unit] = frame[name].to_numpy(float)
    return amounts
