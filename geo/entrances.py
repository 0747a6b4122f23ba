"""Where one enters a facility: a point is its own entrance, a park is entered where roads come to its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

# A road that comes this near to the edge of a park is taken to lead into it: half a street and its pavement. Our choice.
ENTRANCE_M = 15.0


@dataclass(frozen=True)
class Entrances:
    """Points by which facilities are entered; `facility` is the row each belongs to, in rising order."""

    facility: Rows
    point: Shapes


def entrances(places: Shapes, roads: gpd.GeoDataFrame) -> Entrances:
    """Return every facility's entrances, at least one for each that has a place.

    A point is entered where it is, several points at each. An area (or a line) is entered wherever a road crosses its
    edge; where a road comes within ENTRANCE_M, also at the spot of its edge nearest to each vertex of the road that is so
    near, and at each corner of its own that is as near to the road. Where none comes that near, the roads nearest to it
    are taken in the same way. It is never entered at its centre.
    """
    kind = shapely.get_type_id(places)
    is_point = np.isin(kind, (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT))
    own, of = shapely.get_parts(places[is_point], return_index=True)
    wide = np.flatnonzero(~is_point & (kind >= 0) & ~shapely.is_empty(places))
    at, owner = _on_edges(_edges(places[wide]), roads.geometry.to_numpy())
    facility = np.concatenate([np.flatnonzero(is_point)[of], wide[owner]])
    point = np.concatenate([own, at])
    order = np.argsort(facility, kind="stable")
    return Entrances(facility[order], point[order])


def _edges(places: Shapes) -> Shapes:
    is_area = np.isin(shapely.get_type_id(places), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    edges: Shapes = np.where(is_area, shapely.boundary(places), places)
    return edges


def _on_edges(edges: Shapes, roads: Shapes) -> tuple[Shapes, Rows]:
    """Return the entrances along these edges and the edge each is on."""
    if not len(edges) or not len(roads):
        return shapely.point_on_surface(edges), np.arange(len(edges))
    tree = shapely.STRtree(roads)
    limit_m = limits_m(edges, tree)
    edge, road = tree.query(edges, predicate="dwithin", distance=limit_m)
    crossing, at_crossing = shapely.get_coordinates(shapely.intersection(edges[edge], roads[road]), return_index=True)
    spots, of_spot = _vertices_near(roads[road], edges[edge], limit_m[edge])
    corners, of_corner = _vertices_near(edges[edge], roads[road], limit_m[edge])
    point = np.concatenate([shapely.points(crossing), _nearest_on(edges[edge[of_spot]], spots), corners])
    return _once(point, np.concatenate([edge[at_crossing], edge[of_spot], edge[of_corner]]))


def limits_m(edges: Shapes, tree: shapely.STRtree) -> Numbers:
    """Return how near a road has to be to each edge: ENTRANCE_M, or as near as the nearest if none is."""
    (edge, _), distance = tree.query_nearest(edges, return_distance=True, all_matches=False)
    limits: Numbers = np.full(len(edges), ENTRANCE_M)
    limits[edge] = np.maximum(ENTRANCE_M, distance * (1 + 1e-12) + 1e-9)
    return limits


def _vertices_near(lines: Shapes, others: Shapes, limit_m: Numbers) -> tuple[Shapes, Rows]:
    """Return the vertices of each line that are within its limit of the other beside it, and the row of each."""
    coordinates, row = shapely.get_coordinates(lines, return_index=True)
    vertices = shapely.points(coordinates)
    near = shapely.dwithin(vertices, others[row], limit_m[row])
    return vertices[near], row[near]


def _nearest_on(edges: Shapes, spots: Shapes) -> Shapes:
    """Return the point of each edge nearest to its spot."""
    points: Shapes = shapely.get_point(shapely.shortest_line(edges, spots), 0)
    return points


def _once(point: Shapes, owner: Rows) -> tuple[Shapes, Rows]:
    """Return each entrance once, in order of its facility and then of its coordinates."""
    rows = np.column_stack([owner.astype(float), shapely.get_coordinates(point)])
    unique = np.unique(rows, axis=0)
    return shapely.points(unique[:, 1:]), unique[:, 0].astype(np.int64)
