"""What those who took a task on report of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import Department, Due, Evidence, Goal, Ids, Leader, Note, Owner, Reason, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk()
def claim(
    desk: Desk,
    ids: Ids,
    leader: Leader = None,
    department: Department = None,
    due: Due = None,
    owner: Owner = None,
    goal: Goal = None,
    accepted_by: Annotated[str, typer.Option("--accepted-by", metavar="NAME")] = "",
) -> int:
    """Give a task to a leader and a department, with a deadline."""
    from maps.tasks.acting import claim

    changes = {"leader": leader, "department": department, "due": due, "owner": owner, "goal": goal}
    return claim(desk, ids, changes, accepted_by)


@at_desk()
def update(
    desk: Desk,
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
) -> int:
    """Report progress, or put right what is known of a task."""
    from maps.tasks.acting import update

    changes = {"progress": progress, "owner": owner, "goal": goal, "leader": leader, "department": department}
    changes |= {"due": due, "cost": cost, "list": list_}
    return update(desk, ids, changes, note, milestone or [], reached or [])


@at_desk()
def extend(
    desk: Desk, ids: Ids, due: Annotated[str, typer.Option("--due", metavar="DATE")], reason: Reason = ""
) -> int:
    """Move a deadline, with a reason."""
    from maps.tasks.acting import extend

    return extend(desk, ids, due, reason)


@at_desk()
def done(
    desk: Desk,
    ids: Ids,
    evidence: Evidence = None,
    note: Note = "",
    cost: Annotated[str | None, typer.Option("--cost", metavar="YUAN")] = None,
) -> int:
    """Claim a task done, with evidence."""
    from maps.tasks.acting import done

    return done(desk, ids, evidence or [], note, cost)
