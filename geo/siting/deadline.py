"""How long an answer may take: work is counted, so that it is the same on every machine, and a clock is a stop for slow ones.

This is the one module of geo that looks at a clock. Nothing is decided by it but to stop with what has been found and proved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

from geo.siting.compiled import HAS_NUMBA

# How many entries of a table are looked at in a second, well below what a slow machine does; without numba.
EFFORT, PLAIN_EFFORT = 40_000_000, 400_000
# What comes after the work, and a solver that stops a little late, are kept some of the time.
KEPT = 0.05


def now_s() -> float:
    """Return the reading of the clock that deadlines go by."""
    return perf_counter()


@dataclass(frozen=True)
class Deadline:
    """`time_s` is how long the work at hand may take, which sets how much is done; at `ends_s` of the clock all of it ends."""

    time_s: float
    ends_s: float

    @classmethod
    def after(cls, time_s: float, since_s: float | None = None) -> Deadline:
        """Return the deadline that far from now, or from that reading of the clock."""
        return cls(time_s, (now_s() if since_s is None else since_s) + (1 - KEPT) * time_s)

    def part(self, share: float) -> Deadline:
        """Return the deadline of some of the work: so much less is done, and it ends no later."""
        return replace(self, time_s=share * self.time_s)

    def sooner(self, share: float) -> Deadline:
        """Return the deadline of work that is followed by other work: it ends when that share of what is left is gone."""
        return Deadline(share * self.time_s, now_s() + share * self.left_s)

    @property
    def left_s(self) -> float:
        """How long there is until the end."""
        return max(0.0, self.ends_s - now_s())

    @property
    def solver_s(self) -> float:
        """How long a solver may take that is stopped by the clock: the time of this work, and never beyond the end."""
        return min(self.time_s, self.left_s)

    @property
    def is_over(self) -> bool:
        """Whether the end has come."""
        return now_s() >= self.ends_s

    @property
    def effort(self) -> float:
        """How many entries the work at hand may look at."""
        return self.time_s * self.pace

    @property
    def pace(self) -> float:
        """How many entries are looked at in a second; between two looks at the clock, half as many."""
        return float(EFFORT if HAS_NUMBA else PLAIN_EFFORT)
