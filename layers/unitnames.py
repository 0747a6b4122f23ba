"""Cells that name a village where its id should stand: put right where there is only one village they can mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.readers.raw import Fault
from layers.spelling import folded
from layers.text import say

if TYPE_CHECKING:
    from layers.checked import Checked

_ENDINGS = ("村民委员会", "居民委员会", "村委会", "居委会", "行政村", "社区", "村", "里")


def with_unit_ids(checked: Checked, units: Sequence[Checked]) -> Checked:
    """Return the rows with `unit_id` an id of the units wherever it was an id or a name of one.

    A name is compared as it is written, then without endings such as 村 and 居委会, and counts only if one unit alone
    has it. What is left over rejects a staff row, since nobody is served by it; elsewhere it is noted, once for each
    different word, and stays as it is. The units themselves, and plans without units, are left alone.
    """
    if "unit_id" not in checked.given or not units:
        return checked
    meanings = _meanings(units)
    codes, words = pd.factorize(checked.cells["unit_id"])
    meant = [meanings.of(str(word)) for word in words]
    values = np.array([found or word for found, word in zip(meant, words, strict=True)] + [None], dtype=object)
    cells = checked.cells.assign(unit_id=pd.Series(values[codes], index=checked.cells.index, dtype="str"))
    lost = [code for code, found in enumerate(meant) if found is None]
    faults = [fault for code in lost for fault in _faults(str(words[code]), np.flatnonzero(codes == code), checked)]
    return replace(checked, cells=cells, faults=(*checked.faults, *faults))


@dataclass(frozen=True)
class _Meanings:
    """Which unit a word means: `ids` themselves, else a name (folded, or a `~` and its stem) that one unit alone has."""

    ids: frozenset[str]
    names: dict[str, str]

    def of(self, word: str) -> str | None:
        if word in self.ids:
            return word
        return self.names.get(folded(word)) or self.names.get("~" + stem(word))


def stem(name: str) -> str:
    """Return a village's name without the ending that says what kind of village it is."""
    plain = folded(name)
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending):
            return plain.removesuffix(ending)
    return plain


def _meanings(units: Sequence[Checked]) -> _Meanings:
    """Villages that come without ids are called by their names (see `madeids`), so those are then the ids."""
    rows = pd.concat([unit.cells.loc[unit.good, ["id", "name"]] for unit in units])
    ids = rows["name"] if rows["id"].isna().all() else rows["id"]
    known = ids.notna()
    pairs = list(zip(rows["name"][known].fillna(""), ids[known], strict=True))
    words = [(mark + form(name), unit) for name, unit in pairs if name for mark, form in (("", folded), ("~", stem))]
    held = Counter(word for word, _ in words)
    return _Meanings(frozenset(ids[known]), {word: unit for word, unit in words if held[word] == 1})


def _faults(word: str, rows: np.ndarray[tuple[int], np.dtype[np.intp]], checked: Checked) -> list[Fault]:
    reason = say("readers.no_such_unit", value=word)
    fix = say("readers.no_such_unit_fix")
    used = rows[checked.good[rows]]
    if checked.request.schema.shape == "none":  # without its village such a row has no place at all
        return [Fault(int(at), "unit_id", word, reason, fix) for at in used]
    if not len(used):
        return []
    reason = say("readers.no_such_unit_rows", value=word, count=len(used))
    return [Fault(int(used[0]), "unit_id", word, reason, fix, "noted")]
