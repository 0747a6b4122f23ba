"""What a rule type is: what it requires and supplies at each place, and what edits would make up the difference.

A rule type is one file in `geo/rules`, found through the entry-point group `coverplan.rules` (a developer's own type is
found the same way). Its fields are its options in plan.yaml; its docstring is its page in the docs.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from layers.options import RuleOptions
from layers.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.projects import Project
    from geo.roads.approach import Approach
    from geo.world import World

Sense = Literal["at_least", "at_most"]
Combine = Literal["sum", "min", "any"]
Without = Literal["everybody", "share"]
Turns = Literal["required", "quick", "anew"]
Judged = Literal["units", "homes", "things"]


@dataclass(frozen=True)
class Measured:
    """The two numbers of a rule at each place, in one unit.

    `frame` (index: place id, sorted, unique) has the columns
        name, unit_id        text, "" where there is none
        required, supplied   in `unit`; NaN where unknown; supplied is inf where nothing can be reached; where only a
                             part of it is not known to work, supplied is the part that surely does
        people               who depends on the place; NaN where unknown
        reason               a code that says why supplied is what it is ("" when there is nothing to add);
                             its sentence is `rules.reason_<code>` in the catalogue; `code:value` fills its {value}
        geometry             the place, in the metric CRS
    and may have
        supplied_low, supplied_high    what supply is at the least and at the most, where some of it is not known to
                                       work; coverage is decided only where both ends agree
        people_short                   who is without at a place if it is short, where that follows from neither
                                       `without` (along a road: those who come out on its dark stretches); `adds` then
                                       has to say whom each cell gives back (`Adds.people`)
    `sense` says whether supply must be at least what is required (cleaners) or at most (metres to the clinic).
    `without` says who is without at a place that is short: everybody (no clinic in reach), or of the people the share
    that is missing of what is required (one cleaner of two: half of them).
    `notes` are what a reader of the result must know about the input (no lamp at all, a column nobody gave). `detail`
    is what the rule keeps for its own `gaps`, `repairs` and `adds`, so that nothing is worked out twice; no one else
    reads it. `of` says what the places are: villages, homes, or anything else (roads, points, assets).
    """

    frame: gpd.GeoDataFrame
    unit: str
    sense: Sense
    notes: tuple[Text, ...] = ()
    detail: object = None
    without: Without = "everybody"
    of: Judged = "things"


@dataclass(frozen=True)
class Adds:
    """What each project would supply, without re-running the check: the fast path, equal to the slow one.

    Three arrays of one length: project (row of the list given), cell, and amount. A cell belongs to the place row
    `place[cell]`. Cells of a place are put together with its present supply by `combine`:
        sum   supplied + amounts                        (staff, facilities, cameras)
        min   the least of supplied and the amounts     (distance to the nearest)
        any   supplied + amount once, however many projects fill the cell   (metres of dark road)
    `people` is needed where the measured frame has a people_short of its own, with `any`: how many of those people are
    no longer without once the cell is filled (one number a cell, like `place`).
    """

    project: NDArray[np.intp]
    cell: NDArray[np.intp]
    amount: NDArray[np.float64]
    place: NDArray[np.intp]
    combine: Combine
    people: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Found:
    """What a rule would measure at some places (rows of the coverage) once one more project is done; NaN where unknown.

    `required` and `people` are None where they stay what they were before any project; every place of which a number
    would be another than now is among `place`, others may be.
    """

    place: NDArray[np.intp]
    supplied: NDArray[np.float64]
    required: NDArray[np.float64] | None = None
    people: NDArray[np.float64] | None = None


class Trial(Protocol):
    """What a rule keeps to say what it would measure with more projects done, without reading the layers again.

    For types whose projects do not add up: a chain serves nobody more until its last weak link is mended. It does change,
    like the sums it stands in for: only `take` changes it. Equal to measuring again.
    """

    @property
    def projects(self) -> Sequence[int]:
        """The projects (rows) that may make a difference."""

    def look(self, project: int) -> Found:
        """Return what would be measured with that project done after those taken."""

    def take(self, project: int) -> NDArray[np.intp]:
        """Count that project as done; return the projects (rows) for which `look` may find something else now."""


class Rule(RuleOptions, ABC):
    """A rule of some type. Subclasses add fields (their options) and the four questions below.

    `reads` are the kinds of layer that the check looks at, where a type says so: a project that edits none of them is
    not tried when there is no fast path.
    `may_harm` says that a project may leave a place short that is not: then each is looked at even where nobody is without.
    `thresholds` are the options that say how much is enough, and what it takes to try another number: `required` where
    only that column changes, in proportion; `quick` where measuring again costs next to nothing; `anew` where it costs as
    much as the check did (see geo.sensitivity).
    """

    reads: ClassVar[frozenset[str] | None] = None
    may_harm: ClassVar[bool] = False
    thresholds: ClassVar[Mapping[str, Turns]] = {}

    @abstractmethod
    def measure(self, world: World) -> Measured:
        """Return what is required and supplied at each place; raises LayerError if a layer it names is missing."""

    @abstractmethod
    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return the shortfalls as objects people can act on; every short place is in at least one gap."""

    @abstractmethod
    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return candidate projects for these gaps, as edits with costs; every gap is named by at least one."""

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects (rows) that may change what the check finds: by kind of layer, unless a type knows better."""
        edits = ((i, edit) for i, project in enumerate(projects) for edit in project.edits)
        return {i for i, edit in edits if self.reads is None or world.layers[edit.layer].kind in self.reads}

    def apart(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects (rows) that `adds` and `trial` cannot speak of, beside those that move homes or roads."""
        return set()

    def influence_m(self, coverage: Coverage) -> float:
        """Return how far in a straight line a new road may be from a place that is without, and still help it."""
        return math.inf

    def approach(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Approach | None:
        """Return, for a rule of the nearest facility, how near all is and what new roads among the projects would change."""
        return None

    def trial(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Trial | None:
        """Return how to try projects out, or None to have the check re-run for each (see geo.tallies for those that move ways)."""
        return None

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return what these projects (of any rule) would supply here, or None to have the check re-run for each."""
        return None
