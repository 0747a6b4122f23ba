"""HiGHS, told to say nothing: made the usual way it writes its version and licence to standard output first of all."""

from __future__ import annotations

from typing import Any


def silent_solver() -> Any:
    """Return an empty HiGHS model that writes nothing.

    `highspy.Highs()` asks for callbacks as it is made, and that prints a banner before any option can forbid it; here the
    object is made without them, which nobody uses.
    """
    import highspy

    # HiGHS keeps one set of threads for the whole process and refuses a model that asks for another number of them.
    highspy.Highs.resetGlobalScheduler(True)
    solver: Any = highspy.Highs.__new__(highspy.Highs)
    super(highspy.Highs, solver).__init__()
    solver.setOptionValue("output_flag", False)
    return solver
