"""Where a table's rows are: from its longitude and latitude (or easting and northing) columns, or from WKT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.cells import read_column, shown
from layers.headers import Matched
from layers.problems import LayerError, Problem
from layers.readers.raw import Fault, Request
from layers.schema import Column
from layers.text import say

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def geometry_of(
    frame: pd.DataFrame, found: Matched, request: Request
) -> tuple[NDArray[np.object_], list[Fault], set[str]]:
    """Return a geometry (or None) for each row, what is wrong with the cells, and the headers it was made from.

    A row with only one of its two coordinates has no place. Raises LayerError if the table has no such columns at all.
    """
    has_xy = bool(found.x and found.y)
    if found.wkt and (request.spec.wkt or not has_xy or request.schema.shape != "point"):
        return (*_from_wkt(frame[found.wkt], found.wkt), {found.wkt})
    if has_xy:
        return (*_from_numbers(frame, found), {found.x, found.y})
    headers = ", ".join(str(name) for name in frame.columns)
    raise LayerError([Problem(request.where, say("readers.no_place"), say("readers.no_place_fix", headers=headers))])


def is_list(found: Matched, request: Request) -> bool:
    """Return whether a table without any place can be used all the same, by rules that count by village.

    So it is if its rows are villages, or things that lie in the village they name wherever that is.
    """
    schema, spec = request.schema, request.spec
    has_place = found.wkt or (found.x and found.y) or spec.x or spec.y or spec.wkt
    return not has_place and (schema.kind == "units" or (schema.shape == "any" and "unit_id" in found.columns))


def _from_numbers(frame: pd.DataFrame, found: Matched) -> tuple[NDArray[np.object_], list[Fault]]:
    x, x_faults = read_column(frame[found.x], Column(found.x, "number", found.x))
    y, y_faults = read_column(frame[found.y], Column(found.y, "number", found.y))
    geometry = np.full(len(frame), None, dtype=object)
    placed = np.flatnonzero(np.isfinite(x.to_numpy()) & np.isfinite(y.to_numpy()))
    geometry[placed] = shapely.points(x.to_numpy()[placed], y.to_numpy()[placed])
    return geometry, x_faults + y_faults


def _from_wkt(cells: pd.Series, header: str) -> tuple[NDArray[np.object_], list[Fault]]:
    texts = cells.astype(object).where(cells.notna(), None).to_numpy(object)
    texts = np.array([str(text).strip() or None if text is not None else None for text in texts], dtype=object)
    geometry = shapely.from_wkt(texts, on_invalid="ignore")
    broken = np.flatnonzero(shapely.is_missing(geometry) & np.array([text is not None for text in texts], dtype=bool))
    reason, fix = say("readers.not_wkt", column=header), say("readers.not_wkt_fix")
    return geometry, [Fault(int(at), header, shown(texts[at]), reason, fix) for at in broken]
