"""CSV and its kin by Python's csv module, strictly; GDAL reads some of them as no rows at all, without a word."""

from __future__ import annotations

import codecs
import csv
import io
import re

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.files import refuse_larger
from layers.readers.raw import Fault, Raw, Request
from layers.readers.tables import headers_of
from layers.text import say

MAX_BYTES = 1024**3
MAX_COLUMNS = 2000  # as many as a GeoPackage may have
MAX_CELL_LETTERS = 16 * 1024**2  # a county's outline as WKT is a few megabytes
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", ";", "\t")


def read(request: Request) -> Raw:
    """Return the rows as text, each with the line it starts on; a row of too many or too few cells is set aside.

    The encoding is the plan's, else that of the byte order mark, else UTF-8 if all bytes fit it, else GB18030. The
    delimiter is the comma, semicolon or tab found most in the header line. Raises LayerError if the text fits no
    encoding or a quote is never closed.
    """
    import pandas as pd

    text, encoding = _text(request)
    delimiter = max(_DELIMITERS, key=_first_line(text).count)
    lines, records = _records(request, text, delimiter)
    if not records:
        raise LayerError([Problem(request.where, say("readers.no_header"), say("readers.no_header_fix"))])
    if len(records[0]) > MAX_COLUMNS:
        what = say("readers.too_many_columns", count=len(records[0]), most=MAX_COLUMNS)
        raise LayerError([Problem(request.where, what, say("readers.too_big_fix"))])
    headers, body = headers_of(records[0]), records[1:]
    faults = _ragged(body, len(headers))
    width = len(headers)
    cells = [row if len(row) == width else (row + [""] * width)[:width] for row in body]
    frame = pd.DataFrame(cells, columns=headers, dtype="str")
    return Raw(
        frame,
        None,
        np.array(lines[1:], dtype=np.int64),
        _row_count(text, delimiter) - 1,
        "csv",
        "",
        encoding,
        faults=faults,
    )


def _text(request: Request) -> tuple[str, str]:
    refuse_larger(request.path, MAX_BYTES, request.where)
    data = request.path.read_bytes()
    marked = [name for mark, name in _MARKS if data.startswith(mark)]
    for encoding in [request.spec.encoding] if request.spec.encoding else marked or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            what = say("readers.unknown_encoding", encoding=encoding)
            raise LayerError([Problem(request.where, what, say("readers.encoding_fix"))]) from error
    raise LayerError([Problem(request.where, say("readers.bad_encoding"), say("readers.encoding_fix"))])


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _records(request: Request, text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """Return the line each record starts on, and the records; lines with nothing in them are no records."""
    csv.field_size_limit(MAX_CELL_LETTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    records: list[list[str]] = []
    start = 1
    try:
        for record in reader:
            if any(map(str.strip, record)):
                lines.append(start)
                records.append(record)
            start = reader.line_num + 1
    except csv.Error as error:
        what = say("readers.csv_syntax", line=start, cause=str(error))
        raise LayerError([Problem(request.where, what, say("readers.csv_syntax_fix"))]) from error
    return lines, records


def _ragged(body: list[list[str]], width: int) -> tuple[Fault, ...]:
    """Trailing empty cells are what a spreadsheet leaves behind; anything else means that cells stand in wrong columns."""
    return tuple(
        Fault(
            at,
            "",
            ",".join(row)[:60],
            say("readers.ragged", cells=len(row), columns=width),
            say("readers.ragged_fix"),
        )
        for at, row in enumerate(body)
        if len(row) < width or any(map(str.strip, row[width:]))
    )


def _row_count(text: str, delimiter: str) -> int:
    """Return the number of lines that are not empty once quoted cells are taken out: not the csv module's count."""
    edge = re.escape(delimiter)
    bare = re.sub(rf'(?m)(^|{edge})"(?:[^"]|"")*"', r"\1.", text) if '"' in text else text
    return sum(1 for line in re.split(r"\r\n|\r|\n", bare) if line.replace(delimiter, "").strip())
