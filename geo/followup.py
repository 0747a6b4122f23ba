"""Tasks and a fresh check: which gaps are closed, which are still there, which came back, and which nobody has taken on.

A task's gap is found again by its rule and by where it lies, whatever has become of ids: roads are redrawn, villages split
and merged, codes issued anew. An id alone proves nothing (a code may have been given to another village), so a gap of the
same id must touch the same ground. What could be one gap or another is listed for a person; nothing is guessed.

Closed means seen to be met: a gap that is merely not found because its road, village or homes are no longer in the data,
or because they are unknown, is not closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from geo.coverage import MET, UNKNOWN
from geo.overlap import SAME_WITHIN_M, covered_share

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.coverage import Coverage
    from geo.gaps import Gap

Outcome = Literal["closed", "partly", "open", "ambiguous", "unknown", "missing", "not_judged"]
# Worst first: a task is as far as the worst of its gaps.
OUTCOMES: tuple[Outcome, ...] = ("open", "partly", "ambiguous", "missing", "unknown", "not_judged", "closed")

# One gap is another when half of either lies on the other; below a tenth they only touch (our choice, mark I).
SAME_SHARE = 0.5
TOUCH_SHARE = 0.1
# Drawn anew on the same ground, neither grown nor in part: a task may be tied to it from now on (our choice, mark I).
REDRAWN_SHARE = 0.8
# A gap counts as partly closed once a tenth of it is gone; less may be a redrawn line.
PARTLY_SHARE = 0.9


@dataclass(frozen=True)
class SeenGap:
    """A gap as one run found it: what it is, where, and how much (`amount` in `unit`; people NaN if unknown)."""

    id: str
    rule_id: str
    place_ids: tuple[str, ...]
    amount: float
    unit: str
    people: float
    geometry: BaseGeometry


@dataclass(frozen=True)
class Judged:
    """One rule in one run: its gaps, and the status of every place it judged, with where that place lies."""

    gaps: tuple[SeenGap, ...]
    place_ids: tuple[str, ...]
    status: tuple[str, ...]
    geometry: NDArray[np.object_]

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each place by its id."""
        return {place_id: i for i, place_id in enumerate(self.place_ids)}

    @cached_property
    def gap_tree(self) -> shapely.STRtree:
        """The gaps by where they lie."""
        return shapely.STRtree([gap.geometry for gap in self.gaps])

    @cached_property
    def place_tree(self) -> shapely.STRtree:
        """The places by where they lie."""
        return shapely.STRtree(self.geometry)


@dataclass(frozen=True)
class Tracked:
    """One gap of one task, as it was when the task was last tied to it, in the CRS of the run it is looked for in.

    Of a task that `is_closed` a gap that only partly lies on its ground is another: it needs a task of its own anyway.
    """

    task: int
    gap: SeenGap
    is_closed: bool = False


@dataclass(frozen=True)
class Finding:
    """What a run says of one gap of one task.

    `now` are the gaps it is found as (several if it fell apart), `candidates` those it might be, if that is not clear.
    `left` is how much of it is left as a share of what it was (0 if closed, NaN if that cannot be said); `how` is how it
    was found: by "id" (and place), by "shape" alone, or not at all (""). `amount` is what the gaps it is now come to.
    `redrawn` is the gap it is now where that is one on the very same ground, so that the task may be tied to it instead.
    """

    task: int
    gap: SeenGap
    outcome: Outcome
    now: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    amount: float = 0.0
    left: float = float("nan")
    how: str = ""
    redrawn: SeenGap | None = None


@dataclass(frozen=True)
class Followup:
    """What a run says of every task, and the gaps it found that are no task's."""

    findings: tuple[Finding, ...]
    new: tuple[str, ...]

    def of(self, task: int) -> tuple[Finding, ...]:
        """Return the findings of one task."""
        return self._by_task.get(task, ())

    def outcome(self, task: int) -> Outcome:
        """Return how far a task is: as its worst gap, or partly if some of its gaps are closed and others are not."""
        found = {finding.outcome for finding in self.of(task)}
        if "open" in found and found & {"closed", "partly"}:
            return "partly"
        return next((outcome for outcome in OUTCOMES if outcome in found), "not_judged")

    @cached_property
    def _by_task(self) -> dict[int, tuple[Finding, ...]]:
        found: dict[int, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.task, []).append(finding)
        return {task: tuple(findings) for task, findings in found.items()}


def judged(coverages: Mapping[str, Coverage], gaps: Iterable[Gap]) -> dict[str, Judged]:
    """Return what a run says of each of its rules, as `follow_up` takes it."""
    by_rule: dict[str, list[SeenGap]] = {rule_id: [] for rule_id in coverages}
    for gap in gaps:
        seen = SeenGap(gap.id, gap.rule_id, gap.place_ids, gap.amount, gap.unit, gap.people, gap.geometry)
        by_rule[gap.rule_id].append(seen)
    return {
        rule_id: judged_rule(
            by_rule[rule_id],
            coverage.frame.index.astype(str),
            coverage.frame["status"].astype(str),
            coverage.frame.geometry.to_numpy(),
        )
        for rule_id, coverage in coverages.items()
    }


def judged_rule(
    gaps: Sequence[SeenGap], place_ids: Iterable[str], status: Iterable[str], geometry: NDArray[np.object_]
) -> Judged:
    """Return one rule's gaps and places, each gap where its places are: some are drawn elsewhere (the bridge that lacks)."""
    ids = pd.Index(place_ids, dtype="str")
    ground = grounds(gaps, ids, geometry)
    grounded = (replace(gap, geometry=shape) for gap, shape in zip(gaps, ground, strict=True))
    return Judged(tuple(grounded), tuple(ids), tuple(status), geometry)


def grounds(
    gaps: Sequence[SeenGap] | Sequence[Gap], place_ids: pd.Index, geometry: NDArray[np.object_]
) -> list[BaseGeometry]:
    """Return where each gap of a rule lies: as it is drawn, or where it is drawn away from its places, on these."""
    shapes = [gap.geometry for gap in gaps]
    owner = np.repeat(np.arange(len(gaps)), [len(gap.place_ids) for gap in gaps])
    row = place_ids.get_indexer(pd.Index([id_ for gap in gaps for id_ in gap.place_ids], dtype="str"))
    owner, row = owner[row >= 0], row[row >= 0]
    near = shapely.dwithin(geometry[row], np.array(shapes, dtype=object)[owner], SAME_WITHIN_M)
    for away in np.unique(owner[~near]).tolist():
        shapes[away] = shapely.union_all(geometry[row[owner == away]])
    return shapes


def follow_up(tracked: Iterable[Tracked], found: Mapping[str, Judged]) -> Followup:
    """Return what a run found of every tracked gap, in their order, and which of its gaps are nobody's, by id."""
    by_rule: dict[str, list[Tracked]] = {}
    tracked = list(tracked)
    for one in tracked:
        by_rule.setdefault(one.gap.rule_id, []).append(one)
    findings: dict[int, Finding] = {}
    taken: set[str] = set()
    for rule_id, ours in by_rule.items():
        if rule_id not in found:
            findings |= {id(one): Finding(one.task, one.gap, "not_judged") for one in ours}
            continue
        for one, finding in zip(ours, _of_rule(ours, found[rule_id]), strict=True):
            findings[id(one)] = finding
            taken |= {*finding.now, *finding.candidates}
    new = sorted(gap.id for seen in found.values() for gap in seen.gaps if gap.id not in taken)
    return Followup(tuple(findings[id(one)] for one in tracked), tuple(new))


@dataclass(frozen=True)
class _Match:
    """How a tracked gap and a found one (by its number) lie on each other, and whether they bear one id."""

    gap: int
    of_old: float
    of_new: float
    same_id: bool

    @property
    def is_same(self) -> bool:
        return self.same_id or max(self.of_old, self.of_new) >= SAME_SHARE


def _of_rule(ours: Sequence[Tracked], seen: Judged) -> list[Finding]:
    """Return the finding of each tracked gap of one rule; whose a found gap is depends on all of them."""
    matches = [_matches(one.gap, seen) for one in ours]
    by_id = zip(ours, matches, strict=True)
    owned_by_id = {match.gap: one.gap for one, found in by_id for match in found if match.same_id}
    owned = {match.gap for found in matches for match in found if match.is_same}
    return [_finding(one, found, seen, owned_by_id, owned) for one, found in zip(ours, matches, strict=True)]


def _matches(old: SeenGap, seen: Judged) -> list[_Match]:
    """Return the found gaps that lie on this one by more than a touch, and the one of its id if it touches it at all."""
    if not seen.gaps:
        return []
    near = np.sort(seen.gap_tree.query(old.geometry, predicate="dwithin", distance=SAME_WITHIN_M))
    found = []
    for i in near.tolist():
        new = seen.gaps[i]
        shares = covered_share(old.geometry, new.geometry), covered_share(new.geometry, old.geometry)
        same_id = new.id == old.id and max(shares) > 0
        if same_id or max(shares) >= TOUCH_SHARE:
            found.append(_Match(i, *shares, same_id))
    return found


def _finding(
    one: Tracked, matches: list[_Match], seen: Judged, owned_by_id: Mapping[int, SeenGap], owned: set[int]
) -> Finding:
    """Return what became of one gap.

    Where a gap of its id lies on it, others are its own too only if they are on the same place (a stretch that fell in
    two). Where none does, every gap that is mostly one with it is, unless they compete for the same ground.
    """
    ids = [match for match in matches if match.same_id]
    if ids:
        old_places = set(one.gap.place_ids)
        more = [m for m in matches if m.is_same and not m.same_id and m.gap not in owned_by_id]
        return _found(one, ids + [m for m in more if old_places & set(seen.gaps[m.gap].place_ids)], seen, "id")
    same = [match for match in matches if match.is_same and match.gap not in owned_by_id]
    if not same:  # a neighbour's gap may have swallowed this one, unless both always lay on the same ground
        bear = [match for match in matches if match.is_same and match.gap in owned_by_id]
        same = [match for match in bear if not _compete([one.gap, owned_by_id[match.gap]])]
    unclear = [match for match in matches if not (match.is_same or match.gap in owned or one.is_closed)]
    if _compete([seen.gaps[match.gap] for match in same]) or (unclear and not same):
        names = tuple(seen.gaps[match.gap].id for match in same or unclear)
        return Finding(one.task, one.gap, "ambiguous", candidates=names)
    return _found(one, same, seen, "shape") if same else _gone(one, seen)


def _found(one: Tracked, matches: Sequence[_Match], seen: Judged, how: str) -> Finding:
    gaps = [seen.gaps[match.gap] for match in matches]
    amount = float(sum(gap.amount for gap in gaps))
    is_known = one.gap.amount > 0 and np.isfinite([amount, one.gap.amount]).all()
    left = amount / one.gap.amount if is_known else float("nan")
    outcome: Outcome = "partly" if left < PARTLY_SHARE else "open"
    redrawn = len(matches) == 1 and min(matches[0].of_old, matches[0].of_new) >= REDRAWN_SHARE
    now = tuple(gap.id for gap in gaps)
    return Finding(one.task, one.gap, outcome, now, (), amount, left, how, gaps[0] if redrawn else None)


def _compete(gaps: Sequence[SeenGap]) -> bool:
    """Return whether two of the gaps lie on the same ground, so that only one of them can be what was looked for."""
    return any(
        max(covered_share(a.geometry, b.geometry), covered_share(b.geometry, a.geometry)) >= SAME_SHARE
        for a, b in combinations(gaps, 2)
    )


def _gone(one: Tracked, seen: Judged) -> Finding:
    """Return whether a gap that is found no more is closed: only if its places are there, known, and no longer short."""
    rows, lost_share = _places(one.gap, seen)
    status = {seen.status[row] for row in rows}
    along_lines = all(shapely.get_dimensions(seen.geometry[row]) == 1 for row in rows)
    if not rows or lost_share > TOUCH_SHARE:
        return Finding(one.task, one.gap, "missing")
    if UNKNOWN in status:
        return Finding(one.task, one.gap, "unknown")
    if (
        status == {MET} or along_lines
    ):  # a road may still be short elsewhere; of what is dark here there is nothing left
        return Finding(one.task, one.gap, "closed", left=0.0)
    left = sum(seen.status[row] != MET for row in rows) / len(rows)
    return Finding(
        one.task, one.gap, "partly" if left < PARTLY_SHARE else "open", amount=left * one.gap.amount, left=left
    )


def _places(gap: SeenGap, seen: Judged) -> tuple[list[int], float]:
    """Return the rows of the places a gap was about, and which share of it no place covers any more.

    A place is the same if it bears the id and lies there; where none of the id does, those that lie on the gap are.
    """
    named = [seen.row[id_] for id_ in gap.place_ids if id_ in seen.row]
    rows = [row for row in named if shapely.dwithin(seen.geometry[row], gap.geometry, SAME_WITHIN_M)]
    if len(rows) < len(gap.place_ids):
        near = seen.place_tree.query(gap.geometry, predicate="dwithin", distance=SAME_WITHIN_M).tolist()
        rows = sorted({*rows, *(row for row in near if _is_on(gap.geometry, seen.geometry[row]))})
    if not rows:
        return [], 1.0
    return rows, 1.0 - covered_share(gap.geometry, shapely.union_all(seen.geometry[rows]))


def _is_on(gap: BaseGeometry, place: BaseGeometry) -> bool:
    return max(covered_share(place, gap), covered_share(gap, place)) >= SAME_SHARE
