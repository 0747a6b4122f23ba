"""What projects add, as flat arrays: the form in which a set of thousands of them is chosen, bounded and drawn again.

A slot is something of which at most so much can be filled (the shortfall of one place under one rule, or of many homes
that the same projects would serve); a part is a piece of it that one or more projects fill, once however many do. So

    need closed by a set = sum over slots of  weight[rule] * equity[unit] * people * min(most, sizes of the parts filled)

which is what `geo.worth` works out one project after the other; tests hold the two together. Places that exactly the
same projects fill are one slot, so a village of a thousand homes is a few numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# A place on which nobody is known to depend counts this much where it has to stand beside those with people: less than any
# need that can be told from nothing, so that it comes after all of them and before nothing at all. A power of two.
NOBODY_THERE = 2.0**-30

# Shares closer than this are one: they come from metres and people divided by what is required.
SAME_SHARE = 1e-12
# A place whose parts together exceed what can be filled by no more than rounding is not capped.
CAP_NOISE = 1e-9


@dataclass(frozen=True)
class Shares:
    """What projects add under one rule before anything is chosen, in shares of what each place requires (0-1).

    Rows: `project` (of the list given), `place` (row of the coverage), `cell` and `share`; `combine` as in `Adds`, with
    `share` the whole improvement for "min". `most` is what can be filled at each place, `people` who depends on it and
    `unit_id` where it lies.
    """

    project: Rows
    place: Rows
    cell: Rows
    share: Numbers
    combine: Literal["sum", "min", "any"]
    most: Numbers
    people: Numbers
    unit_id: NDArray[np.object_]

    def and_also(self, others: Shares) -> Shares:
        """Return both side by side: the places and cells of the others come after these."""
        places, cells = len(self.most), int(self.cell.max(initial=-1)) + 1
        return Shares(
            np.concatenate([self.project, others.project]),
            np.concatenate([self.place, others.place + places]),
            np.concatenate([self.cell, others.cell + cells]),
            np.concatenate([self.share, others.share]),
            self.combine,
            np.concatenate([self.most, others.most]),
            np.concatenate([self.people, others.people]),
            np.concatenate([self.unit_id, others.unit_id]),
        )

    def of_first(self, projects: int) -> Shares:
        """Return what the first so many projects add."""
        of = self.project < projects
        if of.all():
            return self
        return replace(self, project=self.project[of], place=self.place[of], cell=self.cell[of], share=self.share[of])


def alone(gains: Mapping[int, tuple[float, float, float]]) -> Shares:
    """Return projects that are tried out: each adds what it adds alone (need, people, places), in no village.

    Equity is in the need already. They may be put together with others in any way, having their places to themselves.
    """
    needs = [need if need > 0 else NOBODY_THERE * places for need, _, places in gains.values()]
    rows, ones = np.arange(len(needs)), np.ones(len(needs))
    nowhere = np.full(len(needs), "", object)
    return Shares(np.array(list(gains), np.intp), rows, rows, ones, "any", ones, np.array(needs, float), nowhere)


@dataclass(frozen=True)
class Effects:
    """The flat form: pairs of project and part, sorted by project, slot and part.

    `part_slot`, `part_size` describe the parts, `slot_rule`, `slot_unit` (row of `units`), `slot_people` and `slot_most`
    the slots; people are not weighted. `first[p]:first[p + 1]` are the pairs of project p.
    """

    projects: int
    units: tuple[str, ...]
    project: Rows
    part: Rows
    part_slot: Rows
    part_size: Numbers
    slot_rule: Rows
    slot_unit: Rows
    slot_people: Numbers
    slot_most: Numbers

    @property
    def first(self) -> Rows:
        """Return where the pairs of each project begin, with the end of the last."""
        return np.searchsorted(self.project, np.arange(self.projects + 1))

    def values(self, weight: Numbers, equity: Numbers) -> Numbers:
        """Return what each slot counts when wholly filled: `weight` by rule, `equity` by unit."""
        filled: Numbers = self.slot_people * weight[self.slot_rule] * equity[self.slot_unit]
        return filled

    def worth(self, chosen: Flags, value: Numbers) -> float:
        """Return the need that a set of projects closes, given what each slot counts."""
        return float(self.filled(chosen) @ value)

    def filled(self, chosen: Flags) -> Numbers:
        """Return which share of each slot a set of projects fills."""
        is_filled = np.zeros(len(self.part_slot), bool)
        is_filled[self.part[chosen[self.project]]] = True
        shares = np.bincount(self.part_slot[is_filled], self.part_size[is_filled], minlength=len(self.slot_most))
        return np.minimum(shares, self.slot_most)


def effects(rules: Sequence[Shares], projects: int) -> Effects:
    """Return the flat form of what the first `projects` projects add under all the rules (in their order)."""
    rules = [shares.of_first(projects) for shares in rules]
    units, unit_of = _units(rules)
    pieces = [_Pieces.of(i, shares, unit) for i, (shares, unit) in enumerate(zip(rules, unit_of, strict=True))]
    return _joined([piece for piece in pieces if len(piece.project)], projects, units)


def _units(rules: Sequence[Shares]) -> tuple[tuple[str, ...], list[Rows]]:
    """Return the unit ids that occur, sorted, and the row of each place's; places that no project reaches have row 0."""
    import pandas as pd

    reached = [np.unique(shares.place) for shares in rules]
    ids = [shares.unit_id[places] for shares, places in zip(rules, reached, strict=True)]
    row, found = pd.factorize(np.concatenate([np.array([""], object), *ids]), sort=True)
    units: list[Rows] = []
    starts = np.cumsum([1, *map(len, ids)])
    for shares, places, start in zip(rules, reached, starts, strict=False):
        unit = np.zeros(len(shares.most), np.intp)
        unit[places] = row[start : start + len(places)]
        units.append(unit)
    return tuple(map(str, found)), units


@dataclass(frozen=True)
class _Pieces:
    """One rule's part of the flat form, numbered from 0."""

    project: Rows
    part: Rows
    part_slot: Rows
    part_size: Numbers
    slot_rule: Rows
    slot_unit: Rows
    slot_people: Numbers
    slot_most: Numbers

    @staticmethod
    def of(rule: int, shares: Shares, unit: Rows) -> _Pieces:
        """Return the pieces of one rule: parts made, those of places without a cap set free, and equal ones merged."""
        project, place, part, size = _parts(shares)
        _, first, part = np.unique(part, return_index=True, return_inverse=True)
        part_place, part_size = place[first], size[first]
        total = np.bincount(part_place, part_size, minlength=len(shares.most))
        is_capped = (total > shares.most * (1 + CAP_NOISE))[part_place]
        slot = np.where(is_capped, part_place, -1)
        one, group = _alike(unit[part_place], slot, _signature(project, part, len(first)))
        pairs = np.unique(project * len(one) + group[part])
        weights = np.where(is_capped, part_size, part_size * shares.people[part_place])
        sizes = np.bincount(group, weights).astype(np.float64)
        by_project = np.divmod(pairs, max(len(one), 1))
        return _numbered(rule, shares, unit, by_project, part_place[one], is_capped[one], sizes)


def _numbered(
    rule: int, shares: Shares, unit: Rows, pairs: tuple[Rows, Rows], place: Rows, is_capped: Flags, sizes: Numbers
) -> _Pieces:
    """Return merged parts as pieces: those under a cap share the slot of their place, each of the others has its own."""
    own = -1 - np.arange(len(place))
    _, first, slot = np.unique(np.where(is_capped, place, own), return_index=True, return_inverse=True)
    at, capped = place[first], is_capped[first]
    people = np.where(capped, shares.people[at], np.bincount(slot, sizes))
    most = np.where(capped, shares.most[at], 1.0)
    rules = np.full(len(first), rule, np.intp)
    return _Pieces(pairs[0], pairs[1], slot, np.where(is_capped, sizes, 1.0), rules, unit[at], people, most)


def _parts(shares: Shares) -> tuple[Rows, Rows, Rows, Numbers]:
    """Return project, place, part and size of what is worth something: each project and part once."""
    project, place, cell = shares.project, shares.place, shares.cell
    share = np.minimum(shares.share, shares.most[place])  # more than is missing is not worth more
    counts = (share > 0) & (shares.most[place] > 0) & (shares.people[place] > 0)
    project, place, cell, share = project[counts], place[counts], cell[counts], share[counts]
    if shares.combine == "any":
        return project, place, cell, share
    pair = project * len(shares.most) + place
    pairs, first, back = np.unique(pair, return_index=True, return_inverse=True)
    project, place = project[first], place[first]
    if shares.combine == "sum":
        return project, place, pairs, np.bincount(back, share, minlength=len(pairs)).astype(np.float64)
    best = np.zeros(len(pairs))
    np.maximum.at(best, back, share)
    return _levels(project, place, best)


def _levels(project: Rows, place: Rows, share: Numbers) -> tuple[Rows, Rows, Rows, Numbers]:
    """Return the steps in which a place is brought nearer: a project fills every step up to where it gets.

    Of several projects the best alone counts, and so it does here: the steps it fills hold those of the others.
    """
    step = np.round(share / SAME_SHARE).astype(np.int64)
    order = np.lexsort((step, place))
    project, place, share, step = project[order], place[order], share[order], step[order]
    is_new = np.ones(len(step), bool)
    is_new[1:] = (place[1:] != place[:-1]) | (step[1:] != step[:-1])
    level = np.cumsum(is_new) - 1
    at, top = place[is_new], share[is_new]
    first_level = np.searchsorted(at, at)
    below = np.where(np.arange(len(at)) > first_level, np.roll(top, 1), 0.0)
    lowest = first_level[level]
    count = level - lowest + 1
    filled = np.repeat(lowest - np.cumsum(count) + count, count) + np.arange(count.sum())
    return np.repeat(project, count), at[filled], filled, (top - below)[filled]


def _signature(project: Rows, part: Rows, parts: int) -> Rows:
    """Return a number for the set of projects that fill each part: two sets in a million million million share one."""
    marks = np.random.default_rng(1).integers(1, 2**62, int(project.max(initial=0)) + 1, dtype=np.int64)
    with np.errstate(over="ignore"):
        total = np.zeros(parts, np.int64)
        np.add.at(total, part, marks[project])
    return total


def _alike(*columns: Rows) -> tuple[Rows, Rows]:
    """Return the first row of each group of equal rows, and the group of every row."""
    order = np.lexsort(columns)
    is_new = np.ones(len(order), bool)
    is_new[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    group = np.empty(len(order), np.intp)
    group[order] = np.cumsum(is_new) - 1
    return order[is_new], group


def _joined(pieces: Sequence[_Pieces], projects: int, units: tuple[str, ...]) -> Effects:
    parts = np.cumsum([0, *(len(piece.part_slot) for piece in pieces)])
    slots = np.cumsum([0, *(len(piece.slot_rule) for piece in pieces)])
    project = _rows([piece.project for piece in pieces])
    part = _rows([piece.part + start for piece, start in zip(pieces, parts, strict=False)])
    part_slot = _rows([piece.part_slot + start for piece, start in zip(pieces, slots, strict=False)])
    order = np.lexsort((part, part_slot[part], project))
    return Effects(
        projects,
        units,
        project[order],
        part[order],
        part_slot,
        _numbers([piece.part_size for piece in pieces]),
        _rows([piece.slot_rule for piece in pieces]),
        _rows([piece.slot_unit for piece in pieces]),
        _numbers([piece.slot_people for piece in pieces]),
        _numbers([piece.slot_most for piece in pieces]),
    )


def _rows(some: Sequence[Rows]) -> Rows:
    return np.concatenate([np.empty(0, np.intp), *some])


def _numbers(some: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.empty(0), *some])
