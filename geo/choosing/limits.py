"""What a set of projects may use at most: money in all, in a village, of a department; the land of a parcel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.projects import Project

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# Sums of yuan and square metres carry rounding; a project that costs exactly what is left fits.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Limits:
    """Limits (rows) and what each project uses of them: `amount[k]` of limit `limit[k]` by project `project[k]`.

    `most` is what there is of each, in yuan or m2; `is_money` says which. Limit 0 is the budget, infinite if none is set.
    `names` are (what, of whom): ("budget", ""), ("village", unit id), ("department", its name), ("parcel", its id).
    """

    names: tuple[tuple[str, str], ...]
    most: Numbers
    is_money: NDArray[np.bool_]
    project: Rows
    limit: Rows
    amount: Numbers

    def used(self, chosen: NDArray[np.bool_]) -> Numbers:
        """Return how much of each limit a set of projects uses."""
        taken = chosen[self.project]
        return np.bincount(self.limit[taken], self.amount[taken], minlength=len(self.most)).astype(np.float64)

    def holds(self, chosen: NDArray[np.bool_]) -> bool:
        """Return whether a set of projects keeps within every limit."""
        return bool(np.all(self.used(chosen) <= self.most * (1 + ROUNDING)))


class Purse:
    """What is left of every limit as projects are taken one after the other."""

    def __init__(self, limits: Limits, projects: int) -> None:
        self._left, self._is_money = limits.most * (1 + ROUNDING), limits.is_money
        order = np.argsort(limits.project, kind="stable")
        bounds = np.searchsorted(limits.project[order], np.arange(projects + 1)).tolist()
        limit, amount = limits.limit[order].tolist(), limits.amount[order].tolist()
        self._uses = [list(zip(limit[a:b], amount[a:b], strict=True)) for a, b in pairwise(bounds)]

    @classmethod
    def bottomless(cls, projects: int) -> Purse:
        """Return a purse into which everything fits."""
        none = np.zeros(0, np.intp)
        return cls(Limits((), np.zeros(0), np.zeros(0, bool), none, none, np.zeros(0)), projects)

    def fits(self, project: int) -> bool:
        """Return whether there is enough left of everything the project uses."""
        return all(amount <= self._left[limit] for limit, amount in self._uses[project])

    def open_for_money(self) -> None:
        """Have money be no limit any more; land is still."""
        self._left[self._is_money] = np.inf

    def pay(self, project: int) -> None:
        """Take what the project uses."""
        for limit, amount in self._uses[project]:
            self._left[limit] -= amount


def limits(
    projects: Sequence[Project],
    *,
    budget: float | None = None,
    per_village: float | None = None,
    by_department: Mapping[str, float] | None = None,
    department: Sequence[str] = (),
    parcels_m2: Mapping[str, float] | None = None,
) -> Limits:
    """Return the limits as arrays; `department` says who answers for each project.

    Money is mid cost, in yuan. A parcel of unknown size hosts one project at most.
    """
    known_m2 = {parcel: area for parcel, area in (parcels_m2 or {}).items() if not math.isnan(area)}
    names: dict[tuple[str, str], float] = {("budget", ""): np.inf if budget is None else budget}
    uses: list[tuple[int, tuple[str, str], float]] = []
    for i, project in enumerate(projects):
        uses.append((i, ("budget", ""), project.cost_mid))
        if per_village is not None and project.unit_id:
            uses.append((i, ("village", project.unit_id), project.cost_mid))
        if by_department and department[i] in by_department:
            uses.append((i, ("department", department[i]), project.cost_mid))
        for parcel, area in project.takes:
            uses.append((i, ("parcel", parcel), area if parcel in known_m2 else 1.0))
    for _, name, _ in uses:
        what, whose = name
        most = {"village": per_village, "department": (by_department or {}).get(whose)}.get(what)
        names.setdefault(name, known_m2.get(whose, 1.0) if most is None else most)
    row = {name: k for k, name in enumerate(names)}
    return Limits(
        tuple(names),
        np.array(list(names.values()), float),
        np.array([what != "parcel" for what, _ in names], bool),
        np.array([i for i, _, _ in uses], np.intp),
        np.array([row[name] for _, name, _ in uses], np.intp),
        np.array([amount for _, _, amount in uses], float),
    )
