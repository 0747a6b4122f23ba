"""The clerk's desk: which ledger, who is writing, in which language, and how each command answers."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.ledger import postgres
from layers.ledger.book import Ledger, Written, checked_op_id, write
from layers.ledger.event import Draft
from layers.ledger.places import exists, ledger_at, start_ledger
from layers.ledger.task import State
from layers.problems import InputError, LedgerError, Problem
from layers.text import Language, say
from maps.tasks.rows import plain_task, task_line
from maps.wording import shown

DEFAULT = "tasks.sqlite"
# What evidence that is a file ends in; anything else typed as evidence is taken as words.
_FILES = frozenset(
    {".jpg", ".jpeg", ".png", ".heic", ".pdf", ".doc", ".docx", ".xlsx", ".wps", ".mp4", ".zip", ".tif", ".gpkg"}
)


@dataclass(frozen=True)
class Desk:
    """One command's surroundings; `place` is a path or URL, `is_given` whether it was typed."""

    place: str
    is_given: bool
    who: str
    language: Language
    as_json: bool
    op_id: str | None
    on_share: bool
    at: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day, by the calendar of whoever is writing."""
        return self.at.date()


def desk(
    language: Language,
    *,
    ledger: str | None,
    beside: Path | None = None,
    who: str | None = None,
    as_json: bool = False,
    op_id: str | None = None,
    on_share: bool = False,
) -> Desk:
    """Return the desk for one command; the ledger is `tasks.sqlite` beside a folder of results, or here, unless given."""
    folder = beside.resolve().parent if beside is not None else Path()
    at = dt.datetime.now().astimezone().replace(microsecond=0)
    place = ledger or str(folder / DEFAULT)
    return Desk(place, ledger is not None, who or _user(), language, as_json, checked_op_id(op_id), on_share, at)


@contextmanager
def ledger_on(desk: Desk) -> Iterator[Ledger]:
    """Yield the desk's ledger."""
    with ledger_at(desk.place, on_share=desk.on_share) as ledger:
        yield ledger


def started_if_new(desk: Desk, name: str) -> None:
    """Start the desk's ledger if there is none, and say so.

    A path that was typed and leads nowhere, while another ledger lies in that folder, is more likely a slip than a wish:
    then LedgerError is raised, and names the other.
    """
    if exists(desk.place):
        return
    others = sorted(Path(desk.place).parent.glob("*.sqlite"))
    if desk.is_given and others:
        fix = say("tasks.mean_ledger", names=", ".join(other.name for other in others))
        raise LedgerError([Problem(desk.place, say("tasks.no_ledger"), fix)])
    start_ledger(desk.place, name=name, route="direct", who=desk.who, at=desk.at, on_share=desk.on_share)
    if not desk.as_json:
        print(say("tasks.started", path=desk.place).in_(desk.language))


def enter(desk: Desk, decide: Callable[[State], Sequence[Draft]]) -> Written:
    """Write what was decided and answer with the tasks it is about."""
    with ledger_on(desk) as ledger:
        written = write(ledger, decide, who=desk.who, at=desk.at, op_id=desk.op_id)
    answer(desk, written)
    return written


def for_each(ids: Iterable[int], drafts: Callable[[State, int], Sequence[Draft]]) -> Callable[[State], list[Draft]]:
    """Return a decision about several tasks at once: all of it is written, or all that is wrong is said and nothing is."""

    def decide(state: State) -> list[Draft]:
        found: list[Draft] = []
        problems: list[Problem] = []
        for task_id in dict.fromkeys(ids):
            try:
                found += drafts(state, task_id)
            except InputError as error:
                problems += error.problems
        if problems:
            raise LedgerError(problems)
        return found

    return decide


def answer(desk: Desk, written: Written) -> None:
    """Print what became of the tasks that a command was about."""
    state = written.ledger.state
    ids = dict.fromkeys(event.task for event in written.events if event.task is not None)
    tasks = [state.tasks[id_] for id_ in ids]
    if desk.as_json:
        content: dict[str, Any] = {"repeated": written.repeated, "head": state.head.hash}
        content |= {"events": [event.seq for event in written.events]}
        content |= {"tasks": [plain_task(task, desk.today) for task in tasks]}
        print(json.dumps(content, ensure_ascii=False, indent=1))
        return
    lines = [say("tasks.repeated").in_(desk.language)] if written.repeated else []
    lines += [task_line(task, desk.today, desk.language) for task in tasks]
    lines += [say("tasks.clock_suspect").in_(desk.language)] if any(e.clock_suspect for e in written.events) else []
    print(shown("\n".join(lines)))


def evidence_in(given: Sequence[str], note: str | None) -> list[dict[str, str]]:
    """Return evidence as an event holds it: a file by its path and SHA-256, anything else as words.

    Raises InputError naming every file that is not there.
    """
    found, problems = [], []
    for item in given:
        path = Path(item)
        if path.is_file():
            with path.open("rb") as file:
                found.append({"file": item, "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
        elif path.suffix.lower() in _FILES:
            problems.append(Problem(item, say("tasks.no_such_file"), say("tasks.see_path")))
        elif item.strip():
            found.append({"note": item.strip()})
    if problems:
        raise InputError(problems)
    return found + ([{"note": note.strip()}] if note and note.strip() else [])


def is_server(desk: Desk) -> bool:
    """Return whether the desk's ledger is kept on a server."""
    return postgres.is_url(desk.place)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in the system's list, as in some containers
        return "?"
