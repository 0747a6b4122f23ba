"""check.html: the doctor's report as one page without script, for a screen and for A4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layers.findings import SEVERITIES
from layers.text import Language, say, spoken
from maps.doctor.rows import handling_word, severity_word
from maps.sheetpage import still_page
from maps.wording import escape, number

if TYPE_CHECKING:
    from layers.findings import Finding
    from layers.layer import Layer
    from maps.doctor.diagnosis import Diagnosis

# A page holds so many of a layer; the workbook has them all.
LISTED = 300
_SIGNS = {"error": "■", "warning": "▲", "info": "●"}

_STYLE = """
@page { size: A4 landscape; margin: 12mm; }
* { box-sizing: border-box; }
body { font: 14px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif;
  color: #1d2327; max-width: 1180px; margin: 0 auto; padding: 18px; }
h1 { font-size: 23px; margin: 0 0 6px; }
h2 { font-size: 17px; margin: 28px 0 6px; padding-bottom: 3px; border-bottom: 2px solid #0b4f8a; break-after: avoid; }
p { margin: 4px 0; }
.facts { color: #4d565d; }
.stop { background: #fdecea; border-left: 5px solid #b3261e; padding: 8px 12px; margin: 12px 0; }
.go { background: #eaf5ec; border-left: 5px solid #2e7d32; padding: 8px 12px; margin: 12px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; margin: 6px 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #c8cdd2; padding: 3px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #e6edf3; font-weight: 600; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.severity, td.value { white-space: nowrap; }
td.value { max-width: 12em; overflow: hidden; text-overflow: ellipsis; }
.error { color: #a0201a; font-weight: 600; }
.warning { color: #7a4b00; font-weight: 600; }
.info { color: #4d565d; }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } table { font-size: 8.5pt; }
  th, .stop, .go { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""


def page(diagnosis: Diagnosis, language: Language) -> str:
    """Return the page; all text of the data in it is escaped, and nothing in it runs or is fetched."""
    title = say("doctor.title", name=diagnosis.plan.settings.name).in_(language)
    parts = [f"<h1>{escape(title)}</h1>", _verdict(diagnosis, language), _books(diagnosis, language)]
    parts += [_layer(diagnosis, name, language) for name in diagnosis.plan.layers]
    if rest := diagnosis.of(""):
        parts.append(_found(rest, language))
    return still_page(title, "".join(parts), style=_STYLE, language=language)


def _verdict(diagnosis: Diagnosis, language: Language) -> str:
    counts = {f"{severity}s": diagnosis.count(severity) for severity in SEVERITIES}
    said = escape(say("doctor.counts", **counts).in_(language))
    if not diagnosis.stopping:
        return f'<div class="go"><p>{escape(say("doctor.runs").in_(language))}</p><p>{said}</p></div>'
    lines = "".join(f"<p>{escape(problem.in_(language))}</p>" for problem in diagnosis.stopping[:20])
    return f'<div class="stop"><p>{escape(say("doctor.stops").in_(language))}</p>{lines}<p>{said}</p></div>'


def _books(diagnosis: Diagnosis, language: Language) -> str:
    names = ("layer", "file", "rows_in", "used", "repaired", "rejected")
    head = [say(f"tables.col_{name}").in_(language) for name in names]
    head += [say(f"doctor.col_{name}").in_(language) for name in ("people_rejected", "errors", "warnings")]
    rows = []
    for name, spec in diagnosis.plan.layers.items():
        layer = diagnosis.examined.layers.by_name.get(name)
        books = ["", "", "", "", ""] if layer is None else _figures(layer, language)
        found = [number(diagnosis.count(severity, name), language) for severity in SEVERITIES[:2]]
        rows.append([name, spec.path, *books, *found])
    return _table(head, [[(escape(cell), "n" if at > 1 else "") for at, cell in enumerate(row)] for row in rows])


def _figures(layer: Layer, language: Language) -> list[str]:
    counts = (layer.rows_in, layer.used, layer.repaired, layer.rejected, layer.people_rejected)
    return [number(float(count), language) for count in counts]


def _layer(diagnosis: Diagnosis, name: str, language: Language) -> str:
    spec, layer = diagnosis.plan.layers[name], diagnosis.examined.layers.by_name.get(name)
    facts = [spec.path] if layer is None else facts_of(layer, language)
    line = escape("　".join(facts))
    found = diagnosis.of(name)
    nothing = f"<p>{escape(say('doctor.nothing').in_(language))}</p>"
    return f'<h2>{escape(name)}</h2><p class="facts">{line}</p>' + (_found(found, language) if found else nothing)


def facts_of(layer: Layer, language: Language) -> list[str]:
    """Return what was found out about the file: format, table, encoding, coordinate system."""
    source = layer.source
    facts = {"format": source.format, "table": source.table, "encoding": source.encoding, "crs": source.crs}
    said = [say(f"doctor.fact_{key}", value=value).in_(language) for key, value in facts.items() if value]
    return [source.path, *said]


def _found(found: Sequence[Finding], language: Language) -> str:
    names = ("row", "feature_id", "field", "value", "reason", "fix", "handling")
    head = [say("doctor.col_severity").in_(language), *(say(f"tables.col_{name}").in_(language) for name in names)]
    rows = [_row(finding, language) for finding in found[:LISTED]]
    more = say("doctor.more", count=len(found) - LISTED).in_(language) if len(found) > LISTED else ""
    return _table(head, rows) + (f"<p>{escape(more)}</p>" if more else "")


def _row(finding: Finding, language: Language) -> list[tuple[str, str]]:
    word = f"{_SIGNS[finding.severity]} {severity_word(finding.severity, language)}"
    badge = f'<span class="{finding.severity}">{escape(word)}</span>'
    texts = [spoken(finding.reason, language), spoken(finding.fix, language), handling_word(finding, language)]
    first = [(badge, "severity"), (escape(finding.row or ""), "n"), (escape(finding.feature_id), "")]
    return [
        *first,
        (escape(finding.field), ""),
        (escape(finding.value), "value"),
        *((escape(text), "") for text in texts),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return a table of cells that are HTML already, each with its class."""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for cell, kind in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
