"""A drawn town with every kind of gap, for tests of what maps writes; built from the real dataclasses, without geo's rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiLineString, MultiPoint, Point, Polygon, box

from geo.assessment import Assessment
from geo.coverage import Coverage, decided
from geo.gaps import Gap, stable_id
from geo.projects import Project
from geo.ranking import Ranked
from geo.relief import Relief
from geo.rule import Measured, Rule, Sense
from geo.world import World
from layers.kinds import KINDS
from layers.layer import Layer, Layers, Reject, Source
from layers.options import Cost, Norm, Title
from layers.plan import Plan, Settings
from layers.text import say

CRS = "EPSG:4547"  # CGCS2000, 3-degree zone at 114 E
WEST, SOUTH = 492_000.0, 2_500_000.0
VILLAGE_NAMES = [
    "东塘",
    "石桥",
    "横岭",
    "水背",
    "上田",
    "坑口",
    "九龙",
    "日中",
    "龙岗",
    "新屋",
    "大埔",
    "白石",
    "竹园",
    "松山",
    "河唇",
    "沙坝",
    "南塘",
    "三合",
    "高坡",
    "长湾",
]


class DrawnRule(Rule):
    """A rule whose verdict is given, not measured."""

    def measure(self, world: World) -> Measured:
        raise NotImplementedError

    def gaps(self, coverage, world):
        raise NotImplementedError

    def repairs(self, gaps, coverage, world):
        raise NotImplementedError


@dataclass(frozen=True)
class Naming:
    """How texts that a user could have written are made: plain ones, or each followed by something naughty."""

    naughty: tuple[str, ...] = ()

    def __call__(self, plain: str, number: int) -> str:
        return plain + self.naughty[number % len(self.naughty)] if self.naughty else plain


def town(*, naming: Naming | None = None, homes: int = 600, lamps: int = 400, seed: int = 7) -> Assessment:
    """Return 20 villages, roads, lamps, five rules with gaps of every shape, and 40 ranked projects."""
    naming, rng = naming or Naming(), np.random.default_rng(seed)
    units = _units(naming)
    roads, homes_frame = _roads(naming), _homes(units, rng, homes)
    frames = {
        "villages": ("units", units),
        "homes": ("demand", homes_frame),
        "roads": ("roads", roads),
        "lamps": ("devices", _lamps(naming, rng, lamps)),
        "facilities": ("facilities", _facilities(naming, units, rng)),
        "entrances": ("points", _entrances(naming, units)),
        "staff": ("staff", pd.DataFrame({"unit_id": units.index, "role": "cleaner", "count": 2.0}, index=units.index)),
    }
    layers = Layers({name: _layer(name, kind, frame, naming) for name, (kind, frame) in frames.items()}, CRS)
    rules = _rules(naming)
    coverages = {
        "STF-01": _coverage(rules[0], _quota(units, rng), "people", "at_least"),
        "AGE-01": _coverage(rules[1], _presence(units, rng), "facilities", "at_least"),
        "SPT-02": _coverage(rules[2], _reach(homes_frame, rng), "m", "at_most"),
        "LGT-01": _coverage(rules[3], _lit(roads, rng), "m", "at_least"),
        "CAM-02": _coverage(rules[4], _watch(frames["entrances"][1], rng), "cameras", "at_least"),
    }
    gaps = _gaps(coverages, units, naming)
    plan = Plan(
        Settings(name=naming("东塘镇", 0), budget=500_000, date=dt.date(2026, 11, 20), crs=CRS),
        {},
        rules,
        Path(),
        "plan.yaml",
        "plan: {}",
    )
    return Assessment(plan, World(layers, plan.settings.date), coverages, gaps, _ranked(gaps, units, naming), ())


def _units(naming: Naming) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(3)
    corner = {(c, r): (WEST + 2000 * c, SOUTH + 2000 * r) for c in range(6) for r in range(5)}
    corner = {
        (c, r): (x + rng.uniform(-400, 400) * (0 < c < 5), y + rng.uniform(-400, 400) * (0 < r < 4))
        for (c, r), (x, y) in corner.items()
    }
    cells = [(c, r) for r in range(4) for c in range(5)]
    shapes = [Polygon([corner[c, r], corner[c + 1, r], corner[c + 1, r + 1], corner[c, r + 1]]) for c, r in cells]
    shapes[7] = shapely.difference(shapes[7], shapes[7].centroid.buffer(250, quad_segs=6))  # a lake
    people = rng.integers(900, 3600, len(cells)).astype(float)
    people[11] = np.nan
    names = [naming(f"{name}村", i) for i, name in enumerate(VILLAGE_NAMES)]
    ids = [f"4407{i:02d}" for i in range(len(cells))]
    return gpd.GeoDataFrame({"name": names, "population": people}, geometry=shapes, index=_index(ids), crs=CRS)


def _roads(naming: Naming) -> gpd.GeoDataFrame:
    lines, classes = [], []
    for k in range(21):
        along = np.linspace(0, 1, 15)
        wobble = 60 * np.sin(along * 9 + k)
        lines.append(LineString(np.column_stack([WEST + 10_000 * along, SOUTH + 400 * k + wobble])))
        lines.append(LineString(np.column_stack([WEST + 500 * k + wobble, SOUTH + 8000 * along])))
        classes += ["primary" if k % 10 == 0 else "tertiary" if k % 5 == 0 else "residential"] * 2
    ids = [f"R{i:03d}" for i in range(len(lines))]
    names = [naming(f"东塘{i}路", i) if i % 3 else "" for i in range(len(lines))]
    return gpd.GeoDataFrame({"name": names, "class": classes}, geometry=lines, index=_index(ids), crs=CRS)


def _homes(units: gpd.GeoDataFrame, rng: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    places = np.column_stack([WEST + rng.uniform(200, 9800, count), SOUTH + rng.uniform(200, 7800, count)])
    points = shapely.points(places)
    owner = [units.index[min(int((y - SOUTH) // 2000), 3) * 5 + min(int((x - WEST) // 2000), 4)] for x, y in places]
    data = {"people": rng.integers(10, 120, count).astype(float), "unit_id": owner, "name": ""}
    return gpd.GeoDataFrame(data, geometry=points, index=_index([f"H{i:05d}" for i in range(count)]), crs=CRS)


def _lamps(naming: Naming, rng: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    rows = SOUTH + 400 * rng.integers(0, 21, count)
    points = shapely.points(np.column_stack([WEST + rng.uniform(0, 10_000, count), rows]))
    status = [("working", "working", "working", "broken", None)[i % 5] for i in range(count)]
    names = [naming("灯杆", i) for i in range(count)]
    ids = _index([naming(f"L{i:05d}", i) for i in range(count)])
    return gpd.GeoDataFrame(
        {"name": names, "category": "lamp", "status": status}, geometry=points, index=ids, crs=CRS
    ).sort_index()


def _facilities(naming: Naming, units: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    kinds = ("fitness", "park", "clinic", "elderly", "school", "market", "戏台")
    rows = []
    for i in range(45):
        centre = units.geometry.iloc[i % 20].centroid
        spot = Point(centre.x + rng.uniform(-600, 600), centre.y + rng.uniform(-600, 600))
        kind = kinds[i % len(kinds)]
        shape = spot.buffer(60, quad_segs=3) if kind == "park" else spot
        rows.append((f"F{i:02d}", naming(f"{VILLAGE_NAMES[i % 20]}设施{i}", i), naming(kind, i), "working", shape))
    frame = pd.DataFrame(rows, columns=["id", "name", "category", "status", "geometry"]).set_index("id")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def _entrances(naming: Naming, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    points = [Point(shape.exterior.coords[0]) for shape in units.geometry]
    names = [naming(f"{name}村口", i) for i, name in enumerate(VILLAGE_NAMES)]
    ids = _index([f"E{i:02d}" for i in range(len(points))])
    data = {"name": names, "category": "entrance", "unit_id": units.index}
    return gpd.GeoDataFrame(data, geometry=points, index=ids, crs=CRS)


def _index(ids: list[str]) -> pd.Index:
    return pd.Index(ids, name="id", dtype="str")


def _layer(name: str, kind: str, frame: pd.DataFrame, naming: Naming) -> Layer:
    frame = frame.reindex(
        columns=[*frame.columns, *(c.name for c in KINDS[kind].columns if c.name not in frame and c.name != "id")]
    )
    source = Source(naming(f"{name}.xlsx", 1), "xlsx", "ab" * 32, "EPSG:4490", naming("Sheet1", 2))
    rejects = (
        Reject(
            name,
            naming(f"{name}.xlsx", 3),
            7,
            naming("X1", 4),
            naming("人口", 5),
            naming("很多", 6),
            say("page.no_script"),
            say("page.too_old"),
            "rejected",
        ),
    )
    return Layer(name, kind, frame, source, frozenset(frame.columns), len(frame) + 1, len(frame), 0, 1, rejects)


def _rules(naming: Naming) -> tuple[DrawnRule, ...]:
    def rule(
        i: int, id_: str, type_: str, zh: str, en: str, severity: str, norm: str, mark: str, per: str
    ) -> DrawnRule:
        cost = Cost(low=1000, mid=2000, high=3000, per=per, yearly=100)
        title, said = Title(zh=naming(zh, i), en=naming(en, i)), Norm(text=naming(norm, i), mark=mark)
        return DrawnRule(id=id_, type=type_, title=title, severity=severity, norm=said, cost=cost)

    return (
        rule(1, "STF-01", "quota", "村庄保洁员", "Village cleaners", "B", "每 500 人配备一名保洁员", "S", "person"),
        rule(
            2, "AGE-01", "presence", "村级养老服务中心", "Village elderly-care centre", "A", "全覆盖目标", "S", "centre"
        ),
        rule(
            3,
            "SPT-02",
            "reach",
            "步行可达健身设施",
            "Fitness equipment within walking distance",
            "B",
            "15 分钟",
            "V2",
            "set",
        ),
        rule(
            4,
            "LGT-01",
            "along_road",
            "村内主路照明",
            "Lighting on village streets",
            "B",
            "灯距不超过 35 米",
            "I",
            "lamp",
        ),
        rule(5, "CAM-02", "watch", "村口视频监控", "Cameras at village entrances", "C", "每个村口一个", "V2", "camera"),
    )


def _coverage(rule: Rule, frame: gpd.GeoDataFrame, unit: str, sense: Sense) -> Coverage:
    measured = Measured(frame, unit, sense)
    return Coverage(rule, measured, decided(measured))


def _measured(
    places: gpd.GeoDataFrame, required: object, supplied: object, people: object, unit_id: object
) -> gpd.GeoDataFrame:
    data = {"name": places["name"], "unit_id": unit_id, "required": required, "supplied": supplied, "people": people}
    return gpd.GeoDataFrame({**data, "reason": ""}, geometry=places.geometry, index=places.index, crs=CRS)


def _quota(units: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    required = np.ceil(units["population"] / 500)
    supplied = np.where(np.arange(len(units)) == 4, np.nan, rng.integers(1, 7, len(units)).astype(float))
    return _measured(units, required, supplied, units["population"], units.index)


def _presence(units: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    return _measured(units, 1.0, (rng.random(len(units)) < 0.7).astype(float), units["population"], units.index)


def _reach(homes: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    distance = rng.gamma(3, 350, len(homes))
    distance[::97], distance[::113] = np.inf, np.nan
    return _measured(homes, 1000.0, distance, homes["people"], homes["unit_id"])


def _lit(roads: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    streets = roads[roads["class"] != "primary"]
    length = streets.geometry.length
    people, unit_id = (
        rng.integers(0, 400, len(streets)).astype(float),
        [f"4407{i % 20:02d}" for i in range(len(streets))],
    )
    return _measured(streets, 0.9 * length, length * rng.uniform(0.3, 1.0, len(streets)), people, unit_id)


def _watch(points: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    return _measured(
        points,
        1.0,
        rng.integers(0, 2, len(points)).astype(float),
        rng.integers(50, 900, len(points)).astype(float),
        points["unit_id"],
    )


def _gaps(coverages: dict[str, Coverage], units: gpd.GeoDataFrame, naming: Naming) -> tuple[Gap, ...]:
    gaps = []
    for rule_id, coverage in coverages.items():
        frame = coverage.frame[coverage.frame["status"] == "short"]
        groups = frame.groupby("unit_id") if rule_id == "SPT-02" else ((str(i), frame.loc[[i]]) for i in frame.index)
        for i, (key, rows) in enumerate(groups):
            shape = _gap_shape(rule_id, rows, i)
            unit_id = str(rows["unit_id"].iloc[0])
            name = naming(str(rows["name"].iloc[0]) or f"{units['name'][unit_id]}", i)
            amount, people = (
                float(np.where(np.isinf(rows["shortfall"]), 0, rows["shortfall"]).sum()),
                float(rows["people_short"].sum()),
            )
            amount, unit = (people, "people") if rule_id == "SPT-02" else (amount, coverage.measured.unit)
            ids = tuple(str(place) for place in rows.index)
            reason = say("page.finding_line_bare", title=naming("缺口", i), people=round(people), share="12%")
            severity = coverage.rule.severity
            gaps.append(
                Gap(stable_id(rule_id, key), rule_id, severity, ids, unit_id, name, amount, unit, people, shape, reason)
            )
    return tuple(gaps)


def _gap_shape(rule_id: str, rows: gpd.GeoDataFrame, i: int) -> object:
    shapes = list(rows.geometry)
    if rule_id == "SPT-02":
        return MultiPoint(shapes) if i % 3 else GeometryCollection([MultiPoint(shapes), MultiPoint(shapes).convex_hull])
    if rule_id == "LGT-01":
        line = shapes[0]
        piece = shapely.ops.substring(line, 0.2, 0.45, normalized=True)
        return MultiLineString([piece, shapely.ops.substring(line, 0.6, 0.7, normalized=True)]) if i % 2 else piece
    return shapes[0]


def _ranked(gaps: tuple[Gap, ...], units: gpd.GeoDataFrame, naming: Naming) -> tuple[Ranked, ...]:
    rows, spent = [], 0.0
    for i, gap in enumerate(sorted(gaps, key=lambda g: (-np.nan_to_num(g.people), g.id))[:40]):
        cost = Cost(low=1500, mid=2600, high=4000, per="lamp", yearly=120)
        name = naming(f"{gap.name}补建", i)
        spot = gap.geometry.representative_point()
        project = Project(
            stable_id("P", "install", gap.id),
            "install",
            name,
            gap.unit_id,
            (gap.rule_id,),
            (gap.id,),
            4.0 + i % 9,
            "lamps",
            (),
            cost,
            spot,
        )
        spent += project.cost_mid
        people = float(np.nan_to_num(gap.people))
        why = say("page.finding_line_bare", title=naming("理由", i), people=round(people), share="3%")
        per_10k = people / project.cost_per_year * 1e4
        relief = (Relief(gap.rule_id, gap.unit_id, people, people, len(gap.place_ids)),)
        served = ((gap.rule_id, people),)
        worth = (people, people, per_10k, spent, spent <= 500_000)
        rows.append(Ranked(i + 1, project, *worth, served, relief, (gap.id,), why))
    return tuple(rows)


def square_world_box() -> Polygon:
    """Return the town's extent in its metric CRS."""
    return box(WEST, SOUTH, WEST + 10_000, SOUTH + 8000)
