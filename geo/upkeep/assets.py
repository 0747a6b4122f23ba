"""Assets by the day they were last seen to or by their condition: what is due, and what seeing to it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.belonging import by_network, people_nearest
from geo.gaps import Gap, place_gaps, stable_id
from geo.places import ids_at, points_of, rows_containing, texts, unit_rows
from geo.projects import Project
from geo.rule import Adds, Measured, Rule
from geo.supply import edits_touch
from layers.edit import Edit
from layers.options import Cost
from layers.problems import LayerError, Problem
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

DAYS, CONDITION = "days", "condition"
M_PER_KM = 1000.0

# Seeing to one asset once, in yuan; of a watercourse to one km (DOMAIN 3, WTR-01: from two cases, ponds included). All
# of it is to be read as mark I.
_SERVICE = Cost(low=5_000, mid=20_000, high=50_000, per="asset", life_years=5)
_RENOVATE = Cost(low=20_000, mid=80_000, high=200_000, per="facility", life_years=10)
_DESILT = Cost(low=100_000, mid=200_000, high=420_000, per="km", life_years=3)
_JOBS = {
    "watercourses": ("desilt", _DESILT),
    "facilities": ("renovate", _RENOVATE),
}


@dataclass(frozen=True)
class Upkeep:
    """The assets a rule judges, by id: what each is, whose it is, and which layer its row is in.

    `frame` has the layers' columns too; `bound_to` are the kinds of layer its dependants are worked out from.
    """

    kind: str
    frame: gpd.GeoDataFrame
    layer: NDArray[np.object_]
    given: Mapping[str, frozenset[str]]
    bound_to: frozenset[str]

    @classmethod
    def of(cls, world: World, kind: str, ref: str, where: str | None, roads: str, within_m: float) -> Upkeep:
        """Return the rows that `ref` means and `where` keeps, planned ones left out.

        Raises LayerError if there is no such layer, or if two layers give the same id.
        """
        parts = world.layers.parts(kind, ref)
        frame = pd.concat([rows for _, rows in parts]) if len(parts) > 1 else parts[0][1]
        layer = np.repeat([layer.name for layer, _ in parts], [len(rows) for _, rows in parts]).astype(object)
        twice = frame.index[frame.index.duplicated()]
        if len(twice):
            what = say("rules.id_in_two_layers", id=str(twice[0]), count=len(twice))
            raise LayerError([Problem(ref, what, say("rules.make_ids_differ"))])
        order = np.argsort(frame.index.to_numpy(object), kind="stable")
        frame, layer = frame.iloc[order], layer[order]
        kept = np.ones(len(frame), bool) if where is None else parse_where(where).holds(frame)
        if "status" in frame:
            kept &= ~frame["status"].isin(["planned"]).to_numpy(bool)
        frame, layer = frame[kept], layer[kept]
        people, bound_to = _dependants(frame, world, roads, within_m)
        cells = {"name": texts(frame["name"]), "unit_id": _units(frame, world), "people": people}
        given = {layer.name: layer.given for layer, _ in parts}
        return cls(kind, frame.assign(**cells), layer, given, frozenset(bound_to))

    def has(self, column: str) -> Flags:
        """Return which rows come from a layer that gave the column (or has it beside those we know)."""
        there = {name for name, given in self.given.items() if column in given}
        return np.isin(self.layer, list(there))

    def places(self) -> gpd.GeoDataFrame:
        """Return the part of the measured frame that says where and who."""
        return self.frame[["name", "unit_id", "people", "geometry"]].copy()


def _units(frame: gpd.GeoDataFrame, world: World) -> NDArray[np.object_]:
    lies_in = rows_containing(points_of(frame), world.units)
    if "unit_id" not in frame:
        return ids_at(lies_in, world.units)
    named = unit_rows(texts(frame["unit_id"]), world.units)
    return ids_at(np.where(named < 0, lies_in, named), world.units)


def _dependants(frame: gpd.GeoDataFrame, world: World, roads: str, within_m: float) -> tuple[Numbers, set[str]]:
    """Return who depends on each asset, and the kinds of layer that hangs on."""
    if "people" in frame and len(frame) and frame["people"].notna().all():
        return frame["people"].to_numpy(float), set()
    if not (world.layers.of_kind("demand") or world.layers.of_kind("units")):
        return np.full(len(frame), np.nan), set()
    shapes = np.asarray(frame.geometry, dtype=object)
    kinds = {"demand", "units"} | ({"roads"} if by_network(shapes, world) else set())
    return people_nearest(shapes, world, roads, within_m=within_m), kinds


@dataclass(frozen=True)
class Limits:
    """The column of the day something was last done, and how much is allowed since then; see Interval."""

    column: str
    max_days: float
    first_days: float | None
    max_silt_cm: float | None


def by_date(upkeep: Upkeep, date: dt.date, limits: Limits) -> Measured:
    """Return for each asset how many days ago it was last done and how many are allowed; see Interval.

    Raises LayerError if no layer has the column.
    """
    frame, column = upkeep.frame, limits.column
    if column not in frame or not pd.api.types.is_datetime64_any_dtype(frame[column].dtype):
        fix = say("interval.no_column_fix")
        raise LayerError([Problem(upkeep.kind, say("interval.no_column", column=column, kind=upkeep.kind), fix)])
    since = _days_since(frame[column], date)
    age = _days_since(frame["built"], date) if "built" in frame else np.full(len(frame), np.nan)
    first = (limits.first_days is not None) & frame[column].isna().to_numpy() & (age >= 0)
    required = np.where(first, limits.first_days or 0.0, limits.max_days)
    is_known = since >= 0
    silt, silt_blank, notes = _silt(upkeep, limits.max_silt_cm)
    silt_days = required * silt / (limits.max_silt_cm or 1.0)
    low = np.maximum(np.where(is_known, since, 0.0), silt_days)
    high = np.where(silt_blank, np.inf, np.maximum(np.where(is_known, since, np.where(first, age, np.inf)), silt_days))
    is_open = (low <= required) & (high > required)
    silted = [f"silt_over:{depth:g}" for depth in silt]
    measured = upkeep.places().assign(
        required=required,
        supplied=np.where(is_open, np.nan, np.where(high <= required, high, low)),
        supplied_low=low,
        supplied_high=high,
        reason=np.select(
            [silt_days > required, is_open & (since < 0), is_open & ~is_known, is_open],
            [silted, "date_future", "date_blank", "silt_blank"],
            "",
        ),
    )
    notes += [] if upkeep.has(column).all() else [say("interval.day_not_given", column=column, kind=upkeep.kind)]
    return Measured(measured, DAYS, "at_most", tuple(notes), upkeep)


def _days_since(column: pd.Series, date: dt.date) -> Numbers:
    """Return the days from each day to that date, NaN where blank, negative where it is later."""
    days: Numbers = (pd.Timestamp(date) - column).dt.days.to_numpy(float)
    return days


def _silt(upkeep: Upkeep, max_silt_cm: float | None) -> tuple[Numbers, Flags, list[Text]]:
    """Return the silt in cm (0 where unknown or not asked for), where a cell was left blank, and notes."""
    nothing = np.zeros(len(upkeep.frame))
    if max_silt_cm is None or "silt_cm" not in upkeep.frame:
        return nothing, nothing.astype(bool), []
    depth = upkeep.frame["silt_cm"].to_numpy(float)
    asked = upkeep.has("silt_cm")
    notes = [] if asked.all() else [say("interval.silt_not_given", kind=upkeep.kind)]
    return np.nan_to_num(depth), np.isnan(depth) & asked, notes


def by_condition(upkeep: Upkeep, wanted: Sequence[str]) -> Measured:
    """Return for each asset whether its condition is one of those wanted: 1 is required, 1 or 0 is supplied."""
    blank = upkeep.frame["condition"].isna().to_numpy(bool)
    fine = upkeep.frame["condition"].isin(list(wanted)).to_numpy(bool)
    measured = upkeep.places().assign(
        required=1.0,
        supplied=np.where(blank, np.nan, fine.astype(float)),
        reason=np.where(blank, "condition_blank", ""),
    )
    there = upkeep.has("condition").all()
    notes = () if there else (say("interval.condition_not_given", kind=upkeep.kind),)
    return Measured(measured, CONDITION, "at_least", notes, upkeep)


def upkeep_gaps(coverage: Coverage) -> list[Gap]:
    """Return one gap for each asset that is due."""

    def reason(row: Mapping[str, Any]) -> Text:
        if row["unit"] == CONDITION:
            return say("interval.gap_condition")
        if row["reason"]:
            return say("interval.gap_silt", depth=row["reason"].partition(":")[2])
        return say("interval.gap_days", days=float(row["supplied"]), limit=float(row["required"]))

    return place_gaps(coverage, reason)


def upkeep_projects(
    rule: Rule, gaps: Sequence[Gap], coverage: Coverage, upkeep: Upkeep, done: Mapping[str, Any]
) -> list[Project]:
    """Return for each gap the asset seen to: `done` are the cells that say so."""
    action, cost = (
        ("restore", _SERVICE) if coverage.measured.unit == CONDITION else _JOBS.get(upkeep.kind, ("service", _SERVICE))
    )
    row = {str(id_): i for i, id_ in enumerate(upkeep.frame.index)}
    return [_project(rule, gap, action, cost, str(upkeep.layer[row[gap.place_ids[0]]]), done) for gap in gaps]


def _project(rule: Rule, gap: Gap, action: str, usual: Cost, layer: str, done: Mapping[str, Any]) -> Project:
    id_ = gap.place_ids[0]
    by_length = action == "desilt" and gap.geometry is not None and gap.geometry.length > 0
    change = pd.DataFrame({name: [cell] for name, cell in done.items()}, index=pd.Index([id_], dtype=object, name="id"))
    return Project(
        id=stable_id("P", action, gap.id),
        action=action,
        name=say(f"interval.project_{action}", asset=gap.name or id_),
        unit_id=gap.unit_id,
        rule_ids=(rule.id,),
        gap_ids=(gap.id,),
        amount=gap.geometry.length / M_PER_KM if by_length else 1.0,
        unit="km" if by_length else "assets",
        edits=(Edit(layer, change=change),),
        cost=rule.cost or usual,
        geometry=gap.geometry,
    )


def upkeep_adds(
    projects: Sequence[Project], coverage: Coverage, upkeep: Upkeep, done: Mapping[str, Any], world: World
) -> Adds | None:
    """Return which assets each project sees to; None where one does anything else to them, or to who depends on them."""
    if edits_touch(projects, set(upkeep.bound_to), world.layers):
        return None
    place_of = {key: i for i, key in enumerate(zip(upkeep.layer, upkeep.frame.index, strict=True))}
    found: list[tuple[int, int]] = []
    for number, one in enumerate(projects):
        for edit in one.edits:
            if world.layers[edit.layer].kind != upkeep.kind:
                continue
            if edit.add is not None or edit.change is None or not _is_done(edit.change, done):
                return None
            found += [(number, place_of[edit.layer, id_]) for id_ in edit.change.index if (edit.layer, id_) in place_of]
    project, place = np.array(found, dtype=np.intp).reshape(-1, 2).T
    every = np.arange(len(coverage.frame))
    if coverage.measured.unit == CONDITION:
        missing = coverage.frame["required"].to_numpy(float) - np.nan_to_num(coverage.frame["supplied"].to_numpy(float))
        return Adds(project, place, missing[place], every, "any")
    return Adds(project, place, np.zeros(len(place)), every, "min")


def _is_done(change: pd.DataFrame, done: Mapping[str, Any]) -> bool:
    return set(change.columns) == set(done) and all((change[name] == cell).all() for name, cell in done.items())
