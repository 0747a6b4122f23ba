"""The ledger in the CRS of a run: the plan may have been given another since its tasks were taken on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely

from layers.ledger.task import State, Task

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_DEGREES = "OGC:CRS84"


def in_crs(state: State, crs: str) -> State:
    """Return the ledger with every shape of every task in that CRS; a spot given in degrees becomes a task's place."""
    return replace(state, tasks={id_: _task_in(task, crs) for id_, task in state.tasks.items()})


def moved_text(shape: str, crs: str, wanted: str) -> str:
    """Return a shape (WKT) in another CRS, to the centimetre."""
    if crs == wanted:
        return shape
    return str(shapely.to_wkt(_moved(shapely.from_wkt(shape), crs, wanted), rounding_precision=2))


def _task_in(task: Task, crs: str) -> Task:
    spot = None
    if task.lonlat is not None and not task.gaps:
        there = _moved(shapely.Point(task.lonlat), _DEGREES, crs)
        spot = (there.x, there.y)
    if task.crs == crs or not task.crs:
        return replace(task, crs=crs, spot=spot)
    gaps = tuple(replace(gap, shape=moved_text(gap.shape, task.crs, crs)) for gap in task.gaps)
    edits = tuple(_edit_in(edit, task.crs, crs) for edit in task.edits)
    return replace(task, gaps=gaps, edits=edits, crs=crs, spot=spot)


def _edit_in(edit: Mapping[str, Any], crs: str, wanted: str) -> Mapping[str, Any]:
    added = edit["added"]
    if added is None or "geometry" not in added["columns"]:
        return edit
    at = added["columns"].index("geometry")
    rows = [
        [moved_text(cell, crs, wanted) if i == at and cell else cell for i, cell in enumerate(row)]
        for row in added["rows"]
    ]
    return {**edit, "added": {**added, "rows": rows}}


def _moved(shape: BaseGeometry, crs: str, wanted: str) -> BaseGeometry:
    return shape if shape.is_empty else shapely.transform(shape, _transform(crs, wanted))


@cache
def _transform(crs: str, wanted: str) -> Any:
    import numpy as np
    import pyproj

    change = pyproj.Transformer.from_crs(crs, wanted, always_xy=True)
    return lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
