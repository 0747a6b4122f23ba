"""People shared over the short roads of their ways, kept while roads are mended one project after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network.legs import AT_NODE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geo.roads.users import RoadUsers

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


class Sharing:
    """Who is shared over which roads: what `RoadUsers.shared` gives them, brought up to date and not worked out anew.

    Everybody is shared over the short roads of their way, and where none is short over all that are judged. Homes whose
    ways are the same from the first road that matters on are one crowd; `_metres` says how far each crowd goes on each
    such road. No other road is ever short. `take` changes what is kept.
    """

    def __init__(self, users: RoadUsers, judged: Flags, matters: Flags, short: Flags) -> None:
        self._metres, self._people, self._at_ease = _crowds(users, judged, matters)
        self._by_road = self._metres.tocsc()
        self._short = short & matters
        self._set()

    @property
    def people(self) -> Numbers:
        """How many people each road that matters has."""
        return self._shared

    def look(self, mended: Rows, short: Flags) -> tuple[Rows, Numbers]:
        """Return the roads that have other people, and how many, once each of `mended` is as `short` says."""
        crowd = self._using(mended[self._short[mended] != short])
        then = self._short.copy()
        then[mended] = short
        some = self._metres[crowd]
        row = np.repeat(np.arange(len(crowd)), np.diff(some.indptr))
        (was, was_at_ease), (is_then, at_ease) = (self._per_metre(some, crowd, flags) for flags in (self._short, then))
        before = was[row] * self._short[some.indices] + was_at_ease[row]
        after = is_then[row] * then[some.indices] + at_ease[row]
        roads, at = np.unique(some.indices, return_inverse=True)
        more = np.bincount(at, some.data * (after - before), minlength=len(roads))
        return roads.astype(np.intp), np.maximum(self._shared[roads] + more, 0.0)

    def take(self, mended: Rows, short: Flags) -> Rows:
        """Have the roads as they are then; return all roads of the crowds that are shared otherwise now."""
        crowd = self._using(mended[self._short[mended] != short])
        self._short[mended] = short
        self._set()
        return np.unique(self._metres[crowd].indices).astype(np.intp)

    def _using(self, roads: Rows) -> Rows:
        return np.unique(self._by_road[:, roads].indices).astype(np.intp)

    def _set(self) -> None:
        per_metre, at_ease = self._per_metre(self._metres, slice(None), self._short)
        by_road = self._by_road.T
        self._shared: Numbers = (by_road @ per_metre) * self._short + by_road @ at_ease

    def _per_metre(self, metres: csr_array, crowd: Rows | slice, short: Flags) -> tuple[Numbers, Numbers]:
        """Return how many people of each crowd there are on a metre of a short road, and on one of any if none is short."""
        all_short = metres @ short.astype(float)
        has_some = all_short > AT_NODE_M
        on_short = np.where(has_some, self._people[crowd] / np.where(has_some, all_short, 1.0), 0.0)
        return on_short, np.where(has_some, 0.0, self._at_ease[crowd])


def _crowds(users: RoadUsers, judged: Flags, matters: Flags) -> tuple[csr_array, Numbers, Numbers]:
    """Return how many metres each crowd goes on each road that matters, how many people it is, and how many of them there
    are on a metre when they are shared over all of their way that is judged."""
    from scipy.sparse import csr_array

    ways = users.routes
    road = np.append(users.road, -1)[ways.edge]
    counts = np.append(matters, False)[road] & (ways.length_m > 0)
    first = np.full(len(ways.onward), -1)  # of each item the first one on its way, itself included, that counts
    for items in ways.levels:
        first[items] = np.where(counts[items], items, first[ways.onward[items]])
    homes = np.flatnonzero((users.people > 0) & (first[ways.first_point :] >= 0))
    item, crowd_of = np.unique(first[ways.first_point + homes], return_inverse=True)
    people = np.bincount(crowd_of, users.people[homes], minlength=len(item)).astype(float)
    way_m = ways.along(judged[users.road].astype(float))[homes]
    at_ease = np.where(way_m > AT_NODE_M, users.people[homes] / np.where(way_m > AT_NODE_M, way_m, 1.0), 0.0)
    at_ease = np.bincount(crowd_of, at_ease, minlength=len(people)).astype(float)
    crowd, crowds, roads, metres = np.arange(len(item)), [], [], []
    while len(item):
        crowds.append(crowd)
        roads.append(road[item])
        metres.append(ways.length_m[item])
        item = first[ways.onward[item]]
        crowd, item = crowd[item >= 0], item[item >= 0]
    shape = (len(people), users.roads)
    none = np.zeros(0, np.intp)
    at = np.concatenate([none, *crowds]), np.concatenate([none, *roads])
    found = csr_array((np.concatenate([np.zeros(0), *metres]), at), shape=shape)
    found.sum_duplicates()
    return found, people, at_ease
