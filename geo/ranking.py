"""The ranked list: each project's worth after everything above it, and the line the budget draws."""

from __future__ import annotations

from dataclasses import dataclass

from geo.projects import Project
from layers.text import Text


@dataclass(frozen=True)
class Ranked:
    """A project in its place on the list.

    `people_served` and `need_closed` (in weighted people) count only what the projects above have left;
    `need_per_10k_yuan` is need closed per 10 000 yuan of life-cycle cost. `cumulative_cost` is the mid cost of this row
    and all above, in yuan. `served` splits people_served by rule.
    """

    rank: int
    project: Project
    people_served: float
    need_closed: float
    need_per_10k_yuan: float
    cumulative_cost: float
    in_budget: bool
    served: tuple[tuple[str, float], ...]
    why: Text
