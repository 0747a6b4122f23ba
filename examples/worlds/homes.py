"""Homes: which plots are taken, who lives there, and the streets cut back to where the last home is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from examples.worlds.fabric import Fabric, streets
from examples.worlds.growth import Flags, Ints, Numbers
from examples.worlds.hamlets import FRONT_M, SETBACK_M, Arms, Lanes, lanes_off, main_streets, plots, used_length
from examples.worlds.roads import NONE, STREET, TRACK, Roads
from examples.worlds.size import Size
from examples.worlds.villages import Villages

TOWN_SHARE = 0.17  # of all homes stand in the town seats
LONE_SHARE = 0.02  # of all homes stand by a country road, far from the next
PUBLIC_M = 32.0  # main street this near the middle of a village is kept for public buildings
STUB_M = 4.0  # street beyond the last door

# Blocks of a town's grid (column, row of their lower corner) that hold no homes.
VACANT_BLOCK, PARK_BLOCK, SCHOOL_BLOCK = (5, 3), (2, 1), (1, 3)


@dataclass(frozen=True)
class Homes:
    """Where homes stand: point, village, natural village (-1 in town and by the road), and people by age."""

    xy: Numbers
    village: Ints
    hamlet: Ints
    people: Ints
    pop60: Ints
    children: Ints


@dataclass(frozen=True)
class Built:
    """What is built: homes, the streets they need, and the plots kept for public buildings.

    `arms_used` is how much of each main street is built on (m; 0: none, and no street of its own is laid then).
    Paths to doors leave lane `door_lane` at `door_foot` and end at `door_xy`.
    """

    homes: Homes
    arms: Arms
    arms_used: Numbers
    lanes: Lanes
    public_xy: Numbers
    public_place: Ints  # a natural village by row, or -1 - town
    door_lane: Ints
    door_foot: Numbers
    door_xy: Numbers


@dataclass(frozen=True)
class _Lots:
    """All the plots of a world: by which kind of street (ON_ARM ...), which of them, how far out, and in which place.

    `place` counts natural villages, then towns, then one for everything by the country roads.
    """

    xy: Numbers
    foot: Numbers
    kind: Ints
    street: Ints
    along: Numbers
    place: Ints
    village: Ints


ON_ARM, ON_LANE, ON_STREET, LONE = range(4)


def build(fabric: Fabric, villages: Villages, roads: Roads, size: Size, rng: np.random.Generator) -> Built:
    """Return exactly `size.homes` homes, filling each natural village from its middle outwards."""
    hamlet_quota, town_quota = _quotas(villages, size, rng)
    arms = main_streets(fabric, villages, roads, hamlet_quota, rng)
    lanes = lanes_off(arms, rng)
    lots = _lots(fabric, villages, roads, size, arms, lanes, rng)
    public, closed = _kept_free(fabric, lots, rng)
    quota = np.concatenate([hamlet_quota, town_quota, [LONE_SHARE * size.homes]])
    middle = np.concatenate(
        [fabric.centre[villages.hamlet], fabric.centre[villages.seat[: size.towns]], np.zeros((1, 2))]
    )
    far = np.hypot(*(lots.xy - middle[lots.place]).T) * rng.uniform(0.75, 1.25, len(lots.xy))
    taken = _fill(lots.place, np.where(public | closed, np.inf, far), quota, size.homes)
    arms_used, lanes, renumbered = _cut_back(arms, lanes, lots, taken)
    n = len(villages.hamlet)
    people, pop60, children = _people(size.homes, size.people, rng)
    xy = lots.xy[taken] + rng.uniform(-1.6, 1.6, (size.homes, 2))
    hamlet = np.where(lots.place < n, lots.place, -1)[taken]
    homes = Homes(xy, lots.village[taken], hamlet, people, pop60, children)
    with_path = (lots.kind[taken] == ON_LANE) & (rng.random(size.homes) < size.door_paths)
    door_lane = renumbered[lots.street[taken][with_path]]
    public_place = np.where(lots.place < n, lots.place, n - 1 - lots.place)[public]
    return Built(
        homes,
        arms,
        arms_used,
        lanes,
        lots.xy[public],
        public_place,
        door_lane,
        lots.foot[taken][with_path],
        xy[with_path],
    )


def _lots(
    fabric: Fabric, villages: Villages, roads: Roads, size: Size, arms: Arms, lanes: Lanes, rng: np.random.Generator
) -> _Lots:
    """Return every plot there is: on main streets, on lanes, in the town seats, and by country roads."""
    on_arms = plots(arms.start, arms.end, front_m=FRONT_M, setback_m=SETBACK_M + 2, first_m=12.0)
    on_lanes = plots(lanes.start, lanes.end, front_m=FRONT_M, setback_m=SETBACK_M, first_m=15.0)
    rows = np.flatnonzero(streets(fabric) & (roads.rank != NONE))
    ends = fabric.centre[fabric.edges[rows]]
    in_town = plots(ends[:, 0], ends[:, 1], front_m=8.0, setback_m=SETBACK_M + 1, first_m=13.0)
    lone_xy, lone_village = _lone_plots(fabric, villages, roads, size, rng)
    n, towns, lone = len(villages.hamlet), size.towns, len(lone_xy)
    parts = (on_arms, on_lanes, in_town)
    town = fabric.seat_of[fabric.edges[rows[in_town.street], 0]]
    arm_hamlet, lane_hamlet = arms.hamlet[on_arms.street], arms.hamlet[lanes.arm[on_lanes.street]]
    owner = villages.hamlet_village
    return _Lots(
        xy=np.concatenate([*(part.xy for part in parts), lone_xy]),
        foot=np.concatenate([*(part.foot for part in parts), lone_xy]),
        kind=np.repeat([ON_ARM, ON_LANE, ON_STREET, LONE], [*(len(part.xy) for part in parts), lone]),
        street=np.concatenate([*(part.street for part in parts), np.full(lone, -1)]),
        along=np.concatenate([*(part.along for part in parts), np.zeros(lone)]),
        place=np.concatenate([arm_hamlet, lane_hamlet, n + town, np.full(lone, n + towns)]),
        village=np.concatenate([owner[arm_hamlet], owner[lane_hamlet], town, lone_village]),
    )


def _kept_free(fabric: Fabric, lots: _Lots, rng: np.random.Generator) -> tuple[Flags, Flags]:
    """Return which plots are kept for public buildings, and which look onto ground that is kept open."""
    on_street = lots.kind == ON_STREET
    closed = np.zeros(len(lots.kind), dtype=bool)
    closed[on_street] = _in_open_block(fabric, lots.xy[on_street])
    public = ((lots.kind == ON_ARM) & (lots.along < PUBLIC_M)) | (on_street & (rng.random(len(closed)) < 0.09))
    return public & ~closed, closed


def block_corners(fabric: Fabric, block: tuple[int, int]) -> Numbers:
    """Return the four corners of that block in every town, in turn (towns x 4 x 2)."""
    corners = []
    for column, row in ((0, 0), (1, 0), (1, 1), (0, 1)):
        cell = (fabric.grid[:, 0] == block[0] + column) & (fabric.grid[:, 1] == block[1] + row)
        corners.append(fabric.centre[cell])
    return np.stack(corners, axis=1)


def _in_open_block(fabric: Fabric, xy: Numbers) -> Flags:
    blocks = [shapely.polygons(block_corners(fabric, block)) for block in (VACANT_BLOCK, PARK_BLOCK, SCHOOL_BLOCK)]
    inside = np.zeros(len(xy), dtype=bool)
    inside[shapely.STRtree(np.concatenate(blocks)).query(shapely.points(xy), predicate="within")[0]] = True
    return inside


def _quotas(villages: Villages, size: Size, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return how many homes each natural village and each town seat should have, before plots run out."""
    n = len(villages.seat)
    of_village = rng.lognormal(0.0, 0.33, n)
    weight = of_village[villages.hamlet_village] * rng.lognormal(0.0, 0.4, len(villages.hamlet))
    is_seat = np.isin(villages.hamlet, villages.seat)
    weight *= np.where(is_seat, 1.7, 1.0)
    if not len(weight):
        return weight, np.full(size.towns, size.homes / size.towns)
    rural = (1 - TOWN_SHARE - LONE_SHARE) * size.homes
    return weight / weight.sum() * rural, np.full(size.towns, TOWN_SHARE * size.homes / size.towns)


def _lone_plots(
    fabric: Fabric, villages: Villages, roads: Roads, size: Size, rng: np.random.Generator
) -> tuple[Numbers, Ints]:
    """Return plots by country roads away from any natural village, and the village whose land they are on."""
    rows = np.flatnonzero((roads.rank != NONE) & (roads.rank != TRACK) & (roads.rank != STREET) & ~fabric.wet)
    if not len(rows):
        return np.zeros((0, 2)), np.zeros(0, dtype=np.int64)
    row = rng.choice(rows, size=max(1, int(1.5 * LONE_SHARE * size.homes)))
    a, b = fabric.centre[fabric.edges[row, 0]], fabric.centre[fabric.edges[row, 1]]
    share = rng.uniform(0.42, 0.48, len(row)) + np.where(rng.random(len(row)) < 0.5, 0.1, 0.0)
    across = np.column_stack([-(b - a)[:, 1], (b - a)[:, 0]]) / fabric.length[row][:, None]
    off = rng.uniform(11, 38, len(row)) * rng.choice([-1, 1], len(row))
    near = np.where(share < 0.5, fabric.edges[row, 0], fabric.edges[row, 1])
    return a + (b - a) * share[:, None] + across * off[:, None], villages.of_cell[near]


def _fill(place: Ints, far: Numbers, quota: Numbers, count: int) -> Flags:
    """Return which plots are taken: `count` in all, each place in proportion to its quota, nearest the middle first."""
    order = np.lexsort((far, place))
    sorted_place = place[order]
    start = np.searchsorted(sorted_place, np.arange(len(quota)))
    position = np.arange(len(order)) - start[sorted_place]
    turn = np.where(np.isfinite(far[order]), (position + 0.5) / np.maximum(quota[sorted_place], 0.5), np.inf)
    if np.isfinite(turn).sum() < count:
        raise ValueError(
            f"the streets have room for {np.isfinite(turn).sum()} homes, {count} are wanted: give more villages"
        )
    taken = np.zeros(len(place), dtype=bool)
    taken[order[np.argsort(turn, kind="stable")[:count]]] = True
    return taken


def _cut_back(arms: Arms, lanes: Lanes, lots: _Lots, taken: Flags) -> tuple[Numbers, Lanes, Ints]:
    """Return how much of each main street is used, the used lanes ended just beyond their last home, and lanes' new rows."""
    on_lane, on_arm = taken & (lots.kind == ON_LANE), taken & (lots.kind == ON_ARM)
    used = used_length(lots.street[on_lane], lots.along[on_lane], len(lanes.arm))
    kept = np.flatnonzero(used > 0)
    way = lanes.end[kept] - lanes.start[kept]
    full = np.hypot(*way.T)
    end = lanes.start[kept] + way * (np.minimum(used[kept] + STUB_M, full) / full)[:, None]
    left = Lanes(lanes.arm[kept], lanes.along[kept], lanes.side[kept], lanes.start[kept], end)
    out = used_length(lots.street[on_arm], lots.along[on_arm], len(arms.angle))
    np.maximum.at(out, left.arm, left.along)
    renumbered = np.full(len(lanes.arm), -1)
    renumbered[kept] = np.arange(len(kept))
    return np.where(out > 0, np.minimum(out + STUB_M, arms.length), 0.0), left, renumbered


def _people(homes: int, people: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Return people per home, 1-6 and `people` in all, and how many of them are 60 or older and under 15."""
    share = np.array([0.07, 0.14, 0.16, 0.22, 0.22, 0.19])
    sizes = np.arange(1, 7)
    low, high = -3.0, 3.0
    for _ in range(60):  # tilt the shares until the mean is right
        tilt = (low + high) / 2
        tilted = share * np.exp(tilt * sizes)
        low, high = (tilt, high) if (tilted / tilted.sum()) @ sizes < people / homes else (low, tilt)
    count = rng.choice(sizes, size=homes, p=tilted / tilted.sum()).astype(np.int64)
    while (left := people - int(count.sum())) != 0:
        able = np.flatnonzero(count < 6 if left > 0 else count > 1)
        count[rng.choice(able, size=min(abs(left), len(able)), replace=False)] += np.sign(left)
    old = np.minimum(rng.binomial(np.minimum(count, 2), np.where(count <= 2, 0.52, 0.24)), count)
    young = rng.binomial(np.maximum(count - old - 1, 0), 0.27)
    return count, old.astype(np.int64), young.astype(np.int64)
