"""What is asked of the ledger, and the reports it writes."""

from __future__ import annotations

from typing import Annotated

import typer

from maps.commands.tasks.shared import (
    Day,
    Department,
    Folder,
    Id,
    Json,
    Leader,
    Op,
    Place,
    Share,
    TaskCommand,
    Who,
    desk_of,
    tasks_app,
)


@tasks_app.command(name="list", cls=TaskCommand)
def list_tasks(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE")] = None,
    light: Annotated[str | None, typer.Option("--light", metavar="LIGHT")] = None,
    leader: Leader = None,
    department: Department = None,
    list_: Annotated[str | None, typer.Option("--list", metavar="NAME")] = None,
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """List tasks."""
    from maps.tasks.listing import Wanted, list_tasks

    wanted = Wanted(state, light, leader, department, list_)
    return list_tasks(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), wanted, date)


@tasks_app.command(cls=TaskCommand)
def show(ctx: typer.Context, id_: Id, ledger: Place = None, as_json: Json = False, on_share: Share = False) -> int:
    """Show one task with its whole history."""
    from maps.tasks.listing import show

    return show(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), id_)


@tasks_app.command(cls=TaskCommand)
def summary(
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", metavar="state|leader|department|list")] = "state",
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Count tasks and money."""
    from maps.tasks.listing import summary

    return summary(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), by, date)


@tasks_app.command(cls=TaskCommand)
def week(
    ctx: typer.Context,
    out: Folder = None,
    again: Annotated[str | None, typer.Option("--again", metavar="WEEK")] = None,
    date: Day = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the weekly report: what is new since the last one."""
    from maps.tasks.reporting import week

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return week(at, out, again, date, dry_run=dry_run)


@tasks_app.command(cls=TaskCommand)
def quarter(
    ctx: typer.Context,
    which: Annotated[str | None, typer.Argument(metavar="[2026Q4]")] = None,
    out: Folder = None,
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the quarterly roll-up."""
    from maps.tasks.reporting import quarter

    return quarter(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), which, out, date)


@tasks_app.command(cls=TaskCommand)
def lists(
    ctx: typer.Context,
    out: Folder = None,
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the three lists: needs, rectification, results."""
    from maps.tasks.reporting import lists

    return lists(desk_of(ctx, ledger, as_json=as_json, on_share=on_share), out, date)


@tasks_app.command(cls=TaskCommand)
def public(
    ctx: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID…]")] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT")] = None,
    out: Folder = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the public timeline of items, without personal data."""
    from maps.tasks.reporting import public

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return public(at, ids or [], out, title)
