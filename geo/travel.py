"""How one gets from homes to facilities under a rule, as its options say it: on foot, by car or as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np

from geo.network.snap import MAX_SNAP_M
from geo.places import points_of
from geo.ways import AlongRoads, StraightLines, Ways

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.network.costs import Unit
    from geo.world import World

    Rows = NDArray[np.int64]

Mode = Literal["walk", "cycle", "drive", "straight"]

# 15-minute-circle standards walk 60-80 m/min; the old 50 (DOMAIN 3).
WALK_M_PER_MIN = 80.0


@dataclass(frozen=True)
class Travel:
    """A mode and the unit its costs are in: metres, or minutes (at `walk_m_per_min`, or by the roads' speeds).

    `to_home` turns the trip round: from the facility to the home, as a fire engine goes; one-way streets make the difference.
    """

    mode: Mode
    unit: Unit
    roads: str = "roads"
    walk_m_per_min: float = WALK_M_PER_MIN
    max_snap_m: float = MAX_SNAP_M
    to_home: bool = False

    def facing(self, network: RoadNetwork) -> RoadNetwork:
        """Return the network with every one-way street turned round, if that is how one travels."""
        return replace(network, costs=network.costs.turned()) if self.to_home else network

    def ways(self, world: World, places: gpd.GeoDataFrame, rows: Rows | None = None) -> Ways:
        """Return the ways from these places; `rows` says which of the world's homes they are (None: they are none).

        Raises LayerError if they go by roads and there is no such layer.
        """
        points = points_of(places)
        if self.mode == "straight":
            return StraightLines(points)
        on_slopes = self.mode == "walk" and self.unit == "min" and world.layers.heights is not None
        by_speed = self.mode in ("cycle", "drive") and self.unit == "min"
        network = self.facing(world.network(self.mode, self.roads, "min" if by_speed or on_slopes else "m"))
        if rows is None:
            at = network.snap(gpd.GeoSeries(points, crs=network.crs), max_snap_m=self.max_snap_m)
        else:
            at = world.homes_on(self.mode, self.roads, self.max_snap_m).take(rows)
        on_foot_in_minutes = self.mode == "walk" and self.unit == "min"
        pace = WALK_M_PER_MIN if on_slopes else 1.0  # what the network has reckoned with
        factor = pace / self.walk_m_per_min if on_foot_in_minutes else 1.0
        open_roads = world.roads_for(self.mode, self.roads)
        return AlongRoads(network, open_roads, points, at, self.max_snap_m, factor)
