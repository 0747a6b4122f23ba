"""`export`: the tasks as a workbook to fill in, CSV, JSON, GeoPackage or calendar, always from a copy of the ledger."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from layers.ledger import sqlite
from layers.ledger.backups import back_up
from layers.ledger.event import Event
from layers.ledger.places import ledger_at
from layers.ledger.task import State
from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.tasks.desk import Desk, ledger_on
from maps.tasks.filing import file_one, workroom
from maps.tasks.rows import cells, plain_task
from maps.tasks.typed import day_of


def export(desk: Desk, files: Sequence[Path], date: str | None) -> int:
    """Write the tasks into each file, in the format its ending names; raises InputError for an ending it does not know."""
    unknown = [file for file in files if file.suffix.lower() not in MAKERS]
    if unknown:
        words = ", ".join(MAKERS)
        raise InputError(
            [Problem(str(file), say("tasks.no_such_format"), say("tasks.one_of", words=words)) for file in unknown]
        )
    today = day_of(date, "--date") if date else desk.today
    state, events = _copied(desk)
    paths = [file_one(file, MAKERS[file.suffix.lower()](state, events, today, desk.language)) for file in files]
    if desk.as_json:
        print(json.dumps({"files": list(map(str, paths)), "head": state.head.hash}, ensure_ascii=False))
    else:
        head = say("tasks.head", seq=state.head.seq, hash=state.head.hash)
        print("\n".join([*map(str, paths), head.in_(desk.language)]))
    return 0


def _copied(desk: Desk) -> tuple[State, list[Event]]:
    """Return the ledger as a fresh copy of it has it: no other library, and no slow writing, ever holds the live file."""
    with workroom() as folder:
        with ledger_on(desk) as ledger:
            copy = back_up(ledger.store, folder)
        with ledger_at(str(copy), on_share=True) as copied:
            return copied.state, copied.store.events(0)


def _xlsx(state: State, events: Sequence[Event], today: dt.date, language: Language) -> bytes:
    from maps.tasks.sheet import workbook

    return workbook(state, [task for task in state.tasks.values() if task.is_open], today, language)


def _csv(state: State, events: Sequence[Event], today: dt.date, language: Language) -> bytes:
    import pandas as pd

    from maps.tables import csv_bytes

    rows = [cells(task, today, language) for task in state.tasks.values()]
    table = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["id"], dtype=object)
    numbers = {"id", "progress", "days_over", "people", "cost", "spent", "satisfaction"}
    for name in table.columns:
        table[name] = (
            table[name].astype(float) if name in numbers else table[name].map(lambda v: "" if v is None else str(v))
        )
    return csv_bytes(table)


def _json(state: State, events: Sequence[Event], today: dt.date, language: Language) -> bytes:
    """Return tasks and all their events: enough to read the ledger without coverplan, and to check its chain."""
    content = {
        "ledger": state.ledger_id,
        "name": state.name,
        "route": state.route,
        "head": {"seq": state.head.seq, "hash": state.head.hash},
        "day": today.isoformat(),
        "tasks": [plain_task(task, today) for task in state.tasks.values()],
        "events": [
            {**{name: getattr(event, name) for name in sqlite.COLUMNS}, "body": event.facts} for event in events
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _gpkg(state: State, events: Sequence[Event], today: dt.date, language: Language) -> bytes:
    from maps.tasks.geopackage import geopackage

    return geopackage(state, today, language)


def _ics(state: State, events: Sequence[Event], today: dt.date, language: Language) -> bytes:
    from maps.tasks.calendar import calendar

    return calendar(state, events, language)


Maker = Callable[[State, Sequence[Event], dt.date, Language], bytes]
MAKERS: Mapping[str, Maker] = {".xlsx": _xlsx, ".csv": _csv, ".json": _json, ".gpkg": _gpkg, ".ics": _ics}
