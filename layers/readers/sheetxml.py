"""A look at a workbook's XML before anything parses it, and apart from the parser: sizes, formulas, merges, row counts.

Regular expressions over bytes, because they cannot be made to expand entities or to build a tree.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from layers.problems import LayerError, Problem
from layers.readers.archive import checked_archive, declares_entities, member
from layers.readers.raw import Request
from layers.text import say

_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData>")
_REF = re.compile(rb'\br="([A-Z]{1,3})\d{1,7}"')
_ROW_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>([^<]*\S[^<]*)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)/?>")
_SHARED = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_MAX_MERGED_CELLS = 100_000


@dataclass(frozen=True)
class Sheet:
    """What one sheet's XML says. Rows and columns count from 1, as Excel shows them.

    `height` and `width` reach to the last cell that is written down at all; `count` is the number of rows with any
    value. `unworked` are formulas without a stored result, `errors` cells with an error for a result (#N/A), `merged` the
    covered cells of merged blocks, with the block.
    """

    name: str
    height: int
    width: int
    count: int
    hidden: frozenset[int]
    unworked: tuple[tuple[int, int], ...]
    errors: tuple[tuple[int, int, str], ...]
    merged: tuple[tuple[str, int, int], ...]


def inspected(request: Request) -> dict[str, Sheet]:
    """Return every sheet of the workbook by name, in the workbook's order.

    Raises LayerError if the archive is a bomb, if it is no workbook, or if any part declares XML entities.
    """
    with checked_archive(request.path, request.where) as archive:
        parts = {info.filename: info for info in archive.infolist()}
        if "xl/workbook.xml" not in parts:
            raise LayerError([Problem(request.where, say("readers.no_workbook"), say("readers.unreadable_fix"))])
        blanks = _blank_strings(_part(request, archive, parts, "xl/sharedStrings.xml"))
        sheets = _sheet_parts(request, archive, parts)
        return {name: _sheet(name, _part(request, archive, parts, path), blanks) for name, path in sheets.items()}


def _part(request: Request, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], path: str) -> bytes:
    data = member(archive, parts[path]) if path in parts else b""
    if declares_entities(data):
        raise LayerError([Problem(request.where, say("readers.entities", part=path), say("readers.entities_fix"))])
    return data


def _sheet_parts(request: Request, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    relations = _part(request, archive, parts, "xl/_rels/workbook.xml.rels")
    targets = {
        _attribute(found[1], b"Id"): posixpath.normpath(posixpath.join("/xl", _attribute(found[1], b"Target")))[1:]
        for found in _RELATION.finditer(relations)
    }
    book = _part(request, archive, parts, "xl/workbook.xml")
    sheets = {_attribute(found[1], b"name"): _attribute(found[1], rb"\w+:id") for found in _SHEET.finditer(book)}
    return {name: targets.get(relation, "") for name, relation in sheets.items() if relation in targets}


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"(?:^|\s)" + name + rb"""=["']([^"']*)["']""", tag)
    return html.unescape(found[1].decode("utf-8", "replace")) if found else ""


def _blank_strings(shared: bytes) -> frozenset[bytes]:
    return frozenset(
        str(place).encode()
        for place, found in enumerate(_SHARED.finditer(shared))
        if not _VALUE.search(found[1] or b"")
    )


def _sheet(name: str, xml: bytes, blanks: frozenset[bytes]) -> Sheet:
    """Cut at every row and cell that opens, never searched for where one closes: linear whatever the bytes are."""
    height = width = row = count = 0
    hidden: set[int] = set()
    unworked: list[tuple[int, int]] = []
    errors: list[tuple[int, int, str]] = []
    for chunk in _ROW.split(_ROWS_END.split(xml, maxsplit=1)[0])[1:]:
        tag = chunk.partition(b">")[0]
        stated = _ROW_NUMBER.search(tag)
        row = int(stated[1]) if stated else row + 1
        if b'hidden="1"' in tag or b'hidden="true"' in tag:
            hidden.add(row)
        cells = _CELL.split(chunk)[1:]
        height, width = max(height, row if cells else 0), max(width, _last_column(chunk, cells))
        count += any(_is_filled(cell, blanks) for cell in cells)
        if b"<f" in chunk or b":f" in chunk:
            unworked += [(row, column) for column in _unworked(cells)]
        if b't="e"' in chunk:
            errors += [(row, column, text) for column, text in _errors(cells)]
    return Sheet(name, height, width, count, frozenset(hidden), tuple(unworked), tuple(errors), _merged(xml))


def _last_column(chunk: bytes, cells: list[bytes]) -> int:
    refs = _REF.findall(chunk)
    return max(len(cells), _column(max(refs, key=lambda ref: (len(ref), ref)))) if refs else len(cells)


def _is_filled(cell: bytes, blanks: frozenset[bytes]) -> bool:
    value = _VALUE.search(cell)
    return value is not None and not (b't="s"' in cell.partition(b">")[0] and value[1] in blanks)


def _unworked(cells: list[bytes]) -> list[int]:
    """Return the columns of the formulas that have no stored result; one whose result is empty text has one."""
    return [
        column
        for column, cell in _placed(cells)
        if _FORMULA.search(cell) and not _VALUE.search(cell) and b't="str"' not in cell.partition(b">")[0]
    ]


def _errors(cells: list[bytes]) -> list[tuple[int, str]]:
    found = [(column, _VALUE.search(cell)) for column, cell in _placed(cells) if b't="e"' in cell.partition(b">")[0]]
    return [(column, value[1].decode("utf-8", "replace").strip()) for column, value in found if value]


def _placed(cells: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return each cell with its column, from 1; a cell that does not say stands right of the one before."""
    column = 0
    for cell in cells:
        ref = _REF.search(cell.partition(b">")[0])
        column = _column(ref[1]) if ref else column + 1
        yield column, cell


def _merged(xml: bytes) -> tuple[tuple[str, int, int], ...]:
    cells: list[tuple[str, int, int]] = []
    for found in _MERGED.finditer(xml):
        left, right = _column(found[1]), _column(found[3])
        top, bottom = int(found[2]), int(found[4])
        if (right - left + 1) * (bottom - top + 1) + len(cells) > _MAX_MERGED_CELLS:
            break
        block = f"{found[1].decode()}{top}:{found[3].decode()}{bottom}"
        covered = [(block, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        cells += covered[1:]
    return tuple(cells)


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place
