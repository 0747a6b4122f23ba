"""A report of the ledger as plain blocks, and as HTML, XLSX and Markdown: the same figures three times."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.text import Language, say
from maps.screen import width
from maps.sheetpage import still_page
from maps.wording import escape, number, shown

FORMATS = ("html", "xlsx", "md")

# A workbook carries the day it was made; ours carries the same one always, so that the same ledger gives the same bytes.
MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed mark in the file, not a time)
_CELL_CHARACTERS = 32_767
_SHEET_NAME = 31
_WIDEST = 60
_LONG = 24  # letters: such a cell is not squeezed into a column of three words on a telephone

_STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 14px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif;
  color: #1d2327; max-width: 1120px; margin: 0 auto; padding: 18px; }
h1 { font-size: 23px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 24px 0 6px; padding-bottom: 3px; border-bottom: 2px solid #0b4f8a; break-after: avoid; }
p { margin: 4px 0; }
.facts { color: #5a646c; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; margin: 6px 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #c8cdd2; padding: 3px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere;
  min-width: 3.2em; }
th { background: #e6edf3; font-weight: 600; }
td.t { min-width: 13em; }
td.d { white-space: nowrap; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
footer { margin-top: 26px; color: #5a646c; font-size: 12px; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True)
class Block:
    """A headed part: lines, then a table if it has rows. Texts are as they are, escaped by whoever writes them down.

    `is_sums` marks a table of counts and money, of which nobody asks how many rows it has.
    """

    title: str
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    is_sums: bool = False


@dataclass(frozen=True)
class Paper:
    """A report: its title, the facts below it, its blocks, and the ledger's head at its foot."""

    title: str
    facts: tuple[str, ...]
    blocks: tuple[Block, ...]
    foot: str


def papers(paper: Paper, language: Language) -> Mapping[str, bytes]:
    """Return the report in every format, by the ending of its file."""
    return {
        "html": as_html(paper, language).encode(),
        "xlsx": as_workbook(paper, language),
        "md": as_markdown(paper, language).encode(),
    }


def as_html(paper: Paper, language: Language) -> str:
    """Return one page that asks for nothing and runs nothing; all text in it is escaped."""
    facts = "".join(f'<p class="facts">{escape(fact)}</p>' for fact in paper.facts)
    blocks = "".join(_html_block(block, language) for block in paper.blocks)
    body = f"<h1>{escape(paper.title)}</h1>{facts}{blocks}<footer>{escape(paper.foot)}</footer>"
    return still_page(paper.title, body, style=_STYLE, language=language)


def _html_block(block: Block, language: Language) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in block.lines)
    if not block.rows:
        return f"<h2>{escape(block.title)}</h2>{lines or _nothing(language)}"
    head = "".join(f"<th>{escape(name)}</th>" for name in block.header)
    rows = "".join("<tr>" + "".join(_td(cell, language) for cell in row) + "</tr>" for row in block.rows)
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f"<h2>{escape(block.title)}</h2>{lines}{table}"


def _nothing(language: Language) -> str:
    return f"<p>{escape(say('tasks.nothing').in_(language))}</p>"


def _td(cell: object, language: Language) -> str:
    text = cell_text(cell, language)
    kind = ' class="n"' if isinstance(cell, (int, float)) else ' class="t"' if width(text) > _LONG else ""
    kind = ' class="d"' if isinstance(cell, dt.date) else kind
    return f"<td{kind}>{escape(text)}</td>"


def as_markdown(paper: Paper, language: Language) -> str:
    """Return the report as Markdown; what would be markup in a text is shown as it stands."""
    parts = [f"# {_md(paper.title)}", "\n\n".join(_md(fact) for fact in paper.facts)]
    for block in paper.blocks:
        parts.append(f"## {_md(block.title)}")
        parts += [_md(line) for line in block.lines]
        if block.rows:
            rows = [
                block.header,
                ["---"] * len(block.header),
                *([cell_text(c, language) for c in row] for row in block.rows),
            ]
            parts.append("\n".join("| " + " | ".join(map(_cell_md, row)) + " |" for row in rows))
        elif not block.lines:
            parts.append(say("tasks.nothing").in_(language))
    return "\n\n".join([*parts, _md(paper.foot)]) + "\n"


def _md(text: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in "\\`*_[]<>|~" else letter for letter in shown(text))
    # "#", "-", "+", "=" and "1." mean something at the beginning of a line only
    return f"\\{escaped}" if escaped[:1] in ("#", "-", "+", "=", ">") else escaped


def _cell_md(text: str) -> str:
    return text if text == "---" else _md(text).replace("\n", "<br>")


def as_workbook(paper: Paper, language: Language) -> bytes:
    """Return the report as a workbook: a sheet for each block, everything as typed cells, nothing live."""
    import xlsxwriter

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    book.set_properties({"title": paper.title[:200], "author": "coverplan", "created": MADE})
    looks = sheet_looks(book)
    names: set[str] = set()
    first = Block(say("tasks.sheet_about").in_(language), (paper.title, *paper.facts, paper.foot))
    for block in (first, *paper.blocks):
        sheet = book.add_worksheet(_sheet_name(block.title, names))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for row, line in enumerate(block.lines):
            sheet.write_string(row, 0, shown(line)[:_CELL_CHARACTERS], looks["plain"])
        if block.rows:
            _sheet_table(sheet, block, len(block.lines), looks)
    book.close()
    return file.getvalue()


def _sheet_table(sheet: Any, block: Block, top: int, looks: Mapping[str, Any]) -> None:
    for column, name in enumerate(block.header):
        texts = [name, *(str(row[column]) for row in block.rows if row[column] is not None)]
        sheet.set_column(
            column, column, min(max(width(line) for text in texts for line in text.split("\n")) + 3, _WIDEST)
        )
        sheet.write_string(top, column, shown(name), looks["head"])
    for at, row in enumerate(block.rows, start=top + 1):
        for column, cell in enumerate(row):
            write_cell(sheet, at, column, cell, looks)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, top + len(block.rows), len(block.header) - 1)
    sheet.repeat_rows(top)


def sheet_looks(book: Any) -> dict[str, Any]:
    """Return the looks of cells: by what they hold."""
    edge = {"border": 1, "border_color": "#C8CDD2", "valign": "top"}
    shapes: dict[str, dict[str, object]] = {
        "text": {**edge, "num_format": "@", "text_wrap": True},
        "number": {**edge, "num_format": "#,##0.##"},
        "whole": {**edge, "num_format": "#,##0"},
        "share": {**edge, "num_format": "0%"},
        "day": {**edge, "num_format": "yyyy-mm-dd", "align": "center"},
        "head": {
            **edge,
            "bold": True,
            "bg_color": "#D9E2EC",
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
        },
        "plain": {"valign": "top"},
    }
    return {name: book.add_format(look) for name, look in shapes.items()}


def write_cell(sheet: Any, row: int, column: int, cell: object, looks: Mapping[str, Any], look: str = "") -> None:
    """Write a cell by its type: text as text whatever it looks like, days as days, unknown numbers blank."""
    if isinstance(cell, dt.date):
        sheet.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), looks[look or "day"])  # noqa: DTZ001 (a day)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        sheet.write_number(row, column, cell, looks[look or ("whole" if float(cell).is_integer() else "number")])
    elif cell is None or cell == "" or isinstance(cell, float):
        sheet.write_blank(row, column, None, looks[look or "text"])
    else:
        sheet.write_string(row, column, shown(cell)[:_CELL_CHARACTERS], looks[look or "text"])


def cell_text(cell: object, language: Language) -> str:
    """Return a cell in words; what is unknown is blank."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return number(float(cell), language, decimals=2)
    return str(cell)


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name a sheet may bear: none of Excel's forbidden signs, 31 characters, no other of it."""
    base = (
        "".join(" " if letter in "[]:*?/\\" else letter for letter in shown(title)).strip().strip("'")[:_SHEET_NAME]
        or "-"
    )
    name, again = base, 2
    while name.lower() in taken:
        name, again = f"{base[: _SHEET_NAME - 3]} {again}", again + 1
    taken.add(name.lower())
    return name
