"""So many staff for so many residents: one cleaner per 500, a social worker in every village."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from geo.gaps import Gap, place_gaps, stable_id
from geo.places import NOWHERE, ids_at, judged_units, texts, unit_rows
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import (
    Meant,
    added_rows,
    category_word,
    cost_note,
    edits_touch,
    receiving,
    rejected_note,
    units_with_rejects,
)
from layers.edit import Cut, Edit
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]

# A year of one village post, in yuan: between a part-time cleaner and a social worker (DOMAIN 3, STF-01 to 03; mark I).
POST = Cost(low=20_000, mid=30_000, high=45_000, per="post", life_years=1)

# 1500/500 must be 3 whatever the last bit of the division says.
NOISE = 1e-9


class Quota(Rule):
    """Every village has the staff it is due: the larger of `minimum` and population/`per`.

    `units` are the villages judged, `staff` the staff rows counted and `role` the post (cleaner, social_worker ...). Staff
    count where their row says they work, by the village's id or name; several rows are added up. `per` residents are due
    one; without it the `minimum` alone is due. `rounding` says what becomes of a fraction: up (ceil), down (floor) or to
    the nearest, halves up (round).

    A list without a `count` column has one person a row. A village whose population is not given is unknown if `per`
    is. A staff row without a number, or one set aside when
    it was read, can only add: its village is unknown unless it has enough without that row.
    """

    reads: ClassVar[frozenset[str] | None] = frozenset({"units", "demand", "staff"})
    thresholds: ClassVar[Mapping[str, Turns]] = {"per": "quick"}

    units: str = "units"
    staff: str = "staff"
    role: str | None = None
    per: float | None = Field(default=None, gt=0)
    minimum: int = Field(default=0, ge=0)
    rounding: Literal["ceil", "floor", "round"] = "ceil"

    @model_validator(mode="after")
    def _asks_for_something(self) -> Quota:
        if self.per is None and self.minimum == 0:
            raise PydanticCustomError("plan.quota_asks_nothing", "neither per nor minimum")
        return self

    @property
    def _meant(self) -> Meant:
        return Meant("staff", self.staff, self.role)

    @property
    def _what(self) -> Text | str:
        return category_word(self.role or self.staff)

    def measure(self, world: World) -> Measured:
        """Return for each village how many it is due and how many it has; raises LayerError if a layer is missing."""
        units = judged_units(world, self.units, self.where)
        known, blank, notes = _staff_by_unit(world, self._meant)
        row = world.units.index.get_indexer(units.index)
        supplied, open_ended = known[row], np.isin(row, units_with_rejects(world, self._meant))
        required = self._due(units["population"].to_numpy(float))
        reason = np.select(
            [np.isnan(required), blank[row] > 0, open_ended], ["population_missing", "count_blank", "row_rejected"], ""
        )
        frame = units[["name", "geometry"]].assign(
            name=texts(units["name"]),
            unit_id=units.index.to_numpy(object),
            required=required,
            supplied=supplied,
            supplied_low=supplied,
            supplied_high=np.where(open_ended | (blank[row] > 0), np.inf, supplied),
            people=units["population"].to_numpy(float),
            reason=reason,
        )
        missing = int(np.isnan(required).sum())
        notes += [say("rules.population_missing", count=missing)] if missing else []
        notes += [say("rules.no_staff", what=self._what)] if not known.any() and not blank.any() else []
        notes += [*rejected_note(world, self._meant), *cost_note(self, POST)]
        return Measured(frame, "staff", "at_least", tuple(notes), without="share", of="units")

    def _due(self, population: Numbers) -> Numbers:
        if self.per is None:
            return np.full(len(population), float(self.minimum))
        exact = population / self.per
        match self.rounding:
            case "ceil":
                whole = np.ceil(exact - NOISE)
            case "floor":
                whole = np.floor(exact + NOISE)
            case _:
                whole = np.floor(exact + 0.5 + NOISE)
        return np.where(np.isnan(whole), np.nan, np.maximum(whole, self.minimum))

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each village with too few."""
        return place_gaps(
            coverage,
            lambda row: say(
                "rules.gap_quota",
                unit=row["name"] or row["unit_id"],
                what=self._what,
                required=float(row["required"]),
                supplied=float(row["supplied"]),
            ),
        )

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each village the hiring of as many as it lacks."""
        layer, role = receiving(world.layers, self._meant)
        ids = pd.Index([stable_id("P", "hire", gap.id) for gap in gaps], dtype=object, name="id")
        cells = {"unit_id": [gap.unit_id for gap in gaps], "role": role, "count": [gap.amount for gap in gaps]}
        rows = pd.DataFrame(cells, index=ids).reindex(columns=layer.frame.columns)
        return [self._hired(gap, Edit(layer.name, add=Cut(rows, i, i + 1))) for i, gap in enumerate(gaps)]

    def _hired(self, gap: Gap, edit: Edit) -> Project:
        return Project(
            id=stable_id("P", "hire", gap.id),
            action="hire",
            name=say("rules.project_hire", unit=gap.name or gap.unit_id, what=self._what, count=gap.amount),
            unit_id=gap.unit_id,
            rule_ids=(self.id,),
            gap_ids=(gap.id,),
            amount=gap.amount,
            unit="staff",
            edits=(edit,),
            cost=self.cost or POST,
            geometry=gap.geometry,
        )

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return how many each project would add to each village; None where one touches the villages themselves."""
        added = added_rows(projects, self._meant, world.layers)
        if added is None or edits_touch(projects, {"units"}, world.layers) or added.frame["count"].isna().any():
            return None
        unit = unit_rows(texts(added.frame["unit_id"]), world.units)
        place = coverage.frame.index.get_indexer(ids_at(unit, world.units))
        counts = place != NOWHERE
        return Adds(
            added.project[counts],
            place[counts],
            added.frame["count"].to_numpy(float)[counts],
            np.arange(len(coverage.frame)),
            "sum",
        )


def _staff_by_unit(world: World, meant: Meant) -> tuple[Numbers, Numbers, list[Text]]:
    """Return how many surely work in each village, how many rows leave their number open, and notes."""
    parts = [(layer, meant.among(rows, world.layers)) for layer, rows in world.layers.parts(meant.kind, meant.ref)]
    rosters = [layer.name for layer, rows in parts if "count" not in layer.given and len(rows)]
    numbers = [rows["count"].fillna(1.0) if layer.name in rosters else rows["count"] for layer, rows in parts]
    named = np.concatenate([texts(rows["unit_id"]) for _, rows in parts])
    unit, count = unit_rows(named, world.units), np.concatenate(numbers).astype(float)
    here = unit != NOWHERE
    known = np.bincount(unit[here], np.nan_to_num(count[here]), minlength=len(world.units)).astype(float)
    blank = np.bincount(unit[here], np.isnan(count[here]), minlength=len(world.units)).astype(float)
    lost = named[~here]
    notes = [say("rules.staff_unit_unknown", count=len(lost), example=str(min(lost)))] if len(lost) else []
    notes += [say("rules.one_a_row", layer=name) for name in rosters]
    return known, blank, notes
