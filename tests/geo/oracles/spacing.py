"""Spacing, the slow way: roads as steps of 50 m, and a walk from step to step. Shares no code with geo.

Roads run along a lattice of STEP metres; features stand on lattice points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
Point = tuple[int, int]
STEP = 50


def steps(line: Sequence[Point]) -> list[tuple[Point, Point]]:
    found = []
    for (x0, y0), (x1, y1) in pairwise(line):
        count = (abs(x1 - x0) + abs(y1 - y0)) // STEP
        dx, dy = (x1 - x0) // count, (y1 - y0) // count
        found += [((x0 + i * dx, y0 + i * dy), (x0 + (i + 1) * dx, y0 + (i + 1) * dy)) for i in range(count)]
    return found


def longest(
    roads: Sequence[Row], judged: Collection[str], features: Collection[Point], *, reset: bool
) -> dict[str, int]:
    """Return the longest stretch without a feature on each judged road, in metres."""
    shared = defaultdict(int)
    for road in roads:
        for vertex in road["line"]:
            shared[vertex] += 1
    ends = defaultdict(int)
    for road in roads:
        for n, vertex in enumerate(road["line"]):
            is_end = n in (0, len(road["line"]) - 1)
            ends[vertex] += 1 if is_end else 2 if shared[vertex] > 1 else 0
    cells = [
        (road["id"], n, step) for road in roads if road["id"] in judged for n, step in enumerate(steps(road["line"]))
    ]
    at = defaultdict(list)
    for i, (_, _, step) in enumerate(cells):
        for point in step:
            at[point].append(i)
    onward = defaultdict(set)
    for point, here in at.items():
        if point in features:
            continue
        for i in here:
            for j in here:
                same = cells[i][0] == cells[j][0] and abs(cells[i][1] - cells[j][1]) == 1
                passes = same and (ends[point] <= 2 or not reset)
                meets = ends[point] == 2 and len(here) == 2 and i != j
                if passes or meets:
                    onward[i].add(j)
    best: dict[str, int] = defaultdict(int)
    seen: set[int] = set()
    for first in range(len(cells)):
        if first in seen:
            continue
        stretch, todo = set(), [first]
        while todo:
            i = todo.pop()
            if i not in stretch:
                stretch.add(i)
                todo += onward[i]
        seen |= stretch
        for i in stretch:
            best[cells[i][0]] = max(best[cells[i][0]], STEP * len(stretch))
    return dict(best)


def verdicts(
    roads: Sequence[Row], judged: Collection[str], features: Sequence[Row], *, spacing_m: float, reset: bool
) -> dict[str, str]:
    sure = {row["at"] for row in features if row["status"] == "working"}
    maybe = sure | {row["at"] for row in features if row["status"] is None}
    worst, best = (longest(roads, judged, some, reset=reset) for some in (sure, maybe))
    return {id_: "met" if worst[id_] <= spacing_m else "short" if best[id_] > spacing_m else "unknown" for id_ in worst}
