"""Roads of one name that are joined to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import RoadNetwork

    Rows = NDArray[np.intp]


def stretches(network: RoadNetwork, roads: pd.Index, names: NDArray[np.object_]) -> Rows:
    """Return a number for each of these roads (ids), the same for roads of one name that share a node.

    A road without a name is alone. Numbers follow the order in which the roads are given.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(roads):
        return np.zeros(0, np.intp)
    top = network.topology
    row = roads.get_indexer(network.road_ids)[top.road]
    used = np.flatnonzero((row >= 0) & (names[row] != ""))
    name = pd.factorize(names)[0][row[used]].astype(np.int64)
    node = np.concatenate([top.start[used], top.end[used]]).astype(np.int64)
    meeting = pd.factorize(node * (len(roads) + 1) + np.tile(name, 2))[0]
    size = len(roads) + int(meeting.max(initial=-1)) + 1
    links = coo_array((np.ones(len(meeting)), (np.tile(row[used], 2), len(roads) + meeting)), shape=(size, size))
    label = connected_components(links, directed=False)[1][: len(roads)]
    numbers: Rows = pd.factorize(label)[0].astype(np.intp)
    return numbers
