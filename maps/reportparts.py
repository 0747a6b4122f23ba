"""What the printed report says, part by part, before anybody decides how it looks: the same for HTML and PDF."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.text import Language, say, spoken
from maps import notes
from maps.drawing import drawing
from maps.totals import worst_first
from maps.wording import amount, money, number, share, unit_word

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.coverage import Coverage
    from geo.ranking import Ranked
    from maps.notes import Section
    from maps.totals import Total, Totals

# A meeting reads a page of each; projects.xlsx has them all. Whatever the budget buys is always listed.
PROJECTS_LISTED = 40
VILLAGES_LISTED = 20


@dataclass(frozen=True)
class Row:
    """A row of a table. `kind`: "" or "below" the budget line, or "line", the line itself, of one cell across the table.

    `short` is the cell that says how many places fall short, -1 if none does.
    """

    cells: tuple[str, ...]
    kind: str = ""
    short: int = -1


@dataclass(frozen=True)
class Part:
    """A part of the report: bullets or paragraphs, a map, a table, a note beneath; what it lacks is empty. Text is plain.

    `numbers` are the columns to align as numbers, `codes` those of long codes. `kind` is what the part is about.
    """

    kind: str
    title: str
    bullets: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    svg: str = ""
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    numbers: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Told:
    """The whole report: its title, the facts under it, the marks an office puts on its maps, and the parts."""

    title: str
    facts: tuple[str, ...]
    marks: tuple[str, ...]
    parts: tuple[Part, ...]


def told(assessment: Assessment, totals: Totals, language: Language) -> Told:
    """Return the report of an assessment in that language."""
    settings = assessment.plan.settings
    approval = _say("page.approval", language, number=settings.page.approval) if settings.page.approval else ""
    parts = (
        Part("findings", _say("report.findings", language), tuple(line.in_(language) for line in totals.findings)),
        _map(assessment, totals, language),
        _rules(assessment, totals, language),
        _projects(assessment, totals, language),
        _villages(totals, language),
        *(
            _section(section)
            for section in (
                *notes.ranking(assessment, language),
                *notes.ledger(assessment, language),
                notes.told(assessment, language),
                notes.norms(assessment, language),
                notes.words(language),
                notes.inputs(assessment, language),
            )
        ),
    )
    marks = tuple(mark for mark in (settings.page.classification, approval) if mark)
    return Told(
        _say("report.title", language, name=settings.name), notes.about(assessment, language).lines, marks, parts
    )


def _map(assessment: Assessment, totals: Totals, language: Language) -> Part:
    svg = drawing(assessment, totals, language)
    note = _say("report.map_note" if svg else "report.map_nothing", language)
    return Part("map", _say("report.map", language), svg=svg, note=note)


def _rules(assessment: Assessment, totals: Totals, language: Language) -> Part:
    words = ("rule", "requires", "places", "met", "short", "unknown", "short_people", "people", "share")
    head = tuple(_column(name, language) for name in words)
    rows = tuple(_rule_row(coverage, totals.rules[id_], language) for id_, coverage in assessment.coverages.items())
    note = _say("report.rule_total_note", language)
    return Part("rules", _say("report.rules", language), header=head, rows=rows, numbers=tuple(range(2, 9)), note=note)


def _rule_row(coverage: Coverage, total: Total, language: Language) -> Row:
    rule = coverage.rule
    counts = [number(value, language) for value in (total.places, total.met, total.short, total.unknown)]
    people = [
        number(total.people_short, language),
        number(total.people, language),
        share(total.people_short, total.people),
    ]
    name = f"{rule.marked(language)}（{rule.id}）"
    return Row((name, _asked(coverage, language), *counts, *people), short=4 if total.short else -1)


def _asked(coverage: Coverage, language: Language) -> str:
    """Return what a rule requires where that is one number for all places, else that it differs."""
    required = np.unique(coverage.frame["required"].dropna().to_numpy(float))
    if len(required) != 1:
        unit = unit_word(coverage.measured.unit, language)
        return _say("report.asks_each", language, unit=unit) if len(required) else ""
    sign = "≥" if coverage.measured.sense == "at_least" else "≤"
    return f"{sign} {amount(float(required[0]), coverage.measured.unit, language)}"


def _projects(assessment: Assessment, totals: Totals, language: Language) -> Part:
    ranked, title = assessment.ranked, _say("report.projects", language)
    if not ranked:
        return Part("projects", title, paragraphs=(_say("report.no_projects", language),))
    bought = sum(row.in_budget for row in ranked)
    listed = ranked[: max(PROJECTS_LISTED, bought)]
    names = ("rank", "project", "village", "cost", "people_served", "cost_per_person", "why")
    head = tuple(_say(f"tables.col_{name}", language) for name in names)
    rows = [_project_row(row, totals, language) for row in listed]
    budget = assessment.plan.settings.budget
    if budget is not None:
        spent = math.fsum(row.project.cost_mid for row in ranked if row.in_budget)
        values = {"count": bought, "cost": money(spent, language), "budget": money(budget, language)}
        rows.insert(bought, Row((_say("report.budget_line", language, **values),), "line"))
    more = _more("more_projects", len(ranked) - len(listed), language)
    return Part("projects", title, header=head, rows=tuple(rows), numbers=(0, 3, 4, 5), note=more)


def _project_row(row: Ranked, totals: Totals, language: Language) -> Row:
    project = row.project
    each = project.cost_mid / row.people_served if row.people_served > 0 else math.nan
    cells = (
        str(row.rank),
        spoken(project.name, language),
        totals.unit_name(project.unit_id),
        number(project.cost_mid, language),
        number(row.people_served, language),
        number(each, language, decimals=int(each < 10)) if math.isfinite(each) else "",
        spoken(row.why, language),
    )
    return Row(cells, "" if row.in_budget else "below")


def _villages(totals: Totals, language: Language) -> Part:
    worst, title = worst_first(totals.units), _say("report.villages", language)
    if not len(worst):
        return Part("villages", title, paragraphs=(_say("report.no_villages", language),))
    head = tuple(_say(f"tables.col_{n}", language) for n in ("village", "population", "rules_short", "people_short"))
    listed = worst.iloc[:VILLAGES_LISTED]
    columns = [
        [number(float(value), language) for value in listed[name]]
        for name in ("population", "rules_short", "people_short")
    ]
    rows = tuple(Row((str(name), *cells)) for name, *cells in zip(listed["name"], *columns, strict=True))
    more = _more("more_villages", len(worst) - len(listed), language)
    return Part("villages", title, header=head, rows=rows, numbers=(1, 2, 3), note=more)


def _section(section: Section) -> Part:
    is_list = section.key in ("words", "notes")
    bullets, paragraphs = (section.lines, ()) if is_list else ((), section.lines)
    rows = tuple(Row(tuple(str(value) for value in row)) for row in section.rows)
    numbers = tuple(i for i, value in enumerate(section.rows[0]) if not isinstance(value, str)) if rows else ()
    codes = tuple(i for i, name in enumerate(section.header) if name == "SHA-256")
    header = section.header if rows else ()
    return Part(section.key, section.title, bullets, paragraphs, "", header, rows, numbers, codes)


def _column(name: str, language: Language) -> str:
    known = {"rule": "tables.col_rule", "met": "tables.status_met", "short": "tables.status_short"}
    known["unknown"] = "tables.status_unknown"
    return _say(known.get(name, f"report.col_{name}"), language)


def _more(name: str, count: int, language: Language) -> str:
    return _say(f"report.{name}", language, count=count) if count > 0 else ""


def _say(key: str, language: Language, **values: object) -> str:
    return say(key, **values).in_(language)
