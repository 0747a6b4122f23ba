"""What a reader must take home, in sentences: who is short of what, where it is worst, what the budget buys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import SHORT, UNKNOWN
from layers.text import Text, say
from maps.page.scorecard import unit_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo.assessment import Assessment
    from geo.coverage import Coverage


# A reader keeps three things in mind; the table of rules beneath has all of them.
MOST_RULES = 3


def findings(assessment: Assessment, cards: Mapping[str, pd.DataFrame]) -> tuple[Text, ...]:
    """Return the findings, the most people short of something first; the last one says what the money buys.

    `cards` are the scorecards of the rules by id.
    """
    units = unit_rows(assessment)
    said = [
        (people_short(coverage), _rule_finding(coverage, cards[id_], units))
        for id_, coverage in assessment.coverages.items()
        if _places_short(coverage)
    ]
    lines = [line for _, line in sorted(said, key=lambda pair: -pair[0])[:MOST_RULES]]
    idle = [coverage for coverage in assessment.coverages.values() if not len(coverage.frame)]
    if not lines and len(idle) < len(assessment.coverages):
        lines = [say("page.finding_none")]
    lines += [say("page.finding_not_judged", title=_title(coverage)) for coverage in idle]
    unknown = sum(int((c.frame["status"] == UNKNOWN).sum()) for c in assessment.coverages.values())
    if unknown:
        lines.append(say("page.finding_unknown", places=f"{unknown:,}"))
    return (*lines, *_money(assessment))


def people_short(coverage: Coverage) -> float:
    """Return how many people are without; where that is unknown they are not counted."""
    return float(np.nansum(coverage.frame["people_short"].to_numpy(float)))


def worst_unit(card: pd.DataFrame) -> str | None:
    """Return the id of the village where most people are without, ties by id; None if no village has any."""
    short = (card["state"] == SHORT).to_numpy(bool)
    without = np.where(short, card["people_short"].to_numpy(float), -np.inf)
    return str(card.index[without.argmax()]) if short.any() else None


def worst_share(card: pd.DataFrame) -> str | None:
    """Return the id of the village where the largest share of its people is without, ties by people, then id.

    None if no village with people is short.
    """
    people, without = card["people"].to_numpy(float), card["people_short"].to_numpy(float)
    counted = (card["state"] == SHORT).to_numpy(bool) & (people > 0) & (without > 0)
    if not counted.any():
        return None
    share = np.where(counted, without / np.where(counted, people, 1.0), -1.0)
    return str(card.index[np.lexsort((-without, -share))[0]])


def _rule_finding(coverage: Coverage, card: pd.DataFrame, units: pd.DataFrame) -> Text:
    short, everybody = people_short(coverage), float(np.nansum(coverage.frame["people"].to_numpy(float)))
    title = _title(coverage)
    if not short:
        return say("page.finding_places", title=title, places=f"{_places_short(coverage):,}")
    villages = int((card["state"] == SHORT).sum())
    words = {"title": title, "people": f"{short:,.0f}", "share": f"{short / everybody:.0%}" if everybody else "-"}
    worst, most = worst_unit(card), worst_share(card)
    if worst is None:
        return say("page.finding_line_bare", **words)
    named = {"villages": villages, "worst": _name(units, worst), "there": f"{card.at[worst, 'people_short']:,.0f}"}
    if most is None:
        return say("page.finding_line_number", **words, **named)
    named["part"] = f"{card.at[most, 'people_short'] / card.at[most, 'people']:.0%}"
    if most == worst:
        return say("page.finding_line_worst", **words, **named)
    return say("page.finding_line_two", **words, **named, most=_name(units, most))


def _name(units: pd.DataFrame, id_: str) -> str:
    return str(units.at[id_, "name"] or id_)


def _title(coverage: Coverage) -> object:
    return coverage.rule.title if coverage.rule.title.in_("en") else coverage.rule.id


def _places_short(coverage: Coverage) -> int:
    return int((coverage.frame["status"] == SHORT).sum())


def _money(assessment: Assessment) -> tuple[Text, ...]:
    ranked, budget = assessment.ranked, assessment.plan.settings.budget
    if not ranked:
        return ()
    if budget is None:
        cost, people = ranked[-1].cumulative_cost, sum(r.people_served for r in ranked)
        if not people:
            return (say("page.finding_all_places", projects=len(ranked), cost=f"{cost:,.0f}"),)
        return (say("page.finding_all", projects=len(ranked), cost=f"{cost:,.0f}", people=f"{people:,.0f}"),)
    bought = [r for r in ranked if r.in_budget]
    cost, people = sum(r.project.cost_mid for r in bought), sum(r.people_served for r in bought)
    if not bought:
        return (say("page.finding_budget_none", budget=f"{budget:,.0f}", projects=len(ranked)),)
    words = {"budget": f"{budget:,.0f}", "projects": len(bought), "cost": f"{cost:,.0f}", "people": f"{people:,.0f}"}
    return (say("page.finding_budget", **words, all=len(ranked)),)
