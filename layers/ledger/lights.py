"""The light of a task (亮灯督办): derived from deadline, milestones and reports, never typed.

done       a check, or whoever accepted it, has found it done
on_track   nothing speaks against its being done in time
due_soon   due within two weeks, a milestone missed, or nothing heard for a month
overdue    past its deadline and not claimed done; or open for half a year without a deadline
none       set aside, or closed for another reason
"""

from __future__ import annotations

import datetime as dt

from layers.ledger.states import DECLINED, DONE, STANDING
from layers.ledger.task import Task

LIGHTS = ("overdue", "due_soon", "on_track", "done", "none")
# Our choices, mark I; the documents give the lights no numbers.
SOON_DAYS = 14
SILENT_DAYS = 30
UNDATED_DAYS = 180


def light(task: Task, today: dt.date) -> str:
    """Return the light of a task on a day: the deadline day itself is not past yet."""
    if task.is_closed:
        return "done"
    if task.state == DECLINED:
        return "none"
    due = deadline(task)
    claimed_in_time = task.state == DONE and task.done_on is not None and (due is None or task.done_on <= due)
    if claimed_in_time:
        return "on_track"
    if due is None:
        return "overdue" if (today - task.on).days > UNDATED_DAYS else "on_track"
    if today > due:
        return "overdue"
    missed = any(milestone.by < today and not milestone.reached for milestone in task.milestones)
    silent = task.reported_on is not None and (today - task.reported_on).days > SILENT_DAYS and task.state != STANDING
    return "due_soon" if (due - today).days <= SOON_DAYS or missed or silent else "on_track"


def deadline(task: Task) -> dt.date | None:
    """Return the day a task falls due: of a standing one, its interval after it was last seen to."""
    if task.state == STANDING and task.tended_on is not None:
        return task.tended_on + dt.timedelta(days=task.interval_days)
    return task.due


def days_over(task: Task, today: dt.date) -> int:
    """Return how many days a task is past its deadline; 0 if it is not."""
    due = deadline(task)
    return max((today - due).days, 0) if due is not None and light(task, today) == "overdue" else 0
