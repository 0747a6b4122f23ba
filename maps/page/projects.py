"""The ranked projects as the page lists and draws them: one column for each thing said of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.page.basemap import spots
from maps.page.plain import both_languages, number
from maps.page.shapes import as_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo.assessment import Assessment
    from geo.ranking import Ranked
    from maps.page.cameras import Cameras
    from maps.page.shapes import Shapes

    Json = Any


def project_rows(assessment: Assessment, cameras: Cameras, units: pd.DataFrame, shapes: Shapes) -> Json:
    """Return the projects, best first; a project in no village has unit -1. Their shapes are stored in `shapes`."""
    ranked, rules = assessment.ranked, list(assessment.coverages)
    gap_row = {gap.id: row for row, gap in enumerate(assessment.gaps)}
    row_of_unit = {str(id_): row for row, id_ in enumerate(units.index)}
    projects = [row.project for row in ranked]
    drawn = as_array([cameras.shape(project.rule_ids, project.geometry) for project in projects])
    robustness, portfolio = assessment.robustness, assessment.portfolio
    firmness = [robustness.standing.get(project.id) if robustness else None for project in projects]
    best = frozenset(portfolio.projects if portfolio else ())
    return {
        "id": [project.id for project in projects],
        "rank": [row.rank for row in ranked],
        "name": [both_languages(project.name) for project in projects],
        "unit": units.index.get_indexer([project.unit_id for project in projects]).tolist(),
        "rules": [[rules.index(id_) for id_ in project.rule_ids] for project in projects],
        "gaps": [[gap_row[id_] for id_ in project.gap_ids if id_ in gap_row] for project in projects],
        "amount": [number(project.amount) for project in projects],
        "unit_word": [project.unit for project in projects],
        "cost": [
            [number(cost, 0) for cost in (p.cost_low, p.cost_mid, p.cost_high, p.cost_per_year)] for p in projects
        ],
        "people": [number(row.people_served) for row in ranked],
        "cumulative": [number(row.cumulative_cost, 0) for row in ranked],
        "stays_in": [None if firm is None else number(firm.stays_in, 4) for firm in firmness],
        "firm": [None if firm is None else firm.firm for firm in firmness],
        "in_best": [project.id in best for project in projects],
        "rank_even": [row.rank_even for row in ranked],
        "relief": [_relief(row, rules, row_of_unit) for row in ranked],
        "why": [both_languages(row.why) for row in ranked],
        "shapes": shapes.put(drawn),
        "spots": shapes.put(spots(drawn)),
    }


def _relief(row: Ranked, rules: list[str], row_of_unit: Mapping[str, int]) -> list[float | int]:
    """Return four numbers for each rule and village the row changes: rule, village (-1: none), people, places put right.

    With six decimals: the page adds them up over a thousand rows and shows whole people.
    """
    found: list[float | int] = []
    for relief in row.relief:
        people = round(relief.people, 6)
        unit = row_of_unit.get(relief.unit_id, -1)
        found += [rules.index(relief.rule_id), unit, int(people) if people == int(people) else people, relief.places]
    return found
