"""XLSX templates: one sheet to fill in, with drop-downs and a comment on every header, and one that explains each column."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xlsxwriter

from layers.filtering import EXAMPLE_ID
from layers.kinds import KINDS
from layers.schema import Column
from layers.text import Language, say

# Files a clerk fills in, and what kind of layer each is. Roads and boundaries come as map files instead.
TEMPLATES: Mapping[str, str] = {
    "villages.xlsx": "units",
    "homes.xlsx": "demand",
    "lamps.xlsx": "devices",
    "cameras.xlsx": "devices",
    "facilities.xlsx": "facilities",
    "points.xlsx": "points",
    "staff.xlsx": "staff",
    "petitions.xlsx": "petitions",
    "households.xlsx": "households",
    "assets.xlsx": "assets",
}
_ROWS = 5000  # rows that get a drop-down
# Villages are listed here; where they are comes with their boundaries. Calls and assets may be told by their village.
_WITHOUT_PLACE = frozenset(("units", "petitions", "assets"))
_EXAMPLE_PLACE = ("113.2540", "23.1280")
_EXAMPLE_YES = {"zh": "是", "en": "yes"}


def write_template(path: Path, kind: str, language: Language) -> Path:
    """Write the template of that kind of layer and return its path; its first row is an example, which is never counted."""
    schema = KINDS[kind]
    places = ("经度", "纬度") if kind not in _WITHOUT_PLACE and schema.shape != "none" else ()
    with xlsxwriter.Workbook(path) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(say("starter.sheet_data").in_(language))
        sheet.freeze_panes(1, 0)
        headers = [_header(column, language) for column in schema.columns]
        headers += [header if language == "zh" else {"经度": "lon", "纬度": "lat"}[header] for header in places]
        for i, header in enumerate(headers):
            sheet.write_string(0, i, header, head)
            sheet.set_column(i, i, max(12, 2 * len(header) + 2))
        grey = book.add_format({"italic": True, "font_color": "#7F7F7F"})
        examples = [_example(column, language) for column in schema.columns] + list(_EXAMPLE_PLACE[: len(places)])
        for i, cell in enumerate([EXAMPLE_ID[language], *examples[1:]]):
            sheet.write_string(1, i, cell, grey)
        for i, column in enumerate(schema.columns):
            if column.choices:
                words = [words[0] if language == "zh" else name for name, words in column.choices.items()]
                sheet.data_validation(1, i, _ROWS, i, {"validate": "list", "source": words})
        _explain(book.add_worksheet(say("starter.sheet_notes").in_(language)), schema.columns, language, head)
    return path


def _header(column: Column, language: Language) -> str:
    return column.zh if language == "zh" else column.name


def _explain(
    sheet: xlsxwriter.worksheet.Worksheet, columns: tuple[Column, ...], language: Language, head: object
) -> None:
    titles = ("column", "meaning", "unit", "bounds", "choices", "example")
    for i, title in enumerate(titles):
        sheet.write_string(0, i, say(f"starter.note_{title}").in_(language), head)
        sheet.set_column(i, i, 18)
    for row, column in enumerate(columns, start=1):
        bounds = (
            ""
            if column.low is None
            else f"{column.low:g} – {column.high:g}"
            if column.high is not None
            else f"≥ {column.low:g}"
        )
        choices = "、".join(words[0] if language == "zh" else name for name, words in column.choices.items())
        cells = (
            _header(column, language),
            column.name if language == "zh" else column.zh,
            column.unit,
            bounds,
            choices,
        )
        for i, cell in enumerate((*cells, _example(column, language))):
            sheet.write_string(row, i, cell)


def _example(column: Column, language: Language) -> str:
    if column.choices:
        name, words = next(iter(column.choices.items()))
        return words[0] if language == "zh" else name
    examples = {"id": "0012", "number": "120", "count": "2", "flag": _EXAMPLE_YES[language], "date": "2026-05-01"}
    return examples.get(column.form, column.zh if language == "zh" else column.name)
