"""Candidate projects: edits of the layers that close gaps, with what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from geo.gaps import stable_id
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

# Life-cycle costs are compared over one span for all, so that a lamp that lasts 8 years and a cleaner paid every year
# stand in the same yuan. Ten years: two five-year plans (illustrative, mark I).
HORIZON_YEARS = 10.0


@dataclass(frozen=True)
class Project:
    """One thing that could be built, bought or hired.

    `action` is a code (install_lamps, hire, build_facility, install_camera ...) with its words in the catalogue;
    `amount` counts what is added in `unit` (lamps, people, facilities ...). `cost` is for one of them.
    """

    id: str
    action: str
    name: Text | str
    unit_id: str
    rule_ids: tuple[str, ...]
    gap_ids: tuple[str, ...]
    amount: float
    unit: str
    edits: tuple[Edit, ...]
    cost: Cost
    geometry: BaseGeometry

    @property
    def cost_low(self) -> float:
        """Least it may cost to build, in yuan."""
        return self.amount * self.cost.low

    @property
    def cost_mid(self) -> float:
        """What it is expected to cost to build, in yuan."""
        return self.amount * self.cost.mid

    @property
    def cost_high(self) -> float:
        """Most it may cost to build, in yuan."""
        return self.amount * self.cost.high

    @property
    def cost_per_year(self) -> float:
        """Life-cycle cost in yuan a year: the building spread over its life, and the keeping of it."""
        return self.amount * (self.cost.mid / self.cost.life_years + self.cost.yearly)

    @property
    def cost_life_cycle(self) -> float:
        """What it costs over HORIZON_YEARS, in yuan: replaced as often as it wears out, in parts of a life too."""
        return self.cost_per_year * HORIZON_YEARS


def merged(projects: Iterable[Project]) -> tuple[Project, ...]:
    """Return the projects sorted by id, those that make the same edit as one.

    Two rules may ask for the same thing (a fitness set in the village, and one within reach of its homes). One project
    is left then, which names the rules and gaps of all; it costs what the dearest of them does, so that nothing is
    promised too cheaply. The ids of added rows do not count as a difference.
    """
    keyed = sorted(((_what_it_does(project), project) for project in projects), key=lambda pair: (pair[0], pair[1].id))
    groups = (tuple(project for _, project in group) for _, group in groupby(keyed, key=lambda pair: pair[0]))
    return tuple(sorted((_as_one(group) for group in groups), key=lambda project: project.id))


def _as_one(same: tuple[Project, ...]) -> Project:
    first = same[0]
    if len(same) == 1:
        return first
    gap_ids = tuple(sorted({gap_id for project in same for gap_id in project.gap_ids}))
    return replace(
        first,
        id=stable_id("P", first.action, *gap_ids),
        rule_ids=tuple(sorted({rule_id for project in same for rule_id in project.rule_ids})),
        gap_ids=gap_ids,
        cost=max((project.cost for project in same), key=lambda cost: (cost.mid, cost.high, cost.yearly)),
    )


def _what_it_does(project: Project) -> tuple[object, ...]:
    """Return what makes two projects the same: the action and the content of the edits, as something that sorts."""
    return project.action, project.amount, project.unit, tuple(_content(edit) for edit in project.edits)


def _content(edit: Edit) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    added = () if edit.add is None else tuple(sorted(_cells(edit.add)))
    if edit.change is None:
        return edit.layer, added, ()
    changed = zip(edit.change.index, _cells(edit.change), strict=True)
    return edit.layer, added, tuple(sorted(f"{place}: {cells}" for place, cells in changed))


def _cells(frame: pd.DataFrame) -> list[str]:
    """Return each row as text, blank cells left out: geometries as WKT, everything else as it prints."""
    columns = sorted(str(column) for column in frame.columns)
    cells = frame[columns].astype(object)
    rows = cells.where(frame[columns].notna(), None).itertuples(index=False, name=None)
    return [
        repr([(column, str(cell)) for column, cell in zip(columns, row, strict=True) if cell is not None])
        for row in rows
    ]
