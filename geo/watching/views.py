"""Which devices see which points: straight lines, ranges and wedges; and where new ones would see the most."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.devices import Devices

    Names = NDArray[np.object_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# Within means <=, whatever the last bits of coordinates of 4 000 km say: less than this is no distance and no angle.
NEAR_M = 1e-6
NEAR_DEG = 1e-6


@dataclass(frozen=True)
class Sights:
    """What one check worked out, kept for its gaps, repairs and promises: pairs of a device and the point it sees.

    `point` is a row of `places`; the devices of the pairs may work or not.
    """

    devices: Devices
    places: Names
    device: Rows
    point: Rows


def sightings(devices: Devices, rows: Rows, points: Names, radius_m: float) -> tuple[Rows, Rows]:
    """Return every pair (device of `rows`, point) where the one sees the other, whether or not it works.

    Within radius_m in a straight line and within the device's own range, both inclusive; and inside its wedge, edges
    included, if it has both an azimuth and an angle of view of less than 360 degrees. A device sees its own spot.
    """
    at, point = shapely.STRtree(points).query(devices.geometry[rows], predicate="dwithin", distance=radius_m + NEAR_M)[
        [0, 1]
    ]
    device = rows[at]
    east = shapely.get_x(points[point]) - shapely.get_x(devices.geometry[device])
    north = shapely.get_y(points[point]) - shapely.get_y(devices.geometry[device])
    far = np.hypot(east, north)
    within = far <= np.fmin(devices.range_m[device], radius_m) + NEAR_M
    off_axis = np.abs((np.degrees(np.arctan2(east, north)) - devices.azimuth_deg[device] + 180) % 360 - 180)
    half = devices.fov_deg[device] / 2
    all_round = np.isnan(devices.azimuth_deg[device]) | np.isnan(half) | (half >= 180)
    seen = within & (all_round | (off_axis <= half + NEAR_DEG) | (far <= NEAR_M))
    order = np.lexsort((point[seen], device[seen]))
    return device[seen][order], point[seen][order]


def poles(sites: Names, points: Names, lacking: Rows, radius_m: float) -> list[tuple[int, int, list[int]]]:
    """Return where to put new devices: (site, how many, the points each serves), so that no point lacks any more.

    Greedy: always the site that serves most points which still lack one; of several the first. Every point must be
    within the radius of a site. At most ln(n)+1 times as many as the least possible (Chvatal 1979).
    """
    site, point = shapely.STRtree(points).query(sites, predicate="dwithin", distance=radius_m)
    order = np.lexsort((point, site))
    serves = np.split(point[order], np.searchsorted(site[order], np.arange(1, len(sites))))
    left = lacking.copy()
    heap = [(-len(some), i) for i, some in enumerate(serves) if len(some)]
    heapq.heapify(heap)
    count: dict[int, int] = {}
    served: dict[int, set[int]] = {}
    while heap:
        promised, i = heapq.heappop(heap)
        still = serves[i][left[serves[i]] > 0]
        if not len(still):
            continue
        heapq.heappush(heap, (-len(still), i))
        if -len(still) != promised:
            continue  # fewer than when it was put in line: back to its place
        left[still] -= 1
        count[i] = count.get(i, 0) + 1
        served.setdefault(i, set()).update(int(p) for p in still)
    return [(i, count[i], sorted(served[i])) for i in sorted(count)]
