"""`init`, `audit`, `backup`, `restore` and `migrate`: that the ledger is there, whole, and can be had back."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from layers.ledger import backups, postgres, sqlite
from layers.ledger.book import Store
from layers.ledger.places import ledger_at, new_ledger, start_ledger
from layers.ledger.replay import replayed
from layers.ledger.states import ROUTES
from layers.problems import InputError, LedgerError, Problem
from layers.text import say
from maps.tasks.desk import Desk, ledger_on
from maps.wording import shown


def begin(desk: Desk, name: str, route: str) -> int:
    """Start a ledger."""
    found = next((known for known in ROUTES if known == route), None)
    if found is None:
        raise InputError(
            [Problem("--route", say("tasks.no_such_route", route=route), say("tasks.one_of", words=", ".join(ROUTES)))]
        )
    start_ledger(desk.place, name=name, route=found, who=desk.who, at=desk.at, on_share=desk.on_share)
    print(say("tasks.started", path=desk.place).in_(desk.language))
    return 0


def audit(desk: Desk) -> int:
    """Check file, chain and replay, and print what the ledger holds; raises LedgerError at what cannot be trusted.

    The replay is done twice, at once and event by event, which must come to the same.
    """
    with ledger_on(desk) as ledger:
        events = ledger.store.events(0)
        faults = ledger.store.page_faults() if isinstance(ledger.store, sqlite.SqliteStore) else []
        state = ledger.state
    one_by_one = replayed(events[:0])
    for event in events:
        one_by_one = replayed([event], one_by_one)
    if faults or one_by_one != state:
        raise LedgerError(
            [Problem(desk.place, say("tasks.damaged", detail=(faults or ["replay"])[0]), say("tasks.restore_backup"))]
        )
    suspect = sum(event.clock_suspect for event in events)
    counts = Counter(task.state for task in state.tasks.values())
    content = {"events": len(events), "tasks": len(state.tasks), "clock_suspect": suspect, "head": state.head.hash}
    if desk.as_json:
        print(json.dumps({**content, "states": dict(counts), "seq": state.head.seq}, ensure_ascii=False, indent=1))
    else:
        print(shown(say("tasks.audited", path=desk.place, **content).in_(desk.language)))
    return 0


def backup(desk: Desk, out: Path | None) -> int:
    """Copy the ledger into a file."""
    with ledger_on(desk) as ledger:
        path = back_up_now(ledger.store, out)
    print(
        json.dumps({"backup": str(path)}) if desk.as_json else say("tasks.backed_up", path=str(path)).in_(desk.language)
    )
    return 0


def back_up_now(store: Store, out: Path | None = None) -> Path:
    """Return a new backup of a ledger, in its own folder of backups unless another is given."""
    return backups.back_up(store, out or backups.folder_of(store, Path()))


def bring_back(desk: Desk, file: Path) -> int:
    """Put a backup in the ledger's place, and say where the ledger that stood there is now."""
    if postgres.is_url(desk.place):
        raise InputError([Problem("--ledger", say("tasks.restore_file_only"), say("tasks.use_migrate_to"))])
    aside = backups.restore(file, Path(desk.place))
    print(say("tasks.restored", path=desk.place, backup=str(file)).in_(desk.language))
    if aside is not None:
        print(say("tasks.put_aside", path=str(aside)).in_(desk.language))
    return 0


def migrate(desk: Desk, to: str | None) -> int:
    """Bring a ledger to this version, or copy all its events to a new place, from which it is then used."""
    if to is None:
        if postgres.is_url(desk.place):
            raise InputError([Problem("--ledger", say("tasks.migrate_file_only"), say("tasks.use_migrate_to"))])
        kept = backups.migrate(Path(desk.place))
        said = (
            say("tasks.up_to_date", path=desk.place)
            if kept is None
            else say("tasks.migrated", path=desk.place, backup=str(kept))
        )
        print(said.in_(desk.language))
        return 0
    with ledger_on(desk) as ledger:
        events = ledger.store.events(0)
    new_ledger(to, events, on_share=desk.on_share)
    with ledger_at(to, on_share=desk.on_share) as moved:
        head = moved.state.head
    print(say("tasks.copied", path=to, seq=head.seq, hash=head.hash).in_(desk.language))
    return 0
