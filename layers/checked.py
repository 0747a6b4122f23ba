"""A file's rows once every cell and shape was looked at: what there is to use, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Checked:
    """A file's rows with their cells read and their shapes looked at, still in the file's own coordinate system.

    `cells` has the schema's columns and then the file's others, one row a row of the file, on a RangeIndex. `meant` are
    the rows that the plan's `where` does not leave out. Rows with a fault that rejects them are still there. `headers`
    are the file's words for the columns that were found (canonical column -> header).
    """

    request: Request
    raw: Raw
    given: frozenset[str]
    cells: pd.DataFrame
    geometry: NDArray[np.object_] | None
    meant: Flags
    faults: tuple[Fault, ...]
    headers: Mapping[str, str]

    @property
    def rejected(self) -> Flags:
        """Return which rows are meant, and set aside."""
        bad = np.zeros(len(self.cells), bool)
        bad[[fault.at for fault in self.faults if fault.action == "rejected" and fault.at != WHOLE_FILE]] = True
        return bad & self.meant

    @property
    def good(self) -> Flags:
        """Return which rows are used, clean or repaired."""
        return self.meant & ~self.rejected

    def adding(self, faults: list[Fault]) -> Checked:
        """Return the same rows with more faults."""
        return replace(self, faults=(*self.faults, *faults))
