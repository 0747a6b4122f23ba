"""Several rules as one: a fitness set in the village and another within a quarter of an hour's walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from geo.combining.filling import filled
from geo.combining.gaps import gaps_of, parts_gaps, standing_for
from geo.combining.places import NO, UNASKED, UNSURE, YES, Combined, combined
from geo.coverage import Coverage, coverage
from geo.gaps import Gap
from geo.projects import Project
from geo.rule import Adds, Measured, Rule
from layers.options import RuleOptions
from layers.problems import InputError, LayerError, Problem
from layers.ruletypes import Part
from layers.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World

# What a part takes from the whole where it says nothing of its own.
_INHERITED = ("severity", "cost", "department")


@dataclass(frozen=True)
class _Kept:
    """What measuring found and gaps, repairs and adds need again: each part's own coverage, and the answers put together."""

    parts: tuple[Coverage, ...]
    found: Combined


class Combine(Rule):
    """A place is as it should be if all of several rules say so (`all`), or any one of them (`any`).

    Each part is a rule of any type, with a `type` and the options of that type; a combined rule may be a part too. What a
    part does not say of `cost`, `severity` and `department` it takes from the whole. Places are homes if a part judges
    homes, else villages: a part that judges villages speaks for every home in them, and one that judges roads, points or
    assets for the village they belong to (not met if any of them is short). A part that does not judge a place, because its
    own `where` leaves it out, asks nothing of it; a place that no part judges is not judged.

    Required is how many parts must be met: with `all` as many as judge the place, with `any` one. A part of which the
    verdict is unknown leaves the place unknown only if it decides: with `all` one part that is short is enough to be short,
    with `any` one that is met to be met. Everybody at a place that is short is without, and counts once, however many
    parts fail; how many people a place has is what the first part says that judges it.

    A gap is the homes of one village that lie together and fail the same parts, or a village; it names them. The projects
    are those of the parts. A place that fails two parts under `all` may need two projects; the first is promised no more
    than it closes by itself.
    """

    all: tuple[Part, ...] = ()
    any: tuple[Part, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _parts_of_the_whole(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        parts = {name: given[name] for name in ("all", "any") if isinstance(given.get(name), (list, tuple))}
        shared = {name: given[name] for name in _INHERITED if given.get(name) is not None}
        for name, some in parts.items():
            parts[name] = [
                {"id": f"{given.get('id')}.{number}", **shared, **part} if isinstance(part, Mapping) else part
                for number, part in enumerate(some, 1)
            ]
        return {**given, **parts}

    @model_validator(mode="after")
    def _one_kind_of_two_parts(self) -> Combine:
        if bool(self.all) == bool(self.any) or len(self.inner) < 2:
            raise PydanticCustomError("plan.combine_parts", "either all or any, of two parts at the least")
        return self

    @property
    def inner(self) -> tuple[RuleOptions, ...]:
        """The rules it is made of, in the plan's order."""
        return self.all or self.any

    @property
    def _parts(self) -> tuple[Rule, ...]:
        return cast("tuple[Rule, ...]", self.inner)

    def measure(self, world: World) -> Measured:
        """Return for each place how many parts must be met and how many are; raises LayerError with what any part finds."""
        parts = self._checked(world)
        found = combined(parts, self.where, world)
        yes, unsure = ((found.answers == answer).sum(axis=1).astype(float) for answer in (YES, UNSURE))
        asked = (found.answers != UNASKED).sum(axis=1).astype(float)
        frame = found.frame.assign(
            required=asked if self.all else 1.0,
            supplied=yes,
            supplied_low=yes,
            supplied_high=yes + unsure,
            reason=_reasons(found),
        )
        notes: tuple[Text, ...] = tuple(dict.fromkeys(note for part in parts for note in part.measured.notes))
        return Measured(frame, "parts", "at_least", notes, _Kept(parts, found), of=found.of)

    def _checked(self, world: World) -> tuple[Coverage, ...]:
        found, problems = [], list[Problem]()
        for part in self._parts:
            try:
                found.append(coverage(part, world))
            except InputError as error:
                problems += error.problems
        if problems:
            raise LayerError(dict.fromkeys(problems))
        return tuple(found)

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that any part heeds."""
        return set[int]().union(*(part.heeds(projects, world) for part in self._parts))

    def influence_m(self, coverage: Coverage) -> float:
        """Return the farthest that a new road matters to a part; to a part that counts what villages have it never does."""
        kept = cast("_Kept", coverage.measured.detail)
        ranges = [part.rule.influence_m(part) for part in kept.parts if part.measured.of != "units"]
        return max(ranges, default=0.0)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each group of places that are short, of one village, that fail the same parts."""
        kept = cast("_Kept", coverage.measured.detail)
        return gaps_of(coverage, kept.found, kept.parts, world)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return the projects of the parts, for the gaps of the whole that their own gaps lie in."""
        kept = cast("_Kept", coverage.measured.detail)
        ours = standing_for(gaps, coverage)
        result = []
        for column, part in enumerate(kept.parts):
            own, seen, places = parts_gaps(column, part, coverage, kept.found, world)
            whole = {
                gap.id: [gaps[i].id for i in np.unique(ours[rows]) if i >= 0]
                for gap, rows in zip(own, places, strict=True)
            }
            for project in part.rule.repairs(own, seen, world):
                named = dict.fromkeys(id_ for gap_id in project.gap_ids for id_ in whole[gap_id])
                if named:
                    result.append(replace(project, rule_ids=(self.id,), gap_ids=tuple(named)))
        return result

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return which parts each project would fulfil at which places; None where only several together would fulfil one."""
        kept = cast("_Kept", coverage.measured.detail)
        return filled(projects, kept.parts, kept.found, world)


def _reasons(found: Combined) -> NDArray[np.object_]:
    """Return which parts fail at each place, or else which are not known."""
    reasons = np.full(len(found.frame), "", dtype=object)
    for answer, code in ((UNSURE, "parts_unknown"), (NO, "parts_short")):
        says = found.answers == answer
        patterns, which = np.unique(says, axis=0, return_inverse=True)
        words = ["+".join(map(str, np.flatnonzero(pattern) + 1)) for pattern in patterns]
        texts = np.array([f"{code}:{word}" if word else "" for word in words] or [""], dtype=object)[which.reshape(-1)]
        reasons = np.where(texts == "", reasons, texts)
    return reasons
