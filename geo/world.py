"""The layers as one run sees them, with what several rules share worked out once: homes, their villages, the network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from geo.edits import leaves_ways
from geo.network.snap import MAX_SNAP_M
from geo.places import Homes, homes_of, units_of
from geo.sites import free_parcels
from layers.plan import NetworkSettings

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.network.costs import Unit
    from geo.network.modes import Joining
    from geo.network.routes import Routes
    from geo.network.snap import Snapped
    from geo.network.workers import Workers
    from layers.edit import Edit
    from layers.layer import Layers


@dataclass(frozen=True, eq=False)
class World:
    """Layers, the date they speak of, and what is derived from them on first use (never changed afterwards)."""

    layers: Layers
    date: dt.date | None = None
    joined_by: NetworkSettings = field(default_factory=NetworkSettings)
    workers: Workers | None = None  # other processes that networks may ask
    _networks: dict[tuple[str, str, Unit], RoadNetwork] = field(default_factory=dict, repr=False)
    _snaps: dict[tuple[str, str, float], Snapped] = field(default_factory=dict, repr=False)
    _routes: dict[tuple[str, str], Routes] = field(default_factory=dict, repr=False)
    _roads: dict[tuple[str, str], gpd.GeoDataFrame] = field(default_factory=dict, repr=False, init=False)

    @cached_property
    def units(self) -> gpd.GeoDataFrame:
        """The villages and communities, on their id; empty if the plan has none."""
        return units_of(self.layers)

    @cached_property
    def demand(self) -> Homes:
        """Homes with their layer and what a reader must know of them; raises LayerError if there are none."""
        return homes_of(self.layers, self.units)

    @property
    def homes(self) -> gpd.GeoDataFrame:
        """Demand at the finest grain given: points with `people` and `unit_id`; the units themselves if there are none."""
        return self.demand.frame

    @cached_property
    def parcels(self) -> tuple[gpd.GeoDataFrame, NDArray[np.float64]]:
        """The idle parcels that may be built on, by id, and the area of each in m2 (NaN: unknown)."""
        return free_parcels(self.layers)

    def network(self, mode: str, roads: str = "roads", unit: Unit = "m") -> RoadNetwork:
        """Return the network of that travel mode over the roads `roads` means, with costs in metres or minutes; built once."""
        from geo.network.modes import network_of

        key = (mode, roads, unit)
        if key not in self._networks:
            network = network_of(mode, self.roads_for(mode, roads), unit=unit, joining=self.joining)
            self._networks[key] = replace(network, workers=self.workers)
        return self._networks[key]

    @cached_property
    def joining(self) -> Joining:
        """How the plan has roads put together; raises PlanError for a barrier that is no layer."""
        from geo.joining import joining_of

        return joining_of(self.joined_by, self.layers)

    def networks(self) -> dict[tuple[str, str, Unit], RoadNetwork]:
        """Return the networks built so far, by mode, roads and unit."""
        return dict(self._networks)

    def roads_for(self, mode: str, roads: str) -> gpd.GeoDataFrame:
        """Return which of the roads that `roads` means the network of that mode is made of; worked out once."""
        key = (mode, roads)
        if key not in self._roads:
            from geo.network.modes import usable

            rows = self.layers.rows("roads", roads)
            self._roads[key] = rows[usable(mode, rows)]
        return self._roads[key]

    def homes_on(self, mode: str, roads: str, max_snap_m: float = MAX_SNAP_M) -> Snapped:
        """Return where each home (row of `homes`) meets the network of that mode, in metres or minutes; worked out once."""
        import geopandas as gpd

        key = (mode, roads, max_snap_m)
        if key not in self._snaps:
            points = gpd.GeoSeries(self.demand.points, crs=self.layers.crs)
            either = self._networks.get((mode, roads, "min")) or self.network(mode, roads)  # the same edges
            self._snaps[key] = either.snap(points, max_snap_m=max_snap_m)
        return self._snaps[key]

    def routes_to(self, place: str, roads: str) -> Routes:
        """Return everybody's (rows of `homes`) shortest way to what `place` means, by vehicle; worked out once.

        Raises LayerError as `geo.settling.destination` does.
        """
        import geopandas as gpd

        from geo.settling import destination

        key = (place, roads)
        if key not in self._routes:
            homes = gpd.GeoSeries(self.demand.points, crs=self.layers.crs)
            self._routes[key] = self.network("vehicle", roads).routes(homes, destination(self, place).points)
        return self._routes[key]

    def with_edits(self, edits: tuple[Edit, ...]) -> World:
        """Return the world as it would be with the edits applied; what they cannot have changed is kept."""
        touched = {self.layers[edit.layer].kind for edit in edits if not leaves_ways(edit)}
        networks = {} if "roads" in touched else self._networks
        snaps = {} if touched & {"roads", "units", "demand"} else self._snaps
        routes = {} if touched & {"roads", "units", "demand", "facilities", "points"} else self._routes
        other = World(self.layers.with_edits(edits), self.date, self.joined_by, self.workers, networks, snaps, routes)
        for name, kinds in (("units", {"units"}), ("demand", {"units", "demand"})):
            if name in self.__dict__ and not kinds & touched:
                other.__dict__[name] = self.__dict__[name]
        return other
