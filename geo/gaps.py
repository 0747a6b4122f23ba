"""Gaps: shortfalls as objects people can act on, with an id that outlives a re-run."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Gap:
    """One shortfall on the map.

    `place_ids` are the places it is made of (rows of the rule's coverage), the one it is named after first. `amount` is
    what is missing, in `unit` (people, metres of dark road, facilities); `people` is who is without, NaN if unknown.
    """

    id: str
    rule_id: str
    severity: str
    place_ids: tuple[str, ...]
    unit_id: str
    name: str
    amount: float
    unit: str
    people: float
    geometry: BaseGeometry
    reason: Text


def stable_id(prefix: str, *parts: str) -> str:
    """Return `prefix-XXXXXX`, the same for the same parts on every machine and in every run.

    The parts must be what a gap is about (ids of the places and of what bounds it), never coordinates or positions in
    a file, so that shuffled rows and a vertex moved by a few metres leave it as it was. 30 bits: among 10 000 gaps of
    one rule the chance of any clash is under 5 %, and `assess` refuses a clash rather than merge two gaps.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}-{base64.b32encode(digest).decode()[:6]}"
