"""Raw rows to a layer: every cell and shape looked at, every row accounted for."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers import patterns
from layers.cells import empty_column, read_column
from layers.checked import Checked
from layers.filtering import chosen_rows, without_examples
from layers.headers import matched
from layers.layer import Layer, Source
from layers.madeids import made_ids, parts_of_lines
from layers.placing import ask_about_pairs, geometry_of, is_list
from layers.problems import LayerError, Problem
from layers.quarantine import people_rejected, rejects_of
from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request
from layers.shapes import checked_shapes
from layers.text import Text, say

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

_TOTALS = {
    "合计",
    "总计",
    "小计",
    "共计",
    "总和",
    "汇总",
    "合计数",
    "合計",
    "總計",
    "小計",
    "total",
    "sum",
    "grandtotal",
}
_MAY_BE_TOTAL = r"^.{0,3}[合总小共汇總].{0,6}$|^.{0,3}[Ss][Uu][Mm].{0,3}$|[Tt][Oo][Tt][Aa][Ll]"
_NOT_WORD = re.compile(r"[\s::.()]+")


def checked_rows(raw: Raw, request: Request) -> Checked:
    """Return the rows of a file with a fault for whatever is wrong with any cell or shape.

    Raises LayerError if the columns are not clear: two headers for one, a required one missing, no place at all.
    """
    schema = request.schema
    needs_place = schema.shape != "none" and raw.geometry is None
    headers = [str(name) for name in raw.frame.columns]
    frame = raw.frame.set_axis(headers, axis=1)
    found = matched(headers, schema, request.spec, request.where, placed=not needs_place)
    if found.problems:
        raise LayerError(found.problems)
    geometry, faults, used = raw.geometry, list(raw.faults), set(found.columns.values())
    if needs_place:
        ask_about_pairs(frame, found, request)
    if needs_place and is_list(found, request):
        words = say("readers.list_only", headers=", ".join(headers))
        faults.append(Fault(WHOLE_FILE, "geometry", "", words, say("readers.list_only_fix"), "noted"))
    elif needs_place:
        geometry, place_faults, place_headers = geometry_of(frame, found, request)
        faults += place_faults
        used |= place_headers - set(found.columns.values())
    cells, cell_faults = _cells(frame, found.columns, request)
    faults += cell_faults
    others = [header for header in headers if header not in used and frame[header].notna().any()]
    cells = pd.concat([cells, frame[others].rename(columns=_apart(others, set(cells.columns)))], axis=1)
    totals = _totals(frame, cells, geometry)
    faults += _total_faults(totals) + _duplicates(cells["id"], ~totals)
    if schema.shape == "none":
        geometry = None
    elif geometry is not None:
        unread = {fault.at for fault in faults if fault.field == "geometry" or fault.field in used - set(cells.columns)}
        geometry, shape_faults = checked_shapes(geometry, schema.shape)
        faults += [fault for fault in shape_faults if fault.at not in unread or fault.at == WHOLE_FILE]
    checked = without_examples(
        Checked(
            request,
            raw,
            frozenset(found.columns),
            cells,
            geometry,
            np.ones(len(cells), bool),
            _once(faults, totals),
            found.columns,
        )
    )
    return chosen_rows(checked, found.columns) if request.spec.where else checked


def finished(checked: Checked, crs: pyproj.CRS | None, *, crs_name: str, sha256: str) -> Layer:
    """Return the layer: the good rows on their ids, and the books.

    `rows_in` are the rows of the file, counted apart from the parser, less those that the plan's `where` leaves out
    (a note says how many). Used, repaired and rejected count rows of the file, so a road in three parts is one row
    though it becomes three. Raises LayerError if the books do not balance.
    """
    request, raw = checked.request, checked.raw
    rejects = rejects_of(checked)
    good, rejected = checked.good, checked.rejected
    mended = {fault.at for fault in checked.faults if fault.action == "repaired" and fault.at != WHOLE_FILE}
    repaired = int(sum(good[at] for at in mended))
    used = int(good.sum()) - repaired
    rows_in = raw.count - int((~checked.meant).sum())
    if used + repaired + int(rejected.sum()) != rows_in:
        what = say("readers.books", used=used, repaired=repaired, rejected=int(rejected.sum()), rows_in=rows_in)
        raise LayerError([Problem(request.where, what, say("readers.unreadable_fix"))])
    source = Source(request.spec.path, raw.format, sha256, crs_name, raw.table, raw.encoding)
    frame, rows = _frame(checked, np.flatnonzero(good), crs)
    return Layer(
        request.name,
        request.schema.kind,
        frame,
        source,
        checked.given,
        rows_in,
        used,
        repaired,
        int(rejected.sum()),
        rejects,
        rows=rows,
        people_rejected=people_rejected(checked),
    )


def _cells(frame: pd.DataFrame, columns: dict[str, str], request: Request) -> tuple[pd.DataFrame, list[Fault]]:
    values: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in request.schema.columns:
        if column.name in columns:
            values[column.name], found = read_column(frame[columns[column.name]], column)
            faults += found
        else:
            values[column.name] = empty_column(column, frame.index)
    return pd.DataFrame(values, index=frame.index), faults


def _apart(others: list[str], taken: set[str]) -> dict[str, str]:
    """Return new names for the file's other columns where they would take the name of one of ours."""
    return {name: f"{name} (file)" for name in others if name in taken or name == "geometry"}


def _totals(frame: pd.DataFrame, cells: pd.DataFrame, geometry: NDArray[np.object_] | None) -> Flags:
    """Return the rows that sum up the others. A row with a place of its own is none, whatever it is called."""
    from shapely import is_missing

    found = np.zeros(len(frame), bool)
    looked_at = [frame.iloc[:, place] for place in range(min(2, frame.shape[1]))]
    looked_at += [cells[name] for name in ("id", "name", "unit_id", "role") if name in cells]
    for column in looked_at:
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        likely = np.flatnonzero(patterns.anywhere(column.astype("str"), _MAY_BE_TOTAL))
        found[[at for at in likely if _is_total(column.iloc[at])]] = True
    return found if geometry is None else found & is_missing(geometry)


def _is_total(word: object) -> bool:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", str(word))).casefold() in _TOTALS


def _total_faults(totals: Flags) -> list[Fault]:
    reason, fix = say("readers.total_row"), say("readers.total_row_fix")
    return [Fault(int(at), "", "", reason, fix) for at in np.flatnonzero(totals)]


def _duplicates(ids: pd.Series, counted: Flags) -> list[Fault]:
    """Return a fault for every row whose id another row has too: nobody but the planner knows which is right."""
    held = ids[counted & ids.notna().to_numpy(bool)]
    twice = held[held.duplicated(keep=False)]
    fix = say("readers.duplicate_fix")
    return [Fault(int(at), "id", value, say("readers.duplicate", id=value), fix) for at, value in twice.items()]


def _once(faults: list[Fault], totals: Flags) -> tuple[Fault, ...]:
    """Keep of a total row only that it is one, and one fault a cell where two say the same."""
    kept: dict[tuple[int, str, Text], Fault] = {}
    for fault in faults:
        of_total = fault.at != WHOLE_FILE and totals[fault.at] and not fault.reason.key.endswith(".total_row")
        if not of_total:
            kept.setdefault((fault.at, fault.field, fault.reason), fault)
    return tuple(kept.values())


def _frame(checked: Checked, kept: NDArray[np.intp], crs: pyproj.CRS | None) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the rows kept as a frame on their ids, sorted, lines of several parts as several rows; and their numbers."""
    import geopandas as gpd

    cells = checked.cells.iloc[kept].reset_index(drop=True)
    geometry, rows = None if checked.geometry is None else checked.geometry[kept], checked.raw.rows[kept]
    ids = made_ids(cells, geometry, checked.request.schema)
    if geometry is None and checked.request.schema.shape != "none":
        geometry = np.full(len(cells), None, dtype=object)
    if geometry is not None:
        source, part, geometry = parts_of_lines(geometry)
        if len(source) > len(rows):
            ids = np.array(
                [f"{ids[at]}/{number}" if number else ids[at] for at, number in zip(source, part, strict=True)]
            )
            cells, rows = cells.iloc[source], rows[source]
    frame = cells.drop(columns="id").set_axis(pd.Index(ids, dtype="str", name="id"), axis=0)
    if geometry is not None:
        frame = gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)
    order = frame.index.argsort(kind="stable")
    return frame.iloc[order], rows[order]
