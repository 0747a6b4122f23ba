"""`list`, `show` and `summary`: the ledger on the screen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from layers.ledger import acts
from layers.ledger.event import Event
from layers.ledger.lights import LIGHTS, light
from layers.ledger.states import STATES
from layers.ledger.task import Task
from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.screen import table
from maps.tasks.desk import Desk, ledger_on
from maps.tasks.rows import cells, light_word, money_word, plain_task, state_word
from maps.tasks.tally import GROUPS, tally
from maps.tasks.timeline import event_line, milestones_word
from maps.tasks.typed import day_of
from maps.wording import number, shown

_COLUMNS = ("id", "title", "village", "state", "light", "leader", "department", "due", "progress")


@dataclass(frozen=True)
class Wanted:
    """Which tasks to list; None leaves a filter out. `state` may be a code or "open"."""

    state: str | None
    light: str | None
    leader: str | None
    department: str | None
    list: str | None


def list_tasks(desk: Desk, wanted: Wanted, date: str | None) -> int:
    """Print the tasks that are wanted; raises InputError for a state or light that there is none of."""
    _refuse_unknown(wanted)
    today = day_of(date, "--date") if date else desk.today
    with ledger_on(desk) as ledger:
        state = ledger.state
    tasks = [task for task in state.tasks.values() if _is_wanted(task, wanted, light(task, today))]
    if desk.as_json:
        content = {"head": state.head.hash, "tasks": [plain_task(task, today) for task in tasks]}
        print(json.dumps(content, ensure_ascii=False, indent=1))
        return 0
    head = [say(f"tasks.col_{name}").in_(desk.language) for name in _COLUMNS]
    rows = [[_cell(value) for value in _chosen(task, today, desk.language)] for task in tasks]
    lines = [table(head, rows, right=(0, 8)), "", _lights(tasks, today, desk.language)]
    lines.append(say("tasks.head", seq=state.head.seq, hash=state.head.hash).in_(desk.language))
    print(shown("\n".join(lines)))
    return 0


def show(desk: Desk, task_id: int) -> int:
    """Print one task and its history; raises LedgerError if there is none of that number."""
    with ledger_on(desk) as ledger:
        task = acts.task_of(ledger.state, task_id)
        events = [event for event in ledger.store.events(0) if event.task == task_id]
        responsible = ledger.state.assigned.get(task.unit_id) or ledger.state.assigned.get(task.unit_name, "")
    if desk.as_json:
        history = [_plain_event(event) for event in events]
        print(json.dumps({**plain_task(task, desk.today), "events": history}, ensure_ascii=False, indent=1))
        return 0
    lines = [f"#{task.id}  {task.title}", ""]
    milestones = [(each.by, each.what, each.reached) for each in task.milestones]
    values = cells(task, desk.today, desk.language) | {
        "progress": f"{task.progress:.0%}",
        "milestones": milestones_word(milestones, desk.language),
        "meetings_open": task.meetings_open or None,
        "responsible": responsible,
    }
    named = [
        (say(f"tasks.col_{name}").in_(desk.language), _cell(value)) for name, value in values.items() if name != "id"
    ]
    lines += [f"  {name}: {value}" for name, value in named if value]
    lines += [f"  {say('tasks.col_gap_id').in_(desk.language)}: {gap.id}" for gap in task.gaps]
    lines += [
        "",
        say("tasks.history").in_(desk.language),
        *(f"  {event_line(event, desk.language)}" for event in events),
    ]
    print(shown("\n".join(lines)))
    return 0


def summary(desk: Desk, by: str, date: str | None) -> int:
    """Print counts and money by state, leader, department or list; raises InputError for anything else."""
    if by not in GROUPS:
        raise InputError(
            [Problem("--by", say("tasks.no_such_group", by=by), say("tasks.one_of", words=", ".join(GROUPS)))]
        )
    today = day_of(date, "--date") if date else desk.today
    with ledger_on(desk) as ledger:
        state = ledger.state
    groups = tally(state.tasks.values(), by, today)
    if desk.as_json:
        print(
            json.dumps(
                {"by": by, "head": state.head.hash, "groups": [vars(g) for g in groups]}, ensure_ascii=False, indent=1
            )
        )
        return 0
    names = ("tasks", *LIGHTS, "cost", "spent")
    head = [say(f"tasks.by_{by}").in_(desk.language), *(say(f"tasks.col_{name}").in_(desk.language) for name in names)]
    rows = [
        [
            state_word(group.name, desk.language)
            if by == "state"
            else group.name or say("tasks.nobody").in_(desk.language),
            str(group.tasks),
            *(str(group.lights[name]) for name in LIGHTS),
            money_word(group.cost, desk.language),
            money_word(group.spent, desk.language),
        ]
        for group in groups
    ]
    head_line = say("tasks.head", seq=state.head.seq, hash=state.head.hash).in_(desk.language)
    print(shown(f"{table(head, rows, right=range(1, len(head)))}\n\n{head_line}"))
    return 0


def _refuse_unknown(wanted: Wanted) -> None:
    problems = []
    if wanted.state not in (None, "open", *STATES):
        words = ", ".join(("open", *STATES))
        problems.append(
            Problem("--state", say("tasks.no_such_state", state=wanted.state), say("tasks.one_of", words=words))
        )
    if wanted.light not in (None, *LIGHTS):
        words = ", ".join(LIGHTS)
        problems.append(
            Problem("--light", say("tasks.no_such_light", light=wanted.light), say("tasks.one_of", words=words))
        )
    if problems:
        raise InputError(problems)


def _is_wanted(task: Task, wanted: Wanted, its_light: str) -> bool:
    asked = ((wanted.leader, task.leader), (wanted.department, task.department), (wanted.list, task.list))
    of_state = wanted.state is None or task.state == wanted.state or (wanted.state == "open" and task.is_open)
    return of_state and wanted.light in (None, its_light) and all(want in (None, has) for want, has in asked)


def _chosen(task: Task, today: Any, language: Language) -> list[object]:
    values = cells(task, today, language)
    return [values[name] if name != "progress" else f"{task.progress:.0%}" for name in _COLUMNS]


def _cell(value: object) -> str:
    if value is None or value == "":
        return ""
    return number(value, "zh", decimals=2) if isinstance(value, float) else str(value)


def _lights(tasks: Iterable[Task], today: Any, language: Language) -> str:
    codes = [light(task, today) for task in tasks]
    return "  ".join(f"{light_word(code, language)} {codes.count(code)}" for code in LIGHTS)


def _plain_event(event: Event) -> dict[str, Any]:
    facts = {name: value for name, value in event.facts.items() if name not in ("gaps", "edits")}
    return {"seq": event.seq, "at": event.claimed_at, "who": event.who, "what": event.what, "facts": facts} | {
        "clock_suspect": event.clock_suspect,
        "hash": event.hash,
    }
