"""An edit of one layer: what a project would change in what we are told. Pure data, so that promise and proof agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class Edit:
    """Rows to add to a layer, and cells to set in it.

    `add` has the layer's columns (those it lacks become NaN or None), its CRS, and new ids as index.
    `change` is indexed by ids that exist; its columns are the cells to set (a cell of NaN leaves the old value).
    """

    layer: str
    add: gpd.GeoDataFrame | None = field(default=None, compare=False)
    change: pd.DataFrame | None = field(default=None, compare=False)


def together(edits: Sequence[Edit]) -> list[Edit]:
    """Return edits that do the same as these, one a layer where that is possible: a thousand projects in one go.

    They stay as they are where one of them changes a row that another adds.
    """
    import pandas as pd

    result = []
    for layer in dict.fromkeys(edit.layer for edit in edits):
        own = [edit for edit in edits if edit.layer == layer]
        adds = [edit.add for edit in own if edit.add is not None and len(edit.add)]
        changes = [edit.change for edit in own if edit.change is not None and len(edit.change)]
        new = set().union(*(add.index for add in adds))
        if len(own) == 1 or any(change.index.isin(new).any() for change in changes):
            result += own
            continue
        change = changes[0] if len(changes) == 1 else pd.concat(changes).groupby(level=0).last() if changes else None
        add = adds[0] if len(adds) == 1 else pd.concat(adds) if adds else None
        result.append(Edit(layer, add, change))
    return result


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
