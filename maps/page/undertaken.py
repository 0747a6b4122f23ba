"""What the task ledger adds to the page: who works on which gap, and how villages stand once all open tasks are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.text import say
from maps.page.basemap import spots
from maps.page.plain import both_languages, number, standing
from maps.page.scorecard import scorecard
from maps.page.shapes import as_array

if TYPE_CHECKING:
    import pandas as pd

    from geo.assessment import Assessment
    from maps.page.cameras import Cameras
    from maps.page.shapes import Shapes

    Json = Any


def after_tasks(assessment: Assessment, units: pd.DataFrame) -> list[dict[str, Any]] | None:
    """Return each rule as the forecast has it, every open task finished; None where there is no ledger."""
    if assessment.ongoing is None:
        return None
    coverages = assessment.ongoing.forecast.coverages
    return [standing(coverages[id_], scorecard(coverages[id_], units.index)) for id_ in assessment.coverages]


def forecast_of(assessment: Assessment) -> dict[str, int] | None:
    """Return how many gaps the forecast leaves, and how many open tasks it counts and leaves out."""
    if assessment.ongoing is None:
        return None
    ahead = assessment.ongoing.forecast
    return {"gaps": len(ahead.remaining), "counted": len(ahead.counted), "left_out": len(ahead.left_out)}


def tasks_of(assessment: Assessment, cameras: Cameras, units: pd.DataFrame, shapes: Shapes) -> tuple[list[Json], int]:
    """Return the tasks of the ledger as the map and the cards tell of them, and the set of where they are."""
    tasks = assessment.ongoing.tasks if assessment.ongoing else ()
    gap_row = {gap.id: row for row, gap in enumerate(assessment.gaps)}
    rule_of = {gap.id: gap.rule_id for gap in assessment.gaps}
    # Where all gaps of a task are gone it may have been about a camera, and is treated so.
    rules = [tuple(rule_of[id_] for id_ in task.gap_ids if id_ in rule_of) or tuple(cameras.rules) for task in tasks]
    drawn = [cameras.shape(about, task.geometry) for about, task in zip(rules, tasks, strict=True)]
    rows = [
        {
            "id": task.id,
            "title": task.title,
            "state": both_languages(say(f"tasks.state_{task.state}")),
            "lit": task.light,
            "light": both_languages(say(f"tasks.light_{task.light}")),
            "who": ", ".join(name for name in (task.department, task.leader) if name),
            "due": task.due.isoformat() if task.due else None,
            "open": task.is_open,
            "progress": number(task.progress, 2),
            "people": number(task.people),
            "unit": int(units.index.get_indexer([task.unit_id])[0]),
            "gaps": [gap_row[id_] for id_ in task.gap_ids if id_ in gap_row],
        }
        for task in tasks
    ]
    return rows, shapes.put(spots(as_array(drawn)))


def task_of_gap(assessment: Assessment) -> tuple[list[int], list[bool]]:
    """Return for each gap the row of the open task on it (-1: none), and whether the forecast finds none of it left.

    Something of a gap is left where one of its places is still in a gap of its rule, whatever that gap is called then.
    """
    ongoing, gaps = assessment.ongoing, assessment.gaps
    if ongoing is None:
        return [-1] * len(gaps), [False] * len(gaps)
    row = {task.id: at for at, task in enumerate(ongoing.tasks)}
    left = {(gap.rule_id, place) for gap in ongoing.forecast.remaining for place in gap.place_ids}
    tasks = [row.get(ongoing.working_on.get(gap.id, -1), -1) for gap in gaps]
    return tasks, [not any((gap.rule_id, place) in left for place in gap.place_ids) for gap in gaps]
