"""What each part of a combined rule says of each place: homes if a part judges homes, else villages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage import MET, SHORT, Coverage
from geo.places import texts, unit_people
from layers.where import parse_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.rule import Judged
    from geo.world import World

    Answers = NDArray[np.int8]
    Rows = NDArray[np.int64]

# What a part says of a place. The greatest of several is what holds for a village: short, if any of its roads is.
UNASKED, YES, UNSURE, NO = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Combined:
    """The places of a combined rule and what its parts say of them.

    `frame` (by place id, sorted) has name, unit_id, people and geometry. `answers` has a row for each place and a column
    for each part; `where` says for each part which row of the part's coverage stands for each place (-1: none, or, where
    the part judges neither these places nor their villages, several).
    """

    frame: gpd.GeoDataFrame
    of: Judged
    answers: Answers
    where: tuple[Rows, ...]


def combined(parts: Sequence[Coverage], where: str | None, world: World) -> Combined:
    """Return what the parts say of every place that at least one of them judges and `where` keeps.

    A part that judges other things (roads, points, assets) speaks for the village they belong to: no if any of them is
    short. A home in no village has nothing that a part could say of its village: that is not known.
    """
    of: Judged = "homes" if any(part.measured.of == "homes" for part in parts) else "units"
    frame = _places(parts, of, where, world)
    unit_id = frame["unit_id"].to_numpy(object)
    columns, rows = [], []
    for part in parts:
        answer = np.append(_said(part), np.int8(UNASKED))
        if part.measured.of == of:
            row = part.frame.index.get_indexer(frame.index)
            columns.append(answer[row])
        elif part.measured.of == "units":
            row = part.frame.index.get_indexer(unit_id)
            columns.append(np.where(unit_id == "", np.int8(UNSURE), answer[row]))
        else:
            row = np.full(len(frame), -1)
            by_unit = pd.Series(answer[:-1]).groupby(part.frame["unit_id"].to_numpy(object)).max()
            said = by_unit.reindex(unit_id).fillna(UNASKED).to_numpy(np.int8)
            columns.append(np.where(unit_id == "", np.int8(UNSURE), said))
        rows.append(row.astype(np.int64))
    answers = np.column_stack(columns)
    asked = np.flatnonzero((answers != UNASKED).any(axis=1))
    return Combined(frame.iloc[asked], of, answers[asked], tuple(row[asked] for row in rows))


def _said(part: Coverage) -> Answers:
    status = part.frame["status"].to_numpy(object)
    return np.select([status == MET, status == SHORT], [np.int8(YES), np.int8(NO)], np.int8(UNSURE))


def _places(parts: Sequence[Coverage], of: Judged, where: str | None, world: World) -> gpd.GeoDataFrame:
    """Return the places as the first part that judges each counts its people; all villages, if no part judges any."""
    columns = ["name", "unit_id", "people", "geometry"]
    own = [part.measured.frame[columns] for part in parts if part.measured.of == of]
    frame = own[0] if len(own) == 1 else pd.concat(own) if own else _villages(world)
    frame = frame[~frame.index.duplicated()].sort_index()
    if where is not None:
        known = world.homes if of == "homes" else world.units
        rows = known if frame.index.isin(known.index).all() else world.units
        frame = frame[parse_where(where).holds(rows.loc[frame.index])]
    return frame


def _villages(world: World) -> gpd.GeoDataFrame:
    units = world.units
    people = unit_people(units, world.demand)
    return units[["geometry"]].assign(name=texts(units["name"]), unit_id=units.index.to_numpy(object), people=people)
