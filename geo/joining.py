"""How the plan has roads put together, and what a reader must be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.network.modes import ON_SLOPES, Joining
from geo.network.slopes import slopes_of
from layers.problems import PlanError, Problem
from layers.text import say

if TYPE_CHECKING:
    from geo.world import World
    from layers.layer import Layers
    from layers.plan import NetworkSettings
    from layers.text import Text

# As many joins are named in a note; `joins` of the network has all.
LISTED = 50


def joining_of(settings: NetworkSettings, layers: Layers) -> Joining:
    """Return the plan's settings with the shapes they name; raises PlanError for a barrier that is no layer."""
    unknown = [name for name in settings.barriers if name not in layers]
    if unknown:
        fix = say("network.give_barrier_layer", names=", ".join(layers))
        raise PlanError(Problem("plan.network.barriers", say("network.no_barrier_layer", name=n), fix) for n in unknown)
    shapes = [layers[name].frame.geometry.to_numpy() for name in settings.barriers]
    barriers = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    barriers = barriers[~(shapely.is_missing(barriers) | shapely.is_empty(barriers))]
    return Joining(settings.node_crossings, settings.join_ends_m, barriers if len(barriers) else None, layers.heights)


def joining_notes(world: World) -> list[Text]:
    """Return what a reader must know of the networks this world has built."""
    settings, networks = world.joined_by, world.networks()
    if not networks:
        return []
    notes = []
    if settings.node_crossings:
        notes.append(say("network.crossings_joined"))
    joins = {
        (*sorted((str(road), str(other))), round(float(gap_m), 3))  # two ends that face each other are one gap
        for network in networks.values()
        for road, other, gap_m in network.joins[["road", "other_road", "gap_m"]].itertuples(index=False)
    }
    if joins:
        notes.append(say("network.ends_joined", count=len(joins), limit_m=settings.join_ends_m))
        notes += [say("network.end_joined", road=r, other=o, gap_m=f"{g:g}") for r, o, g in sorted(joins)[:LISTED]]
    if settings.barriers:
        notes.append(say("network.barriers_kept", names=", ".join(settings.barriers)))
    sloped = [(mode, network) for (mode, _, unit), network in networks.items() if unit == "min" and mode in ON_SLOPES]
    if world.layers.heights is not None and sloped:
        mode, network = sloped[0]
        share = slopes_of(network.topology, world.layers.heights, ON_SLOPES[mode]).unknown_share
        notes.append(say("network.heights_used", share=f"{share:.1%}"))
    return notes
