"""What can be done about points that too few devices see: broken devices put right, new ones where they serve most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import SHORT
from geo.devices import Devices, NewDevices, new_devices, repairs
from geo.gaps import Gap, stable_id
from geo.projects import Project
from geo.watching.views import Sights, poles
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.rule import Rule
    from layers.edit import Edit


def watch_projects(
    rule: Rule,
    gaps: Sequence[Gap],
    coverage: Coverage,
    sights: Sights,
    junctions: NDArray[np.object_],
    radius_m: float,
) -> list[Project]:
    """Return the projects for these gaps; see Watch.repairs. `junctions` are places for poles besides the points."""
    frame, devices = coverage.frame, sights.devices
    row = {str(place): i for i, place in enumerate(frame.index)}
    gap_at = {row[gap.place_ids[0]]: gap for gap in gaps}
    wanted = np.isin(np.arange(len(frame)), list(gap_at)) & (frame["status"] == SHORT).to_numpy()
    mendable = (devices.broken | devices.unknown)[sights.device] & wanted[sights.point]
    device, point = sights.device[mendable], sights.point[mendable]
    ones, first = np.unique(device, return_index=True)
    seen = np.split(point, first[1:])
    edits = repairs(devices, [ones[i : i + 1] for i in range(len(ones))])
    mended = [
        _mended(rule, devices, one, [gap_at[i] for i in some.tolist()], edit)
        for one, some, edit in zip(ones, seen, edits, strict=False)
    ]
    missing = np.where(wanted, frame["shortfall"].fillna(0.0).to_numpy(float), 0.0).round().astype(np.intp)
    missing = np.maximum(missing - np.bincount(point, minlength=len(frame)), 0)
    short = np.flatnonzero(missing)
    sites = np.concatenate([sights.places, junctions])
    chosen = poles(sites, sights.places[short], missing[short], radius_m)
    install = devices.action("install")
    served = [[gap_at[short[i]] for i in some] for _, _, some in chosen]
    ids = [stable_id("P", install, *(gap.id for gap in some)) for some in served]
    places = [np.full(count, sites[at], dtype=object) for at, count, _ in chosen]
    new = new_devices(devices, list(zip(ids, places, strict=True)), str(frame.crs))
    return [*mended, *(_built(rule, devices, *pole, new) for pole in zip(ids, places, served, strict=True))]


def _mended(rule: Rule, devices: Devices, device: np.intp, gaps: Sequence[Gap], edits: tuple[Edit, ...]) -> Project:
    """Return the repair of one device, which then sees the points of these gaps."""
    action = devices.action("repair")
    id_ = str(devices.ids[device])
    return Project(
        id=stable_id("P", action, devices.layer[device], id_, *(gap.id for gap in gaps)),
        action=action,
        name=say("linear.project_mend", place=_names(gaps), what=_what(devices), device=id_),
        unit_id=gaps[0].unit_id,
        rule_ids=(rule.id,),
        gap_ids=tuple(gap.id for gap in gaps),
        amount=1.0,
        unit=f"{devices.sort}s",
        edits=edits,
        cost=devices.repair,
        geometry=devices.geometry[device],
    )


def _built(
    rule: Rule, devices: Devices, id_: str, sites: NDArray[np.object_], gaps: Sequence[Gap], new: NewDevices
) -> Project:
    """Return new devices on one pole, for the points of these gaps."""
    return Project(
        id=id_,
        action=devices.action("install"),
        name=say("linear.project_put_up", place=_names(gaps), what=_what(devices), count=len(sites)),
        unit_id=gaps[0].unit_id,
        rule_ids=(rule.id,),
        gap_ids=tuple(gap.id for gap in gaps),
        amount=float(len(sites)),
        unit=f"{devices.sort}s",
        edits=(new.of(id_, len(sites)),),
        cost=rule.cost or devices.install,
        geometry=sites[0],
    )


def _what(devices: Devices) -> Text:
    return say(f"linear.sort_{devices.sort}")


def _names(gaps: Sequence[Gap]) -> Text | str:
    first = gaps[0].name or gaps[0].place_ids[0]
    return first if len(gaps) == 1 else say("linear.and_others", first=first, count=len(gaps))
