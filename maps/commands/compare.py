"""`coverplan compare`: what changed from one folder of results to another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from layers.text import Language, say
from maps.commands.results import read_result
from maps.screen import table
from maps.wording import number, shown, status_word

if TYPE_CHECKING:
    import pandas as pd

    from geo.compare import Comparison
    from layers.options import RuleOptions

# So many gaps of each sort are listed on the screen; --json has them all.
LISTED = 20

_COLUMNS = ("short", "unknown", "people_short")


def compare(before: Path, after: Path, asked: Language | None, *, as_json: bool) -> int:
    """Print the changes rule by rule and gap by gap and return the exit code; raises InputError for unusable folders."""
    from geo.compare import Found
    from geo.compare import compare as compared

    earlier, later = read_result(before), read_result(after)
    language = asked or later.language
    found = compared(Found(earlier.coverage, earlier.gaps), Found(later.coverage, later.gaps))
    print(_json(found) if as_json else shown(_page(found, {**earlier.rules, **later.rules}, language)))
    return 0


def _page(found: Comparison, rules: Mapping[str, RuleOptions], language: Language) -> str:
    head = [say("tables.col_rule").in_(language), *(say(f"cli.compare_{name}").in_(language) for name in _COLUMNS)]
    head.append(say("cli.compare_people_served").in_(language))
    rows = [
        [f"{_title(rules, str(id_), language)} ({id_})", *_changes(row, language)]
        for id_, row in found.rules.iterrows()
    ]
    parts = [table(head, rows, right=(1, 2, 3, 4))]
    counts = {change: int((found.gaps["change"] == change).sum()) for change in ("closed", "new", "changed", "same")}
    parts.append(say("cli.compare_gaps", **counts).in_(language))
    parts += [_listed(found.gaps, change, language) for change in ("closed", "new") if counts[change]]
    if len(found.places):
        parts.append(_places(found.places, rules, language))
    return "\n\n".join(parts)


def _places(places: pd.DataFrame, rules: Mapping[str, RuleOptions], language: Language) -> str:
    """Return the places that differ, those first where most people are concerned, with what is supplied and the verdict."""
    moved = (places["people_short_before"].fillna(0) - places["people_short_after"].fillna(0)).abs()
    order = moved.sort_values(ascending=False, kind="stable").index
    head = [
        say(f"cli.compare_{name}").in_(language) for name in ("rule", "place", "supplied", "verdict", "people_short")
    ]
    rows = [
        [
            _title(rules, str(rule_id), language),
            str(row["name"] or place_id),
            *(
                f"{number(row[f'{name}_before'], language)} → {number(row[f'{name}_after'], language)}"
                for name in ("supplied",)
            ),
            f"{_verdict(row['status_before'], language)} → {_verdict(row['status_after'], language)}",
            f"{number(row['people_short_before'], language)} → {number(row['people_short_after'], language)}",
        ]
        for (rule_id, place_id), row in places.loc[order[:LISTED]].iterrows()
    ]
    lines = [say("cli.compare_places", count=len(places)).in_(language), table(head, rows, right=(2, 4))]
    if len(places) > LISTED:
        lines.append("  " + say("cli.compare_more", count=len(places) - LISTED).in_(language))
    return "\n".join(lines)


def _verdict(status: object, language: Language) -> str:
    return status_word(status, language) if isinstance(status, str) else "—"


def _changes(row: pd.Series, language: Language) -> list[str]:
    both = [
        f"{number(row[f'{name}_before'], language)} → {number(row[f'{name}_after'], language)}" for name in _COLUMNS
    ]
    return [*both, number(row["people_served"], language)]


def _listed(gaps: pd.DataFrame, change: str, language: Language) -> str:
    chosen = gaps[gaps["change"] == change]
    lines = [say(f"cli.compare_{change}").in_(language)]
    for id_, gap in chosen.iloc[:LISTED].iterrows():
        lines.append(f"  {id_}  {gap['name'] or gap['unit_id']}")
    if len(chosen) > LISTED:
        lines.append("  " + say("cli.compare_more", count=len(chosen) - LISTED).in_(language))
    return "\n".join(lines)


def _title(rules: Mapping[str, RuleOptions], rule_id: str, language: Language) -> str:
    return rules[rule_id].title.in_(language) if rule_id in rules else rule_id


def _json(found: Comparison) -> str:
    parts = {
        name: json.loads(frame.reset_index().to_json(orient="records", force_ascii=False, double_precision=6))
        for name, frame in (("rules", found.rules), ("places", found.places), ("gaps", found.gaps))
    }
    return json.dumps(parts, ensure_ascii=False, indent=1)
