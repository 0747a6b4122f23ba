"""What a reader is asked for and what it hands back: rows as the file has them, and how many there should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.text import Text, say

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.layer import Action
    from layers.plan import LayerSpec
    from layers.schema import Schema

WHOLE_FILE = -1


@dataclass(frozen=True)
class Request:
    """One layer to read: its name in the plan, the plan's entry, the kind it should be, and the file, already checked."""

    name: str
    spec: LayerSpec
    schema: Schema
    path: Path

    @property
    def where(self) -> Text:
        """Return how a message names this layer and its file."""
        return say("readers.layer", layer=self.name, file=self.spec.path)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row (`at`: its position in the raw frame) or with the file as a whole (WHOLE_FILE)."""

    at: int
    field: str
    value: str
    reason: Text
    fix: Text
    action: Action = "rejected"


@dataclass(frozen=True)
class Raw:
    """The rows of a file in the file's own words.

    `frame` has the file's columns on a RangeIndex, every row of the file in it. `geometry` holds shapely geometries
    (None where a row has none) or is None where the file has no geometry of its own; a table says instead which of its
    columns hold the place. `rows` are the numbers a person sees. `count` is the number of rows counted apart from the
    parser. `crs` is what the file says of itself ("" if nothing); `crs_is_stated` is false where the format alone
    implies it, so that the plan may say better. `sha256` is the hash of what was read where that is no file.
    """

    frame: pd.DataFrame
    geometry: NDArray[np.object_] | None
    rows: NDArray[np.int64]
    count: int
    format: str
    table: str = ""
    encoding: str = ""
    crs: str = ""
    crs_is_stated: bool = True
    faults: tuple[Fault, ...] = field(default=())
    sha256: str = ""


def numbered(count: int, first: int = 1) -> NDArray[np.int64]:
    """Return first, first + 1, ... for that many rows."""
    return np.arange(first, first + count, dtype=np.int64)
