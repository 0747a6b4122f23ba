"""Projects taken onto the ledger from the page: asked for by the page itself and nobody else, each wish written once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.ledger.book import write
from layers.ledger.places import exists, ledger_at, start_ledger
from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.tasks.adopting import Choice, adopted
from maps.tasks.rows import task_line
from maps.tasks.seen import seen_run

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_Short = Annotated[str, Field(min_length=1, max_length=100)]


class Wish(BaseModel):
    """What the page sends: projects or gaps by id, the list they go onto, who asks, and a name for this one wish."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    ids: Annotated[list[_Short], Field(min_length=1, max_length=50)]
    list: _Short
    who: Annotated[str, Field(max_length=100)] = ""
    op: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]


@dataclass(frozen=True)
class Counter:
    """Where wishes are taken: the ledger's place, and the header in which the proxy says who is asking ("" if there is none)."""

    ledger: str
    user_header: str


def wish_in(body: bytes) -> Wish:
    """Return the wish in a request's body; raises InputError for every field that is not as it should be."""
    try:
        return Wish.model_validate_json(body)
    except ValidationError as error:
        fields = dict.fromkeys(str(detail["loc"][0]) if detail["loc"] else "" for detail in error.errors())
        fix = say("serve.fill_in")
        raise InputError(Problem(field or "JSON", say("serve.bad_field"), fix) for field in fields) from None


def is_own_page(headers: Headers) -> bool:
    """Return whether the request comes from the page itself: a form or script of another site cannot send it like this.

    A browser says whose page asks in `Origin`, and only lets a page send JSON to its own site (OWASP, "Cross-Site Request
    Forgery Prevention", verifying origin).
    """
    origin, host = headers.get("origin", ""), headers.get("host", "")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" and bool(host) and urlsplit(origin).netloc == host


def name_of(headers: Headers, counter: Counter, wish: Wish) -> str:
    """Return who asks: as the proxy says if it does, else as typed; raises InputError if nobody says."""
    who = _in_utf8(headers.get(counter.user_header, "")) if counter.user_header else wish.who
    if not who.strip():
        field = counter.user_header or "who"
        raise InputError([Problem(field, say("serve.nobody"), say("serve.say_who"))])
    return who.strip()


def _in_utf8(value: str) -> str:
    """Return a header's value as its sender meant it: HTTP hands bytes on as Latin-1, and a Chinese name comes in UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def take(out: Path, counter: Counter, wish: Wish, *, who: str, at: dt.datetime, language: Language) -> list[str]:
    """Write the wish into the ledger and return its tasks in a line each; the same wish sent again changes nothing.

    Raises InputError if the run has no such project or it is taken already, and SaveError if it could not be saved.
    """
    seen = seen_run(out)
    if not exists(counter.ledger):
        start_ledger(counter.ledger, name=seen.name, route="direct", who=who, at=at)
    choice = Choice(0, tuple(wish.ids), wish.list)
    with ledger_at(counter.ledger) as ledger:
        written = write(ledger, lambda state: adopted(state, seen, choice, at.date()), who=who, at=at, op_id=wish.op)
    tasks = written.ledger.state.tasks
    ids = dict.fromkeys(event.task for event in written.events if event.task is not None)
    return [task_line(tasks[id_], at.date(), language) for id_ in ids]
