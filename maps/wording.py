"""Numbers, units, statuses and codes as people read them, in their language; and the one `escape()` for HTML."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING

from geo.reasons import reason_text
from layers.text import Language, known, say, spoken

if TYPE_CHECKING:
    import pandas as pd

# As Arrow has it, whose texts have no half pairs.
_UNSHOWN_BYTES = r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def escape(value: object) -> str:
    """Return text that shows as itself in HTML and SVG, in an element or between the quotes of an attribute."""
    return html.escape(shown(value), quote=True)


def shown(value: object) -> str:
    """Return text with what neither HTML nor XML may hold (controls but tab and line end, half pairs) as U+FFFD."""
    text = str(value)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSHOWN.sub("\ufffd", text)


def all_shown(texts: pd.Series) -> bool:
    """Return whether `shown` would leave every text of the column as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array(texts, pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError):  # numbers among them, or half a pair
        return not any(isinstance(text, str) and _UNSHOWN.search(text) for text in texts)
    return not pc.any(pc.match_substring_regex(array, _UNSHOWN_BYTES)).as_py()


def number(value: float, language: Language, *, decimals: int = 0) -> str:
    """Return a number with thousands separators and at most `decimals` places; in words if unknown or unreachable."""
    if math.isnan(value):
        return say("tables.unknown").in_(language)
    if math.isinf(value):
        return say("tables.unreachable").in_(language)
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def money(yuan: float, language: Language) -> str:
    """Return an amount of money as officials say it: 万元 from ten thousand yuan up in Chinese, yuan in English."""
    if language == "zh" and abs(yuan) >= 10_000:
        return f"{number(yuan / 10_000, language, decimals=1)} 万元"
    return f"{number(yuan, language)} 元" if language == "zh" else f"¥{number(yuan, language)}"


def share(part: float, whole: float) -> str:
    """Return part/whole as a percentage that says neither 0% nor 100% unless that is exact; "" if there is no whole."""
    if not whole > 0:
        return ""
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1%"
    if 99.9 < percent < 100:
        return ">99.9%"
    return f"{percent:.1f}".removesuffix(".0") + "%"


def amount(value: float, unit: str, language: Language) -> str:
    """Return an amount with its unit in words: `320 米`, `2 cleaners`; unreachable and unknown stand without unit."""
    if not math.isfinite(value):
        return number(value, language)
    return f"{number(value, language, decimals=1)} {unit_word(unit, language)}".rstrip()


def status_word(status: str, language: Language) -> str:
    """Return met, short or unknown in words."""
    return say(f"tables.status_{status}").in_(language)


def unit_word(unit: str, language: Language) -> str:
    """Return the word for a unit of measure; a unit that a plan or a rule type of one's own brings stays as it is."""
    return _known("tables", f"unit_{unit}", language) or unit


def action_word(action: str, language: Language) -> str:
    """Return what a project does, in words; an action that the catalogue lacks stays as it is."""
    return _known("tables", f"action_{action}", language) or action


def reason_sentence(code: str, language: Language) -> str:
    """Return the sentence behind a reason code of the coverage table; a code of one's own rule type stays as it is."""
    return spoken(reason_text(code), language) if code else ""


def _known(topic: str, name: str, language: Language) -> str | None:
    key = f"{topic}.{name}"
    return say(key).in_(language) if known(key) else None
