"""What a layer's rows may hold: columns with their unit, bounds and the names people give them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Form = Literal["id", "text", "number", "count", "flag", "choice", "date"]
Shape = Literal["point", "line", "polygon_or_point", "any", "none"]


@dataclass(frozen=True)
class Column:
    """One canonical column.

    `form` says how a cell is read (an id is always text: 0012 stays 0012). `low` and `high` are inclusive bounds in
    `unit`. `aliases` are headers that mean this column, compared without case, spaces and punctuation; `fallbacks` mean
    it only where no other header does, the first before the second (a serial number, where there is no better id).
    For a choice, `choices` maps each canonical value to the words that mean it; a word that is not listed is kept only
    if `open`.
    """

    name: str
    form: Form
    zh: str
    aliases: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = field(default=(), kw_only=True)
    unit: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = False
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open: bool = False


@dataclass(frozen=True)
class Schema:
    """One kind of layer: its columns and the shape of its rows on the map ("none": rows belong to a unit instead)."""

    kind: str
    zh: str
    en: str
    shape: Shape
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of that canonical name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
