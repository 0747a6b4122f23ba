"""Files with certain cells changed and certain rows left out, format by format; all else in them stays as it is.

Tables are written anew. A GeoPackage, a GeoJSON and the .dbf of a shapefile are changed where the cell stands, so that
shapes, styles, indexes and other tables keep every byte; a row of a .dbf is marked as deleted, as the format has it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from layers.cells import number
from layers.readers.shapefile import parts_beside
from maps.csvcells import plain
from maps.wording import shown

if TYPE_CHECKING:
    import pandas as pd

    from layers.checked import Checked
    from layers.text import Text


@dataclass(frozen=True)
class Fix:
    """One change: of a cell (`after` is what stands there now), or of a row that is left out (`field` is "")."""

    at: int
    field: str
    before: str
    after: str
    reason: Text


@dataclass(frozen=True)
class Change:
    """All that is put right in one table of one file."""

    checked: Checked
    fixes: tuple[Fix, ...]

    @property
    def cells(self) -> list[Fix]:
        """Return the fixes of cells."""
        return [fix for fix in self.fixes if fix.field in self.checked.raw.frame.columns]

    @property
    def gone(self) -> list[int]:
        """Return the positions of the rows that are left out."""
        return sorted({fix.at for fix in self.fixes if not fix.field})

    def frame(self) -> pd.DataFrame:
        """Return the table as it is to be."""
        frame = self.checked.raw.frame.astype(object).where(self.checked.raw.frame.notna(), None)
        for fix in self.cells:
            frame.loc[fix.at, fix.field] = self.value(fix)
        return frame.drop(index=self.gone)

    def value(self, fix: Fix) -> object:
        """Return a number as a number where the format has such, and everything as text in a CSV."""
        value = number(fix.after)
        columns = {self.checked.headers.get(c.name): c.form for c in self.checked.request.schema.columns}
        is_number = columns.get(fix.field) in ("number", "count")
        return plain(value) if value is not None and is_number and self.checked.raw.format != "csv" else fix.after


def rewrite(file: Path, changes: Sequence[Change]) -> None:
    """Make the changes in that copy of a file; raises whatever makes it impossible, the file then being half changed."""
    write = _zipped if file.suffix.lower() == ".zip" else WRITERS[changes[0].checked.raw.format]
    write(file, changes)


def _csv(file: Path, changes: Sequence[Change]) -> None:
    """In the encoding it came in, since the plan may name it; UTF-8 gets the mark by which Excel knows it."""
    (change,) = changes
    frame, encoding = change.frame(), change.checked.raw.encoding
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in frame.itertuples(index=False))
    file.write_bytes(text.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding))


def _workbook(file: Path, changes: Sequence[Change]) -> None:
    import xlsxwriter

    content = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(content, safe)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for change in changes:
        frame = change.frame()
        sheet = book.add_worksheet(change.checked.raw.table)
        for r, row in enumerate([tuple(frame.columns), *frame.itertuples(index=False)]):
            for c, cell in enumerate(row):
                _put(sheet, r, c, cell, day)
    book.close()
    file.write_bytes(content.getvalue())


def _put(sheet: Any, r: int, c: int, cell: object, day: object) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(r, c, cell)
    elif isinstance(cell, int | float) and math.isfinite(cell):
        sheet.write_number(r, c, cell)
    elif hasattr(cell, "isoformat"):
        sheet.write_datetime(r, c, cell, day)
    elif cell is not None:
        sheet.write_string(r, c, shown(str(cell)))


def _geojson(file: Path, changes: Sequence[Change]) -> None:
    (change,) = changes
    document = json.loads(file.read_bytes().decode("utf-8-sig"))
    features = document["features"] if document.get("type") == "FeatureCollection" else [document]
    for fix in change.cells:
        feature = features[fix.at]
        there = feature if fix.field == "id" and "id" not in feature["properties"] else feature["properties"]
        there[fix.field] = change.value(fix)
    for at in reversed(change.gone):
        del features[at]
    file.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _geopackage(file: Path, changes: Sequence[Change]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "journal_mode=DELETE"):
            database.execute(f"PRAGMA {pragma}")
        for change in changes:
            _table(database, change)


def _table(database: sqlite3.Connection, change: Change) -> None:
    """Change one table; its triggers, which need functions that only GDAL has, are put aside and done by hand here."""
    name, table = change.checked.raw.table, _quoted(change.checked.raw.table)
    rows = [row[0] for row in database.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]  # noqa: S608
    triggers = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)", (name,)
    ).fetchall()
    database.execute("BEGIN IMMEDIATE")
    for trigger, _ in triggers:
        database.execute(f"DROP TRIGGER {_quoted(trigger)}")
    for fix in change.cells:
        values = (change.value(fix), rows[fix.at])
        database.execute(f"UPDATE {table} SET {_quoted(fix.field)} = ? WHERE rowid = ?", values)  # noqa: S608
    gone = [(rows[at],) for at in change.gone]
    database.executemany(f"DELETE FROM {table} WHERE rowid = ?", gone)  # noqa: S608
    for (index,) in database.execute(
        "SELECT m.name FROM gpkg_geometry_columns g JOIN sqlite_master m"
        " ON lower(m.name) = lower('rtree_' || g.table_name || '_' || g.column_name) WHERE lower(g.table_name) = lower(?)",
        (name,),
    ).fetchall():
        database.executemany(f"DELETE FROM {_quoted(index)} WHERE id = ?", gone)  # noqa: S608
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_ogr_contents'").fetchone():
        counted = "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE lower(table_name) = lower(?)"
        database.execute(counted, (len(rows) - len(gone), name))
    for _, sql in triggers:
        database.execute(sql)
    database.execute("COMMIT")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shapefile(file: Path, changes: Sequence[Change]) -> None:
    (change,) = changes
    (table,) = [part for part in parts_beside(file) if part.suffix.lower() == ".dbf"]
    table.write_bytes(_dbf(table.read_bytes(), change))


def _zipped(file: Path, changes: Sequence[Change]) -> None:
    by_stem = {change.checked.raw.table: change for change in changes}
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            data, name = before.read(item), PurePosixPath(item.filename)
            change = by_stem.get(name.stem) if name.suffix.lower() == ".dbf" else None
            after.writestr(item, _dbf(data, change) if change else data, zipfile.ZIP_DEFLATED)
    file.write_bytes(packed.getvalue())


def _dbf(whole: bytes, change: Change) -> bytes:
    """Return the table of a shapefile with the cells changed and the rows marked as deleted (dBASE III, table structure)."""
    data = bytearray(whole)
    header, width = struct.unpack_from("<HH", data, 8)
    encoding = change.checked.raw.encoding
    place, start = {}, 1
    for at in range(32, header - 1, 32):
        name = bytes(data[at : at + 11]).split(b"\x00")[0].decode(encoding)
        place[name] = (start, data[at + 16], chr(data[at + 11]))
        start += data[at + 16]
    rows = change.checked.raw.rows - 1
    for fix in change.cells:
        offset, length, form = place[fix.field]
        cell = fix.after.encode(encoding)
        if len(cell) > length:
            raise ValueError(f"{fix.field} is too narrow for {fix.after}")
        first = header + int(rows[fix.at]) * width + offset
        data[first : first + length] = cell.rjust(length) if form in "NF" else cell.ljust(length)
    for at in change.gone:
        data[header + int(rows[at]) * width] = ord("*")
    return bytes(data)


WRITERS: Mapping[str, Callable[[Path, Sequence[Change]], None]] = {
    "csv": _csv,
    "xlsx": _workbook,
    "xls": _workbook,
    "geojson": _geojson,
    "gpkg": _geopackage,
    "shapefile": _shapefile,
}
