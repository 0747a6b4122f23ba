"""Events to tasks. Each kind of event has one function here that says what it changes; the state it leads to is data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from layers.ledger.event import Event, followed
from layers.ledger.states import NEW, OF_THE_LEDGER, target
from layers.ledger.task import Milestone, Run, State, Task, TaskGap, Week
from layers.problems import LedgerError, Problem
from layers.text import say

Changes = dict[str, Any]


def replayed(events: Iterable[Event], state: State | None = None) -> State:
    """Return the state after these events, which follow those that led to the given state.

    Raises LedgerError if the chain is broken, or an event is one that could not come where it stands.
    """
    state = state or State()
    events = list(events)
    head = followed(events, state.head)
    tasks = dict(state.tasks)
    for event in events:
        try:
            if event.what in OF_THE_LEDGER:
                state = _of_the_ledger(state, event)
            else:
                task_id, task = _task(tasks, event, state)
                tasks[task_id] = task
            state = _met(state, event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _impossible(
                event, say("tasks.event_unreadable", detail=f"{type(error).__name__}: {error}")
            ) from error
    return replace(state, tasks=tasks, head=head)


def _task(tasks: Mapping[int, Task], event: Event, state: State) -> tuple[int, Task]:
    """Return the task an event is about as it is after the event."""
    if event.task is None or (event.task in tasks) == (event.what in _BEGIN):
        raise _impossible(event, say("tasks.event_no_task", task=event.task or 0))
    before = tasks[event.task].state if event.task in tasks else NEW
    after = target(event.what, before, state.route)
    if after is None:
        raise _impossible(event, say("tasks.event_impossible", what=event.what, state=before or "-"))
    task = _begun(event) if before == NEW else tasks[event.task]
    changes = _CHANGES.get(event.what, _nothing)(task, event)
    reported_on = event.day if event.what in _REPORTS else task.reported_on
    always: Changes = {"state": after, "last_seq": event.seq, "changed_on": event.day, "reported_on": reported_on}
    return task.id, replace(task, **{**always, **changes})


def _begun(event: Event) -> Task:
    """Return a new task from an event whose particulars are its fields."""
    known = {field.name for field in fields(Task)}
    facts = {name: value for name, value in event.facts.items() if name in known}
    facts["gaps"] = tuple(gap_in(gap) for gap in facts.get("gaps", ()))
    facts["edits"] = tuple(facts.get("edits", ()))
    if facts.get("lonlat") is not None:
        facts["lonlat"] = tuple(facts["lonlat"])
    assert event.task is not None  # noqa: S101 (its caller looked)
    return Task(**{**facts, "id": event.task, "on": event.day, "inputs": event.input_hash, "first_seq": event.seq})


def gap_in(facts: Mapping[str, Any]) -> TaskGap:
    """Return a gap as an event's particulars hold it."""
    return TaskGap(**{**facts, "place_ids": tuple(facts["place_ids"])})


def _nothing(task: Task, event: Event) -> Changes:
    return {}


def _fields(task: Task, event: Event) -> Changes:
    """Return the changes of an event whose particulars are new values of the task's own fields."""
    changes: Changes = {}
    for name, value in event.facts.items():
        if name == "due":
            changes["due"] = dt.date.fromisoformat(value)
        elif name == "milestones":
            changes["milestones"] = tuple(
                Milestone(dt.date.fromisoformat(m["by"]), m["what"], m["reached"]) for m in value
            )
        elif name in _OWN:
            changes[name] = value
    return changes


_OWN = {
    "goal",
    "leader",
    "department",
    "owner",
    "progress",
    "cost",
    "list",
    "title",
    "spent",
    "interval_days",
    "reason",
}


def _titled(task: Task, event: Event) -> Changes:
    return {"public_title": event.facts["public_title"]}


def _screened(task: Task, event: Event) -> Changes:
    return {"gates": {**task.gates, event.facts["gate"]: event.facts["passed"]}}


def _rejected(task: Task, event: Event) -> Changes:
    return {"gates": {**task.gates, event.facts["gate"]: False}, "reason": event.facts["reason"]}


def _deliberated(task: Task, event: Event) -> Changes:
    return {"votes": event.facts["votes"]}


def _handed_over(task: Task, event: Event) -> Changes:
    return {**_fields(task, event), "handovers": task.handovers + 1}


def _extended(task: Task, event: Event) -> Changes:
    return {"due": dt.date.fromisoformat(event.facts["due"]), "extensions": task.extensions + 1}


def _done(task: Task, event: Event) -> Changes:
    spent = event.facts.get("spent", task.spent)
    evidence = (*task.evidence, *event.facts["evidence"])
    return {"evidence": evidence, "done_on": event.day, "done_seq": event.seq, "progress": 1.0, "spent": spent}


def _tended(task: Task, event: Event) -> Changes:
    return {**_done(task, event), "tended_on": event.day, "progress": task.progress}


def _looked_at(task: Task, event: Event) -> Changes:
    """Return what a check says; where the gap was found under other ids or in other places, that is what it is now."""
    changes: Changes = {"outcome": event.facts["outcome"]}
    if "gaps" in event.facts:
        changes["gaps"] = tuple(gap_in(gap) for gap in event.facts["gaps"])
        changes["crs"] = event.facts["crs"]
    return changes


def _verified(task: Task, event: Event) -> Changes:
    return {
        **_looked_at(task, event),
        "verified_on": event.day,
        "done_seq": event.seq,
        "satisfied": None,
        "score": None,
    }


def _inspected(task: Task, event: Event) -> Changes:
    evidence = (*task.evidence, *event.facts["evidence"])
    return {"verified_on": event.day, "evidence": evidence, "satisfied": None, "score": None}


def _back(task: Task, event: Event) -> Changes:
    """Return the changes of a task sent back to work: as far as the check found its gaps gone, and no farther."""
    left = event.facts.get("left")
    progress = 0.0 if left is None else round(min(max(1 - left, 0.0), 0.99), 2)
    changes = {**_looked_at(task, event), "done_on": None, "verified_on": None, "progress": progress}
    return {**changes, "reopenings": task.reopenings + (event.what == "reopened")}


def _visited(task: Task, event: Event) -> Changes:
    return {"satisfied": True, "score": event.facts["score"]}


def _dissatisfied(task: Task, event: Event) -> Changes:
    due = dt.date.fromisoformat(event.facts["due"])
    back: Changes = {"done_on": None, "verified_on": None, "progress": 0.0, "reopenings": task.reopenings + 1}
    return {**back, "satisfied": False, "score": event.facts["score"], "due": due}


def _made_standing(task: Task, event: Event) -> Changes:
    return {"interval_days": event.facts["interval_days"], "tended_on": event.day}


def _declined(task: Task, event: Event) -> Changes:
    return {"reason": event.facts["reason"]}


def _resumed(task: Task, event: Event) -> Changes:
    return {"reason": "", "interval_days": 0, "tended_on": None}


def _escalated(task: Task, event: Event) -> Changes:
    return {"meetings_open": task.meetings_open + 1}


def _resolved(task: Task, event: Event) -> Changes:
    return {"meetings_open": max(task.meetings_open - 1, 0)}


_BEGIN = frozenset({"adopted", "proposed"})
# Events by which those who work on a task say how far it is.
_REPORTS = frozenset({"claimed", "started", "updated", "extended", "done", "tended", "recorded"})
_CHANGES: Mapping[str, Callable[[Task, Event], Changes]] = {
    "screened": _screened,
    "accepted": _screened,
    "rejected": _rejected,
    "deliberated": _deliberated,
    "approved": _fields,
    "claimed": _fields,
    "handed_over": _handed_over,
    "started": _fields,
    "updated": _fields,
    "extended": _extended,
    "done": _done,
    "tended": _tended,
    "verified": _verified,
    "partly": _back,
    "still_open": _back,
    "reopened": _back,
    "checked": _looked_at,
    "inspected": _inspected,
    "visited": _visited,
    "dissatisfied": _dissatisfied,
    "made_standing": _made_standing,
    "declined": _declined,
    "resumed": _resumed,
    "escalated": _escalated,
    "resolved": _resolved,
    "linked": _looked_at,
    "titled": _titled,
}


def _of_the_ledger(state: State, event: Event) -> State:
    facts = event.facts
    if event.what == "opened":
        return replace(state, ledger_id=facts["ledger"], name=facts["name"], route=facts["route"])
    if event.what == "reported":
        return replace(
            state, weeks=(*state.weeks, Week(facts["week"], facts["upto"], dt.date.fromisoformat(facts["day"])))
        )
    if event.what == "assigned":
        return replace(state, assigned={**state.assigned, facts["unit_id"]: facts["person"]})
    return state


def _met(state: State, event: Event) -> State:
    """Note the run an event rests on, the first time it is met."""
    if not event.input_hash or any(run.inputs == event.input_hash for run in state.runs):
        return state
    return replace(state, runs=(*state.runs, Run(event.input_hash, str(event.facts.get("run_date", "")), event.seq)))


def _impossible(event: Event, what: object) -> LedgerError:
    return LedgerError([Problem(say("tasks.event_no", seq=event.seq), what, say("tasks.restore_backup"))])  # type: ignore[arg-type]
