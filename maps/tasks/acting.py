"""Commands by which people move a task along: each reads what was typed and writes one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.ledger import acts
from layers.ledger.event import Draft
from layers.ledger.states import GATES
from layers.ledger.task import State, Task
from layers.problems import InputError, LedgerError, Problem
from layers.text import say
from maps.tasks.desk import Desk, enter, evidence_in, for_each, started_if_new
from maps.tasks.typed import day_of, money_of, share_of

ORIGINS = ("citizen", "village", "department")
_READ = {"due": day_of, "progress": share_of, "cost": money_of}


@dataclass(frozen=True)
class Item:
    """An item that no check has found, as typed."""

    title: str
    list: str
    origin: str
    channel: str
    village: str
    goal: str | None
    cost: str | None
    at: str | None


def adopt(desk: Desk, out: Path, ids: Sequence[str], top: int, list_: str) -> int:
    """Take projects of a run onto a list; raises InputError if it is not said which, or onto which."""
    from maps.tasks.adopting import Choice, adopted
    from maps.tasks.seen import seen_run

    problems = [] if list_.strip() else [Problem("--list", say("tasks.no_list"), say("tasks.give_list"))]
    if bool(ids) == bool(top) or top < 0:
        problems.append(Problem("--top", say("tasks.no_choice"), say("tasks.give_choice")))
    if problems:
        raise InputError(problems)
    seen = seen_run(out)
    started_if_new(desk, seen.name)
    choice = Choice(top, tuple(ids), list_.strip())
    enter(desk, lambda state: adopted(state, seen, choice, desk.today))
    return 0


def propose(desk: Desk, item: Item) -> int:
    """Put an item on a list; raises InputError for what was typed wrongly."""
    problems = [] if item.list.strip() else [Problem("--list", say("tasks.no_list"), say("tasks.give_list"))]
    if item.origin not in ORIGINS:
        words = ", ".join(ORIGINS)
        problems.append(
            Problem("--origin", say("tasks.no_such_origin", origin=item.origin), say("tasks.one_of", words=words))
        )
    if not item.title.strip() or len(item.title) > acts.MAX_TEXT:
        problems.append(Problem("TITLE", say("tasks.no_title"), say("tasks.give_title")))
    if problems:
        raise InputError(problems)
    facts: dict[str, Any] = {"list": item.list.strip(), "title": item.title.strip(), "origin": item.origin}
    facts |= {"channel": item.channel, "unit_name": item.village, "goal": item.goal}
    facts |= {"cost": None if item.cost is None else money_of(item.cost, "--cost")}
    facts |= {"lonlat": None if item.at is None else _lonlat(item.at)}
    started_if_new(desk, item.list)
    enter(desk, lambda state: acts.proposed(state, facts))
    return 0


def screen(desk: Desk, ids: Sequence[int], gate: str, passed: bool, reason: str) -> int:
    """Record the verdict of one gate, or that all three were passed."""
    if gate == "all" and not passed:
        raise InputError([Problem("--gate", say("tasks.which_gate"), say("tasks.one_of", words=", ".join(GATES)))])
    gates = GATES if gate == "all" else (gate,)

    def decide(state: State, task_id: int) -> list[Draft]:
        task = acts.task_of(state, task_id)
        left = [name for name in gates if gate != "all" or not task.gates.get(name)]
        found: list[Draft] = []
        for name in left:
            ahead = {**state.tasks, task_id: _with_gates(task, found)}
            seen = State(**{**vars(state), "tasks": ahead})
            found += acts.screened(seen, task_id, name, passed=passed, reason=reason)
        return found

    enter(desk, for_each(ids, decide))
    return 0


def _with_gates(task: Task, drafts: Sequence[Draft]) -> Task:
    return Task(**{**vars(task), "gates": {**task.gates, **{draft.body["gate"]: True for draft in drafts}}})


def deliberate(desk: Desk, ids: Sequence[int], votes: Mapping[str, int], meeting: str) -> int:
    """Record the votes on items."""
    enter(desk, for_each(ids, lambda state, id_: acts.deliberated(state, id_, votes, meeting)))
    return 0


def approve(desk: Desk, ids: Sequence[int], changes: Mapping[str, str | None]) -> int:
    """Approve items."""
    read = _changes(changes)
    enter(desk, for_each(ids, lambda state, id_: acts.approved(state, id_, read)))
    return 0


def claim(desk: Desk, ids: Sequence[int], changes: Mapping[str, str | None], accepted_by: str) -> int:
    """Give tasks to somebody, or hand them over."""
    read = _changes(changes)
    enter(
        desk,
        for_each(
            ids, lambda state, id_: acts.claimed(state, id_, read, accepted_by=accepted_by.strip(), today=desk.today)
        ),
    )
    return 0


def update(
    desk: Desk,
    ids: Sequence[int],
    changes: Mapping[str, str | None],
    note: str,
    milestones: Sequence[str],
    reached: Sequence[str],
) -> int:
    """Report progress."""
    read = _changes(changes)
    planned = [_milestone(word) for word in milestones]

    def decide(state: State, task_id: int) -> list[Draft]:
        task = acts.task_of(state, task_id)
        changed = {"milestones": _milestones(task, planned, reached)} if planned or reached else {}
        return acts.updated(state, task_id, {**read, **changed}, note)

    enter(desk, for_each(ids, decide))
    return 0


def extend(desk: Desk, ids: Sequence[int], due: str, reason: str) -> int:
    """Move deadlines."""
    day = day_of(due, "--due")
    enter(desk, for_each(ids, lambda state, id_: acts.extended(state, id_, day, reason)))
    return 0


def done(desk: Desk, ids: Sequence[int], evidence: Sequence[str], note: str, cost: str | None) -> int:
    """Claim tasks done; words alone are evidence too, but the report shows that there is no more."""
    found, spent = evidence_in(evidence, note), None if cost is None else money_of(cost, "--cost")
    enter(desk, for_each(ids, lambda state, id_: acts.done(state, id_, found, spent)))
    return 0


def close(desk: Desk, ids: Sequence[int], inspector: str, evidence: Sequence[str], note: str) -> int:
    """Accept tasks on the spot."""
    found = evidence_in(evidence, note)
    enter(desk, for_each(ids, lambda state, id_: acts.inspected(state, id_, inspector.strip(), found)))
    return 0


def visit(desk: Desk, ids: Sequence[int], score: int, satisfied: bool, due: str | None, note: str) -> int:
    """Record what people say of closed tasks."""
    day = None if due is None else day_of(due, "--due")
    enter(
        desk,
        for_each(
            ids,
            lambda state, id_: acts.visited(
                state, id_, satisfied=satisfied, score=score, note=note, due=day, today=desk.today
            ),
        ),
    )
    return 0


def standing(desk: Desk, ids: Sequence[int], days: int) -> int:
    """Turn tasks into standing ones."""
    enter(desk, for_each(ids, lambda state, id_: acts.made_standing(state, id_, days)))
    return 0


def waive(desk: Desk, ids: Sequence[int], reason: str, same_as: int | None) -> int:
    """Set tasks aside."""
    enter(desk, for_each(ids, lambda state, id_: acts.declined(state, id_, reason, same_as)))
    return 0


def resume(desk: Desk, ids: Sequence[int], reason: str) -> int:
    """Take tasks up again."""
    enter(desk, for_each(ids, lambda state, id_: acts.resumed(state, id_, reason)))
    return 0


def escalate(desk: Desk, ids: Sequence[int], issue: str, resolution: str) -> int:
    """Bring tasks before the joint meeting, or record what it resolved."""
    enter(desk, for_each(ids, lambda state, id_: acts.escalated(state, id_, issue, resolution)))
    return 0


def record(desk: Desk, ids: Sequence[int], kind: str, note: str) -> int:
    """Note something on tasks."""
    enter(desk, for_each(ids, lambda state, id_: acts.recorded(state, id_, kind, note)))
    return 0


def assign(desk: Desk, village: str, person: str) -> int:
    """Say who is responsible for a village (包片包村)."""
    if not village.strip() or not person.strip():
        raise InputError([Problem("assign", say("tasks.no_person"), say("tasks.give_person"))])
    facts = {"unit_id": village.strip(), "person": person.strip()}
    enter(desk, lambda state: [Draft(None, "assigned", facts)])
    return 0


def _changes(typed: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what was typed as values; raises InputError with all that cannot be read."""
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, word in typed.items():
        try:
            if word is not None:
                read[name] = _READ[name](word, f"--{name}") if name in _READ else word
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return read


def _milestone(word: str) -> dict[str, Any]:
    day, colon, what = word.replace("：", ":").partition(":")
    if not colon or not what.strip():
        raise InputError([Problem("--milestone", say("tasks.bad_milestone", given=word), say("tasks.give_milestone"))])
    return {"by": day_of(day, "--milestone").isoformat(), "what": what.strip(), "reached": False}


def _milestones(task: Task, planned: Sequence[dict[str, Any]], reached: Sequence[str]) -> list[dict[str, Any]]:
    known = [{"by": m.by.isoformat(), "what": m.what, "reached": m.reached} for m in task.milestones]
    every = [*known, *planned]
    for what in reached:
        found = [milestone for milestone in every if milestone["what"] == what]
        if not found:
            names = "、".join(str(milestone["what"]) for milestone in every) or "-"
            where = say("tasks.task_no", id=task.id)
            raise LedgerError(
                [Problem(where, say("tasks.no_such_milestone", what=what), say("tasks.one_of", words=names))]
            )
        every = [{**m, "reached": m["reached"] or m["what"] == what} for m in every]
    return sorted(every, key=lambda milestone: (str(milestone["by"]), str(milestone["what"])))


def _lonlat(word: str) -> list[float]:
    try:
        lon, lat = (float(part) for part in word.replace("，", ",").split(","))
    except ValueError:
        lon = lat = 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputError([Problem("--at", say("tasks.bad_place", given=word), say("tasks.give_place"))])
    return [lon, lat]
