"""The stages of a chain in a world: which facilities, what they take a day, and who is within range of whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.chains.flow import RANGE, Chain, Stop
from geo.places import demand_rows, points_of
from geo.supply import Supply, supply
from geo.travel import Travel
from geo.ways import AlongRoads, Ways

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.chains.options import ChainOptions, Stage
    from geo.world import World

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class KnownStage:
    """A stage's facilities that work or may work, and the kilograms each takes a day (NaN: not known)."""

    supply: Supply
    takes: Numbers
    kg_per_place: Numbers  # what one more of its capacity would take a day, NaN where the times a day are not known

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """The facilities' ids."""
        return np.asarray(self.supply.frame.index, dtype=object)


@dataclass(frozen=True, eq=False)
class Known:
    """A chain in a world. `offset_m` is how far each home is from its road (NaN: no road), `is_off` whether too far."""

    homes: gpd.GeoDataFrame
    offset_m: Numbers
    is_off: Flags
    chain: Chain
    stages: tuple[KnownStage, ...]

    def facility(self, kind: int, stage: int, row: int) -> str:
        """Return the id of the facility a cause names (see `Causes`), "" if it is a home."""
        return "" if row < 0 else str(self.stages[stage - 1 if kind == RANGE else stage].ids[row])


def travel_of(rule: ChainOptions, stage: Stage) -> Travel:
    """Return how one gets to a stage from the one before."""
    return Travel(stage.mode, stage.limit[1], rule.roads, max_snap_m=rule.max_snap_m)


def known_chain(rule: ChainOptions, world: World) -> Known:
    """Return the chain as it is in a world; raises LayerError if a layer is missing."""
    homes, rows = demand_rows(world, rule.demand, rule.where)
    stages = tuple(_stage(stage, world) for stage in rule.stages)
    sources, stops = homes, []
    first = travel_of(rule, rule.stages[0]).ways(world, homes, rows)
    ways: Ways = first
    for k, (stage, known) in enumerate(zip(rule.stages, stages, strict=True)):
        ways = ways if not k else travel_of(rule, stage).ways(world, sources)
        stops.append(_stop(ways, points_of(sources), known, stage.limit[0], flows=rule.kg_per_person_day is not None))
        sources = known.supply.frame
    people = homes["people"].to_numpy(float) * (rule.kg_per_person_day or 0.0)
    most = np.inf if rule.kg_per_person_day else 0.0
    chain = Chain(np.nan_to_num(people, nan=0.0), np.nan_to_num(people, nan=most), tuple(stops))
    points = points_of(homes)
    off = np.isinf(first.stands.leg) | shapely.is_missing(points) | shapely.is_empty(points)
    return Known(homes, first.stands.offset_m, off, chain, stages)


def per_day(stage: Stage, frame: pd.DataFrame) -> Numbers:
    """Return how often a day each facility is served: its own column, else the stage's number, else NaN."""
    times: Numbers = frame["per_day"].to_numpy(float)
    return times if stage.per_day is None else np.where(np.isnan(times), stage.per_day, times)


def _stage(stage: Stage, world: World) -> KnownStage:
    found = supply(world.layers, stage.meant)
    each = per_day(stage, found.frame) * stage.kg_per_capacity
    return KnownStage(found, found.frame["capacity"].to_numpy(float) * each, each)


def _stop(ways: Ways, points: NDArray[np.object_], known: KnownStage, limit: float, *, flows: bool) -> Stop:
    places = known.supply.frame.geometry.to_numpy()
    pairs = ways.within(places, limit)
    sure = known.supply.works[pairs.place]
    apart = ~ways.is_joined(places)
    off = np.isinf(ways.stands.leg)
    source, target, cost = _loose(ways, points, places, off, apart, limit)
    blank = np.isnan(known.takes)
    return Stop(
        np.where(blank, 0.0, known.takes) if flows else np.full(len(places), np.inf),
        np.where(blank, np.inf, known.takes) if flows else np.full(len(places), np.inf),
        np.concatenate([pairs.home, source]),
        np.concatenate([pairs.place, target]),
        np.concatenate([pairs.cost, cost]),
        np.concatenate([sure, np.zeros(len(source), bool)]),
    )


def _loose(
    ways: Ways, points: NDArray[np.object_], places: NDArray[np.object_], off: Flags, apart: Flags, limit: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """Return pairs that may be within range though one of them is off the roads: those that are so going straight."""
    if not isinstance(ways, AlongRoads) or not (off.any() or apart.any()):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    per_m = ways.network.costs.fastest_per_m * ways.factor
    source, target = shapely.STRtree(places).query(points, predicate="dwithin", distance=limit / per_m)
    kept = off[source] | apart[target]
    source, target = source[kept], target[kept]
    return source, target, shapely.distance(points[source], places[target]) * per_m
