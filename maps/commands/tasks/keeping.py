"""Files out and in, and the ledger itself: exports, workbook, audit, backups, migration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps.commands.tasks.shared import Day, Folder, Json, Op, Place, Share, TaskCommand, Who, desk_of, tasks_app


@tasks_app.command(cls=TaskCommand)
def export(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the tasks as XLSX to fill in, CSV, JSON, GeoPackage or calendar."""
    from maps.tasks.exporting import export

    return export(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), files, date)


@tasks_app.command(name="import", cls=TaskCommand)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Take in a workbook that people filled in."""
    from maps.tasks.importing import import_workbook

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return import_workbook(at, file, dry_run=dry_run)


@tasks_app.command(cls=TaskCommand)
def audit(ctx: typer.Context, ledger: Place = None, as_json: Json = False, on_share: Share = False) -> int:
    """Check the whole ledger: file, chain, replay."""
    from maps.tasks.keeping import audit

    return audit(desk_of(ctx, ledger, as_json=as_json, on_share=on_share))


@tasks_app.command(cls=TaskCommand)
def backup(
    ctx: typer.Context, out: Folder = None, ledger: Place = None, as_json: Json = False, on_share: Share = False
) -> int:
    """Copy the ledger into a file to go back to."""
    from maps.tasks.keeping import backup

    return backup(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), out)


@tasks_app.command(cls=TaskCommand)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="BACKUP")],
    ledger: Place = None,
    on_share: Share = False,
) -> int:
    """Put a backup in the ledger's place."""
    from maps.tasks.keeping import bring_back

    return bring_back(desk_of(ctx, ledger, on_share=on_share), file)


@tasks_app.command(cls=TaskCommand)
def migrate(
    ctx: typer.Context,
    to: Annotated[str | None, typer.Option("--to", metavar="FILE|URL")] = None,
    ledger: Place = None,
    on_share: Share = False,
) -> int:
    """Bring a ledger to this version, or move it to another place."""
    from maps.tasks.keeping import migrate

    return migrate(desk_of(ctx, ledger, on_share=on_share), to)
