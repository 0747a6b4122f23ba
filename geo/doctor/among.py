"""The layers a check looks at: those of a kind, and where their rows are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.places import points_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

    Numbers = NDArray[np.float64]


def with_places(world: World, *kinds: str) -> Iterator[tuple[Layer, NDArray[np.intp], Numbers]]:
    """Yield each layer of these kinds that has places, with the positions of the rows that have one, and x and y."""
    for layer in world.layers.values():
        if layer.kind not in kinds or "geometry" not in layer.frame:
            continue
        shapes = layer.frame.geometry.to_numpy()
        there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
        if len(there):
            points = points_of(layer.frame.iloc[there])
            yield layer, there, shapely.get_coordinates(points)


def road_shapes(world: World) -> NDArray[np.object_]:
    """Return every road of the plan."""
    frames = [layer.frame.geometry.to_numpy() for layer in world.layers.of_kind("roads")]
    shapes: NDArray[np.object_] = np.concatenate([*frames, np.empty(0, dtype=object)])
    return shapes
