"""The workbook that goes out to be filled in: which columns, which of them may be edited, and the code each row bears."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.ledger.merge import row_code
from layers.text import LANGUAGES, Language, say
from maps.screen import width
from maps.tasks.paper import MADE, sheet_looks, write_cell
from maps.tasks.rows import cells
from maps.wording import shown

if TYPE_CHECKING:
    from layers.ledger.task import State, Task

# Column and its width; those in EDITABLE_COLUMNS may be filled in.
COLUMNS = (
    ("id", 7),
    ("list", 14),
    ("title", 38),
    ("village", 12),
    ("goal", 42),
    ("leader", 10),
    ("department", 14),
    ("owner", 10),
    ("due", 12),
    ("progress", 8),
    ("note", 28),
    ("state", 10),
    ("light", 16),
    ("people", 10),
    ("cost", 12),
    ("outcome", 16),
)
EDITABLE_COLUMNS = ("goal", "leader", "department", "owner", "due", "progress", "note")
WRAPPED = ("list", "title", "goal", "note")
LINE_POINTS = 15.5
CODE = "code"
_CODE_COLUMN = len(COLUMNS)


@dataclass(frozen=True)
class Sent:
    """What the code column's head says: of which ledger, after which event, and which tasks the workbook was made with."""

    ledger: str
    seq: int
    tasks: frozenset[int]


def workbook(state: State, tasks: Sequence[Task], today: dt.date, language: Language) -> bytes:
    """Return the workbook of these tasks: cells to be filled in are white, all others grey."""
    import xlsxwriter

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    book.set_properties({"title": shown(state.name)[:200], "author": "coverplan", "created": MADE})
    looks = sheet_looks(book)
    grey = {"border": 1, "border_color": "#C8CDD2", "valign": "top", "bg_color": "#EDEFF1", "text_wrap": True}
    looks |= {"grey": book.add_format(grey), "grey_day": book.add_format({**grey, "num_format": "yyyy-mm-dd"})}
    sheet = book.add_worksheet(say("tasks.sheet_tasks").in_(language))
    for column, (name, wide) in enumerate(COLUMNS):
        sheet.set_column(column, column, wide)
        sheet.write_string(0, column, say(f"tasks.col_{name}").in_(language), looks["head"])
    sheet.set_column(_CODE_COLUMN, _CODE_COLUMN, 14, None, {"hidden": True})
    sheet.write_string(0, _CODE_COLUMN, head_of(state, tasks), looks["head"])
    for row, task in enumerate(tasks, start=1):
        _write_row(sheet, row, task, cells(task, today, language) | {"note": ""}, looks)
        sheet.write_string(row, _CODE_COLUMN, row_code(state.ledger_id, task, state.head.seq))
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(tasks), 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return file.getvalue()


def _write_row(sheet: Any, row: int, task: Task, values: dict[str, object], looks: dict[str, Any]) -> None:
    sheet.set_row(row, LINE_POINTS * max(_lines(name, values[name], wide) for name, wide in COLUMNS))
    values["due"] = task.due  # what may be edited is the deadline itself, not when a standing task is due next
    for column, (name, _) in enumerate(COLUMNS):
        value = values[name]
        look = "" if name in EDITABLE_COLUMNS else "grey_day" if isinstance(value, dt.date) else "grey"
        look = {"progress": "share", "due": "day"}.get(name, look)
        write_cell(sheet, row, column, value, looks, look)


def _lines(name: str, value: object, wide: int) -> int:
    """Return how many lines a cell needs: not every program makes rows high enough by itself."""
    return sum(math.ceil(max(width(line), 1) / wide) for line in str(value or "").split("\n")) if name in WRAPPED else 1


def head_of(state: State, tasks: Sequence[Task]) -> str:
    """Return the head of the code column: `coverplan LEDGER SEQ 1-7,9`."""
    return f"coverplan {state.ledger_id} {state.head.seq} {_ranges(sorted(task.id for task in tasks))}".strip()


def sent_in(head: str) -> Sent | None:
    """Return what the head of a code column says, None if it is not one."""
    parts = head.split()
    try:
        word, ledger, seq, *ranges = parts
        tasks: set[int] = set()
        for part in ranges[0].split(",") if ranges else ():
            first, _, last = part.partition("-")
            tasks |= set(range(int(first), int(last or first) + 1))
        return Sent(ledger, int(seq), frozenset(tasks)) if word == "coverplan" else None
    except ValueError:
        return None


def column_of(header: str) -> str | None:
    """Return which column a header stands for, in whichever language it was written."""
    folded = "".join(header.split())
    for name, _ in COLUMNS:
        if folded in {"".join(say(f"tasks.col_{name}").in_(language).split()) for language in LANGUAGES}:
            return name
    return CODE if sent_in(header) else None


def _ranges(ids: Sequence[int]) -> str:
    parts: list[list[int]] = []
    for id_ in ids:
        if parts and id_ == parts[-1][1] + 1:
            parts[-1][1] = id_
        else:
            parts.append([id_, id_])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
