"""Villages: which cells belong to which, which town they answer to, and the exact tiling they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from examples.worlds.bend import Bend, rounded
from examples.worlds.fabric import Fabric, inland, spread, waves
from examples.worlds.growth import Flags, Ints, Numbers, grow
from examples.worlds.size import VILLAGE_M2, Size

RIVER_BARS = 9.0  # a village seldom holds land on both banks


@dataclass(frozen=True)
class Villages:
    """The villages of a world, town seats first.

    `seat` is each one's cell (of its main settlement), `town` the town seat it answers to, `of_cell` the village of
    every cell (-1 off the land), `cut_off` which have lost their bridges, `hamlet` the cells of all natural villages
    (自然村), each with its `hamlet_village`; a village's seat is its first hamlet, but a town seat has none there.
    """

    seat: Ints
    town: Ints
    of_cell: Ints
    cut_off: Flags
    hamlet: Ints
    hamlet_village: Ints


def settle(fabric: Fabric, size: Size, rng: np.random.Generator) -> tuple[Fabric, Villages]:
    """Return villages grown over the fabric, and the fabric with streams around those that are cut off."""
    seat = _seats(fabric, size, rng)
    land = inland(fabric)
    weight = fabric.length * rng.uniform(0.7, 1.3, len(fabric.edges)) * np.where(fabric.wet, RIVER_BARS, 1.0)
    weight[~land] = np.inf
    n = len(fabric.centre)
    of_cell = grow(n, fabric.edges, weight, seat, np.arange(len(seat))).label
    town = grow(n, fabric.edges, weight, seat[: size.towns], np.arange(size.towns)).label[seat]
    cut_off = _cut_off(fabric, of_cell, seat, size)
    border = land & (of_cell[fabric.edges[:, 0]] != of_cell[fabric.edges[:, 1]])
    fabric = replace(fabric, wet=fabric.wet | (border & cut_off[of_cell[fabric.edges]].any(axis=1)))
    hamlet, owner = _hamlets(fabric, of_cell, seat, size, rng)
    return fabric, Villages(seat, town, of_cell, cut_off, hamlet, owner)


def _seats(fabric: Fabric, size: Size, rng: np.random.Generator) -> Ints:
    """Return one cell a village: the middle of each town's grid, then country cells well apart, away from the river."""
    middle = np.flatnonzero((fabric.grid[:, 0] == 4) & (fabric.grid[:, 1] == 3))
    rural = size.villages - size.towns
    if not rural:
        return middle
    radius = np.sqrt(size.villages * VILLAGE_M2 / np.pi)
    shore = np.hypot(*fabric.centre[_shore(fabric)].T)
    angle = np.arctan2(*fabric.centre[_shore(fabric)].T[::-1])
    order = np.argsort(angle)

    def outline(at: Numbers) -> Numbers:
        return np.interp(at, angle[order], shore[order], period=2 * np.pi)

    points = spread(rural, radius, outline, rng, fabric.centre[middle])
    degree = np.bincount(fabric.edges[fabric.wet].ravel(), minlength=len(fabric.centre))
    dry = np.flatnonzero(fabric.land & (fabric.seat_of < 0) & (degree == 0) & ~_beside_town(fabric))
    chosen = _nearest_each_once(fabric.centre[dry], points)
    return np.concatenate([middle, dry[chosen]])


def _nearest_each_once(places: Numbers, points: Numbers) -> Ints:
    """Return for each point the nearest place that no earlier point took."""
    near = cKDTree(places).query(points, k=min(12, len(places)))[1]
    taken: set[int] = set()
    chosen = []
    for row in near:
        pick = next(int(place) for place in row if int(place) not in taken)
        taken.add(pick)
        chosen.append(pick)
    return np.array(chosen, dtype=np.int64)


def _shore(fabric: Fabric) -> Ints:
    """Return land cells that have a neighbour off the land."""
    cells = fabric.edges[~inland(fabric)].ravel()
    return np.unique(cells[fabric.land[cells]])


def _beside_town(fabric: Fabric) -> Flags:
    """Return which country cells touch a street grid."""
    beside = np.zeros(len(fabric.centre), dtype=bool)
    mixed = (fabric.seat_of[fabric.edges] >= 0).any(axis=1)
    beside[fabric.edges[mixed].ravel()] = True
    return beside & (fabric.seat_of < 0)


def _cut_off(fabric: Fabric, of_cell: Ints, seat: Ints, size: Size) -> Flags:
    """Return which villages are cut off: at the world's edge, far from town, and no other village's only way out."""
    cut = np.zeros(len(seat), dtype=bool)
    if not size.cut_off:
        return cut
    shore = _shore(fabric)
    at_edge = np.unique(of_cell[shore])
    towns = cKDTree(fabric.centre[seat[: size.towns]])
    far = towns.query(fabric.centre[seat])[0]
    order = [v for v in at_edge[np.argsort(-far[at_edge], kind="stable")] if v >= size.towns]
    pairs = np.unique(np.sort(of_cell[fabric.edges[inland(fabric)]], axis=1), axis=0)
    pieces = _pieces(pairs, cut)
    for village in order[len(order) // 6 :]:
        cut[village] = True
        now = _pieces(pairs, cut)
        if now == pieces + 1:
            pieces = now
        else:
            cut[village] = False
        if cut.sum() == size.cut_off:
            break
    return cut


def _pieces(pairs: Ints, cut: Flags) -> int:
    """Return into how many pieces the villages fall when no road crosses the borders of those cut off."""
    a, b = pairs[~cut[pairs].any(axis=1)].T
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(len(cut), len(cut)))
    return int(connected_components(graph, directed=False)[0])


def _hamlets(fabric: Fabric, of_cell: Ints, seat: Ints, size: Size, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the cells of natural villages, 2-6 a village, no two in touching cells, seats first of each village."""
    n = len(fabric.centre)
    key = rng.random(n) + 0.9 * _fertile(fabric, rng)
    key[(fabric.seat_of >= 0) | _beside_town(fabric) | ~fabric.land] = -9.0
    key[_shore(fabric)] = -9.0
    key[seat[size.towns :]] = 99.0
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, fabric.edges.ravel(), key[fabric.edges[:, ::-1]].ravel())
    peak = np.flatnonzero(((key > highest) & (key > -5.0)) | (key == 99.0))
    village = of_cell[peak]
    order = np.lexsort((-key[peak], village))
    peak, village = peak[order], village[order]
    first = np.concatenate([[0], np.flatnonzero(np.diff(village)) + 1]) if len(village) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(village)) - np.repeat(first, np.diff(np.append(first, len(village))))
    wanted = rng.choice([2, 3, 4, 5, 6], size=len(seat), p=[0.06, 0.2, 0.32, 0.26, 0.16])
    kept = place < wanted[village]
    return peak[kept], village[kept]


def _fertile(fabric: Fabric, rng: np.random.Generator) -> Numbers:
    """Return where people like to live: by water, in the broad valleys."""
    return waves(fabric.centre, 2600.0, rng)


def tiling(fabric: Fabric, villages: Villages, bend: Bend) -> Numbers:
    """Return each village's polygon; together they tile the land without gap or overlap, sharing every border vertex."""
    a, b = villages.of_cell[fabric.edges].T
    inside = fabric.land[fabric.edges]
    a, b = np.where(inside[:, 0], a, -1), np.where(inside[:, 1], b, -1)
    border = a != b
    lines = smooth(fabric.corner[fabric.corners[border]], bend)
    faces = shapely.get_parts(shapely.polygonize(lines))
    seat = shapely.points(bend.points(fabric.centre[villages.seat]))
    rows, found = shapely.STRtree(faces).query(seat, predicate="within")
    polygons = np.full(len(villages.seat), None, dtype=object)
    polygons[rows] = faces[found]
    return polygons


def smooth(pieces: Numbers, bend: Bend) -> Numbers:
    """Return pieces of border or bank joined end to end, rounded where only two of them meet, and bent."""
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.linestrings(pieces))))
    return bend(shapely.segmentize(rounded(merged), 60.0))
