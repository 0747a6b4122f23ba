"""What lies under the gaps: each layer's shapes with as much as its symbol needs, and its names for a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.kinds import KINDS

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.layer import Layer
    from maps.page.packing import Pack
    from maps.page.shapes import Shapes

# How wide a road is drawn, and from which zoom: 0 main road, 1 through road, 2 street, 3 path or track.
_RANK = {
    **dict.fromkeys(("motorway", "trunk", "primary", "national", "provincial", "国道", "省道", "高速"), 0),
    **dict.fromkeys(("secondary", "tertiary", "county", "县道", "主干路", "次干路"), 1),
    **dict.fromkeys(("path", "footway", "track", "steps", "cycleway", "bridleway", "pedestrian", "小路", "田间道"), 3),
}
_STREET = 2

_STATUS_BYTE = {"working": 1, "broken": 2, "planned": 3}


def drawn_layer(layer: Layer, shapes: Shapes, pack: Pack) -> dict[str, Any]:
    """Return the packed columns of a layer; units are drawn apart, and staff and lists of households have no place on the map."""
    if layer.kind == "units" or KINDS[layer.kind].shape == "none" or layer.frame.empty:
        return {}
    number, frame = shapes.put_frame(layer.frame)
    columns: dict[str, Any] = {"shapes": number, "names": _names(frame, pack)}
    if layer.kind == "roads":
        return columns | {"rank": pack.bytes_(_ranks(frame["class"]))}
    if "category" in frame:
        columns |= _categories(frame["category"], pack)
    if "status" in frame:
        status = frame["status"].map(_STATUS_BYTE).fillna(0) if "status" in layer.given else np.ones(len(frame))
        columns["status"] = pack.bytes_(np.asarray(status))
    if KINDS[layer.kind].shape == "any":
        columns["spots"] = shapes.put(spots(frame.geometry.to_numpy()))
    return columns


def _names(frame: gpd.GeoDataFrame, pack: Pack) -> int:
    if "name" not in frame:
        return -1
    names = words_of(frame["name"])
    return pack.texts(names) if any(names) else -1


def words_of(column: pd.Series) -> list[str]:
    """Return a column's texts, "" where there is none."""
    row, words = pd.factorize(column)
    texts: list[str] = np.array([*(word if isinstance(word, str) else "" for word in words), ""], dtype=object)[
        row
    ].tolist()
    return texts


def _ranks(classes: pd.Series) -> Any:
    base = classes.astype("str").str.removesuffix("_link")
    return base.map(_RANK).fillna(_STREET).to_numpy()


def _categories(column: pd.Series, pack: Pack) -> dict[str, Any]:
    row, words = pd.factorize(column)
    names = sorted({word for word in words if isinstance(word, str)} - {""})
    codes = {name: code for code, name in enumerate(names, start=1)}
    numbers = np.array([*(codes.get(word, 0) for word in words), 0])
    return {"categories": names, "category": pack.integers(numbers[row])}


def spots(geometries: Any) -> Any:
    """Return a point on each shape, where its symbol or its name stands."""
    return shapely.point_on_surface(geometries)
