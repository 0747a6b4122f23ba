"""Where cameras stand, told as far as the plan allows: left out, or moved to the middle of a square of the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.assessment import Assessment
    from layers.layer import Layer

SQUARE_M = 500.0
_WATCHES = "watch"  # the rule type whose places say where cameras look


@dataclass(frozen=True)
class Cameras:
    """What is held back: how, in which layers, and under which rules (places, gaps and projects there are moved)."""

    how: str
    layers: frozenset[str]
    rules: frozenset[str]

    def drawn(self, layer: Layer) -> Layer:
        """Return the layer as it may be drawn."""
        if self.how == "shown" or layer.kind != "devices":
            return layer
        is_camera = self._cameras(layer)
        if not is_camera.any():
            return layer
        if self.how == "left_out":
            return replace(layer, frame=layer.frame[~is_camera])
        points = layer.frame.geometry.to_numpy().copy()
        points[is_camera] = squared(points[is_camera])
        return replace(layer, frame=layer.frame.set_geometry(points, crs=layer.frame.crs))

    def places(self, rule_id: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return the places a rule judges as they may be drawn."""
        if self.how == "shown" or rule_id not in self.rules:
            return frame
        return frame.set_geometry(squared(frame.geometry.to_numpy()), crs=frame.crs)

    def shape(self, rule_ids: tuple[str, ...], geometry: Any) -> Any:
        """Return the shape of a gap or a project as it may be drawn."""
        if self.how == "shown" or not self.rules & set(rule_ids):
            return geometry
        return squared(np.array([geometry], dtype=object))[0]

    def _cameras(self, layer: Layer) -> Any:
        if layer.name in self.layers or "category" not in layer.frame:
            return np.full(len(layer.frame), layer.name in self.layers)
        return (layer.frame["category"].astype(object) == "camera").to_numpy(bool)


def cameras_of(assessment: Assessment) -> Cameras:
    """Return what the plan holds back of cameras, and where they are."""
    watching = [seen.rule for seen in assessment.coverages.values() if seen.rule.type == _WATCHES]
    layers = frozenset(str(getattr(rule, "devices", "")) for rule in watching)
    return Cameras(assessment.plan.settings.page.cameras, layers, frozenset(rule.id for rule in watching))


def squared(geometries: Any) -> Any:
    """Return the middle of the 500 m square of the CRS that each shape's middle lies in; nothing stays nothing."""
    middles = shapely.get_coordinates(shapely.centroid(geometries), include_z=False)
    has_middle = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    moved = np.full(len(geometries), None, dtype=object)
    moved[has_middle] = shapely.points((np.floor(middles / SQUARE_M) + 0.5) * SQUARE_M)
    return moved
