"""The group of the ledger's commands, and what several of them share: help, options, and the desk they are typed at."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from layers.text import Language, known, say
from maps.helptext import Command, Commands

Work = Callable[..., int]
_BY_NAME = inspect.Parameter.KEYWORD_ONLY


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


# By what a command is told which ledger it is typed at: those that enter something, those that only read, those that keep the file.
ENTERS = ("ledger", "who", "op", "as_json", "on_share")
READS = ("ledger", "as_json", "on_share")
KEEPS = ("ledger", "on_share")
_AT_DESK: dict[str, tuple[Any, object]] = {
    "ledger": (Place, None),
    "who": (Who, None),
    "op": (Op, None),
    "as_json": (Json, False),
    "on_share": (Share, False),
}


def at_desk(options: Sequence[str] = ENTERS, *, name: str | None = None) -> Callable[[Work], Work]:
    """Make a command of a function whose first argument is the desk it is typed at; `options` say which desk, after its own.

    A command that is given the results of a run (`result`) finds its ledger beside them if no other is named.
    """

    def made(work: Work) -> Work:
        own = list(inspect.signature(work, eval_str=True, locals={"Desk": Any}).parameters.values())[1:]

        def typed(ctx: typer.Context, **given: Any) -> int:
            from maps.tasks.desk import desk

            told = {"op_id" if option == "op" else option: given.pop(option) for option in options}
            return work(desk(ctx.obj.language, beside=given.get("result"), **told), **given)

        ways = {"ctx": (typer.Context, inspect.Parameter.empty)} | {
            each.name: (each.annotation, each.default) for each in own
        }
        ways |= {option: _AT_DESK[option] for option in options}
        typed.__name__, typed.__doc__ = work.__name__, work.__doc__
        typed.__annotations__ = {key: annotation for key, (annotation, _) in ways.items()}
        typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(key, _BY_NAME, default=default, annotation=kind)
                for key, (kind, default) in ways.items()
            ]
        )
        tasks_app.command(name=name, cls=TaskCommand)(typed)
        return work

    return made
