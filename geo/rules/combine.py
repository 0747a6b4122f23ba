"""Several rules as one: a fitness set in the village and another within a quarter of an hour's walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from geo.combining.filling import filled
from geo.combining.gaps import PartGaps, gap_at, gaps_of, part_gaps
from geo.combining.places import NO, UNASKED, UNSURE, YES, Combined, combined
from geo.coverage import MEASURED_UNITS, Coverage, coverage
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


@dataclass(frozen=True, eq=False)
class _Kept:
    """Each part's own coverage, the answers put together, and what the parts find missing once it has been worked out."""

    parts: tuple[Coverage, ...]
    found: Combined
    missing: list[PartGaps] = field(default_factory=list)


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
            reason=_reasons(found, parts),
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
        ranges = [part.rule.influence_m(part) for part in _kept(coverage).parts if part.measured.of != "units"]
        return max(ranges, default=0.0)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each group of places that are short, of one village, that fail the same parts."""
        return gaps_of(coverage, _kept(coverage).found, _part_gaps(coverage, world), world)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return the projects of the parts, for the gaps of the whole that their own gaps lie in."""
        ours, result = gap_at(gaps, coverage), []
        for part in _part_gaps(coverage, world):
            whole: dict[str, dict[str, None]] = {gap.id: {} for gap in part.gaps}
            for label, ours_at in zip(part.label.tolist(), ours[part.row].tolist(), strict=True):
                if ours_at >= 0:
                    whole[part.gaps[label].id][gaps[ours_at].id] = None
            for project in part.seen.rule.repairs(part.gaps, part.seen, world):
                named = dict.fromkeys(id_ for gap_id in project.gap_ids for id_ in whole[gap_id])
                if named:
                    result.append(replace(project, rule_ids=(self.id,), gap_ids=tuple(named)))
        return result

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return which parts each project would fulfil at which places; None where only several together would fulfil one."""
        kept = _kept(coverage)
        return filled(projects, kept.parts, kept.found, world)


def _kept(coverage: Coverage) -> _Kept:
    return cast("_Kept", coverage.measured.detail)


def _part_gaps(coverage: Coverage, world: World) -> list[PartGaps]:
    kept = _kept(coverage)
    if not kept.missing:
        both = enumerate(kept.parts)
        kept.missing.extend(part_gaps(column, part, coverage, kept.found, world) for column, part in both)
    return kept.missing


def _reasons(found: Combined, parts: Sequence[Coverage]) -> NDArray[np.object_]:
    """Return which parts fail at each place, with what is supplied and required, or else which are not known."""
    short, unknown = (np.full(len(found.frame), "", dtype=object) for _ in range(2))
    for column, part in enumerate(parts):
        for answer, words in ((NO, short), (UNSURE, unknown)):
            at = np.flatnonzero(found.answers[:, column] == answer)
            said = _figures(part, found.where[column][at]) if answer == NO else np.full(len(at), "", dtype=object)
            words[at] = np.where(words[at] == "", "", words[at] + " + ") + str(column + 1) + said
    return np.where(short != "", "parts_short:" + short, np.where(unknown != "", "parts_unknown:" + unknown, ""))


def _figures(part: Coverage, row: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return " (31/15 min)" for those places of a part, to three digits; "" where the part speaks for a village by others."""
    frame = part.measured.frame
    numbers = np.column_stack(
        [np.append(frame[name].to_numpy(float), np.nan)[row] for name in ("supplied", "required")]
    )
    pairs, which = np.unique(numbers.round(6), axis=0, return_inverse=True)
    unit = (
        f" {part.measured.unit}" if part.measured.unit in MEASURED_UNITS else ""
    )  # what is counted needs no word here
    texts = [f" ({_short(have)}/{_short(due)}{unit})" if due == due else "" for have, due in pairs.tolist()]
    return np.array([*texts, ""], dtype=object)[which.reshape(-1)]


def _short(number: float) -> str:
    return f"{float(f'{number:.3g}'):g}"
