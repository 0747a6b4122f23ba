"""Coordinate systems: what each layer declares, whether its numbers fit that, and one metric system for the run.

Only this module and the map writer may change coordinates from one system to another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from layers.gcj02 import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from layers.mainland import in_mainland
from layers.problems import LayerError, PlanError, Problem
from layers.readers.raw import Fault, Raw
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

SHIFTED = ("gcj02", "bd09")
_EPSG = re.compile(r"(?:epsg:?:?\s*)?(\d{4,5})", re.IGNORECASE)
# Datums whose shift to CGCS2000 (tens of metres, differing from county to county) no public transformation gives.
_LOCAL_DATUM = re.compile(r"xian|beijing|西安|北京", re.IGNORECASE)
_ZONE_WIDTH_DEGREES = 3
_FIRST_ZONE_EPSG, _FIRST_MERIDIAN = 4534, 75  # CGCS2000 / 3-degree Gauss-Kruger, central meridian 75E, no zone prefix
_PREFIX_FROM_M = 1e7  # an easting this large carries its zone number in its first two digits
# A layer may reach a little past the area its system was made for; three degrees is the width of a zone.
_AREA_MARGIN_DEGREES = 3.0
_SAME_PLACE_M = 1.0
_ROUNDING_DEGREES = 1e-6
_M_PER_DEGREE = 111_320.0
_MAX_SCALE_ERROR = 0.01  # beyond this a "metre" of the run's system is no metre
_SWAP_FAR_DEGREES = 3.0


@dataclass(frozen=True)
class System:
    """The coordinate system of a layer: its name as people write it, and the pyproj CRS underneath.

    gcj02 and bd09 are WGS 84 degrees once `unshifted`.
    """

    name: str
    crs: pyproj.CRS

    def unshifted(self, xy: Floats) -> Floats:
        """Return the coordinates without the shift of a Chinese map service, if they have one."""
        if self.name == "bd09":
            xy = bd09_to_gcj02(xy)
        return gcj02_to_wgs84(xy) if self.name in SHIFTED else xy

    def lonlat(self, xy: Floats) -> Floats:
        """Return WGS 84 degrees to within a few metres: good for choosing and checking, not for measuring."""
        if self.crs.is_geographic:
            return self.unshifted(xy)
        lon, lat = _to_degrees(self.crs.to_wkt()).transform(xy[:, 0], xy[:, 1])
        return np.column_stack([lon, lat])


def declared(raw: Raw, stated: str | None, where: Text, centres: Floats) -> System:
    """Return the system of a layer: the plan's word (`stated`), else the file's own.

    The plan may say more than the file can (gcj02), or what the file leaves open; it may not contradict the file.
    Raises LayerError if neither says anything, if a word is not understood, or if the two put the layer in different
    places.
    """
    own = _own(raw, where) if raw.crs else None
    if not stated:
        if own is None:
            raise LayerError([Problem(where, say("readers.no_crs"), say("readers.no_crs_fix"))])
        return own
    wanted = _named(stated)
    if wanted is None:
        raise LayerError([Problem(where, say("readers.unknown_crs", crs=stated), say("readers.unknown_crs_fix"))])
    if own is not None and raw.crs_is_stated and not _agree(own, wanted, centres):
        what = say("readers.crs_differs", plan=wanted.name, file=own.name)
        raise LayerError([Problem(where, what, say("readers.crs_differs_fix"))])
    return wanted


def misplaced(system: System, geometry: Geometries, where: Text) -> list[Fault]:
    """Return a fault for each row whose numbers do not fit the system: swapped, degrees for metres, far outside.

    Raises LayerError if that is more than half of them, since then it is the declaration that is wrong.
    """
    boxes = shapely.bounds(geometry)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    placed = ~np.isnan(centres[:, 0])
    why = np.where(placed, _verdicts(system, boxes, centres), "")
    bad = np.flatnonzero(why != "")
    if 2 * len(bad) > placed.sum():
        words, counts = np.unique(why[bad], return_counts=True)
        worst = str(words[counts.argmax()])
        example = centres[bad[why[bad] == worst][0]]
        raise LayerError([Problem(where, _what(worst, system, example), _fix(worst, system, example))])
    return [
        Fault(
            int(at), "geometry", _pair(centres[at]), _what(str(why[at]), system, centres[at]), say("readers.place_fix")
        )
        for at in bad
    ]


def run_system(stated: str | None, lonlat: Floats) -> pyproj.CRS:
    """Return the metric system of the run: the plan's, else one that fits the middle of the data (n x 2 degrees).

    In mainland China that is the CGCS2000 3-degree zone without prefix of the mean longitude, elsewhere UTM. Without
    any place at all it is EPSG:4547, which then measures nothing. Raises PlanError if the plan's is not in metres, or
    stretches metres by more than 1 % where the data are.
    """
    middle = lonlat.mean(axis=0) if len(lonlat) else np.array([114.0, 30.0])
    if stated is None:
        return pyproj.CRS.from_epsg(_zone_of(float(middle[0]), float(middle[1])))
    wanted = _named(stated)
    where = say("readers.plan_crs")
    if wanted is None or wanted.name in SHIFTED:
        raise PlanError([Problem(where, say("readers.unknown_crs", crs=stated), say("readers.run_crs_fix"))])
    if not wanted.crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in wanted.crs.axis_info):
        raise PlanError([Problem(where, say("readers.not_metric", crs=wanted.name), say("readers.run_crs_fix"))])
    if len(lonlat):
        factors = pyproj.Proj(wanted.crs).get_factors(float(middle[0]), float(middle[1]))
        error = max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1))
        if not error <= _MAX_SCALE_ERROR:
            what = say("readers.stretched", crs=wanted.name, percent="∞" if error > 10 else f"{100 * error:.1f}")
            raise PlanError([Problem(where, what, say("readers.run_crs_fix"))])
    return wanted.crs


def projected(geometry: Geometries, system: System, run: pyproj.CRS, where: Text) -> Geometries:
    """Return the geometries in the run's system, None where a coordinate does not come out finite.

    Raises LayerError for a datum (Xi'an 80, Beijing 54) that has no known transformation where the layer lies.
    """
    change = _transformer(system, run, geometry, where)
    if change is None:
        return geometry.copy()

    def moved(xy: Floats) -> Floats:
        flat = system.unshifted(xy)
        return np.column_stack(change.transform(flat[:, 0], flat[:, 1]))

    result: Geometries = shapely.transform(geometry, moved)
    xy, at = shapely.get_coordinates(result, return_index=True)
    lost = np.unique(at[~np.isfinite(xy).all(axis=1)])
    result[lost] = None
    return result


def swapped_layers(centres: Mapping[str, tuple[Text, Floats]]) -> dict[str, Problem]:
    """Return a problem for each layer that is far from the first one as it is, and near it with lon and lat swapped.

    `centres` are the layers' middles in WGS 84 degrees; the first is the one to trust (units, if there are any).
    """
    trusted = next((middle for _, middle in centres.values()), np.zeros(2))
    return {
        name: Problem(where, say("readers.swapped", pair=_pair(middle)), say("readers.swapped_fix"))
        for name, (where, middle) in centres.items()
        if np.abs(middle - trusted).max() > _SWAP_FAR_DEGREES
        and np.abs(middle[::-1] - trusted).max() <= _SWAP_FAR_DEGREES
    }


def middles(geometry: Geometries) -> Floats:
    """Return the middle of the box around each geometry that is there, n x 2."""
    boxes = shapely.bounds(geometry)
    there = boxes[~np.isnan(boxes[:, 0])]
    return np.asarray((there[:, :2] + there[:, 2:]) / 2, float)


def is_cgcs2000(crs: pyproj.CRS) -> bool:
    """Return whether a system is on China's datum, which is WGS 84 to within centimetres.

    PROJ has no transformation between the two and uses none, but only after a search that takes longer than everything
    else that is done with a town's coordinates: whoever knows may leave it out.
    """
    return crs.geodetic_crs is not None and crs.geodetic_crs.name == "China Geodetic Coordinate System 2000"


def name_of(crs: pyproj.CRS) -> str:
    """Return "EPSG:4547" where the system has a code, else its WKT."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.to_wkt()


def _named(text: str) -> System | None:
    """Return the system of an EPSG code (with or without the word), of gcj02 or of bd09."""
    plain = re.sub(r"[\s_-]", "", text.strip().lower())
    if plain in SHIFTED:
        return System(plain, pyproj.CRS.from_epsg(4326))
    code = _EPSG.fullmatch(text.strip())
    if code is None:
        return None
    try:
        crs = pyproj.CRS.from_epsg(int(code[1]))
    except ProjError:
        return None
    # Heights alone are no place, and neither is the distance from the middle of the earth.
    return System(f"EPSG:{code[1]}", crs) if crs.is_geographic or crs.is_projected else None


def _own(raw: Raw, where: Text) -> System:
    try:
        crs = pyproj.CRS.from_user_input(raw.crs)
    except ProjError as error:
        what = say("readers.file_crs", crs=raw.crs[:60])
        raise LayerError([Problem(where, what, say("readers.no_crs_fix"))]) from error
    if not (crs.is_geographic or crs.is_projected) and not crs.is_compound:
        raise LayerError([Problem(where, say("readers.no_crs"), say("readers.no_crs_fix"))])
    flat = crs.to_2d()
    name = name_of(flat)
    return System(name if len(name) < 30 else flat.name, flat)


def _agree(own: System, wanted: System, centres: Floats) -> bool:
    """A geographic file cannot say gcj02; otherwise the two must put the layer in the same place within a metre."""
    if wanted.name in SHIFTED:
        return bool(own.crs.is_geographic)
    if own.crs.equals(wanted.crs, ignore_axis_order=True) or not len(centres):
        return True
    one, other = own.lonlat(centres), wanted.lonlat(centres)
    apart_m = np.abs(one - other).max() * _M_PER_DEGREE
    return bool(apart_m <= _SAME_PLACE_M)  # infinity and NaN are not


@cache
def _to_degrees(wkt: str) -> pyproj.Transformer:
    crs = pyproj.CRS.from_wkt(wkt)
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def _transformer(system: System, run: pyproj.CRS, geometry: Geometries, where: Text) -> pyproj.Transformer | None:
    """Return the change from the layer's system to the run's, None if they are the same."""
    if system.name not in SHIFTED and system.crs.equals(run, ignore_axis_order=True):
        return None
    boxes = shapely.bounds(geometry)
    corners = boxes[~np.isnan(boxes[:, 0])].reshape(-1, 2)
    lonlat = system.lonlat(corners)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(lonlat):
        lonlat = np.zeros((1, 2))
    # whole degrees, so that layers of one town share one transformation
    west, south = np.floor(lonlat.min(axis=0))
    east, north = np.ceil(lonlat.max(axis=0))
    change = _change(system.crs.to_wkt(), run.to_wkt(), (float(west), float(south), float(east), float(north)))
    if change is None:
        what = say("readers.local_datum", crs=system.name)
        raise LayerError([Problem(where, what, say("readers.local_datum_fix"))])
    return change


@cache
def _change(source: str, run: str, box: tuple[float, float, float, float]) -> pyproj.Transformer | None:
    """Return the best transformation for that box in degrees, None if a local datum has none there."""
    one, other, area = pyproj.CRS.from_wkt(source), pyproj.CRS.from_wkt(run), AreaOfInterest(*box)
    if one.is_geographic and one.name == "WGS 84" and is_cgcs2000(other):
        one = pyproj.CRS.from_epsg(4490)
    datum = one.geodetic_crs.name if one.geodetic_crs else ""
    if not _LOCAL_DATUM.search(f"{one.name} {datum}"):
        return pyproj.Transformer.from_crs(one, other, always_xy=True, area_of_interest=area)
    group = TransformerGroup(one, other, always_xy=True, area_of_interest=area, allow_ballpark=False)
    return group.transformers[0] if group.transformers else None


def _zone_of(lon: float, lat: float) -> int:
    """Return the EPSG code of the run's own choice for a place."""
    if in_mainland(np.array([[lon, lat]]))[0]:
        meridian = min(max(round(lon / _ZONE_WIDTH_DEGREES) * _ZONE_WIDTH_DEGREES, 75), 135)
        return _FIRST_ZONE_EPSG + (meridian - _FIRST_MERIDIAN) // _ZONE_WIDTH_DEGREES
    zone = min(int((lon + 180) // 6) + 1, 60)
    return (32600 if lat >= 0 else 32700) + zone


def _verdicts(system: System, boxes: Floats, centres: Floats) -> NDArray[np.str_]:
    """Return for each row "", or the key of what is wrong with its numbers."""
    with np.errstate(invalid="ignore"):
        in_degrees = _are_degrees(boxes[:, ::2], boxes[:, 1::2])
        swapped_degrees = _are_degrees(boxes[:, 1::2], boxes[:, ::2])
        zero = (boxes == 0).all(axis=1)
        prefixed = centres[:, 0] >= _PREFIX_FROM_M
    near, near_if_swapped = _in_area(system, centres), _in_area(system, centres[:, ::-1])
    swapped = np.where(near_if_swapped & ~near, "swapped", "")
    if system.crs.is_geographic:
        order = [(zero, "zero"), (~in_degrees & swapped_degrees, "swapped"), (~in_degrees, "metres")]
    else:
        order = [(in_degrees, "degrees")]
        false_east = _false_easting(system.crs)
        if false_east is not None:
            wrong = ~prefixed if false_east >= _PREFIX_FROM_M else prefixed
            order.append((wrong, "no_prefix" if false_east >= _PREFIX_FROM_M else "prefix"))
    order += [(swapped == "swapped", "swapped"), (~near, "outside")]
    return np.select([mask for mask, _ in order], [key for _, key in order], default="")


def _are_degrees(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return which rows can be longitude and latitude, with room for rounding where a shape touches the antimeridian."""
    fits = (np.abs(lon) <= 180 + _ROUNDING_DEGREES) & (np.abs(lat) <= 90 + _ROUNDING_DEGREES)
    return np.asarray(fits.all(axis=1), bool)


def _in_area(system: System, xy: Floats) -> NDArray[np.bool_]:
    """Return whether places lie in the area their system is made for, give or take; all do if it states none."""
    use = _area_of(system)
    if use is None:
        return np.ones(len(xy), bool)
    west, south, east, north = use
    with np.errstate(invalid="ignore"):
        lonlat = xy if system.crs.is_geographic else system.lonlat(xy)
        margin = _AREA_MARGIN_DEGREES
        across = (lonlat[:, 0] >= west - margin) & (lonlat[:, 0] <= east + margin)
        if west > east:  # the area crosses the antimeridian
            across = (lonlat[:, 0] >= west - margin) | (lonlat[:, 0] <= east + margin)
        return np.asarray(across & (lonlat[:, 1] >= south - margin) & (lonlat[:, 1] <= north + margin), bool)


def _area_of(system: System) -> tuple[float, float, float, float] | None:
    if system.name in SHIFTED:
        return (73.4, 3.0, 135.1, 53.6)
    use = system.crs.area_of_use
    return None if use is None else (use.west, use.south, use.east, use.north)


def _false_easting(crs: pyproj.CRS) -> float | None:
    """Return the false easting of a Gauss-Kruger or UTM system, in metres; None for any other, which has no zones."""
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return next((float(item.value) for item in operation.params if item.name == "False easting"), None)


def _what(key: str, system: System, xy: Floats) -> Text:
    return say(f"readers.place_{key}", pair=_pair(xy), crs=system.name)


def _fix(key: str, system: System, xy: Floats) -> Text:
    better = _other_zone(key, system, xy)
    if better:
        return say("readers.place_zone_fix", better=better)
    return say(f"readers.place_{key}_fix")


def _other_zone(key: str, system: System, xy: Floats) -> str:
    """Return the CGCS2000 zone that easting's own prefix names, or the same zone without prefix; "" if there is none."""
    zone = int(xy[0] // 1e6)
    if key == "prefix" and 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25}"
    if key == "prefix" and 13 <= zone <= 23:
        return f"EPSG:{4491 + zone - 13}"
    code = system.crs.to_epsg() or 0
    if key == "no_prefix" and 4513 <= code <= 4533:
        return f"EPSG:{code + 21}"
    return ""


def _pair(xy: Floats) -> str:
    return f"{xy[0]:.10g}, {xy[1]:.10g}"


@cache
def _to_wgs84(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def as_if_declared(xy: Floats, run: str, declared: str, other: str) -> Floats:
    """Return where places (n x 2 in the run's system) would be, had their layer declared another system than it did.

    Both are "gcj02", "bd09", or anything else for a system without shift.
    """
    there = _to_wgs84(run)
    lonlat = np.column_stack(there.transform(xy[:, 0], xy[:, 1]))
    if declared in SHIFTED:
        lonlat = wgs84_to_gcj02(lonlat)
    if declared == "bd09":
        lonlat = gcj02_to_bd09(lonlat)
    if other == "bd09":
        lonlat = bd09_to_gcj02(lonlat)
    if other in SHIFTED:
        lonlat = gcj02_to_wgs84(lonlat)
    moved = there.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")
    return np.column_stack(moved)
