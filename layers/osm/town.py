"""From an OpenStreetMap extract to the layers of a town: villages with people, homes, roads, facilities, devices.

What the map does not say stays unknown. Where it gives no number of people, three a home are assumed, and each home says
which it is in `people_source`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.osm import tags as t
from layers.osm.extract import Extract, frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

# People taken to live in one home where the map gives no population (our illustration).
PEOPLE_A_HOME = 3
# The least footprint of a home, in square metres: below this it is a shed (our illustration).
LEAST_HOME_M2 = 25
# Administrative areas serve as units if they hold at least this share of the homes.
LEAST_SHARE_INSIDE = 0.8
# A street is a village street, and should be lit, with a home this near ...
STREET_HOME_M = 40
# ... at least once in this length of it (both our illustration).
METRES_A_HOME = 100
# Villages spread this far beyond the outermost roads and homes.
MARGIN_M = 500

_M_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Town:
    """Layers by table name, in EPSG:4326, and how the villages were found ("boundaries", "nearest" or "extent")."""

    tables: dict[str, gpd.GeoDataFrame]
    units_by: str


def town(found: Extract) -> Town:
    """Return the town in the extract; every table is there, empty where the map has nothing."""
    scale = _scale(found)
    places = _settlements(found)
    homes = _homes(found, places, scale)
    units, units_by = _units(found, places, homes, scale)
    homes = _peopled(homes, units)
    roads = frame(found.roads)
    roads["lit_required"] = _is_village_street(roads, homes, scale)
    units = units.drop(columns="level", errors="ignore")
    tables = {
        "units": units,
        "homes": homes,
        "roads": roads,
        "facilities": frame(found.facilities),
        "devices": frame(found.devices),
    }
    return Town(tables, units_by)


def _scale(found: Extract) -> NDArray[np.float64]:
    """Return metres per degree of longitude and latitude around the extract, good to a few per cent over a county."""
    rows = found.roads or found.buildings or found.places
    latitude = (
        float(np.mean([row["geometry"].centroid.y for row in rows[:: max(1, len(rows) // 500)]])) if rows else 0.0
    )
    return np.array([_M_PER_DEGREE * np.cos(np.radians(latitude)), _M_PER_DEGREE])


def _in_metres(shapes: Any, scale: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the shapes in rough local metres: for areas, shares and nearness only, never for a distance that is reported."""
    return np.asarray(shapely.transform(np.asarray(shapes), lambda xy: xy * scale))


def _settlements(found: Extract) -> gpd.GeoDataFrame:
    """Return the settlements, or the quarters where the extract lies inside one town, each name once.

    A city is left out beside its quarters: its number of people is not that of the piece of it in the extract.
    """
    settlements = [row for row in found.places if row["place"] in t.SETTLEMENTS and row["place"] != "city"]
    quarters = [row for row in found.places if row["place"] in t.QUARTERS]
    inside = quarters if len(quarters) > 1 else found.places
    rows = settlements if len(settlements) > 1 else inside
    return frame(rows or [_nowhere(found)]).drop_duplicates("name", ignore_index=True)


def _nowhere(found: Extract) -> dict[str, Any]:
    rows = found.roads or found.facilities
    geometry = rows[0]["geometry"].centroid if rows else shapely.Point(0, 0)
    return {"id": "area", "name": "", "place": "extent", "population": np.nan, "geometry": geometry}


def _homes(found: Extract, places: gpd.GeoDataFrame, scale: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Return a point in every building that may be a home, or the settlements themselves if no building is mapped."""
    buildings = frame([row for row in found.buildings if row["building"] not in t.NOT_HOMES])
    if len(buildings) == 0:
        homes = places[["id", "name", "geometry"]].assign(floor_m2=1.0)
        return homes.iloc[:0] if (places["place"] == "extent").all() else homes
    footprint = shapely.area(_in_metres(buildings.geometry, scale))
    buildings["floor_m2"] = footprint * np.maximum(buildings["levels"].astype(float).fillna(1), 1)
    homes = buildings.loc[footprint >= LEAST_HOME_M2, ["id", "name", "floor_m2", "geometry"]].reset_index(drop=True)
    return homes.set_geometry(gpd.GeoSeries(shapely.point_on_surface(homes.geometry.to_numpy()), crs=homes.crs))


def _units(
    found: Extract, places: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, scale: NDArray[np.float64]
) -> tuple[gpd.GeoDataFrame, str]:
    """Return villages: the finest administrative areas that hold the homes, else what lies nearest to each settlement."""
    boundaries = frame(found.boundaries)
    for level in sorted({row["level"] for row in found.boundaries}, reverse=True):
        units = boundaries[boundaries["level"] == level].reset_index(drop=True)
        inside = len(homes) and len(np.unique(units.sindex.query(homes.geometry, predicate="within")[0])) / len(homes)
        if len(units) > 1 and inside >= LEAST_SHARE_INSIDE:
            return units.assign(population=_populations(units, places)), "boundaries"
    if len(places) < 2:
        return places.set_geometry(gpd.GeoSeries([_extent(found, scale)], crs=places.crs)), "extent"
    return _nearest_areas(places, _extent(found, scale), scale), "nearest"


def _populations(units: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Return each unit's population: its own, else that of the settlement inside which bears its name.

    Other settlements inside are never added up: a hamlet's people are mostly counted in its village's number too.
    """
    seat, unit = units.sindex.query(places.geometry, predicate="within")
    same = places["name"].to_numpy()[seat] == units["name"].to_numpy()[unit]
    named = pd.Series(places["population"].to_numpy(float)[seat[same]], index=unit[same]).groupby(level=0).max()
    return units["population"].astype(float).fillna(named.reindex(range(len(units))))


def _extent(found: Extract, scale: NDArray[np.float64]) -> shapely.Geometry:
    rows = [*found.roads, *found.buildings, *found.places, *found.facilities]
    hull = shapely.convex_hull(shapely.GeometryCollection(list(_in_metres([row["geometry"] for row in rows], scale))))
    return shapely.transform(hull.buffer(MARGIN_M), lambda xy: xy / scale)


def _nearest_areas(places: gpd.GeoDataFrame, extent: shapely.Geometry, scale: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Return for each settlement the area nearer to it than to any other, within the extent."""
    points = shapely.MultiPoint(list(_in_metres(places.geometry, scale)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=_in_metres([extent], scale)[0], ordered=True))
    cells = shapely.intersection(shapely.transform(cells, lambda xy: xy / scale), extent)
    return places.set_geometry(gpd.GeoSeries(cells, crs=places.crs))


def _peopled(homes: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the homes with `unit_id`, `people` and `people_source`.

    A village's population is shared over its homes by floor area, so that it adds up to the number the map gives.
    """
    home, unit = units.sindex.query(homes.geometry, predicate="intersects")
    of_unit = pd.Series(unit, index=home).groupby(level=0).min().reindex(range(len(homes)))
    homes = homes.assign(unit_id=units["id"].reindex(of_unit).to_numpy())
    share = homes["floor_m2"] / homes.groupby("unit_id")["floor_m2"].transform("sum")
    shared = share * units["population"].astype(float).reindex(of_unit).to_numpy()
    assumed = shared.isna()
    homes["people"] = shared.fillna(PEOPLE_A_HOME).round(3)
    homes["people_source"] = np.where(assumed, "assumed", "shared")
    return homes.drop(columns="floor_m2")


def _is_village_street(
    roads: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, scale: NDArray[np.float64]
) -> NDArray[np.bool_]:
    if not len(roads):  # and so no column that says what class they are
        return np.zeros(0, bool)
    lines = _in_metres(roads.geometry, scale)
    tree = shapely.STRtree(_in_metres(homes.geometry, scale))
    near = np.bincount(tree.query(lines, predicate="dwithin", distance=STREET_HOME_M)[0], minlength=len(lines))
    return np.asarray(
        roads["class"].isin(t.STREETS).to_numpy() & (near * METRES_A_HOME >= shapely.length(lines)) & (near > 0)
    )
