"""The whole working-out: layers to coverage to gaps to projects to a ranked list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from geo.projects import merged
from geo.ranking import Ranked, rank
from geo.rule import Rule
from geo.verdicts import coverages_of, gaps_of, in_order
from geo.world import World
from layers.text import Text, say

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.ongoing import Ongoing
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
    ongoing: Ongoing | None = None  # the task ledger beside it, where there is one


def assess(plan: Plan, layers: Layers) -> Assessment:
    """Return coverage, gaps and ranked projects for the plan's rules over these layers.

    Gaps stand in the order of their ids. Raises InputError with what every rule finds wrong with the layers it names,
    and PlannerError if two gaps got one id.
    """
    world = World(layers, plan.settings.date)
    coverages = coverages_of([cast(Rule, rule) for rule in plan.rules], world)
    found = gaps_of(coverages, world)
    gaps = in_order(gap for some in found.values() for gap in some)
    projects = merged(
        project for rule_id, seen in coverages.items() for project in seen.rule.repairs(found[rule_id], seen, world)
    )
    settings = plan.settings
    ranked = rank(projects, coverages, gaps, world, budget=settings.budget, safety_net_first=settings.safety_net_first)
    notes = [note for seen in coverages.values() for note in seen.measured.notes]
    if len(ranked) < len(projects):
        notes.append(say("projects.redundant", count=len(projects) - len(ranked)))
    return Assessment(plan, world, coverages, gaps, ranked, tuple(dict.fromkeys(notes)))
