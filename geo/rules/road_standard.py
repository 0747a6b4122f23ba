"""Every road as good as it should be: hard, wide enough, enough lanes, in fair condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np
import pandas as pd
import shapely
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from geo.coverage import SHORT
from geo.edits import names_cell
from geo.gaps import Gap, stable_id
from geo.network.classes import NOT_A_ROAD
from geo.network.modes import road_class
from geo.places import ids_at, points_of, rows_containing, texts
from geo.projects import Project
from geo.roads.criteria import RoadCriteria, Standing, bays_given, standing
from geo.roads.stretches import stretches
from geo.roads.trial import CELLS, Judged, RoadTrial, mending
from geo.roads.upgrading import UPGRADE, upgrades
from geo.roads.users import RoadUsers, road_users
from geo.rule import Measured, Rule, Trial, Turns
from geo.settling import goals_moved
from geo.supply import cost_note
from layers.options import checked_where
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.intp]


_OF_WAYS = frozenset({"roads", "units", "demand"})


@dataclass(frozen=True, eq=False)
class _Kept:
    """Roads judged: their rows among all `roads`, how they stand, who uses the roads (None: nobody can say)."""

    roads: gpd.GeoDataFrame
    row: Rows
    standing: Standing
    users: RoadUsers | None


class RoadStandard(RoadCriteria, Rule):
    """Every road holds the criteria that are set: `surfaces`, `min_width_m`, `min_lanes`, `conditions`.

    `roads` is the roads layer; each of its rows is judged as a whole (`where` keeps some; roads only planned are not
    judged). Required is how many criteria are set, supplied how many the road holds. At least means >=: a road exactly
    `min_width_m` wide is wide enough.

    `surfaces` lists the surfaces that will do, in the file's words; `hard` stands for cement, asphalt, and stone or
    brick laid. Instead of `min_width_m` a road may have `min_width_with_bays_m` and passing bays no farther apart than
    `max_bay_spacing_m` (column bay_spacing_m; no such column: no bays). `conditions` are of good, fair, poor, bad (优良,
    中, 次, 差). A blank cell, or a surface or condition nobody knows, leaves its criterion open; the road is unknown unless
    the others decide.

    With `warrant_people` only roads are judged that at least so many people depend on, with `warrant_where` those for
    which it holds (a bus or school route); with both, either will do.

    People depend on the roads of their shortest way by vehicle to the nearest of `to`: a village (the town's seat, by id
    or name), or a category of facilities or points. By default that is the township's hospital, which stands in the seat.
    No buffer is drawn. One person depends on many roads and is counted once: shared over the roads on the way that are
    short, in proportion to the metres of each that are used; where none is short, over those judged. A gap says how
    many people in all use it.

    A gap is a stretch of roads that are short, of one name, as far as they are joined. Its project brings them up to
    every criterion. Where the people who use it must go on over other roads that are short, a second project takes
    those with it: one bad road spoils the whole way, and what a project closes is found by measuring again.
    Dependency instead of a buffer: World Bank TRN-21 (2005) on roads of low volume.
    """

    thresholds: ClassVar[Mapping[str, Turns]] = {"warrant_people": "anew"}

    roads: str = "roads"
    to: str = "hospital"
    warrant_people: float | None = Field(default=None, gt=0)
    warrant_where: str | None = None

    @field_validator("warrant_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @model_validator(mode="after")
    def _asks_something(self) -> RoadStandard:
        if not self.criteria:
            raise PydanticCustomError("plan.road_criteria", "no criterion is set")
        return self

    def measure(self, world: World) -> Measured:
        """Return for each road how many criteria are set and how many it holds; raises LayerError if a layer is missing."""
        roads = world.layers.rows("roads", self.roads)
        users, notes = road_users(world, self.roads, self.to)
        row = np.flatnonzero(self._judged(roads, users))
        judged = roads.iloc[row]
        found = standing(self, judged, bays_given=bays_given(world.layers, self.roads))
        low, high = found.sure.sum(axis=1), found.maybe.sum(axis=1)
        short = np.zeros(len(roads), bool)
        short[row] = high < len(self.criteria)
        is_judged = np.zeros(len(roads), bool)
        is_judged[row] = True
        people = np.full(len(roads), np.nan) if users is None else users.shared(short, is_judged)
        frame = judged[["geometry"]].assign(
            name=texts(judged["name"]),
            unit_id=ids_at(rows_containing(points_of(judged), world.units), world.units),
            required=float(len(self.criteria)),
            supplied=low.astype(float),
            supplied_low=low.astype(float),
            supplied_high=high.astype(float),
            people=people[row],
            reason=self._reasons(judged, found),
        )
        notes += [] if len(row) else [say("roads.no_road_judged", layer=self.roads)]
        kept = _Kept(roads, row, found, users)
        return Measured(frame, "criteria", "at_least", (*notes, *cost_note(self, UPGRADE)), kept)

    def _judged(self, roads: gpd.GeoDataFrame, users: RoadUsers | None) -> Flags:
        """Return which roads are judged: there, kept by `where`, and warranted."""
        kept = np.ones(len(roads), bool) if self.where is None else parse_where(self.where).holds(roads)
        kept = kept & ~road_class(roads).isin(NOT_A_ROAD).to_numpy(bool) & ~shapely.is_missing(roads.geometry.array)
        if self.warrant_people is None and self.warrant_where is None:
            return np.asarray(kept, bool)
        warranted = np.zeros(len(roads), bool)
        if self.warrant_people is not None and users is not None:
            warranted |= users.people_on(np.arange(len(roads)), len(roads)) >= self.warrant_people
        if self.warrant_where is not None:
            warranted |= parse_where(self.warrant_where).holds(roads)
        judged: Flags = kept & warranted
        return judged

    def _reasons(self, roads: gpd.GeoDataFrame, found: Standing) -> list[str]:
        """Return the one criterion that does not surely hold, with what the file says; how many there are if several."""
        column = {"surface": "surface", "width": "width_m", "lanes": "lanes", "condition": "condition"}
        cells = roads[list(column.values())].to_dict("records")
        reasons = []
        for cell, sure in zip(cells, found.sure, strict=True):
            open_ = [name for name, holds in zip(self.criteria, sure, strict=True) if not holds]
            if len(open_) != 1:
                reasons.append(f"road_several:{len(open_)}" if open_ else "")
                continue
            value = cell[column[open_[0]]]
            known = f"{value:g}" if isinstance(value, float) else str(value)
            reasons.append(f"road_{open_[0]}_blank" if pd.isna(value) else f"road_{open_[0]}:{known}")
        return reasons

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that touch roads, homes or villages, or what the roads lead to."""
        edits = ((i, world.layers[edit.layer].kind) for i, one in enumerate(projects) for edit in one.edits)
        return {i for i, kind in edits if kind in _OF_WAYS} | self.apart(projects, world)

    def apart(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move what the roads lead to."""
        return goals_moved(projects, self.to, world)

    def trial(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Trial | None:
        """Return the roads to be mended in the mind; None where a filter may choose others among them then."""
        roads = world.layers.rows("roads", self.roads)
        edits = [edit for one in projects for edit in one.edits if world.layers[edit.layer].kind == "roads"]
        filters = (self.where, self.warrant_where)
        if not roads.index.is_unique or any(names_cell(where, edit) for where in filters for edit in edits):
            return None
        kept = cast("_Kept", coverage.measured.detail)
        given = bays_given(world.layers, self.roads)
        cells = kept.roads.iloc[kept.row][CELLS]
        judged = Judged(kept.row, cells, kept.standing, kept.users, given)
        return RoadTrial(self, judged, mending(projects, world.layers, self.roads))

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return the stretches of one name that are short, as far as they are joined, in order of their first road."""
        kept = cast("_Kept", coverage.measured.detail)
        stretch = self._stretches(coverage, world)
        part = np.full(len(kept.roads), -1)
        part[kept.row] = stretch
        count = int(stretch.max(initial=-1)) + 1
        using = np.full(count, np.nan) if kept.users is None else kept.users.people_on(part, count)
        return [self._gap(coverage, np.flatnonzero(stretch == i), float(using[i])) for i in range(count)]

    def _stretches(self, coverage: Coverage, world: World) -> Rows:
        """Return for each road judged the number of its stretch, -1 where it is not short."""
        short = np.flatnonzero(coverage.frame["status"].to_numpy() == SHORT)
        result = np.full(len(coverage.frame), -1)
        names = coverage.frame["name"].to_numpy(object)[short]
        result[short] = stretches(world.network("any", self.roads), coverage.frame.index[short], names)
        return result

    def _gap(self, coverage: Coverage, rows: Rows, using: float) -> Gap:
        frame = coverage.frame.iloc[rows]
        held = cast("_Kept", coverage.measured.detail).standing.sure[rows]
        what: Text | str = ""
        for name in (name for name, column in zip(self.criteria, held.T, strict=True) if not column.all()):
            one = say(f"roads.criterion_{name}")
            what = say("roads.and", first=what, second=one) if what else one
        km = round(float(shapely.length(frame.geometry.array).sum()) / 1000, 3)
        reason = say("roads.gap_standard", km=km, what=what)
        return Gap(
            id=stable_id(self.id, str(frame.index[0])),
            rule_id=self.id,
            severity=self.severity,
            place_ids=tuple(map(str, frame.index)),
            unit_id=str(frame["unit_id"].iloc[0]),
            name=str(frame["name"].iloc[0] or frame.index[0]),
            amount=km,
            unit="km",
            people=float(frame["people_short"].sum(skipna=False)),
            geometry=shapely.multilinestrings(shapely.get_parts(frame.geometry.to_numpy())),
            reason=reason if np.isnan(using) else say("roads.gap_with_users", reason=reason, people=round(using)),
        )

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each gap the upgrade of its roads, and that with the other short roads its people go on over."""
        kept = cast("_Kept", coverage.measured.detail)
        is_short = np.zeros(len(kept.roads), bool)
        is_short[kept.row] = (coverage.frame["status"] == SHORT).to_numpy()
        projects = []
        for gap in gaps:
            own = kept.roads.index.get_indexer(list(gap.place_ids))
            projects.append(self._project(gap, own, (gap.id,), kept, world))
            if kept.users is None:
                continue
            beyond = np.setdiff1d(np.flatnonzero(kept.users.further_on(own) & is_short), own)
            if len(beyond):
                ids = set(kept.roads.index[beyond])
                more = (gap.id, *(other.id for other in gaps if ids.issuperset(other.place_ids)))
                projects.append(self._project(gap, np.concatenate([own, beyond]), more, kept, world))
        return projects

    def _project(self, gap: Gap, rows: Rows, gap_ids: tuple[str, ...], kept: _Kept, world: World) -> Project:
        rows = np.sort(rows)
        roads, is_alone = kept.roads.iloc[rows], len(rows) == len(gap.place_ids)
        km = float(shapely.length(roads.geometry.array).sum()) / 1000
        sure = kept.standing.sure[np.searchsorted(kept.row, rows)]
        return Project(
            id=stable_id("P", "upgrade_road" if is_alone else "upgrade_way", gap.id),
            action="upgrade_road",
            name=say(
                "roads.project_upgrade" if is_alone else "roads.project_upgrade_way", road=gap.name, km=round(km, 3)
            ),
            unit_id=gap.unit_id,
            rule_ids=(self.id,),
            gap_ids=gap_ids,
            amount=round(km, 6),
            unit="km",
            edits=upgrades(world.layers, self.roads, list(roads.index), sure, self),
            cost=self.cost or UPGRADE,
            geometry=shapely.multilinestrings(shapely.get_parts(roads.geometry.to_numpy())),
        )
