"""The land as cells: a Voronoi fabric whose neighbours are where roads may run and whose borders are where rivers may.

Roads go from cell centre to cell centre, so two of them can only meet where a cell is; rivers and village borders follow
cell borders, so villages tile the land exactly and a road meets a river in the middle of an edge: there is the bridge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi, cKDTree

from examples.worlds.growth import Flags, Ints, Numbers, edge_index
from examples.worlds.size import VILLAGE_M2, Size

Outline = Callable[[Numbers], Numbers]

BLOCK_M = (118.0, 92.0)  # a block of the town seat
BLOCKS = (8, 6)


@dataclass(frozen=True)
class Fabric:
    """Cells of land and their neighbourhood.

    `centre` (m) of each cell; `edges` the pairs of neighbouring cells, sorted, with `length` (m) and the two `corners`
    (rows of `corner`, m) of the border between them; `land` which cells belong to the world; `grid` the column and row
    in the street grid of town seat `seat_of` (-1 for country cells); `wet` the edges that a river flows between.
    """

    centre: Numbers
    edges: Ints
    length: Numbers
    corners: Ints
    corner: Numbers
    land: Flags
    seat_of: Ints
    grid: Ints
    wet: Flags


def lay_fabric(size: Size, rng: np.random.Generator) -> Fabric:
    """Return the cells of a world: an irregular outline, a jittered lattice of country cells, a street grid per town."""
    radius = np.sqrt(size.villages * VILLAGE_M2 / np.pi)
    pitch = np.sqrt(VILLAGE_M2 / size.cells * 2 / np.sqrt(3))
    outline = _outline(radius, rng)
    seats = spread(size.towns, radius, outline, rng)
    grid_xy, seat_of, grid = _street_grids(seats, rng)
    country = _lattice(pitch, 1.35 * radius + 6 * pitch, rng)
    reach = np.hypot(*country.T) - outline(np.arctan2(country[:, 1], country[:, 0]))
    country = country[reach < 4 * pitch]
    near_grid = cKDTree(grid_xy).query(country, distance_upper_bound=0.62 * pitch)[0] < np.inf
    country = country[~near_grid]
    centre = np.concatenate([grid_xy, country])
    n_country = len(country)
    inside = np.hypot(*centre.T) < outline(np.arctan2(centre[:, 1], centre[:, 0]))
    diagram = Voronoi(centre)
    edges, corners = _sorted_edges(diagram, inside)
    length = np.hypot(*(centre[edges[:, 0]] - centre[edges[:, 1]]).T)
    return Fabric(
        centre,
        edges,
        length,
        corners,
        diagram.vertices,
        inside,
        np.concatenate([seat_of, np.full(n_country, -1)]),
        np.concatenate([grid, np.full((n_country, 2), -1)]),
        np.zeros(len(edges), dtype=bool),
    )


def spread(
    count: int, radius: float, outline: Outline, rng: np.random.Generator, avoid: Numbers | None = None
) -> Numbers:
    """Return exactly `count` points spread evenly but not regularly inside the outline, away from `avoid`."""
    if count == 1 and avoid is None:
        return rng.uniform(-0.12, 0.12, (1, 2)) * radius
    pitch = radius * np.sqrt(np.pi / max(count, 1) * 2 / np.sqrt(3))
    while True:
        points = _lattice(pitch, 1.35 * radius, rng)
        inside = np.hypot(*points.T) < 0.97 * outline(np.arctan2(points[:, 1], points[:, 0]))
        points = points[inside]
        if avoid is not None:
            points = points[cKDTree(avoid).query(points)[0] > 0.62 * pitch]
        if len(points) >= count:
            return points[np.sort(rng.permutation(len(points))[:count])]
        pitch *= 0.985


def _lattice(pitch: float, reach: float, rng: np.random.Generator) -> Numbers:
    """Return a triangular lattice over the square of half side `reach`, each point moved by up to 0.24 of the pitch."""
    rows = int(np.ceil(reach / (pitch * np.sqrt(3) / 2)))
    columns = int(np.ceil(reach / pitch))
    j, i = np.mgrid[-rows : rows + 1, -columns : columns + 1]
    x = (i + 0.5 * (j % 2)) * pitch
    y = j * pitch * np.sqrt(3) / 2
    points = np.column_stack([x.ravel(), y.ravel()])
    return points + rng.uniform(-0.24, 0.24, points.shape) * pitch


def _outline(radius: float, rng: np.random.Generator) -> Outline:
    """Return the world's edge as distance from the middle by direction: a circle with five slow waves on it."""
    order = np.arange(2, 7)
    size = np.array([0.16, 0.09, 0.06, 0.05, 0.035]) * rng.uniform(0.7, 1.2, 5)
    phase = rng.uniform(0, 2 * np.pi, 5)

    def edge(angle: Numbers) -> Numbers:
        return radius * (1 + (size * np.cos(order * np.asarray(angle)[..., None] + phase)).sum(axis=-1))

    return edge


def _street_grids(seats: Numbers, rng: np.random.Generator) -> tuple[Numbers, Ints, Ints]:
    """Return the cells of every town seat: a turned grid of blocks, with the seat they belong to, column and row."""
    j, i = np.mgrid[: BLOCKS[1], : BLOCKS[0]]
    local = np.column_stack(
        [(i.ravel() - (BLOCKS[0] - 1) / 2) * BLOCK_M[0], (j.ravel() - (BLOCKS[1] - 1) / 2) * BLOCK_M[1]]
    )
    turn = rng.uniform(-0.5, 0.5, len(seats))
    x = local[:, 0] * np.cos(turn)[:, None] - local[:, 1] * np.sin(turn)[:, None]
    y = local[:, 0] * np.sin(turn)[:, None] + local[:, 1] * np.cos(turn)[:, None]
    points = np.stack([x, y], axis=-1) + seats[:, None, :] + rng.uniform(-7, 7, (len(seats), len(local), 2))
    grid = np.tile(np.column_stack([i.ravel(), j.ravel()]), (len(seats), 1))
    return points.reshape(-1, 2), np.repeat(np.arange(len(seats)), len(local)), grid.astype(np.int64)


def _sorted_edges(diagram: Voronoi, inside: Flags) -> tuple[Ints, Ints]:
    """Return neighbouring cells (lower first, sorted, at least one on land) and the corners of their border."""
    pairs = np.sort(diagram.ridge_points, axis=1).astype(np.int64)
    corners = np.array(diagram.ridge_vertices, dtype=np.int64)
    kept = (corners >= 0).all(axis=1) & (inside[pairs[:, 0]] | inside[pairs[:, 1]])
    order = np.lexsort((pairs[kept, 1], pairs[kept, 0]))
    return pairs[kept][order], corners[kept][order]


def inland(fabric: Fabric) -> Flags:
    """Return which edges have land on both sides."""
    a, b = fabric.edges.T
    return fabric.land[a] & fabric.land[b]


def streets(fabric: Fabric) -> Flags:
    """Return which edges are streets of a town seat: between cells next to each other in the same grid."""
    a, b = fabric.edges[:, 0], fabric.edges[:, 1]
    same = (fabric.seat_of[a] >= 0) & (fabric.seat_of[a] == fabric.seat_of[b])
    return same & (np.abs(fabric.grid[a] - fabric.grid[b]).sum(axis=1) == 1)


def river(fabric: Fabric, count: int, rng: np.random.Generator) -> Flags:
    """Return which edges have a river between their cells: `count` rivers from edge to edge of the world."""
    n = len(fabric.corner)
    usable = np.flatnonzero(inland(fabric))
    pairs = np.sort(fabric.corners[usable], axis=1)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    usable, pairs = usable[order], pairs[order]
    cost = _river_cost(fabric, usable, rng)
    graph = coo_matrix((cost, (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    wet = np.zeros(len(fabric.edges), dtype=bool)
    shore = np.unique(pairs.ravel())
    for index in range(count):
        start, end = _banks(fabric.corner[shore], index, count, rng)
        before = dijkstra(graph, directed=False, indices=shore[start], return_predecessors=True)[1]
        way = [int(shore[end])]
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
        wet[usable[edge_index(n, pairs, np.column_stack([way[:-1], way[1:]]))]] = True
    return wet


def _river_cost(fabric: Fabric, edge: Ints, rng: np.random.Generator) -> Numbers:
    """Return how unwilling a river is to flow along each edge's border: through hills, through a town, far from one."""
    ends = fabric.corner[fabric.corners[edge]]
    middle = ends.mean(axis=1)
    in_town = (fabric.seat_of[fabric.edges[edge]] >= 0).any(axis=1)
    cost = np.hypot(*(ends[:, 0] - ends[:, 1]).T) + 1.0
    cost *= np.exp(1.1 * waves(middle, 1400.0, rng)) * np.where(in_town, 60.0, 1.0)
    town = cKDTree(fabric.centre[fabric.seat_of >= 0]).query(middle)[0]
    return cost * (1 - 0.7 * np.exp(-((town / 1800.0) ** 2)))


def _banks(corner: Numbers, index: int, count: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return two corners on opposite sides of the world, the rivers side by side from north-west to south-east."""
    reach = np.abs(corner).max()
    offset = ((index + 0.5) / count - 0.5) * 1.6 * reach
    tilt = rng.uniform(-0.35, 0.35)
    across = np.array([-np.sin(tilt), np.cos(tilt)])
    along = np.array([np.cos(tilt), np.sin(tilt)])
    off = np.abs(corner @ across - offset)
    return int(np.argmin(corner @ along + 0.9 * off)), int(np.argmin(-(corner @ along) + 0.9 * off))


def waves(points: Numbers, length_m: float, rng: np.random.Generator) -> Numbers:
    """Return a smooth random height at each point, about -1 to 1, rising and falling over `length_m`."""
    angle = rng.uniform(0, 2 * np.pi, 8)
    number = 2 * np.pi / (length_m * rng.uniform(0.7, 1.8, 8))
    phase = rng.uniform(0, 2 * np.pi, 8)
    height = np.zeros(len(points))
    for a, k, p in zip(angle, number, phase, strict=True):
        height += np.cos(k * (points[:, 0] * np.cos(a) + points[:, 1] * np.sin(a)) + p)
    return height / 4.0
