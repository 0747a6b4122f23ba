"""The best set of projects for the budget, with its bound, and what the safe build order costs against it.

The best sets for two budgets need not contain each other: who builds the best set for half the money may find that the
best set for all of it has other projects. So the list keeps its order, and the difference is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.limits import Purse
from geo.choosing.program import Program, Solved
from geo.choosing.single import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.limits import Limits

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# Up to so many projects the program is solved to the end; beyond, to a ten-thousandth of the bound.
TO_THE_END = 1_000
NEAR = 1e-4
# Branchings before the best set found so far is given with its bound. Not a time, so that the same plan gives the same set.
NODES = 200
# Pairs of project and place beyond which branching is not begun: the two lists and the bound of the relaxed program.
TOO_LARGE = 2_000_000

CURVE_POINTS = 20


@dataclass(frozen=True)
class Swap:
    """One of the next-best sets: the need it closes, and which projects it has instead of which of the best set."""

    need: float
    adds: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """What a budget buys: need closed and people served by the list as far as the money goes, and the most any set may."""

    budget: float
    projects: int
    need: float
    people: float
    bound: float


@dataclass(frozen=True)
class Portfolio:
    """The best set within the budget and all caps.

    `projects` are ids, sorted; `need` is what they close (weighted people), `bound` what no set can exceed, `gap` how far
    the set may be from the best (share of the bound): below `geo.choosing.program.SOLVED_WITHIN` it is the best.
    `order_need` is what the rows of the list inside the budget close; `cost` is mid cost in yuan. `curve` is for all
    budgets; `rerun` are the rules whose projects were counted one at a time, so that the bound does not cover them.
    """

    budget: float
    projects: tuple[str, ...]
    cost: float
    need: float
    bound: float
    order_need: float
    swaps: tuple[Swap, ...]
    curve: tuple[Point, ...] = ()
    rerun: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """How far the set may be from the best, as a share of the bound."""
        return max(self.bound - self.need, 0.0) / self.bound if self.bound > 0 else 0.0

    @property
    def order_loss(self) -> float:
        """What keeping to the list costs: need left open that the best set closes, as a share of what that closes."""
        return max(self.need - self.order_need, 0.0) / self.need if self.need > 0 else 0.0


@dataclass(frozen=True)
class Choice:
    """What there is to choose from: effects with what each slot counts, costs in yuan, limits, and what is settled.

    `safety` is what slots count under rules of the safety net, where those come first. `inside` are projects (rows) that
    are in every set.
    """

    ids: tuple[str, ...]
    effects: Effects
    value: Numbers
    build: Numbers
    life: Numbers
    limits: Limits
    safety: Numbers | None = None
    inside: tuple[int, ...] = ()


def best_set(
    choice: Choice, order: Sequence[int], *, alternatives: int = 0
) -> tuple[Solved, tuple[Solved, ...]] | None:
    """Return the best set and the next-best ones, in that order; None if what must be inside exceeds a limit.

    `order` is the set the list takes (rows). Where safety comes first, no set closes less of its need than the most that
    can be closed, and among those the best is taken.
    """
    start = _better_list(choice, order)
    if not choice.limits.holds(start):
        return None
    if len(choice.effects.project) > TOO_LARGE:
        return _with_bound(choice, start), ()
    asked = None
    if choice.safety is not None:
        first = _solved(_program(choice, choice.safety), replace(choice, value=choice.safety), start)
        asked, start = first.value * (1 - NEAR), first.chosen
    best = _solved(_program(choice, choice.value, asked), choice, start)
    return best, _next_best(_program(choice, choice.value, asked), best, alternatives)


def _next_best(program: Program, best: Solved, count: int) -> tuple[Solved, ...]:
    found = [best]
    for _ in range(count):
        program.exclude(found[-1].chosen)
        another = program.solve()
        if another is None:
            break
        found.append(another)
    return tuple(found[1:])


def bounds(choice: Choice, budgets: Numbers) -> Numbers:
    """Return for each budget (yuan) what no set of projects can exceed; caps hold, `inside` is not asked."""
    return Program(choice.effects, choice.value, choice.limits, nodes=1, near=NEAR).bounds(budgets)


def _program(choice: Choice, value: Numbers, asked: float | None = None) -> Program:
    """Return the program for those values; `asked` is the least need under rules of the safety net."""
    near = 0.0 if choice.effects.projects <= TO_THE_END else NEAR
    program = Program(choice.effects, value, choice.limits, nodes=NODES, near=near)
    program.fix(np.array(choice.inside, np.intp), np.zeros(0, np.intp))
    if asked is not None and choice.safety is not None:
        program.at_least(choice.safety, asked)
    return program


def _solved(program: Program, choice: Choice, start: Flags) -> Solved:
    """Return the best set, at least as good as `start`; settled first is what the relaxed program leaves no doubt of.

    A project whose turning costs the bound more than the difference between bound and `start` is in no better set, or in
    every one.
    """
    least = choice.effects.worth(start, choice.value)
    bound, share, reduced = program.relaxed()
    is_sure = np.abs(reduced) > (bound - least) * (1 + NEAR) + NEAR
    free = np.ones(len(start), bool)
    free[list(choice.inside)] = False
    program.fix(np.flatnonzero(is_sure & free & (share > 0.5)), np.flatnonzero(is_sure & free & (share < 0.5)))
    found = program.solve(start)
    if found is None or found.value < least:
        return Solved(start, least, bound if found is None else max(found.bound, least))
    return found


def _better_list(choice: Choice, order: Sequence[int]) -> Flags:
    """Return the better of two lists: the one given, and that by what things cost to build."""
    given, cheap = (np.zeros(choice.effects.projects, bool) for _ in range(2))
    given[list(order)] = True
    purse = Purse(choice.limits, choice.effects.projects)
    by_building = in_order(
        choice.effects, choice.value, choice.build, purse, safety=choice.safety, first=choice.inside, only_fitting=True
    )
    cheap[list(by_building.order)] = True
    worth = choice.effects.worth
    return max((given, cheap), key=lambda some: (choice.limits.holds(some), worth(some, choice.value)))


def _with_bound(choice: Choice, start: Flags) -> Solved:
    bound = float(bounds(choice, choice.limits.most[:1])[0])
    return Solved(start, choice.effects.worth(start, choice.value), bound)
