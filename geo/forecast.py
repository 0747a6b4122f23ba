"""What is left to do if every open task is finished on time: its project's edit made, and the same check run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.coverage import SHORT
from geo.verdicts import coverages_of, gaps_of, in_order
from layers.edit import Edit
from layers.text import Text, say

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.world import World


@dataclass(frozen=True)
class Promise:
    """What one open task would change: the edits of the project it was adopted from; none if it came from no project."""

    task: int
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class RuleForecast:
    """One rule now and then: places that are short, and people who are without (places where they are unknown left out)."""

    short_now: int
    short_then: int
    people_now: float
    people_then: float


@dataclass(frozen=True)
class Forecast:
    """The check as it would come out once the tasks `counted` are finished, rule by rule, and the gaps that then remain.

    `coverages` are the second check's own. `left_out` are the tasks that could not be counted in, each with the reason; what they promise is in no figure.
    """

    rules: Mapping[str, RuleForecast]
    coverages: Mapping[str, Coverage]
    remaining: tuple[Gap, ...]
    counted: tuple[int, ...]
    left_out: tuple[tuple[int, Text], ...]


def forecast(
    coverages: Mapping[str, Coverage], gaps: Sequence[Gap], world: World, promises: Sequence[Promise]
) -> Forecast:
    """Return what remains of a run's gaps if these tasks are finished; raises what the check itself raises."""
    counted, left_out, edits = [], [], []
    for promise in promises:
        reason = _unusable(promise, world)
        if reason is None:
            counted.append(promise.task)
            edits += [_renamed(edit, promise.task) for edit in promise.edits]
        else:
            left_out.append((promise.task, reason))
    then = world.with_edits(tuple(edits)) if edits else world
    rules = [coverage.rule for coverage in coverages.values()]
    after = coverages_of(rules, then) if edits else coverages
    remaining = in_order(gap for some in gaps_of(after, then).values() for gap in some) if edits else tuple(gaps)
    by_rule = {id_: _both(coverages[id_], after[id_]) for id_ in coverages}
    return Forecast(by_rule, after, remaining, tuple(counted), tuple(left_out))


def _unusable(promise: Promise, world: World) -> Text | None:
    """Return why a task's edits cannot be made on this run's layers, or None if they can."""
    if not promise.edits:
        return say("tasks.forecast_no_project")
    for edit in promise.edits:
        if edit.layer not in world.layers:
            return say("tasks.forecast_no_layer", layer=edit.layer)
        if edit.change is not None and not edit.change.index.isin(world.layers[edit.layer].frame.index).all():
            return say("tasks.forecast_rows_gone", layer=edit.layer)
    return None


def _renamed(edit: Edit, task: int) -> Edit:
    """Return the edit with its new rows named after the task: the layer may hold rows of the project's own ids by now."""
    if edit.add is None:
        return edit
    add = edit.add.copy()
    add.index = [f"#{task}:{id_}" for id_ in add.index]
    return Edit(edit.layer, add.rename_axis(edit.add.index.name), edit.changed)


def _both(now: Coverage, then: Coverage) -> RuleForecast:
    return RuleForecast(
        *(int((seen.frame["status"] == SHORT).sum()) for seen in (now, then)), *map(_people, (now, then))
    )


def _people(seen: Coverage) -> float:
    return float(seen.frame["people_short"].sum())
