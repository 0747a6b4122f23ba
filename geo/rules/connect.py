"""Every settlement joined to the town by roads that are good enough all the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from geo.coverage import SHORT
from geo.gaps import Gap, stable_id
from geo.network.snap import MAX_SNAP_M
from geo.network.upgrades import Upgrades, cheapest_upgrades, ends_of
from geo.projects import Project
from geo.roads.criteria import RoadCriteria, bays_given, standing
from geo.roads.settlements import kind_of, settlements_of
from geo.roads.upgrading import UPGRADE, upgrades
from geo.rule import Measured, Rule, Turns
from geo.settling import Destination, destination, goals_moved
from geo.supply import cost_note
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

ANY_ROAD = "road"


@dataclass(frozen=True, eq=False)
class _Kept:
    """The roads (rows), how they stand to each criterion, and the cheapest upgrades if only what surely holds counts.

    `end` is where each settlement stands on the network (-1: nowhere): of roads within reach the cheapest to join.
    """

    roads: gpd.GeoDataFrame
    sure: Flags
    upgrades: Upgrades
    end: Rows


class Connect(RoadCriteria, Rule):
    """Every settlement is joined to the town by roads that hold every criterion all the way. Required 1, supplied 1 or 0.

    `settlements` are `units` (each village where most of its people live), `demand` (every home) or points; villages
    known to have fewer than `min_households` are not asked for. `to` is where the roads must lead: a village (the
    town's seat, by id or name), else the nearest of a category of facilities or points, by default the hospital of the
    township, which stands in its seat. The criteria are those of `road_standard` (`surfaces`, `min_width_m`,
    `min_lanes`, `conditions`, bays); without any, every road counts. Roads are those by which vehicles come, tracks
    and paths among them: as a rule they hold no criterion, but they can be upgraded.

    A settlement stands at the foot on its nearest road (at a junction: on all that meet), at most `max_snap_m` away;
    farther off it is unknown. Where a road's attribute is blank the settlement is unknown if that would decide. Where no
    road of any kind leads to the town it is short, and no upgrade can help.

    With `to: road` any road that holds the criteria will do, and with `access_m` it is enough that one that is joined
    lies within so many metres in a straight line (at exactly that many it does): together the Rural Access Index of SDG
    9.1.1 (people within 2 km of an all-season road), whose figure is in the notes.

    A gap is a settlement, or homes of one village that need the same upgrades. Roads are upgraded as rows, whole. The
    project for a gap upgrades the roads of the cheapest way (shortest path over roads, those that hold already free):
    for one gap by itself nothing is cheaper. Ways of several gaps share a trunk; for each place where ways part there is
    also a project for what lies beyond, which joins its gap once the trunk is done. It gains nothing before and costs
    less after, so a ranked list pays for no road twice. The union of cheapest ways is not always the cheapest network
    (a Steiner tree); that is not promised.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"roads", "units", "demand"})
    thresholds: ClassVar[Mapping[str, Turns]] = {"min_households": "anew", "access_m": "anew"}

    settlements: str = "units"
    roads: str = "roads"
    to: str = "hospital"
    min_households: float | None = Field(default=None, ge=0)
    access_m: float | None = Field(default=None, gt=0)
    max_snap_m: float = Field(default=MAX_SNAP_M, ge=0)

    def measure(self, world: World) -> Measured:
        """Return for each settlement whether it is joined; raises LayerError if a layer is missing."""
        places = settlements_of(world, self.settlements, self.where, self.min_households)
        roads = world.layers.rows("roads", self.roads)
        network = world.network("vehicle", self.roads)
        road = roads.index.get_indexer(network.road_ids)[network.topology.road].astype(np.int64)
        found = standing(self, roads, bays_given=bays_given(world.layers, self.roads))
        goal = None if self.to == ANY_ROAD else destination(world, self.to)
        roots = np.unique(road) + network.topology.nodes
        if goal is not None:
            roots = ends_of(network.topology, road, network.snap(goal.points, max_snap_m=self.max_snap_m))
        length_m = shapely.length(roads.geometry.array)
        low, high = (
            cheapest_upgrades(network.topology, road, length_m, np.asarray(~holds.all(axis=1)), roots)
            for holds in (found.sure, found.maybe)
        )
        ends = ends_of(network.topology, road, network.snap(places.geometry, max_snap_m=self.max_snap_m))
        if self.access_m is None:
            joined = low.joined(ends).astype(float), high.joined(ends).astype(float)
            known = (ends >= 0) & bool((roots >= 0).any())
        else:
            joined, ends = self._within(places, roads, (low, high))
            known = np.full(len(places), bool((roots >= 0).any()))
        frame = places.assign(required=1.0)
        for name, supplied in (("supplied", joined[0]), ("supplied_low", joined[0]), ("supplied_high", joined[1])):
            frame[name] = np.where(known, supplied, np.nan)
        frame["reason"] = _reasons(frame, np.append(low.cost, np.inf)[ends], ends)
        notes = (*self._notes(world, frame, goal), *cost_note(self, UPGRADE))
        kept = _Kept(roads, found.sure, low, ends)
        return Measured(frame, "", "at_least", notes, kept, of=kind_of(world, self.settlements))

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that touch roads, villages, homes, or what the roads must lead to."""
        edits = ((i, world.layers[edit.layer].kind) for i, one in enumerate(projects) for edit in one.edits)
        return {i for i, kind in edits if kind in self.reads} | goals_moved(projects, self.to, world)

    def _within(
        self, places: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, found: tuple[Upgrades, Upgrades]
    ) -> tuple[tuple[Numbers, Numbers], Rows]:
        """Return which settlements have a joined road within `access_m`, surely and perhaps, and the cheapest to join."""
        points, lines = np.asarray(places.geometry), np.asarray(roads.geometry)
        best, joined = np.full(len(points), -1), []
        for one in found:
            good = np.flatnonzero(one.joined(one.nodes + np.arange(len(lines))))
            place, nearest = shapely.STRtree(lines[good]).query_nearest(
                points, max_distance=self.access_m, all_matches=False
            )
            joined.append(np.bincount(place, minlength=len(points)).astype(float))
            best[place] = one.nodes + good[nearest]
        left = np.flatnonzero(joined[0] == 0)
        place, road = shapely.STRtree(lines).query(points[left], predicate="dwithin", distance=self.access_m)
        order = np.lexsort((road, found[0].cost[found[0].nodes + road], place))
        first = order[np.diff(place[order], prepend=-1) != 0]
        best[left[place[first]]] = found[0].nodes + road[first]
        return (joined[0], joined[1]), best

    def _notes(self, world: World, frame: gpd.GeoDataFrame, goal: Destination | None) -> list[Text]:
        notes = [*(world.demand.notes if self.settlements == "demand" else ())]
        if goal is not None and not len(goal.points):
            return [*notes, say("roads.nowhere_to_join", what=goal.what)]
        off = int(frame["supplied"].isna().sum())
        if off:
            notes.append(say("roads.settlements_off_road", count=off, limit_m=self.max_snap_m))
        people, joined = frame["people"].to_numpy(float), frame["supplied"].to_numpy(float) == 1
        total = float(np.nansum(people))
        if self.to == ANY_ROAD and total:
            within = float(np.nansum(people[joined]))
            share = round(100 * within / total, 1)
            notes.append(
                say("roads.access_index", within=within, share=share, limit_m=self.access_m or self.max_snap_m)
            )
        return notes

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return a gap for each settlement that is not joined; homes of one village that need the same roads are one."""
        return [self._gap(coverage, rows, way) for rows, way in self._ways(coverage)]

    def _ways(self, coverage: Coverage) -> list[tuple[Rows, tuple[int, ...] | None]]:
        """Return settlements that are short with the roads to upgrade for them, from the root on; None: none can help."""
        kept = cast("_Kept", coverage.measured.detail)
        needed = np.asarray(~kept.sure.all(axis=1))
        groups: defaultdict[tuple[str, tuple[int, ...] | None], list[int]] = defaultdict(list)
        found: dict[int, tuple[int, ...] | None] = {}
        for row in np.flatnonzero(coverage.frame["status"].to_numpy() == SHORT):
            end = int(kept.end[row])
            if end not in found:
                is_there = end >= 0 and np.isfinite(kept.upgrades.cost[end])
                found[end] = tuple(r for r in kept.upgrades.roads_to(end) if needed[r]) if is_there else None
            groups[str(coverage.frame["unit_id"].iloc[row]), found[end]].append(int(row))
        ways = [(np.array(rows), way) for (_, way), rows in groups.items()]
        return sorted(ways, key=lambda pair: int(pair[0][0]))

    def _gap(self, coverage: Coverage, rows: Rows, way: tuple[int, ...] | None) -> Gap:
        people = coverage.frame["people"].to_numpy(float)[rows]
        anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
        frame = coverage.frame.iloc[[rows[anchor], *np.delete(rows, anchor)]]
        reason = say("roads.gap_no_road", count=len(rows))
        if way is not None:
            km = round(self._km(cast("_Kept", coverage.measured.detail), way), 3)
            reason = say("roads.gap_connect", count=len(rows), km=km, roads=len(way))
        return Gap(
            id=stable_id(self.id, str(frame.index[0])),
            rule_id=self.id,
            severity=self.severity,
            place_ids=tuple(map(str, frame.index)),
            unit_id=str(frame["unit_id"].iloc[0]),
            name=str(frame["name"].iloc[0] or frame.index[0]),
            amount=float(len(rows)),
            unit="settlements",
            people=float("nan") if np.isnan(people).all() else float(np.nansum(people)),
            geometry=frame.geometry.iloc[0] if len(rows) == 1 else shapely.multipoints(frame.geometry.to_numpy()),
            reason=reason,
        )

    def _km(self, kept: _Kept, way: Sequence[int]) -> float:
        return float(shapely.length(kept.roads.geometry.array[list(way)]).sum()) / 1000

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each gap the cheapest upgrades, and those left to do from each place on where ways part."""
        wanted = {place: gap for gap in gaps for place in gap.place_ids[:1]}
        ids = coverage.frame.index.to_numpy(object)
        ways = [
            (way, next(wanted[id_] for id_ in ids[rows] if id_ in wanted)) for rows, way in self._ways(coverage) if way
        ]
        shared = Counter(road for way, _ in ways for road in way)
        parts: defaultdict[tuple[int, ...], list[Gap]] = defaultdict(list)
        for way, gap in ways:
            for i, road in enumerate(way):
                if i == 0 or shared[road] != shared[way[i - 1]]:
                    parts[way[i:]].append(gap)
        return [self._project(part, own, coverage, world) for part, own in sorted(parts.items())]

    def _project(self, part: tuple[int, ...], gaps: list[Gap], coverage: Coverage, world: World) -> Project:
        kept = cast("_Kept", coverage.measured.detail)
        rows = sorted(part)
        roads, km = kept.roads.iloc[rows], self._km(kept, part)
        return Project(
            id=stable_id("P", "upgrade_road", self.id, *map(str, roads.index)),
            action="upgrade_road",
            name=say("roads.project_connect", place=gaps[0].name, km=round(km, 3)),
            unit_id=gaps[0].unit_id,
            rule_ids=(self.id,),
            gap_ids=tuple(gap.id for gap in gaps),
            amount=round(km, 6),
            unit="km",
            edits=upgrades(world.layers, self.roads, list(roads.index), kept.sure[rows], self),
            cost=self.cost or UPGRADE,
            geometry=shapely.multilinestrings(shapely.get_parts(roads.geometry.to_numpy())),
        )


def _reasons(frame: pd.DataFrame, cost_m: Numbers, ends: Rows) -> NDArray[np.object_]:
    low, high = frame["supplied_low"].to_numpy(float), frame["supplied_high"].to_numpy(float)
    apart = np.array(
        [f"not_joined:{metres / 1000:.3g}" if np.isfinite(metres) else "" for metres in cost_m], dtype=object
    )
    cases = [np.isnan(low), low < high, (low == 0) & ~np.isfinite(cost_m), low == 0]
    found = np.select(cases, [np.where(ends < 0, "no_road_near", "no_destination"), "road_blank", "no_road", apart], "")
    reasons: NDArray[np.object_] = found.astype(object)
    return reasons
