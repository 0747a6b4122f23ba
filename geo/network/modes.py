"""The network of a travel mode: which roads it may use, in which direction and how fast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.network import classes
from geo.network.costs import ACCESS_WALK_KMH, Unit
from geo.network.roadnetwork import RoadNetwork
from geo.network.slopes import cycling, slopes_of, walking
from geo.roads.surfaces import surface_word

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.heights import Heights

MODES = ("walk", "cycle", "drive", "vehicle", "any")

ON_SLOPES = {"walk": walking, "cycle": cycling}

# The columns that say who may use a road, the one that speaks of the mode most closely first (OpenStreetMap's order).
_BY_CAR = ("motorcar", "motor_vehicle", "vehicle", "access")
_ACCESS = {
    "walk": ("foot", "access"),
    "cycle": ("bicycle", "vehicle", "access"),
    "drive": _BY_CAR,
    "vehicle": _BY_CAR,
}
_BARRED = {
    "walk": classes.NOT_ON_FOOT,
    "cycle": classes.NOT_BY_BICYCLE,
    "drive": classes.NOT_BY_CAR,
    "vehicle": classes.NOT_FOR_VEHICLES,
}


@dataclass(frozen=True, eq=False)
class Joining:
    """How roads are put together where the file leaves it open, what bars the way to them, and the lie of the land."""

    node_crossings: bool = False
    join_ends_m: float = 0.0
    barriers: NDArray[np.object_] | None = None
    heights: Heights | None = None


def network_for(mode: str, roads: gpd.GeoDataFrame, *, unit: Unit = "m", joining: Joining | None = None) -> RoadNetwork:
    """Return the network people walk, cycle or drive on, with costs in metres or minutes.

    walk: both directions of every road but those of NOT_ON_FOOT, at ACCESS_WALK_KMH. drive: not NOT_BY_CAR; one-way
    as `oneway` says, where that is blank one-way as drawn round a roundabout and on a motorway; at `speed_kmh` where
    given, else at DRIVE_KMH of the class, no faster than the surface allows. cycle: not NOT_BY_BICYCLE, one-way like
    cars, at CYCLE_KMH and the surface's. In minutes walking and cycling take longer on slopes, if heights are known.
    All: no road that `access` (or foot, bicycle, vehicle, motor_vehicle, motorcar, where the file has them) closes to
    the public. Roads of unknown class are used. vehicle: both directions, in metres, of every road that carries vehicles
    or would if it were built up: tracks and paths too, footways and steps not. any: every road both ways, whoever
    may use it, as what lamps light, in metres. `road_ids` of the network are the roads that are left. Raises LayerError as
    `RoadNetwork.from_frame` does, ValueError for another mode.
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
    return network_of(mode, roads[usable(mode, roads)], unit=unit, joining=joining)


def network_of(
    mode: str, open_roads: gpd.GeoDataFrame, *, unit: Unit = "m", joining: Joining | None = None
) -> RoadNetwork:
    """Return the network of these roads, all of which the mode may use; see network_for."""
    joining = joining or Joining()
    oneway = driving_direction(open_roads) if mode in ("drive", "cycle") else None
    kmh = {"walk": lambda _: ACCESS_WALK_KMH, "drive": drive_kmh, "cycle": cycle_kmh}.get(mode)
    network = RoadNetwork.from_frame(
        open_roads,
        oneway=oneway,
        speed_kmh=kmh(open_roads) if kmh and unit == "min" else None,
        node_crossings=joining.node_crossings,
        join_ends_m=joining.join_ends_m,
    )
    if joining.heights is not None and unit == "min" and mode in ON_SLOPES:
        factor = slopes_of(network.topology, joining.heights, ON_SLOPES[mode]).factor
        network = replace(network, costs=network.costs.slowed(factor, network.topology))
    return network if mode == "any" else replace(network, barriers=joining.barriers)


def usable(mode: str, roads: gpd.GeoDataFrame) -> pd.Series:
    """Return which roads the mode may use, a Series of booleans on the roads' index."""
    if mode == "any":
        return pd.Series(True, index=roads.index)
    barred = classes.NOT_A_ROAD | _BARRED[mode]
    word = pd.Series(None, index=roads.index, dtype=object)
    for column in _ACCESS[mode]:
        if column in roads:
            word = word.where(word.notna(), _words(roads[column]))
    return ~road_class(roads).isin(barred) & ~word.isin(classes.CLOSED)


def road_class(roads: gpd.GeoDataFrame) -> pd.Series:
    """Return each road's class in OpenStreetMap's words, "" where it is blank; an unknown word stays as it is."""
    if "class" not in roads:
        return pd.Series("", index=roads.index, dtype=object)
    words = _words(roads["class"])
    return words.where(~words.isin(classes.SAME_AS), words.map(classes.SAME_AS)).fillna("")


def driving_direction(roads: gpd.GeoDataFrame) -> pd.Series:
    """Return `oneway`, with a blank filled in where the road's form implies one-way traffic: roundabout, motorway."""
    given = roads["oneway"] if "oneway" in roads else pd.Series(None, index=roads.index, dtype=object)
    implied = road_class(roads) == "motorway"
    if "junction" in roads:
        implied |= _words(roads["junction"]).isin(["roundabout", "circular", "环岛", "环形交叉"])
    return given.astype(object).where(given.notna() | ~implied, "yes")


def drive_kmh(roads: gpd.GeoDataFrame) -> pd.Series:
    """Return each road's `speed_kmh`, or that of its class where it is blank or 0; no more than its surface allows."""
    by_class = road_class(roads).map(classes.DRIVE_KMH).fillna(classes.DRIVE_OTHER_KMH).astype(float)
    given = pd.to_numeric(roads["speed_kmh"], errors="coerce") if "speed_kmh" in roads else by_class
    kmh = given.where(np.isfinite(given) & (given > 0), by_class).astype(float)
    return kmh.clip(upper=_on_surface(roads, classes.DRIVE_SURFACE_KMH))


def cycle_kmh(roads: gpd.GeoDataFrame) -> pd.Series:
    """Return how fast one cycles on each road: by its class, no faster than its surface allows."""
    by_class = road_class(roads).map(classes.CYCLE_KMH).fillna(classes.CYCLE_OTHER_KMH).astype(float)
    return by_class.clip(upper=_on_surface(roads, classes.CYCLE_SURFACE_KMH))


def _on_surface(roads: gpd.GeoDataFrame, kmh: dict[str, float]) -> pd.Series:
    """Return the most the surface allows, inf where it is unknown or good."""
    if "surface" not in roads:
        return pd.Series(np.inf, index=roads.index)
    return roads["surface"].map(surface_word).map(kmh).fillna(np.inf).astype(float)


def _words(column: pd.Series) -> pd.Series:
    """Return the column's words in lower case without spaces around them; blanks are None."""
    codes, words = pd.factorize(column)  # a blank is -1, the last of the words
    given = np.array([*(str(word).strip().lower() or None for word in words), None], dtype=object)
    return pd.Series(given[codes], index=column.index, dtype=object)
