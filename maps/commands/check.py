"""`coverplan check`: the data doctor. The books of each layer, and everything that is wrong or doubtful about its rows."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from layers.findings import SEVERITIES
from layers.planreading import read_plan
from layers.problems import LayerError
from layers.text import Language, say, spoken
from maps.screen import table
from maps.wording import shown

if TYPE_CHECKING:
    from layers.findings import Finding
    from layers.layer import Layer
    from maps.doctor.diagnosis import Diagnosis

# So many findings of a layer are listed on the screen; --json and the files of --out have them all.
LISTED = 20
REPORT = ("check.csv", "check.html", "check.xlsx")


def check(
    path: Path,
    asked: Language | None,
    *,
    as_json: bool,
    out: Path | None = None,
    fix: Path | None = None,
    strict: bool = False,
) -> int:
    """Print what became of every row of every layer and what else is wrong, and return the exit code.

    `out` gets the same as a page and a workbook, `fix` corrected copies of the files. With `strict` the code is 1 if
    there is any error or warning. Raises InputError with every fault that would stop a run, once all else is said and
    written, and SaveError if it cannot be written.
    """
    from maps.doctor.diagnosis import diagnosed

    plan = read_plan(path)
    language = asked or plan.settings.language
    diagnosis = diagnosed(plan)
    print(_json(diagnosis, language) if as_json else _page(diagnosis, language))
    told = []
    if out is not None:
        _report(diagnosis, out, language)
        told.append(say("doctor.written", out=str(out)))
    if fix is not None:
        from maps.doctor.fixing import write_fixed

        count = write_fixed(diagnosis, fix, language)
        made = say("doctor.fixed", out=str(fix), count=count)
        told.append(made if count else say("doctor.fixed_nothing", out=str(fix)))
    if not as_json:
        told = told or [say("doctor.see_out")]
        print(shown("\n".join(["", *(line.in_(language) for line in told)])))
    if diagnosis.stopping:
        raise LayerError(diagnosis.stopping)
    return int(strict and any(diagnosis.count(severity) for severity in SEVERITIES[:2]))


def _report(diagnosis: Diagnosis, out: Path, language: Language) -> None:
    import pandas as pd

    from maps.doctor.page import page
    from maps.doctor.rows import COLUMNS, rows
    from maps.doctor.workbook import workbook
    from maps.saving import replacing
    from maps.tables import csv_bytes

    listed = rows(diagnosis.findings, diagnosis.examined.layers.crs, language)
    findings = pd.DataFrame(listed, columns=list(COLUMNS))
    typed = findings.astype({"row": float, "lon": float, "lat": float})
    with replacing(out, REPORT) as folder:
        (folder / "check.html").write_text(page(diagnosis, language), encoding="utf-8", newline="\n")
        (folder / "check.xlsx").write_bytes(workbook(diagnosis, language))
        (folder / "check.csv").write_bytes(csv_bytes(typed))


def _page(diagnosis: Diagnosis, language: Language) -> str:
    layers = diagnosis.examined.layers
    names = ("layer", "file", "rows_in", "used", "repaired", "rejected")
    head = [say(f"tables.col_{name}").in_(language) for name in names]
    head += [say(f"doctor.col_{name}").in_(language) for name in ("encoding", "crs")]
    books = [
        [*_short(layer), layer.source.encoding, layer.source.crs]
        for name in diagnosis.plan.layers
        if (layer := layers.by_name.get(name)) is not None
    ]
    parts = [table(head, books, right=(2, 3, 4, 5))] if books else []
    parts.append(say("cli.checked_in", crs=layers.crs).in_(language))
    counts = {f"{severity}s": diagnosis.count(severity) for severity in SEVERITIES}
    parts.append(say("doctor.counts", **counts).in_(language))
    names_in_order = [*diagnosis.plan.layers, ""]
    parts += [_listed(name, found, language) for name in names_in_order if (found := diagnosis.of(name))]
    return shown("\n\n".join(parts))


def _short(layer: Layer) -> list[str]:
    return [layer.name, layer.source.path, *map(str, _books(layer).values())]


def _listed(name: str, found: list[Finding], language: Language) -> str:
    lines = [say("doctor.findings_of", layer=name, count=len(found)).in_(language)]
    lines += [f"  {_line(finding, language)}" for finding in found[:LISTED]]
    if len(found) > LISTED:
        lines.append("  " + say("doctor.findings_more", count=len(found) - LISTED).in_(language))
    return "\n".join(lines)


def _line(finding: Finding, language: Language) -> str:
    where = say("cli.reject_row", row=finding.row) if finding.row > 0 else say("cli.reject_layer")
    action, reason, fix = say(f"doctor.handling_{finding.handling}"), finding.reason, finding.fix
    what = f"{finding.field}={finding.value}" if finding.field and finding.value else finding.value
    key = "cli.reject_line" if what else "cli.reject_line_bare"
    values = {"where": where, "reason": reason, "fix": fix, "action": action} | ({"what": what} if what else {})
    severity = say(f"doctor.{finding.severity}").in_(language)
    return " ".join(f"{severity} {say(key, **values).in_(language)}".split())


def _books(layer: Layer) -> dict[str, int]:
    return {"rows_in": layer.rows_in, "used": layer.used, "repaired": layer.repaired, "rejected": layer.rejected}


def _json(diagnosis: Diagnosis, language: Language) -> str:
    layers = diagnosis.examined.layers
    content = []
    for name, spec in diagnosis.plan.layers.items():
        layer = layers.by_name.get(name)
        known = {} if layer is None else _known(layer)
        findings = [_plain(finding, language) for finding in diagnosis.of(name)]
        content.append({"layer": name, "kind": spec.kind, "file": spec.path, **known, "findings": findings})
    other = [_plain(finding, language) for finding in diagnosis.of("")]
    stops = [problem.in_(language) for problem in diagnosis.stopping]
    return json.dumps(
        {"crs": layers.crs, "layers": content, "other": other, "stops": stops}, ensure_ascii=False, indent=1
    )


def _known(layer: Layer) -> dict[str, object]:
    source = layer.source
    facts = {"sha256": source.sha256, "crs": source.crs, "encoding": source.encoding, "format": source.format}
    return {**facts, **_books(layer), "people_rejected": layer.people_rejected}


def _plain(finding: Finding, language: Language) -> dict[str, object]:
    facts = {item.name: getattr(finding, item.name) for item in fields(finding)}
    return facts | {"reason": spoken(finding.reason, language), "fix": spoken(finding.fix, language)}
