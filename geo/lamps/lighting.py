"""What lamps light along the network, what stays dark of the roads that should be lit, and where new lamps go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.lamps.people import Entries
from geo.lines.intervals import SLIVER_M, Stretches, remainder, total_m
from geo.network.snap import Snapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.devices import Devices
    from geo.network import RoadNetwork

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Reach:
    """Stretches of road (`stretches.line` is a row of the roads) within reach of the device in row `device`."""

    device: Rows
    stretches: Stretches

    def take(self, rows: Rows | Flags) -> Reach:
        """Return these rows of it."""
        return Reach(self.device[rows], self.stretches.take(rows))


@dataclass(frozen=True)
class Lighting:
    """What one check of a lighting rule worked out, kept for its gaps, repairs and promises.

    Roads are rows of `roads`, in metres along each. `reach` is of all devices near enough to a road, working or not;
    `dark` is what the working ones leave of the roads judged, ordered by road and start.
    """

    roads: gpd.GeoDataFrame
    network: RoadNetwork
    length_m: Numbers
    place: Rows  # the place of each road in the coverage, -1 where it is none
    devices: Devices
    reach: Reach
    dark: Stretches
    entries: Entries


def road_lengths(network: RoadNetwork, roads: gpd.GeoDataFrame) -> Numbers:
    """Return the length of each road in metres, as the network measures it; 0 without a line."""
    row = roads.index.get_indexer(network.road_ids)
    length = np.zeros(len(roads))
    np.add.at(length, row[network.topology.road], network.topology.length_m)
    return length


def reach_of(
    network: RoadNetwork, roads: gpd.GeoDataFrame, devices: Devices, rows: Rows, radius_m: float, max_offset_m: float
) -> Reach:
    """Return what these devices reach: radius_m each way along the network from the foot on their nearest road.

    So a lamp lights round a corner and past the end of a road, and never the road beside its own. One that stands more
    than max_offset_m from every road reaches nothing. Where roads lie on top of one another at the foot (drawn twice, or
    crossing at that very spot), it is a foot on each of them.
    """
    feet = network.snap(gpd.GeoSeries(devices.geometry[rows], crs=network.crs), max_snap_m=max_offset_m)
    row_of = roads.index.get_indexer(network.road_ids)
    found = [(rows, network.reach_along(feet, radius_m))]
    more, source = _on_top(network, np.asarray(roads.geometry)[row_of], feet)
    if len(source):
        found.append((rows[source], network.reach_along(more, radius_m)))
    return Reach(
        np.concatenate([owner[some.source] for owner, some in found]),
        Stretches(
            row_of[np.concatenate([some.road for _, some in found])],
            np.concatenate([some.from_m for _, some in found]),
            np.concatenate([some.to_m for _, some in found]),
        ),
    )


def _on_top(network: RoadNetwork, lines: NDArray[np.object_], feet: Snapped) -> tuple[Snapped, Rows]:
    """Return the feet on other roads that pass through the same spots, and the row of `feet` each doubles."""
    top = network.topology
    here = np.flatnonzero(feet.on_network)
    spots = shapely.points(feet.x[here], feet.y[here])
    spot, road = shapely.STRtree(lines).query(spots, predicate="dwithin", distance=SLIVER_M)
    other = road != feet.road[here[spot]]
    spot, road = spot[other], road[other]
    at_m = shapely.line_locate_point(lines[road], spots[spot])
    order = np.lexsort((top.from_m, top.road))
    keys = top.road[order] + 1j * top.from_m[order]
    edge = order[np.searchsorted(keys, road + 1j * at_m, "right") - 1]
    real = top.road[edge] == road  # a road too short to have an edge is no road
    source, at_m, edge = here[spot][real], at_m[real], edge[real]
    along = np.clip(at_m - top.from_m[edge], 0.0, top.length_m[edge])
    doubled = Snapped(
        edge,
        top.road[edge],
        along,
        top.from_m[edge] + along,
        feet.offset_m[source],
        np.ones(len(source), bool),
        feet.x[source],
        feet.y[source],
    )
    return doubled, source


def lit_total_m(reach: Reach, taken: Flags, always: Flags, length_m: Numbers) -> Numbers:
    """Return the lit metres of every road: what these devices reach, and all of a road that is `always` lit."""
    dark = dark_stretches(reach, taken, np.arange(len(length_m)), length_m)
    return np.where(always, length_m, length_m - total_m(dark, len(length_m)))


def dark_stretches(reach: Reach, taken: Flags, lines: Rows, length_m: Numbers) -> Stretches:
    """Return what these devices leave dark on these roads (sorted rows), ordered by road and start."""
    return remainder(reach.stretches.take(taken[reach.device]), lines, length_m[lines])


def bounding(reach: Reach, taken: Flags, dark: Stretches, ids: NDArray[np.object_]) -> tuple[list[str], list[str]]:
    """Return the ids of the devices whose light ends where each dark stretch starts, and starts where it ends.

    "start" and "end" where it is the road itself that ends. The lowest id where several lights end at the same metre.
    """
    is_dark = np.zeros(int(max(reach.stretches.line.max(initial=-1), dark.line.max(initial=-1))) + 1, dtype=bool)
    is_dark[dark.line] = True
    lit = reach.take(taken[reach.device] & is_dark[reach.stretches.line])
    sides = []
    for edge, at, word in ((lit.stretches.end_m, dark.start_m, "start"), (lit.stretches.start_m, dark.end_m, "end")):
        order = np.lexsort((lit.device, edge, lit.stretches.line))
        keys = lit.stretches.line[order] + 1j * edge[order]
        wanted = dark.line + 1j * at
        row = np.searchsorted(keys, wanted)
        found = np.append(keys, np.nan)[row] == wanted
        device = np.append(lit.device[order], 0)[row]
        inner = found & (at > 0) if word == "start" else found
        sides.append([ids[device[i]] if inner[i] else word for i in range(len(dark))])
    return sides[0], sides[1]


def lamp_places(pieces: Stretches, radius_m: float) -> tuple[Rows, Numbers]:
    """Return the fewest lamps that light all pieces, as (line, metre), ordered: `line` numbers the gap they belong to.

    From the lit end on, each lamp stands radius_m past the first dark metre left, the last one in the middle of what it
    lights. A gap of one piece has them spread evenly instead: as many, and the piece is closed as exactly.
    """
    lines, first, each = np.unique(pieces.line, return_index=True, return_counts=True)
    alone, runs = first[each == 1], pieces.take(np.isin(pieces.line, lines[each > 1]))
    lamps = np.ceil((pieces.length_m[alone] - SLIVER_M) / (2 * radius_m)).astype(np.intp).clip(1)
    owner = np.repeat(alone, lamps)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(lamps) - lamps, lamps)
    even = pieces.start_m[owner] + (number + 0.5) * pieces.length_m[owner] / np.repeat(lamps, lamps)
    line, at = _windows(runs, 2 * radius_m)
    line, at = np.concatenate([pieces.line[owner], line]), np.concatenate([even, at])
    order = np.lexsort((at, line))
    return line[order], at[order]


def _windows(pieces: Stretches, width_m: float) -> tuple[Rows, Numbers]:
    """Return the middles of the fewest windows of that width that hold all pieces of each line, from the left."""
    start_key, end_key = pieces.line + 1j * pieces.start_m, pieces.line + 1j * pieces.end_m
    line, row = np.unique(pieces.line, return_index=True)
    left = pieces.start_m[row]
    found: list[tuple[Rows, Numbers]] = [(line[:0], left[:0])]
    while len(line):
        right = left + width_m
        last = np.searchsorted(start_key, line + 1j * right) - 1
        found.append((line, (left + np.minimum(pieces.end_m[last], right)) / 2))
        row = np.searchsorted(end_key, line + 1j * (right + SLIVER_M), "right")
        going_on = row < len(pieces)
        going_on[going_on] = pieces.line[row[going_on]] == line[going_on]
        line, row, right = line[going_on], row[going_on], right[going_on]
        left = np.maximum(pieces.start_m[row], right)
    return np.concatenate([lines for lines, _ in found]), np.concatenate([at for _, at in found])
