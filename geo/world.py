"""The layers as one run sees them, with what several rules share worked out once: homes, their villages, the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from geo.network import RoadNetwork
    from layers.edit import Edit
    from layers.layer import Layers


@dataclass(frozen=True, eq=False)
class World:
    """Layers, the date they speak of, and what is derived from them on first use (never changed afterwards)."""

    layers: Layers
    date: dt.date | None = None
    _networks: dict[tuple[str, str], RoadNetwork] = field(default_factory=dict, repr=False)

    @cached_property
    def units(self) -> gpd.GeoDataFrame:
        """The villages and communities, on their id; empty if the plan has none."""
        raise NotImplementedError

    @cached_property
    def homes(self) -> gpd.GeoDataFrame:
        """Demand at the finest grain given: points with `people` and `unit_id`; the units themselves if there are none."""
        raise NotImplementedError

    def network(self, mode: str, roads: str = "roads") -> RoadNetwork:
        """Return the network of that travel mode over the roads layer named, built once."""
        raise NotImplementedError

    def with_edits(self, edits: tuple[Edit, ...]) -> World:
        """Return the world as it would be with the edits applied."""
        return World(self.layers.with_edits(edits), self.date)
