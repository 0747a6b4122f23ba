"""The three lists of one ledger (需求清单、整改清单、结果清单): every task is on one of them, and on one only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from layers.ledger.states import DECLINED, REWORK, STANDING
from layers.text import Language, say
from maps.tasks.blocks import foot, task_block
from maps.tasks.paper import Paper

if TYPE_CHECKING:
    from layers.ledger.task import State, Task

_NEEDS = (
    "id",
    "list",
    "title",
    "village",
    "goal",
    "people",
    "cost",
    "leader",
    "department",
    "due",
    "progress",
    "state",
    "light",
)
_RECTIFY = ("id", "list", "title", "village", "goal", "outcome", "leader", "department", "due", "days_over", "light")
_RESULTS = (
    "id",
    "list",
    "title",
    "village",
    "goal",
    "state",
    "spent",
    "evidence",
    "satisfaction",
    "reason",
    "changed_on",
)


def three_lists(state: State, today: dt.date, language: Language) -> Paper:
    """Return what is to be done, what was sent back, and what came of the rest (closed, standing, set aside)."""
    needs = [task for task in state.tasks.values() if not _is_result(task) and task.state != REWORK]
    rectify = [task for task in state.tasks.values() if task.state == REWORK]
    results = [task for task in state.tasks.values() if _is_result(task)]
    blocks = (
        task_block("needs", needs, today, language, _NEEDS),
        task_block("rectify", rectify, today, language, _RECTIFY),
        task_block("results", results, today, language, _RESULTS),
    )
    counts = {"needs": len(needs), "rectify": len(rectify), "results": len(results)}
    facts = (say("tasks.lists_facts", on=today, all=len(state.tasks), **counts).in_(language),)
    return Paper(say("tasks.lists_title", name=state.name).in_(language), facts, blocks, foot(state.head, language))


def _is_result(task: Task) -> bool:
    return task.is_closed or task.state in (STANDING, DECLINED)
