"""Whether what was claimed is so: by a fresh run, on the spot, by the people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps.commands.tasks.shared import (
    Due,
    Evidence,
    Id,
    Ids,
    Json,
    Note,
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
def verify(
    ctx: typer.Context,
    result: Result,
    accept_changed_rules: Annotated[bool, typer.Option("--accept-changed-rules")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Hold every task against a fresh run."""
    from maps.tasks.verifying import verify

    at = desk_of(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return verify(at, result, accept_changed_rules=accept_changed_rules, dry_run=dry_run)


@tasks_app.command(cls=TaskCommand)
def link(
    ctx: typer.Context,
    id_: Id,
    gap: Annotated[str, typer.Argument(metavar="GAP")],
    result: Annotated[Path, typer.Option("--run", metavar="OUT")],
    instead_of: Annotated[str, typer.Option("--instead-of", metavar="GAP")] = "",
    reason: Reason = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Say which gap of a run a task's gap is, where that was not clear."""
    from maps.tasks.verifying import link

    at = desk_of(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return link(at, id_, gap, result, instead_of, reason)


@tasks_app.command(cls=TaskCommand)
def close(
    ctx: typer.Context,
    ids: Ids,
    inspector: Annotated[str, typer.Option("--inspector", metavar="NAME")] = "",
    evidence: Evidence = None,
    note: Note = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Accept on the spot a task that no check can look for."""
    from maps.tasks.acting import close

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return close(at, ids, inspector, evidence or [], note)


@tasks_app.command(cls=TaskCommand)
def visit(
    ctx: typer.Context,
    ids: Ids,
    score: Annotated[int, typer.Option("--score", metavar="1-5")],
    dissatisfied: Annotated[bool, typer.Option("--dissatisfied")] = False,
    due: Due = None,
    note: Note = "",
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Record what people say of a closed task."""
    from maps.tasks.acting import visit

    at = desk_of(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return visit(at, ids, score, not dissatisfied, due, note)
