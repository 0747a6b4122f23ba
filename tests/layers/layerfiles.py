"""Small layer files for the tests of reading, and the plan that names them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.layer import Layer, Layers
from layers.plan import LayerSpec, Plan, Settings
from layers.problems import InputError
from layers.reading import read_layers

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside the repository")


def plan_of(folder: Path, settings: dict[str, Any] | None = None, **specs: dict[str, Any]) -> Plan:
    layers = {name: LayerSpec(**spec) for name, spec in specs.items()}
    return Plan(Settings(name="东塘镇", **(settings or {})), layers, (), folder, "plan.yaml", "")


def read(folder: Path, settings: dict[str, Any] | None = None, **specs: dict[str, Any]) -> Layers:
    """Read layers, and check of each that its books balance."""
    layers = read_layers(plan_of(folder, settings, **specs))
    for layer in layers.values():
        assert layer.used + layer.repaired + layer.rejected == layer.rows_in
        assert layer.frame.index.is_unique
        assert layer.frame.index.is_monotonic_increasing
    return layers


def read_one(folder: Path, kind: str, path: str, settings: dict[str, Any] | None = None, **spec: Any) -> Layer:
    return read(folder, settings, it={"kind": kind, "path": path, **spec})["it"]


def refusal(folder: Path, kind: str, path: str, language: str = "en", **spec: Any) -> str:
    """Return what is said when the layer is refused."""
    with pytest.raises(InputError) as caught:
        read(folder, it={"kind": kind, "path": path, **spec})
    return caught.value.in_(language)  # type: ignore[arg-type]


def csv_of(folder: Path, *lines: str, name: str = "rows.csv", encoding: str = "utf-8") -> str:
    (folder / name).write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return name


def faults(layer: Layer, action: str = "rejected", language: str = "en") -> list[tuple[int, str, str]]:
    """Return row, field and reason of the layer's rejects of one action."""
    return [(r.row, r.field, r.reason.in_(language)) for r in layer.rejects if r.action == action]  # type: ignore[arg-type]


def square(x: float, y: float, side: float = 0.01) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


def damageable(folder: Path, ending: str) -> tuple[Path, str]:
    """Write ten clinics in the format of that ending; return the file to damage and the file to read."""
    frame = gpd.GeoDataFrame(
        {"id": [f"C{at}" for at in range(10)], "name": ["卫生室"] * 10, "capacity": range(10)},
        geometry=shapely.points(np.linspace(113, 113.1, 10), np.linspace(23, 23.1, 10)),
        crs=4326,
    )
    if ending in (".shp", ".dbf", ".shx", ".zip"):
        frame.to_file(folder / "c.shp", encoding="UTF-8")
        if ending != ".zip":
            return folder / f"c{ending}", "c.shp"
        with zipfile.ZipFile(folder / "c.zip", "w") as archive:
            for part in sorted(folder.glob("c.[!z]*")):
                archive.write(part, part.name)
    elif ending == ".parquet":
        frame.to_parquet(folder / "c.parquet")
    elif ending in (".xlsx", ".csv"):
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(lon=frame.geometry.x, lat=frame.geometry.y)
        save = table.to_csv if ending == ".csv" else table.to_excel
        save(folder / f"c{ending}", index=False)
    else:
        frame.to_file(folder / f"c{ending}")
    return folder / f"c{ending}", f"c{ending}"
