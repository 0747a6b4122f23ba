"""run.json: what went in, what came out, and which plan and version made the one from the other."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from layers.text import LANGUAGES, Text
from maps.ahead import ahead_plain
from maps.equality import plain
from maps.rankingnotes import figures

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.islands import Island
    from layers.text import Language
    from maps.totals import Totals


def record(
    assessment: Assessment,
    totals: Totals,
    language: Language,
    *,
    outputs: Mapping[str, str],
    timings_s: Mapping[str, float],
    from_cache: Sequence[str] = (),
) -> str:
    """Return run.json as text.

    `outputs` is the SHA-256 of every other file of the run. All is the same for the same inputs, but for `timings`
    (seconds, by step, and which layers were taken from the cache), which stands last.
    """
    ranked = assessment.ranked
    summary = {
        "rules": {rule_id: _plain(asdict(total)) for rule_id, total in totals.rules.items()},
        "gaps": len(assessment.gaps),
        "projects": len(ranked),
        "projects_in_budget": sum(row.in_budget for row in ranked),
        "cost_in_budget": _number(math.fsum(row.project.cost_mid for row in ranked if row.in_budget)),
        "rows": dict(totals.rows),
    }
    settings = assessment.plan.settings
    content = {
        "coverplan": version("coverplan"),
        "language": language,
        "crs": assessment.world.layers.crs,
        "budget": settings.budget,
        "plan": {"settings": settings.model_dump(mode="json"), "text": assessment.plan.text},
        "rules": {
            rule_id: _rule(coverage.rule.model_dump(mode="json")) for rule_id, coverage in assessment.coverages.items()
        },
        "inputs": [_input(assessment, name) for name in assessment.world.layers],
        "summary": summary,
        "equality": plain(totals),
        "ranking": figures(assessment),
        "islands": [_island(island) for island in assessment.islands],
        "ledger": ahead_plain(assessment),
        "findings": _spoken(totals.findings),
        "warnings": _spoken(assessment.notes),
        "outputs": dict(sorted(outputs.items())),
        "timings": {step: round(seconds, 3) for step, seconds in timings_s.items()}
        | ({"layers_from_cache": list(from_cache)} if from_cache else {}),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _input(assessment: Assessment, name: str) -> dict[str, object]:
    layer = assessment.world.layers[name]
    books = {book: getattr(layer, book) for book in ("rows_in", "used", "repaired", "rejected")}
    return {"layer": name, "kind": layer.kind, **asdict(layer.source), **books, "given": sorted(layer.given)}


def _island(island: Island) -> dict[str, object]:
    """Return a piece of road that is cut off, its gap (None: no road near enough) and what joining it costs."""
    content = {name: getattr(island, name) for name in ("mode", "people", "homes", "road", "other", "repair")}
    low, mid, high = (_number(round(yuan)) for yuan in island.cost)
    gap_m = round(island.gap_m, 3) if island.line is not None else None
    costs = {"cost_low": low, "cost": mid, "cost_high": high}
    return {**content, "people": _number(island.people), "length_m": round(island.length_m, 1), "gap_m": gap_m, **costs}


def _rule(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _spoken(sentences: tuple[Text, ...]) -> dict[str, list[str]]:
    return {language: [sentence.in_(language) for sentence in sentences] for language in LANGUAGES}


def _plain(numbers: dict[str, float]) -> dict[str, float]:
    return {name: _number(value) for name, value in numbers.items()}


def _number(value: float) -> float:
    return int(value) if value == int(value) else round(value, 6)
