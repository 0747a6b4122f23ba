"""What if: the same layers, gaps and candidate projects under another budget, other weights, other projects in or out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.study import STUDY_NOTES, study

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.plan import Settings


def what_if(assessment: Assessment, settings: Settings, *, weights: Mapping[str, float] | None = None) -> Assessment:
    """Return the assessment as it would be ranked under other settings; nothing is read and no check is run.

    Of the settings the budget (yuan), `safety_net_first` and `ranking` count: weights of severities, equity, gates, caps,
    projects inside and outside. `weights` replaces the weight of rules, by rule id. Raises KeyError for a rule that is
    not there.
    """
    coverages = dict(assessment.coverages)
    for rule_id, weight in (weights or {}).items():
        seen = coverages[rule_id]
        coverages[rule_id] = replace(seen, rule=seen.rule.model_copy(update={"weight": weight}))
    voices = {gap_id: heard.weight for gap_id, heard in assessment.petitions.items()}
    under_way = {} if assessment.ongoing is None else assessment.ongoing.working_on
    found = study(
        assessment.candidates, coverages, assessment.gaps, assessment.world, settings, voices=voices, taken_on=under_way
    )
    kept = tuple(note for note in assessment.notes if note.key not in STUDY_NOTES)
    return replace(
        assessment,
        plan=replace(assessment.plan, settings=settings),
        coverages=coverages,
        ranked=found.ranked,
        notes=(*kept, *found.notes),
        gated=found.gated,
        portfolio=found.portfolio,
        robustness=found.robustness,
        outcomes=found.outcomes,
        placed=found.placed,
    )
