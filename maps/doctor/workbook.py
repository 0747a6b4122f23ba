"""check.xlsx: the findings as a list, and for each layer the rows to correct as they stand in the file, bad cells marked."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from layers.text import Language, say, spoken
from maps.doctor.rows import COLUMNS, headers, rows
from maps.wording import shown

if TYPE_CHECKING:
    from layers.checked import Checked
    from layers.findings import Finding
    from maps.doctor.diagnosis import Diagnosis

_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed mark in the file, not a time)
_CELL_CHARACTERS = 32_767
_SHEET_NAME_CHARACTERS = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_WIDTHS = {"reason": 46, "fix": 46, "file": 18, "value": 16, "feature_id": 14}
# What needs a person to correct it; what was read without doubt does not.
_TO_CORRECT = ("error", "warning")


def workbook(diagnosis: Diagnosis, language: Language) -> bytes:
    """Return the workbook; nothing in it is live, and the same findings give the same bytes."""
    import xlsxwriter

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    book.set_properties({"title": shown(diagnosis.plan.settings.name), "author": "coverplan", "created": _MADE})
    looks = _looks(book)
    sheet = _sheet(book, say("doctor.sheet_findings").in_(language), looks, headers(language), set())
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 10))
    listed = rows(diagnosis.findings, diagnosis.examined.layers.crs, language)
    for at, row in enumerate(listed, start=1):
        for column, value in enumerate(row):
            _write(sheet, at, column, value, looks["plain"])
    sheet.autofilter(0, 0, max(len(listed), 1), len(COLUMNS) - 1)
    names = {say("doctor.sheet_findings").in_(language)}
    for name, checked in diagnosis.examined.checked.items():
        to_correct = [f for f in diagnosis.of(name) if f.severity in _TO_CORRECT and f.row]
        if to_correct:
            _rows_to_correct(book, looks, checked, to_correct, language, names)
    book.close()
    return file.getvalue()


def _rows_to_correct(
    book: Any, looks: dict[str, Any], checked: Checked, found: list[Finding], language: Language, names: set[str]
) -> None:
    """Write the rows of a layer that have findings, with what is wrong in front and the bad cells in colour."""
    frame = checked.raw.frame
    fields = [str(name) for name in frame.columns]
    top = [
        say("tables.col_row").in_(language),
        say("tables.col_reason").in_(language),
        say("tables.col_fix").in_(language),
    ]
    sheet = _sheet(book, checked.request.name, looks, [*top, *fields], names)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 2, 44)
    sheet.set_column(3, 2 + max(len(fields), 1), 14)
    position = {int(row): at for at, row in enumerate(checked.raw.rows)}
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in found:
        by_row[finding.row].append(finding)
    for line, (row, here) in enumerate(sorted(by_row.items()), start=1):
        bad = {checked.headers.get(finding.field, finding.field) for finding in here}
        words = ["\n".join(spoken(getattr(f, part), language) for f in here) for part in ("reason", "fix")]
        for column, value in enumerate([row, *words]):
            _write(sheet, line, column, value, looks["plain"])
        if row in position:
            for column, field in enumerate(fields, start=3):
                look = looks["bad" if field in bad else "plain"]
                _write(sheet, line, column, frame[frame.columns[column - 3]].iloc[position[row]], look)


def _sheet(book: Any, wanted: str, looks: dict[str, Any], head: list[str], taken: set[str]) -> Any:
    name = shown(wanted).translate(_NOT_IN_SHEET_NAMES)[:_SHEET_NAME_CHARACTERS] or "_"
    stem, again = name, 2
    while name.casefold() in {each.casefold() for each in taken} or name.casefold() == "history":
        name = f"{stem[: _SHEET_NAME_CHARACTERS - 3]}_{again}"
        again += 1
    taken.add(name)
    sheet = book.add_worksheet(name)
    for column, word in enumerate(head):
        sheet.write_string(0, column, shown(word)[:_CELL_CHARACTERS], looks["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return sheet


def _looks(book: Any) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#C8CDD2", "valign": "top", "text_wrap": True}
    return {
        "plain": book.add_format(edge),
        "bad": book.add_format({**edge, "bg_color": "#FBE0CC", "bold": True}),
        "head": book.add_format({**edge, "bg_color": "#D9E2EC", "bold": True}),
    }


def _write(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e15:
        sheet.write_number(row, column, value, look)
    elif _is_blank(value):
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_string(row, column, shown(value)[:_CELL_CHARACTERS], look)


def _is_blank(value: object) -> bool:
    import pandas as pd

    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or value == ""
        or (isinstance(value, float) and math.isnan(value))
    )
