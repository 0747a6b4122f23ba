"""Tables on the terminal, in columns that stay straight with Chinese in them and whole when piped into a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# Classes of characters that take two columns (UAX 11).
_WIDE = frozenset(("W", "F"))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return the rows under their heads; the columns numbered in `right` stand at the right edge."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]
    ruled = [lines[0], ["-" * wide for wide in widths], *lines[1:]]
    return "\n".join(_line(line, widths, right).rstrip() for line in ruled)


def width(text: str) -> int:
    """Return how many letters wide a text is on a terminal: Chinese characters count two."""
    if text.isascii():  # most cells of a table are
        return len(text)
    return len(text) + sum(map(_WIDE.__contains__, map(unicodedata.east_asian_width, text)))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    padded = []
    for column, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (wide - width(cell))
        padded.append(space + cell if column in right else cell + space)
    return "  ".join(padded)
