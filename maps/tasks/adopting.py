"""Projects of a run, and gaps, as new tasks: each with its goal in numbers, what it would change, and where."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import shapely

from layers.ledger.acts import next_id
from layers.ledger.event import Draft
from layers.ledger.task import State, Task, TaskGap
from layers.problems import InputError, LedgerError, Problem
from layers.text import Text, say
from maps.kept import kept_edits
from maps.tables import SEPARATOR
from maps.wording import amount

if TYPE_CHECKING:
    from maps.tasks.seen import SeenRun

# A goal names so many gaps; what is more is counted.
NAMED = 3


@dataclass(frozen=True)
class Choice:
    """What to adopt: the first `top` projects that nobody has taken on, or projects and gaps by their ids."""

    top: int
    ids: tuple[str, ...]
    list: str


def adopted(state: State, seen: SeenRun, choice: Choice, today: dt.date) -> list[Draft]:
    """Return an event for each project or gap that is to become a task.

    An item is on one list only: a gap that a task is open on, or that was set aside, is not taken on again. Of the best
    projects those are passed over; one asked for by name is refused. Raises LedgerError if nothing is left to adopt, and
    InputError if the run has no such project or gap.
    """
    taken = {gap.id: task for task in state.tasks.values() if not task.is_closed for gap in task.gaps}
    rows = _named(seen, choice.ids) if choice.ids else seen.projects.to_dict("records")
    drafts: list[Draft] = []
    problems: list[Problem] = []
    edits = kept_edits(seen.package)
    for row in rows:
        gaps = _gap_ids(row)
        free = [id_ for id_ in gaps if id_ not in taken]
        if not free and choice.ids:
            problems.append(_is_taken(row, taken[gaps[0]]))
        if free and (choice.ids or len(drafts) < choice.top):
            task_id = next_id(state) + len(drafts)
            facts = _facts(row, free, seen, choice.list, edits)
            drafts.append(Draft(task_id, "adopted", facts, seen.run.inputs, seen.run.rules_hash))
            here = Task(task_id, choice.list, facts["title"], "gap", today)
            taken |= dict.fromkeys(free, here)
    if problems:
        raise LedgerError(problems)
    if not drafts:
        raise LedgerError([Problem(str(seen.folder), say("tasks.nothing_to_adopt"), say("tasks.see_list"))])
    return drafts


def task_gap(seen: SeenRun, gap_id: str) -> TaskGap:
    """Return a gap of a run as a task keeps it; its shape to the centimetre."""
    row = seen.gaps.set_index("gap_id").loc[gap_id]
    kept = seen.kept[gap_id]
    return TaskGap(
        id=gap_id,
        rule_id=row["rule_id"],
        rule_hash=seen.run.rule_hashes[row["rule_id"]],
        place_ids=kept.place_ids,
        amount=kept.amount if kept.amount < float("inf") else 0.0,
        unit=kept.unit,
        people=kept.people,
        shape=shapely.to_wkt(kept.shape, rounding_precision=2),
    )


def _facts(
    row: Mapping[str, Any], gap_ids: Sequence[str], seen: SeenRun, list_: str, edits: Mapping[str, list[Any]]
) -> dict[str, Any]:
    gaps = [task_gap(seen, id_) for id_ in gap_ids]
    facts = {
        "list": list_,
        "title": row["name"],
        "origin": "gap",
        "goal": _goal(gap_ids, seen).in_(seen.language),
        "unit_id": row["unit_id"],
        "unit_name": seen.units.get(row["unit_id"], row["unit_id"]),
        "project_id": row.get("project_id", ""),
        "action": row.get("action", ""),
        "amount": row["amount"],
        "unit": row["unit"],
        "people": _people(gaps),
        "cost": row.get("cost"),
        "gaps": [asdict(gap) for gap in gaps],
        "edits": edits.get(row.get("project_id", ""), []),
        "crs": seen.run.crs,
        # A village that is only on a list is nowhere on the map.
        "lonlat": [round(row["lon"], 6), round(row["lat"], 6)] if row["lon"] == row["lon"] else None,
        "run_date": seen.run.date,
    }
    return {name: value for name, value in facts.items() if value is not None and value == value}


def _goal(gap_ids: Sequence[str], seen: SeenRun) -> Text:
    """Return a goal with a number in it: each gap, from what it is to nought."""
    gaps = seen.gaps.set_index("gap_id")
    parts = []
    for id_ in gap_ids[:NAMED]:
        row = gaps.loc[id_]
        rule = seen.titles[row["rule_id"]].in_(seen.language) or row["rule_id"]
        size = amount(row["amount"], row["unit"], seen.language)
        parts.append(say("tasks.goal_gap", rule=rule, place=row["name"], amount=size))
    goal = parts[0]
    for part in parts[1:]:
        goal = say("tasks.goal_and", first=goal, second=part)
    more = len(gap_ids) - NAMED
    return say("tasks.goal_more", goals=goal, count=more) if more > 0 else goal


def _people(gaps: Sequence[TaskGap]) -> float | None:
    """Return who is without, of the gap that most are without: two rules may mean the same people."""
    known = [gap.people for gap in gaps if gap.people is not None]
    return max(known) if known else None


def _gap_ids(row: Mapping[str, Any]) -> list[str]:
    return [id_ for id_ in str(row["gap_ids"]).split(SEPARATOR) if id_]


def _named(seen: SeenRun, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of these projects; a gap stands for the best project that closes it, or for itself if none does."""
    projects = {row["project_id"]: row for row in seen.projects.to_dict("records")}
    of_gap = {gap_id: row for row in reversed(list(projects.values())) for gap_id in _gap_ids(row)}
    bare = {row["gap_id"]: {**row, "gap_ids": row["gap_id"]} for row in seen.gaps.to_dict("records")}
    rows, problems = [], []
    for id_ in dict.fromkeys(ids):
        row = projects.get(id_) or of_gap.get(id_) or bare.get(id_)
        if row is None:
            near = difflib.get_close_matches(id_, [*projects, *bare], n=1, cutoff=0.5)
            fix = say("tasks.mean_id", id=near[0]) if near else say("tasks.see_projects")
            problems.append(Problem(id_, say("tasks.no_such_id"), fix))
        elif row not in rows:
            rows.append(row)
    if problems:
        raise InputError(problems)
    return rows


def _is_taken(row: Mapping[str, Any], task: Task) -> Problem:
    fix = say("tasks.use_resume", id=task.id) if task.state == "declined" else say("tasks.see_show", id=task.id)
    return Problem(str(row.get("project_id") or row["gap_ids"]), say("tasks.is_taken", id=task.id, list=task.list), fix)
