"""No way much longer than the straight line: where it is, a bridge or a link is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field, field_validator

from geo.coverage import SHORT
from geo.gaps import Gap, clustered, stable_id
from geo.groups import Group, group_people
from geo.network.snap import MAX_SNAP_M
from geo.places import demand_rows, texts, together
from geo.projects import Project
from geo.roads.links import BRIDGE, LINK, Link, LinkSearch, crossing_of
from geo.rule import Measured, Rule, Turns
from geo.supply import Meant, cost_note, counting, moving, rejected_note, supply, what_is
from geo.travel import Travel
from geo.unserved import LINK_M
from geo.ways import AlongRoads, StraightLines
from layers.edit import Edit
from layers.options import checked_where
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class _Group:
    """Homes (rows) whose way one link makes short enough, the one it was found for first; without a link: a hamlet."""

    rows: Rows
    link: Link | None


@dataclass(frozen=True, eq=False)
class _Kept:
    """Where links are looked for, and the groups once they have been worked out (under the key "groups")."""

    search: LinkSearch
    memo: dict[str, list[_Group]] = field(default_factory=dict)


class Detour(Rule):
    """No home's way to the nearest facility is much longer than the straight line: by no more than `ratio` times, or
    than `extra_m` metres, whichever is more.

    Required are max(ratio x straight, straight + extra_m) metres, supplied is the way on foot (every road people may
    use, both access legs included) to the nearest facility; within means <=. Straight is the line to the nearest
    facility as the crow flies, which need not be the same one: where a river keeps the near school from a home, the far
    school on its own bank does not hide it. `facilities` is a layer or a category; `category` and `facilities_where`
    narrow it, `where` keeps homes. Facilities that are more than `max_snap_m` from any road are left out; a home that far
    is unknown, and so is one whose verdict hangs on a facility of unknown status. Where no road leads to any facility
    the way is `inf` and short. With no facility at all there is no detour: everything is unknown.

    `group` says whose way it is: everybody's, or that of pop60, children, disabled, low_income alone.

    Paths that are missing in the data look like detours: check the map before building.

    A gap is the homes whose way one new link would make short enough. The link is the shortest that does it for the
    home with most people; it runs straight from one vertex of the roads as drawn to another and is at most `max_link_m`
    long. Where it crosses a watercourse the gap is that spot, the site of a bridge or culvert; otherwise the link. Where
    no link is short enough the gap is a cluster of homes (of one village, joined by steps of at most LINK_M), says so and
    has no project. The project adds the link as a road; what it gives to
    this and every other rule is found by measuring again. `cost` is that of one bridge.
    """

    may_harm: ClassVar[bool] = True  # a new facility across the river makes the straight line shorter
    thresholds: ClassVar[Mapping[str, Turns]] = {"ratio": "anew", "extra_m": "anew"}

    demand: str = "demand"
    facilities: str = "school"
    category: str | None = None
    facilities_where: str | None = None
    roads: str = "roads"
    ratio: float = Field(default=2.0, ge=1)
    extra_m: float = Field(default=1000.0, ge=0)
    group: Group = "people"
    max_link_m: float = Field(default=500.0, gt=0)
    max_snap_m: float = Field(default=MAX_SNAP_M, ge=0)

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @property
    def _meant(self) -> Meant:
        return Meant("facilities", self.facilities, self.category, self.facilities_where)

    def measure(self, world: World) -> Measured:
        """Return each home's way and how long it may be; raises LayerError if a layer is missing."""
        homes, rows = demand_rows(world, self.demand, self.where)
        found = supply(world.layers, self._meant)
        ways = Travel("walk", "m", self.roads, max_snap_m=self.max_snap_m).ways(world, homes, rows)
        ways = cast("AlongRoads", ways)
        places = found.frame.geometry.to_numpy()
        on_road = ways.is_joined(places)
        sure, all_ = places[on_road & found.works], places[on_road]
        (required, way), (required_all, way_all) = (self._judged(ways, some) for some in (sure, all_))
        open_ = (way > required) != (way_all > required_all)
        off = np.isnan(way)
        reason = np.select(
            [off, np.isnan(required), open_, np.isinf(way)],
            ["off_road", "no_facility", "status_blank", "unreachable"],
            "",
        )
        people, guessed = group_people(homes, self.group, world)
        frame = homes[["geometry"]].assign(
            name=texts(homes["name"]),
            unit_id=homes["unit_id"].to_numpy(object),
            required=required,
            supplied=np.where(open_, np.nan, way),
            people=people,
            reason=reason.astype(object),
        )
        notes = [*world.demand.notes, *guessed, *found.notes, *rejected_note(world, self._meant)]
        if off.any():
            notes.append(say("rules.off_network_homes", count=int(off.sum()), limit_m=self.max_snap_m))
        return Measured(
            frame, "m", "at_most", (*notes, *cost_note(self, BRIDGE)), _Kept(LinkSearch(ways, sure)), of="homes"
        )

    def _judged(self, ways: AlongRoads, places: Shapes) -> tuple[Numbers, Numbers]:
        """Return how long each home's way may be (NaN: there is nowhere to go) and how long it is, in metres."""
        straight = StraightLines(ways.homes).nearest(places)
        straight = np.where(np.isinf(straight), np.nan, straight)
        return np.maximum(self.ratio * straight, straight + self.extra_m), ways.nearest(places)

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move homes or roads, or one of the facilities."""
        moved = moving(projects, {"units", "demand", "roads"}, world.layers)
        return moved | counting(projects, self._meant, world.layers)

    def _groups(self, coverage: Coverage) -> list[_Group]:
        """Return the homes that are short by the link that would help them, and those that none would, by hamlet."""
        kept = cast("_Kept", coverage.measured.detail)
        if "groups" not in kept.memo:
            kept.memo["groups"] = self._found(coverage, kept.search)
        return kept.memo["groups"]

    def _found(self, coverage: Coverage, search: LinkSearch) -> list[_Group]:
        required = coverage.frame["required"].to_numpy(float)
        people = np.nan_to_num(coverage.frame["people"].to_numpy(float))
        left = np.flatnonzero(coverage.frame["status"].to_numpy() == SHORT)
        left = left[np.argsort(-people[left], kind="stable")]
        groups, beyond_help = [], []
        while len(left):
            link = search.best(int(left[0]), float(required[left[0]]), self.max_link_m)
            if link is None:
                beyond_help.append(left[0])
                left = left[1:]
                continue
            helped = search.with_link(link)[left] <= required[left] * (1 + 1e-9)
            helped[0] = True
            groups.append(_Group(left[helped], link))
            left = left[~helped]
        rows = np.array(beyond_help, dtype=np.intp)
        unit = pd.factorize(coverage.frame["unit_id"].to_numpy(object)[rows])[0].astype(np.int64)
        hamlet = clustered(search.ways.homes[rows], unit, LINK_M)
        return [*groups, *(_Group(rows[hamlet == number], None) for number in pd.unique(hamlet))]

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each link that is missing, and one for each cluster of homes that none can help."""
        waters = together(world.layers, "watercourses")[0]
        return [self._gap(coverage, group, waters) for group in self._groups(coverage)]

    def _gap(self, coverage: Coverage, group: _Group, waters: gpd.GeoDataFrame) -> Gap:
        frame = coverage.frame.iloc[group.rows]
        people = frame["people"].to_numpy(float)
        known = float("nan") if np.isnan(people).all() else float(np.nansum(people))
        geometry, reason = self._missing(coverage, group, waters)
        return Gap(
            id=stable_id(self.id, str(frame.index[0])),
            rule_id=self.id,
            severity=self.severity,
            place_ids=tuple(map(str, frame.index)),
            unit_id=str(frame["unit_id"].iloc[0]),
            name=str(frame["name"].iloc[0] or frame.index[0]),
            amount=known,
            unit="people",
            people=known,
            geometry=geometry,
            reason=reason,
        )

    def _missing(
        self, coverage: Coverage, group: _Group, waters: gpd.GeoDataFrame
    ) -> tuple[shapely.geometry.base.BaseGeometry, Text]:
        """Return what is missing as it is drawn, and in words."""
        facts: dict[str, object] = {"count": len(group.rows), "what": what_is(self._meant)}
        if group.link is None:
            homes = coverage.frame.geometry.to_numpy()[group.rows]
            drawn = homes[0] if len(homes) == 1 else shapely.multipoints(homes)
            return drawn, say("roads.gap_detour_none", limit_m=self.max_link_m, **facts)
        line = cast("_Kept", coverage.measured.detail).search.line(group.link)
        facts["length"] = round(group.link.length_m, 1)
        crossing = crossing_of(line, waters)
        if crossing is None:
            return line, say("roads.gap_detour_link", **facts)
        name = texts(waters.loc[[crossing[1]], "name"])[0] or crossing[1]
        return crossing[0], say("roads.gap_detour_bridge", water=name, **facts)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each gap that a link can close the road that has to be built: a bridge if it crosses water."""
        waters = together(world.layers, "watercourses")[0]
        by_id = {gap.id: gap for gap in gaps}
        search = cast("_Kept", coverage.measured.detail).search
        projects = []
        for group in self._groups(coverage):
            gap = by_id.get(stable_id(self.id, str(coverage.frame.index[group.rows[0]])))
            if gap is not None and group.link is not None:
                line = search.line(group.link)
                projects.append(self._project(gap, line, world, is_bridge=crossing_of(line, waters) is not None))
        return projects

    def _project(self, gap: Gap, line: shapely.LineString, world: World, *, is_bridge: bool) -> Project:
        action = "build_bridge" if is_bridge else "build_link"
        id_ = stable_id("P", action, gap.id)
        layer, _ = max(world.layers.parts("roads", self.roads), key=lambda part: len(part[1]))
        cells = {"class": "unclassified", "surface": "concrete", "bridge": is_bridge or None}
        row = gpd.GeoDataFrame(
            {name: [cell] for name, cell in cells.items()}, geometry=[line], index=[id_], crs=layer.frame.crs
        )
        return Project(
            id=id_,
            action=action,
            name=say(f"roads.project_{action}", place=gap.name, length=round(line.length, 1)),
            unit_id=gap.unit_id,
            rule_ids=(self.id,),
            gap_ids=(gap.id,),
            amount=1.0 if is_bridge else round(line.length / 1000, 6),
            unit="bridges" if is_bridge else "km",
            edits=(Edit(layer.name, add=row),),
            cost=(self.cost or BRIDGE) if is_bridge else LINK,
            geometry=gap.geometry,
        )
