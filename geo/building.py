"""A facility to be built, as the rows of an edit: in the layer and of the category that the rule will count it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.facilitytypes import facility_type
from geo.parcels import taken
from geo.projects import Project
from geo.supply import WORKING, Meant, category_word, receiving
from layers.edit import Cut, Edit
from layers.options import Cost
from layers.text import Text, say
from layers.where import Both, Node, Not, parse_where

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.sites import Sites
    from layers.layer import Layer, Layers


@dataclass(frozen=True)
class Blueprint:
    """What a rule would have built: the layer it goes into, its category, the lot it needs, what one costs.

    `cells` are the attributes the rule's own filter asks for (a park of at least 5 000 m2 is built that large).
    """

    layer: Layer
    category: str
    cells: dict[str, str | float]
    area_m2: float
    cost: Cost

    @property
    def what(self) -> Text | str:
        """The words for it."""
        return category_word(self.category)


def blueprint(layers: Layers, meant: Meant, cost: Cost | None) -> Blueprint | None:
    """Return what to build so that the rule counts it; None if its filter asks for what we cannot promise."""
    layer, category = receiving(layers, meant)
    usual = facility_type(category)
    for cells in [{}] if meant.where is None else _passing(parse_where(meant.where).tree):
        area_m2 = cells.get("area_m2", usual.area_m2)
        if isinstance(area_m2, str):
            continue
        result = Blueprint(layer, category, {**cells, "area_m2": area_m2}, area_m2, cost or usual.cost)
        if meant.where is None or len(meant.among(_rows(result, ["trial"], [None], [None]), layers)):
            return result
    return None


def assumed_cost(layers: Layers, meant: Meant) -> Cost:
    """Return what one facility of what is meant is taken to cost where the plan does not say."""
    return facility_type(receiving(layers, meant)[1]).cost


@dataclass(frozen=True)
class Order:
    """One project to be: a facility on each of these sites, for these gaps.

    `unit_ids` are the villages the sites are in; `place` is what people call the village of the first.
    """

    id: str
    gap_ids: tuple[str, ...]
    sites: Sites
    unit_ids: tuple[str, ...]
    place: str


def built(
    plan: Blueprint, rule_id: str, orders: Sequence[Order], *, sizes: Mapping[str, Sequence[float]] | None = None
) -> list[Project]:
    """Return the projects ordered, each as the rows it adds; `sizes` are the cells that differ from order to order."""
    ids = [f"{order.id}-{i}" if i > 1 else order.id for order in orders for i in range(1, len(order.sites) + 1)]
    units = [unit_id for order in orders for unit_id in order.unit_ids]
    rows = _rows(plan, ids, units, [point for order in orders for point in order.sites.point])
    many = [len(order.sites) for order in orders]
    for column, values in (sizes or {}).items():
        rows[column] = np.repeat(values, many)
    areas_m2 = (sizes or {}).get("area_m2", [plan.area_m2] * len(orders))
    ends = np.cumsum(many).tolist()
    return [
        Project(
            id=order.id,
            action="build_facility",
            name=_named(plan.what, order.place, order.sites),
            unit_id=order.unit_ids[0],
            rule_ids=(rule_id,),
            gap_ids=order.gap_ids,
            amount=float(len(order.sites)),
            unit="facilities",
            edits=(Edit(plan.layer.name, add=Cut(rows, end - len(order.sites), end)),),
            cost=plan.cost,
            geometry=order.sites.point[0] if len(order.sites) == 1 else shapely.multipoints(order.sites.point),
            takes=taken((id_, float(area_m2)) for kind, id_ in order.sites.key if kind == "parcel"),
        )
        for order, end, area_m2 in zip(orders, ends, areas_m2, strict=True)
    ]


def _named(what: Text | str, unit: str, sites: Sites) -> Text:
    kind, key = sites.key[0]
    if len(sites) > 1:
        return say("rules.project_build_several", unit=unit, what=what, count=len(sites))
    if kind == "parcel":
        return say("rules.project_build_on_parcel", unit=unit, what=what, parcel=key)
    return say("rules.project_build", unit=unit, what=what)


def _rows(
    plan: Blueprint, ids: Sequence[str], unit_ids: Sequence[str | None], places: Sequence[BaseGeometry | None]
) -> gpd.GeoDataFrame:
    index = pd.Index(ids, dtype=object, name="id")
    cells = {"unit_id": [unit or None for unit in unit_ids], "category": plan.category, "status": WORKING, **plan.cells}
    frame = gpd.GeoDataFrame(cells, geometry=np.array(places, dtype=object), index=index, crs=plan.layer.frame.crs)
    return frame.reindex(columns=plan.layer.frame.columns)


def _passing(tree: Node) -> list[dict[str, str | float]]:
    """Return sets of cells of which a filter may well be true, most likely first; whoever asks has to try them."""
    if isinstance(tree, Not):
        return [{}]
    if isinstance(tree, Both) and tree.sign == "or":
        return [*_passing(tree.left), *_passing(tree.right)]
    if isinstance(tree, Both):
        return [{**left, **right} for left in _passing(tree.left) for right in _passing(tree.right)]
    if tree.sign in ("==", ">=", "<=", "in"):
        return [{tree.column: tree.values[0]}]
    if tree.sign == ">" and isinstance(value := tree.values[0], float):
        return [{tree.column: float(np.nextafter(value, np.inf))}]
    return [{}]
