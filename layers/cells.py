"""Cells to values: a value, or a reason why there is none, and never both. Clean cells are read all at once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers import patterns
from layers.readers.raw import Fault
from layers.schema import Column
from layers.spelling import folded
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.layer import Action

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(NUMBER)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ONE_NUMBER = re.compile(rf"[^0-9.+\-=<]*({NUMBER})[^0-9]*")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_EXCEL_POWER = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
# Words with nothing to clean: ASCII and common Chinese characters, single spaces between.
_PLAIN = "[!-~一-\u9fff（）、，。·]+(?: [!-~一-\u9fff（）、，。·]+)*"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# The same for names, less the joiners that emoji, Persian and Indic scripts are written with.
_CONTROL_IN_TEXT = re.compile(_CONTROL.pattern.replace(r"\u200b-\u200f", r"\u200b\u200e\u200f"))
_DATE = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?)?[月年]?(?:[T ]\d{1,2}:\d{2}.*)?")
_EXCEL_DAYS = (20000, 80000)  # 1954 to 2119
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_YEARS = (1900, 2100)
EXACT_DIGITS = 15  # Excel keeps no more of a number
SHOWN_LETTERS = 60

_YES = {folded(word) for word in ("是", "有", "yes", "y", "true", "t", "1", "√", "✓", "对", "1.0")}
_NO = {folded(word) for word in ("否", "无", "no", "n", "false", "f", "0", "×", "✗", "不是", "没有", "0.0")}


@dataclass(frozen=True)
class Read:
    """One cell as it was read: its value (None if there is none), and what there is to say about it."""

    value: object
    reason: Text | None = None
    fix: Text | None = None
    action: Action = "rejected"


def read_column(cells: pd.Series, column: Column) -> tuple[pd.Series, list[Fault]]:
    """Return the values of a column in the schema's form, and a fault for each cell that is not clean.

    Numbers become floats (NaN where blank), ids, texts and choices str (NaN where blank), flags True, False or None,
    dates midnight of the day. A cell that cannot be read, or lies outside the column's bounds, is a fault that rejects
    its row; one that had to be cleaned (full-width digits, thousands separators, control characters) is a repair.
    """
    if column.form in ("number", "count"):
        values, faults = _numbers(cells, column)
    else:
        reader = _READERS[column.form](column)
        as_text = column.form in ("id", "text")
        values, faults = _plain_first(cells, column, reader) if as_text else _by_unique(cells, column.name, reader)
        values = values.astype(_DTYPES[column.form])
    if column.required:
        blank = _blank(cells)
        what, fix = say("readers.blank", column=column.name), say("readers.blank_fix")
        faults += [Fault(int(at), column.name, "", what, fix) for at in np.flatnonzero(blank)]
    return values, faults


def empty_column(column: Column, index: pd.Index) -> pd.Series:
    """Return a column that nobody gave: all of it unknown."""
    if column.form in ("number", "count"):
        return pd.Series(np.nan, index=index, dtype=float)
    return pd.Series([None] * len(index), index=index, dtype=_DTYPES[column.form])


def number(text: str) -> float | None:
    """Return the number a text stands for, or None; full-width digits and thousands separators are understood.

    Strict: no words, no units, no infinity, and a comma only where it parts thousands.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if np.isfinite(value) else None


def as_id(cell: object) -> str:
    """Return an id as text: 0012 stays 0012, a whole float loses its .0, and nothing is cut or rounded."""
    if isinstance(cell, str):
        return _CONTROL.sub("", unicodedata.normalize("NFKC", cell)).strip()
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, bool | np.bool_):
        return str(int(cell))
    return str(cell).strip()


def shown(cell: object) -> str:
    """Return a cell as a message quotes it: one line, cut short."""
    text = as_id(cell) if isinstance(cell, float) else str(cell)
    return _CONTROL.sub(" ", text)[:SHOWN_LETTERS]


def _blank(cells: pd.Series) -> NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(cells.dtype) or pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return np.asarray(cells.isna(), bool)
    return patterns.blank(cells.astype("str"))


def _numbers(cells: pd.Series, column: Column) -> tuple[pd.Series, list[Fault]]:
    kind = cells.dtype
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        values = cells.to_numpy(float, na_value=np.nan, copy=True)
        odd = np.flatnonzero(np.isinf(values))
    else:
        text = cells.map(_number_text, na_action="ignore").astype("str") if kind == "object" else cells.astype("str")
        text = text.str.strip()
        clean = patterns.whole(text, NUMBER)
        values = np.full(len(cells), np.nan)
        values[clean] = text[clean].astype(float)
        odd = np.flatnonzero(~clean & ~_blank(cells) | np.isinf(values))
    faults = []
    for at in odd:
        given = shown(cells.iloc[at])
        value = number(str(cells.iloc[at])) if isinstance(cells.iloc[at], str) else None
        values[at] = np.nan if value is None else value
        faults.append(_odd_number(int(at), column, given, value))
    return pd.Series(values, index=cells.index), faults + _out_of_bounds(values, cells, column)


def _number_text(cell: object) -> object:
    """Whole floats of a sheet as plain digits; True and dates stay what they are, which is no number."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return repr(cell)
    return cell


def _odd_number(at: int, column: Column, given: str, value: float | None) -> Fault:
    if value is not None:
        reason = say("readers.number_repaired", column=column.name, value=given, number=value)
        return Fault(at, column.name, given, reason, say("readers.nothing_to_do"), "repaired")
    guess = _guess(unicodedata.normalize("NFKC", given))
    fix = say("readers.number_guess", number=guess) if guess else say("readers.number_fix")
    return Fault(at, column.name, given, say("readers.not_number", column=column.name, value=given), fix)


def _guess(given: str) -> str:
    """Return the number that somebody probably meant, "" if that is not plain; it is only ever proposed, never used."""
    if _DECIMAL_COMMA.fullmatch(given):
        return given.replace(",", ".")
    found = _ONE_NUMBER.fullmatch(given)
    return found[1] if found and found[1] != given else ""


def _out_of_bounds(values: NDArray[np.float64], cells: pd.Series, column: Column) -> list[Fault]:
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    bad = (values < low) | (values > high)
    if column.form == "count":
        bad |= np.isfinite(values) & (values != np.round(values))
    fix = say("readers.bounds_fix", column=column.name)
    return [
        Fault(int(at), column.name, shown(cells.iloc[at]), _bounds_reason(column, shown(cells.iloc[at])), fix)
        for at in np.flatnonzero(bad)
    ]


def _bounds_reason(column: Column, given: str) -> Text:
    low = "-∞" if column.low is None else column.low
    high = "∞" if column.high is None else column.high
    return say("readers.out_of_bounds", column=column.name, value=given, low=low, high=high, unit=column.unit)


def _by_unique(cells: pd.Series, name: str, read: Callable[[object], Read]) -> tuple[pd.Series, list[Fault]]:
    """Read each different cell once. A float and an int of one value are one cell; blanks are not read at all."""
    codes, uniques = pd.factorize(cells.astype(object).mask(_blank(cells), None), use_na_sentinel=True)
    reads = [read(cell) for cell in uniques]
    values = np.array([item.value for item in reads] + [None], dtype=object)[codes]
    odd = np.array([item.reason is not None for item in reads] + [False], dtype=bool)
    faults = []
    for at in np.flatnonzero(odd[codes]):
        item = reads[codes[at]]
        if item.reason is not None and item.fix is not None:
            faults.append(Fault(int(at), name, shown(uniques[codes[at]]), item.reason, item.fix, item.action))
    return pd.Series(values, index=cells.index, dtype=object), faults


def _plain_first(cells: pd.Series, column: Column, read: Callable[[object], Read]) -> tuple[pd.Series, list[Fault]]:
    """Take plain words and whole numbers as they are, all at once, and read only the rest one by one."""
    if pd.api.types.is_integer_dtype(cells.dtype):
        return cells.astype("Int64").astype("str"), []
    if cells.dtype != "str":
        return _by_unique(cells, column.name, read)
    clean = patterns.whole(cells, _PLAIN) & ~patterns.whole(cells, _EXCEL_POWER.pattern)
    odd = cells.notna().to_numpy(bool) & ~clean
    if not odd.any():
        return cells, []
    values, faults = _by_unique(cells[odd], column.name, read)
    rows = np.flatnonzero(odd)
    mixed = cells.astype(object)
    mixed[odd] = values
    return mixed, [replace(fault, at=int(rows[fault.at])) for fault in faults]


def _id_reader(column: Column) -> Callable[[object], Read]:
    return partial(_read_id, column.name)


def _read_id(name: str, cell: object) -> Read:
    text = as_id(cell)
    if isinstance(cell, float) and abs(cell) >= 10**EXACT_DIGITS:
        return Read(text, say("readers.digits_lost", column=name, value=text), say("readers.digits_lost_fix"), "noted")
    if isinstance(cell, str) and _EXCEL_POWER.fullmatch(text):
        return Read(text, say("readers.digits_lost", column=name, value=text), say("readers.digits_lost_fix"), "noted")
    return _cleaned(name, cell, text)


def _cleaned(name: str, cell: object, text: str) -> Read:
    if not isinstance(cell, str) or text == cell.strip():
        return Read(text or None)
    reason = say("readers.text_repaired", column=name, value=shown(cell), text=text)
    return Read(text or None, reason, say("readers.nothing_to_do"), "repaired")


def _text_reader(column: Column) -> Callable[[object], Read]:
    def read(cell: object) -> Read:
        plain = cell if isinstance(cell, str) else as_id(cell)
        return _cleaned(column.name, cell, _CONTROL_IN_TEXT.sub("", re.sub(r"[\t\r\n]+", " ", plain)).strip())

    return read


def _choice_reader(column: Column) -> Callable[[object], Read]:
    words = {folded(word): value for value, aliases in column.choices.items() for word in (value, *aliases)}

    def read(cell: object) -> Read:
        text = as_id(cell)
        value = words.get(folded(text))
        if value is not None or column.open:
            return Read(value or text)
        known = ", ".join(f"{value} ({aliases[0]})" if aliases else value for value, aliases in column.choices.items())
        reason = say("readers.not_choice", column=column.name, value=shown(cell))
        return Read(None, reason, say("readers.choice_fix", words=known))

    return read


def _flag_reader(column: Column) -> Callable[[object], Read]:
    def read(cell: object) -> Read:
        word = folded(as_id(cell))
        if word in _YES or word in _NO:
            return Read(word in _YES)
        return Read(None, say("readers.not_flag", column=column.name, value=shown(cell)), say("readers.flag_fix"))

    return read


def _date_reader(column: Column) -> Callable[[object], Read]:
    def read(cell: object) -> Read:
        day = date(cell)
        if day is not None:
            return Read(pd.Timestamp(day))
        return Read(None, say("readers.not_date", column=column.name, value=shown(cell)), say("readers.date_fix"))

    return read


def date(cell: object) -> dt.date | None:
    """Return the day a cell means: 2024-05-01, 2024.5.1, 2024年5月 (its first day), 2024, an Excel serial; else None."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, np.datetime64):
        return pd.Timestamp(cell).date()  # type: ignore[no-any-return]
    text = unicodedata.normalize("NFKC", as_id(cell))
    if text.isdigit() and len(text) == 5 and _EXCEL_DAYS[0] <= int(text) <= _EXCEL_DAYS[1]:
        return _EXCEL_EPOCH + dt.timedelta(days=int(text))
    if text.isdigit() and len(text) == 8:
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = _DATE.fullmatch(text)
    if parts is None or not _YEARS[0] <= int(parts[1]) <= _YEARS[1]:
        return None
    try:
        return dt.date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        return None


_READERS: dict[str, Callable[[Column], Callable[[object], Read]]] = {
    "id": _id_reader,
    "text": _text_reader,
    "choice": _choice_reader,
    "flag": _flag_reader,
    "date": _date_reader,
}
_DTYPES = {"id": "str", "text": "str", "choice": "str", "flag": "object", "date": "datetime64[s]"}
