"""projects.xlsx: the tables as a clerk wants them, in the reader's language: typed cells, filters, ready to print.

Nothing in it is live: no formula, no link, no macro. The same assessment gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.text import Language, say
from maps.notes import Section, sections
from maps.page.scorecard import NOT_JUDGED
from maps.rankingnotes import beside
from maps.screen import width
from maps.tables import SEPARATOR
from maps.wording import action_word, number, shown, status_word, unit_word

if TYPE_CHECKING:
    import pandas as pd

    from geo.assessment import Assessment
    from layers.options import RuleOptions
    from maps.totals import Totals

# A workbook carries the day it was made; ours carries the same one always, so that the same run gives the same bytes.
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed mark in the file, not a time)

# Excel's own limit on the characters of a cell.
_CELL_CHARACTERS = 32_767

_SHEET_CHARACTERS = 31
_PAPER_A4 = 9
_LINE_POINTS = 16.0
_MOST_LINES = 12
_GREEN, _ORANGE, _GREY, _HEAD = "#E2F0D9", "#FBE0CC", "#E7E6E6", "#D9E2EC"


@dataclass(frozen=True)
class Field:
    """One column of a sheet: the catalogue name of its header, its width in characters, and how its cells look.

    Columns that do not print stand right of those that do: codes and places on the globe, for those who look them up.
    """

    name: str
    width: float
    look: str = "text"
    prints: bool = True


_PROJECT_FIELDS = (
    Field("rank", 6, "centred"),
    Field("project", 28, "wrapped"),
    Field("village", 12),
    Field("amount", 7, "amount"),
    Field("unit", 6, "centred"),
    Field("cost", 12, "whole"),
    Field("people_served", 10, "whole"),
    Field("cost_per_person", 10, "amount"),
    Field("cumulative_cost", 12, "whole"),
    Field("in_budget", 8, "centred"),
    Field("firm", 8, "centred"),
    Field("why", 58, "wrapped"),
    Field("rules", 24, "wrapped", prints=False),
    Field("action", 12, prints=False),
    Field("cost_low", 12, "whole", prints=False),
    Field("cost_high", 12, "whole", prints=False),
    Field("cost_per_year", 12, "whole", prints=False),
    Field("need_closed", 13, "amount", prints=False),
    Field("need_per_10k_yuan", 13, "amount", prints=False),
    Field("stays_in", 9, "share", prints=False),
    Field("rank_low", 8, "whole", prints=False),
    Field("rank_high", 8, "whole", prints=False),
    Field("rank_without_equity", 10, "whole", prints=False),
    Field("in_best_set", 10, prints=False),
    Field("department", 12, prints=False),
    Field("project_id", 12, prints=False),
    Field("gap_ids", 20, prints=False),
    Field("lon", 12, "degrees", prints=False),
    Field("lat", 12, "degrees", prints=False),
)
_GAP_FIELDS = (
    Field("rule", 24, "wrapped"),
    Field("severity", 11),
    Field("village", 12),
    Field("place", 24, "wrapped"),
    Field("gap_amount", 10, "amount"),
    Field("unit", 7, "centred"),
    Field("gap_people", 10, "whole"),
    Field("reason", 56, "wrapped"),
    Field("gap_id", 16, prints=False),
    Field("lon", 12, "degrees", prints=False),
    Field("lat", 12, "degrees", prints=False),
)
_REJECT_FIELDS = (
    Field("layer", 12),
    Field("file", 24, "wrapped"),
    Field("row", 8, "whole"),
    Field("feature_id", 14),
    Field("field", 14),
    Field("value", 18, "wrapped"),
    Field("reason", 40, "wrapped"),
    Field("fix", 40, "wrapped"),
    Field("handling", 14),
)


@dataclass(frozen=True)
class Rows:
    """The tables of `maps.tables` in the workbook's language."""

    projects: pd.DataFrame
    gaps: pd.DataFrame
    rejects: pd.DataFrame


def workbook(assessment: Assessment, totals: Totals, tables: Rows, language: Language) -> bytes:
    """Return the workbook: ranked projects, gaps, villages by rules, rows set aside, and what the figures rest on."""
    import xlsxwriter

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    settings = assessment.plan.settings
    book.set_properties({"title": _cell(settings.name), "author": "coverplan", "created": _MADE})
    looks = _looks(book)
    sheets = _Sheets(book, looks, language, _cell(settings.name))
    projects, dimmed = _projects(tables.projects, assessment, totals, language)
    sheets.add("projects", _PROJECT_FIELDS, projects, dimmed, freeze=2)
    sheets.add("gaps", _GAP_FIELDS, _gaps(tables.gaps, assessment, totals, language))
    rules = [coverage.rule for coverage in assessment.coverages.values()]
    sheets.add("scorecard", _scorecard_fields(rules, language), _scorecard(totals, language), freeze=2)
    sheets.add("rejects", _REJECT_FIELDS, _rejects(tables.rejects, language))
    sheets.add_notes(sections(assessment, totals, language))
    for department, numbers in _by_department(projects).items():
        some, dim = [projects[i] for i in numbers], [dimmed[i] for i in numbers]
        sheets.add("projects", _PROJECT_FIELDS, some, dim, freeze=2, called=department)
    book.close()
    return file.getvalue()


@dataclass(frozen=True)
class Marked:
    """A cell with a look of its own."""

    value: object
    look: str


@dataclass(frozen=True)
class _Sheets:
    """The workbook being written, and what every sheet of it shares."""

    book: Any
    looks: dict[str, Any]
    language: Language
    title: str

    def add(
        self,
        name: str,
        fields: Sequence[Field],
        rows: Sequence[Sequence[object]],
        dimmed: Sequence[bool] = (),
        *,
        freeze: int = 0,
        called: str = "",
    ) -> None:
        """Write a table: header frozen and repeated on every page, filters, `freeze` columns held at the left.

        The sheet is called by its name in the catalogue unless it is `called` otherwise.
        """
        sheet = self._sheet(called or say(f"tables.sheet_{name}").in_(self.language))
        for column, field in enumerate(fields):
            sheet.set_column(column, column, field.width)
            sheet.write_string(0, column, _header(field, self.language), self.looks["head"])
        sheet.set_row(0, 32 if self.language == "zh" else 46)
        for r, row in enumerate(rows, start=1):
            sheet.set_row(r, _LINE_POINTS * _lines(fields, row))
            dim = "dim_" if dimmed and dimmed[r - 1] else ""
            for column, (field, value) in enumerate(zip(fields, row, strict=True)):
                own = value if isinstance(value, Marked) else Marked(value, dim + _look(field, value))
                _write(sheet, r, column, own.value, self.looks[own.look], self.language)
        sheet.freeze_panes(1, freeze)
        sheet.autofilter(0, 0, len(rows), len(fields) - 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, len(rows), sum(field.prints for field in fields) - 1)

    def add_notes(self, notes: Sequence[Section]) -> None:
        """Write what the figures rest on: headed blocks, one below the other."""
        sheet = self._sheet(say("tables.sheet_notes").in_(self.language))
        for column, letters in enumerate((14, 30, 48, 24, 12, 12, 12)):
            sheet.set_column(column, column, letters)
        r = 0
        for section in notes:
            sheet.write_string(r, 0, _cell(section.title), self.looks["heading"])
            for line in section.lines:
                r += 1
                sheet.write_string(r, 0, _cell(line), self.looks["plain"])
            for head, row in ((True, section.header), *((False, row) for row in section.rows)):
                r += bool(row)
                for column, value in enumerate(row):
                    look = "head" if head else "wrapped" if isinstance(value, str) else "whole"
                    _write(sheet, r, column, value, self.looks[look], self.language)
            r += 2

    def _sheet(self, words: str) -> Any:
        sheet = self.book.add_worksheet(_sheet_name(words, [sheet.name for sheet in self.book.worksheets()]))
        sheet.set_landscape()
        sheet.set_paper(_PAPER_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L" + f"{self.title[:80]} {words}".replace("&", "&&"))
        sheet.set_footer("&R" + say("tables.page_of").in_(self.language))
        return sheet


def _projects(
    table: pd.DataFrame, assessment: Assessment, totals: Totals, language: Language
) -> tuple[list[list[object]], list[bool]]:
    titles = _titles(assessment, language)
    rows: list[list[object]] = []
    listed = [row.project for row in assessment.ranked] + [one.project for one in assessment.gated]
    for row, more, project in zip(table.to_dict("records"), beside(assessment), listed, strict=True):
        people = row["people_served"]
        cells = (
            more
            | row
            | {
                "firm": say(f"ranking.firm_{more['firm']}").in_(language) if "firm" in more else None,
                "in_best_set": say("tables.yes" if more.get("in_best_set") else "tables.no").in_(language),
                "project": row["name"],
                "action": action_word(row["action"], language),
                "village": totals.unit_name(row["unit_id"]),
                "unit": unit_word(row["unit"], language),
                "cost_per_person": row["cost"] / people if people > 0 else math.nan,
                "cost_per_year": project.cost_per_year,
                "in_budget": say("tables.yes" if row["in_budget"] else "tables.no").in_(language),
                "rules": "\n".join(titles[id_] for id_ in row["rule_ids"].split(SEPARATOR)),
            }
        )
        rows.append([cells.get(field.name) for field in _PROJECT_FIELDS])
    return rows, [not row for row in table["in_budget"]]


def _by_department(projects: Sequence[Sequence[object]]) -> dict[str, list[int]]:
    """Return which rows each department answers for, by its name; rows that name none are on no such sheet."""
    column = [field.name for field in _PROJECT_FIELDS].index("department")
    found: dict[str, list[int]] = {}
    for i, row in enumerate(projects):
        if row[column]:
            found.setdefault(str(row[column]), []).append(i)
    return dict(sorted(found.items()))


def _sheet_name(words: str, taken: Sequence[str]) -> str:
    """Return a name that Excel takes: 31 characters, none of []:*?/\\, no apostrophe at an end, and no other sheet's."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _cell(words)).strip("' ")[:_SHEET_CHARACTERS] or "-"
    name, again = plain, 1
    while name.casefold() in {other.casefold() for other in taken}:
        again += 1
        name = f"{plain[: _SHEET_CHARACTERS - 4]} {again}"
    return name


def _gaps(table: pd.DataFrame, assessment: Assessment, totals: Totals, language: Language) -> list[list[object]]:
    titles = _titles(assessment, language)
    rows: list[list[object]] = []
    for row in table.to_dict("records"):
        cells = row | {
            "rule": titles[row["rule_id"]],
            "severity": say(f"tables.severity_{row['severity']}").in_(language),
            "village": totals.unit_name(row["unit_id"]),
            "place": row["name"],
            "gap_amount": row["amount"],
            "unit": unit_word(row["unit"], language),
            "gap_people": row["people"],
        }
        rows.append([cells[field.name] for field in _GAP_FIELDS])
    return rows


def _scorecard_fields(rules: Sequence[RuleOptions], language: Language) -> list[Field]:
    first = [Field("village", 16), Field("unit_id", 14), Field("population", 10, "whole")]
    totals = [Field("rules_short", 10, "whole"), Field("people_short", 12, "whole")]
    return [*first, *totals, *(Field(f"={rule.marked(language)}\n{rule.id}", 13) for rule in rules)]


def _scorecard(totals: Totals, language: Language) -> list[list[object]]:
    known = totals.units[["name", "population", "rules_short", "people_short"]].to_dict("list")
    verdicts = [
        [
            _verdict(str(state), people, language)
            for state, people in zip(card["state"], card["people_short"], strict=True)
        ]
        for card in totals.cards.values()
    ]
    return [list(row) for row in zip(known.pop("name"), totals.units.index, *known.values(), *verdicts, strict=True)]


def _verdict(state: str, people_short: float, language: Language) -> object:
    """Return what a village gets under a rule: people without as a number that sorts, everything else in words."""
    if state == NOT_JUDGED:
        return None
    if state == "short" and people_short >= 1:
        return Marked(float(people_short), "short")
    return Marked(status_word(state, language), f"{state}_word")


def _rejects(table: pd.DataFrame, language: Language) -> list[list[object]]:
    rows: list[list[object]] = []
    for row in table.to_dict("records"):
        cells = row | {"handling": say(f"tables.action_{row['action']}").in_(language)}
        rows.append([cells[field.name] for field in _REJECT_FIELDS])
    return rows


def _titles(assessment: Assessment, language: Language) -> dict[str, str]:
    return {id_: coverage.rule.marked(language) for id_, coverage in assessment.coverages.items()}


def _header(field: Field, language: Language) -> str:
    if field.name.startswith("="):
        return _cell(field.name[1:])
    return say(f"tables.col_{field.name}").in_(language).replace("（", "\n（").replace(" (", "\n(")


def _lines(fields: Sequence[Field], row: Sequence[object]) -> int:
    """Return how many lines the row needs: not every program makes rows high enough by itself."""
    texts = [(field, str(value)) for field, value in zip(fields, row, strict=True) if field.look == "wrapped"]
    needed = [sum(math.ceil(max(width(line), 1) / field.width) for line in text.split("\n")) for field, text in texts]
    return min(max(needed, default=1), _MOST_LINES)


def _look(field: Field, value: object) -> str:
    """Return how a cell looks: an amount shows a decimal place only where it has one."""
    return "whole" if field.look == "amount" and isinstance(value, float) and value.is_integer() else field.look


def _looks(book: Any) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#C8CDD2", "valign": "vcenter"}
    shapes: dict[str, dict[str, object]] = {
        "text": {**edge, "num_format": "@"},
        "wrapped": {**edge, "num_format": "@", "text_wrap": True},
        "centred": {**edge, "align": "center"},
        "whole": {**edge, "num_format": "#,##0"},
        "amount": {**edge, "num_format": "#,##0.0"},
        "degrees": {**edge, "num_format": "0.000000"},
        "share": {**edge, "num_format": "0%"},
    }
    shapes |= {f"dim_{name}": {**look, "font_color": "#7F7F7F"} for name, look in shapes.items()}
    shapes |= {
        "head": {**edge, "bold": True, "bg_color": _HEAD, "text_wrap": True, "align": "center", "valign": "vcenter"},
        "heading": {"bold": True, "font_size": 13},
        "plain": {"valign": "top"},
        "short": {**edge, "num_format": "#,##0", "bg_color": _ORANGE},
        "short_word": {**edge, "num_format": "@", "bg_color": _ORANGE, "align": "right"},
        "met_word": {**edge, "num_format": "@", "bg_color": _GREEN, "align": "right"},
        "unknown_word": {**edge, "num_format": "@", "bg_color": _GREY, "align": "right"},
    }
    return {name: book.add_format(look) for name, look in shapes.items()}


def _write(sheet: Any, row: int, column: int, value: object, look: Any, language: Language) -> None:
    """Write a cell by its type: text as text whatever it looks like, unknown numbers blank, unreachable ones in words."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isfinite(value):
            sheet.write_number(row, column, value, look)
        elif math.isinf(value):
            sheet.write_string(row, column, number(value, language), look)
        else:
            sheet.write_blank(row, column, None, look)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_string(row, column, _cell(value), look)


def _cell(value: object) -> str:
    return shown(value)[:_CELL_CHARACTERS]
