"""A world as files with a plan beside them, ready for `coverplan run`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import geopandas as gpd

from examples.worlds.clerks import write_gpkg
from examples.worlds.world import CRS

Form = Literal["gpkg", "parquet"]

KIND = {
    "units": "units",
    "homes": "demand",
    "roads": "roads",
    "lamps": "devices",
    "cameras": "devices",
    "facilities": "facilities",
    "parks": "facilities",
    "staff": "staff",
    "points": "points",
    "parcels": "parcels",
    "petitions": "petitions",
    "works": "facilities",
    "signals": "devices",
    "watercourses": "watercourses",
    "reservoirs": "assets",
    "retrofit": "households",
}
# Lists without places, which are CSV.
PLACELESS = {"staff", "retrofit"}

RULES = (
    "STF-01",
    "STF-02",
    "STF-03",
    "AGE-01",
    "AGE-02",
    "HLT-01",
    "HLT-02",
    "SPT-02",
    "WST-01",
    "LGT-01",
    "CAM-01",
    "CAM-02",
)


def write_world(frames: dict[str, gpd.GeoDataFrame], folder: Path, *, form: Form = "gpkg", name: str = "world") -> Path:
    """Write each layer to a file of its own and a plan over them, and return the plan; the same world is the same bytes.

    Layers are in EPSG:4546 under coverplan's own column names; staff, which has no place, is a CSV. Rivers and natural
    villages, which no rule judges, are written too, for the map.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for layer, frame in frames.items():
        path = folder / f"{layer}.{'csv' if layer in PLACELESS else form}"
        _write(frame, path, layer)
        if layer in KIND:
            entries.append(f"  {layer}: {{kind: {KIND[layer]}, path: {path.name}}}")
    rules = [f"  - id: {rule}" for rule in RULES]
    head = f"plan: {{name: {name}, profile: township-rural, crs: {CRS}, budget: 500000, date: 2026-11-20}}"
    plan = folder / "plan.yaml"
    plan.write_text("\n".join([head, "layers:", *entries, "rules:", *rules, ""]), encoding="utf-8", newline="\n")
    return plan


def _write(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    table = frame.reset_index()
    if path.suffix == ".csv":
        table.to_csv(path, index=False, lineterminator="\n")
    elif path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        write_gpkg(table, path, layer)
