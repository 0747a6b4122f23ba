"""Projects done one after the other in any order, each beside a full check of everything done so far."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from geo.coverage import Coverage
from geo.projects import Project, merged
from geo.world import World
from geo.worth import Gain, Worth, closed

# Need closed and people served under each rule, by a full check.
Closed = dict[str, tuple[float, float]]


def all_projects(seen: Mapping[str, Coverage], world: World) -> list[Project]:
    return merged(p for one in seen.values() for p in one.rule.repairs(one.rule.gaps(one, world), one, world))


def any_order(
    world: World, seen: Mapping[str, Coverage], seed: int, most: int
) -> Iterator[tuple[Project, Gain, Closed, Closed]]:
    """Yield each project of a random order, what it was said to gain, and what was closed before it and after it."""
    projects = all_projects(seen, world)
    rng, worth, done = random.Random(seed), Worth(seen, projects, world), []
    before: Closed = dict.fromkeys(seen, (0.0, 0.0))
    for i in rng.sample(range(len(projects)), min(most, len(projects))):
        edits = tuple(edit for j in (*done, i) for edit in projects[j].edits)
        after = {id_: closed(one, one.rule.measure(world.with_edits(edits))) for id_, one in seen.items()}
        yield projects[i], worth.gain(i), before, after
        worth.take(i)
        done.append(i)
        before = after
