"""What happens to a task beside its way: standing, set aside, before the joint meeting, noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import Ids, Note, Reason, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk()
def standing(desk: Desk, ids: Ids, days: Annotated[int, typer.Option("--days", metavar="N")]) -> int:
    """Turn a task into a standing one that falls due again and again."""
    from maps.tasks.acting import standing

    return standing(desk, ids, days)


@at_desk()
def waive(
    desk: Desk,
    ids: Ids,
    reason: Reason = "",
    same_as: Annotated[int | None, typer.Option("--same-as", metavar="ID")] = None,
) -> int:
    """Set a task aside, with a reason."""
    from maps.tasks.acting import waive

    return waive(desk, ids, reason, same_as)


@at_desk()
def resume(desk: Desk, ids: Ids, reason: Reason = "") -> int:
    """Take up again a task that was set aside."""
    from maps.tasks.acting import resume

    return resume(desk, ids, reason)


@at_desk()
def escalate(
    desk: Desk, ids: Ids, reason: Reason = "", resolved: Annotated[str, typer.Option("--resolved", metavar="TEXT")] = ""
) -> int:
    """Bring a task before the joint meeting, or record what it resolved."""
    from maps.tasks.acting import escalate

    return escalate(desk, ids, reason, resolved)


@at_desk()
def record(
    desk: Desk, ids: Ids, kind: Annotated[str, typer.Option("--kind", metavar="KIND")] = "other", note: Note = ""
) -> int:
    """Note a meeting, an inspection or a visit on a task."""
    from maps.tasks.acting import record

    return record(desk, ids, kind, note)


@at_desk(("ledger", "who", "op", "on_share"))
def assign(
    desk: Desk,
    village: Annotated[str, typer.Argument(metavar="VILLAGE")],
    person: Annotated[str, typer.Argument(metavar="NAME")],
) -> int:
    """Say who is responsible for a village."""
    from maps.tasks.acting import assign

    return assign(desk, village, person)
