"""Candidate projects: edits of the layers that close gaps, with what they cost."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.gaps import stable_id
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers.edit import Cut

Row = tuple[tuple[str, str], ...]

# Life-cycle costs are compared over one span for all, so that a lamp that lasts 8 years and a cleaner paid every year
# stand in the same yuan. Ten years: two five-year plans (illustrative, mark I).
HORIZON_YEARS = 10.0


@dataclass(frozen=True)
class Project:
    """One thing that could be built, bought or hired.

    `action` is a code (install_lamps, hire, build_facility, install_camera ...) with its words in the catalogue;
    `amount` counts what is added in `unit` (lamps, people, facilities ...). `cost` is for one of them. `takes` is the
    idle land it needs: each parcel's id once, and square metres (see `geo.parcels`).
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
    takes: tuple[tuple[str, float], ...] = ()

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
    alike: defaultdict[Hashable, list[Project]] = defaultdict(list)
    for project in projects:
        alike[_at_a_glance(project)].append(project)
    same: defaultdict[Hashable, list[Project]] = defaultdict(list)
    said: dict[int, list[Row]] = {}  # the rows of each table the edits are cut from, by its identity
    for glance, group in alike.items():
        for project in group:
            same[glance, _content(project, said) if len(group) > 1 else ()].append(project)
    return tuple(sorted(map(_as_one, same.values()), key=lambda project: project.id))


def _as_one(same: list[Project]) -> Project:
    first = min(same, key=lambda project: project.id)
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


def _at_a_glance(project: Project) -> Hashable:
    """Return what is quick to see and equal in two projects that make the same edit."""
    edits = tuple((edit.layer, len(edit.added or ()), len(edit.changed or ())) for edit in project.edits)
    return project.action, project.amount, project.unit, edits


def _content(project: Project, said: dict[int, list[Row]]) -> Hashable:
    """Return what the edits add, without its ids, and what they change where; `said` keeps the rows of every table."""
    return tuple(
        (
            () if edit.added is None else tuple(sorted(_rows(edit.added, said))),
            ()
            if edit.changed is None
            else tuple(sorted(zip(edit.changed.ids, _rows(edit.changed, said), strict=True))),
        )
        for edit in project.edits
    )


def _rows(cut: Cut, said: dict[int, list[Row]]) -> list[Row]:
    if id(cut.table) not in said:
        said[id(cut.table)] = _in_text(cut.table)
    return said[id(cut.table)][cut.start : cut.stop]


def _in_text(frame: pd.DataFrame) -> list[Row]:
    """Return each row as (column, cell) in text, by column, blank cells left out."""
    columns = [str(column) for column in frame.columns]
    rows = [zip(columns, cells, strict=True) for cells in frame.to_numpy(object)]
    return [tuple(sorted((column, str(cell)) for column, cell in row if not _is_blank(cell))) for row in rows]


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell)) or str(cell) in {"NaT", "<NA>"}
