"""Rules put together, the slow way: every part's own oracle asked of every place, one place and one part at a time.

Shares no code with geo. Three answers are put together by trying every unknown both ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from shapely import Point, box

Row = Mapping[str, Any]


def village_of(home: Row, units: Sequence[Row]) -> str:
    """Return the village a home names, else the first it lies in, else ""."""
    ids = sorted(unit["id"] for unit in units)
    if home.get("unit_id") in ids:
        return str(home["unit_id"])
    inside = [unit["id"] for unit in units if box(*unit["box"]).intersects(Point(home["at"]))]
    return min(inside, default="")


def together(answers: Sequence[str], sign: str) -> str:
    """Return met, short or unknown of a place, from what the parts that judge it say."""
    lucks = product(*([True, False] if answer == "unknown" else [answer == "met"] for answer in answers))
    found = {all(luck) if sign == "all" else any(luck) for luck in lucks}
    return {(True,): "met", (False,): "short"}.get(tuple(found), "unknown")


def verdicts(
    homes: Sequence[Row],
    units: Sequence[Row],
    *,
    of_homes: Sequence[Mapping[str, str]],
    of_villages: Sequence[Mapping[str, str]],
    sign: str,
) -> dict[str, str]:
    """Return each home's status (each village's, if no part judges homes) from those of the parts, by place."""
    if not of_homes:
        return {unit["id"]: together([part[unit["id"]] for part in of_villages], sign) for unit in units}
    found = {}
    for home in homes:
        village = village_of(home, units)
        answers = [part[home["id"]] for part in of_homes]
        answers += [part[village] if village else "unknown" for part in of_villages]
        found[home["id"]] = together(answers, sign)
    return found
