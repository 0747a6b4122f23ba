"""Who lives where: villages, homes, and the village each home or facility belongs to. Everybody is in one place only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.problems import LayerError, Problem
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layers

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

NOWHERE = -1
_SEPARATORS = re.compile(r"[,;，；、|/\n]")


@dataclass(frozen=True)
class Homes:
    """Demand at the finest grain given.

    `frame` is on the home's id, sorted, with `people` (NaN where unknown), `unit_id` ("" outside every village), `name`
    and the layers' other columns. `layer` names each row's layer. `notes` say what a reader must know of it.
    """

    frame: gpd.GeoDataFrame
    layer: NDArray[np.object_]
    notes: tuple[Text, ...]

    @cached_property
    def points(self) -> NDArray[np.object_]:
        """Where they are, one point each."""
        return points_of(self.frame)

    @cached_property
    def people(self) -> Numbers:
        """Who lives there, nobody where that is unknown."""
        people: Numbers = np.nan_to_num(self.frame["people"].to_numpy(float))
        return people

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """Their ids."""
        return np.asarray(self.frame.index, dtype=object)

    @cached_property
    def of_unit(self) -> dict[str, Rows]:
        """The rows of the homes of each village that has any."""
        unit_ids = self.frame["unit_id"].to_numpy(object)
        return dict(pd.Series(unit_ids).groupby(unit_ids).indices)


def units_of(layers: Layers) -> gpd.GeoDataFrame:
    """Return all villages and communities on their id, sorted; empty if there is no such layer.

    Raises LayerError if two layers give the same id.
    """
    return together(layers, "units")[0]


def homes_of(layers: Layers, units: gpd.GeoDataFrame) -> Homes:
    """Return the demand points, each with its village: the one its row names, else the one it lies in.

    Without any demand layer each village counts as one home, at a point inside it, with its population as people.
    Raises LayerError if there are neither demand points nor villages, or if two layers give the same id.
    """
    if not layers.of_kind("demand"):
        return _villages_as_homes(layers, units)
    frame, layer = together(layers, "demand")
    named = texts(frame["unit_id"])
    unit = unit_rows(named, units)
    lost = (unit == NOWHERE) & (named != "")
    unit = np.where(unit == NOWHERE, rows_containing(points_of(frame), units), unit)
    homes = frame.assign(unit_id=ids_at(unit, units))
    outside = homes[unit == NOWHERE]
    notes = [_unknown_villages(named[lost])] if lost.any() and len(units) else []
    if len(outside) and len(units):
        people = float(outside["people"].sum())
        notes.append(say("rules.homes_outside", count=len(outside), people=people))
    return Homes(homes, layer, tuple(notes))


def grain_notes(layers: Layers) -> list[Text]:
    """Return how fine the demand is that rules on homes judge: cells of a raster, or homes; layer by layer."""
    found = []
    for layer in layers.of_kind("demand"):
        key = "rules.grain_cells" if layer.source.format == "geotiff" else "rules.grain_homes"
        people = float(layer.frame["people"].sum())
        found.append(say(key, layer=layer.name, count=len(layer.frame), people=round(people)))
    return found


def judged_units(world: World, ref: str, where: str | None) -> gpd.GeoDataFrame:
    """Return the villages a rule judges: those `ref` means and `where` keeps; raises LayerError if there is no layer."""
    rows = world.units.loc[world.layers.rows("units", ref).index]
    return rows if where is None else rows[parse_where(where).holds(rows)]


def demand_rows(world: World, ref: str, where: str | None) -> tuple[gpd.GeoDataFrame, Rows | None]:
    """Return the homes a rule judges: all (`demand`), those of one layer, or the villages themselves; `where` keeps some.

    Their rows in `world.homes` come with them, None if the villages are not what the world takes for homes.
    Raises LayerError if `ref` names no layer of homes or villages.
    """
    homes, are_homes = world.demand, True
    names = [layer.name for kind in ("demand", "units") for layer in world.layers.of_kind(kind)]
    if ref in names and world.layers[ref].kind == "units" and world.layers.of_kind("demand"):
        homes, are_homes = _villages_as_homes(world.layers, world.units), False
    if ref not in names and ref != "demand":
        fix = say("rules.name_demand", names=", ".join(names))
        raise LayerError([Problem(ref, say("rules.no_such_demand", ref=ref), fix)])
    kept = homes.layer == ref if ref in names else np.ones(len(homes.frame), dtype=bool)
    if where is not None:
        kept &= parse_where(where).holds(homes.frame)
    rows = np.flatnonzero(kept)
    return homes.frame.iloc[rows], rows if are_homes else None


def unit_rows(names: Sequence[str] | NDArray[np.object_], units: gpd.GeoDataFrame) -> Rows:
    """Return the row of the village each text means, by id or else by a name only one village has; -1 if none."""
    if not len(names):
        return np.zeros(0, np.int64)
    called = texts(units["name"]).tolist()
    often = Counter(called)
    row_of = {name: row for row, name in enumerate(called) if name and often[name] == 1}
    row_of |= {id_: row for row, id_ in enumerate(units.index.tolist())}
    codes, words = pd.factorize(np.asarray(names, dtype=object))
    rows: Rows = np.array([row_of.get(word, NOWHERE) for word in words], dtype=np.int64)[codes]
    return rows


def served_units(cell: str, units: gpd.GeoDataFrame) -> list[int]:
    """Return the rows of the villages listed in one `serves_units` cell: ids or names, with any common separator."""
    words = [word.strip() for word in _SEPARATORS.split(cell)]
    rows = unit_rows(words, units)
    spaced = [word for word, row in zip(words, rows, strict=True) if row == NOWHERE and " " in word]
    more = [unit_rows(word.split(), units) for word in spaced]
    return sorted({int(row) for row in np.concatenate([rows, *more]) if row != NOWHERE})


def rows_containing(points: NDArray[np.object_], units: gpd.GeoDataFrame) -> Rows:
    """Return the row of the village each point lies in, boundary included; the lowest id of several; -1 if none."""
    found = np.full(len(points), len(units), dtype=np.int64)
    if len(units) and len(points):
        row, point = shapely.STRtree(points).query(units.geometry.to_numpy(), predicate="intersects")
        np.minimum.at(found, point, row)
    return np.where(found == len(units), NOWHERE, found)


def ids_at(rows: Rows, units: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the ids of the villages in those rows, "" for -1."""
    ids = np.append(units.index.to_numpy(object), "")
    return ids[rows]


def points_of(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return one point for each row: itself, or for lines and areas a point that certainly lies on them."""
    points: NDArray[np.object_] = np.array(frame.geometry.to_numpy(), dtype=object)
    others = np.flatnonzero(shapely.get_type_id(points) != shapely.GeometryType.POINT)
    points[others] = shapely.point_on_surface(points[others])
    return points


def unit_people(units: gpd.GeoDataFrame, homes: Homes) -> Numbers:
    """Return who lives in each village: its population, or where that is not given the people of all its homes.

    NaN where the population is not given and a home of the village has unknown people, or it has no home at all.
    """
    people: Numbers = units["population"].to_numpy(float)
    if not np.isnan(people).any():
        return people
    by_unit = homes.frame.groupby("unit_id")["people"]
    summed = by_unit.sum().where(by_unit.count() == by_unit.size())
    result: Numbers = np.where(np.isnan(people), summed.reindex(units.index).to_numpy(float), people)
    return result


def texts(column: pd.Series) -> NDArray[np.object_]:
    """Return a column's cells as stripped text, "" where blank."""
    codes, words = pd.factorize(column)  # a blank is -1, the last of the cells
    cells: NDArray[np.object_] = np.array([*(str(word).strip() for word in words), ""], dtype=object)[codes]
    return cells


def _villages_as_homes(layers: Layers, units: gpd.GeoDataFrame) -> Homes:
    if not layers.of_kind("units"):
        fix = say("rules.add_layer", kind="demand")
        raise LayerError([Problem("layers", say("rules.no_such_layer", ref="demand", kind="demand"), fix)])
    homes = units.assign(people=units["population"], unit_id=units.index.to_numpy(object))
    homes = homes.set_geometry(points_of(units), crs=units.crs)
    layer = together(layers, "units")[1]
    return Homes(homes, layer, (say("rules.grain_villages", count=len(units)),))


def together(layers: Layers, kind: str) -> tuple[gpd.GeoDataFrame, NDArray[np.object_]]:
    """Return all rows of a kind, sorted by id, and the name of each row's layer; raises LayerError if an id occurs twice."""
    import geopandas as gpd

    found = layers.of_kind(kind)
    if not found:
        return gpd.GeoDataFrame({"name": [], "population": []}, geometry=[], crs=layers.crs), np.array([], dtype=object)
    frame = found[0].frame if len(found) == 1 else pd.concat([layer.frame for layer in found])
    layer = np.repeat([part.name for part in found], [len(part.frame) for part in found]).astype(object)
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        where = ", ".join(part.name for part in found)
        what = say("rules.id_in_two_layers", id=str(twice[0]), count=len(twice))
        raise LayerError([Problem(where, what, say("rules.make_ids_differ"))])
    if frame.index.is_monotonic_increasing:
        return frame, layer
    order = np.argsort(frame.index.to_numpy(object), kind="stable")
    return frame.iloc[order], layer[order]


def _unknown_villages(names: NDArray[np.object_]) -> Text:
    return say("rules.unit_unknown", count=len(names), example=str(min(names)))
