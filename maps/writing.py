"""Every file of OUT/ from one assessment, all at once or not at all."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from maps.package import write_package
from maps.page import write_page
from maps.record import record
from maps.report import report
from maps.saving import replacing
from maps.tables import coverage_tables, csv_bytes, gaps_table, projects_table, rejects_table
from maps.totals import totals
from maps.workbook import Rows, workbook

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.text import Language
    from maps.totals import Totals

# The only file made by a library that wants a path; all others are made in memory and written in one go.
PACKAGE = "result.gpkg"


def write(
    assessment: Assessment,
    out: Path | str,
    *,
    language: Language | None = None,
    timings_s: Mapping[str, float] | None = None,
    written: Callable[[str], None] = lambda name: None,
) -> None:
    """Write the map, the report, the tables, the package and the record of a run into the folder `out`.

    What the folder held from an earlier run is replaced in one step; until then it is left as it is. Language is the
    plan's unless given. `timings_s` (seconds by step) goes into run.json, with the writing added; `written` is called
    with the name of each file once it is done. Raises SaveError if anything cannot be saved.
    """
    spoken = language or assessment.plan.settings.language
    counted = totals(assessment)
    write_counted(assessment, counted, Path(out), language=spoken, timings_s=timings_s or {}, written=written)


def write_counted(
    assessment: Assessment,
    counted: Totals,
    out: Path,
    *,
    language: Language,
    timings_s: Mapping[str, float],
    written: Callable[[str], None],
) -> None:
    """Do what `write` does where everything is counted up already."""
    started = time.perf_counter()
    rows = Rows(*(table(assessment, language) for table in (projects_table, gaps_table, rejects_table)))
    makers: Mapping[str, Callable[[], bytes]] = {
        "coverage.csv": lambda: csv_bytes(*coverage_tables(assessment)),
        "gaps.csv": lambda: csv_bytes(rows.gaps),
        "projects.csv": lambda: csv_bytes(rows.projects),
        "rejects.csv": lambda: csv_bytes(rows.rejects),
        "projects.xlsx": lambda: workbook(assessment, counted, rows, language),
        "report.html": lambda: report(assessment, counted, language).encode(),
        "map.html": lambda: write_page(assessment, language=language, counted=counted).encode(),
    }
    with replacing(out) as folder:
        for name, make in makers.items():
            (folder / name).write_bytes(make())
            written(name)
        write_package(assessment, counted, folder / PACKAGE, language)
        written(PACKAGE)
        hashes = {name: _sha256(folder / name) for name in sorted([*makers, PACKAGE])}
        timings = {**timings_s, "writing": time.perf_counter() - started}
        text = record(assessment, counted, language, outputs=hashes, timings_s=timings)
        (folder / "run.json").write_text(text, encoding="utf-8", newline="\n")
        written("run.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
