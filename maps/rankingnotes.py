"""What stands behind the list, in blocks for report, workbook and record: the best set, what budgets buy, how firm it is."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from geo.choosing.program import SOLVED_WITHIN
from geo.robustness import EXPONENTS
from geo.sensitivity import PERCENT
from geo.study import department_of
from layers.text import Language, known, say, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.assessment import Assessment
    from geo.portfolio import Portfolio
    from geo.sensitivity import Tried
    from geo.study import Gated

# A section's heading, lines of text, header and rows of a table.
Block = tuple[str, tuple[str, ...], tuple[str, ...], tuple[tuple[object, ...], ...]]


def blocks(assessment: Assessment, language: Language) -> list[Block]:
    """Return the blocks that there is something to say in: without a budget, what is not ranked and other thresholds."""
    found = []
    if assessment.portfolio:
        found.append(_best_set(assessment.portfolio, language))
        found.append(_curve(assessment.portfolio, language))
    if assessment.outcomes:
        found.append(_outcomes(assessment, language))
    if assessment.robustness:
        found.append(_firmness(assessment, language))
    if assessment.gated:
        found.append(_gated(assessment.gated, language))
    if assessment.thresholds:
        found.append(_thresholds(assessment, language))
    return found


def beside(assessment: Assessment) -> list[dict[str, Any]]:
    """Return for each row of projects.csv, in its order, how else it would rank, how firmly it stands, and its gates.

    `rank_low` and `rank_high` are its places in nine draws of ten, None below the line; `flip_factor` times the weight of
    rule `flip_rule_id` is the smallest change tried that moves it over the line. Keys that say nothing are left out.
    """
    best = frozenset(assessment.portfolio.projects) if assessment.portfolio else frozenset[str]()
    standing = assessment.robustness.standing if assessment.robustness else {}
    rows: list[dict[str, Any]] = []
    for row in assessment.ranked:
        found: dict[str, Any] = {"project_id": row.project.id, "rank_without_equity": row.rank_even}
        found["in_best_set"] = row.project.id in best
        found["arrivals"] = [
            {"gap_id": one.gap_id, "place_id": one.place_id, "before": _finite(one.before), "after": _finite(one.after)}
            for one in row.arrivals
        ]
        if firm := standing.get(row.project.id):
            found |= {
                "stays_in": firm.stays_in,
                "firm": firm.firm,
                "rank_low": firm.ranks[0],
                "rank_high": firm.ranks[1],
            }
            found |= {"flip_rule_id": firm.flip.rule_id, "flip_factor": round(firm.flip.factor, 6)} if firm.flip else {}
            found["bears_high_cost"] = firm.bears_high_cost
        rows.append(found)
    rows += [
        {"project_id": one.project.id, "gates": [failed.gate for failed in one.failed]} for one in assessment.gated
    ]
    projects = [row.project for row in assessment.ranked] + [one.project for one in assessment.gated]
    for found, project in zip(rows, projects, strict=True):
        found["department"] = department_of(project, assessment.coverages)
    return [{name: value for name, value in row.items() if value not in (None, "", [])} for row in rows]


def figures(assessment: Assessment) -> dict[str, Any]:
    """Return the same for run.json, whole: numbers and ids, no words."""
    portfolio, firm = assessment.portfolio, assessment.robustness
    found: dict[str, Any] = {
        "disadvantage": {id_: round(value, 6) for id_, value in assessment.placed.items()},
        "projects": beside(assessment),
        "portfolio": None,
        "robustness": None,
        "outcomes": [_rounded(asdict(one)) for one in assessment.outcomes],
        "thresholds": {"percent": list(PERCENT), "tried": [_rounded(asdict(one)) for one in assessment.thresholds]},
    }
    if portfolio:
        measures = {"gap": portfolio.gap, "order_loss": portfolio.order_loss}
        found["portfolio"] = _rounded({**asdict(portfolio), **measures})
    if firm:
        found["robustness"] = {"draws": firm.draws, "weight_range": firm.weight_range, "exponents": list(EXPONENTS)}
        found["robustness"] |= dict(Counter(one.firm for one in firm.standing.values()))
    return found


def _best_set(portfolio: Portfolio, language: Language) -> Block:
    proven = portfolio.gap <= SOLVED_WITHIN
    facts = {
        "budget": portfolio.budget,
        "count": len(portfolio.projects),
        "cost": portfolio.cost,
        "need": portfolio.need,
        "bound": portfolio.bound,
        "gap": 100 * portfolio.gap,
        "order": portfolio.order_need,
        "loss": 100 * portfolio.order_loss,
    }
    lines = [
        say("ranking.best_set", **facts),
        say("ranking.proven" if proven else "ranking.bounded", **facts),
        say("ranking.order_costs", **facts),
    ]
    if portfolio.rerun:
        lines.append(say("ranking.bound_without", rules=", ".join(portfolio.rerun)))
    lines += [
        say("ranking.alternative", number=i + 1, need=swap.need, adds=_ids(swap.adds), drops=_ids(swap.drops))
        for i, swap in enumerate(portfolio.swaps)
    ]
    return _say("ranking.best_set_title", language), tuple(line.in_(language) for line in lines), (), ()


def _curve(portfolio: Portfolio, language: Language) -> Block:
    header = tuple(
        _say(f"ranking.col_{name}", language) for name in ("budget", "projects", "people", "need", "bound", "of_bound")
    )
    rows = tuple(
        (
            round(point.budget),
            point.projects,
            round(point.people),
            round(point.need),
            round(point.bound),
            f"{100 * point.need / point.bound:.1f}%" if point.bound > 0 else "",
        )
        for point in portfolio.curve
    )
    return _say("ranking.curve_title", language), (_say("ranking.curve_note", language),), header, rows


def _outcomes(assessment: Assessment, language: Language) -> Block:
    header = tuple(
        _say(f"ranking.col_{name}", language)
        for name in ("order", "budget", "cost", "people_in_part", "worst_placed", "unbeaten")
    )
    rows = tuple(
        (
            _say(f"ranking.order_{one.order}", language),
            round(one.budget),
            round(one.cost),
            round(one.people),
            round(one.worst_placed),
            _say("tables.yes" if one.is_best else "tables.no", language),
        )
        for one in assessment.outcomes
    )
    return _say("ranking.outcomes_title", language), (_say("ranking.outcomes_note", language),), header, rows


def _gated(gated: Sequence[Gated], language: Language) -> Block:
    header = tuple(_say(f"tables.col_{name}", language) for name in ("project", "cost", "need_closed", "why"))
    rows = tuple(
        (
            spoken(one.project.name, language),
            round(one.project.cost_mid),
            round(one.need_closed),
            one.why.in_(language),
        )
        for one in gated
    )
    return _say("ranking.gated_title", language), (), header, rows


def _thresholds(assessment: Assessment, language: Language) -> Block:
    """Return how many are without at 80 to 120 % of every threshold, and which have not been tried."""
    titles = {id_: seen.rule.marked(language) for id_, seen in assessment.coverages.items()}
    header = (
        _say("tables.col_rule", language),
        _say("ranking.col_threshold", language),
        *(f"{percent}%" for percent in PERCENT),
    )
    rows = tuple(
        (
            titles[one.rule_id],
            _threshold(one, language),
            *("—" if people is None else round(people) for people in one.people),
        )
        for one in assessment.thresholds
        if one.people
    )
    lines = [_say("ranking.thresholds_note", language)] if rows else []
    untried = [
        say("ranking.of_rule", title=titles[one.rule_id], threshold=_threshold(one, language)).in_(language)
        for one in assessment.thresholds
        if not one.people
    ]
    if untried:
        joined = say(
            "ranking.thresholds_untried", count=len(untried), thresholds=_say("ranking.and", language).join(untried)
        )
        lines.append(joined.in_(language))
    return _say("ranking.thresholds_title", language), tuple(lines), header if rows else (), rows


def _threshold(tried: Tried, language: Language) -> str:
    """Return the threshold in words with its value; the option's own name where a rule type brings no words for it."""
    key = f"serve.option_{tried.option}"
    option = _say(key, language) if known(key) else tried.option
    return say("ranking.threshold_is", option=option, value=tried.value).in_(language)


def _firmness(assessment: Assessment, language: Language) -> Block:
    firm = assessment.robustness
    counts = Counter(one.firm for one in firm.standing.values()) if firm else Counter[str]()
    facts = {"draws": firm.draws if firm else 0, "times": firm.weight_range if firm else 1.0}
    equity = assessment.plan.settings.ranking.equity.exponent if assessment.placed else 0.0
    lines = [
        say("ranking.firm_drawn", **facts),
        say("ranking.firm_counts", **{name: counts.get(name, 0) for name in ("in", "edge", "out")}),
        say("ranking.equity_on", exponent=equity) if equity else say("ranking.equity_off"),
    ]
    return _say("ranking.firm_title", language), tuple(line.in_(language) for line in lines), (), ()


def _finite(value: float) -> float | str | None:
    """Return a supply as run.json has it: "inf" where nothing can be reached, None where it is not known."""
    if math.isinf(value):
        return "inf"
    return None if math.isnan(value) else round(value, 6)


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) or "—"


def _rounded(value: Any) -> Any:
    """Return the same with every number to six places, NumPy's own numbers as plain ones."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return int(value) if value == int(value) else round(float(value), 6)
    return value


def _say(key: str, language: Language) -> str:
    return say(key).in_(language)
