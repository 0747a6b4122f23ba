"""report.html: what is handed round at the meeting. One file without script, ready for A4 and for a screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from layers.text import Language
from maps.reportparts import Part, Row, told
from maps.sheetpage import still_page
from maps.wording import escape

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from maps.totals import Totals

_STYLE = """
@page { size: A4; margin: 14mm 12mm; }
* { box-sizing: border-box; }
body { font: 14px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif;
  color: #1d2327; max-width: 1040px; margin: 0 auto; padding: 18px; }
h1 { font-size: 23px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 26px 0 6px; padding-bottom: 3px; border-bottom: 2px solid #0b4f8a; break-after: avoid; }
.facts { color: #5a646c; margin: 0; }
.facts span, .marks span { margin-right: 1.6em; }
.marks { margin: 0; font-weight: 600; }
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
    whole = told(assessment, totals, language)
    facts = "".join(f"<span>{escape(line)}</span>" for line in whole.facts)
    marks = "".join(f"<span>{escape(mark)}</span>" for mark in whole.marks)
    body = "".join(
        (
            f'<p class="marks">{marks}</p>' if marks else "",
            f"<h1>{escape(whole.title)}</h1>",
            f'<p class="facts">{facts}</p>',
            *(_part(part) for part in whole.parts),
        )
    )
    return still_page(whole.title, body, style=_STYLE, language=language)


def _part(part: Part) -> str:
    if part.kind == "findings":
        return _list(part.bullets, kind="findings")
    notes = part.paragraphs if part.kind in ("ledger", "norms", "inputs") else ()
    plain = () if notes else part.paragraphs
    return "".join(
        (
            f"<h2>{escape(part.title)}</h2>",
            _list(part.bullets) if part.bullets else "",
            *(f"<p>{escape(line)}</p>" for line in plain),
            *(f'<p class="note">{escape(line)}</p>' for line in notes),
            part.svg,
            _table(part) if part.rows else "",
            f'<p class="note">{escape(part.note)}</p>' if part.note else "",
        )
    )


def _list(lines: Iterable[str], *, kind: str = "") -> str:
    return f'<ul class="{kind}">' + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(part: Part) -> str:
    head = "".join(
        f'<th class="{"n" if i in part.numbers else ""}">{escape(name)}</th>' for i, name in enumerate(part.header)
    )
    rows = "".join(_row(row, part.numbers, part.codes, len(part.header)) for row in part.rows)
    kind = part.kind if part.kind == "projects" else ""
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(row: Row, numbers: Sequence[int], codes: Sequence[int], columns: int) -> str:
    if row.kind == "line":
        return f'<tr class="line"><td colspan="{columns}">{escape(row.cells[0])}</td></tr>'
    classes = [
        "short n" if i == row.short else "n" if i in numbers else "code" if i in codes else ""
        for i in range(len(row.cells))
    ]
    tds = "".join(f'<td class="{name}">{escape(cell)}</td>' for name, cell in zip(classes, row.cells, strict=True))
    return f'<tr class="{row.kind}">{tds}</tr>'
