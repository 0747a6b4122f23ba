"""The whole working-out: layers to coverage to gaps to projects to a ranked list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.coverage import Coverage
from geo.gaps import Gap
from geo.ranking import Ranked
from geo.world import World
from layers.text import Text

if TYPE_CHECKING:
    from layers.layer import Layers
    from layers.plan import Plan


@dataclass(frozen=True)
class Assessment:
    """Everything a run found out; `maps` writes it down and adds nothing of its own."""

    plan: Plan
    world: World
    coverages: Mapping[str, Coverage]  # by rule id, in the plan's order
    gaps: tuple[Gap, ...]
    ranked: tuple[Ranked, ...]
    notes: tuple[Text, ...] = ()  # what a reader must know: no facility at all, demand judged by village, ...


def assess(plan: Plan, layers: Layers) -> Assessment:
    """Return coverage, gaps and ranked projects for the plan's rules over these layers."""
    raise NotImplementedError
