"""Capacity the slow way: every home with every facility, and every doubt tried at both its ends.

Shares no code with geo; costs are those of the reach oracle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from tests.geo.oracles.reach import costs, shape

Row = Mapping[str, Any]
NEAR = 1e-6
HUGE = 1e12  # stands for "no one can say how many"


def verdicts(
    homes: Sequence[Row],
    facilities: Sequence[Row],
    roads: Sequence[Row],
    *,
    cutoff: float,
    per_1000: float,
    max_snap_m: float,
    weigh: Callable[[float], float],
    straight: bool,
) -> dict[str, tuple[str, float]]:
    """Return each home's status and what it surely can draw on per thousand."""
    ours = [f for f in facilities if f["category"] == "clinic" and f["status"] in ("working", None)]
    if straight:
        cost = {(h["id"], f["id"]): shape(h).distance(shape(f)) for h in homes for f in ours}
        on_road, joined = {h["id"] for h in homes}, {f["id"] for f in ours}
    else:
        cost, on_road, joined = costs(homes, ours, roads, max_snap_m, 1.0)

    def drawn(*, luck: bool) -> dict[str, float]:
        people = {h["id"]: (0 if luck else HUGE) if h["people"] is None else h["people"] for h in homes}
        total = dict.fromkeys(people, 0.0)
        for f in ours:
            if f["id"] not in joined or (f["status"] is None and not luck):
                continue
            places = (HUGE if luck else 0) if f["capacity"] is None else f["capacity"]
            near = {h: weigh(cost[h, f["id"]]) for h in people if h in on_road and cost[h, f["id"]] <= cutoff + NEAR}
            load = sum(people[h] * weight for h, weight in near.items())
            for h, weight in near.items():
                total[h] += (places / load if load else inf if places == HUGE else 0) * weight if weight else 0
                if luck and not load and places and any(people_of[x] is None for x in near if near[x]):
                    total[h] = inf if weight else total[h]
        return total

    people_of = {h["id"]: h["people"] for h in homes}
    low, high = drawn(luck=False), drawn(luck=True)
    found = {}
    for home in homes:
        id_, asked = home["id"], 0 if home["people"] == 0 else per_1000
        if id_ not in on_road:
            found[id_] = ("unknown", inf)
            continue
        apart = any(shape(home).distance(shape(f)) <= cutoff for f in ours if f["id"] not in joined)
        ends = {1000 * level >= asked - NEAR for level in (low[id_], inf if apart else high[id_])}
        found[id_] = ({(True,): "met", (False,): "short"}.get(tuple(ends), "unknown"), 1000 * low[id_])
    return found
