"""What a command adds to the ledger, or every reason why it may not. Pure: the state goes in, drafts of events come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from layers.ledger.event import Draft
from layers.ledger.states import BEFORE_APPROVAL, GATES, STANDING, sources, target
from layers.ledger.task import State, Task
from layers.problems import LedgerError, Problem
from layers.text import Text, say

# What approval, and taking a task on, must not lack (明确工作目标、牵头领导、责任部门和完成时限).
REQUIRED = ("goal", "leader", "department", "due")
MAX_TEXT = 2000  # characters of one field: a novel belongs in a file, of which the path is given
VISIT_SCORES = range(1, 6)
RECORDS = ("meeting", "inspection", "bulletin", "unannounced", "patrol", "diary", "photo", "other")


def task_of(state: State, task_id: int) -> Task:
    """Return a task by its number; raises LedgerError if there is none."""
    if task_id not in state.tasks:
        count = max(state.tasks, default=0)
        raise _refused(task_id, say("tasks.no_such_task"), say("tasks.numbers_go_to", count=count))
    return state.tasks[task_id]


def may(state: State, task: Task, what: str) -> None:
    """Raise LedgerError if that event may not come where the task stands."""
    if target(what, task.state, state.route) is None:
        allowed = sources(what, state.route)
        now = say(f"tasks.state_{task.state}")
        fix = say("tasks.only_from", states=_listed([say(f"tasks.state_{name}") for name in allowed]))
        raise _refused(task.id, say("tasks.not_from_here", act=say(f"tasks.event_{what}"), state=now), fix)


def act(state: State, task_id: int, what: str, body: Mapping[str, Any]) -> Draft:
    """Return one event about a task; raises LedgerError if it may not come now."""
    may(state, task_of(state, task_id), what)
    return Draft(task_id, what, {name: value for name, value in body.items() if value is not None})


def proposed(state: State, facts: Mapping[str, Any]) -> list[Draft]:
    """Return the event that puts a new item on a list; its number is the next free one, and never given twice."""
    return [Draft(next_id(state), "proposed", {name: value for name, value in facts.items() if value is not None})]


def next_id(state: State) -> int:
    """Return the number of the next task: numbers only rise, since events are never deleted."""
    return max(state.tasks, default=0) + 1


def screened(state: State, task_id: int, gate: str, *, passed: bool, reason: str) -> list[Draft]:
    """Return the verdict of one of the three gates; the third passed accepts the task, one failed declines it.

    Raises LedgerError if a gate turns a task down without saying why.
    """
    task = task_of(state, task_id)
    may(state, task, "screened")
    if gate not in GATES:
        raise _refused(task_id, say("tasks.no_such_gate", gate=gate), say("tasks.one_of", words=", ".join(GATES)))
    body = {"gate": gate, "passed": passed, "reason": reason}
    if not passed:
        return [Draft(task_id, "rejected", {**body, "reason": _reason(task_id, reason)})]
    done = {name for name, good in task.gates.items() if good} | {gate}
    return [Draft(task_id, "accepted" if done == set(GATES) else "screened", body)]


def deliberated(state: State, task_id: int, votes: Mapping[str, int], meeting: str) -> list[Draft]:
    """Return the votes of a deliberation (议单); raises LedgerError if nobody voted, or a count is below nought."""
    if min(votes.values()) < 0 or not sum(votes.values()):
        raise _refused(task_id, say("tasks.no_votes"), say("tasks.give_votes"))
    return [act(state, task_id, "deliberated", {"votes": dict(votes), "meeting": meeting})]


def approved(state: State, task_id: int, changes: Mapping[str, Any]) -> list[Draft]:
    """Return the approval (立项), which sets these fields too; raises LedgerError naming every required one that lacks."""
    task = task_of(state, task_id)
    may(state, task, "approved")
    refuse_incomplete(task, changes)
    return [act(state, task_id, "approved", checked(task, changes))]


def claimed(state: State, task_id: int, changes: Mapping[str, Any], *, accepted_by: str, today: dt.date) -> list[Draft]:
    """Return the claim (领办), or the hand-over of a task that somebody has already.

    A task is handed to another department only if somebody there accepts it (终点站，不是中转站). Raises LedgerError
    naming every required field that lacks.
    """
    task = task_of(state, task_id)
    what = "claimed" if task.state in (*BEFORE_APPROVAL, "approved") else "handed_over"
    may(state, task, what)
    refuse_incomplete(task, changes)
    due = changes.get("due")
    changes = checked(task, changes)
    if what == "claimed":
        if due is not None and due < today:
            raise _refused(task_id, say("tasks.due_past", due=due), say("tasks.give_due"))
        return [act(state, task_id, what, changes)]
    if due is not None and due != task.due:
        raise _refused(task_id, say("tasks.due_by_extend"), say("tasks.use_extend", id=task_id))
    changes = {name: value for name, value in changes.items() if name != "due" and value != getattr(task, name)}
    if not changes:
        raise _refused(task_id, say("tasks.nothing_changed"), say("tasks.see_show", id=task_id))
    if changes.get("department", task.department) != task.department and not accepted_by:
        raise _refused(task_id, say("tasks.not_accepted", department=changes["department"]), say("tasks.give_accepted"))
    return [act(state, task_id, what, {**changes, "accepted_by": accepted_by or None})]


def updated(state: State, task_id: int, changes: Mapping[str, Any], note: str) -> list[Draft]:
    """Return a report of progress; the first on a claimed task starts it (实施).

    Raises LedgerError if there is nothing in it, if it moves the deadline (which takes an extension and its reason), or
    hands the task over.
    """
    task = task_of(state, task_id)
    may(state, task, "updated")
    for name, say_so, fix in (
        ("due", "due_by_extend", "use_extend"),
        ("department", "department_by_claim", "use_claim"),
    ):
        if name in changes and getattr(task, name) and task.state not in BEFORE_APPROVAL:
            raise _refused(task_id, say(f"tasks.{say_so}"), say(f"tasks.{fix}", id=task_id))
    body = {**checked(task, changes), **({"note": text(task_id, "note", note)} if note else {})}
    if not body:
        raise _refused(task_id, say("tasks.nothing_changed"), say("tasks.see_show", id=task_id))
    what = "started" if task.state == "claimed" and (body.get("progress") or note) else "updated"
    return [act(state, task_id, what, body)]


def extended(state: State, task_id: int, due: dt.date, reason: str) -> list[Draft]:
    """Return the extension of a deadline, which needs a reason and a later day."""
    task = task_of(state, task_id)
    may(state, task, "extended")
    if task.due is not None and due <= task.due:
        raise _refused(task_id, say("tasks.not_later", due=due, now=task.due), say("tasks.give_later"))
    return [act(state, task_id, "extended", {"due": due.isoformat(), "reason": _reason(task_id, reason)})]


def done(state: State, task_id: int, evidence: Sequence[Mapping[str, Any]], spent: float | None) -> list[Draft]:
    """Return the claim that a task is done, with its evidence; of a standing task, that it was seen to this time."""
    task = task_of(state, task_id)
    what = "tended" if task.state == STANDING else "done"
    may(state, task, what)
    if not evidence:
        raise _refused(task_id, say("tasks.no_evidence"), say("tasks.give_evidence"))
    return [act(state, task_id, what, {"evidence": list(evidence), "spent": spent})]


def inspected(state: State, task_id: int, inspector: str, evidence: Sequence[Mapping[str, Any]]) -> list[Draft]:
    """Return the acceptance on the spot of a task that has no gap a check could look for.

    Raises LedgerError if the task has a gap (then only a check closes it), or if its own people accept it.
    """
    task = task_of(state, task_id)
    may(state, task, "inspected")
    if task.gaps:
        raise _refused(task_id, say("tasks.has_gap"), say("tasks.use_verify"))
    if not inspector or inspector in (task.leader, task.owner):
        raise _refused(task_id, say("tasks.own_inspector"), say("tasks.give_inspector"))
    if not evidence:
        raise _refused(task_id, say("tasks.no_evidence"), say("tasks.give_evidence"))
    return [act(state, task_id, "inspected", {"inspector": inspector, "evidence": list(evidence)})]


def visited(
    state: State, task_id: int, *, satisfied: bool, score: int, note: str, due: dt.date | None, today: dt.date
) -> list[Draft]:
    """Return what people said afterwards (回访); dissatisfied sends the task back, with a new deadline."""
    what = "visited" if satisfied else "dissatisfied"
    may(state, task_of(state, task_id), what)
    if score not in VISIT_SCORES:
        raise _refused(task_id, say("tasks.no_score", score=score), say("tasks.give_score"))
    body: dict[str, Any] = {"score": score, "note": text(task_id, "note", note) or None}
    if not satisfied:
        if due is None or due < today:
            raise _refused(task_id, say("tasks.new_deadline"), say("tasks.give_due"))
        body["due"] = due.isoformat()
    return [act(state, task_id, what, body)]


def made_standing(state: State, task_id: int, interval_days: int) -> list[Draft]:
    """Return the turning of a task into a standing one (常态化): it never closes and falls due every so many days."""
    if interval_days < 1:
        raise _refused(task_id, say("tasks.no_interval", days=interval_days), say("tasks.give_interval"))
    return [act(state, task_id, "made_standing", {"interval_days": interval_days})]


def declined(state: State, task_id: int, reason: str, same_as: int | None) -> list[Draft]:
    """Return the setting aside of a task (不予立项) with its reason, or as another way of saying an open one."""
    if same_as is not None and (same_as == task_id or not task_of(state, same_as).is_open):
        raise _refused(task_id, say("tasks.not_same_as", other=same_as), say("tasks.give_same_as"))
    return [act(state, task_id, "declined", {"reason": _reason(task_id, reason), "same_as": same_as})]


def resumed(state: State, task_id: int, reason: str) -> list[Draft]:
    """Return the taking up again of a task that was set aside."""
    return [act(state, task_id, "resumed", {"reason": _reason(task_id, reason)})]


def escalated(state: State, task_id: int, issue: str, resolution: str) -> list[Draft]:
    """Return the bringing of a task before the joint meeting (联席会议), or what it resolved."""
    task = task_of(state, task_id)
    if resolution:
        if not task.meetings_open:
            raise _refused(task_id, say("tasks.no_meeting"), say("tasks.escalate_first", id=task_id))
        return [act(state, task_id, "resolved", {"resolution": text(task_id, "resolution", resolution)})]
    return [act(state, task_id, "escalated", {"issue": _reason(task_id, issue)})]


def recorded(state: State, task_id: int, kind: str, note: str) -> list[Draft]:
    """Return a record on a task: a meeting, an inspection, a bulletin, an unannounced visit, a patrol, a diary entry."""
    if kind not in RECORDS:
        raise _refused(task_id, say("tasks.no_such_record", kind=kind), say("tasks.one_of", words=", ".join(RECORDS)))
    return [act(state, task_id, "recorded", {"kind": kind, "note": _reason(task_id, note)})]


def titled(state: State, task_id: int, title: str) -> list[Draft]:
    """Return the title under which the public may read of a task; raises LedgerError if it is blank."""
    if not title.strip():
        raise _refused(task_id, say("tasks.no_title"), say("tasks.give_title"))
    return [act(state, task_id, "titled", {"public_title": text(task_id, "public_title", title)})]


def checked(task: Task, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return new values of a task's fields as an event holds them; raises LedgerError with all that are wrong.

    None stands for a field that is not touched. Dates become text, texts are trimmed.
    """
    problems: list[Problem] = []
    kept: dict[str, Any] = {}
    for name, value in changes.items():
        if value is None:
            continue
        if isinstance(value, str):
            value = value.strip()
            if len(value) > MAX_TEXT:
                problems.append(_problem(task.id, say("tasks.too_long", field=_field(name), most=MAX_TEXT), _short()))
            if not value and name in REQUIRED and getattr(task, name):
                problems.append(_problem(task.id, say("tasks.not_blank", field=_field(name)), say("tasks.fill_in")))
        if name == "progress" and not 0 <= value <= 1:
            problems.append(_problem(task.id, say("tasks.no_share", value=value), say("tasks.give_share")))
        if name in ("cost", "spent") and not value >= 0:
            problems.append(_problem(task.id, say("tasks.no_money", value=value), say("tasks.give_money")))
        kept[name] = value.isoformat() if isinstance(value, dt.date) else value
    if problems:
        raise LedgerError(problems)
    return kept


def refuse_incomplete(task: Task, changes: Mapping[str, Any]) -> None:
    """Raise LedgerError naming every required field that is blank, and a goal without a number in it."""
    full = {name: changes[name] if changes.get(name) is not None else getattr(task, name) for name in REQUIRED}
    problems = [
        _problem(task.id, say("tasks.lacks", field=_field(name)), say(f"tasks.give_{name}"))
        for name, value in full.items()
        if not value or not str(value).strip()
    ]
    if full["goal"] and not any(character.isdigit() for character in str(full["goal"])):
        problems.append(_problem(task.id, say("tasks.goal_no_number", goal=full["goal"]), say("tasks.give_goal")))
    if problems:
        raise LedgerError(problems)


def text(task_id: int, name: str, value: str) -> str:
    """Return a text as an event holds it; raises LedgerError if it is too long."""
    if len(value) > MAX_TEXT:
        raise _refused(task_id, say("tasks.too_long", field=_field(name), most=MAX_TEXT), _short())
    return value.strip()


def _reason(task_id: int, reason: str) -> str:
    if not reason.strip():
        raise _refused(task_id, say("tasks.no_reason"), say("tasks.give_reason"))
    return text(task_id, "reason", reason)


def _field(name: str) -> Text:
    return say(f"tasks.field_{name}")


def _short() -> Text:
    return say("tasks.give_shorter")


def _listed(words: Sequence[Text]) -> Text:
    joined = words[0]
    for word in words[1:]:
        joined = say("tasks.and_more", first=joined, second=word)
    return joined


def _problem(task_id: int, what: Text, fix: Text) -> Problem:
    return Problem(say("tasks.task_no", id=task_id), what, fix)


def _refused(task_id: int, what: Text, fix: Text) -> LedgerError:
    return LedgerError([_problem(task_id, what, fix)])
