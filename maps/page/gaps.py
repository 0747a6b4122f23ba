"""The gaps as the page lists and draws them: one column for each thing said of a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.page.basemap import spots
from maps.page.plain import both_languages, number
from maps.page.shapes import as_array
from maps.page.undertaken import task_of_gap

if TYPE_CHECKING:
    import pandas as pd

    from geo.assessment import Assessment
    from maps.page.cameras import Cameras
    from maps.page.shapes import Shapes

    Json = Any

# A gap that no project closes is closed after more rows than any list has.
NEVER = 10**9


def gap_rows(assessment: Assessment, cameras: Cameras, units: pd.DataFrame, shapes: Shapes) -> Json:
    """Return the gaps in the run's order; a gap in no village has unit -1. Their shapes are stored in `shapes`."""
    gaps, rules = assessment.gaps, list(assessment.coverages)
    tasks, closed_by_tasks = task_of_gap(assessment)
    drawn = as_array([cameras.shape((gap.rule_id,), gap.geometry) for gap in gaps])
    return {
        "id": [gap.id for gap in gaps],
        "rule": [rules.index(gap.rule_id) for gap in gaps],
        "severity": [gap.severity for gap in gaps],
        "unit": units.index.get_indexer([gap.unit_id for gap in gaps]).tolist(),
        "name": [gap.name for gap in gaps],
        "amount": [number(gap.amount) for gap in gaps],
        "unit_word": [gap.unit for gap in gaps],
        "people": [number(gap.people) for gap in gaps],
        "reason": [both_languages(gap.reason) for gap in gaps],
        "closed_at": _closed_at(assessment),
        "task": tasks,
        "closed_by_tasks": closed_by_tasks,
        "shapes": shapes.put(drawn),
        "spots": shapes.put(spots(drawn)),
    }


def _closed_at(assessment: Assessment) -> list[int]:
    """Return for each gap the row of the list that closes the last of it; NEVER where no row does."""
    closed = {gap_id: at for at, row in enumerate(assessment.ranked) for gap_id in row.closes}
    return [closed.get(gap.id, NEVER) for gap in assessment.gaps]
