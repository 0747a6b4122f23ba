"""Every file of OUT/ from one assessment, all at once or not at all."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from maps.hands import share_out
from maps.package import begin_package, finish_package, write_package
from maps.page import write_page
from maps.record import record
from maps.report import report
from maps.reportpdf import report_pdf
from maps.saving import replacing
from maps.tables import coverage_tables, csv_bytes, csv_pieces, gaps_table, projects_table, rejects_table
from maps.totals import totals
from maps.workbook import Rows, workbook

if TYPE_CHECKING:
    from geo.assessment import Assessment, Judged
    from layers.text import Language
    from maps.totals import Totals

COVERAGE, PACKAGE, PDF = "coverage.csv", "result.gpkg", "report.pdf"


def write(
    assessment: Assessment,
    out: Path | str,
    *,
    language: Language | None = None,
    pdf: bool = False,
    timings_s: Mapping[str, float] | None = None,
    written: Callable[[str], None] = lambda name: None,
) -> None:
    """Write the map, the report, the tables, the package and the record of a run into the folder `out`.

    What the folder held from an earlier run is replaced in one step; until then it is left as it is. Language is the
    plan's unless given; `pdf` adds the report as report.pdf. `timings_s` (seconds by step) goes into run.json, with the writing added; `written` is called
    with the name of each file once it is done. Raises SaveError if anything cannot be saved, and InputError if a PDF is
    asked for where typst or a Chinese font is missing.
    """
    spoken = language or assessment.plan.settings.language
    counted = totals(assessment)
    with replacing(Path(out)) as folder:
        fill(folder, assessment, counted, language=spoken, pdf=pdf, timings_s=timings_s or {}, written=written)


def write_settled(judged: Judged, folder: Path, language: Language) -> None:
    """Write into the folder what is settled once the rules have judged, while projects are still being ranked."""
    _write_anew(folder / PACKAGE, partial(begin_package, judged, language=language))
    _write_pieces(folder / COVERAGE, csv_pieces(coverage_tables(judged)))


def fill(
    folder: Path,
    assessment: Assessment,
    counted: Totals,
    *,
    language: Language,
    pdf: bool = False,
    timings_s: Mapping[str, float],
    from_cache: Sequence[str] = (),
    written: Callable[[str], None],
    settled: Callable[[], bool] | None = None,
) -> None:
    """Write every file into a new folder, where everything is counted up already.

    `from_cache` are the layers that were not read anew. `settled` waits for whoever was to do `write_settled` and says whether it is done; None if nobody was.
    """
    started = time.perf_counter()
    rows = Rows(*(table(assessment, language) for table in (projects_table, gaps_table, rejects_table)))
    makers = _makers(assessment, counted, rows, language)
    if settled is None:
        makers = _settled_makers(assessment, language) | makers
    share_out({name: partial(make, folder / name) for name, make in makers.items()}, written)
    if settled is not None:
        if not settled():
            write_settled(assessment, folder, language)
        finish_package(assessment, folder / PACKAGE, language)
        written(COVERAGE)
        written(PACKAGE)
    if pdf:  # not in a copy of this process: typst has threads of its own
        (folder / PDF).write_bytes(report_pdf(assessment, counted, language))
        written(PDF)
    hashes = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    timings = {**timings_s, "writing": time.perf_counter() - started}
    text = record(assessment, counted, language, outputs=hashes, timings_s=timings, from_cache=from_cache)
    (folder / "run.json").write_text(text, encoding="utf-8", newline="\n")
    written("run.json")


def _settled_makers(assessment: Assessment, language: Language) -> dict[str, Callable[[Path], object]]:
    """Return how the files are made at a path that `write_settled` would have begun."""
    return {
        PACKAGE: lambda path: _write_anew(path, partial(write_package, assessment, language=language)),
        COVERAGE: lambda path: _write_pieces(path, csv_pieces(coverage_tables(assessment))),
    }


def _makers(
    assessment: Assessment, counted: Totals, rows: Rows, language: Language
) -> dict[str, Callable[[Path], object]]:
    """Return how each of the other files is made at a path; those that take longest come first."""
    return {
        "projects.xlsx": lambda path: path.write_bytes(workbook(assessment, counted, rows, language)),
        "map.html": lambda path: path.write_bytes(write_page(assessment, language=language, counted=counted).encode()),
        "report.html": lambda path: path.write_bytes(report(assessment, counted, language).encode()),
        "gaps.csv": lambda path: path.write_bytes(csv_bytes(rows.gaps)),
        "projects.csv": lambda path: path.write_bytes(csv_bytes(rows.projects)),
        "rejects.csv": lambda path: path.write_bytes(csv_bytes(rows.rejects)),
    }


def _write_anew(path: Path, write_at: Callable[[Path], None]) -> None:
    path.unlink(missing_ok=True)  # what a failed attempt may have left
    write_at(path)


def _write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
