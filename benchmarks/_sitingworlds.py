"""Drawn worlds for the siting benchmark: people clustered in villages, sites at random junctions, cost along the roads."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.network import RoadNetwork

SPACING_M = 100.0
REMOVED_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class World:
    """Who wants what where: `cost_m` is sites x demand in metres along the road, pairs beyond the cutoff not stored."""

    people: NDArray[np.float64]
    cost_m: csr_array
    price: NDArray[np.float64]

    def serves(self, within_m: float) -> csr_array:
        """Return which site serves which demand within that distance (<=)."""
        table = self.cost_m.tocoo()
        near = table.data <= within_m
        at = (table.coords[0][near], table.coords[1][near])
        return csr_array((np.ones(int(near.sum()), dtype=bool), at), shape=table.shape)


def grid(side: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the roads of a grid with perturbed junctions and some of its edges removed."""
    ids = np.arange(side * side).reshape(side, side)
    x, y = np.meshgrid(np.arange(side) * SPACING_M, np.arange(side) * SPACING_M)
    at = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-30, 30, (side * side, 2))
    across = np.column_stack([ids[:, :-1].ravel(), ids[:, 1:].ravel()])
    up = np.column_stack([ids[:-1].ravel(), ids[1:].ravel()])
    edges = np.concatenate([across, up])
    edges = edges[rng.random(len(edges)) >= REMOVED_SHARE]
    lines = shapely.linestrings(at[edges])
    return gpd.GeoDataFrame({"class": ["residential"] * len(lines)}, geometry=lines, crs="EPSG:4547")


def world(demands: int, sites: int, side: int, cutoff_m: float, seed: int = 7) -> World:
    """Return a world of that size: villages of lognormal size on a grid of `side` x `side` junctions."""
    rng = np.random.default_rng(seed)
    network = RoadNetwork.from_frame(grid(side, rng))
    width = (side - 1) * SPACING_M
    villages = max(3, demands // 150)
    centre = rng.uniform(0, width, (villages, 2))
    size = rng.lognormal(0, 0.8, villages)
    of = rng.choice(villages, demands, p=size / size.sum())
    home = np.clip(centre[of] + rng.normal(0, 400, (demands, 2)), 0, width)
    place = rng.integers(0, side, (sites, 2)) * SPACING_M
    people = rng.integers(1, 8, demands).astype(float)
    homes = gpd.GeoSeries(shapely.points(home), crs="EPSG:4547")
    places = gpd.GeoSeries(shapely.points(place), crs="EPSG:4547")
    pairs = network.pairs_within(places, homes, cutoff=cutoff_m, max_snap_m=500.0)
    at = (pairs["origin"].to_numpy(), pairs["destination"].to_numpy())
    cost = csr_array((pairs["cost"].to_numpy(float), at), shape=(sites, demands))
    return World(people, cost, rng.lognormal(11, 0.5, sites).round(-2))
