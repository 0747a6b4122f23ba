"""Ids for rows that come without one, and for the parts of a road that is one row: from what they are, never from order."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.schema import Schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows are told apart by the square of this side they lie in, so that a few metres more or less seldom change an id.
_SQUARE_M = 100.0
# What a row is, as against how it fares: an id must outlive a repair or a new count.
_LASTING = ("name", "unit_id", "role", "category", "class", "topic", "programme")
_LETTERS = 7


def made_ids(cells: pd.DataFrame, geometry: NDArray[np.object_] | None, schema: Schema) -> NDArray[np.object_]:
    """Return the rows' ids, with one made for each row that has none.

    A village without a code is called by its name if no other has it. Any other row gets a code made from its name,
    category and the like and from the 100 m square it lies in; rows alike in all that are numbered from west to east.
    Ids never depend on the order of rows, on a status or on a count.
    """
    ids: NDArray[np.object_] = cells["id"].to_numpy(object).copy()
    blank = np.flatnonzero(cells["id"].isna().to_numpy(bool))
    if not len(blank):
        return ids
    taken = set(ids[cells["id"].notna().to_numpy(bool)])
    if schema.kind == "units" and len(blank) == len(ids) and _names_are_ids(cells["name"]):
        ids[:] = cells["name"]
        return ids
    middle = np.zeros((len(cells), 2)) if geometry is None else _middles(geometry)
    lasting = [name for name in _LASTING if name in cells]
    words = cells[lasting].fillna("").astype("str").to_numpy(object)
    squares = np.floor(middle / _SQUARE_M).astype(np.int64)
    keys = [(*words[at], *squares[at]) for at in blank]
    order = sorted(range(len(blank)), key=lambda place: (keys[place], *middle[blank[place]]))
    seen: dict[tuple[object, ...], int] = {}
    for place in order:
        key = keys[place]
        seen[key] = seen.get(key, 0) + 1
        ids[blank[place]] = _code(schema.kind, key, seen[key], taken)
        taken.add(ids[blank[place]])
    return ids


def parts_of_lines(
    geometry: NDArray[np.object_],
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.object_]]:
    """Return lines of several parts as lines of one: the row each came from, its number from 1 (0 if whole), the line."""
    many = np.flatnonzero(shapely.get_type_id(geometry) == shapely.GeometryType.MULTILINESTRING)
    if not len(many):
        return np.arange(len(geometry)), np.zeros(len(geometry), np.int64), geometry
    parts, owner = shapely.get_parts(geometry[many], return_index=True)
    number = np.concatenate([np.arange(1, count + 1) for count in np.bincount(owner)])
    whole = np.setdiff1d(np.arange(len(geometry)), many)
    source = np.concatenate([whole, many[owner]])
    part = np.concatenate([np.zeros(len(whole), np.int64), number])
    return source, part, np.concatenate([geometry[whole], parts])


def _names_are_ids(names: pd.Series) -> bool:
    return bool(names.notna().all()) and not names.duplicated().any()


def _middles(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    boxes = shapely.bounds(geometry)
    middle: NDArray[np.float64] = np.nan_to_num((boxes[:, :2] + boxes[:, 2:]) / 2)
    return middle


def _code(kind: str, key: tuple[object, ...], number: int, taken: set[str]) -> str:
    """Return a code for the key; the next number is tried in the rare case that the code is taken."""
    while True:
        text = "\x1f".join([kind, *map(str, key), str(number)])
        code = f"{kind[0]}-{base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:_LETTERS]}"
        if code not in taken:
            return code
        number += 1_000_000
