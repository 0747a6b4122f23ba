"""The figures of a run as the public may have them: people by rule and village, small counts kept back beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import SHORT, UNKNOWN
from geo.disclosure import SMALLEST_PUBLISHED, Sum, audit, hidden_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.assessment import Assessment
    from maps.totals import Totals

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# The columns of a rule's table; the first is the sum of the others.
COUNTS = ("people", "people_met", "people_short", "people_unknown")


@dataclass(frozen=True)
class PublicRule:
    """One rule by village, the last row all villages: `counts` has NaN for what is kept back (columns are COUNTS).

    `not_known` are the villages of which nobody knows how many people live there; their counts are NaN too.
    """

    rule_id: str
    counts: Numbers
    kept_back: int
    not_known: Flags


@dataclass(frozen=True)
class PublicTables:
    """All that a public page is made from; nothing here can be traced to fewer than k people."""

    k: int
    unit_ids: tuple[str, ...]
    names: tuple[str, ...]
    rules: tuple[PublicRule, ...]

    @property
    def kept_back(self) -> int:
        """How many figures are kept back."""
        return sum(rule.kept_back for rule in self.rules)


def public_tables(assessment: Assessment, totals: Totals, k: int = SMALLEST_PUBLISHED) -> PublicTables:
    """Return the tables with every count of 1 to k-1 people kept back, and what could give it away.

    All rules are audited together, since the people of a village are the same under many. Raises AssertionError if the
    audit finds a small count that can be told, which would be our fault.
    """
    units = [str(id_) for id_ in totals.units.index]
    tables = [_counted(assessment, rule_id, units) for rule_id in assessment.coverages]
    values = np.concatenate([table.ravel() for table in tables]) if tables else np.zeros(0)
    sums = [each for at in range(len(tables)) for each in _sums(at * tables[0].size, len(units))]
    sums += _same_people(tables, len(units))
    hidden = hidden_cells(values, sums, k)
    if found := audit(values, hidden, sums, k):
        raise AssertionError(f"{len(found)} small counts could be told")
    rules = []
    for at, rule_id in enumerate(assessment.coverages):
        here = hidden[at * tables[at].size : (at + 1) * tables[at].size].reshape(tables[at].shape)
        blank = _not_known(assessment, rule_id, units)
        counts = np.where(here | np.append(blank, False)[:, None], np.nan, tables[at])
        rules.append(PublicRule(rule_id, counts, int(here.sum()), blank))
    names = tuple(totals.unit_name(unit) for unit in units)
    return PublicTables(k, tuple(units), names, tuple(rules))


def _counted(assessment: Assessment, rule_id: str, units: list[str]) -> Numbers:
    """Return whole people by village and status, the last row their sums; people of unknown number count as nobody."""
    frame = assessment.coverages[rule_id].frame
    people = np.round(np.nan_to_num(frame["people"].to_numpy(float)))
    without = np.round(np.nan_to_num(frame["people_short"].to_numpy(float)))
    status = frame["status"].astype(str).to_numpy(object)
    short = np.where(status == SHORT, np.minimum(np.where(without > 0, without, people), people), 0.0)
    unknown = np.where(status == UNKNOWN, people, 0.0)
    at = {unit: place for place, unit in enumerate(units)}
    row = np.array([at.get(str(unit), -1) for unit in frame["unit_id"]], dtype=np.int64)
    table = np.zeros((len(units) + 1, len(COUNTS)))
    for column, amounts in enumerate((people, people - short - unknown, short, unknown)):
        table[:-1, column] = np.bincount(row[row >= 0], weights=amounts[row >= 0], minlength=len(units))
    table[-1] = table[:-1].sum(axis=0)
    return table


def _not_known(assessment: Assessment, rule_id: str, units: list[str]) -> Flags:
    """Return the villages with places of which the people are not known: 0 would be a lie."""
    frame = assessment.coverages[rule_id].frame
    unknown = frame.loc[frame["people"].isna(), "unit_id"].astype(str)
    return np.isin(np.array(units, dtype=object), unknown.unique())


def _sums(first: int, units: int) -> list[Sum]:
    """Return the sums of one rule's table: along each row, and down each column."""
    width = len(COUNTS)
    rows = [Sum(first + r * width, tuple(first + r * width + c for c in range(1, width))) for r in range(units + 1)]
    columns = [
        Sum(first + units * width + c, tuple(first + r * width + c for r in range(units)))
        for c in range(width)
        if units
    ]
    return rows + columns


def _same_people(tables: list[Numbers], units: int) -> list[Sum]:
    """Return that a village has as many people under one rule as under the next, where it has."""
    width, found = len(COUNTS), []
    for row in range(units + 1):
        first_of: dict[float, int] = {}
        for at, table in enumerate(tables):
            cell = at * table.size + row * width
            value = float(table[row, 0])
            if value in first_of:
                found.append(Sum(cell, (first_of[value],)))
            first_of.setdefault(value, cell)
    return found
