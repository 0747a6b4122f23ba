"""How evenly rules hold across villages and groups, beside the means: for the report, the workbook and run.json."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from layers.text import Language, say
from maps.wording import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.assessment import Assessment
    from maps.totals import Totals

    Block = tuple[str, tuple[str, ...], tuple[str, ...], tuple[tuple[object, ...], ...]]


def block(assessment: Assessment, totals: Totals, language: Language) -> Block | None:
    """Return title, lines, header and rows, one row a rule; None where there are no villages to compare."""
    rows = []
    for rule_id, seen in assessment.coverages.items():
        found = totals.evenness[rule_id].villages
        if found.villages:
            shares = (found.mean, found.worst_fifth, found.worst)
            mean, fifth, worst = (_percent(share) for share in shares)
            village = totals.unit_name(found.worst_unit)
            title = seen.rule.marked(language)
            groups = _groups(totals.evenness[rule_id].groups, language)
            rows.append((title, found.villages, mean, fifth, village, worst, round(found.gini, 3), groups))
    if not rows:
        return None
    names = ("rule", "villages", "mean", "worst_fifth", "worst_unit", "worst", "gini", "groups")
    header = tuple(say(f"equality.{name}").in_(language) for name in names)
    return say("equality.title").in_(language), (say("equality.note").in_(language),), header, tuple(rows)


def plain(totals: Totals) -> dict[str, dict[str, object]]:
    """Return the same by rule id for run.json: shares of people served (0-1), and of each group how many, and without."""
    result: dict[str, dict[str, object]] = {}
    for rule_id, even in totals.evenness.items():
        found, groups = even.villages, even.groups
        shares = {name: getattr(found, name) for name in ("mean", "worst", "worst_fifth", "gini")}
        result[rule_id] = {
            "villages": found.villages,
            "worst_unit": found.worst_unit,
            **{name: None if math.isnan(value) else round(value, 6) for name, value in shares.items()},
            "groups": {
                name: {"people": round(all_, 3), "without": round(some, 3)} for name, (all_, some) in groups.items()
            },
        }
    return result


def _groups(groups: Mapping[str, tuple[float, float]], language: Language) -> str:
    said = [
        say(
            "equality.group",
            group=say(f"capacity.group_{name}"),
            without=number(some, language),
            people=number(all_, language),
        ).in_(language)
        for name, (all_, some) in groups.items()
        if all_ > 0
    ]
    return ("；" if language == "zh" else "; ").join(said)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
