"""The road layer: every road of the world as one row, meeting the others in shared vertices only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from examples.worlds.bend import Bend, rounded
from examples.worlds.fabric import Fabric
from examples.worlds.growth import Flags, Ints, Numbers
from examples.worlds.hamlets import back_lanes
from examples.worlds.homes import Built
from examples.worlds.roads import COUNTY, NONE, STREET, TOWNSHIP, TRACK, VILLAGE, Roads

MAIN, LANE, BACK, PATH = 5, 6, 7, 8  # below the country roads: a village's main street, lane, back lane, path to a door
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
    lanes = _lanes(built)
    one, two = back_lanes(built.lanes, built.arms, rng)
    back = shapely.linestrings(np.stack([built.lanes.end[one], built.lanes.end[two]], axis=1))
    paths = shapely.linestrings(np.stack([built.door_foot, built.door_xy], axis=1))
    parts = [*country, grid, bridges[0], streets, lanes, back, paths]
    rank = np.concatenate(
        [
            np.repeat([COUNTY, TOWNSHIP, VILLAGE, TRACK, STREET], [*(len(part) for part in country), len(grid)]),
            bridges[1],
            _rank_of_arms(roads, built)[street_arm],
            np.full(len(lanes), LANE),
            np.full(len(back), BACK),
            np.full(len(paths), PATH),
        ]
    )
    hamlet = np.full(len(rank), -1)
    tail = len(streets) + len(lanes) + len(back) + len(paths)
    arm_of = np.concatenate([street_arm, built.lanes.arm, built.lanes.arm[one], built.lanes.arm[built.door_lane]])
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
    return rounded(merged, _junctions(fabric, roads))


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


def _main_streets(built: Built) -> tuple[Numbers, Ints]:
    """Return each built-on main street with a vertex at every lane, and its arm."""
    used = np.flatnonzero(built.arms_used > 0)
    arm = np.concatenate([used, built.lanes.arm, used])
    along = np.concatenate([np.zeros(len(used)), built.lanes.along, built.arms_used[used]])
    xy = np.concatenate([built.arms.start[used], built.lanes.start, built.arms.at(used, built.arms_used[used])])
    return _threaded(np.searchsorted(used, arm), along, xy), used


def _lanes(built: Built) -> Numbers:
    """Return each lane with a vertex where a path to a door leaves it."""
    lanes = built.lanes
    every = np.arange(len(lanes.arm))
    lane = np.concatenate([every, built.door_lane, every])
    xy = np.concatenate([lanes.start, built.door_foot, lanes.end])
    along = np.hypot(*(xy - lanes.start[lane]).T)
    return _threaded(lane, along, xy)


def _threaded(line: Ints, along: Numbers, xy: Numbers) -> Numbers:
    """Return one line a number through its points in order, a point that comes twice taken once."""
    order = np.lexsort((along, line))
    line, xy = line[order], xy[order]
    new = np.append(True, (np.diff(line) != 0) | (np.diff(xy, axis=0) != 0).any(axis=1))
    return shapely.linestrings(xy[new], indices=line[new])
