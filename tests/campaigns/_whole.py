"""What must hold of whatever a command of the ledger makes, wherever it was stopped: it is there whole, or not at all."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from pathlib import Path

from layers.problems import LedgerError, PlannerError
from tests.campaigns._ledgers import Typed, events_of


def of_new(command: Typed, code: int | None) -> str:
    """Return what is wrong with a ledger that was being started, or put back from a backup."""
    try:
        events = events_of(command.place)
    except LedgerError as error:
        is_missing = "no such ledger" in error.in_("en")
        fine = command.name == "init" and is_missing and code != 0
        return "" if fine else error.in_("en")
    if command.name == "init":
        return "" if len(events) == 1 else f"{len(events)} events"
    backup = events_of(command.words[1])
    if code == 0:
        return "" if events == backup else "acknowledged and not there"
    return (
        ""
        if events[: len(backup)] == backup and len(events) <= len(backup) + 1
        else "neither the old one nor the backup"
    )


def of_copy(copy: Path, code: int | None, place: str) -> str:
    """Return what is wrong with a ledger that was being moved: it is there whole, or not yet."""
    if not copy.exists():
        return "acknowledged and not there" if code == 0 else ""
    return "" if events_of(str(copy)) == events_of(place) else "not whole"


def of_backup(path: Path) -> str:
    """Return what is wrong with a backup."""
    try:
        events_of(str(path))
    except PlannerError as error:
        return error.in_("en")
    return ""


_ENDS = {".html": "</html>", ".ics": "END:VCALENDAR", ".md": "", ".csv": ""}


def of_paper(path: Path) -> str:
    """Return what is wrong with a report or an export: whatever bears its name is whole."""
    try:
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                return archive.testzip() or ""
        if path.suffix == ".gpkg":
            with contextlib.closing(sqlite3.connect(path)) as file:
                found = file.execute("PRAGMA quick_check").fetchone()[0]
                return "" if found == "ok" else str(found)
        text = path.read_text("utf-8")
        if path.suffix == ".json":
            json.loads(text)
        return "" if text.rstrip().endswith(_ENDS.get(path.suffix, "")) and text else f"{path.name} is cut off"
    except (OSError, ValueError, zipfile.BadZipFile, sqlite3.Error) as error:
        return f"{path.name}: {error}"
