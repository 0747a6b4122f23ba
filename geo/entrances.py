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
    edge; where a road comes within ENTRANCE_M, also at the spot of its edge nearest to each vertex of the road, and at
    each corner of its own that is as near to the road. Where no road comes that near, it is entered at the spot of its
    edge nearest to any road. It is never entered at its centre.
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
    if not len(edges):
        return np.array([], dtype=object), np.zeros(0, np.int64)
    tree = shapely.STRtree(roads)
    edge, road = tree.query(edges, predicate="dwithin", distance=ENTRANCE_M)
    crossing, at_crossing = shapely.get_coordinates(shapely.intersection(edges[edge], roads[road]), return_index=True)
    spots, of_spot = _vertices_near(roads[road], edges[edge])
    corners, of_corner = _vertices_near(edges[edge], roads[road])
    point = np.concatenate([shapely.points(crossing), _nearest_on(edges[edge[of_spot]], spots), corners])
    owner = np.concatenate([edge[at_crossing], edge[of_spot], edge[of_corner]])
    lonely = np.setdiff1d(np.arange(len(edges)), owner)
    point = np.concatenate([point, _nearest_to_any(edges[lonely], roads, tree)])
    return _once(point, np.concatenate([owner, lonely]))


def _vertices_near(lines: Shapes, others: Shapes) -> tuple[Shapes, Rows]:
    """Return the vertices of each line that lie within ENTRANCE_M of the other beside it, and the row of each."""
    coordinates, row = shapely.get_coordinates(lines, return_index=True)
    vertices = shapely.points(coordinates)
    near = shapely.dwithin(vertices, others[row], ENTRANCE_M)
    return vertices[near], row[near]


def _nearest_on(edges: Shapes, spots: Shapes) -> Shapes:
    """Return the point of each edge nearest to its spot."""
    points: Shapes = shapely.get_point(shapely.shortest_line(edges, spots), 0)
    return points


def _nearest_to_any(edges: Shapes, roads: Shapes, tree: shapely.STRtree) -> Shapes:
    """Return the point of each edge nearest to any road; where there is no road at all, a point of the edge."""
    if not len(roads) or not len(edges):
        return shapely.point_on_surface(edges)  # type: ignore[no-any-return]
    return _nearest_on(edges, roads[tree.nearest(edges)])


def _once(point: Shapes, owner: Rows) -> tuple[Shapes, Rows]:
    """Return each entrance once, in order of its facility and then of its coordinates."""
    rows = np.column_stack([owner.astype(float), shapely.get_coordinates(point)])
    unique = np.unique(rows, axis=0)
    return shapely.points(unique[:, 1:]), unique[:, 0].astype(np.int64)
