"""Reason codes of the coverage table, and the sentences behind them."""

from __future__ import annotations

from layers.text import Text, known, say


def reason_text(code: str) -> Text | str:
    """Return the sentence behind a reason code, or the code itself where the catalogue has none (a rule type's own).

    What stands after a colon in a code is the sentence's `{value}`: `off_network:813` is 813 metres off the roads.
    """
    name, _, value = code.partition(":")
    key = f"rules.reason_{name}"
    return say(key, value=value) if known(key) else code
