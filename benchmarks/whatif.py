"""What if one facility were opened or closed: coverplan's edit against working everything out anew.

    python -m benchmarks whatif [--nodes 1000000] [--edits 200] [--rounds 5] [--write]

One facility for every thousand nodes is open, as many may be opened; facilities drawn at random are opened and closed in
turn. The time of an edit is the median of all; the state at the end is compared with one worked out anew.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks._measure import Goal, Result, Words, hand_over, options, race
from benchmarks._streets import standing_at, street_grid
from geo.network.nearest import sweep_from
from geo.network.whatif import WhatIf

OPEN, CLOSE, ANEW = "one facility opened (median)", "one facility closed (median)", "everything anew"


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, nodes=1_000_000, edits=200)
    streets, rng = street_grid(given.nodes), np.random.default_rng(3)
    graph, count = streets.graph(), max(given.nodes // 1000, given.edits)
    sources = standing_at(rng.choice(len(streets.x), 2 * count, replace=False).astype(np.int32))
    what_if = WhatIf(graph, graph, sources, np.arange(2 * count) < count, np.inf)
    what_if.open(2 * count - 1)  # everything is loaded and worked out by then
    what_if.close(2 * count - 1)
    took: dict[str, list[float]] = {OPEN: [], CLOSE: []}
    for edit, source in enumerate(rng.permutation(count)[: given.edits].tolist()):
        name, change = (OPEN, what_if.open) if edit % 2 == 0 else (CLOSE, what_if.close)
        began = time.perf_counter()
        change(source + count if edit % 2 == 0 else source)
        took[name].append(time.perf_counter() - began)
    opened = standing_at(sources.node[what_if.is_open, 0])
    anew, rows = sweep_from(graph, opened, limit=np.inf), np.flatnonzero(what_if.is_open)
    found = what_if.nearest()
    assert np.array_equal(found.cost, anew.cost)
    assert np.array_equal(found.source, rows[anew.source])
    seconds = {name: float(np.median(times)) for name, times in took.items()}
    seconds |= race({ANEW: lambda: sweep_from(graph, opened, limit=np.inf)}, given.rounds)
    edit_s = float(np.median(took[OPEN] + took[CLOSE]))
    goals = (Goal(Words("edits in the time of a recompute", "一次重算的时间可做的改动"), seconds[ANEW] / edit_s, 500),)
    world = Words(
        f"{given.nodes:,} nodes, {count:,} facilities open; {given.edits} edits, the slowest {max(map(max, took.values())) * 1e3:.1f} ms.",
        f"{given.nodes:,} 个路网节点，{count:,} 处设施；{given.edits} 次改动，最慢 {max(map(max, took.values())) * 1e3:.1f} 毫秒。",
    )
    title = Words("One facility opened or closed", "增减一处设施")
    hand_over(Result("whatif", title, world, seconds, goals), write=given.write)
