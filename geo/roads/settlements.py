"""The places that roads should lead to: villages, homes or points, each with its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geo.places import demand_rows, ids_at, judged_units, points_of, rows_containing, texts, unit_people, unit_rows
from geo.settling import village_points
from layers.where import parse_where

if TYPE_CHECKING:
    from geo.rule import Judged
    from geo.world import World


def kind_of(world: World, ref: str) -> Judged:
    """Return whether `ref` means villages, homes or points."""
    named = world.layers[ref].kind if ref in world.layers else ref
    return "units" if named == "units" else "homes" if named == "demand" else "things"


def settlements_of(world: World, ref: str, where: str | None, min_households: float | None) -> gpd.GeoDataFrame:
    """Return name, unit_id, people and a point of each settlement that `ref` means, on its id, sorted.

    `ref` is `units` or a layer of them, `demand` or a layer of homes, else points (a layer or a category). Of villages
    those known to have fewer than `min_households` are left out. Raises LayerError if there is nothing of that name.
    """
    named = kind_of(world, ref)
    if named == "units":
        rows = judged_units(world, ref, where)
        if min_households is not None:
            rows = rows[~(rows["households"].to_numpy(float) < min_households)]
        people = unit_people(world.units, world.demand)[world.units.index.get_indexer(rows.index)]
        places = village_points(world).reindex(rows.index).to_numpy()
        units = rows.index.to_numpy(object)
    elif named == "homes":
        rows = demand_rows(world, ref, where)[0]
        people, places = rows["people"].to_numpy(float), points_of(rows)
        units = rows["unit_id"].to_numpy(object)
    else:
        rows = world.layers.rows("points", ref)
        rows = rows if where is None else rows[parse_where(where).holds(rows)]
        people, places = rows["people"].to_numpy(float), points_of(rows)
        row = unit_rows(texts(rows["unit_id"]), world.units)
        units = ids_at(np.where(row >= 0, row, rows_containing(places, world.units)), world.units)
    cells = {"name": texts(rows["name"]), "unit_id": units, "people": people}
    return gpd.GeoDataFrame(cells, geometry=places, index=rows.index, crs=world.layers.crs)
