"""GeoJSON by Python's own parser: no GDAL, because a JSON file can also be a pipeline that GDAL would run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.files import refuse_larger
from layers.readers.raw import Fault, Raw, Request, numbered
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BYTES = 1024**3
_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}


def read(request: Request) -> Raw:
    """Return one row a feature, in the file's order; a broken feature is a row set aside, never a row less.

    Raises LayerError if the file is not a GeoJSON FeatureCollection, Feature or geometry, or is larger than 1 GiB.
    """
    import pandas as pd

    refuse_larger(request.path, MAX_BYTES, request.where)
    document = _parsed(request, request.path.read_bytes())
    features = _features(request, document)
    whole = [feature if isinstance(feature, dict) else {} for feature in features]
    geometry, faults = _geometries([feature.get("geometry") for feature in whole])
    crs, stated = _crs(document)
    frame = _frame(pd, whole)
    return Raw(
        frame, geometry, numbered(len(features)), len(features), "geojson", "", "utf-8", crs, stated, tuple(faults)
    )


def _parsed(request: Request, data: bytes) -> dict[str, Any]:
    """NaN and Infinity, which JSON does not have, stay words, so that they are reported where they stand."""
    text = data.decode("utf-8-sig")
    try:
        # A key given twice would silently win over the first; looking for it is slow, so only where it can be.
        hook = _once if text.count('"features"') > 1 or text.count('"crs"') > 1 else None
        document = json.loads(text, parse_constant=str, object_pairs_hook=hook)
    except json.JSONDecodeError as error:
        what = say("readers.json_syntax", line=error.lineno, column=error.colno, cause=error.msg)
        raise LayerError([Problem(request.where, what, say("readers.unreadable_fix"))]) from error
    if not isinstance(document, dict):
        raise LayerError([Problem(request.where, say("readers.not_geojson"), say("readers.not_geojson_fix"))])
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) and ("features" in found or "crs" in found):
        raise ValueError("a key is given twice in one object")
    return found


def _features(request: Request, document: dict[str, Any]) -> list[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return list(document["features"])
    if kind == "Feature":
        return [document]
    if kind in _GEOMETRIES:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    raise LayerError([Problem(request.where, say("readers.not_geojson"), say("readers.not_geojson_fix"))])


def _frame(pd: Any, features: list[dict[str, Any]]) -> Any:
    cells = [feature.get("properties") for feature in features]
    rows = [row if isinstance(row, dict) else {} for row in cells]
    frame = pd.DataFrame.from_records(rows, index=range(len(rows)))
    if "id" not in frame.columns and any("id" in feature for feature in features):
        frame.insert(0, "id", pd.Series([feature.get("id") for feature in features], dtype=object))
    for name in frame.columns:
        if frame[name].dtype == "object":
            frame[name] = frame[name].map(lambda cell: _shown(cell) if isinstance(cell, dict | list) else cell)
    return frame


def _shown(cell: object) -> str:
    return json.dumps(cell, ensure_ascii=False)


def _geometries(given: list[Any]) -> tuple[NDArray[np.object_], list[Fault]]:
    import shapely

    if all(isinstance(item, dict) and item.get("type") == "Point" for item in given):
        points = _points(given)
        if points is not None:
            return points, []
    texts = [json.dumps(item) if isinstance(item, dict) else None for item in given]
    geometry = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    broken = [at for at, item in enumerate(given) if item is not None and geometry[at] is None]
    reason, fix = say("readers.broken_geometry"), say("readers.broken_geometry_fix")
    return geometry, [Fault(at, "geometry", json.dumps(given[at])[:60], reason, fix) for at in broken]


def _points(given: list[dict[str, Any]]) -> NDArray[np.object_] | None:
    """Return points made all at once, or None if any of them is not plain numbers."""
    import shapely

    try:
        pairs = [(float(x), float(y)) for x, y, *_ in (item["coordinates"] for item in given) if _plain(x, y)]
    except (KeyError, TypeError, ValueError):
        return None
    if len(pairs) != len(given):
        return None
    points: NDArray[np.object_] = shapely.points(np.array(pairs, dtype=float).reshape(-1, 2))
    return points


def _plain(x: object, y: object) -> bool:
    return isinstance(x, int | float) and isinstance(y, int | float)


def _crs(document: dict[str, Any]) -> tuple[str, bool]:
    """Return the CRS and whether the file states it; RFC 7946 has none but CRS84, older files name theirs."""
    if "crs" not in document:
        return "OGC:CRS84", False
    stated = document["crs"]
    name = stated.get("properties", {}).get("name") if isinstance(stated, dict) else None
    return (str(name), True) if name else ("", True)
