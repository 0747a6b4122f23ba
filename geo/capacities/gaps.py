"""Homes that too many others share too little with, as clusters people can point at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.coverage import SHORT
from geo.gaps import Gap, clustered, stable_id
from geo.unserved import LINK_M
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage

    Rows = NDArray[np.int64]

PLACES = "capacity"


def gaps_of(
    coverage: Coverage, units: gpd.GeoDataFrame, points: NDArray[np.object_], facts: Mapping[str, object]
) -> list[Gap]:
    """Return a gap for each cluster of short homes of one village; `facts` are what its reason says of the rule."""
    frame = coverage.frame
    short = np.flatnonzero(frame["status"].to_numpy() == SHORT)
    unit = pd.factorize(frame["unit_id"].to_numpy(object)[short], sort=True)[0].astype(np.int64)
    groups = pd.Series(short).groupby(clustered(points[short], unit, LINK_M)).indices
    gaps = [_gap(coverage, units, points, short[rows], facts) for rows in groups.values()]
    return sorted(gaps, key=lambda gap: (gap.unit_id, gap.place_ids))


def _gap(
    coverage: Coverage, units: gpd.GeoDataFrame, points: NDArray[np.object_], rows: Rows, facts: Mapping[str, object]
) -> Gap:
    """Return these homes as one gap, named after the one with most people (the lowest id of several)."""
    frame, rule = coverage.frame.iloc[rows], coverage.rule
    people = frame["people"].to_numpy(float)
    anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
    ids = frame.index.to_numpy(object)
    unit_id = str(frame["unit_id"].iloc[anchor])
    named = units["name"].get(unit_id)
    missing = float(np.nansum(people * frame["shortfall"].to_numpy(float)) / 1000)
    return Gap(
        id=stable_id(rule.id, unit_id, str(ids[anchor])),
        rule_id=rule.id,
        severity=rule.severity,
        place_ids=(str(ids[anchor]), *map(str, np.delete(ids, anchor))),
        unit_id=unit_id,
        name=str(named) if isinstance(named, str) and named else unit_id or str(ids[anchor]),
        amount=missing,
        unit=PLACES,
        people=float(np.nansum(people)) if not np.isnan(people).all() else float("nan"),
        geometry=shapely.multipoints(points[rows]),
        reason=say("capacity.gap", count=len(rows), least=round(float(frame["supplied"].min()), 2), **facts),
    )
