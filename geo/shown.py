"""How a notebook shows a coverage and an assessment: a small table, every text in it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from geo.coverage import MET, SHORT, STATUSES, UNKNOWN, Coverage
from layers.text import Language, say, spoken

if TYPE_CHECKING:
    from geo.assessment import Assessment

# A notebook's cell holds a glance; the frames behind it hold everything.
PLACES_SHOWN, PROJECTS_SHOWN = 10, 10


def assessment_html(assessment: Assessment) -> str:
    """Return each rule's places and people, and the first projects, as HTML in the plan's language."""
    language = assessment.plan.settings.language
    head = [_word(f"tables.{name}", language) for name in ("col_rule", *_statuses(), "col_people_short")]
    rows = [[_title(seen, language), *_counts(seen)] for seen in assessment.coverages.values()]
    ranked = assessment.ranked[:PROJECTS_SHOWN]
    names = ("rank", "project", "people_served", "cost")
    projects = [
        [str(row.rank), spoken(row.project.name, language), f"{row.people_served:,.0f}", f"{row.project.cost_mid:,.0f}"]
        for row in ranked
    ]
    listed = _table([_word(f"tables.col_{name}", language) for name in names], projects) if ranked else ""
    return f"<h4>{escape(assessment.plan.settings.name)}</h4>{_table(head, rows)}{listed}"


def coverage_html(coverage: Coverage) -> str:
    """Return a rule's counts, then the places that lack most, as HTML; columns keep the names they have in the frame."""
    frame = coverage.frame
    counts = " · ".join(f"{status} {count}" for status, count in zip(STATUSES, _counts(coverage), strict=False))
    worst = frame[frame["status"] == SHORT].sort_values("people_short", ascending=False, kind="stable")
    names = ("name", "unit_id", "required", "supplied", "unit", "people_short")
    rows = [
        [str(place), *(_cell(value) for value in values)]
        for place, values in zip(
            worst.index[:PLACES_SHOWN], worst[list(names)].head(PLACES_SHOWN).itertuples(index=False), strict=True
        )
    ]
    title = f"<h4>{escape(_title(coverage, 'zh'))}</h4><p>{escape(counts)}</p>"
    return title + (_table(["id", *names], rows) if rows else "")


def _statuses() -> tuple[str, ...]:
    return tuple(f"status_{status}" for status in (MET, SHORT, UNKNOWN))


def _title(coverage: Coverage, language: Language) -> str:
    rule = coverage.rule
    return f"{rule.title.in_(language)} ({rule.id})" if rule.title.in_(language) else rule.id


def _counts(coverage: Coverage) -> list[str]:
    status = coverage.frame["status"]
    counts = [f"{int((status == word).sum()):,}" for word in (MET, SHORT, UNKNOWN)]
    return [*counts, f"{float(coverage.frame['people_short'].sum()):,.0f}"]


def _cell(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _word(key: str, language: Language) -> str:
    return say(key).in_(language)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
