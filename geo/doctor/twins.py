"""One thing written down twice: devices and facilities on one spot, villages of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.doctor.among import with_places
from layers.findings import Finding, at_row
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

# Two lamps never stand an arm's length apart; a handset's two readings of one lamp do.
SAME_SPOT_M = 1.0
LISTED = 200


def same_places(world: World) -> list[Finding]:
    """Return the devices, facilities and points within 1 m of another of their kind and category: counted twice.

    Things that are all on few spots (a list placed at village offices) are left alone.
    """
    found: list[Finding] = []
    for layer, rows, xy in with_places(world, "devices", "facilities", "points"):
        points = shapely.points(xy)
        one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_SPOT_M)
        words = _kinds(layer)[rows]
        pair = (one < other) & (words[one] == words[other])
        if pair.sum() > len(rows) / 4:
            continue
        for at, there in zip(other[pair].tolist(), one[pair].tolist(), strict=True):
            id_ = str(layer.frame.index[rows[there]])
            row = 0 if layer.rows is None else int(layer.rows[rows[there]])
            what = say("doctor.twin", other=id_, row=row)
            place = (float(xy[at, 0]), float(xy[at, 1]))
            found.append(at_row(layer, int(rows[at]), "twin", what, say("doctor.twin_fix"), value=id_, place=place))
    return found[:LISTED]


def _kinds(layer: Layer) -> NDArray[np.object_]:
    """Return what each row is: its category, and for facilities its name, of which there may be several on one spot."""
    columns = [
        name
        for name in ("category", "name")
        if name in layer.frame and not (name == "name" and layer.kind == "devices")
    ]
    words = pd.Series("", index=layer.frame.index)
    for name in columns:
        words = words + "\x1f" + layer.frame[name].astype("str").fillna("")
    kinds: NDArray[np.object_] = words.to_numpy(object)
    return kinds


def same_names(world: World) -> list[Finding]:
    """Return the villages that share their name with another: lists that go by names cannot tell them apart."""
    found = []
    for layer in world.layers.of_kind("units"):
        names = layer.frame["name"]
        twice = names.notna() & names.duplicated(keep=False)
        for position in np.flatnonzero(twice.to_numpy(bool)):
            name = str(names.iloc[position])
            what, fix = say("doctor.same_name", name=name), say("doctor.same_name_fix")
            found.append(at_row(layer, int(position), "same_name", what, fix, field="name", value=name))
    return found[:LISTED]
