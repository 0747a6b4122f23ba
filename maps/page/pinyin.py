"""How Chinese characters are read, for a search that is typed in pinyin or its initials."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_FIRST, _LAST = "\u3400", "\u9fff"  # CJK ideographs with extension A; names of villages use no others


def readings(texts: Iterable[str]) -> dict[str, str]:
    """Return every reading of each Chinese character of these texts, without tones: {"\u957f": "zhang chang"}.

    Readings stand in the dictionary's order; the u with two dots is v, as it is typed. A character without a reading is
    left out.
    """
    characters = sorted({character for text in texts for character in text if _FIRST <= character <= _LAST})
    if not characters:
        return {}
    with _no_phrases():
        from pypinyin import Style, pinyin
    found = {one: pinyin(one, style=Style.NORMAL, heteronym=True, errors="ignore") for one in characters}
    return {one: " ".join(dict.fromkeys(sound[0])) for one, sound in found.items() if sound}


@contextmanager
def _no_phrases() -> Iterator[None]:
    """Have pypinyin load without its phrases: single characters need none, and they take longer than the whole search."""
    before = os.environ.get("PYPINYIN_NO_PHRASES")
    os.environ["PYPINYIN_NO_PHRASES"] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYPINYIN_NO_PHRASES"]
        else:
            os.environ["PYPINYIN_NO_PHRASES"] = before
