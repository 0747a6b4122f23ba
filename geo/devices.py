"""Lamps, cameras and other devices as the rules see them: which ones are meant, which work, and what a project changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from layers.edit import Cut, Edit, gathered
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.projects import Project
    from layers.layer import Layer, Layers

    Flags = NDArray[np.bool_]
    Names = NDArray[np.object_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# What a device of each sort costs to put up, in yuan. Ranges from cases: 10.36 m yuan for 8 315 lamps, 11.22 m for 425
# camera points; the mid values, the keeping and the life, and all of the signal, are illustrations (mark I).
_INSTALL = {
    "lamp": Cost(low=1250, mid=2000, high=3000, per="lamp", yearly=60, life_years=8),
    "camera": Cost(low=3000, mid=12000, high=26000, per="camera", yearly=800, life_years=6),
    "signal": Cost(low=30000, mid=50000, high=80000, per="signal", yearly=1500, life_years=10),
}
# What putting a broken one right costs; it then lasts half as long as a new one (all mark I).
_REPAIR = {
    "lamp": Cost(low=200, mid=400, high=600, per="lamp", yearly=60, life_years=4),
    "camera": Cost(low=500, mid=1000, high=2000, per="camera", yearly=800, life_years=3),
    "signal": Cost(low=1000, mid=3000, high=8000, per="signal", yearly=1500, life_years=5),
}

_REACH = ("azimuth_deg", "fov_deg", "range_m")


@dataclass(frozen=True)
class Devices:
    """The devices a rule means, ordered by id.

    `works`, `unknown` and `broken` exclude one another; a planned device is none of them. `layer` is the name of the layer
    each row is in, `home` the layer a new one goes to and `category` what it is called there; `sort` is lamp, camera or
    signal. `azimuth_deg` (clockwise from north), `fov_deg` and `range_m` are NaN where not given.
    """

    ids: Names
    layer: Names
    geometry: Names
    works: Flags
    unknown: Flags
    broken: Flags
    azimuth_deg: Numbers
    fov_deg: Numbers
    range_m: Numbers
    home: str
    category: str
    sort: str
    notes: tuple[Text, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def install(self) -> Cost:
        """What one more costs, in yuan."""
        return _INSTALL[self.sort]

    @property
    def repair(self) -> Cost:
        """What it costs to put a broken one right, in yuan."""
        return _REPAIR[self.sort]

    def action(self, verb: str) -> str:
        """Return the code of installing or repairing them: install_lamps, repair_camera ..."""
        return f"{verb}_lamps" if self.sort == "lamp" else f"{verb}_{self.sort}"


def devices_of(layers: Layers, ref: str, *, usual: str) -> Devices:
    """Return the devices that `ref` means (see Layers.parts); `usual` is their sort if neither it nor they say.

    Rows of a layer without a status column are taken to work; a blank cell in a given one is unknown. Rows without a
    place are left out. `notes` say so.
    Raises LayerError if there is neither a layer of that name nor any layer of devices.
    """
    parts = layers.parts("devices", ref)
    held = [layer for layer, rows in parts if len(rows)] or [layer for layer, _ in parts]
    category = _category([rows for _, rows in parts], ref)
    return Devices(
        *_ordered(parts),
        home=held[0].name,
        category=category,
        sort=next((word for word in (ref.removesuffix("s"), category) if word in _INSTALL), usual),
        notes=tuple(note for layer, rows in parts for note in _notes(layer, rows)),
    )


def repairs(devices: Devices, jobs: Sequence[Rows]) -> list[tuple[Edit, ...]]:
    """Return for each job (rows of devices) the edits that make them work, one a layer."""
    import pandas as pd

    row = np.concatenate([np.empty(0, np.intp), *jobs])
    job = np.repeat(np.arange(len(jobs)), [len(rows) for rows in jobs])
    order = np.lexsort((row, devices.layer[row].astype(str), job))  # rows are in the order of their ids
    row, job = row[order], job[order]
    layer = devices.layer[row]
    cells = pd.DataFrame({"status": "working"}, index=pd.Index(devices.ids[row], dtype=object, name="id"))
    starts = np.flatnonzero(np.append(True, (job[1:] != job[:-1]) | (layer[1:] != layer[:-1]))) if len(row) else row
    edits: list[tuple[Edit, ...]] = [()] * len(jobs)
    for start, stop in pairwise([*starts.tolist(), len(row)]):
        edits[job[start]] += (Edit(layer[start], change=Cut(cells, start, stop)),)
    return edits


def repairs_of(devices: Devices, rows: Rows) -> tuple[Edit, ...]:
    """Return the edits that make these devices work, one a layer."""
    return repairs(devices, [rows])[0]


@dataclass(frozen=True)
class NewDevices:
    """Rows for `Devices.home`, all made at once; each project takes its own by their ids."""

    layer: str
    frame: gpd.GeoDataFrame
    first: dict[str, int]

    def of(self, project_id: str, count: int) -> Edit:
        """Return the edit that puts up the project's own."""
        start = self.first[project_id]
        return Edit(self.layer, add=Cut(self.frame, start, start + count))


def new_devices(devices: Devices, sites: Sequence[tuple[str, Names]], crs: str) -> NewDevices:
    """Return for each project (its id, its sites) new devices that work, look all round and have no range of their own.

    Their ids are the project's with a number.
    """
    import geopandas as gpd
    import pandas as pd

    ids = [f"{project}-{n:03d}" for project, places in sites for n in range(1, len(places) + 1)]
    index = pd.Index(ids, dtype=object, name="id")
    places = np.concatenate([np.empty(0, dtype=object), *(places for _, places in sites)])
    cells = pd.DataFrame({"category": devices.category, "status": "working"}, index=index)
    starts = np.cumsum([0, *(len(places) for _, places in sites)])
    first = {project: int(start) for (project, _), start in zip(sites, starts, strict=False)}
    return NewDevices(devices.home, gpd.GeoDataFrame(cells, geometry=places, crs=crs), first)


def shared_cost(first: Cost, count: int, second: Cost, more: int) -> Cost:
    """Return what one of `count + more` costs on average, so that times the amount both kinds cost what they cost.

    Cost to build, yearly keeping and the yearly share of building all stay exact.
    """
    whole = count + more
    a, b = count / whole, more / whole
    mid = a * first.mid + b * second.mid
    spread = a * first.mid / first.life_years + b * second.mid / second.life_years
    return Cost(
        low=a * first.low + b * second.low,
        mid=mid,
        high=a * first.high + b * second.high,
        per=first.per,
        yearly=a * first.yearly + b * second.yearly,
        life_years=mid / spread if spread > 0 else first.life_years,
    )


@dataclass(frozen=True)
class Gained:
    """Devices that projects would make work: for each the project (row of the list) and the device.

    `row` is its row in `devices`; two projects that put the same broken lamp right name the same row.
    """

    project: Rows
    row: Rows
    devices: Devices

    def each(self, device: Rows) -> tuple[Rows, Rows]:
        """Return every pair (entry of `device`, project that makes this device work)."""
        order = np.argsort(self.row, kind="stable")
        first = np.searchsorted(self.row[order], device)
        count = np.searchsorted(self.row[order], device, "right") - first
        at = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)
        return np.repeat(np.arange(len(device)), count), self.project[order][at]


def gained(projects: Sequence[Project], devices: Devices, layers: Layers, ref: str) -> Gained | None:
    """Return the devices these projects would make work, or None if one of them does something else to devices.

    Something else is a device moved, turned, renamed or put out of work: that is for the check itself to weigh.
    """
    touching = [
        (number, edit)
        for number, project in enumerate(projects)
        for edit in project.edits
        if edit.layer in layers and layers[edit.layer].kind == "devices"
    ]
    changes = [(number, edit.layer, edit.changed) for number, edit in touching if edit.changed is not None]
    if any(cut.columns != ["status"] for _, _, cut in changes):
        return None
    if changes and not (gathered([cut for _, _, cut in changes])["status"] == "working").all():
        return None
    old_project, old_row = _repaired(changes, devices)
    new_project, new = _added(touching, layers, ref)
    return Gained(
        np.concatenate([old_project, new_project]).astype(np.intp),
        np.concatenate([old_row, len(devices) + np.arange(len(new))]).astype(np.intp),
        _stacked(devices, new) if len(new) else devices,
    )


def _repaired(changes: Sequence[tuple[int, str, Cut]], devices: Devices) -> tuple[Rows, Rows]:
    """Return the project and the row of each device that would be repaired and does not surely work already."""
    row_of = {key: row for row, key in enumerate(zip(devices.layer, devices.ids, strict=True))} if changes else {}
    keys = [(number, (layer, id_)) for number, layer, cut in changes for id_ in cut.ids]
    pairs = [(number, row_of[key]) for number, key in keys if key in row_of]
    project, row = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    idle = ~devices.works[row]
    return project[idle], row[idle]


def _added(touching: Sequence[tuple[int, Edit]], layers: Layers, ref: str) -> tuple[Rows, gpd.GeoDataFrame]:
    """Return the project and the row of each device that would be added, is meant by `ref` and would work."""
    import pandas as pd

    project: list[Rows] = [np.empty(0, np.intp)]
    found: list[pd.DataFrame] = [pd.DataFrame()]
    adding = [(number, edit.layer, edit.added) for number, edit in touching if edit.added is not None]
    for name in sorted({layer for _, layer, _ in adding}):
        some = [(number, cut) for number, layer, cut in adding if layer == name]
        frame = layers.to_be_added(name, [cut for _, cut in some]).reset_index(drop=True)
        rows = layers.meant(layers[name], ref, frame)
        rows = rows[_states(layers[name], rows)[0]]
        found.append(rows)
        project.append(np.repeat([number for number, _ in some], [len(cut) for _, cut in some])[rows.index])
    return np.concatenate(project), pd.concat(found)


def _stacked(devices: Devices, new: gpd.GeoDataFrame) -> Devices:
    """Return the devices followed by new ones, which work; ids and layers of the new ones are of no use and blank."""
    blank = np.full(len(new), "", dtype=object)
    azimuth, fov, far = (
        np.concatenate([getattr(devices, name), np.asarray(new.get(name, np.full(len(new), np.nan)), dtype=float)])
        for name in _REACH
    )
    return replace(
        devices,
        ids=np.concatenate([devices.ids, blank]),
        layer=np.concatenate([devices.layer, blank]),
        geometry=np.concatenate([devices.geometry, np.asarray(new["geometry"], dtype=object)]),
        works=np.concatenate([devices.works, np.ones(len(new), bool)]),
        unknown=np.concatenate([devices.unknown, np.zeros(len(new), bool)]),
        broken=np.concatenate([devices.broken, np.zeros(len(new), bool)]),
        azimuth_deg=azimuth,
        fov_deg=fov,
        range_m=far,
    )


def _category(frames: Sequence[gpd.GeoDataFrame], ref: str) -> str:
    """Return what a new device is called: what most of the present ones are, else the reference in the singular."""
    import pandas as pd

    cells = pd.concat([frame["category"].dropna() for frame in frames]) if frames else pd.Series(dtype=object)
    if len(cells):
        return str(cells.astype(str).mode().iloc[0])
    return ref.removesuffix("s")


def _ordered(
    parts: Sequence[tuple[Layer, gpd.GeoDataFrame]],
) -> tuple[Names, Names, Names, Flags, Flags, Flags, Numbers, Numbers, Numbers]:
    """Return the columns of Devices up to the range, for all rows that have a place, by id and then by layer."""
    ids = np.concatenate([np.asarray(rows.index, dtype=object) for _, rows in parts])
    layer = np.concatenate([np.full(len(rows), layer.name, dtype=object) for layer, rows in parts])
    geometry = np.concatenate([np.asarray(rows.geometry, dtype=object) for _, rows in parts])
    works, unknown, broken = (np.concatenate(flags) for flags in zip(*(_states(*part) for part in parts), strict=True))
    azimuth, fov, far = (np.concatenate([rows[name].to_numpy(float) for _, rows in parts]) for name in _REACH)
    order = np.lexsort((layer.astype(str), ids.astype(str)))
    order = order[_is_placed(geometry[order])]
    columns = (ids, layer, geometry, works, unknown, broken, azimuth, fov, far)
    return tuple(column[order] for column in columns)  # type: ignore[return-value]


def _is_placed(geometry: Names) -> Flags:
    import shapely

    placed: Flags = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    return placed


def _states(layer: Layer, rows: gpd.GeoDataFrame) -> tuple[Flags, Flags, Flags]:
    """Return which rows surely work, which nobody knows of, and which are broken."""
    if "status" not in layer.given:
        nothing = np.zeros(len(rows), bool)
        return ~nothing, nothing, nothing
    status = rows["status"]
    return tuple(
        np.asarray(flags, bool) for flags in (status.isin(["working"]), status.isna(), status.isin(["broken"]))
    )  # type: ignore[return-value]


def _notes(layer: Layer, rows: gpd.GeoDataFrame) -> list[Text]:
    """Return what a reader must know about the rows of one layer."""
    notes = []
    unknown = int(_states(layer, rows)[1].sum())
    lost = int((~_is_placed(np.asarray(rows.geometry, dtype=object))).sum())
    if "status" not in layer.given and len(rows):
        notes.append(say("rules.no_status_column", layer=layer.name, count=len(rows)))
    if unknown:
        notes.append(say("rules.status_blank_rows", layer=layer.name, count=unknown))
    if lost:
        notes.append(say("linear.device_without_place", layer=layer.name, count=lost))
    if layer.rejected:
        notes.append(say("linear.device_rows_set_aside", layer=layer.name, count=layer.rejected))
    return notes
