"""Files out and in, and the ledger itself: exports, workbook, audit, backups, migration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import KEEPS, READS, Day, Folder, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk(READS)
def export(desk: Desk, files: Annotated[list[Path], typer.Argument(metavar="FILE…")], date: Day = None) -> int:
    """Write the tasks as XLSX to fill in, CSV, JSON, GeoPackage or calendar."""
    from maps.tasks.exporting import export

    return export(desk, files, date)


@at_desk(name="import")
def import_(
    desk: Desk,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> int:
    """Take in a workbook that people filled in."""
    from maps.tasks.importing import import_workbook

    return import_workbook(desk, file, dry_run=dry_run)


@at_desk(READS)
def audit(desk: Desk) -> int:
    """Check the whole ledger: file, chain, replay."""
    from maps.tasks.keeping import audit

    return audit(desk)


@at_desk(READS)
def backup(desk: Desk, out: Folder = None) -> int:
    """Copy the ledger into a file to go back to."""
    from maps.tasks.keeping import backup

    return backup(desk, out)


@at_desk(KEEPS)
def restore(desk: Desk, file: Annotated[Path, typer.Argument(metavar="BACKUP")]) -> int:
    """Put a backup in the ledger's place."""
    from maps.tasks.keeping import bring_back

    return bring_back(desk, file)


@at_desk(KEEPS)
def migrate(desk: Desk, to: Annotated[str | None, typer.Option("--to", metavar="FILE|URL")] = None) -> int:
    """Bring a ledger to this version, or move it to another place."""
    from maps.tasks.keeping import migrate

    return migrate(desk, to)
