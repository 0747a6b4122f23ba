"""A task in words and as plain data: one line on the screen, one row of a table, one object of JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from layers.ledger.lights import days_over, deadline, light
from layers.text import Language, known, say
from maps.wording import action_word, money

if TYPE_CHECKING:
    from layers.ledger.task import Task

# Light has a shape as well as a colour, so that it reads in black and white.
SIGNS = {"overdue": "●", "due_soon": "▲", "on_track": "■", "done": "✔", "none": "—"}


def plain_task(task: Task, today: dt.date) -> dict[str, Any]:
    """Return a task as JSON shows it: all its facts, days as ISO text, its light; what its project would change left out."""
    content = dataclasses.asdict(task)
    del content["edits"]
    return {
        **_plain(content),
        "light": light(task, today),
        "is_open": task.is_open,
        "days_over": days_over(task, today),
    }


def task_line(task: Task, today: dt.date, language: Language) -> str:
    """Return a task in one line."""
    due = deadline(task)
    parts = [f"#{task.id}", task.title, state_word(task.state, language), light_word(light(task, today), language)]
    parts += [part for part in (task.leader, task.department) if part]
    parts += [say("tasks.due_on", due=due).in_(language)] if due and task.is_open else []
    return "  ".join(parts)


def state_word(state: str, language: Language) -> str:
    """Return a state in words."""
    return say(f"tasks.state_{state}").in_(language)


def light_word(code: str, language: Language) -> str:
    """Return a light in words, with its sign before it."""
    return f"{SIGNS[code]} {say(f'tasks.light_{code}').in_(language)}"


def outcome_word(outcome: str, language: Language) -> str:
    """Return what a check found of a task, in words; "" if none has looked."""
    return say(f"tasks.outcome_{outcome}").in_(language) if outcome else ""


def origin_word(origin: str, language: Language) -> str:
    """Return where an item came from, in words."""
    return say(f"tasks.origin_{origin}").in_(language) if known(f"tasks.origin_{origin}") else origin


def cells(task: Task, today: dt.date, language: Language) -> dict[str, object]:
    """Return a task as one row of a table: by column name, numbers and days as such, everything else in words."""
    return {
        "id": task.id,
        "list": task.list,
        "title": task.title,
        "village": task.unit_name,
        "goal": task.goal,
        "leader": task.leader,
        "department": task.department,
        "owner": task.owner,
        "due": deadline(task),
        "progress": task.progress,
        "state": state_word(task.state, language),
        "light": light_word(light(task, today), language),
        "days_over": days_over(task, today) or None,
        "people": task.people,
        "cost": task.cost,
        "spent": task.spent,
        "outcome": outcome_word(task.outcome, language),
        "origin": origin_word(task.origin, language),
        "action": action_word(task.action, language) if task.action else "",
        "reason": task.reason,
        "evidence": "\n".join(str(item.get("file") or item.get("note")) for item in task.evidence),
        "satisfaction": task.score,
        "changed_on": task.changed_on,
    }


def money_word(yuan: float | None, language: Language) -> str:
    """Return an amount of money in words, "" if unknown."""
    return "" if yuan is None else money(yuan, language)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
