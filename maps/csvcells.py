"""Cells of the CSV tables: plain numbers, and text that no spreadsheet runs; a whole column at a time, by Arrow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

# Digits after the point: a micrometre, a millionth of a yuan, a tenth of a metre of longitude. Finer is rounding noise.
DECIMALS = 6
_SCALE = 10**DECIMALS

# Below this, a number times a million is exact enough to tell which way it rounds, unless it lies this near the middle.
_SCALED_BELOW = 1e6
_NEAR_MIDDLE = 1e-3

# A spreadsheet takes a cell that starts so for a formula (OWASP; full-width forms work in East Asian Excel too).
_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠")
# What may stand before such a start and still be looked past: blanks, and the apostrophe that guards it.
_BLANKS = "' \u00a0\u3000"
# Text that starts with any of these, or holds what a CSV cell is quoted for, is looked at one by one (RFC 4180).
_SUSPECT = "^[-=+@\t\r\n＝＋－＠' \u00a0\u3000]|[,\"\r\n]"

_ROWS_AT_ONCE = 500_000


def csv_rows(columns: list[pd.Series]) -> bytes:
    """Return the rows as CSV text in UTF-8, each ended by CR LF, as `csv.writer` would write `plain` and `guarded` cells."""
    parts = range(0, len(columns[0]) if columns else 0, _ROWS_AT_ONCE)
    return b"".join(_rows([column.iloc[start : start + _ROWS_AT_ONCE] for column in columns]) for start in parts)


def _rows(columns: list[pd.Series]) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = [_cells(column).cast(pa.large_string()) for column in columns]
    lines = pc.binary_join_element_wise(*cells, pa.scalar(",", pa.large_string()))
    ended = pc.binary_join_element_wise(lines, pa.scalar("\r\n", pa.large_string()), pa.scalar("", pa.large_string()))
    return _text(ended)


def _text(lines: pa.LargeStringArray) -> bytes:
    """Return the strings of an array one after the other: that is how Arrow keeps them."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(lines.buffers()[2])[offsets[0] : offsets[-1]])


def plain(value: float) -> str:
    """Return a number as digits alone: at most six places, no exponent; "" for NaN."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 2**53:
        return str(int(value))
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if _reads_as_formula(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a guarded cell as it was."""
    return cell[1:] if cell.startswith("'") and _reads_as_formula(cell) else cell


def _reads_as_formula(text: str) -> bool:
    return text.lstrip(_BLANKS)[:1] in _TRIGGERS


def _cells(column: pd.Series) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.dtype == bool:
        return pc.if_else(pa.array(column.to_numpy(bool)), "true", "false")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _digits(column.to_numpy(float))
    return _words(_strings(column))


def _strings(column: pd.Series) -> pa.Array:
    """Return the column as text, "" where it has none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array(column.array, pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # something that is not text among it
        return pa.array([str(text) for text in column.fillna("").to_numpy(object).tolist()], pa.large_string())
    return pc.fill_null(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array, "")


def _words(texts: pa.Array) -> pa.Array:
    """Return text as CSV cells: guarded, and quoted where it holds a comma, a quote or the end of a line."""
    import pyarrow as pa
    import pyarrow.compute as pc

    suspect = pc.match_substring_regex(texts, _SUSPECT)
    if not pc.any(suspect).as_py():
        return texts
    cells = [_quoted(guarded(text)) for text in texts.filter(suspect).to_pylist()]
    return pc.replace_with_mask(texts, suspect, pa.array(cells, texts.type))


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if any(character in cell for character in ',"\r\n') else cell


def _digits(values: Numbers) -> pa.Array:
    """Return `plain` of every number: by whole numbers, save for the few whose rounding or size wants more care."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = np.abs(values)
    with np.errstate(invalid="ignore"):
        whole = (size < 2**53) & (np.trunc(size) == size)
        scaled = np.where(size < _SCALED_BELOW, size, 0.0) * _SCALE
        easy = whole | ((size < _SCALED_BELOW) & (np.abs(scaled - np.floor(scaled) - 0.5) > _NEAR_MIDDLE))
    millionths = np.rint(scaled).astype(np.int64)
    units = np.where(whole & easy, size, 0.0).astype(np.int64)
    units = np.where(whole, units, millionths // _SCALE)
    rest = np.where(whole, 0, millionths % _SCALE)
    texts = pa.array(units).cast(pa.string())
    if rest.any():
        places = pc.utf8_rtrim(pc.utf8_lpad(pa.array(rest).cast(pa.string()), DECIMALS, "0"), "0")
        texts = pc.if_else(pa.array(rest > 0), pc.binary_join_element_wise(texts, places, "."), texts)
    below = (values < 0) & ((units > 0) | (rest > 0))
    if below.any():
        texts = pc.if_else(pa.array(below), pc.binary_join_element_wise("-", texts, ""), texts)
    return texts if easy.all() else pc.replace_with_mask(texts, pa.array(~easy), _carefully(values[~easy]))


def _carefully(values: Numbers) -> pa.Array:
    import pyarrow as pa

    return pa.array([plain(value) for value in values.tolist()], pa.string())
