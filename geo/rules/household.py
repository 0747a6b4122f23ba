"""Every household that is entitled to something has had it, counted by village: never a home on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from geo.gaps import Gap, place_gaps, stable_id
from geo.places import NOWHERE, judged_units, texts, unit_rows
from geo.projects import Project
from geo.rule import Adds, Measured, Rule
from geo.supply import Meant, category_word, edits_touch, rejected_note, units_with_rejects
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

# One home made fit for the old: rails, seats, a level floor (DOMAIN 3, AGE-05; mark I).
RETROFIT = Cost(low=3_000, mid=5_000, high=8_000, per="household", life_years=10)


@dataclass(frozen=True)
class Lists:
    """The rows counted, the village (row of the measured frame, -1: none) of each, and the layer each is in."""

    frame: gpd.GeoDataFrame
    layer: NDArray[np.object_]
    place: Rows


class Household(Rule):
    """In every village as many households have had what a programme gives as are entitled to it.

    `households` is a layer of lists, or a programme (retrofit, home_care, wish or the planner's own word); `programme`
    narrows it. Rows are numbers a village: `eligible`, `done` and, if known, the `people` in those households; several
    rows of a village are added up, and households done beyond those eligible in one row make up for no other row.
    `units` are the villages judged.

    Where nobody lives is never shown: the rule knows no homes, its place and its gap are the village. Numbers of 1 to
    `suppress_below` - 1 households (or people) could point at somebody, so they are never worked with at all: fewer
    eligible, or fewer still waiting, than `suppress_below` count as `suppress_below`, and fewer done as none. The verdict
    stays true, every number that leaves the rule (shortfall, people, amount, cost) is one that may be shown, and `reason`
    says where it was coarsened. With 1 nothing is.

    A village that no row names, or whose `eligible` is blank, is unknown; one with a blank `done` is unknown unless the
    rest is enough, or too little whatever the blank stands for. A row set aside when it was read leaves the village it names unknown. Without `people` each household
    counts as one person, and a note says so. The project does what is missing in the village, at a cost a household.
    """

    reads: ClassVar[frozenset[str] | None] = frozenset({"units", "households"})

    units: str = "units"
    households: str = "households"
    programme: str | None = None
    suppress_below: int = Field(default=5, ge=1)

    @property
    def _meant(self) -> Meant:
        return Meant("households", self.households, self.programme)

    def measure(self, world: World) -> Measured:
        """Return for each village the households eligible and done; raises LayerError if a layer is missing."""
        units = judged_units(world, self.units, self.where)
        lists = self._lists(world, units)
        eligible, done = (lists.frame[name].to_numpy(float) for name in ("eligible", "done"))
        served = np.minimum(np.nan_to_num(done), np.nan_to_num(eligible, nan=np.inf))
        due, have = (_summed(numbers, lists.place, len(units)) for numbers in (eligible, served))
        named = _summed(np.ones(len(done)), lists.place, len(units)) > 0
        hidden = _summed(
            np.where(np.isnan(done), eligible, 0.0), lists.place, len(units)
        )  # what blanks could stand for
        rejected = np.isin(world.units.index.get_indexer(units.index), units_with_rejects(world, self._meant))
        lost = ~named | np.isnan(due) | rejected
        shown_due, shown_have, coarse = self._coarsened(np.where(lost, np.nan, due), have)
        people, guessed = self._people(lists, shown_due)
        undecided = (have < due) & (have + hidden >= due)
        frame = units[["name", "geometry"]].assign(
            name=texts(units["name"]),
            unit_id=units.index.to_numpy(object),
            required=shown_due,
            supplied=shown_have,
            supplied_low=shown_have,
            supplied_high=np.where(undecided, np.inf, shown_have),
            people=people,
            reason=np.select(
                [rejected, ~named, np.isnan(due), undecided, coarse],
                ["row_rejected", "no_list", "eligible_blank", "done_blank", f"small_count:{self.suppress_below}"],
                "",
            ),
        )
        notes = [*_notes(lists, coarse, guessed, self.suppress_below), *rejected_note(world, self._meant)]
        return Measured(frame, "households", "at_least", tuple(notes), lists, without="share", of="units")

    def _lists(self, world: World, units: gpd.GeoDataFrame) -> Lists:
        parts = [
            (layer, self._meant.among(rows, world.layers))
            for layer, rows in world.layers.parts("households", self.households)
        ]
        frame = pd.concat([rows for _, rows in parts]) if len(parts) > 1 else parts[0][1]
        layer = np.repeat([layer.name for layer, _ in parts], [len(rows) for _, rows in parts]).astype(object)
        unit = unit_rows(texts(frame["unit_id"]), world.units)
        place = np.append(units.index.get_indexer(world.units.index), NOWHERE)[unit]
        return Lists(frame, layer, place)

    def _coarsened(self, due: Numbers, have: Numbers) -> tuple[Numbers, Numbers, Flags]:
        """Return eligible and done as they may be shown, and where they are not the true ones."""
        least = float(self.suppress_below)
        shown_due = _at_least(due, least)
        waiting = np.where(have >= due, 0.0, np.minimum(_at_least(due - have, least), shown_due))
        shown_have = np.where(np.isnan(due), have, shown_due - waiting)
        shown_have = np.where(shown_have < least, 0.0, shown_have)
        shown_have = np.where(have >= due, shown_due, shown_have)
        return shown_due, shown_have, ~np.isnan(due) & ((shown_due != due) | (shown_have != have))

    def _people(self, lists: Lists, eligible: Numbers) -> tuple[Numbers, bool]:
        """Return who lives in the households of each village, and whether they had to be taken for one each."""
        told = lists.frame["people"].to_numpy(float)
        if not len(told) or np.isnan(told).any():
            return eligible, bool(len(told))
        people = _at_least(_summed(told, lists.place, len(eligible)), float(self.suppress_below))
        return np.where(np.isnan(eligible), np.nan, people), False

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each village with households still waiting: a number, on the village's own area."""
        what = self._what

        def reason(row: dict[str, object]) -> Text:
            key = "household.gap_few" if str(row["reason"]).startswith("small_count") else "household.gap"
            return say(key, what=what, count=float(str(row["shortfall"])), unit=row["name"] or row["unit_id"])

        return place_gaps(coverage, lambda row: reason(dict(row)))

    @property
    def _what(self) -> Text | str:
        return category_word(self.programme or self.households)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each village the doing of what is missing."""
        lists = _detail(coverage)
        return [self._project(gap, lists, coverage.frame.index.get_loc(gap.place_ids[0])) for gap in gaps]

    def _project(self, gap: Gap, lists: Lists, place: int) -> Project:
        here = lists.place == place
        edits = []
        for name in sorted(set(lists.layer[here])):
            rows = lists.frame[here & (lists.layer == name)]
            edits.append(Edit(name, change=rows[["eligible"]].rename(columns={"eligible": "done"})))
        return Project(
            id=stable_id("P", "serve_households", gap.id),
            action="serve_households",
            name=say("household.project", unit=gap.name or gap.unit_id, what=self._what, count=gap.amount),
            unit_id=gap.unit_id,
            rule_ids=(self.id,),
            gap_ids=(gap.id,),
            amount=gap.amount,
            unit="households",
            edits=tuple(edits),
            cost=self.cost or RETROFIT,
            geometry=gap.geometry,
        )

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return the villages each project leaves nobody waiting in; None where one does that to some of their rows only."""
        if edits_touch(projects, {"units"}, world.layers):
            return None
        lists = _detail(coverage)
        row_of = {key: i for i, key in enumerate(zip(lists.layer, lists.frame.index, strict=True))}
        eligible = lists.frame["eligible"].to_numpy(float)
        found: list[tuple[int, int]] = []
        for number, one in enumerate(projects):
            edits = [edit for edit in one.edits if world.layers[edit.layer].kind == "households"]
            if any(edit.add is not None or edit.change is None or list(edit.change) != ["done"] for edit in edits):
                return None
            cells = [(row_of.get((edit.layer, id_)), done) for edit in edits for id_, done in _done(edit)]
            ours = {row: done for row, done in cells if row is not None}
            places = set(lists.place[list(ours)].tolist()) - {NOWHERE}
            for place in places:
                if any(ours.get(row, -1.0) != eligible[row] for row in np.flatnonzero(lists.place == place).tolist()):
                    return None
            found += [(number, place) for place in sorted(places)]
        project, place = np.array(found, dtype=np.intp).reshape(-1, 2).T
        missing = np.nan_to_num(coverage.frame["shortfall"].to_numpy(float))
        return Adds(project, place, missing[place], np.arange(len(missing)), "any")


def _detail(coverage: Coverage) -> Lists:
    detail = coverage.measured.detail
    if not isinstance(detail, Lists):
        raise TypeError("the coverage is of another rule type")
    return detail


def _done(edit: Edit) -> list[tuple[str, float]]:
    if edit.change is None:
        return []
    return list(zip(edit.change.index, edit.change["done"].tolist(), strict=True))


def _summed(numbers: Numbers, place: Rows, count: int) -> Numbers:
    here = place != NOWHERE
    return np.bincount(place[here], numbers[here], minlength=count).astype(float)


def _at_least(numbers: Numbers, least: float) -> Numbers:
    """Return the numbers with those between 0 and the least raised to it."""
    return np.where((numbers > 0) & (numbers < least), least, numbers)


def _notes(lists: Lists, coarse: Flags, guessed: bool, least: int) -> list[Text]:
    notes = []
    lost = int((lists.place == NOWHERE).sum())
    if lost:
        notes.append(say("household.no_such_village", count=lost))
    if coarse.any():
        notes.append(say("household.coarse", count=int(coarse.sum()), least=least))
    if guessed:
        notes.append(say("household.one_each"))
    return notes
