"""What is in a chain's way, as objects people can act on: a facility with everybody upstream, or homes out of range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.chains.flow import RANGE
from geo.coverage import SHORT
from geo.gaps import Gap, clustered, stable_id
from geo.places import points_of
from geo.supply import what_is
from geo.unserved import LINK_M
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.chains.flow import Flow
    from geo.chains.options import ChainOptions
    from geo.chains.stages import Known
    from geo.coverage import Coverage
    from geo.world import World

    Rows = NDArray[np.int64]


@dataclass(frozen=True)
class ChainGap:
    """A gap with what it is about: the homes (rows), the kind of thing in their way, its stage, the facility's row."""

    gap: Gap
    homes: Rows
    kind: int
    stage: int
    row: int

    def without_repair(self) -> Gap:
        """Return the gap, its reason saying that no project would close it."""
        return replace(self.gap, reason=say("chain.gap_no_repair", gap=self.gap.reason))


def gaps_of(rule: ChainOptions, coverage: Coverage, known: Known, found: Flow, world: World) -> list[ChainGap]:
    """Return a gap for each thing in the way of homes that surely are not served, by village and place."""
    frame = coverage.frame
    short = np.flatnonzero(frame["status"].to_numpy() == SHORT)
    kind, stage, row = (part[short] for part in (found.failing.kind, found.failing.stage, found.failing.row))
    at_home = row < 0
    label = np.zeros(len(short), np.int64)
    unit = pd.factorize(frame["unit_id"].to_numpy(object)[short], sort=True)[0].astype(np.int64)
    points = points_of(known.homes)
    label[at_home] = clustered(points[short[at_home]], unit[at_home], LINK_M)
    groups = pd.Series(short).groupby([kind, stage, row, label]).indices
    gaps = [_gap(rule, coverage, known, found, world, short[rows], key[:3]) for key, rows in groups.items()]
    return sorted(gaps, key=lambda one: (one.gap.unit_id, one.gap.place_ids))


def _gap(
    rule: ChainOptions,
    coverage: Coverage,
    known: Known,
    found: Flow,
    world: World,
    homes: Rows,
    cause: Sequence[int],
) -> ChainGap:
    """Return these homes as one gap, named after the facility in the way, or the village of its most people's home."""
    kind, stage, row = (int(part) for part in cause)
    frame = coverage.frame.iloc[homes]
    people = frame["people"].to_numpy(float)
    anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
    ids, unit_id = frame.index.to_numpy(object), str(frame["unit_id"].iloc[anchor])
    about = (unit_id, str(ids[anchor])) if row < 0 else (known.facility(kind, stage, row),)
    without = float(np.nansum(people)) if not np.isnan(people).all() else float("nan")
    gap = Gap(
        id=stable_id(rule.id, str(kind), str(stage), *about),
        rule_id=rule.id,
        severity=rule.severity,
        place_ids=(str(ids[anchor]), *map(str, np.delete(ids, anchor))),
        unit_id=unit_id,
        name=unit_name(world.units, unit_id) or str(ids[anchor]) if row < 0 else facility_name(known, kind, stage, row),
        amount=without,
        unit="people",
        people=without,
        geometry=shapely.multipoints(points_of(known.homes)[homes]),
        reason=_reason(rule, known, found, len(homes), (kind, stage, row)),
    )
    return ChainGap(gap, homes, kind, stage, row)


def _reason(rule: ChainOptions, known: Known, found: Flow, count: int, cause: tuple[int, int, int]) -> Text:
    kind, stage, row = cause
    if kind != RANGE:
        inflow, takes = float(found.inflow_low[stage][row]), float(known.stages[stage].takes[row])
        name = facility_name(known, kind, stage, row)
        facts = {"name": name, "stage": stage + 1, "count": count}
        return say("chain.gap_capacity", inflow=round(inflow, 1), takes=round(takes, 1), **facts)
    limit, unit = rule.stages[stage].limit
    facts = {"limit": limit, "unit": say(f"rules.length_{unit}"), "what": what_is(rule.stages[stage].meant)}
    if row < 0:
        return say("chain.gap_home", count=count, **facts)
    name = facility_name(known, kind, stage, row)
    return say("chain.gap_range", name=name, stage=stage + 1, count=count, **facts)


def facility_name(known: Known, kind: int, stage: int, row: int) -> str:
    """Return what people call the facility a cause names: its name, else its id."""
    rows = known.stages[stage - 1 if kind == RANGE else stage].supply.frame
    name = rows["name"].iloc[row]
    return name if isinstance(name, str) and name.strip() else str(rows.index[row])


def unit_name(units: gpd.GeoDataFrame, unit_id: str) -> str:
    """Return what people call a village: its name, else its id."""
    name = units["name"].get(unit_id)
    return name if isinstance(name, str) and name.strip() else unit_id
