"""Devices that work, as a share of those that stand in a village."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.devices import Devices, Gained, devices_of, gained, repairs_of
from geo.gaps import Gap, place_gaps, stable_id
from geo.places import judged_units, rows_containing, texts, unit_people
from geo.projects import Project
from geo.rule import Adds, Found, Measured, Rule
from geo.supply import edits_touch
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# 0.95 of 20 is 19, whatever the last bit of the product says.
NOISE = 1e-9


@dataclass(frozen=True)
class Uptime:
    """The devices, and the place (row of the measured frame) each stands in, -1 where it is none that is judged."""

    devices: Devices
    place: Rows
    ref: str


def uptime(world: World, ref: str, units: str, where: str | None, min_share: float) -> Measured:
    """Return for each village with devices how many work and how many should; raises LayerError if a layer is missing."""
    villages = judged_units(world, units, where)
    devices = devices_of(world.layers, ref, usual="lamp")
    unit = rows_containing(devices.geometry, world.units)
    stands = devices.works | devices.unknown | devices.broken
    row = world.units.index.get_indexer(villages.index)
    there, works, unknown = (
        np.bincount(unit[taken & (unit >= 0)], minlength=len(world.units)).astype(float)[row]
        for taken in (stands, devices.works, devices.unknown)
    )
    kept = there > 0
    required = np.ceil(min_share * there - NOISE)
    frame = villages[["name", "geometry"]].assign(
        name=texts(villages["name"]),
        unit_id=villages.index.to_numpy(object),
        required=required,
        supplied=works,
        supplied_low=works,
        supplied_high=works + unknown,
        people=unit_people(world.units, world.demand)[row],
        reason=np.where((works < required) & (works + unknown >= required), "device_status_blank", ""),
    )
    notes = list(devices.notes)
    outside = int((stands & (unit < 0)).sum())
    notes += [say("interval.devices_outside", count=outside)] if outside else []
    notes += [say("interval.without_devices", count=int((~kept).sum()))] if not kept.all() else []
    place_of = np.full(len(world.units) + 1, -1)
    place_of[row[kept]] = np.arange(int(kept.sum()))
    detail = Uptime(devices, place_of[unit], ref)
    return Measured(frame[kept], f"{devices.sort}s", "at_least", tuple(notes), detail, without="share")


def uptime_gaps(coverage: Coverage, detail: Uptime) -> list[Gap]:
    """Return one gap for each village with too few that work, drawn where those stand that do not."""
    what = say(f"linear.sort_{detail.devices.sort}")
    gaps = place_gaps(
        coverage,
        lambda row: say(
            "interval.gap_share", what=what, supplied=float(row["supplied"]), required=float(row["required"])
        ),
    )
    idle = {gap.id: detail.devices.geometry[_idle(gap, coverage, detail)] for gap in gaps}
    return [replace(gap, geometry=shapely.multipoints(idle[gap.id])) for gap in gaps]


def _idle(gap: Gap, coverage: Coverage, detail: Uptime) -> Rows:
    """Return the devices in the gap's village that are broken, and then those that may be, each by id."""
    place = coverage.frame.index.get_loc(gap.place_ids[0])
    here, devices = detail.place == place, detail.devices
    return np.concatenate([np.flatnonzero(here & devices.broken), np.flatnonzero(here & devices.unknown)])


def uptime_projects(rule: Rule, gaps: Sequence[Gap], coverage: Coverage, detail: Uptime) -> list[Project]:
    """Return for each gap the repair of as many devices as are missing."""
    devices = detail.devices
    action = devices.action("repair")
    jobs = [_idle(gap, coverage, detail)[: round(gap.amount)] for gap in gaps]
    return [
        Project(
            id=stable_id("P", action, gap.id),
            action=action,
            name=say("interval.project_mend", unit=gap.name or gap.unit_id, what=say(f"linear.sort_{devices.sort}")),
            unit_id=gap.unit_id,
            rule_ids=(rule.id,),
            gap_ids=(gap.id,),
            amount=gap.amount,
            unit=f"{devices.sort}s",
            edits=repairs_of(devices, rows),
            cost=rule.cost or devices.repair,
            geometry=shapely.multipoints(devices.geometry[rows]),
        )
        for gap, rows in zip(gaps, jobs, strict=True)
    ]


def uptime_adds(projects: Sequence[Project], coverage: Coverage, detail: Uptime, world: World) -> Adds | None:
    """Return which devices each project puts right, none counted twice.

    None where one touches villages or homes, puts up a device in a village that is short (which is then due more), or
    does anything else to a device.
    """
    new = gained(projects, detail.devices, world.layers, detail.ref)
    if new is None or edits_touch(projects, {"units", "demand"}, world.layers):
        return None
    added = np.unique(new.row[new.row >= len(detail.devices)])
    unit = rows_containing(new.devices.geometry[added], world.units)
    ids = np.append(world.units.index.to_numpy(object), "")[unit]
    joined = coverage.frame.index.get_indexer(ids)
    if (coverage.frame["status"].to_numpy() == "short")[joined[joined >= 0]].any():
        return None
    place = np.append(detail.place, joined)
    counts = (new.row < len(detail.devices)) & (place[np.minimum(new.row, len(place) - 1)] >= 0)
    cell = new.row[counts]
    # A device in no judged village is never a cell that is filled; -1 would be the last place, so it is given the first.
    return Adds(new.project[counts], cell, np.ones(len(cell)), np.maximum(detail.place, 0), "any")


class UptimeTrial:
    """Villages by how many devices stand in them and how many work, with projects that put devices up or right.

    `_device[p]` are the devices project p makes work, `_place` the place of each (-1: none that is judged), `_is_new`
    whether it does not stand yet: then one more stands, and one more works.
    """

    def __init__(self, coverage: Coverage, detail: Uptime, new: Gained, unit: Rows, min_share: float) -> None:
        frame, devices = coverage.measured.frame, detail.devices
        stands = devices.works | devices.unknown | devices.broken
        self._place, self._min_share = np.append(detail.place, unit), min_share
        self._is_new = np.append(~stands, np.ones(len(unit), bool))
        here = stands & (detail.place >= 0)
        self._stand = np.bincount(detail.place[here], minlength=len(frame)).astype(float)
        self._work = frame["supplied"].to_numpy(float).copy()
        order = np.lexsort((new.row, new.project))
        order = order[self._place[new.row[order]] >= 0]
        project, first = np.unique(new.project[order], return_index=True)
        self.projects: list[int] = project.tolist()
        self._device = dict(zip(self.projects, np.split(new.row[order], first[1:]), strict=True))
        self._works = np.zeros(len(self._place), bool)
        self._in: defaultdict[int, list[int]] = defaultdict(list)
        for one, rows in self._device.items():
            for place in np.unique(self._place[rows]).tolist():
                self._in[place].append(one)

    def look(self, project: int) -> Found:
        """Return how many would work and should, in the villages where the project does something."""
        place, stand, work = self._more(project)
        required = np.ceil(self._min_share * (self._stand[place] + stand) - NOISE)
        return Found(place, self._work[place] + work, required)

    def take(self, project: int) -> Rows:
        """Count the project as done; return those that do something in the same villages."""
        place, stand, work = self._more(project)
        self._stand[place] += stand
        self._work[place] += work
        self._works[self._device[project]] = True
        return np.unique([other for one in place.tolist() for other in self._in[one]]).astype(np.intp)

    def _more(self, project: int) -> tuple[Rows, Numbers, Numbers]:
        """Return the villages where the project does something, and how many more stand and work there."""
        device = np.unique(self._device[project])
        place, at = np.unique(self._place[device], return_inverse=True)
        is_more = ~self._works[device]
        stand, work = (
            np.bincount(at[more], minlength=len(place)) for more in (is_more & self._is_new[device], is_more)
        )
        return place, stand.astype(float), work.astype(float)


def uptime_trial(
    projects: Sequence[Project], coverage: Coverage, detail: Uptime, world: World, min_share: float
) -> UptimeTrial | None:
    """Return how to try out projects that put devices up or right; None where one touches villages or homes, or does
    anything else to a device."""
    new = gained(projects, detail.devices, world.layers, detail.ref)
    if new is None or edits_touch(projects, {"units", "demand"}, world.layers):
        return None
    added = rows_containing(new.devices.geometry[len(detail.devices) :], world.units)
    ids = np.append(world.units.index.to_numpy(object), "")[added]
    return UptimeTrial(coverage, detail, new, coverage.frame.index.get_indexer(ids), min_share)
