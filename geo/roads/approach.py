"""What a rule's facilities, present and promised, are like for everybody, and how each new road would change that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.edits import leaves_ways
from geo.roads.adding import new_roads, roads_added
from geo.roads.newroads import NewRoads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.supply import Added
    from geo.travel import Travel
    from geo.ways import AlongRoads, Pairs
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Approach:
    """Homes, facilities and sites, and the roads of projects that can be told without measuring again.

    `road_of` is the road (row of `new`) of each project that builds one, none (-1) if nobody of this rule may go by it;
    of projects that move ways and are not in it nothing is said. `now` is what each point of `new` costs to the nearest
    facility, `pairs` to each site up to `farthest` (in the rule's cost); `site_project` says whose each site is.
    """

    new: NewRoads
    road_of: dict[int, int]
    now: Numbers
    pairs: Pairs
    site_project: Rows
    farthest: float


def approach(
    ways: AlongRoads,
    travel: Travel,
    projects: Sequence[Project],
    facilities: Shapes,
    added: Added,
    farthest: float,
    world: World,
) -> Approach | None:
    """Return how things are for a rule of the nearest facility; None where no project adds a road to its roads."""
    roads = roads_added(projects, travel.roads, world.layers)
    moving = {i for i, one in enumerate(projects) if _moves_ways(one, world)}
    if not len(roads) or not moving:
        return None
    new = new_roads(ways, roads, travel, farthest, world.joining)
    sites = added.frame.geometry.to_numpy()
    anew = new.anew(np.concatenate([facilities, sites]))
    owner = roads["_project"].to_numpy(np.int64)
    once = np.bincount(owner, minlength=len(projects))
    road_of = {i: -1 for i in moving if not once[i] and _only_adds(projects[i], world)}
    told = np.flatnonzero(~anew & (once[owner] == 1))
    road_of |= {int(owner[r]): int(r) for r in told if _only_adds(projects[int(owner[r])], world)}
    return Approach(new, road_of, new.now(facilities), new.pairs(sites, farthest), added.project, farthest)


def _moves_ways(project: Project, world: World) -> bool:
    return any(world.layers[edit.layer].kind == "roads" and not leaves_ways(edit) for edit in project.edits)


def _only_adds(project: Project, world: World) -> bool:
    """Return whether all a project does to roads is to add some, or to make some better to go by."""
    roads = [edit for edit in project.edits if world.layers[edit.layer].kind == "roads"]
    return all(leaves_ways(edit) or edit.changed is None or not len(edit.changed) for edit in roads)
