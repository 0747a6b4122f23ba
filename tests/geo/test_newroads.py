"""What a new road changes, from sums alone, is what a network made anew with it finds, to the last bit."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.network import engine
from geo.network.modes import network_of, usable
from geo.roads.adding import new_roads
from geo.roads.newroads import Changed, ChangedPairs, NewRoads, updated
from geo.travel import Mode, Travel
from geo.ways import AlongRoads, Pairs

CRS = "EPSG:4547"
WORLDS = 60
SNAP_M = 12.0
CORNER = np.array([(x, y) for x in range(6) for y in range(5)])


@dataclass(frozen=True)
class World:
    """Streets of a town of 50 by 40 m, most of them there; homes, a few places (one a park), and roads that may be built."""

    roads: gpd.GeoDataFrame
    homes: gpd.GeoSeries
    places: np.ndarray
    added: gpd.GeoDataFrame
    mode: Mode
    unit: str

    def ways(self, built: list[int]) -> AlongRoads:
        frame = pd.concat([self.roads, self.added.iloc[built]])
        open_roads = frame[usable(self.mode, frame)]
        network = network_of(self.mode, open_roads, unit=self.unit)
        return AlongRoads(
            network, open_roads, self.homes.to_numpy(), network.snap(self.homes, max_snap_m=SNAP_M), SNAP_M
        )


def town(seed: int) -> World:
    rng = np.random.default_rng(seed)
    at = CORNER * 10.0 + rng.choice([0.0, 0.3], CORNER.shape) + rng.choice([0.0, 4e-4], CORNER.shape)
    streets = [[at[5 * x + y] for y in range(5)] for x in range(6)] + [
        [at[5 * x + y] for x in range(6)] for y in range(5)
    ]
    shapes = []
    for street in streets:
        begin = int(rng.integers(0, 2))
        shapes.append(shapely.LineString(street[begin : begin + int(rng.integers(2, 6))]))
    speed = rng.choice([5.0, 30.0, 47.0], len(shapes))
    oneway = rng.choice(["no", "no", "no", "yes", "-1"], len(shapes))
    names = rng.permutation([f"r{i:02}" for i in range(len(shapes))])
    roads = gpd.GeoDataFrame({"oneway": oneway, "speed_kmh": speed}, geometry=shapes, index=names, crs=CRS)
    lines = [shapely.LineString(at[rng.choice(len(at), 2, replace=False)]) for _ in range(4)]
    bend = shapely.LineString([at[rng.integers(len(at))], rng.uniform(0, 50, 2), at[rng.integers(len(at))]])
    names = rng.permutation([*(f"a{i}" for i in range(3)), *(f"z{i}" for i in range(2))])
    added = gpd.GeoDataFrame(
        {"oneway": rng.choice(["no", "no", "yes"], 5), "speed_kmh": 31.0}, geometry=[*lines, bend], index=names, crs=CRS
    )
    spots = np.where(rng.random((12, 2)) < 0.5, rng.integers(-4, 24, (12, 2)) * 2.5, rng.uniform(-10, 60, (12, 2)))
    places = shapely.points(rng.uniform(0, 50, (3, 2)))
    if rng.random() < 0.3:
        places[0] = shapely.box(*(corner := rng.uniform(0, 30, 2)), *(corner + 15))
    mode = ("walk", "drive")[seed % 2]
    return World(
        roads, gpd.GeoSeries(shapely.points(spots), crs=CRS), places, added, mode, ("m", "m", "m", "min")[seed % 4]
    )


@pytest.mark.parametrize("least", [0, 10**9])
def test_each_road_alone_and_then_one_after_another(monkeypatch, least):
    if not least:
        pytest.importorskip("numba")
    monkeypatch.setattr(engine, "COMPILED_FROM", least)
    compared = sum(as_anew(seed) for seed in range(WORLDS if least else WORLDS // 3))
    assert compared > WORLDS / 3


def as_anew(seed: int) -> int:
    """Build the roads of one world one after another and compare all that is said with networks made anew; return how often."""
    world = town(seed)
    scale = 0.01 if world.unit == "min" else 1.0
    cutoff, farthest = 45.0 * scale, (inf, 45.0 * scale, 80.0 * scale)[seed % 3]
    ways = world.ways([])
    known = ways.at.on_network
    new = new_roads(ways, world.added, Travel(world.mode, world.unit), farthest)
    state = new, new.now(world.places), new.pairs(world.places, cutoff)
    anew, built, compared = new.anew(world.places), [], 0
    first = new.nearest(state[1])
    assert new.touches[first.road[first.point < new.homes]].all()
    for taken in range(len(world.added)):
        new, now, pairs = state
        changed, changed_pairs = new.nearest(now), new.within(pairs, cutoff)
        for road in np.flatnonzero(~anew).tolist():
            if road not in built:
                after = applied(now, changed, road), updated(pairs, of_road(changed_pairs, road))
                assert_same(new, *after, world.ways([*built, road]), world.places, cutoff, known)
                compared += 1
        if not anew[taken]:
            state = built_for_good(state, taken, cutoff)
            built.append(taken)
    return compared


def built_for_good(state: tuple[NewRoads, np.ndarray, Pairs], road: int, cutoff: float):
    new, now, pairs = state
    only = np.array([road])
    return new.built(road), applied(now, new.nearest(now, only), road), updated(pairs, new.within(pairs, cutoff, only))


def applied(now: np.ndarray, changed: Changed, road: int) -> np.ndarray:
    after, mine = now.copy(), changed.road == road
    after[changed.point[mine]] = changed.cost[mine]
    return after


def of_road(changed: ChangedPairs, road: int) -> ChangedPairs:
    return ChangedPairs(*(values[changed.road == road] for values in vars(changed).values()))


def assert_same(
    new: NewRoads, now: np.ndarray, pairs: Pairs, ways: AlongRoads, places: np.ndarray, cutoff: float, known: np.ndarray
):
    """Of homes that were on no road to begin with nothing is said, nor of costs beyond the farthest."""
    found, wanted = now[: new.homes][known], ways.nearest(places)[known]
    np.testing.assert_array_equal(*(np.where(cost <= new.farthest, cost, inf) for cost in (found, wanted)))
    anew = ways.within(places, cutoff)
    mine = np.append(known, np.zeros(len(now) - len(known), bool))[pairs.home]
    theirs = known[anew.home]
    for one, other in zip(vars(pairs).values(), vars(anew).values(), strict=True):
        np.testing.assert_array_equal(one[mine], other[theirs])
