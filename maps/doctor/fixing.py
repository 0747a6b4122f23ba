"""Corrected copies of the plan's files: only what is certain is changed, the originals are never touched, all is logged.

Certain are: numbers in full-width digits or with thousands separators, numbers with the column's own unit behind them
(12人 for people), invisible characters, rows of totals, and rows that another row repeats cell by cell. Everything else
needs somebody who knows.
"""

from __future__ import annotations

import csv
import io
import math
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layers.cells import number
from layers.headers import UNIT_WORDS
from layers.readers.raw import WHOLE_FILE
from layers.readers.shapefile import parts_beside
from layers.text import Language, Text, say
from maps.csvcells import plain
from maps.saving import replacing
from maps.tables import csv_bytes
from maps.wording import shown

if TYPE_CHECKING:
    import pandas as pd

    from layers.checked import Checked
    from layers.readers.raw import Fault
    from maps.doctor.diagnosis import Diagnosis

LOG = "fixes.csv"
# Tables are written anew; a drawn layer is mended where it was drawn.
_WRITTEN = ("csv", "xlsx", "xls")
_LOGGED = ("layer", "file", "row", "feature_id", "field", "before", "after", "reason")


@dataclass(frozen=True)
class Fix:
    """One change: of a cell (`after` is what stands there now), or of a row that is left out (`field` is "")."""

    at: int
    field: str
    before: str
    after: str
    reason: Text


def write_fixed(diagnosis: Diagnosis, out: Path, language: Language) -> int:
    """Write a folder like the plan's, with its files corrected, and a log; return how many changes were made.

    The plan is copied as it is, so that it can be run from there. Raises SaveError if the folder holds anything that is
    not of this kind, or cannot be written.
    """
    plan = diagnosis.plan
    fixes = {name: fixes_of(checked) for name, checked in diagnosis.examined.checked.items()}
    files = {spec.path for spec in plan.layers.values() if (plan.folder / spec.path).is_file()}
    with replacing(out, {LOG, plan.file, *(Path(file).parts[0] for file in _with_parts(plan.folder, files))}) as folder:
        for file in sorted(files):
            for part in parts_beside(plan.folder / file):
                there = folder / Path(file).with_name(part.name)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(part, there)
        for name, changes in fixes.items():
            checked = diagnosis.examined.checked[name]
            if changes and checked.raw.format in _WRITTEN:
                (folder / checked.request.spec.path).write_bytes(_written(checked, changes))
        (folder / LOG).write_bytes(_log(diagnosis, fixes, language))
        (folder / plan.file).write_text(plan.text, encoding="utf-8", newline="\n")
    return sum(len(changes) for name, changes in fixes.items() if _is_table(diagnosis.examined.checked[name]))


def fixes_of(checked: Checked) -> list[Fix]:
    """Return what can be put right with certainty, by row."""
    fixes = []
    for fault in checked.faults:
        if fault.at == WHOLE_FILE:
            continue
        after = _certain(checked, fault)
        if fault.reason.key == "readers.total_row":
            fixes.append(Fix(fault.at, "", "", "", fault.reason))
        elif after is not None:
            header = checked.headers.get(fault.field, fault.field)
            fixes.append(Fix(fault.at, header, fault.value, after, fault.reason))
    fixes += [Fix(at, "", "", "", say("doctor.repeated", row=row)) for at, row in _repeated(checked)]
    return sorted(fixes, key=lambda fix: (fix.at, fix.field))


def _certain(checked: Checked, fault: Fault) -> str | None:
    """Return what a cell must have meant, None if only somebody who knows can say."""
    key = fault.reason.key
    if key == "readers.number_repaired":
        value = number(fault.value)
        return None if value is None else str(plain(value))
    if key == "readers.text_repaired" and fault.action == "repaired":
        return str(dict(fault.reason.values)["text"])
    columns = {column.name: column for column in checked.request.schema.columns}
    if key != "readers.not_number" or fault.field not in columns:
        return None
    said = unicodedata.normalize("NFKC", fault.value).strip()
    for unit in UNIT_WORDS.get(columns[fault.field].unit, ()):
        value = number(said.removesuffix(unit)) if said.endswith(unit) and said != unit else None
        if value is not None:
            return str(plain(value))
    return None


def _repeated(checked: Checked) -> list[tuple[int, int]]:
    """Return the rows that repeat an earlier one cell by cell, and the number of the first such row."""
    twice = {fault.at for fault in checked.faults if fault.reason.key == "readers.duplicate"}
    first: dict[tuple[str, ...], int] = {}
    found = []
    for at in sorted(twice):
        cells = tuple(str(cell) for cell in checked.raw.frame.iloc[at])
        place = "" if checked.raw.geometry is None else str(checked.raw.geometry[at])
        if (*cells, place) in first:
            found.append((at, int(checked.raw.rows[first[(*cells, place)]])))
        first.setdefault((*cells, place), at)
    return found


def _is_table(checked: Checked) -> bool:
    return checked.raw.format in _WRITTEN


def _written(checked: Checked, fixes: Iterable[Fix]) -> bytes:
    """Return the table with its fixes made: CSV in its own encoding, a workbook with this sheet alone."""
    frame = checked.raw.frame.astype(object).where(checked.raw.frame.notna(), None)
    gone = [fix.at for fix in fixes if not fix.field]
    for fix in fixes:
        if fix.field in frame.columns:
            frame.loc[fix.at, fix.field] = _typed(fix, checked)
    kept = frame.drop(index=gone)
    return _csv(kept, checked.raw.encoding) if checked.raw.format == "csv" else _sheet(kept, checked.raw.table)


def _typed(fix: Fix, checked: Checked) -> object:
    """Return a number as a number in a workbook, and everything as text in a CSV."""
    value = number(fix.after)
    columns = {checked.headers.get(c.name): c.form for c in checked.request.schema.columns}
    is_number = columns.get(fix.field) in ("number", "count")
    return value if value is not None and is_number and checked.raw.format != "csv" else fix.after


def _csv(frame: pd.DataFrame, encoding: str) -> bytes:
    """In the encoding it came in, since the plan may name it; UTF-8 gets the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in frame.itertuples(index=False))
    return text.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def _sheet(frame: pd.DataFrame, table: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, safe)
    sheet = book.add_worksheet(table)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, row in enumerate([tuple(frame.columns), *frame.itertuples(index=False)]):
        for c, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(r, c, cell)
            elif isinstance(cell, int | float) and math.isfinite(cell):
                sheet.write_number(r, c, cell)
            elif hasattr(cell, "isoformat"):
                sheet.write_datetime(r, c, cell, day)
            elif cell is not None:
                sheet.write_string(r, c, shown(cell))
    book.close()
    return file.getvalue()


def _log(diagnosis: Diagnosis, fixes: Mapping[str, list[Fix]], language: Language) -> bytes:
    import pandas as pd

    rows = []
    for name, changes in fixes.items():
        checked = diagnosis.examined.checked[name]
        if not _is_table(checked):
            continue
        ids = checked.cells["id"]
        for fix in changes:
            id_ = ids.iloc[fix.at]
            after = fix.after if fix.field else say("doctor.row_left_out").in_(language)
            where = (
                name,
                checked.request.spec.path,
                int(checked.raw.rows[fix.at]),
                id_ if isinstance(id_, str) else "",
            )
            rows.append((*where, fix.field, fix.before, after, fix.reason.in_(language)))
    return csv_bytes(pd.DataFrame(rows, columns=list(_LOGGED)).astype({"row": float}))


def _with_parts(folder: Path, files: Iterable[str]) -> list[str]:
    return [str(Path(file).with_name(part.name)) for file in files for part in parts_beside(folder / file)]
