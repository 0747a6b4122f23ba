"""The road layer: every road of the world as one row, meeting the others in shared vertices only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from examples.worlds.bend import Bend
from examples.worlds.fabric import Fabric
from examples.worlds.growth import Flags, Ints, Numbers
from examples.worlds.hamlets import back_lanes
from examples.worlds.homes import Built
from examples.worlds.roads import COUNTY, NONE, STREET, TOWNSHIP, TRACK, VILLAGE, Roads

MAIN, LANE, BACK = 5, 6, 7  # ranks below the country roads: main street of a village, lane, back lane
BRIDGE_SPAN = (0.42, 0.58)  # of the edge that crosses the water
STEP_M = 45.0  # no straight piece is longer, so that a bend shows


@dataclass(frozen=True)
class Lines:
    """Road rows: the line, its rank, whether it is a bridge, and the hamlet it belongs to (-1: none)."""

    line: Numbers
    rank: Ints
    bridge: Flags
    hamlet: Ints
    on_road: Flags  # a main street that is the first stretch of a country road


def lines(fabric: Fabric, roads: Roads, built: Built, bend: Bend, rng: np.random.Generator) -> Lines:
    """Return all roads, bent and to the millimetre, in a fixed order."""
    country = [_country(fabric, roads, built, rank) for rank in (COUNTY, TOWNSHIP, VILLAGE, TRACK)]
    grid = shapely.linestrings(fabric.centre[fabric.edges[roads.rank == STREET]])
    bridges = _bridges(fabric, roads)
    streets, street_arm = _main_streets(built)
    lanes = shapely.linestrings(np.stack([built.lanes.start, built.lanes.end], axis=1))
    one, two = back_lanes(built.lanes, built.arms, rng)
    back = shapely.linestrings(np.stack([built.lanes.end[one], built.lanes.end[two]], axis=1))
    parts = [*country, grid, bridges[0], streets, lanes, back]
    rank = np.concatenate(
        [
            np.repeat([COUNTY, TOWNSHIP, VILLAGE, TRACK, STREET], [*(len(part) for part in country), len(grid)]),
            bridges[1],
            _rank_of_arms(roads, built)[street_arm],
            np.full(len(lanes), LANE),
            np.full(len(back), BACK),
        ]
    )
    hamlet = np.full(len(rank), -1)
    tail = len(streets) + len(lanes) + len(back)
    arm_of = np.concatenate([street_arm, built.lanes.arm, built.lanes.arm[one]])
    hamlet[len(rank) - tail :] = built.arms.hamlet[arm_of]
    bridge = np.zeros(len(rank), dtype=bool)
    at = sum(len(part) for part in parts[:5])
    bridge[at : at + len(bridges[0])] = True
    on_road = np.zeros(len(rank), dtype=bool)
    on_road[len(rank) - tail : len(rank) - tail + len(streets)] = built.arms.edge[street_arm] >= 0
    return Lines(bend(shapely.segmentize(np.concatenate(parts), STEP_M)), rank, bridge, hamlet, on_road)


def _rank_of_arms(roads: Roads, built: Built) -> Ints:
    return np.where(built.arms.edge >= 0, roads.rank[np.maximum(built.arms.edge, 0)], MAIN)


def _trimmed(fabric: Fabric, roads: Roads, built: Built, rows: Ints) -> tuple[Numbers, Numbers]:
    """Return where each edge's country road starts and ends: at its cells, or where a village's main street ends."""
    start, end = fabric.centre[fabric.edges[rows, 0]].copy(), fabric.centre[fabric.edges[rows, 1]].copy()
    place = np.full(len(fabric.edges), -1)
    place[rows] = np.arange(len(rows))
    arms = built.arms
    for_row = np.flatnonzero((arms.edge >= 0) & (built.arms_used > 0))
    for_row = for_row[place[arms.edge[for_row]] >= 0]
    row = place[arms.edge[for_row]]
    tip = arms.at(for_row, built.arms_used[for_row])
    at_start = (arms.start[for_row] == fabric.centre[fabric.edges[rows[row], 0]]).all(axis=1)
    start[row[at_start]] = tip[at_start]
    end[row[~at_start]] = tip[~at_start]
    return start, end


def _country(fabric: Fabric, roads: Roads, built: Built, rank: int) -> Numbers:
    """Return the country roads of one rank without their bridges, joined end to end and rounded where nothing meets."""
    rows = np.flatnonzero(roads.rank == rank)
    start, end = _trimmed(fabric, roads, built, rows)
    dry = ~roads.bridge[rows]
    pieces = [np.stack([start[dry], end[dry]], axis=1)]
    if (~dry).any():
        banks = _banks(fabric, rows[~dry])
        pieces += [np.stack([start[~dry], banks[:, 0]], axis=1), np.stack([banks[:, 1], end[~dry]], axis=1)]
    pairs = np.concatenate(pieces)
    if not len(pairs):
        return np.zeros(0, dtype=object)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.linestrings(pairs))))
    return _rounded(merged, _junctions(fabric, roads))


def _banks(fabric: Fabric, rows: Ints) -> Numbers:
    """Return both ends of the bridge on each edge."""
    a, b = fabric.centre[fabric.edges[rows, 0]], fabric.centre[fabric.edges[rows, 1]]
    return np.stack([a + (b - a) * share for share in BRIDGE_SPAN], axis=1)


def _bridges(fabric: Fabric, roads: Roads) -> tuple[Numbers, Ints]:
    rows = np.flatnonzero(roads.bridge)
    return shapely.linestrings(_banks(fabric, rows)) if len(rows) else np.zeros(0, dtype=object), roads.rank[rows]


def _junctions(fabric: Fabric, roads: Roads) -> Numbers:
    """Return the cell centres (as complex numbers) where roads meet or change rank, which rounding must not move."""
    carrying = roads.rank != NONE
    n = len(fabric.centre)
    degree = np.bincount(fabric.edges[carrying].ravel(), minlength=n)
    low, high = np.full(n, 99), np.full(n, -1)
    np.minimum.at(low, fabric.edges[carrying].ravel(), np.repeat(roads.rank[carrying], 2))
    np.maximum.at(high, fabric.edges[carrying].ravel(), np.repeat(roads.rank[carrying], 2))
    fixed = fabric.centre[(degree != 2) | (low != high)]
    return fixed[:, 0] + 1j * fixed[:, 1]


def _rounded(merged: Numbers, fixed: Numbers) -> Numbers:
    """Return the lines with each free inner vertex replaced by a curve from the piece before it to the piece after."""
    xy, line = shapely.get_coordinates(merged, return_index=True)
    inner = np.zeros(len(xy), dtype=bool)
    inner[1:-1] = (line[1:-1] == line[:-2]) & (line[1:-1] == line[2:])
    free = inner & ~np.isin(xy[:, 0] + 1j * xy[:, 1], fixed)
    before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    share = np.linspace(0.0, 1.0, 7)[None, :, None]
    p, q = xy + (before - xy) * 0.38, xy + (after - xy) * 0.38
    curve = (1 - share) ** 2 * p[:, None] + 2 * share * (1 - share) * xy[:, None] + share**2 * q[:, None]
    count = np.where(free, 7, 1)
    row = np.repeat(np.arange(len(xy)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    points = np.where(free[row][:, None], curve[row, step], xy[row])
    return shapely.linestrings(points, indices=line[row])


def _main_streets(built: Built) -> tuple[Numbers, Ints]:
    """Return each built-on main street with a vertex at every lane, and its arm."""
    used = np.flatnonzero(built.arms_used > 0)
    arm = np.concatenate([used, built.lanes.arm, used])
    along = np.concatenate([np.zeros(len(used)), built.lanes.along, built.arms_used[used]])
    xy = np.concatenate([built.arms.start[used], built.lanes.start, built.arms.at(used, built.arms_used[used])])
    order = np.lexsort((along, arm))
    arm, xy = arm[order], xy[order]
    new = np.append(True, (np.diff(arm) != 0) | (np.diff(xy, axis=0) != 0).any(axis=1))
    row = np.searchsorted(used, arm)
    return shapely.linestrings(xy[new], indices=row[new]), used
