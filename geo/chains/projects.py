"""One project for each thing in a chain's way: it and every failing stage after it, built or enlarged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.building import assumed_cost
from geo.chains.flow import CAPACITY, NOWHERE, Chain, Flow, flow
from geo.chains.gaps import ChainGap, facility_name, unit_name
from geo.chains.sites import Extended, extended
from geo.coverage import TOLERANCE
from geo.gaps import stable_id
from geo.parcels import taken
from geo.places import points_of
from geo.projects import Project
from geo.supply import what_is
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.chains.options import ChainOptions
    from geo.chains.stages import Known
    from geo.world import World

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Sized:
    """The extended chain with homes of unknown people left out, with nothing built and with everything built."""

    more: Extended
    chain: Chain
    is_new: tuple[Flags, ...]
    before: Flow
    after: Flow


@dataclass(frozen=True)
class _Work:
    """One facility to be built (`is_new`) or enlarged, so that it takes `kg` a day."""

    stage: int
    row: int
    is_new: bool
    kg: float


def plans_for(rule: ChainOptions, gaps: Sequence[ChainGap], known: Known, world: World) -> list[Project]:
    """Return a project for each of these gaps that something can be done about, by id; see rules.chain.Chain."""
    if not gaps:
        return []
    homes = np.unique(np.concatenate([gap.homes for gap in gaps]))
    sized = _sized(extended(rule, homes, known, world))
    projects = []
    for gap in gaps:
        works = _works(gap, sized)
        if works:
            projects.append(_project(rule, gap, works, sized, world))
    return sorted(projects, key=lambda project: project.id)


def _sized(more: Extended) -> _Sized:
    chain = replace(more.known.chain, gives_high=more.known.chain.gives_low)
    is_new = tuple(np.isin(stage.ids, list(more.built)) for stage in more.known.stages)
    return _Sized(more, chain, is_new, flow(chain.among([~new for new in is_new])), flow(chain))


def _works(gap: ChainGap, sized: _Sized) -> list[_Work]:
    """Return what has to be built or enlarged so that the gap is closed by it alone; nothing if that cannot be."""
    own = _new_on_the_way(gap.homes, sized)
    chain = sized.chain.among([~new | mine for new, mine in zip(sized.is_new, own, strict=True)])
    alone = flow(chain)
    works, stops, sources = [], [], gap.homes
    for k, (leg, stop) in enumerate(zip(alone.legs, chain.stops, strict=True)):
        used = np.unique(leg.target[np.isin(leg.source, sources)])
        inflow = np.max([one.inflow_high[k] for one in (alone, sized.before, sized.after)], axis=0)
        is_known = stop.takes_low == stop.takes_high
        wanting = stop.takes_low < inflow - TOLERANCE * np.maximum(1.0, inflow)
        chosen = [row for row in used.tolist() if sized.is_new[k][row] or (is_known[row] and wanting[row])]
        works += [_Work(k, row, bool(sized.is_new[k][row]), float(inflow[row])) for row in chosen]
        takes_low, takes_high = stop.takes_low.copy(), stop.takes_high.copy()
        takes_low[chosen], takes_high[chosen] = inflow[chosen], inflow[chosen]
        stops.append(replace(stop, takes_low=takes_low, takes_high=takes_high))
        sources = used
    done = flow(replace(chain, stops=tuple(stops)))
    return works if done.maybe[gap.homes].any() else []


def _new_on_the_way(homes: Rows, sized: _Sized) -> list[Flags]:
    """Return which new facilities these homes need: where they or what they lead to had nowhere to go before."""
    own = []
    sources = homes
    for new, was, is_now in zip(sized.is_new, sized.before.legs, sized.after.legs, strict=True):
        goes = np.where(was.goes[sources] != NOWHERE, was.goes[sources], is_now.goes[sources])
        sources = np.unique(goes[goes != NOWHERE])
        mine = np.zeros(len(new), bool)
        mine[sources] = new[sources]
        own.append(mine)
    return own


def _project(rule: ChainOptions, gap: ChainGap, works: Sequence[_Work], sized: _Sized, world: World) -> Project:
    known = sized.more.known
    id_ = stable_id("P", "mend_chain", gap.gap.id)
    edits, costs, places = [], [], []
    land: list[tuple[str, float]] = []
    for i, work in enumerate(works, 1):
        make = _new_facility if work.is_new else _larger
        edit, cost = make(rule, work, sized, world, f"{id_}-{i}")
        edits.append(edit)
        costs.append(cost)
        land += sized.more.built[str(known.stages[work.stage].ids[work.row])].takes if work.is_new else ()
        places.append(known.stages[work.stage].supply.frame.iloc[[work.row]])
    return Project(
        id=id_,
        action="mend_chain",
        name=_name(rule, gap, works, known, world),
        unit_id=gap.gap.unit_id,
        rule_ids=(rule.id,),
        gap_ids=(gap.gap.id,),
        amount=1.0,
        unit="works",
        edits=tuple(edits),
        cost=_summed(costs),
        geometry=shapely.multipoints(np.concatenate([points_of(place) for place in places])),
        takes=taken(land),
    )


def _name(rule: ChainOptions, gap: ChainGap, works: Sequence[_Work], known: Known, world: World) -> Text:
    first, count = works[0], len(works)
    if not first.is_new:
        name = facility_name(known, CAPACITY, first.stage, first.row)
        return say("chain.project_larger" if count == 1 else "chain.project_larger_and_more", name=name, **_more(count))
    place = unit_name(world.units, gap.gap.unit_id)
    what = what_is(rule.stages[first.stage].meant)
    key = "chain.project_build" if count == 1 else "chain.project_build_and_more"
    return say(key, place=place, what=what, **_more(count))


def _more(count: int) -> dict[str, int]:
    return {"count": count} if count > 1 else {}


def _new_facility(rule: ChainOptions, work: _Work, sized: _Sized, world: World, id_: str) -> tuple[Edit, Cost]:
    """Return the facility of the extended chain as a row of the project's own, large enough."""
    stage = rule.stages[work.stage]
    project = sized.more.built[str(sized.more.known.stages[work.stage].ids[work.row])]
    (edit,) = project.edits
    if edit.add is None:
        raise TypeError("a facility to be built is a row to be added")
    times = stage.per_day or 1.0
    cells: dict[str, Any] = {"per_day": times}
    if rule.kg_per_person_day is not None:
        asked = edit.add["capacity"].to_numpy(float)[0]
        cells["capacity"] = float(np.fmax(_whole(work.kg / (times * stage.kg_per_capacity)), asked))
    row = edit.add.assign(**cells).set_axis([id_], axis=0).rename_axis("id")
    return Edit(edit.layer, add=row), project.cost


def _larger(rule: ChainOptions, work: _Work, sized: _Sized, world: World, id_: str) -> tuple[Edit, Cost]:
    """Return the facility's new capacity, and what it costs: the share of a new one by which it grows."""
    stage, known = rule.stages[work.stage], sized.more.known.stages[work.stage]
    facility = str(known.ids[work.row])
    layer = next(layer for layer, rows in world.layers.parts("facilities", stage.facilities) if facility in rows.index)
    had, each = float(known.supply.frame["capacity"].iloc[work.row]), float(known.kg_per_place[work.row])
    cells = {}
    if each <= 0:  # never served: then it takes nothing, however large it is
        cells["per_day"] = [stage.per_day or 1.0]
        each = cells["per_day"][0] * stage.kg_per_capacity
    wanted = max(_whole(work.kg / each), had)
    change = pd.DataFrame({**cells, "capacity": [wanted]}, index=pd.Index([facility], name="id"))
    grown = (wanted - had) / had if had > 0 else 1.0
    cost = stage.cost or rule.cost or assumed_cost(world.layers, stage.meant)
    parts = {name: getattr(cost, name) * grown for name in ("low", "mid", "high", "yearly")}
    return Edit(layer.name, change=change), Cost(**parts, life_years=cost.life_years)


def _whole(amount: float) -> float:
    return float(math.ceil(amount - TOLERANCE * max(1.0, amount)))


def _summed(costs: Sequence[Cost]) -> Cost:
    """Return what all of them cost together; the life is the one at which the same is spent a year."""
    mid = math.fsum(cost.mid for cost in costs)
    worn = math.fsum(cost.mid / cost.life_years for cost in costs)
    return Cost(
        low=math.fsum(cost.low for cost in costs),
        mid=mid,
        high=math.fsum(cost.high for cost in costs),
        per="project",
        yearly=math.fsum(cost.yearly for cost in costs),
        life_years=mid / worn if worn > 0 else max(cost.life_years for cost in costs),
    )
