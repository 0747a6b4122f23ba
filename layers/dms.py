"""Degrees, minutes and seconds as people write them (116°23′12″E, 东经116度23分12秒, 116-23-12) to degrees and back to words."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Axis = Literal["x", "y"]

_SIGNS = str.maketrans(
    {sign: to for to, signs in {"°": "°º˚度", "'": "'’‘´`′＇分", '"': '"”“″＂秒'}.items() for sign in signs}
)
_HALF = {"N": ("y", 1), "S": ("y", -1), "E": ("x", 1), "W": ("x", -1)}
_HALF_WORDS = {"北纬": "N", "南纬": "S", "东经": "E", "西经": "W"}
# Three numbers with a sign or a plain separator after each but the last; a point is allowed in the last one only.
_DMS = re.compile(
    r"(?P<before>[NSEW])?\s*(?P<minus>[+-])?(?P<d>[0-9]{1,3})\s*[°:\- ]\s*"
    r"(?:(?P<m>[0-9]{1,2})\s*[':\- ]\s*(?P<s>[0-9]{1,2}(?:\.[0-9]+)?)\s*(?:\"|'')?|(?P<only>[0-9]{1,2}(?:\.[0-9]+)?)\s*')"
    r"\s*(?P<after>[NSEW])?",
    re.IGNORECASE,
)


def degrees_of(text: str, axis: Axis) -> float | None:
    """Return the degrees that a text in degrees, minutes and seconds stands for; south and west are negative.

    None if it is no such text, if minutes or seconds reach 60, or if it names the other axis (N or S for `x`). A plain
    number is no such text: 116.2312 are degrees with decimals.
    """
    found = _DMS.fullmatch(_plain(text))
    if found is None:
        return None
    minutes = float(found["m"] or found["only"])
    seconds = float(found["s"] or 0)
    half = (found["before"] or found["after"] or "").upper()
    named, sign = _HALF.get(half, (axis, 1))
    clash = bool(found["before"] and found["after"]) or bool(half and found["minus"])
    if minutes >= 60 or seconds >= 60 or named != axis or clash:
        return None
    # Added up in seconds of arc, so that 30 minutes are half a degree to the last bit.
    size = (float(found["d"]) * 3600 + minutes * 60 + seconds) / 3600
    return -size if found["minus"] == "-" or sign < 0 else size


def is_dms(text: str) -> bool:
    """Return whether a text has the form of degrees, minutes and seconds, on whichever axis and however wrong."""
    return _DMS.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    for word, letter in _HALF_WORDS.items():
        text = text.replace(word, letter)
    return unicodedata.normalize("NFKC", text.translate(_SIGNS)).strip()
