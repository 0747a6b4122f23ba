"""What the figures rest on: norms and their marks, inputs and their books, what a reader must know. As plain blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from layers.library import profile_title, profiles
from layers.text import Language, say
from maps.ahead import ahead_lines, ahead_rows
from maps.equality import block
from maps.rankingnotes import blocks

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from maps.totals import Totals


@dataclass(frozen=True)
class Section:
    """A headed block: lines of text, then a table (header and rows) if it has one. Text is not escaped yet."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[Sequence[object], ...] = ()


def sections(assessment: Assessment, totals: Totals, language: Language) -> tuple[Section, ...]:
    """Return the blocks in the order a reader wants them."""
    return (
        about(assessment, language),
        Section("findings", _say("report.findings", language), tuple(line.in_(language) for line in totals.findings)),
        *equality(assessment, totals, language),
        *ranking(assessment, language),
        *ledger(assessment, language),
        norms(assessment, language),
        words(language),
        inputs(assessment, language),
        told(assessment, language),
    )


def about(assessment: Assessment, language: Language) -> Section:
    """Return the name of the plan, the day its data speak of, its profile and the version that worked it out."""
    settings = assessment.plan.settings
    known = settings.profile in profiles()
    facts = {
        "date": settings.date.isoformat() if settings.date else _say("report.no_date", language),
        "profile": profile_title(settings.profile)[language] if known else settings.profile,
        "crs": assessment.world.layers.crs,
        "version": version("coverplan"),
    }
    return Section(
        "about", settings.name, tuple(_say(f"report.about_{k}", language, **{k: v}) for k, v in facts.items())
    )


def ledger(assessment: Assessment, language: Language) -> tuple[Section, ...]:
    """Return what is being worked on, and what will be left if all of it is finished on time; nothing without a ledger."""
    if assessment.ongoing is None:
        return ()
    lines = [line.in_(language) for line in ahead_lines(assessment)]
    lines.append(say("tasks.head_alone", hash=assessment.ongoing.head).in_(language))
    titles = {id_: seen.rule.marked(language) for id_, seen in assessment.coverages.items()}
    header = tuple(
        _say(f"tasks.ahead_{name}", language)
        for name in ("rule", "short_now", "short_then", "people_now", "people_then")
    )
    rows = tuple(ahead_rows(assessment.ongoing, titles, language))
    return (Section("ledger", _say("tasks.ahead", language), tuple(lines), header if rows else (), rows),)


def equality(assessment: Assessment, totals: Totals, language: Language) -> tuple[Section, ...]:
    """Return how evenly the rules hold across villages and groups; nothing where there are no villages."""
    found = block(assessment, totals, language)
    return () if found is None else (Section("equality", *found),)


def ranking(assessment: Assessment, language: Language) -> tuple[Section, ...]:
    """Return what stands behind the list: the best set, what budgets buy, other orders, and how firm it is."""
    return tuple(Section("ranking", *block) for block in blocks(assessment, language))


def norms(assessment: Assessment, language: Language) -> Section:
    """Return where each rule's number comes from, with its mark; a mark that is not V never reads as a standard met."""
    header = _columns(language, "rule_id", "rule", "norm", "mark", "severity")
    rows = []
    for rule_id, coverage in assessment.coverages.items():
        rule = coverage.rule
        mark, severity = (
            _say(f"tables.mark_{rule.norm.mark}", language),
            _say(f"tables.severity_{rule.severity}", language),
        )
        rows.append((rule_id, rule.title.in_(language) or rule_id, rule.norm.text, mark, severity))
    return Section("norms", _say("report.norms", language), (_say("report.norms_note", language),), header, tuple(rows))


def words(language: Language) -> Section:
    """Return what met, short, unknown and the counting of people mean."""
    names = ("met", "short", "unknown", "people", "ranking", "cost")
    return Section("words", _say("report.words", language), tuple(_say(f"report.means_{n}", language) for n in names))


def inputs(assessment: Assessment, language: Language) -> Section:
    """Return every layer with its file, its books and its SHA-256."""
    header = _columns(language, "layer", "file", "sha256", "rows_in", "used", "repaired", "rejected")
    rows = []
    for layer in assessment.world.layers.values():
        file = f"{layer.source.path} [{layer.source.table}]" if layer.source.table else layer.source.path
        books = (layer.rows_in, layer.used, layer.repaired, layer.rejected)
        rows.append((layer.name, file, layer.source.sha256, *books))
    return Section(
        "inputs", _say("report.inputs", language), (_say("report.inputs_note", language),), header, tuple(rows)
    )


def told(assessment: Assessment, language: Language) -> Section:
    """Return what a reader must know about the input."""
    notes = tuple(note.in_(language) for note in assessment.notes) or (_say("report.no_notes", language),)
    return Section("notes", _say("report.notes", language), notes)


def _columns(language: Language, *names: str) -> tuple[str, ...]:
    return tuple(_say(f"tables.col_{name}", language) for name in names)


def _say(key: str, language: Language, **values: object) -> str:
    return say(key, **values).in_(language)
