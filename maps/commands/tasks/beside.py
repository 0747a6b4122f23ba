"""What happens to a task beside its way: standing, set aside, before the joint meeting, noted."""

from __future__ import annotations

from typing import Annotated

import typer

from maps.commands.tasks.shared import Ids, Json, Note, Op, Place, Reason, Share, TaskCommand, Who, desk_of, tasks_app


@tasks_app.command(cls=TaskCommand)
def standing(
    ctx: typer.Context,
    ids: Ids,
    days: Annotated[int, typer.Option("--days", metavar="N")],
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Turn a task into a standing one that falls due again and again."""
    from maps.tasks.acting import standing

    return standing(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, days)


@tasks_app.command(cls=TaskCommand)
def waive(
    ctx: typer.Context,
    ids: Ids,
    reason: Reason = "",
    same_as: Annotated[int | None, typer.Option("--same-as", metavar="ID")] = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Set a task aside, with a reason."""
    from maps.tasks.acting import waive

    return waive(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason, same_as)


@tasks_app.command(cls=TaskCommand)
def resume(
    ctx: typer.Context,
    ids: Ids,
    reason: Reason = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Take up again a task that was set aside."""
    from maps.tasks.acting import resume

    return resume(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason)


@tasks_app.command(cls=TaskCommand)
def escalate(
    ctx: typer.Context,
    ids: Ids,
    reason: Reason = "",
    resolved: Annotated[str, typer.Option("--resolved", metavar="TEXT")] = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Bring a task before the joint meeting, or record what it resolved."""
    from maps.tasks.acting import escalate

    return escalate(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason, resolved)


@tasks_app.command(cls=TaskCommand)
def record(
    ctx: typer.Context,
    ids: Ids,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND")] = "other",
    note: Note = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Note a meeting, an inspection or a visit on a task."""
    from maps.tasks.acting import record

    return record(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, kind, note)


@tasks_app.command(cls=TaskCommand)
def assign(
    ctx: typer.Context,
    village: Annotated[str, typer.Argument(metavar="VILLAGE")],
    person: Annotated[str, typer.Argument(metavar="NAME")],
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    on_share: Share = False,
) -> int:
    """Say who is responsible for a village."""
    from maps.tasks.acting import assign

    return assign(desk_of(ctx, ledger, who=who, op_id=op, on_share=on_share), village, person)
