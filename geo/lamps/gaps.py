"""Dark stretches as gaps, and the lamps that close them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.coverage import SHORT
from geo.devices import Devices, NewDevices, new_devices, repairs, shared_cost
from geo.gaps import Gap, stable_id
from geo.lamps.lighting import Lighting, bounding, dark_stretches, lamp_places
from geo.lamps.people import Traffic, entering, passing
from geo.lines.intervals import SLIVER_M, Stretches, overlapping
from geo.lines.sublines import gathered, sublines
from geo.projects import Project
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.rule import Rule

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True)
class DarkGaps:
    """Gaps and the dark stretches they are made of: `gap` numbers each piece's gap, ascending."""

    gaps: tuple[Gap, ...]
    pieces: Stretches
    gap: Rows


def dark_gaps(
    rule: Rule, coverage: Coverage, lighting: Lighting, min_length_m: float, traffic: Traffic | None = None
) -> DarkGaps:
    """Return the dark stretches of the roads that are short, as gaps in the order of road and metre.

    A stretch of at least min_length_m is a gap of its own; a road that is dark only in shorter ones has one gap of all
    of them, so that no road is short without a gap. With `traffic` the reason says how many more pass there.
    """
    short = np.append((coverage.frame["status"] == SHORT).to_numpy(), False)[lighting.place]
    dark = lighting.dark.take(short[lighting.dark.line])
    long = dark.length_m >= min_length_m - SLIVER_M
    has_long = np.bincount(dark.line, long, minlength=len(lighting.roads)) > 0
    kept = long | ~has_long[dark.line]
    pieces, long = dark.take(kept), long[kept]
    starts = np.ones(len(pieces), bool)
    starts[1:] = long[1:] | (pieces.line[1:] != pieces.line[:-1])
    gap = np.cumsum(starts) - 1
    return DarkGaps(tuple(_gaps(rule, coverage, lighting, pieces, gap, traffic)), pieces, gap)


def _gaps(
    rule: Rule, coverage: Coverage, lighting: Lighting, pieces: Stretches, gap: Rows, traffic: Traffic | None
) -> list[Gap]:
    first = np.flatnonzero(np.diff(gap, prepend=-1))
    count = np.bincount(gap, minlength=len(first))
    amount = np.bincount(gap, pieces.length_m, minlength=len(first))
    home = entering(pieces, lighting.entries, lighting.length_m)
    people = np.bincount(gap[home[home >= 0]], lighting.entries.people[home >= 0], minlength=len(first))
    geometry = gathered(sublines(np.asarray(lighting.roads.geometry), pieces), gap, len(first))
    place = lighting.place[pieces.line[first]]
    names, units = (coverage.frame[column].to_numpy(object)[place] for column in ("name", "unit_id"))
    ids = coverage.frame.index.to_numpy(object)[place]
    more = np.zeros(len(first))
    if traffic is not None:
        np.maximum.at(more, gap, passing(traffic, pieces))
    more -= people
    known = ~np.isnan(coverage.frame["people"].to_numpy(float)[place])
    return [
        Gap(
            id_,
            rule.id,
            rule.severity,
            (str(ids[i]),),
            units[i],
            names[i] or str(ids[i]),
            float(amount[i]),
            "m",
            float(people[i]) if known[i] else float("nan"),
            geometry[i],
            _reason(pieces.start_m[first[i]], pieces.end_m[first[i]], amount[i], int(count[i]), round(more[i])),
        )
        for i, id_ in enumerate(_ids(rule, lighting, pieces.take(first), count, ids))
    ]


def _ids(rule: Rule, lighting: Lighting, pieces: Stretches, count: Rows, roads: NDArray[np.object_]) -> list[str]:
    """Return ids made of the road and the lamps on either side: they stay when a vertex is moved.

    Where the same two lamps bound two stretches of one road (a road that passes them twice), the second gets a number.
    """
    before, after = bounding(lighting.reach, lighting.devices.works, pieces, lighting.devices.ids)
    seen: dict[tuple[str, ...], int] = {}
    ids = []
    for road, one, other, many in zip(roads, before, after, count, strict=True):
        parts = (str(road), "pieces") if many > 1 else (str(road), one, other)
        seen[parts] = seen.get(parts, 0) + 1
        ids.append(stable_id(rule.id, *parts, *([str(seen[parts])] if seen[parts] > 1 else [])))
    return ids


def _reason(start_m: float, end_m: float, dark_m: float, count: int, more: int) -> Text:
    start, end, length = (round(float(metres), 1) for metres in (start_m, end_m, dark_m))
    gap = say("linear.gap_dark", start=start, end=end, length=length)
    if count > 1:
        gap = say("linear.gap_dark_pieces", count=count, length=length)
    return say("linear.gap_dark_passed", gap=gap, people=more) if more > 0 else gap


@dataclass(frozen=True)
class _Work:
    """What could be done about the gaps: devices to put right, and lamps to put up, each with its gap's number.

    `anew` are the lamps if nothing is put right, `rest` those needed besides when everything is.
    """

    repair_gap: Rows
    repair: Rows
    anew: Stretches
    rest: Stretches


def lamp_projects(
    rule: Rule, found: DarkGaps, lighting: Lighting, gaps: Sequence[Gap], radius_m: float
) -> list[Project]:
    """Return the projects that close these gaps; see AlongRoad.repairs."""
    number = {gap.id: i for i, gap in enumerate(found.gaps)}
    work = _work(found, lighting, radius_m)
    sites = [
        shapely.line_interpolate_point(np.asarray(lighting.roads.geometry)[_road(found, lamps)], lamps.start_m)
        for lamps in (work.anew, work.rest)
    ]
    jobs: list[_Job] = []
    for gap in gaps:
        i = number[gap.id]
        repair = work.repair[slice(*np.searchsorted(work.repair_gap, [i, i + 1]))]
        anew, rest = (
            places[slice(*np.searchsorted(lamps.line, [i, i + 1]))]
            for places, lamps in zip(sites, (work.anew, work.rest), strict=True)
        )
        jobs.append(_job(gap, repair, rest[:0] if len(repair) else anew))
        if len(repair) and len(rest):
            jobs.append(_job(gap, repair, rest))
    new = new_devices(lighting.devices, [(job.id, job.sites) for job in jobs], str(lighting.roads.crs))
    mended = repairs(lighting.devices, [job.repair for job in jobs])
    return [_project(rule, lighting.devices, job, new, edits) for job, edits in zip(jobs, mended, strict=True)]


def _road(found: DarkGaps, lamps: Stretches) -> Rows:
    """Return the road of each lamp, whose `line` is its gap."""
    return found.pieces.line[np.searchsorted(found.gap, lamps.line)]


def _work(found: DarkGaps, lighting: Lighting, radius_m: float) -> _Work:
    devices, pieces = lighting.devices, found.pieces
    mendable = devices.broken | devices.unknown
    mended = lighting.reach.take(mendable[lighting.reach.device])
    piece, entry = overlapping(pieces, mended.stretches)
    pairs = np.unique(np.column_stack([found.gap[piece], mended.device[entry]]), axis=0)
    left = dark_stretches(lighting.reach, devices.works | mendable, np.unique(pieces.line), lighting.length_m)
    home, part = overlapping(pieces, left)
    order = np.argsort(found.gap[home], kind="stable")
    still_dark = Stretches(found.gap[home][order], left.start_m[part][order], left.end_m[part][order])
    whole = Stretches(found.gap, pieces.start_m, pieces.end_m)
    return _Work(pairs[:, 0], pairs[:, 1], _lamps(whole, radius_m), _lamps(still_dark, radius_m))


def _lamps(pieces: Stretches, radius_m: float) -> Stretches:
    line, at = lamp_places(pieces, radius_m)
    return Stretches(line, at, at)


@dataclass(frozen=True)
class _Job:
    """What one project does about a gap: devices to put right, and places for new lamps."""

    id: str
    action: str
    gap: Gap
    repair: Rows
    sites: NDArray[np.object_]


def _job(gap: Gap, repair: Rows, sites: NDArray[np.object_]) -> _Job:
    both = "repair_and_install_lamps" if len(repair) else "install_lamps"
    action = both if len(sites) else "repair_lamps"
    return _Job(stable_id("P", action, gap.id), action, gap, repair, sites)


def _project(rule: Rule, devices: Devices, job: _Job, new: NewDevices, mended: tuple[Edit, ...]) -> Project:
    mend, build = len(job.repair), len(job.sites)
    places = np.concatenate([devices.geometry[job.repair], job.sites])
    return Project(
        id=job.id,
        action=job.action,
        name=say(f"linear.project_{job.action}", road=job.gap.name, mend=mend, count=build),
        unit_id=job.gap.unit_id,
        rule_ids=(rule.id,),
        gap_ids=(job.gap.id,),
        amount=float(mend + build),
        unit="lamps",
        edits=(*mended, new.of(job.id, build)) if build else mended,
        cost=_cost(rule, devices, mend, build),
        geometry=places[0] if len(places) == 1 else shapely.multipoints(places),
    )


def _cost(rule: Rule, devices: Devices, mend: int, build: int) -> Cost:
    install = rule.cost or devices.install
    if not mend:
        return install
    return shared_cost(devices.repair, mend, install, build) if build else devices.repair
