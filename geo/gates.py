"""What a project must pass before it is ranked: land, money of others, size, time, and whether somebody has looked.

A project that fails is not dropped: it is listed with every reason, and what stays undone for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from layers.text import Text, say

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo.projects import Project
    from layers.rankingoptions import RankingOptions

Gate = Literal["land", "cost", "time", "funded", "unconfirmed", "under_way", "outside"]


@dataclass(frozen=True)
class Failed:
    """One gate that a project does not pass: its code, and the reason in words."""

    gate: Gate
    reason: Text


def failed(
    project: Project,
    options: RankingOptions,
    *,
    date: dt.date | None,
    parcels: Collection[str],
    taken_on: Mapping[str, int],
) -> tuple[Failed, ...]:
    """Return every gate the project does not pass, in a fixed order.

    `date` is the day the data speak of, `parcels` the idle parcels that may be built on, `taken_on` the open task of
    each gap that somebody is working on already.
    """
    gates = options.gates
    ids = {project.id, *project.gap_ids}
    found = [
        *_outside(project, options.outside),
        *_under_way(project, taken_on),
        *(Failed("funded", say("ranking.gate_funded", id=id_)) for id_ in sorted(ids.intersection(gates.funded))),
        *(_land(project, parcels) if gates.land else ()),
        *_cost(project, gates.cost_cap),
        *(_time(project, date, gates.finish_by) if gates.finish_by else ()),
        *(_unconfirmed(project, gates.confirmed) if gates.confirmed else ()),
    ]
    return tuple(found)


def _outside(project: Project, outside: Sequence[str]) -> tuple[Failed, ...]:
    return (Failed("outside", say("ranking.gate_outside")),) if project.id in outside else ()


def _under_way(project: Project, taken_on: Mapping[str, int]) -> tuple[Failed, ...]:
    """Return that all the gaps the project is for are being worked on; one that is for others too goes on."""
    tasks = sorted({taken_on[gap_id] for gap_id in project.gap_ids if gap_id in taken_on})
    if not tasks or not set(project.gap_ids) <= set(taken_on):
        return ()
    return (Failed("under_way", say("ranking.gate_under_way", tasks=", ".join(map(str, tasks)))),)


def _land(project: Project, parcels: Collection[str]) -> tuple[Failed, ...]:
    """Return that a building has no land: its amount of land is not on an idle parcel that may be built on."""
    if not project.action.startswith("build_"):
        return ()
    if not project.takes:
        return (Failed("land", say("ranking.gate_no_land")),)
    not_free = sorted(parcel for parcel, _ in project.takes if parcel not in parcels)
    return tuple(Failed("land", say("ranking.gate_land_not_free", parcel=parcel)) for parcel in not_free)


def _cost(project: Project, cap: float | None) -> tuple[Failed, ...]:
    if cap is None or project.cost_mid <= cap:
        return ()
    return (Failed("cost", say("ranking.gate_cost", cost=project.cost_mid, cap=cap)),)


def _time(project: Project, date: dt.date | None, finish_by: dt.date) -> tuple[Failed, ...]:
    weeks = project.cost.weeks
    if weeks is None or date is None:
        return (Failed("time", say("ranking.gate_time_unknown")),)
    done = date + dt.timedelta(days=round(7 * weeks))
    if done <= finish_by:
        return ()
    return (Failed("time", say("ranking.gate_time", weeks=weeks, done=done.isoformat(), by=finish_by.isoformat())),)


def _unconfirmed(project: Project, confirmed: Sequence[str]) -> tuple[Failed, ...]:
    open_gaps = [gap_id for gap_id in project.gap_ids if gap_id not in confirmed]
    if project.id in confirmed or not open_gaps:
        return ()
    return (Failed("unconfirmed", say("ranking.gate_unconfirmed", gaps=", ".join(open_gaps))),)
