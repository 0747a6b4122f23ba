"""What a county keeps up besides: waste works, courts and parking, signals, ditches to desilt, dams to appraise, retrofits."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops

from examples.worlds.growth import Array
from examples.worlds.services import place_of_unit, spots
from examples.worlds.world import Ground, frame, points

# category: (share of villages that have one, share of towns, lowest and highest capacity, name ending)
WORKS = {
    "depot": (0.3, 1.0, (2_000, 6_000), "垃圾集中点"),  # kilograms a day
    "transfer_station": (0.0, 0.6, (20_000, 80_000), "垃圾转运站"),
    "treatment": (0.0, 0.1, (300, 900), "垃圾处理厂"),  # tonnes a day
    "court": (0.5, 1.0, (0, 0), "篮球场"),
    "parking": (0.1, 1.0, (40, 160), "公共停车场"),
}
# Where the last year of the world is: every date lies before it.
YEAR = 2026


def kept_up(
    ground: Ground, frames: dict[str, gpd.GeoDataFrame], rng: np.random.Generator
) -> dict[str, gpd.GeoDataFrame]:
    """Return works (facilities), signals, watercourses, reservoirs and retrofit lists for the world so far."""
    return {
        "works": _works(ground, rng),
        "signals": _signals(frames["points"], rng),
        "watercourses": _watercourses(frames["river"], rng),
        "reservoirs": _reservoirs(ground, rng),
        "retrofit": _retrofit(frames["units"], rng),
    }


def _works(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    free, place, towns = spots(ground), place_of_unit(ground), ground.size.towns
    is_town = np.arange(len(ground.unit_id)) < towns
    pieces = []
    for turn, (category, (villages, seats, capacity, ending)) in enumerate(WORKS.items()):
        chosen = np.flatnonzero(rng.random(len(is_town)) < np.where(is_town, seats, villages))
        chosen = np.union1d(chosen, [0]) if category == "treatment" else chosen
        xy = free.at(place[chosen], 21 + turn)
        held = rng.integers(*capacity, len(chosen)).astype(float) if capacity[1] else np.full(len(chosen), np.nan)
        name = np.char.add(ground.unit_name[chosen], ending)
        area = np.where(category == "court", 420.0, np.nan)
        row = {"category": category, "village": chosen, "name": name, "capacity": held, "area_m2": area}
        pieces.append(pd.DataFrame({**row, "x": xy[:, 0], "y": xy[:, 1]}))
    table = pd.concat(pieces, ignore_index=True)
    data = {name: table[name].to_numpy() for name in ("name", "category", "capacity", "area_m2")}
    data |= {"unit_id": ground.unit_id[table["village"]], "status": np.full(len(table), "working")}
    return frame(data, _ids("K", len(table)), points(ground, table[["x", "y"]].to_numpy()))


def _signals(watched: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return signals before half of the schools and hospitals."""
    doors = watched[watched["category"].isin(["school_gate", "hospital"])]
    doors = doors[rng.random(len(doors)) < 0.5]
    xy = shapely.get_coordinates(doors.geometry) + rng.uniform(-40, 40, (len(doors), 2))
    data = {"category": np.full(len(doors), "signal"), "status": np.full(len(doors), "working")}
    return frame(data, _ids("X", len(doors)), shapely.points(np.round(xy, 2)))


def _watercourses(river: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return rivers in reaches of about a kilometre, with when each was desilted and what has settled since."""
    reaches = np.concatenate([_cut(line) for line in river.geometry]) if len(river) else np.empty(0, dtype=object)
    n = len(reaches)
    data = {
        "name": np.full(n, "塘江"),
        "category": np.full(n, "river"),
        "last_desilted": np.where(rng.random(n) < 0.8, _dates(rng, n, 6), None),
        "silt_cm": np.round(rng.gamma(2.0, 9.0, n)),
        "width_m": np.full(n, 24.0),
    }
    return frame(data, _ids("W", n), reaches)


def _cut(line: shapely.LineString) -> Array:
    count = max(1, round(line.length / 1000))
    marks = np.linspace(0.0, line.length, count + 1)
    return np.array([shapely.ops.substring(line, a, b) for a, b in pairwise(marks)], dtype=object)


def _reservoirs(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return a reservoir in one village of seven, on the hills behind it."""
    village = np.flatnonzero(rng.random(len(ground.unit_id)) < 0.15)
    village = village if len(village) else np.array([0])
    cell = ground.villages.hamlet[np.searchsorted(ground.villages.hamlet_village, village)]
    xy = ground.fabric.centre[cell] + rng.uniform(250, 400, (len(village), 2))
    data = {
        "name": np.char.add(ground.unit_name[village], "水库"),
        "category": np.full(len(village), "reservoir"),
        "unit_id": ground.unit_id[village],
        "last": np.where(rng.random(len(village)) < 0.85, _dates(rng, len(village), 14), None),
        "built": np.char.add(np.char.mod("%d", rng.integers(1958, 2012, len(village))), "-06-01"),
        "people": rng.integers(200, 6_000, len(village)).astype(float),
    }
    return frame(data, _ids("D", len(village)), points(ground, xy))


def _retrofit(units: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return how many homes of old people each village has to make fit, and how many it has (适老化改造)."""
    eligible = np.maximum(1, (units["pop60"].to_numpy() * 0.06).astype(int))
    done = np.minimum(eligible, (eligible * rng.uniform(0.4, 1.1, len(units))).astype(int))
    data = {
        "unit_id": units.index.to_numpy(),
        "programme": np.full(len(units), "retrofit"),
        "eligible": eligible,
        "done": done,
        "people": np.round(eligible * 1.4),
    }
    return frame(data, _ids("A", len(units)), None)


def _dates(rng: np.random.Generator, count: int, years: int) -> Array:
    """Return days of the last so many years, as text."""
    year = np.char.mod("%d", rng.integers(YEAR - years, YEAR, count))
    return np.char.add(np.char.add(year, np.char.mod("-%02d", rng.integers(1, 13, count))), "-15")


def _ids(letter: str, count: int) -> Array:
    width = max(3, len(str(count)))
    return np.char.mod(f"{letter}%0{width}d", np.arange(1, count + 1))
