"""Small worlds for tests: a row is a plain dict, its place is `at`, `line`, `box`, `polygon` or a shapely geometry.

    layers_of(
        units=[{"id": "U1", "population": 900, "box": (0, 0, 1000, 1000)}],
        homes=[{"id": "H1", "people": 4, "at": (100, 10)}],
        roads=[{"id": "R1", "line": [(0, 0), (1000, 0)]}],
        facilities=[{"id": "F1", "category": "fitness", "status": "working", "at": (900, 0)}],
    )

Columns that no row names are absent from `given`, as if the file did not have them. Metres, EPSG:4547.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from layers.kinds import KINDS
from layers.layer import Layer, Layers, Reject, Source
from layers.text import say

CRS = "EPSG:4547"
Row = Mapping[str, Any]
PLACES = ("geometry", "at", "line", "box", "polygon")


def layers_of(
    *,
    units: Sequence[Row] | None = None,
    homes: Sequence[Row] | None = None,
    roads: Sequence[Row] | None = None,
    facilities: Sequence[Row] | None = None,
    devices: Sequence[Row] | None = None,
    staff: Sequence[Row] | None = None,
    points: Sequence[Row] | None = None,
    parcels: Sequence[Row] | None = None,
    more: Mapping[str, tuple[str, Sequence[Row]]] | None = None,
) -> Layers:
    """Return layers named as the arguments; `more` adds others as name -> (kind, rows). None leaves a layer out."""
    given = {
        "units": ("units", units),
        "homes": ("demand", homes),
        "roads": ("roads", roads),
        "facilities": ("facilities", facilities),
        "devices": ("devices", devices),
        "staff": ("staff", staff),
        "points": ("points", points),
        "parcels": ("parcels", parcels),
        **(more or {}),
    }
    return Layers({name: layer_of(name, kind, rows) for name, (kind, rows) in given.items() if rows is not None}, CRS)


def layer_of(name: str, kind: str, rows: Sequence[Row]) -> Layer:
    """Return one layer as a reader would have made it from these rows."""
    schema = KINDS[kind]
    records = [{"id": f"{name}-{i:04d}", **row} for i, row in enumerate(rows, 1)]
    index = pd.Index([str(record["id"]) for record in records], dtype=object, name="id")
    columns = [column.name for column in schema.columns if column.name != "id"]
    others = sorted({key for record in records for key in record} - {"id", *columns, *PLACES})
    data = {key: [record.get(key) for record in records] for key in [*columns, *others]}
    numbers = {column.name for column in schema.columns if column.form in {"number", "count"}}
    kinds = dict.fromkeys(numbers, "float") | {
        column.name: "datetime64[s]" for column in schema.columns if column.form == "date"
    }
    frame = pd.DataFrame(
        {key: pd.Series(values, index=index, dtype=kinds.get(key, object)) for key, values in data.items()},
        index=index,
    )
    if schema.shape != "none":
        frame = gpd.GeoDataFrame(frame, geometry=[_geometry(record) for record in records], crs=CRS)
    named = {key for row in rows for key in row if key == "id" or key in columns}
    source = Source(path=f"{name}.gpkg", format="gpkg", sha256="", crs=CRS)
    return Layer(name, kind, frame.sort_index(), source, frozenset(named), len(rows), len(rows), 0, 0)


def with_reject(layers: Layers, name: str, unit_id: str) -> Layers:
    """Return the layers as if one more row of that layer, which named that unit, had been rejected."""
    layer = layers[name]
    reason = say("rules.no_such_layer", ref=name, kind=layer.kind)
    reject = Reject(name, layer.source.path, layer.rows_in + 1, "", "", "", reason, reason, "rejected", unit_id)
    spoilt = replace(layer, rows_in=layer.rows_in + 1, rejected=layer.rejected + 1, rejects=(*layer.rejects, reject))
    return replace(layers, by_name={**layers.by_name, name: spoilt})


def shuffled(layers: Layers, seed: int) -> Layers:
    """Return the same layers read from files whose rows stand in another order."""
    rng = random.Random(seed)
    by_name = {
        name: replace(layer, frame=layer.frame.loc[rng.sample(list(layer.frame.index), len(layer.frame))].sort_index())
        for name, layer in layers.items()
    }
    return replace(layers, by_name=by_name)


def _geometry(row: Row) -> BaseGeometry | None:
    if "at" in row:
        return Point(row["at"])
    if "line" in row:
        return LineString(row["line"])
    if "box" in row:
        return box(*row["box"])
    if "polygon" in row:
        return Polygon(row["polygon"])
    given: BaseGeometry | None = row.get("geometry")
    return given


# --- random worlds: hypothesis drives them with st.randoms(use_true_random=False), loops with random.Random(seed) ----

STEP_M = 50  # every coordinate is a multiple, so that distances fall exactly on thresholds again and again
SPAN = 20  # a world is SPAN x SPAN steps: 1 km square
STATUSES = ("working", "working", "working", "broken", "planned", None)


def random_units(rng: random.Random, count: int | None = None) -> list[Row]:
    """Return one to four villages side by side, some without a population."""
    count = count or rng.randint(1, 4)
    width = SPAN * STEP_M / count
    people = [rng.choice([None, 0, 1, 499, 500, 501, 1000, 1250, rng.randint(1, 3000)]) for _ in range(count)]
    return [
        {
            "id": f"U{i}",
            "name": f"村{i}",
            "population": people[i],
            "box": (i * width, 0, (i + 1) * width, SPAN * STEP_M),
        }
        for i in range(count)
    ]


def random_roads(rng: random.Random) -> list[Row]:
    """Return some edges of a 5 x 5 grid (250 m apart), each a road of its own or run together, in disjoint parts too."""
    step = SPAN * STEP_M // 4
    lines = [[(x * step, y * step), ((x + 1) * step, y * step)] for x in range(4) for y in range(5)]
    lines += [[(x * step, y * step), (x * step, (y + 1) * step)] for x in range(5) for y in range(4)]
    kept = [line for line in lines if rng.random() < rng.choice([0.3, 0.6, 0.9])]
    return [{"id": f"R{i:02d}", "class": "residential", "line": line} for i, line in enumerate(kept)]


def random_points(rng: random.Random, count: int, *, beyond: int = 2) -> list[tuple[float, float]]:
    """Return points on the lattice, some a little outside the villages."""
    low, high = -beyond, SPAN + beyond
    return [(rng.randint(low, high) * float(STEP_M), rng.randint(low, high) * float(STEP_M)) for _ in range(count)]


def random_homes(rng: random.Random, units: Sequence[Row] = (), count: int | None = None) -> list[Row]:
    """Return up to a dozen homes: people now and then unknown or none, the village now and then named."""
    places = random_points(rng, rng.randint(1, 12) if count is None else count)
    ids: list[str | None] = [None, None, None, *(str(unit["id"]) for unit in units)]
    return [
        {"id": f"H{i:02d}", "people": rng.choice([None, 0, 1, 3, 5, 40]), "unit_id": rng.choice(ids), "at": at}
        for i, at in enumerate(places)
    ]


def random_facilities(
    rng: random.Random, units: Sequence[Row] = (), categories: Iterable[str] = ("fitness", "clinic"), most: int = 5
) -> list[Row]:
    """Return up to `most` facilities, points and now and then small squares, of any status, some tied to villages."""
    rows: list[Row] = []
    ids = [str(unit["id"]) for unit in units]
    for i, (x, y) in enumerate(random_points(rng, rng.randint(0, most))):
        place: Row = {"at": (x, y)} if rng.random() < 0.8 else {"box": (x - 75, y - 75, x + 75, y + 75)}
        rows.append(
            {
                "id": f"F{i}",
                "category": rng.choice(list(categories)),
                "status": rng.choice(STATUSES),
                "unit_id": rng.choice([None, None, *ids]),
                "serves_units": rng.choice([None, None, "、".join(rng.sample(ids, rng.randint(0, len(ids))))]),
                **place,
            }
        )
    return rows


def random_staff(rng: random.Random, units: Sequence[Row]) -> list[Row]:
    """Return staff rows: several a village or none, counts now and then blank."""
    roles = ("cleaner", "cleaner", "social_worker")
    return [
        {
            "id": f"S{i:02d}",
            "unit_id": unit["id"],
            "role": rng.choice(roles),
            "count": rng.choice([None, 0, 1, 1, 2, 3]),
        }
        for i, unit in enumerate(unit for unit in units for _ in range(rng.randint(0, 3)))
    ]
