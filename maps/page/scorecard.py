"""Each village under each rule: how many of its people are without, and in which of four states it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.coverage import MET, SHORT, UNKNOWN

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.coverage import Coverage

NOT_JUDGED = "not_judged"
STATES = (NOT_JUDGED, MET, SHORT, UNKNOWN)


def unit_rows(assessment: Assessment) -> pd.DataFrame:
    """Return the villages of the run (id, name, population, geometry) in the order of their ids; empty if there are none."""
    frames = [layer.frame for layer in assessment.world.layers.of_kind("units")]
    if not frames:
        return pd.DataFrame({"name": [], "population": [], "geometry": []}, index=pd.Index([], dtype="str", name="id"))
    return pd.concat(frames).sort_index()


def scorecards(assessment: Assessment) -> dict[str, pd.DataFrame]:
    """Return each rule's scorecard by its id, in the plan's order."""
    units = unit_rows(assessment).index
    return {rule_id: scorecard(coverage, units) for rule_id, coverage in assessment.coverages.items()}


def scorecard(coverage: Coverage, units: pd.Index) -> pd.DataFrame:
    """Return one row for each unit: places, short, unknown (counts), people, people_short, required, supplied, state.

    A unit is short if any of its places is, else unknown if any is, else met; without a place it is not judged.
    required and supplied are given only where the rule judges the unit itself; elsewhere they are NaN.
    """
    frame = pd.DataFrame(coverage.frame.drop(columns="geometry"))
    frame["places"] = 1
    frame["short"] = (frame["status"] == SHORT).to_numpy(int)
    frame["unknown"] = (frame["status"] == UNKNOWN).to_numpy(int)
    columns = ["places", "short", "unknown", "people", "people_short"]
    card = frame.groupby("unit_id")[columns].sum().reindex(units, fill_value=0)
    judged_itself = (
        frame[["required", "supplied"]] if frame.index.isin(units).all() else frame[["required", "supplied"]].iloc[:0]
    )
    card = card.join(judged_itself.reindex(units))
    state = np.select([card["short"] > 0, card["unknown"] > 0, card["places"] > 0], [SHORT, UNKNOWN, MET], NOT_JUDGED)
    return card.assign(state=state)
