"""What it costs to go along an edge, and in which directions one may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.network.exact import GRAIN, on_grid
from layers.problems import LayerError, Problem
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.network.topology import Topology

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

Unit = Literal["m", "min"]

# Between a door and the road everybody walks. 4.8 km/h = 80 m/min, the upper end of the 60-80 m/min that Chinese
# 15-minute-circle standards reckon with (DOMAIN: walking 60-80 m/min).
ACCESS_WALK_KMH = 4.8

_DIRECTIONS = {
    "yes": "yes",
    "true": "yes",
    "1": "yes",
    "1.0": "yes",
    "no": "no",
    "false": "no",
    "0": "no",
    "0.0": "no",
    "": "no",
    "-1": "reverse",
    "-1.0": "reverse",
    "reverse": "reverse",
}


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of edges in `unit`: metres, or minutes where speeds are given.

    `per_m` is the cost of one metre of the edge, `along` of all of it; `forward` and `backward` say whether one may go
    from its start to its end, and back. `access_per_m` is the cost of one metre between a point and its road.
    """

    unit: Unit
    per_m: Numbers
    along: Numbers
    forward: Flags
    backward: Flags
    access_per_m: float

    def turned(self) -> Costs:
        """Return the costs with every direction of traffic turned round: a trip there is then a trip back."""
        return replace(self, forward=self.backward, backward=self.forward)

    def slowed(self, factor: Numbers, topology: Topology) -> Costs:
        """Return the costs with each edge taking that many times as long."""
        per_m = self.per_m * factor
        return replace(self, per_m=per_m, along=_along(per_m, topology))

    def up_to(self, edge: Rows, from_m: Numbers, edge_m: Numbers) -> Numbers:
        """Return the cost of each edge, which starts at that measure of its road, as far as edge_m."""
        return between(self.per_m[edge], from_m, from_m + edge_m)

    @property
    def is_directed(self) -> bool:
        """Whether any edge may be used in one direction only."""
        return not bool((self.forward & self.backward).all())

    @property
    def fastest_per_m(self) -> float:
        """The least any metre can cost, on a road or on the way to it."""
        return min(float(self.per_m.min(initial=self.access_per_m)), self.access_per_m)


def costs_of(topology: Topology, oneway: NDArray[np.str_] | None, speed_kmh: Numbers | None) -> Costs:
    """Return the edges' costs, from one direction and one speed for each road (rows of the frame)."""
    forward = np.ones(topology.edges, dtype=bool)
    backward = np.ones(topology.edges, dtype=bool)
    if oneway is not None:
        forward = oneway[topology.road] != "reverse"
        backward = oneway[topology.road] != "yes"
        is_join = np.arange(topology.edges) >= topology.edges - topology.joins
        forward, backward = forward | is_join, backward | is_join
    if speed_kmh is None:
        along = np.maximum(topology.length_m, GRAIN)
        return Costs("m", np.ones(topology.edges), along, forward, backward, 1.0)
    per_m = minutes_per_m(speed_kmh)[topology.road]
    return Costs(
        "min", per_m, _along(per_m, topology), forward, backward, float(minutes_per_m(np.array(ACCESS_WALK_KMH)))
    )


def _along(per_m: Numbers, topology: Topology) -> Numbers:
    along = between(per_m, topology.from_m, topology.from_m + topology.length_m)
    return np.maximum(along, GRAIN)  # no edge is free: ways cannot go in circles


def between(per_m: Numbers, low_m: Numbers, high_m: Numbers) -> Numbers:
    """Return the cost between two measures of a road: that of its parts adds up to it, wherever it is cut."""
    return on_grid(per_m * high_m) - on_grid(per_m * low_m)


def minutes_per_m(speed_kmh: Numbers) -> Numbers:
    """Return the minutes one metre takes at that speed."""
    return 60.0 / (1000.0 * speed_kmh)


def directions(roads: gpd.GeoDataFrame, oneway: object) -> NDArray[np.str_] | None:
    """Return "yes", "no" or "reverse" for each road, or None if none was asked for.

    `oneway` is a column's name, one value for all, or a value a road. A blank is "no"; the OpenStreetMap forms
    True/False, 1/0 and -1 are understood. Raises LayerError with every value that is none of these.
    """
    if oneway is None:
        return None
    values = per_road(roads, oneway, words=_DIRECTIONS).astype(object)
    code, forms = pd.factorize(values)
    meaning = np.array([_DIRECTIONS.get(str(form).strip().lower(), "?") for form in forms] + ["no"])
    found: NDArray[np.str_] = meaning[code]
    if (found == "?").any():
        raise LayerError(_refused(values, found == "?", "oneway"))
    return found


def speeds(roads: gpd.GeoDataFrame, speed_kmh: object) -> Numbers | None:
    """Return a speed in km/h for each road, or None if none was asked for.

    Raises LayerError with every speed that is missing or not above 0: time along such a road cannot be known.
    """
    if speed_kmh is None:
        return None
    values = per_road(roads, speed_kmh)
    found: Numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        raise LayerError(_refused(values, wrong, "speed_kmh"))
    return found


def per_road(roads: gpd.GeoDataFrame, given: object, words: Collection[str] = ()) -> pd.Series:
    """Return one value a road from a column's name, a Series on the roads' index, an array, or one value for all.

    `words` are texts that are values, not names of columns. Raises LayerError if there is no column of that name, or
    not one value for each road.
    """
    if isinstance(given, str) and given in roads:
        return roads[given]
    if isinstance(given, str) and given.strip().lower() not in words:
        raise LayerError([Problem("roads", say("network.no_column", column=given), "")])
    if isinstance(given, pd.Series):
        return given if given.index.equals(roads.index) else given.reindex(roads.index)
    if np.ndim(given) and len(given) != len(roads):  # type: ignore[arg-type]
        counts = {"given": len(given), "roads": len(roads)}  # type: ignore[arg-type]
        raise LayerError([Problem("roads", say("network.wrong_length", **counts), "")])
    return pd.Series(given, index=roads.index)


def _refused(values: pd.Series, wrong: Flags, column: str) -> list[Problem]:
    """Return a Problem for each road whose direction or speed cannot be used."""
    said = {
        "oneway": ("network.bad_oneway", "network.fix_oneway"),
        "speed_kmh": ("network.bad_speed", "network.fix_speed"),
    }
    what, fix = said[column]
    rows = values[wrong].items()
    return [Problem(f"roads[{road}].{column}", say(what, value=str(value)), say(fix)) for road, value in rows]
