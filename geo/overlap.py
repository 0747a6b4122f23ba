"""How much of one shape another covers, where both may have been drawn anew a few metres off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# The same road surveyed twice lies so far apart at most; a narrow village street is about as wide (our choice, mark I).
SAME_WITHIN_M = 12.0
# A line is looked at every so many metres, which is less than what SAME_WITHIN_M blurs anyway.
STEP_M = 5.0


def covered_share(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the share (0-1) of `one` that lies on `other`: by area for two areas, else by points along or in `one`.

    Points and lines count as lying on what is at most SAME_WITHIN_M away; an empty shape has a share of 0.
    """
    if one.is_empty or other.is_empty:
        return 0.0
    if _is_areal(one) and _is_areal(other) and one.area > 0:
        return float(shapely.intersection(shapely.make_valid(one), shapely.make_valid(other)).area / one.area)
    points = sampled(one)
    shapely.prepare(other)
    return float(shapely.dwithin(points, other, SAME_WITHIN_M).mean()) if len(points) else 0.0


def sampled(shape: BaseGeometry) -> NDArray[np.object_]:
    """Return points that stand for a shape: its points, its lines every STEP_M, the corners and inside of its areas."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    found = []
    for part in parts:
        dimension = shapely.get_dimensions(part)
        if dimension == 0:
            found.append(np.array([part], dtype=object))
        elif dimension == 1:
            steps = max(int(np.ceil(part.length / STEP_M)), 1)
            found.append(shapely.line_interpolate_point(part, np.linspace(0, 1, steps + 1), normalized=True))
        else:
            found.append(_inside(part))
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def _inside(area: BaseGeometry, side: int = 15) -> NDArray[np.object_]:
    """Return up to side x side points of a grid that lie in the area, or one point in it if it is too thin for them."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(np.linspace(west, east, side + 2)[1:-1], np.linspace(south, north, side + 2)[1:-1])
    points = shapely.points(x.ravel(), y.ravel())
    inside = points[shapely.contains(area, points)]
    return inside if len(inside) else np.array([area.representative_point()], dtype=object)


def _is_areal(shape: BaseGeometry) -> bool:
    return bool(shapely.get_type_id(shape) in (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
