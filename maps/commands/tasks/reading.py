"""What is asked of the ledger, and the reports it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import READS, Day, Department, Folder, Id, Leader, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk(READS, name="list")
def list_tasks(
    desk: Desk,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE")] = None,
    light: Annotated[str | None, typer.Option("--light", metavar="LIGHT")] = None,
    leader: Leader = None,
    department: Department = None,
    list_: Annotated[str | None, typer.Option("--list", metavar="NAME")] = None,
    date: Day = None,
) -> int:
    """List tasks."""
    from maps.tasks.listing import Wanted, list_tasks

    wanted = Wanted(state, light, leader, department, list_)
    return list_tasks(desk, wanted, date)


@at_desk(READS)
def show(desk: Desk, id_: Id) -> int:
    """Show one task with its whole history."""
    from maps.tasks.listing import show

    return show(desk, id_)


@at_desk(READS)
def summary(
    desk: Desk,
    by: Annotated[str, typer.Option("--by", metavar="state|leader|department|list")] = "state",
    date: Day = None,
) -> int:
    """Count tasks and money."""
    from maps.tasks.listing import summary

    return summary(desk, by, date)


@at_desk()
def week(
    desk: Desk,
    out: Folder = None,
    again: Annotated[str | None, typer.Option("--again", metavar="WEEK")] = None,
    date: Day = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> int:
    """Write the weekly report: what is new since the last one."""
    from maps.tasks.reporting import week

    return week(desk, out, again, date, dry_run=dry_run)


@at_desk(READS)
def quarter(
    desk: Desk,
    which: Annotated[str | None, typer.Argument(metavar="[2026Q4]")] = None,
    out: Folder = None,
    date: Day = None,
) -> int:
    """Write the quarterly roll-up."""
    from maps.tasks.reporting import quarter

    return quarter(desk, which, out, date)


@at_desk(READS)
def lists(desk: Desk, out: Folder = None, date: Day = None) -> int:
    """Write the three lists: needs, rectification, results."""
    from maps.tasks.reporting import lists

    return lists(desk, out, date)


@at_desk()
def public(
    desk: Desk,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID…]")] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT")] = None,
    out: Folder = None,
) -> int:
    """Write the public timeline of items, without personal data."""
    from maps.tasks.reporting import public

    return public(desk, ids or [], out, title)
