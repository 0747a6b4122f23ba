"""Projects tried out on a chain: all that they would build is there from the start, and what is not done is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo.chains.flow import Chain, flow
from geo.chains.stages import Known, known_chain, per_day
from geo.edits import names_cell
from geo.rule import Found
from geo.supply import AMOUNTS, counting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.chains.options import ChainOptions
    from geo.projects import Project
    from geo.world import World
    from layers.edit import Edit

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

THERE_ALREADY = -1


@dataclass(frozen=True)
class _Change:
    """A cell of a stage's facility (row) set by a project: its capacity, or how often a day it is served."""

    stage: int
    row: int
    column: str
    value: float


@dataclass(frozen=True, eq=False)
class ChainTrial:
    """A chain with everything built that any project would build.

    `owner` is by stage the project (row) that builds each facility, `changes` are the cells each project sets; `named`
    are homes whose verdict a row set aside leaves open.
    """

    rule: ChainOptions
    known: Known
    named: Flags
    owner: tuple[Rows, ...]
    changes: dict[int, list[_Change]]
    done: list[int] = field(default_factory=list)

    @property
    def projects(self) -> list[int]:
        """The projects that build or change a facility of some stage."""
        builders = {int(i) for owner in self.owner for i in np.unique(owner[owner != THERE_ALREADY])}
        return sorted(builders | self.changes.keys())

    def look(self, project: int) -> Found:
        """Return 1 where a home's chain is whole with that project done too, 0 where it is not, NaN where nobody knows."""
        supplied = self._supplied([*self.done, project])
        return Found(np.arange(len(supplied)), supplied)

    def take(self, project: int) -> Rows:
        """Count the project as done; any other may be worth more or less now."""
        self.done.append(project)
        return np.array(self.projects, np.intp)

    def _supplied(self, done: Sequence[int]) -> Numbers:
        kept = [(owner == THERE_ALREADY) | np.isin(owner, list(done)) for owner in self.owner]
        found = flow(self._changed(done).among(kept))
        low, high = found.surely.astype(float), (found.maybe | self.named).astype(float)
        return np.where((low == high) & ~self.known.is_off, low, np.nan)

    def _changed(self, done: Sequence[int]) -> Chain:
        """Return the chain with what its facilities take once these projects have set it, the last of several."""
        changes = [change for project in done for change in self.changes.get(project, ())]
        if not changes or self.rule.kg_per_person_day is None:
            return self.known.chain
        takes = []
        for k, (stage, known) in enumerate(zip(self.rule.stages, self.known.stages, strict=True)):
            frame = known.supply.frame[["capacity", "per_day"]].copy()
            for change in changes:
                if change.stage == k:
                    frame.iloc[change.row, frame.columns.get_loc(change.column)] = change.value
            takes.append(frame["capacity"].to_numpy(float) * per_day(stage, frame) * stage.kg_per_capacity)
        return self.known.chain.between(
            [np.nan_to_num(own, nan=0.0) for own in takes], [np.nan_to_num(own, nan=np.inf) for own in takes]
        )


def chain_trial(rule: ChainOptions, projects: Sequence[Project], named: Flags, world: World) -> ChainTrial | None:
    """Return how to try these projects out; None where one changes which facilities count: then only a re-run can tell.

    `named` are homes (rows) whose verdict a row set aside leaves open.
    """
    counted: set[int] = set().union(*(counting(projects, stage.meant, world.layers) for stage in rule.stages))
    ours = [(i, edit) for i in sorted(counted) for edit in projects[i].edits]
    edits = [(i, edit) for i, edit in ours if world.layers[edit.layer].kind == "facilities"]
    if any(_may_decide(rule, edit) for _, edit in edits):
        return None
    building = [(i, edit) for i, edit in edits if edit.added is not None and len(edit.added)]
    whole = world.with_edits(tuple(_only_added(edit) for _, edit in building)) if building else world
    known = known_chain(rule, whole)
    builder = {id_: i for i, edit in building if edit.added is not None for id_ in edit.added.ids}
    owner = tuple(np.array([builder.get(id_, THERE_ALREADY) for id_ in stage.ids], np.int64) for stage in known.stages)
    changes: dict[int, list[_Change]] = {}
    for i, edit in edits:
        changes.setdefault(i, []).extend(_changes(edit, known))
    return ChainTrial(rule, known, named, owner, {i: found for i, found in changes.items() if found})


def _may_decide(rule: ChainOptions, edit: Edit) -> bool:
    if edit.changed is None or not len(edit.changed):
        return False
    filters = [stage.facilities_where for stage in rule.stages]
    return bool(set(edit.changed.columns) - AMOUNTS) or any(names_cell(where, edit) for where in filters)


def _only_added(edit: Edit) -> Edit:
    from layers.edit import Edit

    return Edit(edit.layer, add=edit.added)


def _changes(edit: Edit, known: Known) -> list[_Change]:
    if edit.change is None:
        return []
    found = []
    for k, stage in enumerate(known.stages):
        row_of = {id_: row for row, id_ in enumerate(stage.ids)}
        for column in AMOUNTS.intersection(edit.change.columns):
            cells = edit.change[column].dropna()
            found += [_Change(k, row_of[id_], column, float(v)) for id_, v in cells.items() if id_ in row_of]
    return found
