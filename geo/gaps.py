"""Gaps: shortfalls as objects people can act on, with an id that outlives a re-run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.coverage import Coverage


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
    """Return `prefix-XXXXXXXX`, the same for the same parts on every machine and in every run.

    The parts must be what a gap is about (ids of the places and of what bounds it), never coordinates or positions in
    a file, so that shuffled rows and a vertex moved by a few metres leave it as it was. 40 bits: among 100 000 gaps
    of one rule the chance of any clash is under 0.5 %, and `assess` refuses a clash rather than merge two gaps.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}-{base64.b32encode(digest).decode()[:8]}"


def place_gaps(coverage: Coverage, reason: Callable[[Mapping[str, Any]], Text]) -> list[Gap]:
    """Return one gap for each place that is short, in order of place id; `reason` puts a coverage row into words."""
    rule, frame = coverage.rule, coverage.frame
    short = frame[frame["status"] == "short"]
    return [
        Gap(
            stable_id(rule.id, str(place)),
            rule.id,
            rule.severity,
            (str(place),),
            row["unit_id"],
            row["name"],
            float(row["shortfall"]),
            row["unit"],
            float(row["people_short"]),
            row["geometry"],
            reason(row),
        )
        for place, row in zip(short.index, short.to_dict("records"), strict=True)
    ]


def clustered(points: NDArray[np.object_], within: NDArray[np.int64], link_m: float) -> NDArray[np.int64]:
    """Return a number for each point: the same for points of one `within` joined by steps of at most `link_m`.

    Single linkage. Points in one square of side link_m/sqrt(2) are joined as they stand, so only squares have to be
    compared with each other, and a town of 200 000 homes takes no longer than its squares.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(points):
        return np.zeros(0, dtype=np.int64)
    squares = np.floor(shapely.get_coordinates(points) / (link_m / np.sqrt(2))).astype(np.int64)
    squares -= squares.min(axis=0)
    wide, high = squares.max(axis=0) + 1
    _, square = np.unique((within * wide + squares[:, 0]) * high + squares[:, 1], return_inverse=True)
    order = np.argsort(square, kind="stable")
    groups = shapely.multipoints(points[order], indices=square[order])
    first, second = shapely.STRtree(groups).query(groups, predicate="dwithin", distance=link_m)
    owner = np.zeros(len(groups), dtype=np.int64)
    owner[square] = within
    joined = owner[first] == owner[second]
    links = coo_array((np.ones(joined.sum()), (first[joined], second[joined])), shape=(len(groups), len(groups)))
    labels: NDArray[np.int64] = connected_components(links, directed=False)[1][square].astype(np.int64)
    return labels
