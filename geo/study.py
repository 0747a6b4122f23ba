"""From candidate projects to the list that is handed over: weights, gates, order, best set, and how firm it all is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.choosing.limits import Limits, Purse, limits
from geo.choosing.single import in_order
from geo.gates import Failed, failed
from geo.parcels import areas
from geo.pareto import Outcome, outcomes
from geo.portfolio import CURVE_POINTS, Choice, Point, Portfolio, Swap, best_set, bounds
from geo.ranking import NOBODY, Pick, Ranked, choose, listed
from geo.robustness import Robustness, Shaken, robustness
from geo.weights import SAFETY_NET, disadvantage, rule_weight, weighed
from geo.worth import Worth
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.program import Solved
    from geo.coverage import Coverage
    from geo.gaps import Gap
    from geo.projects import Project
    from geo.world import World
    from layers.plan import Settings

    Numbers = NDArray[np.float64]
    Barred = tuple[Project, tuple[Failed, ...]]

# The notes a study makes, by their keys: another study of the same run replaces them.
STUDY_NOTES = frozenset(("projects.redundant", "ranking.gated", "ranking.unknown_ids"))


@dataclass(frozen=True)
class Gated:
    """A project that is not ranked, with every gate it does not pass.

    `people_served` and `need_closed` are what it would add if everything on the list were done and the gate opened.
    """

    project: Project
    failed: tuple[Failed, ...]
    people_served: float
    need_closed: float

    @property
    def why(self) -> Text:
        """Every reason in one sentence."""
        reasons: Text | str = ""
        for one in self.failed:
            reasons = say("ranking.and_also", first=reasons, then=one.reason) if reasons else one.reason
        return say("ranking.not_ranked", reasons=reasons)


@dataclass(frozen=True)
class Study:
    """The list and all that is said about it.

    `portfolio` and `robustness` are None without a budget; robustness also where the plan asks for no draws. `placed` is
    how badly placed each village is (1: average), which equity raises to the plan's exponent.
    """

    ranked: tuple[Ranked, ...]
    gated: tuple[Gated, ...] = ()
    portfolio: Portfolio | None = None
    robustness: Robustness | None = None
    outcomes: tuple[Outcome, ...] = ()
    placed: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()


def study(
    projects: Sequence[Project],
    coverages: Mapping[str, Coverage],
    gaps: Sequence[Gap],
    world: World,
    settings: Settings,
    *,
    voices: Mapping[str, float] | None = None,
    taken_on: Mapping[str, int] | None = None,
) -> Study:
    """Return the ranked list with everything the plan's `ranking:` asks for.

    `voices` is how much more each gap counts for the calls about it, `taken_on` the open task of each gap that somebody
    is working on; both by gap id.
    """
    options = settings.ranking
    placed = disadvantage(world, options.equity)
    seen = weighed(coverages, options, placed, gaps, voices or {})
    free, barred = _through_the_gates(projects, world, settings, taken_on or {})
    worth = Worth(seen, [*free, *(project for project, _ in barred)], world)
    choice = _choice(free, seen, worth, _limits(free, seen, world, settings), placed, settings)
    purse = Purse(choice.limits, len(free))
    picks = choose(free, worth, purse, safety_net_first=settings.safety_net_first, first=choice.inside)
    ranked = _with_even_ranks(listed(picks, free, seen, gaps, world), choice, seen, settings)
    gated = _gated(free, picks, barred, worth, purse)
    notes = _notes(ranked, free, gated, _unknown_ids(projects, gaps, settings))
    found = Study(ranked, gated, placed=placed, notes=notes)
    if settings.budget is None or not ranked:
        return found
    return _judged(found, choice, free, seen, worth.tried, settings)


def _through_the_gates(
    projects: Sequence[Project], world: World, settings: Settings, taken_on: Mapping[str, int]
) -> tuple[list[Project], list[Barred]]:
    """Return the projects that pass every gate, and those that do not with what they fail; both in order of id."""
    free: list[Project] = []
    barred: list[Barred] = []
    parcels = frozenset(map(str, world.parcels[0].index)) if settings.ranking.gates.land else frozenset()
    for project in sorted(projects, key=lambda one: one.id):
        why = failed(project, settings.ranking, date=world.date, parcels=parcels, taken_on=taken_on)
        if why:
            barred.append((project, why))
        else:
            free.append(project)
    return free, barred


def _limits(free: Sequence[Project], seen: Mapping[str, Coverage], world: World, settings: Settings) -> Limits:
    caps = settings.ranking.caps
    return limits(
        free,
        budget=settings.budget,
        per_village=caps.village,
        by_department=caps.department,
        department=[department_of(project, seen) for project in free],
        parcels_m2=areas(world) if any(project.takes for project in free) else {},
    )


def department_of(project: Project, coverages: Mapping[str, Coverage]) -> str:
    """Return which department answers for a project: that of the first of its rules that names one, else ""."""
    named = (coverages[rule_id].rule.department for rule_id in project.rule_ids if rule_id in coverages)
    return next((department for department in named if department), "")


def _choice(
    free: Sequence[Project],
    seen: Mapping[str, Coverage],
    worth: Worth,
    within: Limits,
    placed: Mapping[str, float],
    settings: Settings,
) -> Choice:
    effects, options = worth.effects(len(free)), settings.ranking
    weight, equity = _weight(seen), _placed(effects, placed) ** options.equity.exponent
    value = effects.values(weight, equity)
    return Choice(
        tuple(project.id for project in free),
        effects,
        value,
        np.array([project.cost_mid for project in free], float),
        np.array([project.cost_life_cycle for project in free], float),
        within,
        np.where(_is_safety(seen)[effects.slot_rule], value, 0.0) if settings.safety_net_first else None,
        tuple(i for i, project in enumerate(free) if project.id in options.inside),
    )


def _weight(seen: Mapping[str, Coverage]) -> Numbers:
    return np.array([rule_weight(coverage.rule) for coverage in seen.values()])


def _is_safety(seen: Mapping[str, Coverage]) -> NDArray[np.bool_]:
    return np.array([coverage.rule.severity == SAFETY_NET for coverage in seen.values()])


def _placed(effects: Effects, placed: Mapping[str, float]) -> Numbers:
    """Return how badly placed each unit of the effects is."""
    return np.array([placed.get(unit, 1.0) for unit in effects.units])


def _with_even_ranks(
    ranked: tuple[Ranked, ...], choice: Choice, seen: Mapping[str, Coverage], settings: Settings
) -> tuple[Ranked, ...]:
    """Return the rows with the rank each has where need counts alike in every village."""
    if not settings.ranking.equity.exponent or not ranked:
        return tuple(replace(row, rank_even=row.rank) for row in ranked)
    effects = choice.effects
    value = effects.values(_weight(seen), np.ones(len(effects.units)))
    safety = np.where(_is_safety(seen)[effects.slot_rule], value, 0.0) if settings.safety_net_first else None
    purse = Purse(choice.limits, len(choice.ids))
    order = in_order(effects, value, choice.life, purse, safety=safety, first=choice.inside).order
    rank_of = {choice.ids[i]: k + 1 for k, i in enumerate(order)}
    return tuple(replace(row, rank_even=rank_of.get(row.project.id)) for row in ranked)


def _gated(
    free: Sequence[Project],
    picks: Sequence[Pick],
    barred: Sequence[Barred],
    worth: Worth,
    purse: Purse,
) -> tuple[Gated, ...]:
    """Return what is not ranked with its reasons: what fails a gate, and what finds its parcel taken by the list."""
    waiting = {i: project for i, project in enumerate(free) if i not in {pick.project for pick in picks}}
    landless = {i: project for i, project in waiting.items() if project.takes and not purse.fits(i)}
    rows: list[tuple[int, Project, tuple[Failed, ...]]]
    rows = [(i, project, (_no_land_left(project),)) for i, project in landless.items()]
    rows += [(len(free) + i, project, why) for i, (project, why) in enumerate(barred)]
    found = []
    for row, project, why in rows:
        gain = worth.gain(row)
        if gain.need > NOBODY or gain.places > NOBODY or row >= len(free):
            found.append(Gated(project, why, gain.people, gain.need))
    return tuple(sorted(found, key=lambda one: (-one.need_closed, one.project.id)))


def _no_land_left(project: Project) -> Failed:
    return Failed("land", say("ranking.gate_parcel_taken", parcel=", ".join(parcel for parcel, _ in project.takes)))


def _unknown_ids(projects: Sequence[Project], gaps: Sequence[Gap], settings: Settings) -> list[str]:
    """Return the ids that the plan's ranking names and that no project and no gap of this run has."""
    options = settings.ranking
    known = {project.id for project in projects} | {gap.id for gap in gaps}
    named = (*options.inside, *options.outside, *options.gates.funded, *options.gates.confirmed)
    return sorted({id_ for id_ in named if id_ not in known})


def _notes(
    ranked: Sequence[Ranked], free: Sequence[Project], gated: Sequence[Gated], unknown: Sequence[str]
) -> tuple[Text, ...]:
    landless = {one.project.id for one in gated}.intersection(project.id for project in free)
    redundant = len(free) - len(ranked) - len(landless)
    notes = [say("projects.redundant", count=redundant)] if redundant else []
    if gated:
        notes.append(say("ranking.gated", count=len(gated)))
    if unknown:
        notes.append(say("ranking.unknown_ids", ids=", ".join(unknown)))
    return tuple(notes)


def _judged(
    found: Study,
    choice: Choice,
    free: Sequence[Project],
    seen: Mapping[str, Coverage],
    rerun: tuple[str, ...],
    settings: Settings,
) -> Study:
    """Return the study with the best set beside the list, what other orders would buy, and how firm every row is."""
    options, placed = settings.ranking, _placed(choice.effects, found.placed)
    shaken = Shaken(
        free,
        choice.effects,
        choice.limits,
        list(seen),
        _weight(seen),
        placed,
        options.equity.exponent if found.placed else 0.0,
        _is_safety(seen) if settings.safety_net_first else None,
        choice.inside,
    )
    with ThreadPoolExecutor(1) as pool:  # the solver works on the other processor while the draws are made
        best = pool.submit(_portfolio, found.ranked, choice, rerun, settings)
        firm = robustness(shaken, draws=options.draws, weight_range=options.weight_range) if options.draws else None
        total = math.fsum(row.project.cost_mid for row in found.ranked)
        others = outcomes(choice, _weight(seen), placed, total=total)
    return replace(found, portfolio=best.result(), robustness=firm, outcomes=others)


def _portfolio(
    ranked: Sequence[Ranked], choice: Choice, rerun: tuple[str, ...], settings: Settings
) -> Portfolio | None:
    row_of = {id_: i for i, id_ in enumerate(choice.ids)}
    order = [row_of[row.project.id] for row in ranked if row.in_budget]
    solved = best_set(choice, order, alternatives=settings.ranking.alternatives)
    if solved is None or settings.budget is None:
        return None
    best, others = solved
    return Portfolio(
        settings.budget,
        _ids(choice, best.chosen),
        float(choice.build[best.chosen].sum()),
        best.value,
        best.bound,
        math.fsum(row.need_closed for row in ranked if row.in_budget),
        tuple(_swap(choice, best, other) for other in others),
        _curve(ranked, choice),
        rerun,
    )


def _ids(choice: Choice, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(sorted(choice.ids[i] for i in np.flatnonzero(chosen).tolist()))


def _swap(choice: Choice, best: Solved, other: Solved) -> Swap:
    return Swap(other.value, _ids(choice, other.chosen & ~best.chosen), _ids(choice, best.chosen & ~other.chosen))


def _curve(ranked: Sequence[Ranked], choice: Choice) -> tuple[Point, ...]:
    """Return what every twentieth of the money for the whole list buys, in the order of the list, with the bound."""
    spent = np.cumsum([row.project.cost_mid for row in ranked])
    need, people = (np.cumsum([getattr(row, name) for row in ranked]) for name in ("need_closed", "people_served"))
    budgets = np.linspace(0.0, spent[-1], CURVE_POINTS + 1)[1:]
    count = np.searchsorted(spent, budgets * (1 + 1e-9), side="right")
    most = bounds(choice, budgets)
    return tuple(
        Point(float(budget), int(n), float(need[n - 1]) if n else 0.0, float(people[n - 1]) if n else 0.0, float(bound))
        for budget, n, bound in zip(budgets, count, most, strict=True)
    )
