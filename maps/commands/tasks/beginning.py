"""What comes onto a list, until it is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import Department, Due, Goal, Ids, Leader, ListName, Reason, Result, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk(("ledger", "who", "on_share"))
def init(
    desk: Desk,
    name: Annotated[str, typer.Option("--name", metavar="TEXT")] = "",
    route: Annotated[str, typer.Option("--route", metavar="direct|full")] = "direct",
) -> int:
    """Start a ledger."""
    from maps.tasks.keeping import begin

    return begin(desk, name, route)


@at_desk()
def adopt(
    desk: Desk,
    result: Result,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]")] = None,
    top: Annotated[int, typer.Option("--top", metavar="N")] = 0,
    list_: ListName = "",
) -> int:
    """Take the best projects of a run, or named ones, onto a list."""
    from maps.tasks.acting import adopt

    return adopt(desk, result, ids or [], top, list_)


@at_desk()
def propose(
    desk: Desk,
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    list_: ListName = "",
    origin: Annotated[str, typer.Option("--origin", metavar="citizen|village|department")] = "citizen",
    channel: Annotated[str, typer.Option("--channel", metavar="TEXT")] = "",
    village: Annotated[str, typer.Option("--village", metavar="TEXT")] = "",
    goal: Goal = None,
    cost: Annotated[str | None, typer.Option("--cost", metavar="YUAN")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="LON,LAT")] = None,
) -> int:
    """Put an item on a list that no check has found."""
    from maps.tasks.acting import Item, propose

    item = Item(title, list_, origin, channel, village, goal, cost, at)
    return propose(desk, item)


@at_desk()
def screen(
    desk: Desk,
    ids: Ids,
    gate: Annotated[str, typer.Option("--gate", metavar="project|procedure|law|all")] = "all",
    fail: Annotated[bool, typer.Option("--fail")] = False,
    reason: Reason = "",
) -> int:
    """Say whether an item passes a gate."""
    from maps.tasks.acting import screen

    return screen(desk, ids, gate, not fail, reason)


@at_desk()
def deliberate(
    desk: Desk,
    ids: Ids,
    votes_for: Annotated[int, typer.Option("--for", metavar="N")] = 0,
    against: Annotated[int, typer.Option("--against", metavar="N")] = 0,
    abstain: Annotated[int, typer.Option("--abstain", metavar="N")] = 0,
    meeting: Annotated[str, typer.Option("--meeting", metavar="TEXT")] = "",
) -> int:
    """Record how people voted on items."""
    from maps.tasks.acting import deliberate

    votes = {"for": votes_for, "against": against, "abstain": abstain}
    return deliberate(desk, ids, votes, meeting)


@at_desk()
def approve(
    desk: Desk, ids: Ids, goal: Goal = None, leader: Leader = None, department: Department = None, due: Due = None
) -> int:
    """Approve items whose goal, leader, department and deadline are known."""
    from maps.tasks.acting import approve

    changes = {"goal": goal, "leader": leader, "department": department, "due": due}
    return approve(desk, ids, changes)
