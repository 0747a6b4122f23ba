"""The country's roads: from cell to cell, by rank, so that they can only meet where they share a cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from examples.worlds.fabric import Fabric, inland, streets, waves
from examples.worlds.growth import Flags, Ints, Numbers, grow, joins, tree, walked
from examples.worlds.size import Size
from examples.worlds.villages import Villages

# Ranks in the order they are laid; a road keeps the highest rank that runs over it.
COUNTY, TOWNSHIP, VILLAGE, TRACK, STREET = range(5)
NONE = -1


@dataclass(frozen=True)
class Roads:
    """Which fabric edges carry a road, of what rank (NONE where there is none), and which of them are bridges."""

    rank: Ints
    bridge: Flags


def lay_roads(fabric: Fabric, villages: Villages, size: Size, rng: np.random.Generator) -> Roads:
    """Return the roads: a county road between towns and out of the world, township roads, village roads, field tracks."""
    free = _passable(fabric, villages)
    weight = _weight(fabric, rng)
    weight[~free] = np.inf
    rank = np.full(len(fabric.edges), NONE)
    grid = streets(fabric)
    rank[grid & (rng.random(len(fabric.edges)) > 0.07)] = STREET
    _lay(rank, COUNTY, _between_towns(fabric, villages, weight, rng))
    _lay(rank, TOWNSHIP, _between_villages(fabric, villages, _shared(weight, rank, 0.35), rng))
    _lay(rank, VILLAGE, _to_hamlets(fabric, villages, _shared(weight, rank, 0.2), rank))
    _lay(rank, TRACK, _tracks(fabric, villages, rank, free, size, rng))
    rank[grid & (rank != NONE)] = STREET  # whatever road passes through a town is its street there
    _mend_grid(fabric, rank)
    return Roads(rank, fabric.wet & (rank != NONE))


def _lay(rank: Ints, new: int, on: Flags) -> None:
    rank[on & (rank == NONE)] = new


def _passable(fabric: Fabric, villages: Villages) -> Flags:
    """Return which edges may carry a road: on land, no diagonal of a street grid, no border of a village cut off."""
    a, b = fabric.edges[:, 0], fabric.edges[:, 1]
    diagonal = (fabric.seat_of[a] >= 0) & (fabric.seat_of[a] == fabric.seat_of[b]) & ~streets(fabric)
    ua, ub = villages.of_cell[a], villages.of_cell[b]
    severed = (ua != ub) & (villages.cut_off[ua] | villages.cut_off[ub])
    return inland(fabric) & ~diagonal & ~severed


def _weight(fabric: Fabric, rng: np.random.Generator) -> Numbers:
    """Return what it costs to build along each edge: its length, dearer over hills, far dearer over water."""
    hills = np.exp(0.55 * waves(fabric.centre[fabric.edges].mean(axis=1), 1500.0, rng))
    weight = fabric.length * hills * rng.uniform(0.8, 1.25, len(fabric.edges)) * np.where(fabric.wet, 9.0, 1.0)
    # A border that does not lie between its two cells would put the road into a third one.
    middle = fabric.centre[fabric.edges].mean(axis=1)
    near = np.hypot(*(fabric.corner[fabric.corners].mean(axis=1) - middle).T)
    return np.where(near > 0.6 * fabric.length, weight * 4.0, weight)


def _shared(weight: Numbers, rank: Ints, discount: float) -> Numbers:
    return np.where(rank != NONE, weight * discount, weight)


def _between_towns(fabric: Fabric, villages: Villages, weight: Numbers, rng: np.random.Generator) -> Flags:
    """Return the county roads: a tree over the towns with a few loops, and a way out of the world at several ends."""
    towns = int(villages.town.max()) + 1
    seats = villages.seat[:towns]
    exits = _exits(fabric, villages, max(2, round(2.2 * np.sqrt(towns))), rng)
    seeds = np.concatenate([seats, exits])
    straight = np.where(streets(fabric), weight * 0.6, weight)
    growth = grow(len(fabric.centre), fabric.edges, straight, seeds, np.arange(len(seeds)))
    found = joins(growth, fabric.edges, straight)
    keep = tree(found)
    loops = (found.b < towns) & (rng.random(len(found.a)) < 0.2)
    return walked(growth, fabric.edges, found.edge[keep | loops])


def _exits(fabric: Fabric, villages: Villages, count: int, rng: np.random.Generator) -> Ints:
    """Return cells at the edge of the world, in directions evenly turned, where county roads leave it."""
    cells = fabric.edges[~inland(fabric)].ravel()
    shore = np.unique(cells[fabric.land[cells]])
    shore = shore[~villages.cut_off[villages.of_cell[shore]]]
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(count) / count + rng.uniform(-0.25, 0.25, count)
    reach = np.hypot(*fabric.centre[shore].T).max()
    aim = reach * np.column_stack([np.cos(turn), np.sin(turn)])
    return np.unique(shore[cKDTree(fabric.centre[shore]).query(aim)[1]])


def _between_villages(fabric: Fabric, villages: Villages, weight: Numbers, rng: np.random.Generator) -> Flags:
    growth = grow(len(fabric.centre), fabric.edges, weight, villages.seat, np.arange(len(villages.seat)))
    found = joins(growth, fabric.edges, weight)
    keep = tree(found)
    short = found.cost < np.median(found.cost) if len(found.cost) else np.zeros(0, dtype=bool)
    return walked(growth, fabric.edges, found.edge[keep | (short & (rng.random(len(keep)) < 0.22))])


def _to_hamlets(fabric: Fabric, villages: Villages, weight: Numbers, rank: Ints) -> Flags:
    """Return the cheapest roads that tie every natural village to the roads there are."""
    on_road = np.unique(fabric.edges[rank != NONE].ravel())
    loose = villages.hamlet[~np.isin(villages.hamlet, on_road)]
    seeds = np.concatenate([on_road, loose])
    labels = np.concatenate([np.zeros(len(on_road), dtype=np.int64), 1 + np.arange(len(loose))])
    growth = grow(len(fabric.centre), fabric.edges, weight, seeds, labels)
    found = joins(growth, fabric.edges, weight)
    return walked(growth, fabric.edges, found.edge[tree(found)])


def _tracks(fabric: Fabric, villages: Villages, rank: Ints, free: Flags, size: Size, rng: np.random.Generator) -> Flags:
    """Return field tracks: dry free edges that leave a road, never into a natural village or a town."""
    n = len(fabric.centre)
    shut = fabric.seat_of >= 0
    shut[villages.hamlet] = True
    on_road = np.zeros(n, dtype=bool)
    on_road[fabric.edges[rank != NONE].ravel()] = True
    a, b = fabric.edges[:, 0], fabric.edges[:, 1]
    may = free & ~fabric.wet & ~shut[a] & ~shut[b] & (rank == NONE)
    first = may & (on_road[a] ^ on_road[b]) & (rng.random(len(a)) < size.tracks * 3)
    reached = on_road.copy()
    reached[fabric.edges[first].ravel()] = True
    second = may & (reached[a] ^ reached[b]) & (rng.random(len(a)) < size.tracks)
    return first | second


def _mend_grid(fabric: Fabric, rank: Ints) -> None:
    """Give back the streets without which a corner of a town would have lost its last one."""
    grid = np.flatnonzero(fabric.seat_of >= 0)
    degree = np.bincount(fabric.edges[rank != NONE].ravel(), minlength=len(fabric.centre))
    lonely = grid[degree[grid] < 2]
    mine = streets(fabric) & np.isin(fabric.edges, lonely).any(axis=1)
    rank[mine & (rank == NONE)] = STREET


def half_edges(fabric: Fabric, chosen: Flags, at: Ints) -> tuple[Ints, Ints, Ints]:
    """Return (edge, here, there) for each chosen edge seen from those of its ends that are in `at`."""
    rows = np.flatnonzero(chosen)
    edge = np.concatenate([rows, rows])
    here = np.concatenate([fabric.edges[rows, 0], fabric.edges[rows, 1]])
    there = np.concatenate([fabric.edges[rows, 1], fabric.edges[rows, 0]])
    kept = np.isin(here, at)
    return edge[kept], here[kept], there[kept]
