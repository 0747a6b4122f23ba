"""The help of each command in the reader's language, from the same catalogue as everything else that is said.

Typer's own help speaks one language, fixed when a module is imported; and it takes as long to load as all the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from layers.problems import InputError, Problem
from layers.text import Language, known, say
from maps.screen import width


class Command(TyperCommand):
    """A command whose help is in the catalogue: `cli.NAME`, `cli.NAME_about`, `cli.NAME_example`, `cli.NAME_PARAMETER`."""

    def said(self, what: str, language: Language) -> str:
        """Return the command's own sentence ("", "_about", "_example", "_PARAMETER") in that language, "" if it has none."""
        key = f"cli.{self.name}{what}"
        return say(key).in_(language) if known(key) else ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, what the command does, an example, its arguments and its options."""
        language, name = ctx.obj.language, str(ctx.command_path).removeprefix("coverplan ")
        parameters = self.get_params(ctx)
        arguments = [p for p in parameters if p.param_type_name == "argument"]
        options = [p for p in parameters if p.param_type_name == "option" and p.name != "help"]
        usage = " ".join(["coverplan", name, *(_shown(p) for p in arguments), *(f"[{_shown(p)}]" for p in options)])
        lines = [*_title("usage", language), f"  {usage}", "", self.said("", language)]
        if about := self.said("_about", language):
            lines += ["", about]
        lines += ["", *_title("example", language), *_indented(self.said("_example", language))]
        for title, group in (("arguments", arguments), ("options", options)):
            rows = [(_shown(p), self.said(f"_{p.name}", language)) for p in group]
            rows += _common(language) if title == "options" else []
            if rows:
                lines += ["", *_title(title, language), *columns(rows)]
        formatter.write("\n".join(lines) + "\n")


class Commands(TyperGroup):
    """All commands; what is not one of them is answered with the nearest that is."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order a beginner needs them, not by the alphabet."""
        return list(self.commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Answer the call without any word, and --version, before anything else."""
        if args == ["--version"]:
            from importlib.metadata import version

            print(f"coverplan {version('coverplan')}")
            ctx.exit(0)
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was typed; raises InputError if there is none of that name."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.commands, n=1)
            fix = say("cli.mean_command", command=near[0]) if near else say("cli.see_help")
            raise InputError([Problem(args[0], say("cli.no_such_command"), fix)])
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what coverplan does, its commands and where to start."""
        language = ctx.obj.language
        commands = [(name, say(f"cli.{name}").in_(language)) for name in self.commands]
        lines = [*_title("usage", language), f"  coverplan {say('cli.usage_words').in_(language)}", ""]
        lines += [say("cli.about").in_(language), "", *_title("commands", language), *columns(commands)]
        lines += [
            "",
            *_title("options", language),
            *columns([*_common(language), ("--version", _say("option_version", language))]),
        ]
        lines += ["", *_title("example", language), *_indented(_say("about_example", language))]
        formatter.write("\n".join(lines) + "\n")


def _common(language: Language) -> list[tuple[str, str]]:
    options = (("--lang zh|en", "option_lang"), ("--debug", "option_debug"), ("--help", "option_help"))
    return [(typed, _say(name, language)) for typed, name in options]


def _shown(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    typed = parameter.opts[0]
    return typed if parameter.is_flag else f"{typed} {parameter.metavar}"


def _title(name: str, language: Language) -> list[str]:
    return [_say(name, language)]


def _say(name: str, language: Language) -> str:
    return say(f"cli.{name}").in_(language)


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return two columns; Chinese characters are as wide as two letters."""
    widest = max(width(left) for left, _ in rows)
    return [f"  {left}{' ' * (widest - width(left))}  {right}" for left, right in rows]
