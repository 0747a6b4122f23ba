"""What a siting model answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from layers.text import Text

Status = Literal["optimal", "bounded", "infeasible"]

# Figures that differ by less than this share are equal: HiGHS lets a constraint be broken by as much (its tolerance).
ROUNDING = 1e-7


@dataclass(frozen=True)
class Siting:
    """Which sites to take, and how far from the best that can be.

    `sites` and `unserved` are row and column numbers of the table that was given, in rising order. `objective` is worked
    out from the sites; `bound` is what no choice of sites can pass (from above when something is maximised, from below
    when it is minimised), and `gap` their difference as a share of the larger of the two. `status` is "optimal" where
    objective and bound meet, "bounded" where they do not, and "infeasible" where not everything asked can be had: then
    `sites` is the best for what can, `objective`, `bound` and `gap` are of that, and `remedy` is the least that would help.
    `unserved` names the demand rows that no site serves, whatever the status.
    """

    sites: tuple[int, ...]
    objective: float
    bound: float
    gap: float
    status: Status
    unserved: tuple[int, ...]
    remedy: Text | None = None


def gap_between(objective: float, bound: float) -> float:
    """Return the difference of both as a share of the larger, 0 within rounding."""
    largest = max(abs(objective), abs(bound))
    share = abs(objective - bound) / largest if largest > 0 else 0.0
    return share if share > ROUNDING else 0.0
