"""Geometries as a layer may have them: there, finite, flat, of the right type and valid; or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.readers.raw import WHOLE_FILE, Fault
from layers.schema import Shape
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

# A repair that moves more than this share of a polygon's area is a guess, and is left to whoever drew it.
MAX_AREA_CHANGE_SHARE = 0.01

_NAMES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_POINT, _LINE, _RING, _POLYGON, _POINTS, _LINES, _POLYGONS = range(7)
_ALLOWED: dict[Shape, tuple[int, ...]] = {
    "point": (_POINT,),
    "line": (_LINE, _LINES),
    "polygon_or_point": (_POINT, _POLYGON, _POLYGONS),
    "any": (_POINT, _LINE, _LINES, _POLYGON, _POLYGONS),
}


def checked_shapes(geometry: Geometries, shape: Shape) -> tuple[Geometries, list[Fault]]:
    """Return the geometries, flat and valid (None where there is none to use), and what had to be said about them.

    A MultiPoint of one part is a point, a ring is a line; MultiLineStrings stay whole here. Polygons that are not valid
    are repaired (make_valid, structure method) and the row counts as repaired; if that moves 1 % of the area or more,
    the row is rejected with the place where the outline crosses itself.
    """
    faults = _set_aside(geometry, shapely.is_missing(geometry) | shapely.is_empty(geometry), "no_geometry")
    kept = geometry.copy()
    kept[shapely.is_empty(geometry)] = None
    endless = _not_finite(kept)
    faults += _set_aside(kept, endless, "not_finite")
    kept[endless] = None
    high = shapely.has_z(kept) | shapely.has_m(kept)
    if high.any():
        kept = shapely.force_2d(kept)
        what = say("readers.z_dropped", count=int(high.sum()))
        faults.append(Fault(WHOLE_FILE, "geometry", "", what, say("readers.nothing_to_do"), "noted"))
    kept = _simplest(kept)
    kinds = shapely.get_type_id(kept)
    wrong = (kinds >= 0) & ~np.isin(kinds, _ALLOWED[shape])
    faults += [_wrong_type(int(at), int(kinds[at]), shape) for at in np.flatnonzero(wrong)]
    kept[wrong] = None
    return _repaired(kept, faults)


def _set_aside(geometry: Geometries, bad: NDArray[np.bool_], why: str) -> list[Fault]:
    reason, fix = say(f"readers.{why}"), say(f"readers.{why}_fix")
    return [Fault(int(at), "geometry", "", reason, fix) for at in np.flatnonzero(bad)]


def _not_finite(geometry: Geometries) -> NDArray[np.bool_]:
    xy, at = shapely.get_coordinates(geometry, return_index=True)
    endless = np.zeros(len(geometry), bool)
    endless[at[~np.isfinite(xy).all(axis=1)]] = True
    return endless


def _simplest(geometry: Geometries) -> Geometries:
    """Return collections of one part as that part, and rings as lines."""
    result = geometry.copy()
    kinds = shapely.get_type_id(result)
    single = (kinds > _POLYGON) & (shapely.get_num_geometries(result) == 1)
    result[single] = shapely.get_geometry(result[single], 0)
    rings = shapely.get_type_id(result) == _RING
    result[rings] = [shapely.LineString(ring.coords) for ring in result[rings]]
    return result


def _wrong_type(at: int, kind: int, shape: Shape) -> Fault:
    name = _NAMES[kind] if kind < len(_NAMES) else "GeometryCollection"
    wanted = say(f"readers.shape_{shape}")
    return Fault(
        at,
        "geometry",
        name,
        say("readers.wrong_type", type=name, wanted=wanted),
        say("readers.wrong_type_fix", wanted=wanted),
    )


def _repaired(geometry: Geometries, faults: list[Fault]) -> tuple[Geometries, list[Fault]]:
    for at in np.flatnonzero(~shapely.is_valid(geometry) & ~shapely.is_missing(geometry)):
        whole = geometry[at]
        where = _place(whole)
        if shapely.get_type_id(whole) in (_LINE, _LINES):
            geometry[at] = None
            faults.append(
                Fault(int(at), "geometry", where, say("readers.no_length", place=where), say("readers.no_length_fix"))
            )
            continue
        fixed = shapely.make_valid(whole, method="structure", keep_collapsed=False)
        change = abs(fixed.area - abs(whole.area)) / max(fixed.area, abs(whole.area), np.finfo(float).tiny)
        usable = change < MAX_AREA_CHANGE_SHARE and shapely.get_type_id(fixed) in (_POLYGON, _POLYGONS)
        geometry[at] = fixed if usable and not fixed.is_empty else None
        faults.append(_outline_fault(int(at), where, change, usable=geometry[at] is not None))
    return geometry, faults


def _outline_fault(at: int, where: str, change: float, *, usable: bool) -> Fault:
    percent = f"{100 * change:.0f}" if change >= MAX_AREA_CHANGE_SHARE else f"{100 * change:.2g}"
    if usable:
        reason: Text = say("readers.outline_repaired", place=where, percent=percent)
        return Fault(at, "geometry", where, reason, say("readers.outline_repaired_fix"), "repaired")
    return Fault(
        at, "geometry", where, say("readers.outline", place=where, percent=percent), say("readers.outline_fix")
    )


def _place(geometry: object) -> str:
    """Return what GEOS found and where, as "Self-intersection[120.1 30.2]"."""
    return str(shapely.is_valid_reason(geometry))[:80]
