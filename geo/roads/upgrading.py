"""Roads to be brought up to what is asked of them: the edits that do it, and what a kilometre costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.edit import Edit
from layers.options import Cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.roads.criteria import RoadCriteria
    from layers.layer import Layers

    Flags = NDArray[np.bool_]

# A kilometre of village road hardened: 200 000-400 000 yuan, V2 (Anhui, DOMAIN RD-01); upkeep 3 000-5 000 a year, U; the
# life of cement pavement on light roads, I.
UPGRADE = Cost(low=150_000, mid=300_000, high=400_000, per="km", yearly=4_000, life_years=20)


def upgrades(layers: Layers, ref: str, ids: Sequence[str], sure: Flags, asked: RoadCriteria) -> tuple[Edit, ...]:
    """Return the edits that bring these roads up to every criterion that they are not sure to hold.

    `sure` has a row for each of the ids and a column for each criterion.
    """
    cells: dict[str, pd.Series] = {}
    for column, (name, value) in enumerate(pair for new in asked.upgraded.values() for pair in new.items()):
        rows = [id_ for id_, holds in zip(ids, sure[:, column], strict=True) if not holds]
        if rows:
            cells[name] = pd.Series([value] * len(rows), index=rows)
    change = pd.DataFrame(cells).sort_index()
    edits = []
    for layer, rows in layers.parts("roads", ref):
        own = change[change.index.isin(rows.index)].dropna(axis="columns", how="all")
        if len(own):
            edits.append(Edit(layer.name, change=own))
    return tuple(edits)
