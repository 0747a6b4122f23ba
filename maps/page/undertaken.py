"""What the task ledger adds to the page: who works on which gap, and how villages stand once all open tasks are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.text import say
from maps.page.plain import both_languages, standing
from maps.page.scorecard import scorecard

if TYPE_CHECKING:
    import pandas as pd

    from geo.assessment import Assessment


def after_tasks(assessment: Assessment, units: pd.DataFrame) -> list[dict[str, Any]] | None:
    """Return each rule as the forecast has it, every open task finished; None where there is no ledger."""
    if assessment.ongoing is None:
        return None
    coverages = assessment.ongoing.forecast.coverages
    return [standing(coverages[id_], scorecard(coverages[id_], units.index)) for id_ in assessment.coverages]


def tasks_of(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the tasks of the ledger as far as a gap's card tells of them: empty where there is none."""
    tasks = assessment.ongoing.tasks if assessment.ongoing else ()
    return [
        {
            "id": task.id,
            "title": task.title,
            "state": both_languages(say(f"tasks.state_{task.state}")),
            "light": both_languages(say(f"tasks.light_{task.light}")),
            "who": ", ".join(name for name in (task.department, task.leader) if name),
            "due": task.due.isoformat() if task.due else None,
        }
        for task in tasks
    ]


def task_of_gap(assessment: Assessment) -> tuple[list[int], list[bool]]:
    """Return for each gap the row of the open task on it (-1: none), and whether the forecast finds it closed."""
    ongoing, gaps = assessment.ongoing, assessment.gaps
    if ongoing is None:
        return [-1] * len(gaps), [False] * len(gaps)
    row = {task.id: at for at, task in enumerate(ongoing.tasks)}
    remaining = {gap.id for gap in ongoing.forecast.remaining}
    tasks = [row.get(ongoing.working_on.get(gap.id, -1), -1) for gap in gaps]
    return tasks, [gap.id not in remaining for gap in gaps]
