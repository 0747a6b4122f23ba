"""The set of projects that closes most need within the limits, as a mixed-integer program, with its bound.

Each project is a yes or no; each part that several projects may fill is filled at most as far as one of them is chosen;
each capped slot counts at most as far as it can be filled. Parts that one project alone fills need no column of their
own. The matrix is put together as arrays, without a loop over projects or places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.choosing.highs import silent_solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.limits import Limits

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# A solution whose value is this near to the bound is called the best: HiGHS works with tolerances of about as much.
SOLVED_WITHIN = 1e-6


@dataclass(frozen=True)
class Solved:
    """A set of projects, the need it closes, and a bound no set within the limits can exceed."""

    chosen: Flags
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the set may be from the best, as a share of the bound."""
        return max(self.bound - self.value, 0.0) / self.bound if self.bound > 0 else 0.0


class Program:
    """The program, kept so that it can be solved again with other limits or without sets already found."""

    def __init__(self, effects: Effects, value: Numbers, limits: Limits, *, nodes: int, near: float = 0.0) -> None:
        self._effects, self._value, self._projects = effects, value, effects.projects
        self._solver = silent_solver()
        for option, setting in (
            ("threads", 1),
            ("parallel", "off"),
            ("mip_rel_gap", max(near, SOLVED_WITHIN)),
            ("mip_max_nodes", nodes),
        ):
            self._solver.setOptionValue(option, setting)
        self._columns, self._limit_rows = _fill(self._solver, effects, value, limits)

    def fix(self, inside: Rows, outside: Rows) -> None:
        """Have those projects in every set, and those in none."""
        for rows, bound in ((inside, 1.0), (outside, 0.0)):
            if len(rows):
                self._solver.changeColsBounds(len(rows), rows.astype(np.int32), *[np.full(len(rows), bound)] * 2)

    def at_least(self, value: Numbers, least: float) -> None:
        """Ask of every set that it closes at least that much by other values of the slots."""
        cost = _costs(self._effects, value)
        at = np.flatnonzero(cost)
        self._solver.addRow(least, np.inf, len(at), at.astype(np.int32), cost[at])

    def exclude(self, chosen: Flags) -> None:
        """Leave that very set out from now on."""
        at = np.arange(self._projects, dtype=np.int32)
        self._solver.addRow(float(1 - chosen.sum()), np.inf, len(at), at, np.where(chosen, -1.0, 1.0))

    def relaxed(self) -> tuple[float, Numbers, Numbers]:
        """Return the bound with projects in parts allowed, how much of each is taken then, and what each would change.

        The last are reduced costs: to turn a project the other way costs the bound at least that much.
        """
        import highspy

        solver = self._solver
        self._set_kinds(highspy.HighsVarType.kContinuous)
        solver.run()
        bound, found = float(solver.getInfo().objective_function_value), solver.getSolution()
        self._set_kinds(highspy.HighsVarType.kInteger)
        return bound, np.array(found.col_value[: self._projects]), np.array(found.col_dual[: self._projects])

    def solve(self, start: Flags | None = None) -> Solved | None:
        """Return the best set found with its bound, looking from `start` on; None if no set keeps all limits."""
        import highspy

        if start is not None:
            at = np.arange(len(start), dtype=np.int32)
            self._solver.setSolution(len(at), at, start.astype(float))
        self._solver.run()
        info = self._solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        chosen = np.array(self._solver.getSolution().col_value[: self._projects]) > 0.5
        value = self._effects.worth(chosen, self._value)
        return Solved(chosen, value, max(float(info.mip_dual_bound), value))

    def bounds(self, budgets: Numbers) -> Numbers:
        """Return for each budget a bound on what any set may close: the program with projects in parts allowed.

        The program is left so, with the last of the budgets.
        """
        import highspy

        self._set_kinds(highspy.HighsVarType.kContinuous)
        found = []
        for budget in budgets:
            self._solver.changeRowBounds(self._limit_rows, -np.inf, float(budget))
            self._solver.run()
            found.append(float(self._solver.getInfo().objective_function_value))
        return np.array(found)

    def _set_kinds(self, kind: Any) -> None:
        whole = np.arange(self._projects, dtype=np.int32)
        self._solver.changeColsIntegrality(len(whole), whole, np.full(self._projects, kind))


@dataclass(frozen=True)
class _Columns:
    """Which column stands for what: projects first, then parts that several fill, then capped slots (-1: none)."""

    of_part: Rows
    of_slot: Rows
    count: int
    alone: Rows  # for each part that one project fills, that project; -1 for others


def _columns(effects: Effects) -> _Columns:
    fillers = np.bincount(effects.part, minlength=len(effects.part_slot))
    alone = np.full(len(fillers), -1, np.intp)
    alone[effects.part] = effects.project
    alone[fillers != 1] = -1
    of_part = np.full(len(fillers), -1, np.intp)
    shared = np.flatnonzero(fillers > 1)
    of_part[shared] = effects.projects + np.arange(len(shared))
    parts = np.bincount(effects.part_slot, minlength=len(effects.slot_most))
    filled = np.bincount(effects.part_slot, effects.part_size, minlength=len(effects.slot_most))
    capped = np.flatnonzero((parts > 1) | (filled > effects.slot_most))
    of_slot = np.full(len(parts), -1, np.intp)
    of_slot[capped] = effects.projects + len(shared) + np.arange(len(capped))
    return _Columns(of_part, of_slot, effects.projects + len(shared) + len(capped), alone)


def _costs(effects: Effects, value: Numbers) -> Numbers:
    """Return what each column adds to the need closed."""
    columns = _columns(effects)
    cost = np.zeros(columns.count)
    is_capped = columns.of_slot >= 0
    cost[columns.of_slot[is_capped]] = value[is_capped]
    free = np.flatnonzero(~is_capped[effects.part_slot])
    column = np.where(columns.of_part[free] >= 0, columns.of_part[free], columns.alone[free])
    np.add.at(cost, column, value[effects.part_slot[free]] * effects.part_size[free])
    return cost


def _fill(solver: Any, effects: Effects, value: Numbers, limits: Limits) -> tuple[_Columns, int]:
    """Pass the whole program to the solver; return its columns and the row of the budget."""
    import highspy

    columns = _columns(effects)
    rows, cols, numbers, upper = _matrix(effects, columns, limits)
    order = np.lexsort((cols, rows))
    most = np.ones(columns.count)
    capped = columns.of_slot >= 0
    most[columns.of_slot[capped]] = effects.slot_most[capped]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns.count, len(upper)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = _costs(effects, value), np.zeros(columns.count), most
    lp.row_lower_, lp.row_upper_ = np.full(len(upper), -np.inf), upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(rows[order], np.arange(len(upper) + 1)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = cols[order].astype(np.int32), numbers[order]
    kinds = np.full(columns.count, highspy.HighsVarType.kContinuous)
    kinds[: effects.projects] = highspy.HighsVarType.kInteger
    lp.integrality_ = kinds.tolist()
    solver.passModel(lp)
    return columns, len(upper) - len(limits.most)


def _matrix(effects: Effects, columns: _Columns, limits: Limits) -> tuple[Rows, Rows, Numbers, Numbers]:
    """Return the matrix as row, column and number, and the upper end of each row: parts, capped slots, limits."""
    shared = columns.of_part >= 0
    part_row = np.cumsum(shared) - 1
    slot_row = np.cumsum(columns.of_slot >= 0) - 1 + shared.sum()
    first_limit = shared.sum() + (columns.of_slot >= 0).sum()
    pair = np.flatnonzero(shared[effects.part])  # a shared part is filled as far as a project that fills it is chosen
    part = np.flatnonzero(columns.of_slot[effects.part_slot] >= 0)  # a capped slot as far as its parts are
    capped = np.flatnonzero(columns.of_slot >= 0)
    own = np.flatnonzero(shared)
    rows = [part_row[own], part_row[effects.part[pair]], slot_row[capped], slot_row[effects.part_slot[part]]]
    filled = np.where(shared[part], columns.of_part[part], columns.alone[part])
    cols = [columns.of_part[own], effects.project[pair], columns.of_slot[capped], filled]
    numbers = [np.ones(len(own)), np.full(len(pair), -1.0), np.ones(len(capped)), -effects.part_size[part]]
    upper = np.concatenate([np.zeros(first_limit), limits.most])
    return (
        np.concatenate([*rows, first_limit + limits.limit]),
        np.concatenate([*cols, limits.project]),
        np.concatenate([*numbers, limits.amount]),
        upper,
    )
