"""HiGHS, asked through arrays: no model is built by a loop, and no word of it is believed without its bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.highs import silent_solver

if TYPE_CHECKING:
    import highspy
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SEED = 1


@dataclass(frozen=True, eq=False)
class Model:
    """Minimise cost @ x with lower <= x <= upper, row_lower <= rows @ x <= row_upper, some of x whole."""

    cost: Numbers
    lower: Numbers
    upper: Numbers
    rows: csc_array
    row_lower: Numbers
    row_upper: Numbers
    whole: Flags


@dataclass(frozen=True, eq=False)
class Solved:
    """What came back: the values (None if there are none), what no answer passes, and whether there can be none."""

    x: Numbers | None
    bound: float
    is_infeasible: bool


def solve(model: Model, time_s: float, *, start: Numbers | None = None, step: float = 0.0, gap: float = 0.0) -> Solved:
    """Return the best x that HiGHS finds in that time, and its bound on the cost, from below.

    `start` is an x to begin from; every cost is a multiple of `step`, if that is known, so that a bound less than a step
    below is met.
    """
    import highspy

    solver = silent_solver()
    options = {"time_limit": max(time_s, 0.05), "random_seed": SEED, "mip_rel_gap": gap}
    options |= {"mip_abs_gap": 0.999 * step if step else 1e-9, "mip_feasibility_tolerance": 1e-7}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_lp(model))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start
        solver.setSolution(solution)
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, float("inf"), True)
    has_x = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    is_mip = bool(model.whole.any())
    bound = float(info.mip_dual_bound) if is_mip else float("-inf")
    if not is_mip and status == highspy.HighsModelStatus.kOptimal:
        bound = float(info.objective_function_value)
    return Solved(np.array(solver.getSolution().col_value) if has_x else None, bound, False)


def _lp(model: Model) -> highspy.HighsLp:
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), model.rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.rows.indptr, model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    if model.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(one)] for one in model.whole]
    return lp
