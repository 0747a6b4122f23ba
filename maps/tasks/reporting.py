"""`week`, `quarter`, `lists` and `public`: which report of which day, written in every format, and noted where it counts."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path

from layers.ledger.book import write
from layers.ledger.event import Draft
from layers.ledger.task import State, Week
from layers.problems import InputError, LedgerError, Problem
from layers.text import say
from maps.tasks.days import iso_week, upto_day
from maps.tasks.desk import Desk, ledger_on
from maps.tasks.filing import file_all
from maps.tasks.paper import Paper, papers
from maps.tasks.typed import day_of
from maps.wording import shown

FOLDER = Path("tasks-out")
_QUARTER = re.compile(r"(\d{4})[-年]?[Qq第]?([1-4])(?:季度)?")


def week(desk: Desk, out: Path | None, again: str | None, date: str | None, *, dry_run: bool) -> int:
    """Write the weekly report and note that it was made; a week that has its report gets the very same once more."""
    from maps.tasks.weekly import weekly

    today = day_of(date, "--date") if date else desk.today
    with ledger_on(desk) as ledger:
        made = _made(ledger.state, again or iso_week(today))
        if again and made is None:
            weeks = ", ".join(one.week for one in ledger.state.weeks) or "-"
            raise LedgerError(
                [Problem("--again", say("tasks.no_such_week", week=again), say("tasks.one_of", words=weeks))]
            )
        if made is None and not dry_run:
            label = iso_week(today)

            def decide(state: State) -> list[Draft]:
                facts = {"week": label, "upto": state.head.seq, "day": today.isoformat()}
                return [] if _made(state, label) else [Draft(None, "reported", facts)]

            ledger = write(ledger, decide, who=desk.who, at=desk.at, op_id=desk.op_id).ledger
            made = _made(ledger.state, label)
        made = made or Week(iso_week(today), ledger.state.head.seq, today)
        events = ledger.store.events(0)
        reports = ledger.state.weeks
    before = max((one.upto for one in reports if one.upto < made.upto and one.week != made.week), default=0)
    paper = weekly(events, before, made, [one for one in reports if one.upto <= made.upto], desk.language)
    return _filed(desk, paper, f"week-{made.week}", out)


def quarter(desk: Desk, which: str | None, out: Path | None, date: str | None) -> int:
    """Write the quarterly roll-up; of a quarter that is not over, as it stands today."""
    from maps.tasks.quarterly import quarterly

    today = day_of(date, "--date") if date else desk.today
    year, number = _quarter(which) if which else (today.year, (today.month + 2) // 3)
    first = dt.date(year, 3 * number - 2, 1)
    last = dt.date(year + number // 4, (3 * number) % 12 + 1, 1) - dt.timedelta(days=1)
    last = min(last, max(first, today))
    with ledger_on(desk) as ledger:
        events = ledger.store.events(0)
    paper = quarterly(
        upto_day(events, first - dt.timedelta(days=1)), upto_day(events, last), first, last, desk.language
    )
    return _filed(desk, paper, f"quarter-{year}Q{number}", out)


def lists(desk: Desk, out: Path | None, date: str | None) -> int:
    """Write the three lists."""
    from maps.tasks.threelists import three_lists

    today = day_of(date, "--date") if date else desk.today
    with ledger_on(desk) as ledger:
        state = ledger.state
    return _filed(desk, three_lists(state, today, desk.language), f"lists-{today}", out)


def public(desk: Desk, ids: Sequence[int], out: Path | None, title: str | None) -> int:
    """Write the public timeline of some items, or of all; `title` is what the public may call the one that is named.

    Raises InputError if a title is given and not one item named.
    """
    from layers.ledger import acts
    from maps.tasks.publicly import publicly, untitled

    if title is not None and len(ids) != 1:
        raise InputError([Problem("--title", say("tasks.title_of_one"), say("tasks.give_one_id"))])
    with ledger_on(desk) as ledger:
        if title is not None:
            given = title
            ledger = write(
                ledger, lambda state: acts.titled(state, ids[0], given), who=desk.who, at=desk.at, op_id=desk.op_id
            ).ledger
        tasks = [acts.task_of(ledger.state, id_) for id_ in ids] or list(ledger.state.tasks.values())
        paper = publicly(ledger.state, tasks, ledger.store.events(0), desk.language)
    code = _filed(desk, paper, "public", out)
    if (hidden := [f"#{task.id}" for task in tasks if untitled(task)]) and not desk.as_json:
        print(say("tasks.public_hidden", ids=", ".join(hidden)).in_(desk.language))
    return code


def _made(state: State, week: str) -> Week | None:
    return next((one for one in state.weeks if one.week == week), None)


def _quarter(typed: str) -> tuple[int, int]:
    found = _QUARTER.fullmatch(typed.strip())
    if not found:
        raise InputError([Problem(typed, say("tasks.no_such_quarter"), say("tasks.give_quarter"))])
    return int(found[1]), int(found[2])


def _filed(desk: Desk, paper: Paper, name: str, out: Path | None) -> int:
    contents = {f"{name}.{ending}": content for ending, content in papers(paper, desk.language).items()}
    paths = file_all(out or FOLDER, contents)
    if desk.as_json:
        blocks = {block.title: [list(map(str, row)) for row in block.rows] for block in paper.blocks}
        print(
            json.dumps(
                {"files": list(map(str, paths)), "blocks": blocks, "foot": paper.foot}, ensure_ascii=False, indent=1
            )
        )
        return 0
    lines = [
        paper.title,
        *paper.facts,
        *(f"  {block.title}: {len(block.rows)}" for block in paper.blocks if block.header and not block.is_sums),
        "",
    ]
    print(shown("\n".join([*lines, *map(str, paths), paper.foot])))
    return 0
