"""Worlds are what they say: exact counts, an exact tiling, roads that meet where they cross, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from examples.worlds import SCALES, Size, make_world, write_world

World = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module", params=[1, 7, 20])
def town(request: pytest.FixtureRequest) -> World:
    return make_world(SCALES["town"], request.param)


def test_counts_are_met_exactly(town: World) -> None:
    size = SCALES["town"]
    assert len(town["units"]) == size.villages
    assert len(town["homes"]) == size.homes
    assert town["homes"]["people"].sum() == size.people
    assert town["homes"]["people"].between(1, 6).all()
    assert len(town["lamps"]) == size.lamps
    assert (town["lamps"]["year"] == 2025).sum() == 200
    assert len(town["cameras"]) == size.cameras
    assert (town["facilities"]["category"] == "fitness").sum() == size.fitness


def test_ids_and_village_names_are_unique(town: World) -> None:
    assert all(frame.index.is_unique for frame in town.values())
    assert town["units"]["name"].is_unique


def test_villages_tile_the_land_without_gap_or_overlap(town: World) -> None:
    shapes = town["units"].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).interiors.__len__() == 0


def test_village_population_is_that_of_its_homes(town: World) -> None:
    counted = town["homes"].groupby("unit_id")["people"].sum().reindex(town["units"].index, fill_value=0)
    assert (counted == town["units"]["population"]).all()


def test_every_home_stands_in_its_village(town: World) -> None:
    homes = town["homes"]
    shapes = town["units"].geometry.reindex(homes["unit_id"]).to_numpy()
    assert shapely.dwithin(shapes, homes.geometry.to_numpy(), 0.0).mean() > 0.999


def test_every_village_has_natural_villages(town: World) -> None:
    count = town["hamlets"].groupby("unit_id").size()
    assert count.between(1, 6).all()
    assert count.median() >= 3


def test_roads_cross_only_where_they_share_a_vertex(town: World) -> None:
    roads = town["roads"]
    lines = roads.geometry.to_numpy()
    one, two = shapely.STRtree(lines).query(lines, predicate="intersects")
    one, two = one[one < two], two[one < two]
    met = shapely.intersection(lines[one], lines[two])
    own = shapely.intersection(shapely.extract_unique_points(lines[one]), shapely.extract_unique_points(lines[two]))
    loose = shapely.length(shapely.difference(met, own)) + (
        shapely.get_num_geometries(met) - shapely.get_num_geometries(own)
    )
    assert (loose == 0).all(), roads.index[one[loose != 0]].tolist()


def test_all_roads_hang_together_but_those_of_the_village_cut_off(town: World) -> None:
    roads = town["roads"]
    pieces = _pieces(roads)
    sizes = np.sort(np.bincount(pieces))[::-1]
    assert len(sizes) == 1 + SCALES["town"].cut_off
    island = roads[pieces == np.argmin(np.bincount(pieces))]
    units = town["units"].geometry
    around = [unit for unit in units.index if shapely.intersects(units[unit], island.geometry.to_numpy()).any()]
    assert len(around) == 1


def test_bridges_are_where_roads_cross_the_river(town: World) -> None:
    roads, river = town["roads"], town["river"]
    over = shapely.intersects(roads.geometry.to_numpy(), river.geometry.union_all())
    assert (roads["bridge"][over] == "yes").mean() > 0.9
    assert 1 <= (roads["bridge"] == "yes").sum() <= 8


def test_lamps_stand_by_roads_that_should_be_lit(town: World) -> None:
    lit = town["roads"][town["roads"]["lit_required"] == "yes"]
    away = lit.sindex.nearest(town["lamps"].geometry, return_all=False, return_distance=True)[1]
    assert away.max() < 4.0


def test_town_seat_has_idle_ground_of_9800_square_metres(town: World) -> None:
    parcels = town["parcels"]
    assert parcels.area.iloc[0] == pytest.approx(9_800, abs=1)
    assert not town["homes"].intersects(parcels.geometry.iloc[0]).any()


def test_one_way_streets_run_along_whole_streets_of_the_town(town: World) -> None:
    one_way = town["roads"][town["roads"]["oneway"] == "yes"]
    assert len(one_way) >= 3
    assert set(one_way["class"]) == {"镇区街道"}


def test_same_seed_and_size_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_world(make_world(SCALES["hamlet"], 5), tmp_path / name)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_another_seed_gives_another_world() -> None:
    one, two = (make_world(SCALES["hamlet"], seed)["homes"] for seed in (5, 6))
    assert not one.geometry.reset_index(drop=True).equals(two.geometry.reset_index(drop=True))


@pytest.mark.parametrize("villages", [1, 2, 7, 60])
def test_worlds_of_any_number_of_villages_can_be_made(villages: int) -> None:
    size = Size(villages=villages, people=1_200 * villages, homes=300 * villages, lamps=40 * villages, cut_off=0)
    world = make_world(size, 2)
    assert len(world["units"]) == villages
    assert len(world["homes"]) == 300 * villages
    assert len(np.unique(_pieces(world["roads"]))) == 1


def test_more_homes_than_streets_have_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the streets have room for \d+ homes, 9000 are wanted: give more villages"):
        make_world(Size(villages=3, people=30_000, homes=9_000, cut_off=0), 1)


def test_homes_that_cannot_hold_the_people_are_refused() -> None:
    with pytest.raises(ValueError, match="10 homes of 1-6 people cannot hold 61 people"):
        Size(homes=10, people=61)


def _pieces(roads: gpd.GeoDataFrame) -> np.ndarray:
    """Return which connected piece each road belongs to, by shared vertices."""
    xy, road = shapely.get_coordinates(roads.geometry.to_numpy(), return_index=True)
    vertex = pd.factorize(pd.MultiIndex.from_arrays(xy.T))[0] + len(roads)
    n = int(vertex.max()) + 1
    labels = connected_components(coo_matrix((np.ones(len(road)), (road, vertex)), shape=(n, n)), directed=False)[1]
    return np.unique(labels[: len(roads)], return_inverse=True)[1]


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
