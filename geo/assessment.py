"""The whole working-out: layers to coverage to gaps to projects to a ranked list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from geo.coverage import Coverage, coverage
from geo.gaps import Gap
from geo.projects import merged
from geo.ranking import Ranked, rank
from geo.rule import Rule
from geo.world import World
from layers.problems import InputError, LayerError, PlannerError, Problem
from layers.text import Text, say

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
    """Return coverage, gaps and ranked projects for the plan's rules over these layers.

    Gaps stand in the order of their ids. Raises InputError with what every rule finds wrong with the layers it names,
    and PlannerError if two gaps got one id.
    """
    world = World(layers, plan.settings.date)
    coverages = _coverages([cast(Rule, rule) for rule in plan.rules], world)
    gaps_of = {rule_id: seen.rule.gaps(seen, world) for rule_id, seen in coverages.items()}
    gaps = _in_order(gap for found in gaps_of.values() for gap in found)
    projects = merged(
        project for rule_id, seen in coverages.items() for project in seen.rule.repairs(gaps_of[rule_id], seen, world)
    )
    settings = plan.settings
    ranked = rank(projects, coverages, gaps, world, budget=settings.budget, safety_net_first=settings.safety_net_first)
    notes = [note for seen in coverages.values() for note in seen.measured.notes]
    if len(ranked) < len(projects):
        notes.append(say("projects.redundant", count=len(projects) - len(ranked)))
    return Assessment(plan, world, coverages, gaps, ranked, tuple(dict.fromkeys(notes)))


def _coverages(rules: Iterable[Rule], world: World) -> dict[str, Coverage]:
    """Return every rule's coverage, or raise all they find wrong together."""
    found: dict[str, Coverage] = {}
    problems: list[Problem] = []
    for rule in rules:
        try:
            found[rule.id] = coverage(rule, world)
        except InputError as error:
            problems += error.problems
    if problems:
        raise LayerError(dict.fromkeys(problems))
    return found


def _in_order(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps by id; refuse two of one id, which would hide one of them for good."""
    ordered = tuple(sorted(gaps, key=lambda gap: gap.id))
    clashes = [
        Problem(
            one.id,
            say("projects.same_gap_id", id=one.id, first=one.name, second=other.name),
            say("projects.same_gap_id_fix", rule=one.rule_id),
        )
        for one, other in pairwise(ordered)
        if one.id == other.id
    ]
    if clashes:
        raise PlannerError(clashes)
    return ordered
