"""Excel workbooks by calamine, after a look at the sheet's own XML: its size, its formulas, and its rows counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.files import refuse_larger
from layers.readers.geopackage import chosen
from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request
from layers.readers.sheetxml import Sheet, inspected
from layers.readers.tables import headers_of
from layers.text import say

if TYPE_CHECKING:
    import pandas as pd

MAX_CELLS = 10_000_000
MAX_XLS_BYTES = 64 * 1024**2
_HEADER_WITHIN = 10  # rows: a title and a line or two may stand above the headers


def read_xlsx(request: Request) -> Raw:
    """Return the rows of a sheet, numbered as in Excel.

    The sheet is the plan's, else the only one with rows. Raises LayerError if it is larger than 10 million cells (from
    A1 to the last used cell), packed suspiciously, or declares XML entities.
    """
    sheets = inspected(request)
    for sheet in sheets.values():
        if sheet.height * sheet.width > MAX_CELLS:
            what = say("readers.sheet_cells", sheet=sheet.name, cells=sheet.height * sheet.width, limit=MAX_CELLS)
            raise LayerError([Problem(request.where, what, say("readers.sheet_cells_fix"))])
    sheet = sheets[_chosen(request, {name: sheet.count for name, sheet in sheets.items()})]
    cells = _cells(request, sheet.name)
    for row, column, text in sheet.errors:  # the parser leaves these blank, and blank means something else
        cells[row - 1][column - 1] = text
    return _raw(request, cells, sheet.name, sheet)


def read_xls(request: Request) -> Raw:
    """Return the rows of a sheet of the old format, whose rows only its one parser can count."""
    refuse_larger(request.path, MAX_XLS_BYTES, request.where)
    with _opened(request) as book:
        heights = {name: int(book.get_sheet_by_name(name).height) for name in book.sheet_names}
    name = _chosen(request, heights)
    return _raw(request, _cells(request, name), name, None)


def _chosen(request: Request, rows: dict[str, int]) -> str:
    full = [name for name, count in rows.items() if count]
    if request.spec.layer is None and len(full) == 1:
        return full[0]
    return chosen(request, full if request.spec.layer is None else list(rows))


def _opened(request: Request) -> Any:
    from python_calamine import CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(request.path)
    except BaseException as error:
        # A panic inside calamine derives from BaseException alone; anything a person pressed must still get through.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise ValueError(str(error)) from error
        raise


def _cells(request: Request, name: str) -> list[list[Any]]:
    with _opened(request) as book:
        return list(book.get_sheet_by_name(name).to_python(skip_empty_area=False))


def _raw(request: Request, cells: list[list[Any]], name: str, sheet: Sheet | None) -> Raw:
    import pandas as pd

    full = [at for at, row in enumerate(cells) if any(not _is_blank(cell) for cell in row)]
    if not full:
        raise LayerError([Problem(request.where, say("readers.no_header"), say("readers.no_header_fix"))])
    header = _header(cells, full)
    body = full[full.index(header) + 1 :]
    headers = headers_of(cells[header])
    rows = np.array(body, dtype=np.int64) + 1
    frame = pd.DataFrame([cells[at] for at in body], columns=headers, dtype=object)
    frame = frame.where(frame != "", None)
    above = full.index(header)
    faults = _skipped(cells, full[:above]) + (_sheet_faults(sheet, rows, frame) if sheet else ())
    count = len(body) if sheet is None else sheet.count - above - 1
    return Raw(frame, None, rows, count, "xlsx" if sheet else "xls", name, faults=faults)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _header(cells: list[list[Any]], full: list[int]) -> int:
    """Return the row of the headers: the first with two cells or more, below any title that stands alone in its row."""
    wide = [at for at in full[:_HEADER_WITHIN] if sum(not _is_blank(cell) for cell in cells[at]) > 1]
    return wide[0] if wide else full[0]


def _skipped(cells: list[list[Any]], titles: list[int]) -> tuple[Fault, ...]:
    return tuple(
        Fault(
            WHOLE_FILE,
            "",
            next(str(cell) for cell in cells[at] if not _is_blank(cell))[:60],
            say("readers.title_row", row=at + 1),
            say("readers.nothing_to_do"),
            "noted",
        )
        for at in titles
    )


def _sheet_faults(sheet: Sheet, rows: np.ndarray[Any, Any], frame: pd.DataFrame) -> tuple[Fault, ...]:
    """Return what a table alone does not show: formulas that were never worked out, merged cells, hidden rows."""
    position = {int(row): at for at, row in enumerate(rows)}
    headers = list(frame.columns)
    faults = []
    for row, column in sheet.unworked:
        if row in position and column <= len(headers):
            what, fix = say("readers.formula"), say("readers.formula_fix")
            faults.append(Fault(position[row], headers[column - 1], "", what, fix))
    for cells, row, column in sheet.merged:
        if row in position and column <= len(headers):
            what, fix = say("readers.merged", cells=cells), say("readers.merged_fix")
            faults.append(Fault(position[row], headers[column - 1], "", what, fix, "noted"))
    what, fix = say("readers.hidden"), say("readers.hidden_fix")
    return (
        *faults,
        *(Fault(position[row], "", "", what, fix, "noted") for row in sorted(sheet.hidden & position.keys())),
    )
