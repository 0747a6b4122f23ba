"""Findings as rows of a table, in the reader's language: the same columns on the page, in the workbook and in the CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.text import Language, say, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.findings import Finding

COLUMNS = (
    "severity",
    "layer",
    "file",
    "row",
    "feature_id",
    "field",
    "value",
    "reason",
    "fix",
    "handling",
    "lon",
    "lat",
    "code",
)


def headers(language: Language) -> list[str]:
    """Return the columns' names as people read them."""
    own = {"severity": "doctor.col_severity", "code": "doctor.col_code"}
    return [say(own.get(name, f"tables.col_{name}")).in_(language) for name in COLUMNS]


def rows(findings: Sequence[Finding], crs: str, language: Language) -> list[list[object]]:
    """Return one row a finding; row and place are None where there is none."""
    places = _lonlat(findings, crs)
    return [
        [
            severity_word(finding.severity, language),
            finding.layer,
            finding.file,
            finding.row or None,
            finding.feature_id,
            finding.field,
            finding.value,
            spoken(finding.reason, language),
            spoken(finding.fix, language),
            handling_word(finding, language),
            *place,
            finding.code,
        ]
        for finding, place in zip(findings, places, strict=True)
    ]


def severity_word(severity: str, language: Language) -> str:
    """Return error, warning or info in words."""
    return say(f"doctor.{severity}").in_(language)


def handling_word(finding: Finding, language: Language) -> str:
    """Return what became of the row, in words."""
    return say(f"doctor.handling_{finding.handling}").in_(language)


def _lonlat(findings: Sequence[Finding], crs: str) -> list[tuple[float | None, float | None]]:
    placed = [finding.place for finding in findings if finding.place is not None]
    if not placed:
        return [(None, None)] * len(findings)
    from maps.degrees import to_degrees

    lon, lat = to_degrees(crs).transform([x for x, _ in placed], [y for _, y in placed])
    there = iter(zip(lon, lat, strict=True))
    result: list[tuple[float | None, float | None]] = []
    for finding in findings:
        x, y = (None, None) if finding.place is None else next(there)
        result.append((None if x is None else round(x, 6), None if y is None else round(y, 6)))
    return result
