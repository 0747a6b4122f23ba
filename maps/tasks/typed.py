"""Days, shares and money as clerks write them, on the command line and in cells."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from layers.problems import InputError, Problem
from layers.text import Text, say

_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\.\d+)")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119


def day_of(value: object, where: Text | str) -> dt.date:
    """Return a day: 2026-12-01, 2026/12/1, 2026年12月1日, a date cell, or the number Excel keeps one as.

    Raises InputError, naming `where`, for anything else.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int(value) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + dt.timedelta(days=int(value))
    found = _DAY.fullmatch(_folded(value).partition(" ")[0].partition("T")[0])
    try:
        if found:
            return dt.date(*map(int, found.groups()))
    except ValueError:
        pass
    raise InputError([Problem(where, say("tasks.not_a_day", value=str(value)), say("tasks.give_day"))])


def share_of(value: object, where: Text | str) -> float:
    """Return a share (0-1): 60%, 60, 0.6; from 1 up a bare number is a percentage, 1 itself is the whole.

    Raises InputError, naming `where`, for anything else.
    """
    word = _folded(value)
    number = _NUMBER.fullmatch(word.removesuffix("%").strip())
    if number:
        share = float(number[1])
        share = share / 100 if word.endswith("%") or share > 1 else share
        if share <= 1:
            return round(share, 4)
    raise InputError([Problem(where, say("tasks.no_share", value=str(value)), say("tasks.give_share"))])


def money_of(value: object, where: Text | str) -> float:
    """Return yuan: 12000, 12,000, 1.2万, 1.2万元; raises InputError, naming `where`, for anything else."""
    word = _folded(value).replace(",", "").removesuffix("元").removeprefix("¥").strip()
    number = _NUMBER.fullmatch(word.removesuffix("万").strip())
    if number:
        return float(number[1]) * (10_000 if word.endswith("万") else 1)
    raise InputError([Problem(where, say("tasks.no_money", value=str(value)), say("tasks.give_money"))])


def _folded(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip()
