"""The front door: what may be typed. Each command's work is in `maps/commands`, imported when it is used."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from layers.problems import InputError, PlannerError, Problem, SaveError
from layers.text import LANGUAGES, Language, say
from maps.helptext import Command, Commands

DONE, SHORT, WRONG, NOT_SAVED = 0, 1, 2, 3
_ALIKE = 0.6  # of 1: how near an option must be to what was typed to be offered in its place
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
OUR_FAULT = 70  # EX_SOFTWARE of sysexits.h: none of the four that scripts branch on


@dataclass(frozen=True)
class Call:
    """How coverplan was called: the language asked for, if any, the one the surroundings speak, and what is typed."""

    asked: Language | None
    around: Language
    debug: bool
    words: tuple[str, ...]

    @property
    def language(self) -> Language:
        """Language of whatever is said before a plan is read."""
        return self.asked or self.around


app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None)

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json")]
PlanPath = Annotated[Path, typer.Argument(metavar="PLAN.yaml")]
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME")]
Yuan = Annotated[str | None, typer.Option("--budget", metavar="YUAN")]
Ledger = Annotated[str | None, typer.Option("--ledger", metavar="FILE|URL")]
Strict = Annotated[bool, typer.Option("--strict")]
# Whatever follows `tasks`, `--help` included, is for its own commands.
_PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False}
Pdf = Annotated[bool, typer.Option("--pdf")]


@app.command(cls=Command)
def demo(ctx: typer.Context, out: Out = None, pdf: Pdf = False) -> int:
    """Run the bundled town, end to end."""
    from maps.commands.run import demo

    return demo(ctx.obj.asked, out=out, pdf=pdf)


@app.command(cls=Command)
def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    osm: Annotated[Path | None, typer.Option("--osm", metavar="FILE")] = None,
    profile: Profile = None,
) -> int:
    """Write a starter plan."""
    from maps.commands.init import init

    return init(folder, ctx.obj.language, osm=osm, profile=profile)


@app.command(cls=Command)
def check(
    ctx: typer.Context,
    plan: PlanPath,
    out: Out = None,
    fix: Annotated[Path | None, typer.Option("--fix", metavar="DIR")] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Read and check the layers, and nothing else."""
    from maps.commands.check import check

    return check(plan, ctx.obj.asked, as_json=as_json, out=out, fix=fix, strict=strict)


@app.command(cls=Command)
def run(
    ctx: typer.Context,
    plan: PlanPath,
    out: Out = None,
    budget: Yuan = None,
    pdf: Pdf = False,
    strict: Strict = False,
    public: Annotated[bool, typer.Option("--public")] = False,
    ledger: Ledger = None,
    engine: Annotated[str | None, typer.Option("--engine", metavar="dask://HOST:PORT")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache")] = False,
) -> int:
    """Check the plan's rules and write map, ranked list and report."""
    from maps.commands.run import run

    asked, said = ctx.obj.asked, {"budget": budget, "ledger": ledger, "engine": engine}
    return run(plan, asked, out=out, strict=strict, pdf=pdf, public=public, cached=not no_cache, **said)


@app.command(cls=Command)
def cache(
    ctx: typer.Context,
    clear: Annotated[bool, typer.Option("--clear")] = False,
) -> int:
    """Say where read layers are kept, and how much that is; or remove them."""
    from maps.commands.cache import cache

    return cache(ctx.obj.language, clear_it=clear)


@app.command(cls=Command)
def explain(
    ctx: typer.Context,
    result: Annotated[Path, typer.Argument(metavar="OUT")],
    id_: Annotated[str, typer.Argument(metavar="ID")],
    as_json: Json = False,
) -> int:
    """Say why a gap is a gap, or a project where it is on the list."""
    from maps.commands.explain import explain

    return explain(result, id_, ctx.obj.asked, as_json=as_json)


@app.command(cls=Command)
def compare(
    ctx: typer.Context,
    before: Annotated[Path, typer.Argument(metavar="OUT_A")],
    after: Annotated[Path, typer.Argument(metavar="OUT_B")],
    as_json: Json = False,
) -> int:
    """Set two results side by side."""
    from maps.commands.compare import compare

    return compare(before, after, ctx.obj.asked, as_json=as_json)


@app.command(cls=Command)
def export(
    ctx: typer.Context,
    result: Annotated[Path, typer.Argument(metavar="OUT")],
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
) -> int:
    """Write the results as GeoParquet."""
    from maps.commands.export import export

    return export(result, folder, ctx.obj.asked)


@app.command(cls=Command)
def rules(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="[list|show|schema]")] = "list",
    id_: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    profile: Profile = None,
    as_json: Json = False,
) -> int:
    """Show the library of rules."""
    from maps.commands.rules import rules

    return rules(what, id_, ctx.obj.language, profile=profile, as_json=as_json)


@app.command(cls=Command)
def serve(
    ctx: typer.Context,
    result: Annotated[Path, typer.Argument(metavar="OUT")],
    plan: Annotated[Path | None, typer.Option("--plan", metavar="PLAN.yaml")] = None,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="NUMBER")] = 8000,
    name: Annotated[list[str] | None, typer.Option("--name", metavar="HOST")] = None,
    write: Annotated[bool, typer.Option("--write")] = False,
    ledger: Annotated[str | None, typer.Option("--ledger", metavar="FILE|URL")] = None,
    user_header: Annotated[str, typer.Option("--user-header", metavar="NAME")] = "",
) -> int:
    """Serve the results live on this machine."""
    from maps.commands.serve import Door, serve

    door = Door(host, port, tuple(name or ()), write, ledger, user_header)
    return serve(result, ctx.obj.asked, plan=plan, door=door)


@app.command(cls=Command, add_help_option=False, context_settings=_PASSED_ON)
def tasks(ctx: typer.Context) -> int:
    """Follow tasks until their gaps are gone."""
    from maps.commands.tasks import tasks_app  # forty commands, which take as long to build as all the rest

    return int(tasks_app(ctx.args, prog_name="coverplan tasks", standalone_mode=False, obj=ctx.obj) or DONE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was typed and end the process with the exit code of the contract."""
    # A run keeps what it makes until it ends: looking for cycles at every 700 new objects finds none, at 6 % of the time.
    gc.set_threshold(100_000)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a GBK console lacks half of Unicode
    sys.exit(run_call(call(sys.argv[1:] if arguments is None else arguments, os.environ)))


def run_call(called: Call) -> int:
    """Run the command and return the exit code; whatever goes wrong is said on stderr in the reader's language."""
    try:
        code = app(list(called.words), prog_name="coverplan", standalone_mode=False, obj=called)
    except PlannerError as error:
        _complain(error.in_(called.language))
        return NOT_SAVED if isinstance(error, SaveError) else WRONG
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (nothing is left to flush into the closed pipe)
        return DONE
    except KeyboardInterrupt:
        _complain(say("cli.interrupted").in_(called.language))
        return INTERRUPTED
    except Exception as error:
        if (problem := _misuse(error)) is not None:
            _complain(problem.in_(called.language))
            return WRONG
        if called.debug:
            traceback.print_exc()
        _complain(say("cli.our_fault", error=f"{type(error).__name__}: {error}").in_(called.language))
        return OUR_FAULT
    if code == INTERRUPTED:
        _complain(say("cli.interrupted").in_(called.language))
    return int(code or DONE)


def call(arguments: Sequence[str], environment: Mapping[str, str]) -> Call:
    """Return what is asked: --lang and --debug may stand before or after the command, and are taken out here."""
    rest = list(arguments)
    end = rest.index("--") if "--" in rest else len(rest)
    words: list[str] = []
    asked: str | None = None
    typed = iter(rest[:end])
    for word in typed:
        if word == "--lang" or word.startswith("--lang="):
            asked = word.partition("=")[2] if "=" in word else next(typed, "")
        elif word != "--debug":
            words.append(word)
    around = _around(environment)
    chosen = next((language for language in LANGUAGES if language == asked), None)
    if asked is not None and chosen is None:
        _complain(Problem("--lang", say("cli.no_such_language", asked=asked), say("cli.give_language")).in_(around))
        sys.exit(WRONG)
    return Call(chosen, around, "--debug" in rest[:end], (*words, *rest[end:]))


def _around(environment: Mapping[str, str]) -> Language:
    """Return the language of the locale; Chinese where it names none (unset, C, POSIX)."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    name = locale.partition(".")[0].lower()
    return "zh" if name in ("", "c", "posix") or name.startswith("zh") else "en"


def _misuse(error: Exception) -> InputError | None:
    """Return a fault in what was typed in our own words; None if the error is not one of typer's.

    By the names of typer's errors: it carries its own copies of click's classes since 0.26 and click's before.
    """
    name = type(error).__name__
    fix = say("cli.see_help")
    if name == "NoSuchOption":
        option = str(getattr(error, "option_name", ""))
        near = [one for one in getattr(error, "possibilities", None) or () if _alike(one, option)]
        hint = say("cli.mean_option", options=", ".join(sorted(near))) if near else fix
        return InputError([Problem(option, say("cli.no_such_option"), hint)])
    if name == "MissingParameter":
        return InputError([Problem(_parameter(error), say("cli.missing"), fix)])
    if name in ("BadOptionUsage", "BadArgumentUsage", "BadParameter", "UsageError"):
        where = str(getattr(error, "option_name", "") or _parameter(error))
        return InputError([Problem(where, say("cli.misused", detail=str(getattr(error, "message", error))), fix)])
    return None


def _alike(one: str, other: str) -> bool:
    """Are two options near enough to be meant for each other? The dashes that all options share do not count."""
    import difflib

    return difflib.SequenceMatcher(None, one.strip("-"), other.strip("-")).ratio() >= _ALIKE


def _parameter(error: Any) -> str:
    parameter = getattr(error, "param", None)
    return str(parameter.metavar or parameter.name) if parameter is not None else "coverplan"


def _complain(text: str) -> None:
    from maps.wording import shown

    print(shown(text), file=sys.stderr)
