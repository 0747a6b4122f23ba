"""Inside a natural village: main streets from its middle, lanes off them, a back lane here and there, homes along all.

Each street has the half sector on either side of it to itself: a lane ends before the line midway to the next street and
inside its cell, so lanes never cross each other, another village's lanes or a country road.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.worlds.fabric import Fabric
from examples.worlds.growth import Ints, Numbers
from examples.worlds.roads import NONE, TRACK, Roads, half_edges
from examples.worlds.villages import Villages

HOME_M2 = 430.0  # ground a country home takes, with its share of lanes
LANE_M = 31.0  # between two lanes
FRONT_M = 11.0  # along the street from one home to the next
SETBACK_M = 7.5  # from the street's middle to the front door
SHORTEST_LANE_M = 22.0


@dataclass(frozen=True)
class Arms:
    """Main streets: each starts in the middle of hamlet `hamlet`, runs at `angle` for `length` m.

    `edge` is the fabric edge whose road it is (-1: a street of its own), `left` and `right` the angle (radians) to the
    line midway to the next street on that side.
    """

    hamlet: Ints
    angle: Numbers
    length: Numbers
    edge: Ints
    left: Numbers
    right: Numbers
    start: Numbers

    @property
    def end(self) -> Numbers:
        """Where each main street ends (m)."""
        return self.at(np.arange(len(self.angle)), self.length)

    def at(self, arm: Ints, along: Numbers) -> Numbers:
        """Return the points `along` m out on the arms."""
        way = np.column_stack([np.cos(self.angle[arm]), np.sin(self.angle[arm])])
        return self.start[arm] + way * along[:, None]


@dataclass(frozen=True)
class Lanes:
    """Lanes: each leaves arm `arm` at `along` m on side `side` (1 left, -1 right) and runs from `start` to `end`."""

    arm: Ints
    along: Numbers
    side: Ints
    start: Numbers
    end: Numbers


def main_streets(fabric: Fabric, villages: Villages, roads: Roads, homes: Numbers, rng: np.random.Generator) -> Arms:
    """Return every hamlet's main streets: its roads' first metres, and streets of its own where there is a wide gap."""
    reach = np.sqrt(np.maximum(homes, 8) * HOME_M2 / np.pi) * 1.8
    room = _room(fabric)[villages.hamlet]
    row = np.full(len(fabric.centre), -1)
    row[villages.hamlet] = np.arange(len(villages.hamlet))
    edge, here, there = half_edges(fabric, (roads.rank != NONE) & (roads.rank != TRACK), villages.hamlet)
    away = fabric.centre[there] - fabric.centre[here]
    hamlet, angle = row[here], np.arctan2(away[:, 1], away[:, 0])
    order = np.lexsort((angle, hamlet))
    hamlet, angle, edge = hamlet[order], angle[order], edge[order]
    own_hamlet, own_angle = _streets_of_their_own(hamlet, angle, rng)
    hamlet, angle = np.concatenate([hamlet, own_hamlet]), np.concatenate([angle, own_angle])
    edge = np.concatenate([edge, np.full(len(own_hamlet), -1)])
    order = np.lexsort((angle, hamlet))
    hamlet, angle, edge = hamlet[order], angle[order], edge[order]
    gap = _gap_to_next(hamlet, angle)
    length = np.minimum(reach[hamlet] * rng.uniform(0.85, 1.1, len(hamlet)), room[hamlet])
    length = np.where(edge >= 0, np.minimum(length, 0.4 * fabric.length[edge]), length)
    start = fabric.centre[villages.hamlet[hamlet]]
    return Arms(hamlet, angle, length, edge, gap / 2, _gap_before(hamlet, gap) / 2, start)


def _room(fabric: Fabric) -> Numbers:
    """Return how far from its middle a cell's streets may reach and stay inside it."""
    nearest = np.full(len(fabric.centre), np.inf)
    np.minimum.at(nearest, fabric.edges.ravel(), np.repeat(fabric.length, 2))
    return 0.46 * nearest


def _streets_of_their_own(hamlet: Ints, angle: Numbers, rng: np.random.Generator) -> tuple[Ints, Numbers]:
    """Return streets that fill the wide gaps (over 95-150 degrees) between a hamlet's roads, evenly but not exactly."""
    gap = _gap_to_next(hamlet, angle)
    wide = np.radians(rng.uniform(95, 150, hamlet.max() + 1))[hamlet] if len(hamlet) else gap
    extra = np.maximum(np.ceil(gap / wide).astype(int) - 1, 0)
    which = np.repeat(np.arange(len(gap)), extra)
    step = np.arange(len(which)) - np.repeat(np.cumsum(extra) - extra, extra) + 1
    turned = angle[which] + gap[which] * step / (extra[which] + 1) + rng.uniform(-0.17, 0.17, len(which))
    return hamlet[which], (turned + np.pi) % (2 * np.pi) - np.pi


def _gap_to_next(hamlet: Ints, angle: Numbers) -> Numbers:
    """Return the angle to the next street counter-clockwise in the same hamlet; a full turn where there is no other."""
    last = np.append(hamlet[1:] != hamlet[:-1], True)
    first = np.append(True, last[:-1])
    following = np.append(angle[1:], 0.0)
    following[last] = angle[first] + 2 * np.pi
    return following - angle


def _gap_before(hamlet: Ints, gap: Numbers) -> Numbers:
    last = np.append(hamlet[1:] != hamlet[:-1], True)
    first = np.append(True, last[:-1])
    before = np.append(0.0, gap[:-1])
    before[first] = gap[last]
    return before


def lanes_off(arms: Arms, rng: np.random.Generator) -> Lanes:
    """Return the lanes: one about every 31 m on either side, as long as its half sector and its hamlet have room."""
    count = np.maximum(((arms.length - 16.0) / LANE_M).astype(int), 0)
    arm = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(arm)) - np.repeat(np.cumsum(count) - count, count)
    along = 21.0 + LANE_M * step + rng.uniform(-5, 5, len(arm))
    arm, along = np.repeat(arm, 2), np.repeat(along, 2)
    side = np.tile([1, -1], len(arm) // 2)
    lean = np.pi / 2 + rng.uniform(-0.12, 0.12, len(arm))
    half = np.where(side > 0, arms.left[arm], arms.right[arm])
    far = np.sin(lean - half)
    until = np.where(far > 0.05, along * np.sin(np.minimum(half, 3.0)) / np.maximum(far, 0.05), np.inf)
    edge_of_hamlet = np.sqrt(np.maximum((1.08 * arms.length[arm]) ** 2 - along**2, 0.0))
    length = np.minimum(0.9 * until, edge_of_hamlet) * rng.uniform(0.8, 1.0, len(arm))
    kept = (length >= SHORTEST_LANE_M) & (rng.random(len(arm)) < 0.93)
    arm, along, side, lean, length = arm[kept], along[kept], side[kept], lean[kept], length[kept]
    turn = arms.angle[arm] + side * lean
    start = arms.at(arm, along)
    return Lanes(arm, along, side, start, start + length[:, None] * np.column_stack([np.cos(turn), np.sin(turn)]))


@dataclass(frozen=True)
class Plots:
    """Places for a home (or a public building): `xy`, and the `street` they front at `foot`, `along` m from its start."""

    xy: Numbers
    foot: Numbers
    street: Ints
    along: Numbers


def plots(start: Numbers, end: Numbers, *, front_m: float, setback_m: float, first_m: float) -> Plots:
    """Return plots on both sides of straight streets, from `first_m` of each end."""
    way = end - start
    length = np.hypot(*way.T)
    count = np.maximum(np.floor((length - 2 * first_m) / front_m).astype(int) + 1, 0)
    street = np.repeat(np.arange(len(count)), count)
    along = first_m + front_m * (np.arange(len(street)) - np.repeat(np.cumsum(count) - count, count))
    street, along = np.repeat(street, 2), np.repeat(along, 2)
    side = np.tile([1.0, -1.0], len(street) // 2)
    unit = way[street] / length[street][:, None]
    across = np.column_stack([-unit[:, 1], unit[:, 0]])
    foot = start[street] + unit * along[:, None]
    return Plots(foot + across * (side * setback_m)[:, None], foot, street, along)


def back_lanes(lanes: Lanes, arms: Arms, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return pairs of lanes, next to each other on the same side of an arm, whose ends a back lane joins."""
    order = np.lexsort((lanes.along, lanes.side, lanes.arm))
    one, two = order[:-1], order[1:]
    beside = (lanes.arm[one] == lanes.arm[two]) & (lanes.side[one] == lanes.side[two])
    near = np.hypot(*(lanes.end[one] - lanes.end[two]).T) < 2.2 * LANE_M
    big = arms.length[lanes.arm[one]] > 90.0
    kept = (
        beside
        & near
        & (lanes.along[two] - lanes.along[one] < 1.5 * LANE_M)
        & (rng.random(len(one)) < np.where(big, 0.5, 0.25))
    )
    return one[kept], two[kept]


def used_length(street: Ints, along: Numbers, count: int) -> Numbers:
    """Return how far out the last home on each street is, 0 where there is none."""
    out = np.zeros(count)
    np.maximum.at(out, street, along)
    return out
