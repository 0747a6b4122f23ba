"""The group of the ledger's commands, and what several of them share: help, options, and the desk they are typed at."""

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


def desk_of(ctx: typer.Context, ledger: str | None, **more: Any) -> Any:
    """Return the desk a command is typed at; see `maps.tasks.desk.desk`."""
    from maps.tasks.desk import desk

    return desk(ctx.obj.language, ledger=ledger, **more)
