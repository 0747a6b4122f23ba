"""`import`: a workbook that people filled in, row by row, with nothing entered that is not clear."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.ledger import acts
from layers.ledger.book import write
from layers.ledger.event import Draft
from layers.ledger.merge import EDITABLE, Conflict, merge, row_code
from layers.ledger.states import BEFORE_APPROVAL
from layers.ledger.task import State, Task
from layers.problems import InputError, LedgerError, Problem
from layers.text import Language, Text, say
from maps.tasks.days import state_upto
from maps.tasks.desk import Desk, ledger_on
from maps.tasks.keeping import back_up_now
from maps.tasks.sheet import CODE, EDITABLE_COLUMNS, Sent, column_of, sent_in
from maps.tasks.typed import day_of, share_of
from maps.wording import shown

_WRONG = 2  # the exit code of the contract: some of the input was wrong


@dataclass(frozen=True)
class Row:
    """One row as it came back: its number in Excel, its code, and the cells that may be filled in, not read yet."""

    number: int
    code: str
    id: str
    cells: Mapping[str, object]


@dataclass(frozen=True)
class Returned:
    """A workbook that came back."""

    file: str
    sent: Sent
    rows: tuple[Row, ...]


@dataclass
class Outcome:
    """What became of the rows, as lines to print."""

    drafts: list[Draft] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def import_workbook(desk: Desk, file: Path, *, dry_run: bool) -> int:
    """Take in a workbook and return the exit code: 2 if some of its rows could not be entered, which are then listed.

    A backup is made first. Rows that are clear are entered together or not at all.
    """
    returned = read_back(file)
    outcomes: list[Outcome] = []
    with ledger_on(desk) as ledger:
        events = ledger.store.events(0)
        _refuse_foreign(returned, ledger.state)
        then = state_upto(events, returned.sent.seq)
        noted = {
            (event.task, str(event.facts[name]))
            for event in events
            if event.seq > returned.sent.seq and event.task is not None
            for name in ("note", "reason")
            if name in event.facts
        }

        def decide(state: State) -> Sequence[Draft]:
            outcomes.append(considered(returned, state, then, noted, desk))
            return outcomes[-1].drafts

        if dry_run:
            decide(ledger.state)
        else:
            back_up_now(ledger.store)
            write(ledger, decide, who=desk.who, at=desk.at, op_id=desk.op_id)
    if not outcomes:
        print(say("tasks.repeated").in_(desk.language))
        return 0
    outcome = outcomes[-1]
    print(_json(outcome) if desk.as_json else shown(_page(outcome, desk.language, dry_run=dry_run)))
    return _WRONG if outcome.conflicts or outcome.refused else 0


def read_back(file: Path) -> Returned:
    """Return a workbook's rows; raises InputError if it is not one that `export` wrote, whoever saved it since."""
    from layers.kinds import KINDS
    from layers.plan import LayerSpec
    from layers.readers.raw import Request
    from layers.readers.workbook import read_xlsx

    if not file.is_file():
        raise InputError([Problem(str(file), say("tasks.no_such_file"), say("tasks.see_path"))])
    try:
        raw = read_xlsx(Request("tasks", LayerSpec(kind="staff", path=file.name), KINDS["staff"], file.resolve()))
    except InputError:
        raise
    except Exception as error:  # whatever a parser makes of a broken file, it is the file that is wrong
        what = say("tasks.not_a_workbook", detail=str(error))
        raise InputError([Problem(str(file), what, say("tasks.export_again"))]) from error
    columns = {column_of(str(name)): str(name) for name in raw.frame.columns if column_of(str(name))}
    sent = sent_in(columns.get(CODE, ""))
    if sent is None:
        raise InputError([Problem(str(file), say("tasks.no_code_column"), say("tasks.export_again"))])
    lacking = [name for name in EDITABLE_COLUMNS if name not in columns]
    if lacking:
        words = "、".join(say(f"tasks.col_{name}").in_("zh") for name in lacking)
        raise InputError([Problem(str(file), say("tasks.columns_gone", columns=words), say("tasks.export_again"))])
    records = raw.frame.rename(columns={header: name for name, header in columns.items() if name}).to_dict("records")
    rows = [
        Row(
            int(number),
            str(record[CODE] or "").strip(),
            str(record.get("id") or ""),
            {n: record[n] for n in EDITABLE_COLUMNS},
        )
        for number, record in zip(raw.rows, records, strict=True)
    ]
    return Returned(str(file), sent, tuple(rows))


def considered(returned: Returned, now: State, then: State, noted: set[tuple[int, str]], desk: Desk) -> Outcome:
    """Return what becomes of every row, held against what was sent out and what the ledger says now.

    `noted` are the notes that were entered since, by task: a workbook that comes twice says nothing twice.
    """
    outcome = Outcome()
    times = Counter(_task_id(row) for row in returned.rows)
    for row in returned.rows:
        try:
            _consider(row, times, returned, now, then, noted, desk, outcome)
        except InputError as error:
            outcome.refused += [Problem(_where(returned, row), problem.what, problem.fix) for problem in error.problems]
    seen = {_task_id(row) for row in returned.rows}
    outcome.missing = sorted(id_ for id_ in returned.sent.tasks - seen if now.tasks[id_].is_open)
    return outcome


def _consider(
    row: Row,
    times: Counter[int],
    returned: Returned,
    now: State,
    then: State,
    noted: set[tuple[int, str]],
    desk: Desk,
    outcome: Outcome,
) -> None:
    task_id = _task_id(row)
    if task_id not in then.tasks or row.code != row_code(then.ledger_id, then.tasks[task_id], returned.sent.seq):
        raise _row_refused("row_without_code" if not row.code else "row_code_wrong")
    if times[task_id] > 1 or (row.id and _number(row.id) != task_id):
        raise _row_refused("row_twice" if times[task_id] > 1 else "row_code_wrong")
    sent, task = then.tasks[task_id], now.tasks[task_id]
    values = _values(row, sent)
    merged = merge(sent, task, values)
    if merged.conflicts:
        where = _where(returned, row)
        outcome.conflicts += [_conflict(where, conflict, task_id) for conflict in merged.conflicts]
        return
    note = str(row.cells["note"] or "").strip()
    note = "" if (task_id, note) in noted else note  # this very row was taken in before
    drafts = _drafts(now, task, merged.changes, note, desk) if merged.changes or note else []
    if drafts:
        outcome.drafts += [_marked(draft, row) for draft in drafts]
        outcome.applied.append(task_id)
    else:
        outcome.unchanged += 1


def _drafts(state: State, task: Task, changes: Mapping[str, Any], note: str, desk: Desk) -> list[Draft]:
    """Return the events a row asks for, each by the rules of its own command; raises LedgerError if one may not be."""
    if not task.is_open:
        raise _row_refused("row_closed")
    left = dict(changes)
    drafts: list[Draft] = []
    under_way = task.state not in (*BEFORE_APPROVAL, "approved")
    if "department" in left and task.department and under_way:
        raise LedgerError([Problem("", say("tasks.department_by_claim"), say("tasks.use_claim", id=task.id))])
    if "due" in left and task.due is not None and task.state not in BEFORE_APPROVAL:
        drafts += acts.extended(state, task.id, left.pop("due"), note)
    if "leader" in left and under_way:
        handed = {"leader": left.pop("leader")}
        drafts += acts.claimed(state, task.id, handed, accepted_by="", today=desk.today)
    if left or (note and not drafts):
        drafts += acts.updated(state, task.id, left, note)
    return drafts


def _marked(draft: Draft, row: Row) -> Draft:
    return Draft(draft.task, draft.what, {**draft.body, "row": row.number})


def _values(row: Row, sent: Task) -> dict[str, Any]:
    """Return the cells as values; raises InputError with all that cannot be read. A blank number is not a nought."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name in EDITABLE:
        cell = row.cells[name]
        blank = cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell
        try:
            if blank:
                values[name] = 0.0 if name == "progress" and not sent.progress else "" if name != "progress" else None
            elif name == "due":
                values[name] = day_of(cell, say("tasks.col_due"))
            else:
                values[name] = share_of(cell, say("tasks.col_progress")) if name == "progress" else _words(cell)
        except InputError as error:
            problems += error.problems
        was = getattr(sent, name)
        if blank and was and (name in acts.REQUIRED or name == "progress"):
            problems.append(Problem("", say("tasks.not_blank", field=say(f"tasks.field_{name}")), say("tasks.fill_in")))
    if problems:
        raise InputError(problems)
    return values


def _words(cell: object) -> str:
    """Return a text cell; a name that a spreadsheet took for a number loses its `.0` again."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _conflict(where: Text, conflict: Conflict, task_id: int) -> Problem:
    values = {name: _shown(getattr(conflict, name)) for name in ("sent", "now", "came_back")}
    what = say("tasks.row_conflict", field=say(f"tasks.field_{conflict.field}"), **values)
    return Problem(where, what, say("tasks.row_conflict_fix", id=task_id))


def _shown(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float) else str(value)


def _refuse_foreign(returned: Returned, state: State) -> None:
    if returned.sent.ledger != state.ledger_id or returned.sent.seq > state.head.seq:
        raise InputError([Problem(returned.file, say("tasks.other_ledger"), say("tasks.export_again"))])


def _row_refused(why: str) -> LedgerError:
    return LedgerError([Problem("", say(f"tasks.{why}"), say(f"tasks.{why}_fix"))])


def _task_id(row: Row) -> int:
    return _number(row.code.partition(".")[0])


def _number(word: str) -> int:
    digits = word.strip().removesuffix(".0")
    return int(digits) if digits.isdecimal() else 0


def _where(returned: Returned, row: Row) -> Text:
    return say("tasks.row_no", file=returned.file, row=row.number, id=_number(row.id) or "-")


def _page(outcome: Outcome, language: Language, *, dry_run: bool) -> str:
    counts = {"applied": len(outcome.applied), "unchanged": outcome.unchanged}
    counts |= {"conflicts": len(outcome.conflicts), "refused": len(outcome.refused), "missing": len(outcome.missing)}
    lines = [say("tasks.import_dry" if dry_run else "tasks.import_done", **counts).in_(language)]
    lines += [f"  {problem.in_(language)}" for problem in (*outcome.conflicts, *outcome.refused)]
    if outcome.missing:
        ids = ", ".join(f"#{id_}" for id_ in outcome.missing)
        lines.append(say("tasks.rows_missing", ids=ids).in_(language))
    return "\n".join(lines)


def _json(outcome: Outcome) -> str:
    content = {"applied": outcome.applied, "unchanged": outcome.unchanged, "missing": outcome.missing}
    content |= {name: [problem.in_("en") for problem in getattr(outcome, name)] for name in ("conflicts", "refused")}
    return json.dumps(content, ensure_ascii=False, indent=1)
