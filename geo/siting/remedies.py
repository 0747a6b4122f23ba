"""What is said of an answer that cannot serve everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.siting.table import Table

    Whole = NDArray[np.int64]

NAMED = 10


def served_by_none(table: Table) -> Whole:
    """Return the demand rows that no site serves."""
    return np.flatnonzero(np.diff(table.start) == 0)


def remedy_for_rows(rows: Whole) -> Text | None:
    """Return what to do about demand rows that no site serves; None if there are none."""
    if not len(rows):
        return None
    named = ", ".join(map(str, rows[:NAMED].tolist())) + (" …" if len(rows) > NAMED else "")
    return say("siting.remedy_rows", count=len(rows), rows=named)


def remedy_for_count(count: int, least: int, needed: int) -> Text:
    """Return how many sites it takes: `needed` is enough, fewer than `least` are not."""
    if least == needed:
        return say("siting.remedy_count", count=count, needed=needed)
    return say("siting.remedy_count_between", count=count, least=least, needed=needed)
