"""`coverplan tasks …`: what may be typed. The work is in `maps/tasks`, imported when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.text import Language, known, say
from maps.helptext import Command, Commands


class TaskCommand(Command):
    """A command whose help is under `tasks.cmd_NAME…`; what several commands share is under `tasks.opt_PARAMETER`."""

    def said(self, what: str, language: Language) -> str:
        """Return the command's own sentence in that language, else the shared one for a parameter."""
        name = str(self.name).replace("-", "_")
        for key in (f"tasks.cmd_{name}{what}", f"tasks.opt{what}"):
            if known(key):
                return say(key).in_(language)
        return ""


class TaskCommands(Commands):
    """All commands of the ledger, in the order of a task's life."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what the ledger is for and its commands."""
        from maps.helptext import columns

        language = ctx.obj.language
        rows = [(name, say(f"tasks.cmd_{name}").in_(language)) for name in self.commands]
        lines = [say("tasks.about").in_(language), "", say("cli.commands").in_(language), *columns(rows), ""]
        lines += [say("cli.example").in_(language)]
        lines += [f"  {line}" for line in say("tasks.about_example").in_(language).splitlines()]
        formatter.write("\n".join(lines) + "\n")


tasks_app = typer.Typer(cls=TaskCommands, add_completion=False, rich_markup_mode=None)

Place = Annotated[str | None, typer.Option("--ledger", metavar="FILE|URL")]
Who = Annotated[str | None, typer.Option("--who", metavar="NAME")]
Json = Annotated[bool, typer.Option("--json")]
Op = Annotated[str | None, typer.Option("--op", metavar="ID")]
Share = Annotated[bool, typer.Option("--on-share")]
Ids = Annotated[list[int], typer.Argument(metavar="ID…")]
Id = Annotated[int, typer.Argument(metavar="ID")]
Result = Annotated[Path, typer.Argument(metavar="OUT")]
Folder = Annotated[Path | None, typer.Option("--out", metavar="DIR")]
ListName = Annotated[str, typer.Option("--list", metavar="NAME")]
Leader = Annotated[str | None, typer.Option("--leader", metavar="NAME")]
Department = Annotated[str | None, typer.Option("--department", metavar="NAME")]
Owner = Annotated[str | None, typer.Option("--owner", metavar="NAME")]
Goal = Annotated[str | None, typer.Option("--goal", metavar="TEXT")]
Due = Annotated[str | None, typer.Option("--due", metavar="DATE")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT")]
Evidence = Annotated[list[str] | None, typer.Option("--evidence", metavar="FILE|TEXT")]
Day = Annotated[str | None, typer.Option("--date", metavar="DATE")]


def _desk(ctx: typer.Context, ledger: str | None, **more: Any) -> Any:
    from maps.tasks.desk import desk

    return desk(ctx.obj.language, ledger=ledger, **more)


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

    return begin(_desk(ctx, ledger, who=who, on_share=on_share), name, route)


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

    at = _desk(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
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
    return propose(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), item)


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

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
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
    return deliberate(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, votes, meeting)


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
    return approve(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, changes)


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
    return claim(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, changes, accepted_by)


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
    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
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

    return extend(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, due, reason)


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

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return done(at, ids, evidence or [], note, cost)


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

    at = _desk(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
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

    at = _desk(ctx, ledger, beside=result, who=who, op_id=op, as_json=as_json, on_share=on_share)
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

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
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

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return visit(at, ids, score, not dissatisfied, due, note)


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

    return standing(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, days)


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

    return waive(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason, same_as)


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

    return resume(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason)


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

    return escalate(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, reason, resolved)


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

    return record(_desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share), ids, kind, note)


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

    return assign(_desk(ctx, ledger, who=who, op_id=op, on_share=on_share), village, person)


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
    return list_tasks(_desk(ctx, ledger, as_json=as_json, on_share=on_share), wanted, date)


@tasks_app.command(cls=TaskCommand)
def show(ctx: typer.Context, id_: Id, ledger: Place = None, as_json: Json = False, on_share: Share = False) -> int:
    """Show one task with its whole history."""
    from maps.tasks.listing import show

    return show(_desk(ctx, ledger, as_json=as_json, on_share=on_share), id_)


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

    return summary(_desk(ctx, ledger, as_json=as_json, on_share=on_share), by, date)


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

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
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

    return quarter(_desk(ctx, ledger, as_json=as_json, on_share=on_share), which, out, date)


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

    return lists(_desk(ctx, ledger, as_json=as_json, on_share=on_share), out, date)


@tasks_app.command(cls=TaskCommand)
def public(
    ctx: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID…]")] = None,
    out: Folder = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the public timeline of items, without personal data."""
    from maps.tasks.reporting import public

    return public(_desk(ctx, ledger, as_json=as_json, on_share=on_share), ids or [], out)


@tasks_app.command(cls=TaskCommand)
def export(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    date: Day = None,
    ledger: Place = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Write the tasks as XLSX to fill in, CSV, JSON, GeoPackage or calendar."""
    from maps.tasks.exporting import export

    return export(_desk(ctx, ledger, as_json=as_json, on_share=on_share), files, date)


@tasks_app.command(name="import", cls=TaskCommand)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    ledger: Place = None,
    who: Who = None,
    op: Op = None,
    as_json: Json = False,
    on_share: Share = False,
) -> int:
    """Take in a workbook that people filled in."""
    from maps.tasks.importing import import_workbook

    at = _desk(ctx, ledger, who=who, op_id=op, as_json=as_json, on_share=on_share)
    return import_workbook(at, file, dry_run=dry_run)


@tasks_app.command(cls=TaskCommand)
def audit(ctx: typer.Context, ledger: Place = None, as_json: Json = False, on_share: Share = False) -> int:
    """Check the whole ledger: file, chain, replay."""
    from maps.tasks.keeping import audit

    return audit(_desk(ctx, ledger, as_json=as_json, on_share=on_share))


@tasks_app.command(cls=TaskCommand)
def backup(
    ctx: typer.Context, out: Folder = None, ledger: Place = None, as_json: Json = False, on_share: Share = False
) -> int:
    """Copy the ledger into a file to go back to."""
    from maps.tasks.keeping import backup

    return backup(_desk(ctx, ledger, as_json=as_json, on_share=on_share), out)


@tasks_app.command(cls=TaskCommand)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="BACKUP")],
    ledger: Place = None,
    on_share: Share = False,
) -> int:
    """Put a backup in the ledger's place."""
    from maps.tasks.keeping import bring_back

    return bring_back(_desk(ctx, ledger, on_share=on_share), file)


@tasks_app.command(cls=TaskCommand)
def migrate(
    ctx: typer.Context,
    to: Annotated[str | None, typer.Option("--to", metavar="FILE|URL")] = None,
    ledger: Place = None,
    on_share: Share = False,
) -> int:
    """Bring a ledger to this version, or move it to another place."""
    from maps.tasks.keeping import migrate

    return migrate(_desk(ctx, ledger, on_share=on_share), to)
