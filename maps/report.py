"""report.html: what is handed round at the meeting. One file without script, ready for A4 and for a screen."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from layers.text import Language, say, spoken
from maps import notes
from maps.drawing import drawing
from maps.totals import worst_first
from maps.wording import amount, escape, money, number, share, unit_word

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.coverage import Coverage
    from geo.ranking import Ranked
    from maps.notes import Section
    from maps.totals import Total, Totals

# A meeting reads a page of each; projects.xlsx has them all. Whatever the budget buys is always listed.
PROJECTS_LISTED = 40
VILLAGES_LISTED = 20

_STYLE = """
@page { size: A4; margin: 14mm 12mm; }
* { box-sizing: border-box; }
body { font: 14px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif;
  color: #1d2327; max-width: 1040px; margin: 0 auto; padding: 18px; }
h1 { font-size: 23px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 26px 0 6px; padding-bottom: 3px; border-bottom: 2px solid #0b4f8a; break-after: avoid; }
.facts { color: #5a646c; margin: 0; }
.facts span { margin-right: 1.6em; }
ul { margin: 6px 0; padding-left: 1.4em; }
.findings { background: #fff6ec; border-left: 5px solid #d9661f; padding: 8px 12px 8px 2.1em; margin: 14px 0; }
.findings li { margin: 3px 0; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; margin: 6px 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #c8cdd2; padding: 3px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #e6edf3; font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
.projects th:nth-child(1) { width: 6%; }
.projects th:nth-child(2) { width: 21%; }
.projects th:nth-child(3) { width: 11%; }
.projects th:nth-child(n+4):nth-child(-n+6) { width: 10%; }
td.short { background: #fbe0cc; font-weight: 600; }
td.code { font: 10px/1.4 "DejaVu Sans Mono", Consolas, monospace; word-break: break-all; }
tr.line td { background: #0b4f8a; color: #fff; text-align: center; font-weight: 600; }
tr.below td { color: #6b747b; }
.note { color: #5a646c; font-size: 12.5px; margin: 4px 0; }
svg { width: 100%; height: auto; display: block; break-inside: avoid; }
svg text { font-family: inherit; }
.badge { font-size: 12px; font-weight: 700; text-anchor: middle; }
.village { font-size: 15px; text-anchor: middle; fill: #30373d; stroke: #fff; stroke-width: 3px; paint-order: stroke; }
.key { font-size: 13px; fill: #1d2327; }
@media print { body { padding: 0 1px; max-width: none; font-size: 10.5pt; } table { font-size: 9pt; }
  td.short, th, .findings, tr.line td { -webkit-print-color-adjust: exact; print-color-adjust: exact; } svg { max-height: 245mm; } }
"""


def report(assessment: Assessment, totals: Totals, language: Language) -> str:
    """Return the report as one HTML page that asks for nothing and runs nothing; all text in it is escaped."""
    title = say("report.title", name=assessment.plan.settings.name).in_(language)
    about = notes.about(assessment, language)
    facts = "".join(f"<span>{escape(line)}</span>" for line in about.lines)
    body = "".join(
        (
            f"<h1>{escape(title)}</h1>",
            f'<p class="facts">{facts}</p>',
            _list((line.in_(language) for line in totals.findings), kind="findings"),
            _map(assessment, totals, language),
            _rules(assessment, totals, language),
            _projects(assessment, totals, language),
            _villages(totals, language),
            *(_section(section) for section in notes.ledger(assessment, language)),
            _section(notes.told(assessment, language)),
            _section(notes.norms(assessment, language)),
            _section(notes.words(language)),
            _section(notes.inputs(assessment, language)),
        )
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _map(assessment: Assessment, totals: Totals, language: Language) -> str:
    svg = drawing(assessment, totals, language)
    note = say("report.map_note" if svg else "report.map_nothing").in_(language)
    return f'{_heading("map", language)}{svg}<p class="note">{escape(note)}</p>'


def _rules(assessment: Assessment, totals: Totals, language: Language) -> str:
    words = ("rule", "requires", "places", "met", "short", "unknown", "short_people", "people", "share")
    head = [_column(name, language) for name in words]
    rows = [_rule_row(coverage, totals.rules[id_], language) for id_, coverage in assessment.coverages.items()]
    note = escape(say("report.rule_total_note").in_(language))
    return f'{_heading("rules", language)}{_table(head, rows, numbers=range(2, 9))}<p class="note">{note}</p>'


def _rule_row(coverage: Coverage, total: Total, language: Language) -> str:
    rule = coverage.rule
    counts = [number(value, language) for value in (total.places, total.met, total.short, total.unknown)]
    people = [
        number(total.people_short, language),
        number(total.people, language),
        share(total.people_short, total.people),
    ]
    cells = [f"{rule.title.in_(language) or rule.id}（{rule.id}）", _asked(coverage, language), *counts, *people]
    return _row(cells, numbers=range(2, 9), short=4 if total.short else None)


def _asked(coverage: Coverage, language: Language) -> str:
    """Return what a rule requires where that is one number for all places, else that it differs."""
    required = np.unique(coverage.frame["required"].dropna().to_numpy(float))
    if len(required) != 1:
        unit = unit_word(coverage.measured.unit, language)
        return say("report.asks_each", unit=unit).in_(language) if len(required) else ""
    sign = "≥" if coverage.measured.sense == "at_least" else "≤"
    return f"{sign} {amount(float(required[0]), coverage.measured.unit, language)}"


def _projects(assessment: Assessment, totals: Totals, language: Language) -> str:
    ranked, heading = assessment.ranked, _heading("projects", language)
    if not ranked:
        return f"{heading}<p>{escape(say('report.no_projects').in_(language))}</p>"
    bought = sum(row.in_budget for row in ranked)
    listed = ranked[: max(PROJECTS_LISTED, bought)]
    names = ("rank", "project", "village", "cost", "people_served", "cost_per_person", "why")
    head = [say(f"tables.col_{name}").in_(language) for name in names]
    rows = [_project_row(row, totals, language) for row in listed]
    budget = assessment.plan.settings.budget
    if budget is not None:
        spent = math.fsum(row.project.cost_mid for row in ranked if row.in_budget)
        words = say("report.budget_line", count=bought, cost=money(spent, language), budget=money(budget, language))
        rows.insert(bought, f'<tr class="line"><td colspan="{len(names)}">{escape(words.in_(language))}</td></tr>')
    more = _more("more_projects", len(ranked) - len(listed), language)
    return heading + _table(head, rows, numbers=(0, 3, 4, 5), kind="projects") + more


def _project_row(row: Ranked, totals: Totals, language: Language) -> str:
    project = row.project
    each = project.cost_mid / row.people_served if row.people_served > 0 else math.nan
    cells = [
        str(row.rank),
        spoken(project.name, language),
        totals.unit_name(project.unit_id),
        number(project.cost_mid, language),
        number(row.people_served, language),
        number(each, language, decimals=int(each < 10)) if math.isfinite(each) else "",
        spoken(row.why, language),
    ]
    return _row(cells, numbers=(0, 3, 4, 5), kind="" if row.in_budget else "below")


def _villages(totals: Totals, language: Language) -> str:
    worst = worst_first(totals.units)
    if not len(worst):
        return f"{_heading('villages', language)}<p>{escape(say('report.no_villages').in_(language))}</p>"
    head = [say(f"tables.col_{n}").in_(language) for n in ("village", "population", "rules_short", "people_short")]
    listed = worst.iloc[:VILLAGES_LISTED]
    columns = [
        [number(float(value), language) for value in listed[name]]
        for name in ("population", "rules_short", "people_short")
    ]
    rows = [_row(cells, numbers=(1, 2, 3)) for cells in zip(listed["name"], *columns, strict=True)]
    more = _more("more_villages", len(worst) - len(listed), language)
    return _heading("villages", language) + _table(head, rows, numbers=(1, 2, 3)) + more


def _section(section: Section) -> str:
    lines = _list(section.lines) if section.key in ("words", "notes") else _paragraphs(section.lines)
    if not section.rows:
        return f"<h2>{escape(section.title)}</h2>{lines}"
    numbers = [i for i, value in enumerate(section.rows[0]) if not isinstance(value, str)]
    codes = [i for i, name in enumerate(section.header) if name == "SHA-256"]
    rows = [_row([str(value) for value in row], numbers=numbers, codes=codes) for row in section.rows]
    return f"<h2>{escape(section.title)}</h2>{lines}{_table(section.header, rows, numbers=numbers)}"


def _heading(name: str, language: Language) -> str:
    return f"<h2>{escape(say(f'report.{name}').in_(language))}</h2>"


def _column(name: str, language: Language) -> str:
    known = {"rule": "tables.col_rule", "met": "tables.status_met", "short": "tables.status_short"}
    known["unknown"] = "tables.status_unknown"
    return say(known.get(name, f"report.col_{name}")).in_(language)


def _list(lines: Iterable[str], *, kind: str = "") -> str:
    return f'<ul class="{kind}">' + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f'<p class="note">{escape(line)}</p>' for line in lines)


def _more(name: str, count: int, language: Language) -> str:
    return f'<p class="note">{escape(say(f"report.{name}", count=count).in_(language))}</p>' if count > 0 else ""


def _table(head: Sequence[str], rows: Iterable[str], *, numbers: Sequence[int], kind: str = "") -> str:
    cells = "".join(f'<th class="{"n" if i in numbers else ""}">{escape(name)}</th>' for i, name in enumerate(head))
    return f'<table class="{kind}"><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _row(
    cells: Sequence[str],
    *,
    numbers: Sequence[int],
    short: int | None = None,
    kind: str = "",
    codes: Sequence[int] = (),
) -> str:
    classes = [
        "short n" if i == short else "n" if i in numbers else "code" if i in codes else "" for i in range(len(cells))
    ]
    tds = "".join(f'<td class="{name}">{escape(cell)}</td>' for name, cell in zip(classes, cells, strict=True))
    return f'<tr class="{kind}">{tds}</tr>'
