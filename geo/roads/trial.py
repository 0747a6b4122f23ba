"""Roads mended in the mind: what each would hold then, and whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.edits import leaves_ways
from geo.roads.criteria import RoadCriteria, Standing, standing
from geo.roads.sharing import Sharing
from geo.rule import Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.roads.users import RoadUsers
    from layers.layer import Layers

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# The cells by which roads are judged, all of which roads may be given by a project without their ways being others.
CELLS = ["surface", "width_m", "lanes", "condition", "bay_spacing_m"]


@dataclass(frozen=True)
class Judged:
    """The roads judged: their rows among all, the cells they are judged by, how they stand, who uses all roads."""

    row: Rows
    cells: pd.DataFrame
    standing: Standing
    users: RoadUsers | None
    bays_given: bool


class RoadTrial:
    """Roads judged (places) under the projects that mend some of them; see `geo.rule.Trial`.

    `changes` are the cells each project sets, in the order they are set, on the ids of roads.
    """

    def __init__(self, asked: RoadCriteria, judged: Judged, changes: Mapping[int, pd.DataFrame]) -> None:
        self._asked, self._bays_given, self._cells = asked, judged.bays_given, judged.cells.copy()
        self._sure = judged.standing.sure.sum(axis=1)
        self._changes = {
            project: own for project, some in changes.items() if len(own := some[some.index.isin(judged.cells.index)])
        }
        self.projects: list[int] = sorted(self._changes)
        self._place = {i: judged.cells.index.get_indexer(own.index) for i, own in self._changes.items()}
        self._mending: defaultdict[int, list[int]] = defaultdict(list)
        for project in self.projects:
            for place in self._place[project].tolist():
                self._mending[place].append(project)
        self._then: dict[int, Standing] = {}
        self._row, self._sharing = judged.row, self._shared(judged)

    def _shared(self, judged: Judged) -> Sharing | None:
        if judged.users is None:
            return None
        self._place_of = np.full(judged.users.roads, -1)
        self._place_of[judged.row] = np.arange(len(judged.row))
        short = np.zeros(judged.users.roads, bool)
        short[judged.row] = self._is_short(judged.standing)
        matters = short.copy()
        matters[judged.row[np.array(list(self._mending), np.intp)]] = True
        return Sharing(judged.users, self._place_of >= 0, matters, short)

    def _is_short(self, found: Standing) -> Flags:
        short: Flags = found.maybe.sum(axis=1) < len(self._asked.criteria)
        return short

    def look(self, project: int) -> Found:
        """Return what the roads mended would hold, and how many people are then shared over which roads."""
        place, then = self._place[project], self._standing(project)
        held = then.sure.sum(axis=1)
        if self._sharing is None:
            return Found(place, held.astype(float))
        roads, people = self._sharing.look(self._row[place], self._is_short(then))
        every = np.union1d(place, self._place_of[roads])
        holds = self._sure[every]
        holds[np.searchsorted(every, place)] = held
        shared = self._sharing.people[self._row[every]].copy()
        shared[np.searchsorted(every, self._place_of[roads])] = people
        return Found(every, holds.astype(float), people=shared)

    def take(self, project: int) -> Rows:
        """Count the project as done; return those that mend roads its people use, or the same roads."""
        place, then = self._place[project], self._standing(project)
        self._cells.iloc[place] = self._mended(project)
        self._sure[place] = then.sure.sum(axis=1)
        touched = place
        if self._sharing is not None:
            roads = self._sharing.take(self._row[place], self._is_short(then))
            touched = np.union1d(place, self._place_of[roads])
        same = {other for one in place.tolist() for other in self._mending[one]}
        for other in same:
            self._then.pop(other, None)
        stale = same.union(*(self._mending.get(one, ()) for one in touched.tolist()))
        return np.array(sorted(stale), np.intp)

    def _standing(self, project: int) -> Standing:
        """Return how the roads of a project stand once it is done."""
        if project not in self._then:
            self._then[project] = standing(self._asked, self._mended(project), bays_given=self._bays_given)
        return self._then[project]

    def _mended(self, project: int) -> pd.DataFrame:
        cells, change = self._cells.iloc[self._place[project]].copy(), self._changes[project]
        for name in change.columns:
            cells[name] = change[name].where(change[name].notna(), cells[name])
        return cells


def mending(projects: Sequence[Project], layers: Layers, ref: str) -> dict[int, pd.DataFrame]:
    """Return the cells that each project sets on roads that `ref` means, on their ids; what moves ways is left out."""
    ours = {layer.name for layer, _ in layers.parts("roads", ref)}
    found: dict[int, list[pd.DataFrame]] = {}
    for i, project in enumerate(projects):
        for edit in project.edits:
            if edit.layer in ours and leaves_ways(edit) and edit.change is not None:
                found.setdefault(i, []).append(edit.change)
    return {i: some[0] if len(some) == 1 else pd.concat(some).groupby(level=0).last() for i, some in found.items()}
