"""Words, numbers and standings as plain JSON values: what several parts of the page are written with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.text import Text
from maps.page.scorecard import STATES

if TYPE_CHECKING:
    import pandas as pd

    from geo.coverage import Coverage
    from layers.options import Title

# The order of the status bytes in the page.
STATUS_BYTE = {"met": 1, "short": 2, "unknown": 3}


def both_languages(words: Text | Title | str) -> list[str] | str:
    """Return words as [zh, en], or as they are where nobody translates them (a user's own)."""
    if isinstance(words, str):
        return words
    zh, en = words.in_("zh"), words.in_("en")
    return zh if zh == en else [zh, en]


def number(value: object, digits: int = 2) -> float | int | str | None:
    """Return a number for JSON, rounded: None where it is unknown, "inf" where nothing can be reached."""
    amount = float(value)  # type: ignore[arg-type]
    if math.isnan(amount):
        return None
    if math.isinf(amount):
        return "inf"
    rounded = round(amount, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def standing(coverage: Coverage, card: pd.DataFrame) -> dict[str, Any]:
    """Return how a rule stands over all its places and in each village."""
    status = coverage.frame["status"]
    return {
        "counts": [int((status == word).sum()) for word in STATUS_BYTE],
        "people_short": number(np.nansum(coverage.frame["people_short"].to_numpy(float))),
        "cards": _cards(card),
    }


def _cards(card: pd.DataFrame) -> dict[str, Any]:
    columns = ("places", "short", "unknown", "people", "people_short", "required", "supplied")
    numbers = {column: [number(value) for value in card[column]] for column in columns}
    return {"state": [STATES.index(state) for state in card["state"]], **numbers}


def given(value: object) -> bool:
    """Is this a text with something in it? NaN and None stand for a text that nobody gave."""
    return isinstance(value, str) and value != ""
