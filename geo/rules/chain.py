"""A service handed on from stage to stage: from the household to the village, the town and the county, all the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from geo.chains.flow import RANGE, Causes, Flow, flow
from geo.chains.gaps import ChainGap, gaps_of
from geo.chains.options import ChainOptions
from geo.chains.projects import plans_for
from geo.chains.stages import Known, known_chain
from geo.chains.trial import chain_trial
from geo.gaps import Gap
from geo.places import texts
from geo.projects import Project
from geo.rule import Measured, Rule, Trial
from geo.supply import counting, moving, rejected_note, units_with_rejects, what_is
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Kept:
    """What measuring found, and the gaps and the projects for all of them once they have been worked out."""

    known: Known
    found: Flow
    gaps: list[ChainGap] = field(default_factory=list)
    plans: list[Project] = field(default_factory=list)


class Chain(ChainOptions, Rule):
    """Every home is served by a whole chain: each stage within range of the one before, and able to take what comes in.

    What people give (`kg_per_person_day`) goes to the nearest facility of the first stage within its range, from there to
    the nearest of the second, and so on; of several as near, to the one with the lowest id. All that comes in goes on. A
    stage holds if capacity x times a day >= inflow; within means <=. A home is served (1) only if every stage on its way
    is within range and holds, else not at all (0): a better stage serves nobody more unless it was the one in the way.
    The reason names the first failing stage and its facility. Without `kg_per_person_day` only the ranges are judged.
    The four stages of rural waste (户收集—村集中—镇转运—县处理) are the model; a referral chain is one too.

    Unknown: a home off the roads; one whose verdict hangs on a facility of unknown status, capacity or times a day, on
    one off the roads, on homes of unknown people, or on a row set aside.

    A gap is what is in the way (a facility that cannot take it, or reaches no next one) with everybody upstream whose
    chain breaks there first; homes out of range of the first stage are clusters. Repair: one project a gap, which puts
    right that and every failing stage after it, so that it closes the gap by itself; facilities are sized for the town
    with all gaps closed. A stage that several projects need is priced in each: done together they cost less.
    """

    def measure(self, world: World) -> Measured:
        """Return for each home whether its chain is whole; raises LayerError if a layer is missing."""
        known = known_chain(self, world)
        found = flow(known.chain)
        homes, off = known.homes, known.is_off
        named = self._named(known, world)
        low = np.where(off, np.nan, found.surely)
        high = np.where(off, np.nan, found.maybe | named)
        frame = homes[["geometry"]].assign(
            name=texts(homes["name"]),
            unit_id=homes["unit_id"].to_numpy(object),
            required=1.0,
            supplied=np.where(low == high, low, np.nan),
            supplied_low=low,
            supplied_high=high,
            people=homes["people"].to_numpy(float),
            reason=self._reasons(known, found, named),
        )
        return Measured(frame, "chain", "at_least", self._notes(known, world), _Kept(known, found), of="homes")

    def _named(self, known: Known, world: World) -> Flags:
        """Return which homes are in a village that a row set aside named: its facility may serve them."""
        rejected = [row for stage in self.stages for row in units_with_rejects(world, stage.meant)]
        named: Flags = np.isin(known.homes["unit_id"].to_numpy(object), world.units.index.to_numpy(object)[rejected])
        return named

    def _reasons(self, known: Known, found: Flow, named: Flags) -> NDArray[np.object_]:
        reasons = np.full(len(named), "", dtype=object)
        for home in np.flatnonzero(~found.surely):
            is_open = bool(found.maybe[home])
            reasons[home] = _code(found.doubts if is_open else found.failing, int(home), known, is_open=is_open)
        reasons[~found.maybe & named] = "row_rejected"
        offset = known.offset_m
        for home in np.flatnonzero(known.is_off):
            reasons[home] = "no_road" if np.isnan(offset[home]) else f"off_network:{offset[home]:.0f}"
        return reasons

    def _notes(self, known: Known, world: World) -> tuple[Text, ...]:
        notes = [*world.demand.notes]
        for k, (stage, stop) in enumerate(zip(self.stages, known.stages, strict=True)):
            notes += [*stop.supply.notes, *rejected_note(world, stage.meant)]
            blank = int(np.isnan(stop.takes).sum()) if self.kg_per_person_day else 0
            if blank:
                notes.append(say("chain.capacity_blank", stage=k + 1, count=blank, what=what_is(stage.meant)))
        off = int(known.is_off.sum())
        return (*notes, say("rules.off_network_homes", count=off, limit_m=self.max_snap_m)) if off else tuple(notes)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each facility in the way, and one for each cluster of homes out of range of the first."""
        gaps = self._gaps(coverage, world)
        closed = {gap_id for project in self._plans(gaps, coverage, world) for gap_id in project.gap_ids}
        return [one.gap if one.gap.id in closed else one.without_repair() for one in gaps]

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return one project for each gap that something can be built for; see above."""
        asked = {gap.id for gap in gaps}
        return self._plans([one for one in self._gaps(coverage, world) if one.gap.id in asked], coverage, world)

    def heeds(self, projects: Sequence[Project], world: World) -> set[int]:
        """Return the projects that move homes or roads, or touch a facility of some stage."""
        stages = [counting(projects, stage.meant, world.layers) for stage in self.stages]
        return moving(projects, {"units", "demand", "roads"}, world.layers).union(*stages)

    def trial(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Trial | None:
        """Return the chain with everything built, of which each look leaves out what is not done."""
        known = _kept(coverage).known
        return chain_trial(self, projects, self._named(known, world), world)

    def _gaps(self, coverage: Coverage, world: World) -> list[ChainGap]:
        kept = _kept(coverage)
        if not kept.gaps:
            kept.gaps.extend(gaps_of(self, coverage, kept.known, kept.found, world))
        return kept.gaps

    def _plans(self, gaps: Sequence[ChainGap], coverage: Coverage, world: World) -> list[Project]:
        """Return the projects for these gaps; those for all of them are worked out but once."""
        kept = _kept(coverage)
        if len(gaps) < len(kept.gaps):
            return plans_for(self, gaps, kept.known, world)
        if not kept.plans:
            kept.plans.extend(plans_for(self, gaps, kept.known, world))
        return kept.plans


def _kept(coverage: Coverage) -> _Kept:
    return cast("_Kept", coverage.measured.detail)


def _code(causes: Causes, home: int, known: Known, *, is_open: bool) -> str:
    """Return the reason code of a home that is not surely served: the kind of thing in the way, its stage and facility."""
    kind, stage, row = int(causes.kind[home]), int(causes.stage[home]), int(causes.row[home])
    facility = known.facility(kind, stage, row)
    word = "open" if is_open else "range" if kind == RANGE else "capacity"
    return f"chain_{word}:{stage + 1} ({facility})" if facility else f"chain_{word}:{stage + 1}"
