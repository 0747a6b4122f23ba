"""Where a table's rows are: from two columns of numbers, one column of pairs, or WKT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.cells import read_column, shown
from layers.dms import Axis, degrees_of, is_dms
from layers.headers import Matched, pair_headers
from layers.problems import LayerError, Problem
from layers.readers.raw import Fault, Request
from layers.schema import Column
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray


_BETWEEN = r"\s*[,;，；、]\s*"
_PAIR = rf"[^,;，；、]*[0-9][^,;，；、]*{_BETWEEN}[^,;，；、]*[0-9][^,;，；、]*"


def geometry_of(
    frame: pd.DataFrame, found: Matched, request: Request
) -> tuple[NDArray[np.object_], list[Fault], set[str]]:
    """Return a geometry (or None) for each row, what is wrong with the cells, and the headers it was made from.

    A row with only one of its two coordinates has no place. Raises LayerError if the table has no such columns at all,
    or if they hold degrees, minutes and seconds and the plan does not say so.
    """
    has_xy = bool(found.x and found.y)
    if found.pair:
        x, y, faults = _halves(frame[found.pair], found.pair, first_is_y=request.spec.latlon is not None)
        points, more = _from_numbers(x, y, request)
        return points, faults + more, {found.pair}
    if found.wkt and (request.spec.wkt or not has_xy or request.schema.shape != "point"):
        return (*_from_wkt(frame[found.wkt], found.wkt), {found.wkt})
    if has_xy:
        return (*_from_numbers(frame[found.x], frame[found.y], request), {found.x, found.y})
    headers = ", ".join(str(name) for name in frame.columns)
    raise LayerError([Problem(request.where, say("readers.no_place"), say("readers.no_place_fix", headers=headers))])


def ask_about_pairs(frame: pd.DataFrame, found: Matched, request: Request) -> None:
    """Raise LayerError if a table's only place is a column of pairs whose order nobody has said."""
    if found.wkt or found.pair or (found.x and found.y):
        return
    for header in pair_headers([str(name) for name in frame.columns]):
        texts = frame[header].dropna().astype("str").str.strip()
        pairs = texts[texts.str.fullmatch(_PAIR)]
        if len(pairs):
            what = say("readers.pair", column=header, value=shown(pairs.iloc[0]))
            raise LayerError([Problem(request.where, what, say("readers.pair_fix", column=header))])


def is_list(found: Matched, request: Request) -> bool:
    """Return whether a table without any place can be used all the same, by rules that count by village.

    So it is if its rows are villages, or things that lie in the village they name wherever that is.
    """
    schema, spec = request.schema, request.spec
    has_place = found.wkt or found.pair or (found.x and found.y) or spec.x or spec.y or spec.wkt
    return not has_place and (schema.kind == "units" or (schema.shape == "any" and "unit_id" in found.columns))


def _from_numbers(x_cells: pd.Series, y_cells: pd.Series, request: Request) -> tuple[NDArray[np.object_], list[Fault]]:
    x, x_faults = _coordinates(x_cells, "x", request)
    y, y_faults = _coordinates(y_cells, "y", request)
    geometry = np.full(len(x), None, dtype=object)
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    geometry[placed] = shapely.points(x[placed], y[placed])
    return geometry, x_faults + y_faults


def _coordinates(cells: pd.Series, axis: Axis, request: Request) -> tuple[NDArray[np.float64], list[Fault]]:
    header = str(cells.name)
    faults: list[Fault] = []
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        texts = cells.dropna().astype("str")
        in_dms = texts[texts.map({text: is_dms(text) for text in texts.unique()})]
        if len(in_dms):
            _ask_first(in_dms, axis, request)
            cells, faults = _in_degrees(cells, in_dms, axis)
    values, more = read_column(cells, Column(header, "number", header))
    return values.to_numpy(float), faults + more


def _ask_first(in_dms: pd.Series, axis: Axis, request: Request) -> None:
    """Raise LayerError, with what an example would become, unless the plan says that these are minutes and seconds."""
    if request.spec.degrees == "dms":
        return
    readable = {text: degrees_of(text, axis) for text in in_dms.unique()}
    value, degrees = next(((t, d) for t, d in readable.items() if d is not None), (in_dms.iloc[0], None))
    what = say("readers.dms", column=in_dms.name, value=shown(value), count=len(in_dms))
    fix = say("readers.dms_fix", degrees=f"{degrees:.6f}") if degrees is not None else say("readers.dms_wrong_fix")
    raise LayerError([Problem(request.where, what, fix)])


def _in_degrees(cells: pd.Series, in_dms: pd.Series, axis: Axis) -> tuple[pd.Series, list[Fault]]:
    """Return the cells with decimal degrees in place of minutes and seconds, and a fault for each that cannot be."""
    degrees = {text: degrees_of(text, axis) for text in in_dms.unique()}
    made = in_dms.map({text: None if value is None else repr(value) for text, value in degrees.items()})
    decimal = cells.astype(object).copy()
    decimal[in_dms.index] = made.astype(object).where(made.notna(), None)
    fix = say("readers.dms_wrong_fix")
    faults = [
        Fault(
            int(at), str(cells.name), shown(text), say("readers.dms_wrong", column=cells.name, value=shown(text)), fix
        )
        for at, text in in_dms[made.isna()].items()
    ]
    return decimal, faults


def _halves(cells: pd.Series, header: str, *, first_is_y: bool) -> tuple[pd.Series, pd.Series, list[Fault]]:
    """Return the two coordinates that one cell holds, and a fault for each cell that does not hold two."""
    texts = cells.astype(object).where(cells.notna(), "").astype("str").str.strip()
    halves = texts.str.split(_BETWEEN, regex=True)
    is_pair = (halves.str.len() == 2).to_numpy(bool)
    first, second = (halves.where(is_pair).str[at].rename(header) for at in (0, 1))
    fix = say("readers.not_pair_fix")
    faults = [
        Fault(int(at), header, shown(texts[at]), say("readers.not_pair", column=header, value=shown(texts[at])), fix)
        for at in np.flatnonzero(~is_pair & (texts != "").to_numpy(bool))
    ]
    return (second, first, faults) if first_is_y else (first, second, faults)


def _from_wkt(cells: pd.Series, header: str) -> tuple[NDArray[np.object_], list[Fault]]:
    texts = cells.astype(object).where(cells.notna(), None).to_numpy(object)
    texts = np.array([str(text).strip() or None if text is not None else None for text in texts], dtype=object)
    geometry = shapely.from_wkt(texts, on_invalid="ignore")
    broken = np.flatnonzero(shapely.is_missing(geometry) & np.array([text is not None for text in texts], dtype=bool))
    reason, fix = say("readers.not_wkt", column=header), say("readers.not_wkt_fix")
    return geometry, [Fault(int(at), header, shown(texts[at]), reason, fix) for at in broken]
