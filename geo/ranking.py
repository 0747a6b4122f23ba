"""The ranked list: each project's worth after everything above it, and the line the budget draws.

Greedy by need closed per yuan of life-cycle cost, looked at lazily (Minoux 1978): what a project would add never grows
as others are chosen, so its last figure is a bound, and only the head of the queue has to be worked out anew. Under
a rule that is re-run (`geo.worth`) a gain may grow, for instance where a chain has two weak links; the figures are exact
then too, but the order may be another than the plain greedy one.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.choosing.limits import Purse, limits
from geo.explain import why
from geo.projects import Project
from geo.relief import Arrival, Change, Relief, arrivals, closings, reliefs
from geo.worth import Gain, Worth
from layers.text import Text

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.world import World

# Need closed and people below this are rounding, not people.
NOBODY = 1e-9
# Ratios equal to so many digits are a tie: sums taken in another order differ in the last ones.
DIGITS = 12
PER_YUAN = 10_000.0  # need is given per 10 000 yuan


@dataclass(frozen=True)
class Ranked:
    """A project in its place on the list.

    `people_served` and `need_closed` (in weighted people) count only what the projects above have left, a person once
    for each rule; `need_per_10k_yuan` is need closed per 10 000 yuan of life-cycle cost over ten years.
    `cumulative_cost` is the mid cost of this row and all above, in yuan. `served` splits people_served by rule, `relief`
    both figures by rule and village: its people and need add up to them exactly (math.fsum). `closes` are the ids of the
    gaps of which no place is short any more once this row and all above are done. `rank_even` is the rank it has where
    need counts alike in every village (None: it is not on that list); the list itself where no equity is asked for.
    `arrivals` are what it changes where its gaps are, as far as the supply there is known.
    """

    rank: int
    project: Project
    people_served: float
    need_closed: float
    need_per_10k_yuan: float
    cumulative_cost: float
    in_budget: bool
    served: tuple[tuple[str, float], ...]
    relief: tuple[Relief, ...]
    closes: tuple[str, ...]
    why: Text
    rank_even: int | None = None
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True)
class Pick:
    """One choice: which project (row of the list given), what it adds after those before it, and under the line or not."""

    project: int
    gain: Gain
    in_budget: bool
    changes: tuple[Change, ...]


def rank(
    projects: Sequence[Project],
    coverages: Mapping[str, Coverage],
    gaps: Iterable[Gap],
    world: World,
    *,
    budget: float | None = None,
    safety_net_first: bool = False,
) -> tuple[Ranked, ...]:
    """Return the projects in the order they should be done, each with its worth after those above it.

    `budget` is in yuan of mid cost: at each step the best project that still fits is taken; when none fits the line is
    drawn and the rest follow, ranked the same way. A project that closes nothing after those above is left out; one that
    closes a gap on which nobody is known to depend comes after all others, by places put right per yuan.
    With `safety_net_first` whatever closes need under rules of severity A comes before everything else.
    """
    projects = sorted(projects, key=lambda project: project.id)
    worth, purse = Worth(coverages, projects, world), Purse(limits(projects, budget=budget), len(projects))
    picks = choose(projects, worth, purse, safety_net_first=safety_net_first)
    return listed(picks, projects, coverages, gaps, world)


def listed(
    picks: Sequence[Pick],
    projects: Sequence[Project],
    coverages: Mapping[str, Coverage],
    gaps: Iterable[Gap],
    world: World,
) -> tuple[Ranked, ...]:
    """Return the choices as rows of the list, with what each relieves and why it stands where it does."""
    rules = {rule_id: coverage.rule for rule_id, coverage in coverages.items()}
    gaps_by_id = {gap.id: gap for gap in gaps}
    changes = [pick.changes for pick in picks]
    relieved, closed = reliefs(changes, coverages), closings(changes, gaps_by_id.values(), coverages)
    abouts = [[gaps_by_id[gap_id] for gap_id in projects[pick.project].gap_ids] for pick in picks]
    reached = arrivals(changes, abouts, coverages)
    unit_names = dict(zip(world.units.index, world.units["name"].fillna(""), strict=True))
    rows, spent = [], 0.0
    for i, pick in enumerate(picks):
        project, below = projects[pick.project], picks[i + 1 : i + 2]
        spent += project.cost_mid
        beaten = (projects[below[0].project], below[0].gain) if below else None
        rows.append(
            Ranked(
                rank=i + 1,
                project=project,
                people_served=math.fsum(part.people for part in relieved[i]),
                need_closed=math.fsum(part.need for part in relieved[i]),
                need_per_10k_yuan=_per_yuan(pick.gain.need, project) * PER_YUAN,
                cumulative_cost=spent,
                in_budget=pick.in_budget,
                served=pick.gain.served,
                relief=relieved[i],
                closes=closed[i],
                why=why(project, pick.gain, abouts[i], rules, unit_names, beaten=beaten),
                arrivals=reached[i],
            )
        )
    return tuple(rows)


def choose(
    projects: Sequence[Project],
    worth: Worth,
    purse: Purse,
    *,
    safety_net_first: bool = False,
    first: Sequence[int] = (),
) -> list[Pick]:
    """Return the projects that close something, in the order of choice; `worth` has taken them all afterwards.

    `worth` may know of more projects than are given here: those that follow are never chosen. `first` (rows) are taken
    before all others, whether there is money for them or not. Below the line money is no limit any more, but land is: who
    finds their parcel taken is left out.
    """
    queue = _Queue(projects, worth, safety_net_first=safety_net_first)
    picks: list[Pick] = []
    for row in first:
        queue.take(row)
        purse.pay(row)
        picks.append(Pick(row, queue.gains[row], in_budget=True, changes=queue.changes[row]))
    for in_budget in (True, False):
        while (best := queue.pop(purse.fits)) is not None:
            purse.pay(best)
            picks.append(Pick(best, queue.gains[best], in_budget=in_budget, changes=queue.changes[best]))
        queue.bring_back()
        purse.open_for_money()
    return picks


def _per_yuan(amount: float, project: Project) -> float:
    """Return the amount per yuan of life-cycle cost; what costs nothing is infinitely good value."""
    if amount <= NOBODY:
        return 0.0
    return amount / project.cost_life_cycle if project.cost_life_cycle > 0 else math.inf


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


class _Queue:
    """Projects by what they are worth now, best first; holds figures that may be out of date until they come up."""

    def __init__(self, projects: Sequence[Project], worth: Worth, *, safety_net_first: bool) -> None:
        self._projects, self._worth, self._safety_net_first = projects, worth, safety_net_first
        self.gains = [worth.gain(i) for i in range(len(projects))]
        self.changes: dict[int, tuple[Change, ...]] = {}  # of those chosen
        self._is_stale = [False] * len(projects)
        self._entry: list[tuple[float, float, float, float, str, int] | None] = [None] * len(projects)
        self._set_aside: set[int] = set()
        self._heap: list[tuple[float, float, float, float, str, int]] = []
        for i in range(len(projects)):
            self._push(i)

    def pop(self, fits: Callable[[int], bool]) -> int | None:
        """Take out and return the best project that fits, or None if none of those closes anything.

        Those that do not fit are set aside, until `bring_back`.
        """
        while self._heap:
            entry = heapq.heappop(self._heap)
            i = entry[-1]
            if entry is not self._entry[i]:
                continue
            if not fits(i):
                self._entry[i] = None
                self._set_aside.add(i)
            elif self._is_stale[i]:
                self.gains[i] = self._worth.gain(i)
                self._is_stale[i] = False
                self._push(i)
            elif self.gains[i].need <= NOBODY and self.gains[i].places <= NOBODY:
                heapq.heappush(self._heap, entry)
                return None
            else:
                self.take(i)
                return i
        return None

    def bring_back(self) -> None:
        """Put the projects that were set aside back in."""
        for i in sorted(self._set_aside):
            self._push(i)
        self._set_aside.clear()

    def take(self, chosen: int) -> None:
        """Count a project as done, whatever stands before it."""
        if self._is_stale[chosen]:
            self.gains[chosen] = self._worth.gain(chosen)
        self._entry[chosen] = None
        taken = self._worth.take(chosen)
        self.changes[chosen] = taken.changes
        for i in taken.stale[taken.stale < len(self._projects)].tolist():
            if self._is_waiting(i):
                self.gains[i] = self._worth.gain(i)
                self._push(i)
            elif not self._is_stale[i]:
                self._is_stale[i] = True
                if self._entry[i] is not None:
                    self._push(i)

    def _is_waiting(self, i: int) -> bool:
        """Return whether a project gained nothing so far and may have waited for the one just done (a branch for its trunk)."""
        is_open = self._entry[i] is not None or i in self._set_aside
        return is_open and self.gains[i].need <= NOBODY and self._worth.may_rise(i)

    def _push(self, i: int) -> None:
        """Enter a project by its last figures; a stale one before its equals, so that it is looked at first."""
        gain, project = self.gains[i], self._projects[i]
        safety = _rounded(_per_yuan(gain.safety_need, project)) if self._safety_net_first else 0.0
        people = math.inf if self._is_stale[i] else _rounded(gain.people)
        places = _rounded(_per_yuan(gain.places, project)) if gain.need <= NOBODY else 0.0
        entry = (-safety, -_rounded(_per_yuan(gain.need, project)), -places, -people, project.id, i)
        self._entry[i] = entry
        heapq.heappush(self._heap, entry)
