"""Who depends on which road: everybody on the roads of their shortest way, and counted once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.network.legs import AT_NODE_M
from geo.settling import destination
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.routes import Routes
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class RoadUsers:
    """Everybody's way by road: `road` is the row of each edge's road, `people` are those of each home (0: unknown)."""

    routes: Routes
    road: Rows
    roads: int
    people: Numbers

    def people_on(self, part: Rows, parts: int) -> Numbers:
        """Return how many people use each part, each once; `part` is by row of the roads, -1 for none."""
        return self.routes.users(part[self.road], self.people, parts)

    def shared(self, first: Flags, otherwise: Flags) -> Numbers:
        """Return people by road (row), everybody counted once.

        Each is shared over the roads of the way that are `first`, in proportion to the metres used; if there is none
        over those that are `otherwise`; if there is none of those either, counted nowhere.
        """
        total, left = np.zeros(self.roads), self.people
        for taken in (first, otherwise):
            metres = self.routes.along(taken[self.road].astype(float))
            has_some = metres > AT_NODE_M
            per_m = np.where(has_some, left / np.where(has_some, metres, 1.0), 0.0)
            used = self.routes.metres_by_edge(per_m, len(self.road)) * taken[self.road]
            total += np.bincount(self.road, used, minlength=self.roads)
            left = np.where(has_some, 0.0, left)
        return total

    def further_on(self, rows: Rows) -> Flags:
        """Return which roads (rows) the people who use these go on over on their way."""
        starts = np.zeros(self.roads, bool)
        starts[rows] = True
        found = np.zeros(self.roads, bool)
        found[self.road[self.routes.further_on(starts[self.road], self.people)]] = True
        return found


def road_users(world: World, roads: str, to: str) -> tuple[RoadUsers | None, list[Text]]:
    """Return who uses which road on the way to `to`, and what a reader must know; None where nobody can say.

    Raises LayerError as `geo.settling.destination` does.
    """
    if not (world.layers.of_kind("demand") or world.layers.of_kind("units")):
        return None, [say("roads.no_homes")]
    goal = destination(world, to)
    notes = [*world.demand.notes, *goal.notes]
    if not len(goal.points):
        return None, notes
    network, ways = world.network("vehicle", roads), world.routes_to(to, roads)
    people = world.homes["people"].to_numpy(float)
    lost, blank = ~ways.arrives, np.isnan(people)
    if lost.any():
        facts = {"count": int(lost.sum()), "people": float(np.nansum(people[lost]))}
        notes.append(say("roads.no_way", what=goal.what, **facts))
    if blank.any():
        notes.append(say("roads.people_blank", count=int(blank.sum())))
    rows = world.layers.rows("roads", roads).index
    road = rows.get_indexer(network.road_ids)[network.topology.road].astype(np.intp)
    return RoadUsers(ways, road, len(rows), np.nan_to_num(people)), notes
