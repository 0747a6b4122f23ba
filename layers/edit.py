"""An edit of one layer: what a project would change in what we are told. Pure data, so that promise and proof agree."""

from __future__ import annotations

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


def applied(frame: gpd.GeoDataFrame, edit: Edit) -> gpd.GeoDataFrame:
    """Return the frame with the edit applied, sorted by id; the given frame is left as it is.

    Raises ValueError if an added id exists already or a changed one does not: that would be a fault of ours.
    """
    import pandas as pd

    result = frame
    if edit.change is not None and len(edit.change):
        if not edit.change.index.isin(frame.index).all():
            raise ValueError(f"edit changes rows that {edit.layer} does not have")
        result = result.copy()
        result.update(edit.change)
    if edit.add is not None and len(edit.add):
        if edit.add.index.isin(frame.index).any():
            raise ValueError(f"edit adds ids that {edit.layer} already has")
        added = edit.add.reindex(columns=frame.columns)
        result = pd.concat([result, added]) if len(result) else added.astype(frame.dtypes.to_dict())
    return result.sort_index()
