"""What is provided, and by whom: facilities, parks, staff, and what people call the hotline about."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds import electric
from examples.worlds.growth import Array, Ints, Numbers
from examples.worlds.homes import PARK_BLOCK, SCHOOL_BLOCK, VACANT_BLOCK, block_corners
from examples.worlds.world import Ground, frame, points

VACANT_M2 = 9_800.0  # the idle ground in the middle of every town seat

# category: (share of villages that have one, name ending)
RURAL = {
    "party_center": (1.0, "党群服务中心"),
    "clinic": (0.85, "卫生室"),
    "elderly": (0.7, "养老服务中心"),
    "children_home": (0.75, "儿童之家"),
    "toilet": (0.8, "公厕"),
    "bus_stop": (0.75, "候车亭"),
    "school": (0.22, "小学"),
}
TOWN = {
    "hospital": "卫生院",
    "market": "农贸市场",
    "school": "中心小学",
    "kindergarten": "中心幼儿园",
    "clinic": "卫生服务站",
    "elderly": "养老服务中心",
    "children_home": "儿童之家",
    "toilet": "圩镇公厕",
    "bus_stop": "汽车站",
    "party_center": "党群服务中心",
    "fire_station": "消防救援站",
}
TOPICS = {
    "路灯不亮": 0.2,
    "道路破损": 0.17,
    "垃圾清运": 0.15,
    "健身设施": 0.08,
    "看病不便": 0.08,
    "公交出行": 0.08,
    "养老服务": 0.06,
    "噪声扰民": 0.06,
    "占道经营": 0.06,
    "河道保洁": 0.06,
}


def provided(
    ground: Ground, frames: dict[str, gpd.GeoDataFrame], rng: np.random.Generator
) -> dict[str, gpd.GeoDataFrame]:
    """Return facilities, parks, parcels, points, lamps, cameras, staff and petitions for the world so far."""
    facilities = _facilities(ground, rng)
    watched = electric.points_to_watch(ground, facilities)
    return {
        "facilities": facilities,
        "parks": _parks(ground, rng),
        "parcels": _parcels(ground, rng),
        "points": watched,
        "lamps": electric.lamps(ground, frames["roads"], rng),
        "cameras": electric.cameras(ground, watched, rng),
        "staff": _staff(frames["units"], rng),
        "petitions": _petitions(frames["homes"], frames["units"], rng),
    }


@dataclass(frozen=True)
class Spots:
    """The public plots of each place (natural village by row, or -1 - town), in an order that looks random but is not."""

    place: Ints
    xy: Numbers
    ground: Ground

    def at(self, place: Ints, turn: int) -> Numbers:
        """Return a plot at each place, the `turn`-th it has; beside its middle if it has none."""
        first, last = np.searchsorted(self.place, place), np.searchsorted(self.place, place, side="right")
        found = self.xy[np.minimum(first + turn % np.maximum(last - first, 1), len(self.place) - 1)]
        villages = self.ground.villages
        cell = np.where(place >= 0, villages.hamlet[np.maximum(place, 0)], villages.seat[np.maximum(-1 - place, 0)])
        return np.where((last > first)[:, None], found, self.ground.fabric.centre[cell] + 6.0)


def spots(ground: Ground) -> Spots:
    """Return where public buildings may stand."""
    xy, place = ground.built.public_xy, ground.built.public_place
    scrambled = np.modf(np.abs(np.sin(xy[:, 0] * 12.9898 + xy[:, 1] * 78.233)) * 43758.5453)[0]
    order = np.lexsort((scrambled, place))
    return Spots(place[order], xy[order], ground)


def place_of_unit(ground: Ground) -> Array:
    """Return where each village's public buildings stand: its first natural village, or its town's streets."""
    n, towns = len(ground.unit_id), ground.size.towns
    first = np.searchsorted(ground.villages.hamlet_village, np.arange(n))
    return np.where(np.arange(n) < towns, -1 - np.arange(n), first)


def _facilities(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    free = spots(ground)
    rows = [
        *_rural_facilities(ground, free, rng),
        *_town_facilities(ground, free),
        _fitness(ground, free, rng),
        _waste(ground, free, rng),
    ]
    table = pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)
    xy = table[["x", "y"]].to_numpy()
    n = len(table)
    age = rng.integers(1, 15, n)
    year = np.char.mod("%d", 2026 - age)
    month = np.char.mod("%02d", rng.integers(1, 13, n))
    data = {
        "name": table["name"].to_numpy(),
        "category": table["category"].to_numpy(),
        "unit_id": ground.unit_id[table["village"]],
        "capacity": _capacity(table["category"].to_numpy(), rng),
        "status": np.where(rng.random(n) < 0.97, "working", "broken"),
        "opened": np.char.add(np.char.add(year, "-"), np.char.add(month, "-01")),
    }
    width = max(3, len(str(n)))
    return frame(data, np.char.mod(f"F%0{width}d", np.arange(1, n + 1)), points(ground, xy))


def _rows(ground: Ground, category: str, village: Array, xy: Array, names: Array) -> dict[str, object]:
    return {"category": category, "village": village, "name": names, "x": xy[:, 0], "y": xy[:, 1]}


def _rural_facilities(ground: Ground, free: Spots, rng: np.random.Generator) -> list[dict[str, object]]:
    rural = np.arange(ground.size.towns, len(ground.unit_id))
    place = place_of_unit(ground)
    rows = []
    for turn, (category, (share, ending)) in enumerate(RURAL.items()):
        village = rural[rng.random(len(rural)) < share]
        xy = free.at(place[village], turn)
        rows.append(_rows(ground, category, village, xy, np.char.add(ground.unit_name[village], ending)))
    return rows


def _town_facilities(ground: Ground, free: Spots) -> list[dict[str, object]]:
    town = np.arange(ground.size.towns)
    short = np.array([name[:-2] for name in ground.unit_name[town]])
    rows = []
    for turn, (category, ending) in enumerate(TOWN.items()):
        xy = free.at(-1 - town, turn)
        if category == "school":
            xy = block_corners(ground.fabric, SCHOOL_BLOCK).mean(axis=1)
        rows.append(_rows(ground, category, town, xy, np.char.add(np.char.add(short, "镇"), ending)))
    return rows


def _fitness(ground: Ground, free: Spots, rng: np.random.Generator) -> dict[str, object]:
    """Return `size.fitness` sets: three to a town, one to as many villages as there are, then second ones."""
    towns, n = ground.size.towns, len(ground.unit_id)
    count = ground.size.fitness
    in_town = np.repeat(np.arange(towns), 3)[:count]
    rural = rng.permutation(np.arange(towns, n))
    rural = np.resize(rural, count - len(in_town)) if len(rural) else np.resize(np.arange(towns), count - len(in_town))
    village = np.concatenate([in_town, rural])
    turn = 11 + np.concatenate([np.arange(len(in_town)) % 3, np.arange(len(rural)) // max(n - towns, 1)])
    xy = np.empty((count, 2))
    place = place_of_unit(ground)[village]
    for each in np.unique(turn):
        xy[turn == each] = free.at(place[turn == each], int(each))
    order = np.char.mod("健身路径%d号", turn - 10)
    return _rows(ground, "fitness", village, xy, np.char.add(ground.unit_name[village], order))


def _waste(ground: Ground, free: Spots, rng: np.random.Generator) -> dict[str, object]:
    """Return sorting kiosks (分类垃圾亭): one in most natural villages, four in a town."""
    villages = ground.villages
    have = np.flatnonzero(rng.random(len(villages.hamlet)) < 0.72)
    town = np.repeat(np.arange(ground.size.towns), 4)
    place = np.concatenate([have, -1 - town])
    xy = free.at(place, 9)
    for k in range(4):
        mine = len(have) + np.arange(k, len(town), 4)
        xy[mine] = free.at(place[mine], 14 + k)
    village = np.concatenate([villages.hamlet_village[have], town])
    names = np.concatenate([ground.hamlet_name[have], ground.unit_name[town]])
    return _rows(ground, "waste", village, xy, np.char.add(names.astype(str), "分类垃圾亭"))


def _capacity(category: Array, rng: np.random.Generator) -> Array:
    capacity = np.full(len(category), np.nan)
    for name, low, high in (("elderly", 10, 40), ("hospital", 60, 120), ("school", 180, 900), ("market", 60, 140)):
        mine = category == name
        capacity[mine] = rng.integers(low, high, mine.sum())
    return capacity


def _parks(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return a park in every town seat and pocket parks (口袋公园) in one village of six."""
    towns = np.arange(ground.size.towns)
    blocks = block_corners(ground.fabric, PARK_BLOCK)
    middle = blocks.mean(axis=1, keepdims=True)
    town_parks = shapely.polygons(middle + (blocks - middle) * 0.8)
    village = np.flatnonzero(rng.random(len(ground.unit_id)) < 0.17)
    village = village[village >= ground.size.towns]
    pocket = _plots_of_land(ground, village, rng.uniform(500, 1_900, len(village)), 0, rng)
    shapes = ground.bend(shapely.segmentize(np.concatenate([town_parks, pocket]), 25.0))
    owner = np.concatenate([towns, village])
    short = np.array([name[:-2] for name in ground.unit_name[towns]])
    names = np.concatenate([np.char.add(short, "镇文化公园"), np.char.add(ground.unit_name[village], "口袋公园")])
    data = {
        "name": names,
        "category": np.full(len(owner), "park"),
        "unit_id": ground.unit_id[owner],
        "area_m2": np.round(shapely.area(shapes)),
        "status": np.full(len(owner), "working"),
    }
    return frame(data, np.char.mod("G%03d", np.arange(1, len(owner) + 1)), shapes)


def _parcels(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return idle land: 9 800 m² in the middle of each town, and a smaller piece in most villages."""
    towns = np.arange(ground.size.towns)
    blocks = block_corners(ground.fabric, VACANT_BLOCK)
    whole = ground.bend(shapely.segmentize(shapely.polygons(blocks), 25.0))
    shrink = np.sqrt(VACANT_M2 / shapely.area(whole))
    vacant = [shapely.affinity.scale(shape, by, by) for shape, by in zip(whole, shrink, strict=True)]
    village = np.flatnonzero(rng.random(len(ground.unit_id)) < 0.65)
    village = village[village >= ground.size.towns]
    small = ground.bend(_plots_of_land(ground, village, rng.uniform(420, 3_600, len(village)), 1, rng))
    shapes = np.concatenate([np.array(vacant, dtype=object), small])
    owner = np.concatenate([towns, village])
    use = rng.choice(["闲置", "荒地", "拆除地", "闲置校舍"], len(owner), p=[0.45, 0.25, 0.15, 0.15])
    use[: len(towns)] = "闲置"
    tenure = rng.choice(["集体", "国有"], len(owner), p=[0.85, 0.15])
    data = {
        "name": np.char.add(ground.unit_name[owner], np.where(owner < len(towns), "圩镇闲置地", "闲置地块")),
        "unit_id": ground.unit_id[owner],
        "area_m2": np.round(shapely.area(shapes)),
        "tenure": np.where(owner < len(towns), "国有", tenure),
        "use": use,
    }
    return frame(data, np.char.mod("P%03d", np.arange(1, len(owner) + 1)), shapes)


def _plots_of_land(ground: Ground, village: Array, area: Array, which: int, rng: np.random.Generator) -> Array:
    """Return a rectangle of that area for each village: just beyond its homes, midway between two main streets."""
    arms = ground.built.arms
    first = np.searchsorted(ground.villages.hamlet_village, village)
    row = np.searchsorted(arms.hamlet, first)
    row = np.minimum(row + which, np.searchsorted(arms.hamlet, first, side="right") - 1)
    angle = arms.angle[row] + arms.left[row]
    side = np.sqrt(area)
    reach = 1.1 * arms.length[row] + 0.7 * side + 6
    middle = arms.start[row] + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    ratio = rng.uniform(0.75, 1.3, len(village))
    long, wide = side * np.sqrt(ratio) / 2, side / np.sqrt(ratio) / 2
    u = np.column_stack([np.cos(angle), np.sin(angle)]) * long[:, None]
    v = np.column_stack([-np.sin(angle), np.cos(angle)]) * wide[:, None]
    return shapely.polygons(np.stack([middle - u - v, middle + u - v, middle + u + v, middle - u + v], axis=1))


def _staff(units: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return who works where: cleaners one per 500 but for shortages, a social worker in most villages, doctors."""
    people = units["population"].to_numpy()
    n = len(units)
    cleaners = np.maximum(1, -(-people // 500)) - np.where(rng.random(n) < 0.4, rng.integers(1, 3, n), 0)
    social = (rng.random(n) < 0.72).astype(int)
    doctors = np.maximum(1, -(-people // 1000)) - (rng.random(n) < 0.3)
    rows = [
        pd.DataFrame({"unit_id": units.index, "role": role, "count": np.maximum(count, 0)})
        for role, count in (("cleaner", cleaners), ("social_worker", social), ("doctor", doctors))
    ]
    table = pd.concat(rows)
    table = table[table["count"] > 0].sort_values(["unit_id", "role"])
    width = max(3, len(str(len(table))))
    table.index = pd.Index([f"T{k:0{width}d}" for k in range(1, len(table) + 1)], name="id", dtype="str")
    return table


def _petitions(homes: gpd.GeoDataFrame, units: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return a year of calls, one to about 250 people, each from near a home."""
    count = max(1, int(units["population"].sum()) // 250)
    caller = rng.integers(0, len(homes), count)
    home = homes.iloc[caller]
    xy = shapely.get_coordinates(home.geometry) + rng.uniform(-15, 15, (count, 2))
    day = np.sort(rng.integers(0, 364, count))
    date = pd.Timestamp("2025-11-20") + pd.to_timedelta(day, unit="D")
    data = {
        "unit_id": home["unit_id"].to_numpy(),
        "topic": rng.choice(list(TOPICS), count, p=list(TOPICS.values())),
        "date": date.strftime("%Y-%m-%d").to_numpy(),
        "caller": np.char.add(
            np.char.add(rng.choice(["135", "138", "139", "150", "186"], count), "****"),
            np.char.mod("%04d", rng.integers(0, 10_000, count)),
        ),
    }
    ids = np.char.add(
        np.char.add("12345-", np.char.replace(data["date"].astype(str), "-", "")),
        np.char.mod("%06d", np.arange(1, count + 1)),
    )
    return frame(data, ids, shapely.points(np.round(xy, 2)))
