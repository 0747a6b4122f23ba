"""What can be done about points that too few devices see: broken devices put right, new ones where they serve most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.coverage import SHORT
from geo.devices import Devices, new_devices, repairs_of
from geo.gaps import Gap, stable_id
from geo.projects import Project
from geo.watching import Sights, poles
from layers.edit import Edit
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.rule import Rule


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
    make = _Maker(rule, devices, str(frame.crs))
    mendable = (devices.broken | devices.unknown)[sights.device] & wanted[sights.point]
    device, point = sights.device[mendable], sights.point[mendable]
    ones, first = np.unique(device, return_index=True)
    seen = np.split(point, first[1:])
    mended = [make.mended(one, [gap_at[i] for i in some.tolist()]) for one, some in zip(ones, seen, strict=False)]
    missing = np.where(wanted, frame["shortfall"].fillna(0.0).to_numpy(float), 0.0).round().astype(np.intp)
    missing = np.maximum(missing - np.bincount(point, minlength=len(frame)), 0)
    short = np.flatnonzero(missing)
    sites = np.concatenate([sights.places, junctions])
    chosen = poles(sites, sights.places[short], missing[short], radius_m)
    return [*mended, *(make.built(sites[at], count, [gap_at[short[i]] for i in some]) for at, count, some in chosen)]


@dataclass(frozen=True)
class _Maker:
    """Projects of one rule over one set of devices."""

    rule: Rule
    devices: Devices
    crs: str

    def mended(self, device: np.intp, gaps: Sequence[Gap]) -> Project:
        """Return the repair of one device, which then sees the points of these gaps."""
        action = f"repair_{self.devices.sort}" if self.devices.sort != "lamp" else "repair_lamps"
        id_ = stable_id("P", action, self.devices.layer[device], self.devices.ids[device], *(gap.id for gap in gaps))
        edits = repairs_of(self.devices, np.array([device]))
        name = say("linear.project_mend", place=_names(gaps), what=self._what, device=str(self.devices.ids[device]))
        return self._project(id_, action, name, gaps, 1, edits, self.devices.geometry[device])

    def built(self, site: Any, count: int, gaps: Sequence[Gap]) -> Project:
        """Return so many new devices on one pole, for the points of these gaps."""
        action = f"install_{self.devices.sort}" if self.devices.sort != "lamp" else "install_lamps"
        id_ = stable_id("P", action, *(gap.id for gap in gaps))
        ids = [f"{id_}-{n:03d}" for n in range(1, count + 1)]
        sites = np.full(count, site, dtype=object)
        edits = (Edit(self.devices.home, add=new_devices(self.devices, ids, sites, self.crs)),)
        name = say("linear.project_put_up", place=_names(gaps), what=self._what, count=count)
        return self._project(id_, action, name, gaps, count, edits, site)

    @property
    def _what(self) -> Text:
        return say(f"linear.sort_{self.devices.sort}")

    def _project(
        self, id_: str, action: str, name: Text, gaps: Sequence[Gap], count: int, edits: tuple[Edit, ...], site: Any
    ) -> Project:
        cost = self.devices.repair if action.startswith("repair") else self.rule.cost or self.devices.install
        return Project(
            id=id_,
            action=action,
            name=name,
            unit_id=gaps[0].unit_id,
            rule_ids=(self.rule.id,),
            gap_ids=tuple(gap.id for gap in gaps),
            amount=float(count),
            unit=f"{self.devices.sort}s",
            edits=edits,
            cost=cost,
            geometry=site,
        )


def _names(gaps: Sequence[Gap]) -> Text | str:
    first = gaps[0].name or gaps[0].place_ids[0]
    return first if len(gaps) == 1 else say("linear.and_others", first=first, count=len(gaps))
