"""Which parts of a combined rule each project would fulfil, without measuring again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo.combining.places import NO, UNSURE, Combined
from geo.coverage import MET, Coverage, lacking
from geo.rule import Adds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.world import World

    Rows = NDArray[np.intp]


def filled(projects: Sequence[Project], parts: Sequence[Coverage], found: Combined, world: World) -> Adds | None:
    """Return a cell for each place and part that fails there, filled by every project that by itself fulfils the part.

    None if a part cannot say what projects add, or some project fulfils a part only together with others (half of the
    cleaners that are due): then the check has to be made again.
    """
    count = len(found.frame)
    project, cell = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for column, part in enumerate(parts):
        fails = np.flatnonzero((found.answers[:, column] == NO) | (found.answers[:, column] == UNSURE))
        adds = part.rule.adds(projects, part, world)
        if adds is None:
            return None
        pairs = _fulfilled(part, adds)
        if pairs is None or (len(pairs[0]) and part.measured.of not in (found.of, "units")):
            return None
        own, place = _spread(*pairs, found.where[column], fails)
        project.append(own)
        cell.append(place + column * count)
    return Adds(
        np.concatenate(project),
        np.concatenate(cell),
        np.ones(sum(len(some) for some in project)),
        np.tile(np.arange(count), len(parts)),
        "any",
    )


def _fulfilled(part: Coverage, adds: Adds) -> tuple[Rows, Rows] | None:
    """Return the pairs of project and place (row of the part) where the project alone is enough; None if some is not."""
    frame, sense = part.measured.frame, part.measured.sense
    required, supplied = frame["required"].to_numpy(float), frame["supplied"].to_numpy(float)
    place = adds.place[adds.cell]
    wanting = (part.frame["status"].to_numpy(object) != MET)[place]
    key = adds.project[wanting] * len(frame) + place[wanting]
    groups, group = np.unique(key, return_inverse=True)
    own, at = groups // max(len(frame), 1), groups % max(len(frame), 1)
    amount = adds.amount[wanting]
    if adds.combine == "min":
        then = np.full(len(groups), np.inf)
        np.minimum.at(then, group, amount)
    else:
        then = supplied[at] + np.bincount(group, amount, len(groups))
    missing = lacking(required[at], then, sense)
    enough = missing == 0
    if adds.combine != "min" and bool(((missing > 0) & (then != supplied[at])).any()):
        return None
    return own[enough], at[enough]


def _spread(project: Rows, at: Rows, where: Rows, fails: Rows) -> tuple[Rows, Rows]:
    """Return the pairs of project and place of the whole, from those of project and place of the part."""
    order = np.argsort(where[fails], kind="stable")
    keys, rows = where[fails][order], fails[order]
    first, last = np.searchsorted(keys, at, side="left"), np.searchsorted(keys, at, side="right")
    many = last - first
    each = np.repeat(first - np.concatenate([[0], np.cumsum(many)[:-1]]).astype(np.intp), many) + np.arange(many.sum())
    return np.repeat(project, many), rows[each]
