"""Idle land as a budget: several uses may share a parcel, but together they take no more than its area."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.projects import Project
    from geo.world import World

# Areas are given to the square metre; what is less than this over is the rounding of sums.
NOISE_M2 = 1e-6


def areas(world: World) -> dict[str, float]:
    """Return the square metres of each idle parcel that may be built on, by its id."""
    parcels, area = world.parcels
    return dict(zip(map(str, parcels.index), area.tolist(), strict=True))


def taken(parts: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Return these takings (parcel id, square metres) with each parcel once, by id."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for parcel, area_m2 in parts:
        found[parcel].append(area_m2)
    return tuple(sorted((parcel, math.fsum(some)) for parcel, some in found.items()))


def left_of(parcels: Mapping[str, float], done: Iterable[Project]) -> dict[str, float]:
    """Return the square metres left of each parcel once these projects stand on it; below 0 where they do not fit."""
    used = dict(taken(part for project in done for part in project.takes))
    return {parcel: area_m2 - used.get(parcel, 0.0) for parcel, area_m2 in parcels.items()}


def fits(project: Project, left: Mapping[str, float]) -> bool:
    """Return whether every parcel the project takes has that much left; exactly that much is enough."""
    return all(left.get(parcel, 0.0) >= area_m2 - NOISE_M2 for parcel, area_m2 in project.takes)
