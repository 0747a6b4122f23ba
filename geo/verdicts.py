"""All rules of a plan asked together: what each says of every place, and the gaps that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.coverage import Coverage, coverage
from layers.problems import InputError, LayerError, PlannerError, Problem
from layers.text import say

if TYPE_CHECKING:
    from geo.gaps import Gap
    from geo.rule import Rule
    from geo.world import World


def coverages_of(rules: Iterable[Rule], world: World) -> dict[str, Coverage]:
    """Return every rule's coverage by its id; raises LayerError with all that the rules find wrong together."""
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


def gaps_of(coverages: Mapping[str, Coverage], world: World) -> dict[str, list[Gap]]:
    """Return every rule's gaps by the rule's id."""
    return {rule_id: seen.rule.gaps(seen, world) for rule_id, seen in coverages.items()}


def in_order(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps by id; raises PlannerError for two of one id, which would hide one of them for good."""
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
