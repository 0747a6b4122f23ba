"""What each row of the list relieves: people no longer without, need and places, rule by rule and village by village.

Everything above the row is counted as done, so rows add up: what a budget line drawn anywhere leaves open is what was
open, less the relief of the rows above the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.gaps import Gap

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Relief:
    """What one row of the list changes under one rule in one village (unit_id "" where places belong to none).

    `people` are no longer without, `need` is closed (weighted people), `places` go from short to met.
    """

    rule_id: str
    unit_id: str
    people: float
    need: float
    places: int


@dataclass(frozen=True)
class Change:
    """What one project changes under one rule (row of the coverages), place by place (rows of its frame).

    `need` is weighted; only places where something changes are listed. `supply` is what there was and what there is then
    at each, None where only the verdict is known.
    """

    rule: int
    place: Rows
    people: Numbers
    need: Numbers
    is_put_right: NDArray[np.bool_]
    supply: tuple[Numbers, Numbers] | None = None


@dataclass(frozen=True)
class Arrival:
    """What is supplied at the place a gap is named after, before and after one row of the list; all above it is done."""

    gap_id: str
    place_id: str
    before: float
    after: float


def reliefs(changes: Sequence[Sequence[Change]], coverages: Mapping[str, Coverage]) -> list[tuple[Relief, ...]]:
    """Return the relief of each row, from what it changes; by rule in the order of the coverages, then by unit id."""
    row, flat = _flat(changes)
    if not flat:
        return [()] * len(changes)
    rule = np.repeat([change.rule for change in flat], [len(change.place) for change in flat])
    rule_ids = list(coverages)
    unit_of = [coverage.frame["unit_id"].to_numpy(object) for coverage in coverages.values()]
    units, unit = np.unique(
        np.concatenate([unit_of[one.rule][one.place] for one in flat]).astype(str), return_inverse=True
    )
    key = (row * len(rule_ids) + rule) * len(units) + unit
    groups, group = np.unique(key, return_inverse=True)
    people, need, right = (
        np.bincount(group, np.concatenate([getattr(change, name) for change in flat]), len(groups)).tolist()
        for name in ("people", "need", "is_put_right")
    )
    found: list[list[Relief]] = [[] for _ in changes]
    for i, place in enumerate(groups.tolist()):
        of, in_unit = divmod(place, len(units))
        of_row, of_rule = divmod(of, len(rule_ids))
        found[of_row].append(Relief(rule_ids[of_rule], str(units[in_unit]), people[i], need[i], int(right[i])))
    return [tuple(one) for one in found]


def closings(
    changes: Sequence[Sequence[Change]], gaps: Iterable[Gap], coverages: Mapping[str, Coverage]
) -> list[tuple[str, ...]]:
    """Return for each row the ids of the gaps of which no place is short any more once it and all above are done.

    A gap is named by one row at most, whichever rule that row's project was made for.
    """
    found: list[list[str]] = [[] for _ in changes]
    done_at = _done_at(changes, coverages)
    by_rule: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_rule.setdefault(gap.rule_id, []).append(gap)
    for rule_id, its_gaps in by_rule.items():
        frame = coverages[rule_id].frame
        starts = np.cumsum([0, *(len(gap.place_ids) for gap in its_gaps)])[:-1]
        place = frame.index.astype(str).get_indexer([id_ for gap in its_gaps for id_ in gap.place_ids])
        when = np.maximum.reduceat(done_at[rule_id][place], starts).tolist()
        for gap, at in zip(its_gaps, when, strict=True):
            if 0 <= at < len(changes):
                found[at].append(gap.id)
    return [tuple(sorted(ids)) for ids in found]


def arrivals(
    changes: Sequence[Sequence[Change]], gaps: Sequence[Sequence[Gap]], coverages: Mapping[str, Coverage]
) -> list[tuple[Arrival, ...]]:
    """Return for each row what it changes at the place each of its gaps is named after, where the supply is known."""
    rule_row = {rule_id: i for i, rule_id in enumerate(coverages)}
    index = {rule_id: seen.frame.index.astype(str) for rule_id, seen in coverages.items()}
    found = []
    for some, about in zip(changes, gaps, strict=True):
        by_rule = {change.rule: change for change in some if change.supply is not None}
        row: list[Arrival] = []
        for gap in about:
            change = by_rule.get(rule_row[gap.rule_id])
            if change is None or change.supply is None:
                continue
            at = np.flatnonzero(change.place == index[gap.rule_id].get_loc(gap.place_ids[0]))
            row += [Arrival(gap.id, gap.place_ids[0], *(float(each[k]) for each in change.supply)) for k in at]
        found.append(tuple(row))
    return found


def _done_at(changes: Sequence[Sequence[Change]], coverages: Mapping[str, Coverage]) -> dict[str, Rows]:
    """Return for each rule the row of the list that puts each place right: -1 if it is not short, after all if none does."""
    at = {}
    for rule_id, coverage in coverages.items():
        is_short = (coverage.frame["status"] == "short").to_numpy()
        at[rule_id] = np.where(is_short, len(changes), -1)
    rule_ids = list(coverages)
    for row, some in enumerate(changes):
        for change in some:
            at[rule_ids[change.rule]][change.place[change.is_put_right]] = row
    return at


def _flat(changes: Sequence[Sequence[Change]]) -> tuple[Rows, list[Change]]:
    flat = [change for some in changes for change in some if len(change.place)]
    rows = [row for row, some in enumerate(changes) for change in some if len(change.place)]
    return np.repeat(np.array(rows, np.intp), [len(change.place) for change in flat]), flat
