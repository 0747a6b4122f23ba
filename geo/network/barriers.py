"""Rivers and walls that nobody crosses between a door and the road: the nearest road on one's own side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.network.snap import TIE_M, Snapped, feet, to_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Shapes = NDArray[np.object_]


def on_own_side(
    topology: Topology, found: Snapped, x: Numbers, y: Numbers, barriers: Shapes, *, max_snap_m: float
) -> Snapped:
    """Return the feet with those whose way to the road crosses a barrier moved to the nearest road whose way does not.

    Where no road within max_snap_m is on the same side the point is off the network, and its distance is that of the
    nearest road, across the barrier. A way that only touches a barrier at the point itself (a home on the bank) does not
    cross it.
    """
    tree = shapely.STRtree(barriers)
    rows = np.flatnonzero(found.on_network & (found.offset_m > TIE_M))
    cut = rows[_crosses(tree, x[rows], y[rows], found.x[rows], found.y[rows])]
    if not len(cut):
        return found
    segment = _nearest_uncut(topology, tree, x[cut], y[cut], max_snap_m)
    moved = feet(topology, x[cut], y[cut], segment, max_snap_m=max_snap_m)
    result = {name: values.copy() for name, values in vars(found).items()}
    near = segment >= 0
    for name, values in vars(moved).items():
        result[name][cut[near]] = values[near]
    result["on_network"][cut[~near]] = False
    return Snapped(**result)


def _nearest_uncut(topology: Topology, tree: shapely.STRtree, x: Numbers, y: Numbers, max_snap_m: float) -> Rows:
    """Return for each point the nearest segment within reach whose way crosses no barrier, -1 where there is none."""
    shapes = shapely.linestrings(np.stack([topology.segment_x, topology.segment_y], axis=2))
    point, segment = shapely.STRtree(shapes).query(
        shapely.points(x, y), predicate="dwithin", distance=max_snap_m + TIE_M
    )
    share, away = to_segments(topology, segment, x[point], y[point])
    foot_x, foot_y = (
        (1 - share) * at[segment, 0] + share * at[segment, 1] for at in (topology.segment_x, topology.segment_y)
    )
    free = ~_crosses(tree, x[point], y[point], foot_x, foot_y)
    point, segment, away = point[free], segment[free], away[free]
    order = np.lexsort((segment, away, point))
    first = order[np.diff(point[order], prepend=-1) != 0]
    chosen = np.full(len(x), -1, dtype=np.int64)
    chosen[point[first]] = segment[first]
    return chosen


def _crosses(tree: shapely.STRtree, x: Numbers, y: Numbers, foot_x: Numbers, foot_y: Numbers) -> NDArray[np.bool_]:
    """Return which ways from a point to its foot cross a barrier."""
    ways = shapely.linestrings(np.stack([np.column_stack([x, foot_x]), np.column_stack([y, foot_y])], axis=2))
    way, barrier = tree.query(ways, predicate="intersects")
    shared = shapely.intersection(ways[way], tree.geometries[barrier])
    at_home = shapely.equals(shared, shapely.points(x[way], y[way]))
    crosses = np.zeros(len(x), dtype=bool)
    crosses[way[~at_home]] = True
    return crosses
