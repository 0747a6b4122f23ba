"""What a project is worth: the need it closes and the people it newly serves, after the projects already chosen.

Worth is the difference of two assessments. `Worth` keeps, for each rule, what every place is supplied under the chosen
set, so that the difference costs a look at the few places a project reaches and not a run of the check; `closed` takes
the same difference between two checks that were run. The two agree, and tests say so.

Counted are the places whose verdict is known before: where nobody knows whether there is a gap, nobody is promised
anything. Supply counts as far as it surely works. A person counts once for each rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.effects import Effects, effects
from geo.relief import Change
from geo.standing import standing_after, standing_of
from geo.sums import Sums
from geo.tallies import Worlds, tally_of
from geo.weights import SAFETY_NET, rule_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.projects import Project
    from geo.rule import Measured
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Difference = tuple[float, float, float]  # need closed, people newly served, places put right: none yet weighted


@dataclass(frozen=True)
class Gain:
    """What one project adds to those chosen before it.

    `need` is in weighted people, `safety_need` the part of it under rules of severity A; `served` says for each rule it
    changes anything for how many people are no longer without. `places` is what it closes whoever is there, in weighted
    places (one wholly without counts 1): all there is to go by where nobody knows who depends on a place.
    """

    need: float
    safety_need: float
    served: tuple[tuple[str, float], ...]
    places: float

    @property
    def people(self) -> float:
        """People newly served, each once for every rule."""
        return sum(people for _, people in self.served)


def closed(before: Coverage, after: Measured) -> tuple[float, float]:
    """Return the need closed (weighted people) and the people newly served since a check, by measuring again.

    Places that are there only once, or whose supply is not known afterwards, count as if nothing had changed.
    """
    need_closed, served, _ = standing_of(before).less(standing_after(before, after))
    return need_closed * rule_weight(before.rule), served


class Worth:
    """The state of all rules under a growing set of projects.

    It does change, against our habit: 5 000 projects on 200 000 places would otherwise copy the state 5 000 times.
    Only `take` changes it.
    """

    def __init__(self, coverages: Mapping[str, Coverage], projects: Sequence[Project], world: World) -> None:
        worlds = Worlds(world, projects)
        self._tallies = [tally_of(coverage, worlds) for coverage in coverages.values()]
        self._rules = [coverage.rule for coverage in coverages.values()]
        reached: list[list[int]] = [[] for _ in projects]
        for i, tally in enumerate(self._tallies):
            for project in tally.projects:
                reached[project].append(i)
        self._reached = reached
        self._count = len(projects)
        for project in sorted(worlds.movers):  # each world with a new road is made but once, for all rules
            self.gain(project)

    def gain(self, project: int) -> Gain:
        """Return what that project (row of the list given) would add now."""
        closed_need, safety_need, places, served = 0.0, 0.0, 0.0, []
        for i in self._reached[project]:
            rule, gained = self._rules[i], self._tallies[i].gain(project)
            if not any(gained) and not isinstance(self._tallies[i], Sums):
                continue
            some_need, people, some_places = gained
            weighted = some_need * rule_weight(rule)
            closed_need += weighted
            safety_need += weighted if rule.severity == SAFETY_NET else 0.0
            places += some_places * rule_weight(rule)
            served.append((rule.id, people))
        return Gain(closed_need, safety_need, tuple(served), places)

    def effects(self, count: int | None = None) -> Effects:
        """Return what the first `count` projects add, as flat arrays without weights; only before anything is taken.

        Where projects are tried out, each counts with what it adds alone.
        """
        return effects([tally.shares() for tally in self._tallies], self._count if count is None else count)

    @property
    def tried(self) -> tuple[str, ...]:
        """The ids of the rules under which some projects are tried out one at a time."""
        both = zip(self._rules, self._tallies, strict=True)
        return tuple(rule.id for rule, tally in both if tally.projects and not isinstance(tally, Sums))

    def may_rise(self, project: int) -> bool:
        """Return whether its gain may grow as others are done: under a rule that is re-run one road can need another."""
        return any(not isinstance(self._tallies[i], Sums) for i in self._reached[project])

    def take(self, project: int) -> Taken:
        """Count that project as done; return what that changes, and the projects whose gain may be another now."""
        taken = [(i, self._tallies[i].take(project)) for i in self._reached[project]]
        stale = [stale for _, (stale, _) in taken]
        changes = tuple(step.change(i, rule_weight(self._rules[i])) for i, (_, step) in taken)
        return Taken(np.unique(np.concatenate(stale)) if stale else np.empty(0, np.intp), changes)


@dataclass(frozen=True)
class Taken:
    """What counting a project as done changes place by place, and the projects whose gain may be another now."""

    stale: Rows
    changes: tuple[Change, ...]
