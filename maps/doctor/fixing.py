"""Corrected copies of the plan's files: only what is certain is changed, the originals are never touched, all is logged.

Certain are: numbers in full-width digits or with thousands separators, numbers with the column's own unit behind them
(12人 for people), invisible characters, rows of totals, and rows that another row repeats cell by cell. Everything else
needs somebody who knows. What was changed is read again: a copy that is not just as it was meant to be is put back.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from layers.cells import number
from layers.headers import UNIT_WORDS
from layers.readers.raw import WHOLE_FILE, Raw
from layers.readers.shapefile import parts_beside
from layers.text import Language, say
from maps.csvcells import plain
from maps.doctor.rewriting import WRITERS, Change, Fix, rewrite
from maps.saving import replacing
from maps.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from layers.checked import Checked
    from layers.readers.raw import Fault
    from maps.doctor.diagnosis import Diagnosis

LOG = "fixes.csv"
_LOGGED = ("layer", "file", "row", "feature_id", "field", "before", "after", "reason")


def write_fixed(diagnosis: Diagnosis, out: Path, language: Language) -> int:
    """Write a folder like the plan's, with its files corrected, and a log; return how many changes were made.

    The plan is copied as it is, so that it can be run from there. Raises SaveError if the folder holds anything that is
    not of this kind, or cannot be written.
    """
    plan = diagnosis.plan
    files = {spec.path for spec in plan.layers.values() if (plan.folder / spec.path).is_file()}
    with replacing(out, {LOG, plan.file, *(Path(file).parts[0] for file in _with_parts(plan.folder, files))}) as folder:
        for file in sorted(files):
            _copy(plan.folder, folder, file)
        made: list[Change] = []
        for file, changes in _by_file(diagnosis).items():
            if _rewritten(folder / file, changes):
                made += [change for change in changes if change.fixes]
            else:
                _copy(plan.folder, folder, file)
        (folder / LOG).write_bytes(_log(made, language))
        (folder / plan.file).write_text(plan.text, encoding="utf-8", newline="\n")
    return sum(len(change.fixes) for change in made)


def _copy(there: Path, folder: Path, file: str) -> None:
    for part in parts_beside(there / file):
        copy = folder / Path(file).with_name(part.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(part, copy)


def _by_file(diagnosis: Diagnosis) -> dict[str, list[Change]]:
    """Return by file what is to be changed in each of its tables, once for all layers that read the table."""
    tables: dict[tuple[str, str], Change] = {}
    for checked in diagnosis.examined.checked.values():
        key = (checked.request.spec.path, checked.raw.table)
        known = tables[key].fixes if key in tables else ()
        there = {(fix.at, fix.field) for fix in known}
        more = [fix for fix in fixes_of(checked) if (fix.at, fix.field) not in there]
        whole = tables[key].checked if key in tables else checked
        tables[key] = Change(whole, (*known, *more))
    files: dict[str, list[Change]] = {}
    for (file, _), change in tables.items():
        files.setdefault(file, []).append(change)
    return {file: changes for file, changes in files.items() if any(change.fixes for change in changes)}


def _rewritten(file: Path, changes: list[Change]) -> bool:
    """Whether the copy could be changed, and when read again is just what it was meant to be."""
    if changes[0].checked.raw.format not in WRITERS:
        return False
    try:
        rewrite(file, changes)
    except Exception:  # whatever a file may hold that only its reader gets along with: then nothing of it is certain
        return False
    return all(_as_meant(file, change) for change in changes)


def _as_meant(file: Path, change: Change) -> bool:
    from layers.readers.confined import read_apart
    from layers.readers.formats import read_raw

    request = replace(change.checked.request, path=file)
    again = read_apart([request], read_raw)[request.name]
    return isinstance(again, Raw) and list(_cells(again.frame)) == list(_cells(change.frame()))


def _cells(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table, in which 12, 12.0 and "12" are alike and so are blanks."""
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
        yield tuple("" if cell is None else _alike(str(cell)) for cell in row)


def _alike(text: str) -> str | float:
    value = number(text)
    return text.strip() if value is None else value


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


def _log(changes: Iterable[Change], language: Language) -> bytes:
    import pandas as pd

    rows = []
    for change in changes:
        checked = change.checked
        ids = checked.cells["id"]
        for fix in sorted(change.fixes, key=lambda fix: (fix.at, fix.field)):
            id_ = ids.iloc[fix.at]
            after = fix.after if fix.field else say("doctor.row_left_out").in_(language)
            where = (
                checked.request.name,
                checked.request.spec.path,
                int(checked.raw.rows[fix.at]),
                id_ if isinstance(id_, str) else "",
            )
            rows.append((*where, fix.field, fix.before, after, fix.reason.in_(language)))
    return csv_bytes(pd.DataFrame(rows, columns=list(_LOGGED)).astype({"row": float}))


def _with_parts(folder: Path, files: Iterable[str]) -> list[str]:
    return [str(Path(file).with_name(part.name)) for file in files for part in parts_beside(folder / file)]
