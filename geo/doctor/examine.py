"""The whole examination of layers that were read: every check once, each in a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from geo.doctor.numbers import numbers
from geo.doctor.offroad import devices_off_roads, homes_off_network, out_of_area
from geo.doctor.roads import gaps_in_roads, isolated_roads, unjoined_crossings
from geo.doctor.shift import shifted_layers
from geo.doctor.twins import same_names, same_places
from geo.doctor.villages import homes_in_none, overlapping_villages
from layers.findings import Finding, in_order

if TYPE_CHECKING:
    from geo.world import World

CHECKS: tuple[Callable[[World], list[Finding]], ...] = (
    shifted_layers,
    out_of_area,
    homes_off_network,
    devices_off_roads,
    gaps_in_roads,
    isolated_roads,
    unjoined_crossings,
    overlapping_villages,
    homes_in_none,
    same_places,
    same_names,
    numbers,
)


def examine(world: World) -> list[Finding]:
    """Return everything the checks find, layer by layer, the worst first."""
    return in_order(finding for check in CHECKS for finding in check(world))
