"""What comes onto a list, until it is approved."""

from __future__ import annotations

from typing import Annotated

import typer

from maps.commands.tasks.shared import (
    Department,
    Due,
    Goal,
    Ids,
    Json,
    Leader,
    ListName,
    Op,
    Place,
    Reason,
    Result,
    Share,
    TaskCommand,
    Who,
    desk_of,
    tasks_app,
)


@tasks_app.command(cls=TaskCommand)
def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name", metavar="TEXT")] = "",
    route: Annotated[str, typer.Option("--route", metavar="direct|full")] = "direct",
    ledger: Place = None,
    who: Who = None,
    on_share: Share = False,
) -> int:
    """Start a ledger."""
    from maps.tasks.keeping import begin

    return begin(desk_of(ctx, ledger, who=who, on_share=on_share), name, route)


@tasks_app.command(cls=TaskCommand)
def adopt(
    ctx: typer.Context,
    result: Result,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]")] = None,
    top: Annotated[int, typer.Option("--top", metavar="N")] = 0,
    list_: ListName = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Take the best projects of a run, or named ones, onto a list."""
    from maps.tasks.acting import adopt

    at = desk_of(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return adopt(at, result, ids or [], top, list_)


@tasks_app.command(cls=TaskCommand)
def propose(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    list_: ListName = "",
    origin: Annotated[str, typer.Option("--origin", metavar="citizen|village|department")] = "citizen",
    channel: Annotated[str, typer.Option("--channel", metavar="TEXT")] = "",
    village: Annotated[str, typer.Option("--village", metavar="TEXT")] = "",
    goal: Goal = None,
    cost: Annotated[str | None, typer.Option("--cost", metavar="YUAN")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="LON,LAT")] = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Put an item on a list that no check has found."""
    from maps.tasks.acting import Item, propose

    item = Item(title, list_, origin, channel, village, goal, cost, at)
    return propose(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), item)


@tasks_app.command(cls=TaskCommand)
def screen(
    ctx: typer.Context,
    ids: Ids,
    gate: Annotated[str, typer.Option("--gate", metavar="project|procedure|law|all")] = "all",
    fail: Annotated[bool, typer.Option("--fail")] = False,
    reason: Reason = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Say whether an item passes a gate."""
    from maps.tasks.acting import screen

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return screen(at, ids, gate, not fail, reason)


@tasks_app.command(cls=TaskCommand)
def deliberate(
    ctx: typer.Context,
    ids: Ids,
    votes_for: Annotated[int, typer.Option("--for", metavar="N")] = 0,
    against: Annotated[int, typer.Option("--against", metavar="N")] = 0,
    abstain: Annotated[int, typer.Option("--abstain", metavar="N")] = 0,
    meeting: Annotated[str, typer.Option("--meeting", metavar="TEXT")] = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Record how people voted on items."""
    from maps.tasks.acting import deliberate

    votes = {"for": votes_for, "against": against, "abstain": abstain}
    return deliberate(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, votes, meeting)


@tasks_app.command(cls=TaskCommand)
def approve(
    ctx: typer.Context,
    ids: Ids,
    goal: Goal = None,
    leader: Leader = None,
    department: Department = None,
    due: Due = None,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Approve items whose goal, leader, department and deadline are known."""
    from maps.tasks.acting import approve

    changes = {"goal": goal, "leader": leader, "department": department, "due": due}
    return approve(desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, changes)
