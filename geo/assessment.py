"""The whole working-out: layers to coverage to gaps to projects to a ranked list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from geo.doctor.quickly import doubts
from geo.followup import follow_up, judged
from geo.forecast import forecast
from geo.islands import Island, islands, told
from geo.joining import joining_notes
from geo.ongoing import Ongoing, day_of, promises, taken_on, tracked, worked_on
from geo.petitions import Heard, Voices, heard, with_voices
from geo.places import grain_notes
from geo.projects import merged
from geo.ranking import Ranked
from geo.rule import Rule
from geo.sensitivity import Tried, sensitivity
from geo.study import Gated, study
from geo.verdicts import coverages_of, gaps_of, in_order
from geo.world import World
from layers.text import Text, say

if TYPE_CHECKING:
    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.network.workers import Workers
    from geo.pareto import Outcome
    from geo.portfolio import Portfolio
    from geo.projects import Project
    from geo.robustness import Robustness
    from layers.layer import Layers
    from layers.ledger.task import State
    from layers.plan import Plan


@dataclass(frozen=True)
class Judged:
    """What the rules say of the layers, before anything is proposed."""

    plan: Plan
    world: World
    coverages: Mapping[str, Coverage]  # by rule id, in the plan's order
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Assessment(Judged):
    """Everything a run found out; `maps` writes it down and adds nothing of its own."""

    ranked: tuple[Ranked, ...]
    notes: tuple[Text, ...] = ()  # what a reader must know: no facility at all, demand judged by village, ...
    ongoing: Ongoing | None = None  # the task ledger beside it, where there is one
    petitions: Mapping[str, Voices] = field(default_factory=dict)  # by gap id: only gaps somebody called about
    gated: tuple[Gated, ...] = ()  # projects that are not ranked, with the reasons
    portfolio: Portfolio | None = None  # the best set for the budget; None without a budget
    robustness: Robustness | None = None  # how firmly each project stands; None without a budget or without draws
    outcomes: tuple[Outcome, ...] = ()  # what other orders would buy
    placed: Mapping[str, float] = field(default_factory=dict)  # how badly placed each village is, 1 being average
    candidates: tuple[Project, ...] = ()  # all there was to choose from
    thresholds: tuple[Tried, ...] = ()  # how many would be without under other thresholds
    islands: tuple[Island, ...] = ()  # pieces of the road network that are cut off, with people on them

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from geo.shown import assessment_html

        return assessment_html(self)


def assess(
    plan: Plan,
    layers: Layers,
    *,
    ledger: State | None = None,
    workers: Workers | None = None,
    judged: Callable[[Judged], None] = lambda seen: None,
) -> Assessment:
    """Return coverage, gaps and ranked projects for the plan's rules over these layers.

    Gaps stand in the order of their ids. With a ledger (its shapes in the CRS of the layers) what its open tasks work on
    is not proposed again, and the forecast says what is left once they are finished. Workers are other processes that
    share the work; they change nothing in what is found. `judged` is told what the rules say before projects are ranked.
    Raises InputError with what every rule finds wrong with the layers it names, and PlannerError if two gaps got one id.
    """
    world = World(layers, plan.settings.date, plan.settings.network, workers)
    coverages = coverages_of([cast(Rule, rule) for rule in plan.rules], world)
    found = gaps_of(coverages, world)
    gaps = in_order(gap for some in found.values() for gap in some)
    beside = None if ledger is None else _beside(ledger, coverages, gaps, world)
    voices = heard(gaps, [seen.rule for seen in coverages.values()], world)
    spoken = tuple(with_voices(gap, voices.by_gap.get(gap.id)) for gap in gaps)
    judged(Judged(plan, world, coverages, spoken))
    projects = merged(
        project for rule_id, seen in coverages.items() for project in seen.rule.repairs(found[rule_id], seen, world)
    )
    counts = {gap_id: heeded.weight for gap_id, heeded in voices.by_gap.items()}
    under_way = {} if beside is None else beside.working_on
    found_out = study(projects, coverages, gaps, world, plan.settings, voices=counts, taken_on=under_way)
    again = sum(any(failed.gate == "under_way" for failed in one.failed) for one in found_out.gated)
    apart = islands(world)
    notes = _notes(coverages, voices, world, apart, again=again)
    return Assessment(
        plan,
        world,
        coverages,
        spoken,
        found_out.ranked,
        tuple(dict.fromkeys([*notes, *found_out.notes])),
        beside,
        voices.by_gap,
        found_out.gated,
        found_out.portfolio,
        found_out.robustness,
        found_out.outcomes,
        found_out.placed,
        tuple(projects),
        sensitivity(coverages, world, anew=plan.settings.ranking.sensitivity),
        apart,
    )


def _notes(
    coverages: Mapping[str, Coverage], voices: Heard, world: World, apart: Sequence[Island], *, again: int
) -> list[Text]:
    """Return what a reader must know of the layers; `again` projects are not proposed because they are taken on."""
    notes = [note for seen in coverages.values() for note in seen.measured.notes]
    notes += [*joining_notes(world), *told(apart), *doubts(world)]
    notes += [*voices.notes, *(grain_notes(world.layers) if coverages else ())]
    return [*notes, say("tasks.not_proposed_again", count=again)] if again else notes


def _beside(ledger: State, coverages: Mapping[str, Coverage], gaps: Sequence[Gap], world: World) -> Ongoing:
    """Return what a ledger's tasks come to in this run."""
    tasks = list(ledger.tasks.values())
    followup = follow_up(tracked(tasks), judged(coverages, gaps))
    ahead = forecast(coverages, gaps, world, promises(tasks, followup))
    views = taken_on(tasks, followup, day_of(ledger, world.date))
    return Ongoing(views, followup, worked_on(tasks, followup), ahead, ledger.head.hash)
