"""What people call about, beside what the checks find: calls matched to gaps by topic and place, each caller once.

Calls can raise a gap in the ranking, up to a cap, and never lower one: the old, the poor and the remote call less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.places import NOWHERE, points_of, rows_containing, texts, together, unit_people, unit_rows
from layers.spelling import folded
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.gaps import Gap
    from geo.rule import Rule
    from geo.world import World

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

# A call with a place of its own speaks of gaps within so many metres; one with a village only of those of the village.
NEAR_M = 300.0
# Two calls of one caller on one topic from one village, or outside villages from one square of this side, are one.
SQUARE_M = 100.0
# What calls may add to the need of a gap at most, and from how many calls per 1 000 people on they add all of it. Our
# choice (mark I): counts are a weak signal (DOMAIN 4.1, P9), so their weight is capped.
MOST_WEIGHT = 1.5
FULL_PER_1000 = 10.0


@dataclass(frozen=True)
class Voices:
    """What is heard of one gap: calls, each caller once; calls per 1 000 people of its village (NaN: nobody knows how
    many live there); and the factor on its need, from 1 (no call ever lowers it) to MOST_WEIGHT."""

    calls: int
    per_1000: float
    weight: float


@dataclass(frozen=True)
class Heard:
    """Voices by gap id (only gaps that somebody called about), and what a reader must know of the calls."""

    by_gap: Mapping[str, Voices]
    notes: tuple[Text, ...]


def heard(gaps: Sequence[Gap], rules: Iterable[Rule], world: World) -> Heard:
    """Return who calls about which gap. Every call is counted once: as a repeat, as matched, or as of no gap."""
    calls, _ = together(world.layers, "petitions")
    if not len(calls) or "topic" not in calls:
        return Heard({}, ())
    village = _villages(calls, world)
    first = _first_of_each(calls, village)
    calls, village = calls[first], village[first]
    topics = [folded(topic) for topic in texts(calls["topic"])]
    matched = np.zeros(len(calls), bool)
    count: Counter[str] = Counter()
    for rule in rules:
        words = [folded(word) for word in rule.topics]
        own = np.flatnonzero([any(word in topic for word in words) for topic in topics])
        some = [gap for gap in gaps if gap.rule_id == rule.id]
        if len(own) and some:
            call, gap = _meeting(calls.iloc[own], village[own], some, world)
            matched[own[call]] = True
            count.update(some[i].id for i in gap.tolist())
    by_unit = dict(zip(world.units.index, unit_people(world.units, world.demand).tolist(), strict=True))
    by_id = {gap.id: gap for gap in gaps}
    found = {id_: _voices(calls, by_unit.get(by_id[id_].unit_id, by_id[id_].people)) for id_, calls in count.items()}
    facts = {"calls": len(first), "repeats": int((~first).sum()), "matched": int(matched.sum())}
    note = say("petitions.heard", **facts, unmatched=int((~matched).sum()))
    return Heard(dict(sorted(found.items())), (note,))


def with_voices(gap: Gap, voices: Voices | None) -> Gap:
    """Return the gap with what is heard of it in its reason, so that whoever reads of the gap reads it."""
    if voices is None:
        return gap
    rate = say("petitions.rate", rate=round(voices.per_1000, 1)) if voices.per_1000 > 0 else ""
    return replace(gap, reason=say("petitions.with_calls", gap=gap.reason, calls=voices.calls, rate=rate))


def _voices(calls: int, people: float) -> Voices:
    rate = 1000.0 * calls / people if people > 0 else float("nan")
    share = min(rate / FULL_PER_1000, 1.0) if rate > 0 else 0.0
    return Voices(calls, rate, 1.0 + (MOST_WEIGHT - 1.0) * share)


def _villages(calls: gpd.GeoDataFrame, world: World) -> Rows:
    """Return the row of the village of each call: the one it names, else the one it comes from; -1 if none."""
    named = unit_rows(texts(calls["unit_id"]), world.units)
    lies_in = rows_containing(points_of(calls), world.units)
    return np.where(named == NOWHERE, lies_in, named)


def _first_of_each(calls: gpd.GeoDataFrame, village: Rows) -> Flags:
    """Return which calls are not a repeat of an earlier row: by caller, place and topic. Who gives no number may be anyone."""
    points = points_of(calls)
    square = np.full((len(calls), 2), np.nan)
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    square[there] = np.floor(shapely.get_coordinates(points[there]) / SQUARE_M)
    seen: set[tuple[object, ...]] = set()
    first = np.ones(len(calls), bool)
    callers, topics = texts(calls["caller"]), texts(calls["topic"])
    for i, (caller, topic) in enumerate(zip(callers, topics, strict=True)):
        place = int(village[i]) if village[i] != NOWHERE else tuple(square[i].tolist())
        key = (caller, place, folded(topic))
        first[i] = not caller or key not in seen
        seen.add(key)
    return first


def _meeting(calls: gpd.GeoDataFrame, village: Rows, gaps: Sequence[Gap], world: World) -> tuple[Rows, Rows]:
    """Return which calls (rows) speak of which gaps (rows), by place."""
    points = points_of(calls)
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    shapes = np.array([gap.geometry for gap in gaps], dtype=object)
    near = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=NEAR_M)
    unit = unit_rows([gap.unit_id for gap in gaps], world.units)
    same = (village[:, None] == unit[None, :]) & (village != NOWHERE)[:, None] & ~there[:, None]
    call, gap = np.concatenate([near, np.array(np.nonzero(same))], axis=1).astype(np.int64)
    return call, gap
