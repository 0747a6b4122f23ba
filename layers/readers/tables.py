"""What every table has in common, whether CSV or a sheet: a row of headers, each of which must be a name of its own."""

from __future__ import annotations

from collections.abc import Sequence


def headers_of(cells: Sequence[object]) -> list[str]:
    """Return one name a column: as written, without line breaks at the edges; a second column of one name gets `#2`.

    A column without a header is called `#n`, n being its place from 1.
    """
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(str(cell if cell is not None else "").split()) or f"#{place}"
        again = sum(1 for earlier in names if earlier == name or earlier.rpartition("#")[0] == f"{name} ")
        names.append(f"{name} #{again + 1}" if again else name)
    return names
