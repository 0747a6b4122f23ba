"""Whether what was claimed is so: by a fresh run, on the spot, by the people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maps.commands.tasks.shared import Due, Evidence, Id, Ids, Note, Reason, Result, at_desk

if TYPE_CHECKING:
    from maps.tasks.desk import Desk


@at_desk()
def verify(
    desk: Desk,
    result: Result,
    accept_changed_rules: Annotated[bool, typer.Option("--accept-changed-rules")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> int:
    """Hold every task against a fresh run."""
    from maps.tasks.verifying import verify

    return verify(desk, result, accept_changed_rules=accept_changed_rules, dry_run=dry_run)


@at_desk()
def link(
    desk: Desk,
    id_: Id,
    gap: Annotated[str, typer.Argument(metavar="GAP")],
    result: Annotated[Path, typer.Option("--run", metavar="OUT")],
    instead_of: Annotated[str, typer.Option("--instead-of", metavar="GAP")] = "",
    reason: Reason = "",
) -> int:
    """Say which gap of a run a task's gap is, where that was not clear."""
    from maps.tasks.verifying import link

    return link(desk, id_, gap, result, instead_of, reason)


@at_desk()
def close(
    desk: Desk,
    ids: Ids,
    inspector: Annotated[str, typer.Option("--inspector", metavar="NAME")] = "",
    evidence: Evidence = None,
    note: Note = "",
) -> int:
    """Accept on the spot a task that no check can look for."""
    from maps.tasks.acting import close

    return close(desk, ids, inspector, evidence or [], note)


@at_desk()
def visit(
    desk: Desk,
    ids: Ids,
    score: Annotated[int, typer.Option("--score", metavar="1-5")],
    dissatisfied: Annotated[bool, typer.Option("--dissatisfied")] = False,
    due: Due = None,
    note: Note = "",
) -> int:
    """Record what people say of a closed task."""
    from maps.tasks.acting import visit

    return visit(desk, ids, score, not dissatisfied, due, note)
