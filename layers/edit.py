"""An edit of one layer: what a project would change in what we are told. Pure data, so that promise and proof agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Cut:
    """Rows `start` up to `stop` of a table that many edits share: to make a frame costs as much as to make its rows."""

    table: pd.DataFrame
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def columns(self) -> list[str]:
        """The names of the cells."""
        return [str(name) for name in self.table.columns]

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return [str(id_) for id_ in self.table.index[self.start : self.stop]]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame of their own."""
        return self.table if len(self) == len(self.table) else self.table.iloc[self.start : self.stop]


@dataclass(frozen=True, eq=False, init=False)
class Edit:
    """Rows to add to a layer, and cells to set in it; each is a frame, or cut from one that many edits share.

    `add` has the layer's columns (those it lacks become NaN or None), its CRS, and new ids as index.
    `change` is indexed by ids that exist; its columns are the cells to set (a cell of NaN leaves the old value).
    """

    layer: str
    added: Cut | None
    changed: Cut | None

    def __init__(
        self, layer: str, add: pd.DataFrame | Cut | None = None, change: pd.DataFrame | Cut | None = None
    ) -> None:
        for name, value in (("layer", layer), ("added", _cut(add)), ("changed", _cut(change))):
            object.__setattr__(self, name, value)

    @property
    def add(self) -> gpd.GeoDataFrame | None:
        """The rows to add."""
        return None if self.added is None else self.added.frame

    @property
    def change(self) -> pd.DataFrame | None:
        """The cells to set."""
        return None if self.changed is None else self.changed.frame


def _cut(rows: pd.DataFrame | Cut | None) -> Cut | None:
    return rows if rows is None or isinstance(rows, Cut) else Cut(rows, 0, len(rows))


def gathered(cuts: Sequence[Cut]) -> gpd.GeoDataFrame:
    """Return the rows of all the cuts (at least one), one after the other; each table is taken but once."""
    import pandas as pd

    if len(cuts) == 1:
        return cuts[0].frame
    tables = {id(cut.table): cut.table for cut in cuts}
    before = dict(zip(tables, np.cumsum([0, *map(len, tables.values())]).tolist(), strict=False))
    rows = [np.arange(cut.start, cut.stop) + before[id(cut.table)] for cut in cuts]
    whole = next(iter(tables.values())) if len(tables) == 1 else pd.concat(tables.values())
    return whole.iloc[np.concatenate(rows)]


def together(edits: Sequence[Edit]) -> list[Edit]:
    """Return edits that do the same as these, one a layer where that is possible: a thousand projects in one go.

    They stay as they are where one of them changes a row that another adds.
    """
    result = []
    for layer in dict.fromkeys(edit.layer for edit in edits):
        own = [edit for edit in edits if edit.layer == layer]
        adds = [edit.added for edit in own if edit.added is not None and len(edit.added)]
        changes = [edit.changed for edit in own if edit.changed is not None and len(edit.changed)]
        add = gathered(adds) if adds else None
        change = gathered(changes) if changes else None
        if len(own) == 1 or (add is not None and change is not None and change.index.isin(add.index).any()):
            result += own
            continue
        result.append(Edit(layer, add, change if len(changes) == 1 else _last_of_each(change)))
    return result


def _last_of_each(change: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return one row for each id, with the last value that was to be set in each cell."""
    return None if change is None else change.groupby(level=0).last()


def applied(frame: gpd.GeoDataFrame, edit: Edit) -> gpd.GeoDataFrame:
    """Return the frame with the edit applied, sorted by id; the given frame is left as it is.

    Raises ValueError if an added id exists already or a changed one does not: that would be a fault of ours.
    """
    result = frame
    if edit.change is not None and len(edit.change):
        result = _changed(result, edit.change, edit.layer)
    if edit.add is not None and len(edit.add):
        result = _extended(result, edit.add, edit.layer)
    return result.sort_index()


def _changed(frame: gpd.GeoDataFrame, change: pd.DataFrame, layer: str) -> gpd.GeoDataFrame:
    """Set the cells that are not NaN; a column that the frame lacks is added, NaN where nothing is set."""
    if not change.index.isin(frame.index).all():
        raise ValueError(f"edit changes rows that {layer} does not have")
    result = frame.copy()
    for name in change.columns:
        cells = change[name].dropna()
        if name not in result:
            result[name] = cells.reindex(result.index)
        else:
            result.loc[cells.index, name] = cells
    return result


def _extended(frame: gpd.GeoDataFrame, add: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Append rows in the frame's columns and types, so that an edited layer is read by the rules like any other."""
    import pandas as pd

    if add.index.isin(frame.index).any() or add.index.has_duplicates:
        raise ValueError(f"edit adds ids that {layer} already has")
    added = add.reindex(columns=frame.columns)
    blank = added.isna().any()
    for name, kind in frame.dtypes.items():
        # whole numbers and flags that have no blank of their own must become able to hold one
        if not (blank[name] and kind.kind in "iub" and not pd.api.types.is_extension_array_dtype(kind)):
            added[name] = added[name].astype(kind)
    return pd.concat([frame, added]).rename_axis(frame.index.name)
