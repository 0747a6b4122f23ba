"""What those who took a task on report of it."""

from __future__ import annotations

from typing import Annotated

import typer

from maps.commands.tasks.shared import (
    Department,
    Due,
    Evidence,
    Goal,
    Ids,
    Json,
    Leader,
    Note,
    Op,
    Owner,
    Place,
    Reason,
    Share,
    TaskCommand,
    Who,
    desk_of,
    tasks_app,
)


@tasks_app.command(cls=TaskCommand)
def claim(
    ctx: typer.Context,
    ids: Ids,
    leader: Leader = None,
    department: Department = None,
    due: Due = None,
    owner: Owner = None,
    goal: Goal = None,
    accepted_by: Annotated[str, typer.Option("--accepted-by", metavar="NAME")] = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Give a task to a leader and a department, with a deadline."""
    from maps.tasks.acting import claim

    changes = {"leader": leader, "department": department, "due": due, "owner": owner, "goal": goal}
    return claim(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, changes, accepted_by)


@tasks_app.command(cls=TaskCommand)
def update(
    ctx: typer.Context,
    ids: Ids,
    progress: Annotated[str | None, typer.Option("--progress", metavar="SHARE")] = None,
    note: Note = "",
    owner: Owner = None,
    goal: Goal = None,
    leader: Leader = None,
    department: Department = None,
    due: Due = None,
    cost: Annotated[str | None, typer.Option("--cost", metavar="YUAN")] = None,
    list_: Annotated[str | None, typer.Option("--list", metavar="NAME")] = None,
    milestone: Annotated[list[str] | None, typer.Option("--milestone", metavar="DATE:TEXT")] = None,
    reached: Annotated[list[str] | None, typer.Option("--reached", metavar="TEXT")] = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Report progress, or put right what is known of a task."""
    from maps.tasks.acting import update

    changes = {"progress": progress, "owner": owner, "goal": goal, "leader": leader, "department": department}
    changes |= {"due": due, "cost": cost, "list": list_}
    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return update(at, ids, changes, note, milestone or [], reached or [])


@tasks_app.command(cls=TaskCommand)
def extend(
    ctx: typer.Context,
    ids: Ids,
    due: Annotated[str, typer.Option("--due", metavar="DATE")],
    reason: Reason = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Move a deadline, with a reason."""
    from maps.tasks.acting import extend

    return extend(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, due, reason)


@tasks_app.command(cls=TaskCommand)
def done(
    ctx: typer.Context,
    ids: Ids,
    evidence: Evidence = None,
    note: Note = "",
    cost: Annotated[str | None, typer.Option("--cost", metavar="YUAN")] = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Claim a task done, with evidence."""
    from maps.tasks.acting import done

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return done(at, ids, evidence or [], note, cost)
