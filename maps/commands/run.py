"""`coverplan run` and `coverplan demo`: from a plan to a folder of results."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from layers.plan import Plan
from layers.planreading import read_plan
from layers.problems import InputError, Problem
from layers.text import Language, Text, say
from maps.engine import workers_of
from maps.hands import begun_ahead
from maps.progress import Step, bar
from maps.saving import OUTPUTS, put_in_place, refuse_foreign_files, saving, workshop
from maps.wording import number, shown

if TYPE_CHECKING:
    from geo.assessment import Assessment, Judged
    from geo.network.workers import Workers
    from layers.cache import Shelf
    from layers.layer import Layers
    from layers.ledger.task import State
    from maps.totals import Totals

# Reading, working out, the libraries that write, and each file.
_STEPS = 3 + len(OUTPUTS)


def demo(asked: Language | None, *, out: Path | None, pdf: bool = False) -> int:
    """Run the bundled town into `out` and return the exit code."""
    return run(_bundled_plan(), asked, out=out or Path("coverplan-demo"), budget=None, pdf=pdf, strict=False)


def run(
    path: Path,
    asked: Language | None,
    *,
    out: Path | None,
    budget: str | None,
    strict: bool,
    pdf: bool = False,
    public: bool = False,
    ledger: str | None = None,
    engine: str | None = None,
    cached: bool = True,
) -> int:
    """Run the plan into `out` (`out` beside the plan if none is given), print what was found, return the exit code.

    Unless `cached` is false, layers that were read before are taken from the user's cache. The task ledger is `tasks.sqlite` beside the plan if it is there, unless another is given. Raises InputError for whatever is wrong with plan, layers or call, and SaveError if the results cannot be saved.
    """
    with bar(_STEPS) as step:
        yuan = None if budget is None else _yuan(budget)
        plan = _with_budget(read_plan(path), yuan)
        language = asked or plan.settings.language
        folder = out or plan.folder / "out"
        refuse_foreign_files(folder)  # now, not after minutes of work
        if pdf:
            from maps.reportpdf import chinese_font

            chinese_font()  # or say now that there is none
        if public:
            from maps.public.publishing import public_folder

            public_folder(folder)  # or say now that it is somebody else's
        asked_for = _Asked(plan, folder, language, ledger, pdf, public, cached)
        with workers_of(engine) as workers:
            counted, ahead = _done(asked_for, workers, step)
    print(_summary(plan.settings.name, counted, ahead, folder, language, pdf=pdf))
    return int(strict and any(total.met < total.places for total in counted.rules.values()))


@dataclass(frozen=True)
class _Asked:
    """What a run is asked for."""

    plan: Plan
    folder: Path
    language: Language
    ledger: str | None
    pdf: bool
    public: bool
    cached: bool


@dataclass(frozen=True)
class _How:
    """How the run went: seconds by step so far, and which layers were taken from the cache."""

    timings_s: dict[str, float]
    from_cache: Sequence[str]


def _done(asked: _Asked, workers: Workers | None, step: Step) -> tuple[Totals, tuple[Text, ...]]:
    """Read, work out and write, and return what there is to say of it once all of it is on the disk."""
    step(say("cli.reading").in_(asked.language))
    start = time.perf_counter()
    from layers.reading import read_layers

    shelf = _shelf() if asked.cached else None
    layers = read_layers(asked.plan, meanwhile=_get_ready, shelf=shelf)
    how = _How({"reading": time.perf_counter() - start}, shelf.taken if shelf else ())
    with begun_ahead() as keeper:
        if shelf:
            keeper.begin(shelf.put_away)
        assessment, counted = _worked_out(asked, layers, workers, step, how)
        if shelf and not keeper.is_done():
            shelf.put_away()
    from maps.ahead import ahead_lines

    said = ahead_lines(assessment)
    if asked.public:
        from maps.public.publishing import publish

        said = (*said, publish(assessment, counted, asked.folder, asked.language))
    return counted, said


def _shelf() -> Shelf | None:
    """Return the user's cache of layers; None where there can be none."""
    from layers.cache import Shelf, user_folder

    folder = user_folder(os.environ)
    return None if folder is None else Shelf(folder)


def _worked_out(
    asked: _Asked, layers: Layers, workers: Workers | None, step: Step, how: _How
) -> tuple[Assessment, Totals]:
    """Work out and write; what the rules say is written by other hands while projects are still being ranked."""
    from geo.assessment import assess
    from maps.totals import totals
    from maps.writing import fill, write_settled

    language, folder, start = asked.language, asked.folder, time.perf_counter()
    step(say("cli.working").in_(language))
    state = _ledger(asked.plan, layers.crs, asked.ledger)
    with workshop(folder) as shop, begun_ahead() as other:

        def judged(seen: Judged) -> None:
            other.begin(partial(write_settled, seen, shop, language))

        def written(name: str) -> None:
            step(say("cli.written", name=name).in_(language))

        assessment = assess(asked.plan, layers, ledger=state, workers=workers, judged=judged)
        counted = totals(assessment)
        how.timings_s["working"] = time.perf_counter() - start
        step(say("cli.writing").in_(language))
        fill_it = partial(fill, shop, assessment, counted, language=language, pdf=asked.pdf)
        with saving(folder):
            fill_it(
                timings_s=how.timings_s,
                from_cache=how.from_cache,
                written=written,
                settled=other.is_done if other.is_begun else None,
            )
            put_in_place(shop, folder)
    return assessment, counted


def _ledger(plan: Plan, crs: str, given: str | None) -> State | None:
    """Return the task ledger in the CRS of the run, None if there is none and none was asked for.

    It is read through SQLite alone and let go before anything is written.
    """
    place = given or str(plan.folder / "tasks.sqlite")
    if given is None and not Path(place).exists():
        return None
    from layers.ledger.places import ledger_at
    from maps.tasks.tracked import in_crs

    with ledger_at(place) as ledger:
        return in_crs(ledger.state, crs)


def _get_ready() -> None:
    """Import what comes after the reading, while other processes read."""
    import scipy.sparse.csgraph  # noqa: F401

    import geo.assessment  # noqa: F401
    import maps.writing  # noqa: F401


def _summary(
    name: str, counted: Totals, ahead: tuple[Text, ...], folder: Path, language: Language, *, pdf: bool
) -> str:
    """Return the headline findings, the books and where things are."""
    lines = [name, *(f"  · {line.in_(language)}" for line in (*counted.findings, *ahead))]
    books = {book: number(value, language) for book, value in counted.rows.items()}
    lines += ["", say("cli.rows", **books).in_(language), ""]
    made = ["map.html", "projects.xlsx", "report.html", "result.gpkg"]
    made += ["rejects.csv"] if counted.rows["rejected"] or counted.rows["repaired"] else []
    made += ["report.pdf"] if pdf else []
    lines += [say(f"cli.made_{file.partition('.')[0]}", path=str(folder / file)).in_(language) for file in made]
    return shown("\n".join(lines))


def _with_budget(plan: Plan, yuan: float | None) -> Plan:
    if yuan is None:
        return plan
    return replace(plan, settings=plan.settings.model_copy(update={"budget": yuan}))


def _yuan(typed: str) -> float:
    """Return an amount of money as typed: digits, with or without separators; raises InputError for anything else."""
    digits = typed.replace(",", "").replace("_", "").strip()
    if not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        raise InputError([Problem("--budget", say("cli.not_money", typed=typed), say("cli.give_money"))])
    return float(digits)


def _bundled_plan() -> Path:
    """Return the plan of the bundled town: inside the package once installed, in examples/ in a checkout."""
    installed = Path(str(files("maps"))) / "demo_town" / "plan.yaml"
    return installed if installed.is_file() else Path(__file__).parents[2] / "examples" / "dongtang" / "plan.yaml"
