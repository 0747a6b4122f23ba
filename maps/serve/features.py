"""The package of a run as OGC API Features (OGC 17-069r4, core and GeoJSON), read only, for QGIS and whatever else speaks it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.problems import InputError, Problem
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd

MOST_ROWS, ROWS = 10_000, 1_000  # a page of rows at the most, and where nobody says how many
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")]
GEOJSON = "application/geo+json"


@dataclass(frozen=True)
class Collection:
    """One layer of the package: its table, its title, how many rows it has and where they lie (degrees, WGS 84)."""

    name: str
    title: str
    rows: int
    bounds: tuple[float, float, float, float]
    crs: str


@dataclass(frozen=True)
class Page:
    """Which rows are asked for: so many, from which on, within which box (degrees, west south east north)."""

    limit: int = ROWS
    offset: int = 0
    box: tuple[float, float, float, float] | None = None


def collections(package: Path) -> dict[str, Collection]:
    """Return the layers of the package that have a place, by name; raises InputError if there is no package."""
    import pyogrio

    if not package.is_file():
        raise InputError([Problem(str(package), say("cli.no_result"), say("cli.give_result"))])
    found = {}
    titles = _titles(package)
    for name, shape in pyogrio.list_layers(package):
        if shape is not None:
            info = pyogrio.read_info(package, layer=name, force_total_bounds=True)
            bounds = _to_degrees(info["total_bounds"], info["crs"])
            found[str(name)] = Collection(
                str(name), titles.get(str(name), str(name)), int(info["features"]), bounds, info["crs"]
            )
    return found


def items(package: Path, collection: Collection, page: Page) -> dict[str, Any]:
    """Return that page of a layer as a GeoJSON FeatureCollection in WGS 84, without links."""
    import pyogrio

    box = None if page.box is None else _from_degrees(page.box, collection.crs)
    matched = collection.rows if box is None else len(pyogrio.read_bounds(package, layer=collection.name, bbox=box)[0])
    span = {"skip_features": page.offset, "max_features": page.limit}
    frame = pyogrio.read_dataframe(package, layer=collection.name, bbox=box, fid_as_index=True, **span)
    features = _features(frame, collection)
    return {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(features),
        "features": features,
    }


def item(package: Path, collection: Collection, number: int) -> dict[str, Any] | None:
    """Return one row by its number as a GeoJSON Feature, or None if there is none."""
    import pyogrio

    frame = pyogrio.read_dataframe(package, layer=collection.name, fids=[number], fid_as_index=True)
    features = _features(frame, collection)
    return features[0] if features else None


def described(collection: Collection, links: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return what the standard has said of a collection."""
    return {
        "id": collection.name,
        "title": collection.title,
        "extent": {"spatial": {"bbox": [list(collection.bounds)], "crs": CRS84}},
        "itemType": "feature",
        "crs": [CRS84],
        "links": list(links),
    }


def box_of(text: str) -> tuple[float, float, float, float]:
    """Return the box that four numbers with commas stand for; raises ValueError for anything else."""
    west, south, east, north = (float(each) for each in text.split(","))
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90):
        raise ValueError(text)
    return west, south, east, north


def _features(frame: gpd.GeoDataFrame, collection: Collection) -> list[dict[str, Any]]:
    import shapely

    from maps.degrees import to_degrees

    change = to_degrees(collection.crs)
    moved = shapely.transform(frame.geometry.to_numpy(), change.transform, interleaved=False)
    shapes = shapely.to_geojson(moved)
    table = json.loads(frame.drop(columns=frame.geometry.name).to_json(orient="records", force_ascii=False))
    return [
        {"type": "Feature", "id": int(fid), "geometry": json.loads(shape) if shape else None, "properties": row}
        for fid, shape, row in zip(frame.index, shapes, table, strict=True)
    ]


def _to_degrees(bounds: Sequence[float], crs: str) -> tuple[float, float, float, float]:
    from maps.degrees import to_degrees

    left, bottom, right, top = bounds
    west, south, east, north = to_degrees(crs).transform_bounds(left, bottom, right, top)
    return float(west), float(south), float(east), float(north)


def _from_degrees(box: tuple[float, float, float, float], crs: str) -> tuple[float, ...]:
    from pyproj import Transformer

    west, south, east, north = box
    change = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return tuple(float(edge) for edge in change.transform_bounds(west, south, east, north))


def _titles(package: Path) -> dict[str, str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"{package.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        return dict(file.execute("SELECT table_name, identifier FROM gpkg_contents"))
