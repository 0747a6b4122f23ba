"""The bundled town 东塘镇: an ordinary world of twenty villages with stories planted in it, each of them a truth to be found.

The stories are changes to the layers before clerks write them down, so every one of them can be checked against what an
assessment finds. `truths` says them; the README of the bundled town tells them in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds.electric import ROADSIDE_M, WATCHED, beside
from examples.worlds.services import place_of_unit, spots
from examples.worlds.size import SCALES
from examples.worlds.world import CRS, Ground, furnish, lay_ground

SEED = 7
SIZE = SCALES["town"]
CLINIC_WALK_M = 2_500.0  # the town's own rule: a clinic within this walk of every home
JUST_OUTSIDE = "郭村"  # of 塘湾村: its nearest home is 66 m too far

Frames = dict[str, gpd.GeoDataFrame]


@dataclass(frozen=True)
class Truths:
    """What is planted, by village id; every list is sorted."""

    cut_off: str  # lost its bridge: nothing beyond it can be reached by road
    remote: str  # farthest from the town seat, not one lamp
    plenty: str  # has everything that the plan asks for
    no_elderly: tuple[str, ...]
    no_children_home: tuple[str, ...]
    no_clinic: tuple[str, ...]
    no_fitness: tuple[str, ...]
    no_social_worker: tuple[str, ...]
    cleaners_short: tuple[tuple[str, int], ...]
    doctors_short: tuple[tuple[str, int], ...]
    offline_gate: str  # the school gate whose only camera is offline (a point to watch)
    astray_gate: str  # the school gate whose only camera looks away
    blank_population: str  # the village whose population cell is blank
    wrong_population: str  # the village whose register says more people than its homes hold
    wrong_by: int
    ranger: str  # the home that stands far from every road
    just_outside: str  # the natural village a few dozen metres too far from the nearest clinic


def bundled_town() -> tuple[Frames, Truths]:
    """Return the layers of 东塘镇 in canonical form, and the truths planted in them."""
    ground = lay_ground(SIZE, SEED)
    frames = furnish(ground, SEED)
    cast = _cast(ground, frames)
    homes = _ranger(frames, cast)
    facilities = _facilities(frames, cast, ground)
    changed = {
        "homes": homes,
        "facilities": facilities,
        "lamps": _lamps(frames, cast),
        "cameras": _cameras(frames, cast),
    }
    changed |= {"staff": _staff(frames["units"], cast), "units": _register(frames["units"], cast)}
    return frames | changed, cast


def _cast(ground: Ground, frames: Frames) -> Truths:
    """Return which village plays which part, chosen by where they lie."""
    units = frames["units"]
    rural = [str(unit) for unit in ground.unit_id[ground.size.towns :]]
    seat = pd.Series(
        list(shapely.points(ground.bend.points(ground.fabric.centre[ground.villages.seat]))), index=ground.unit_id
    )
    away = pd.Series(shapely.distance(seat.to_numpy(), seat.iloc[0]), index=seat.index)[rural].sort_values(
        kind="stable"
    )
    cut_off = str(ground.unit_id[ground.villages.cut_off][0])
    far = [str(unit) for unit in away.index if unit != cut_off]
    remote, plenty = far[-1], far[1]
    rest = sorted(set(far) - {remote, plenty})
    turn = np.random.default_rng([SEED, 99]).permutation(len(rest))
    rest = [rest[k] for k in turn]
    due = -(-units["population"] // 500)
    schools = _gates(frames["points"])
    return Truths(
        cut_off=cut_off,
        remote=remote,
        plenty=plenty,
        no_elderly=tuple(sorted([cut_off, remote, *rest[:4]])),
        no_children_home=tuple(sorted([cut_off, *rest[3:7]])),
        no_clinic=tuple(sorted([cut_off, rest[7], rest[8]])),
        no_fitness=tuple(sorted([cut_off, remote])),
        no_social_worker=tuple(sorted([remote, *rest[8:12]])),
        cleaners_short=tuple(
            sorted(
                (unit, int(min(short, due[unit])))
                for unit, short in zip([remote, *rest[9:15]], (2, 1, 1, 2, 1, 1, 3), strict=True)
            )
        ),
        doctors_short=tuple(sorted((unit, 1) for unit in [cut_off, rest[7], rest[2]])),
        offline_gate=schools[0],
        astray_gate=schools[1],
        blank_population=rest[5],
        wrong_population=rest[6],
        wrong_by=430,
        ranger=str(frames["homes"].index[frames["homes"]["unit_id"] == remote][-1]),
        just_outside=JUST_OUTSIDE,
    )


def _gates(points: gpd.GeoDataFrame) -> list[str]:
    gates = points[(points["category"] == "school_gate") & ~points["unit_id"].str.endswith("001")]
    return [str(gate) for gate in gates.index]


def _ranger(frames: Frames, cast: Truths) -> gpd.GeoDataFrame:
    """Return the homes, one of the remote village's moved to the forest, far from every road."""
    homes = frames["homes"].copy()
    west, south, east, north = frames["units"].geometry[cast.remote].bounds
    x, y = np.meshgrid(np.arange(west, east, 50.0), np.arange(south, north, 50.0))
    forest = shapely.points(x.ravel(), y.ravel())
    forest = forest[shapely.within(forest, frames["units"].geometry[cast.remote].buffer(-150))]
    _, away = frames["roads"].sindex.nearest(forest, return_all=False, return_distance=True)
    homes.loc[cast.ranger, "geometry"] = forest[int(np.argmax(away))]
    homes.loc[cast.ranger, "hamlet"] = "林场护林点"
    return homes


def _facilities(frames: Frames, cast: Truths, ground: Ground) -> gpd.GeoDataFrame:
    """Return the facilities: elderly centres, children's homes, clinics and fitness sets where the cast says, all in use."""
    facilities = frames["facilities"].assign(status="working")
    missing = {
        "elderly": cast.no_elderly,
        "children_home": cast.no_children_home,
        "clinic": cast.no_clinic,
        "fitness": cast.no_fitness,
    }
    gone = pd.Series(False, index=facilities.index)
    parts = [
        _in_every_hamlet(frames, cast, "waste", "分类垃圾亭"),
        _in_every_hamlet(frames, cast, "fitness", "健身路径"),
    ]
    for turn, (category, villages) in enumerate(missing.items()):
        mine = facilities["category"] == category
        gone |= mine & facilities["unit_id"].isin(villages)
        have = set(facilities.loc[mine & ~gone, "unit_id"])
        parts.append(_built(ground, category, sorted(set(frames["units"].index) - set(villages) - have), 20 + turn))
    both = pd.concat([facilities[~gone], *parts], ignore_index=True)
    both = _twenty_fitness_sets(both, cast).sort_values(["category", "unit_id", "name"], kind="stable")
    both.index = pd.Index([f"F{k:03d}" for k in range(1, len(both) + 1)], name="id", dtype="str")
    shut = both.index[(both["category"] == "toilet") & (both["unit_id"] != cast.plenty)][:2]
    both.loc[shut, "status"] = "broken"
    return both


ENDING = {"elderly": "养老服务中心", "children_home": "儿童之家", "clinic": "卫生室", "fitness": "健身路径1号"}


def _built(ground: Ground, category: str, villages: list[str], turn: int) -> gpd.GeoDataFrame:
    """Return one facility of that category in the middle of each of these villages."""
    row = np.flatnonzero(np.isin(ground.unit_id, villages))
    at = spots(ground).at(place_of_unit(ground)[row], turn)
    data = {
        "name": np.char.add(ground.unit_name[row], ENDING[category]),
        "category": category,
        "unit_id": ground.unit_id[row],
        "status": "working",
        "opened": "2019-06-01",
    }
    return gpd.GeoDataFrame(data, geometry=shapely.points(ground.bend.points(at)), crs=CRS)


def _in_every_hamlet(frames: Frames, cast: Truths, category: str, ending: str) -> gpd.GeoDataFrame:
    """Return one facility of that category in the middle of each natural village of the village of plenty."""
    hamlets = frames["hamlets"]
    mine = hamlets[hamlets["unit_id"] == cast.plenty]
    data = {
        "name": (mine["name"] + ending).to_numpy(),
        "category": category,
        "unit_id": cast.plenty,
        "status": "working",
        "opened": "2024-09-01",
    }
    return gpd.GeoDataFrame(data, geometry=mine.geometry.translate(6.0, 6.0).to_numpy(), crs=CRS)


def _twenty_fitness_sets(facilities: gpd.GeoDataFrame, cast: Truths) -> gpd.GeoDataFrame:
    """Return the facilities with as many fitness sets as the size says: surplus ones go where there are several."""
    sets = facilities[facilities["category"] == "fitness"]
    number = sets.groupby("unit_id").cumcount().where(sets["unit_id"] != cast.plenty, -1)
    keep = number.sort_values(kind="stable").index[: SIZE.fitness]
    return facilities.drop(sets.index.difference(keep))


def _lamps(frames: Frames, cast: Truths) -> gpd.GeoDataFrame:
    """Return the lamps: none in the remote village, one every 30 m where there is plenty, as many in all as before."""
    lamps, roads, units = frames["lamps"], frames["roads"], frames["units"]
    shapes = units.geometry
    plenty, remote = shapes[cast.plenty], shapes[cast.remote].buffer(30)
    outside = lamps[~lamps.within(plenty.buffer(30)) & ~lamps.within(remote)]
    lit = roads[(roads["lit_required"] == "yes") & roads.intersects(plenty)].geometry.to_numpy()
    number = np.maximum(1, np.ceil(shapely.length(lit) / 30.0)).astype(int)
    line = np.repeat(np.arange(len(lit)), number)
    along = (np.arange(len(line)) - (np.cumsum(number) - number)[line] + 0.5) * shapely.length(lit)[line] / number[line]
    xy = np.round(beside(lit[line], along, np.full(len(line), ROADSIDE_M)), 2)
    new = gpd.GeoDataFrame(
        {"category": "lamp", "status": "working", "kind": "太阳能", "height_m": 6.0, "year": 2025},
        index=range(len(xy)),
        geometry=shapely.points(xy),
        crs=lamps.crs,
    )
    kept = outside.iloc[: len(lamps) - len(new)]
    both = pd.concat([kept, new], ignore_index=True)
    both.index = pd.Index([f"LD{k:04d}" for k in range(1, len(both) + 1)], name="id", dtype="str")
    return both


def _staff(units: gpd.GeoDataFrame, cast: Truths) -> pd.DataFrame:
    """Return the staff list: what the norms ask for, less what the cast says is missing; wardens (网格员) as the town has them."""
    cleaners = -(-units["population"] // 500) - pd.Series(dict(cast.cleaners_short)).reindex(units.index, fill_value=0)
    doctors = -(-units["population"] // 1000) - pd.Series(dict(cast.doctors_short)).reindex(units.index, fill_value=0)
    social = pd.Series(1, index=units.index) - units.index.isin(cast.no_social_worker)
    wardens = np.maximum(1, units["population"] // 800)
    parts = [
        pd.DataFrame({"unit_id": units.index, "role": role, "count": count.to_numpy()})
        for role, count in (("cleaner", cleaners), ("social_worker", social), ("doctor", doctors), ("网格员", wardens))
    ]
    table = pd.concat(parts)
    table = table[table["count"] > 0].sort_values(["unit_id", "role"])
    table.index = pd.Index([f"T{k:03d}" for k in range(1, len(table) + 1)], name="id", dtype="str")
    return table


def _cameras(frames: Frames, cast: Truths) -> gpd.GeoDataFrame:
    """Return the cameras: every gate, market and hospital has one that sees it, but for the two that the cast names."""
    points, cameras = frames["points"], frames["cameras"].copy()
    near = points.sindex.nearest(cameras.geometry, return_all=False)[1]
    target = points.iloc[near].set_axis(cameras.index)
    at = shapely.get_coordinates(target.geometry) - shapely.get_coordinates(cameras.geometry)
    facing = pd.Series(np.round(np.degrees(np.arctan2(at[:, 0], at[:, 1]))) % 360, index=cameras.index)
    watched = target["category"].isin(list(WATCHED.values()))
    cameras.loc[watched, "status"] = "working"
    cameras["azimuth_deg"] = cameras["azimuth_deg"].mask(watched & cameras["azimuth_deg"].notna(), facing)
    target_id = pd.Series(points.index[near], index=cameras.index)
    cameras.loc[target_id == cast.offline_gate, "status"] = "broken"
    astray = target_id == cast.astray_gate
    cameras.loc[astray, "azimuth_deg"] = (facing[astray] + 180) % 360
    cameras.loc[astray, "fov_deg"] = 75.0
    return cameras


def _register(units: gpd.GeoDataFrame, cast: Truths) -> gpd.GeoDataFrame:
    """Return the villages as the register has them: one population blank, one counted by household register."""
    units = units.astype({"population": float})
    units.loc[cast.blank_population, "population"] = np.nan
    units.loc[cast.wrong_population, "population"] += cast.wrong_by
    return units
