"""Every road that should be lit is lit: by working lamps, so many metres each way along the road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from geo.devices import devices_of, gained
from geo.gaps import Gap
from geo.lamps.gaps import dark_gaps, lamp_projects
from geo.lamps.lighting import Lighting, dark_stretches, lit_total_m, reach_of, road_lengths
from geo.lamps.people import covering, entering, entries_of, traffic_of
from geo.lines.intervals import cut, overlapping
from geo.places import ids_at, points_of, rows_containing, texts
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import edits_touch
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# If all lamps together, working, could light no more than this share of what should be lit, the lamp layer is more
# likely unfinished than the town that dark (OpenStreetMap often has a few lamps of a whole county). Our choice.
HARDLY_MAPPED_SHARE = 0.05


class AlongRoad(Rule):
    """Every road that should be lit is lit: `share` (0-1) of its length, by working devices.

    `roads` is the roads layer; a road is judged if `lit_required` is yes, unknown if that cell is blank, and every road
    is judged if the layer has no such column (`where` narrows them down). A road whose own `lit` is yes counts as lit
    from end to end, whatever the lamps say; no leaves it to the lamps. Where the layer has a `lit` column and the cell is
    blank, nobody has said whether the rest of the road is lit: it is unknown unless the lamps listed light enough of it.

    `devices` are the lamps. Each lights `radius_m` each way along the network from its foot on its nearest road, ends
    included: round a corner and past the end of a road, never the parallel road. One farther than `max_offset_m` (the
    radius, if not given) from every road lights nothing. Lamps of unknown status leave a road unknown where they would
    make the difference.

    Dark stretches of at least `min_length_m` are gaps of their own; a road that is short only through shorter ones has
    one gap of all of them. People belong to the road that should be lit by which their way first reaches one; without
    are those who come out on a dark stretch.
    """

    reads: ClassVar[frozenset[str] | None] = frozenset({"roads", "devices", "units", "demand"})
    thresholds: ClassVar[Mapping[str, Turns]] = {"share": "required", "radius_m": "anew"}

    roads: str = "roads"
    devices: str = "lamps"
    radius_m: float = Field(default=17.5, gt=0)
    share: float = Field(default=0.9, gt=0, le=1)
    min_length_m: float = Field(default=50, ge=0)
    max_offset_m: float | None = Field(default=None, gt=0)

    @property
    def offset_m(self) -> float:
        """How far a lamp may stand from its road, in metres."""
        return self.radius_m if self.max_offset_m is None else self.max_offset_m

    def measure(self, world: World) -> Measured:
        """Return for each road the metres that should be lit and that are; raises LayerError if a layer is missing."""
        lighting, must, blank, always = self._lighting(world)
        devices, length = lighting.devices, lighting.length_m
        maybe = devices.works | devices.unknown
        unsaid = self._lit_unsaid(world, lighting.roads)
        low = lit_total_m(lighting.reach, devices.works, always, length)
        high = lit_total_m(lighting.reach, maybe, always | unsaid, length)
        frame = _places(lighting, must | blank, world)
        row = np.flatnonzero(must | blank)
        frame["required"] = np.where(blank[row] | (length[row] <= 0), np.nan, self.share * length[row])
        for name, supplied in (("supplied", low), ("supplied_low", low), ("supplied_high", high)):
            frame[name] = supplied[row]
        frame["people"], frame["people_short"] = _people(lighting, row, blank[row], world)
        frame["reason"] = _reasons(frame, blank[row], always[row], unsaid[row])
        notes = (*devices.notes, *self._notes(lighting, must, world))
        return Measured(frame, "m", "at_least", notes, lighting)

    def _lit_unsaid(self, world: World, roads: gpd.GeoDataFrame) -> Flags:
        """Return the roads of layers with a `lit` column that say neither yes nor no."""
        told = [rows.index for layer, rows in world.layers.parts("roads", self.roads) if "lit" in layer.given]
        asked = np.zeros(len(roads), bool)
        for index in told:
            asked |= roads.index.isin(index)
        return asked & np.isnan(_flags(roads["lit"]))

    def _lighting(self, world: World) -> tuple[Lighting, Flags, Flags, Flags]:
        """Return what is lit, and which roads should be, which nobody knows of, and which are lit whatever the lamps."""
        roads = world.layers.rows("roads", self.roads)
        judged = np.ones(len(roads), bool) if self.where is None else parse_where(self.where).holds(roads)
        wanted = _flags(roads["lit_required"])
        given = any("lit_required" in layer.given for layer, _ in world.layers.parts("roads", self.roads))
        must = judged & ((wanted == 1) | (not given))
        blank = judged & np.isnan(wanted) & given
        always = _flags(roads["lit"]) == 1
        network = world.network("any", self.roads)
        length = road_lengths(network, roads)
        devices = devices_of(world.layers, self.devices, usual="lamp")
        every = np.arange(len(devices))
        reach = reach_of(network, roads, devices, every, self.radius_m, self.offset_m)
        place = np.where(must | blank, np.cumsum(must | blank) - 1, -1)
        dark = dark_stretches(reach, devices.works, np.flatnonzero((must | blank) & ~always), length)
        entries = entries_of(world, self.roads, roads, must)
        lighting = Lighting(roads, network, length, place, devices, reach, dark, entries)
        return lighting, must, blank, always

    def _notes(self, lighting: Lighting, must: Flags, world: World) -> list[Text]:
        devices, entries = lighting.devices, lighting.entries
        if not must.any():
            return [say("linear.no_road_to_light", layer=self.roads)]
        notes = []
        if not any("lit_required" in layer.given for layer, _ in world.layers.parts("roads", self.roads)):
            notes.append(say("linear.every_road_judged", layer=self.roads, count=int(must.sum())))
        if not len(devices):
            notes.append(say("linear.no_lamp", ref=self.devices))
        far = len(devices) - len(np.unique(lighting.reach.device))
        if far:
            notes.append(say("linear.lamps_off_road", count=far, limit_m=self.offset_m))
        wanted_m = float(lighting.length_m[must].sum())
        could_m = float(lit_total_m(lighting.reach, np.full(len(devices), True), ~must, lighting.length_m)[must].sum())
        if len(devices) and could_m < HARDLY_MAPPED_SHARE * wanted_m:
            share = round(100 * could_m / wanted_m, 1)
            notes.append(say("linear.hardly_mapped", count=len(devices), share=share, km=round(wanted_m / 1000, 1)))
        lost = entries.line < 0
        if lost.any():
            notes.append(say("linear.no_way_to_road", count=int(lost.sum()), people=float(entries.people[lost].sum())))
        return notes

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return the dark stretches of each road that is short: where they start and end, and how many pass there."""
        lighting = _detail(coverage)
        traffic = traffic_of(world, self.roads, lighting.roads)
        return list(dark_gaps(self, coverage, lighting, self.min_length_m, traffic).gaps)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for each gap the lamps that close it exactly; where lamps stand broken in it, their repair instead.

        Where repair does not close it, both are offered: the repair alone, and the repair with new lamps for the rest.
        """
        lighting = _detail(coverage)
        found = dark_gaps(self, coverage, lighting, self.min_length_m)
        return lamp_projects(self, found, lighting, gaps, self.radius_m)

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return the metres of dark road each project would light, cut so finely that none is counted twice.

        None where a project touches roads, homes or villages, or does anything to a lamp but put it up or right.
        """
        lighting = _detail(coverage)
        new = gained(projects, lighting.devices, world.layers, self.devices)
        if new is None or edits_touch(projects, {"roads", "demand", "units"}, world.layers, roads_where=self.where):
            return None
        rows = np.unique(new.row)
        reach = reach_of(lighting.network, lighting.roads, new.devices, rows, self.radius_m, self.offset_m)
        ends = np.concatenate([reach.stretches.start_m, reach.stretches.end_m])
        cells = cut(lighting.dark, np.tile(reach.stretches.line, 2), ends)
        cell, lit = overlapping(cells, reach.stretches)
        in_dark = entering(lighting.dark, lighting.entries, lighting.length_m) >= 0
        out, home = covering(reach.stretches, lighting.entries)
        out, home = out[in_dark[home]], home[in_dark[home]]
        device = np.concatenate([reach.device[lit], reach.device[out]])
        entry, project = new.each(device)
        # Every home that comes out in the dark is a cell of its own without length: it is lit or not, never in part.
        homes = np.unique(home)
        number = np.concatenate([cell, len(cells) + np.searchsorted(homes, home)])[entry]
        amount = np.append(cells.length_m, np.zeros(len(homes)))
        people = np.append(np.zeros(len(cells)), lighting.entries.people[homes])
        line = np.append(cells.line, lighting.entries.line[homes])
        return Adds(project, number, amount[number], lighting.place[line], "any", people)


def _detail(coverage: Coverage) -> Lighting:
    detail = coverage.measured.detail
    if not isinstance(detail, Lighting):
        raise TypeError("the coverage is of another rule type")
    return detail


def _flags(column: pd.Series) -> Numbers:
    """Return a yes-or-no column as 1, 0 and NaN for blank."""
    flags: Numbers = pd.to_numeric(column, errors="coerce").astype(float).to_numpy()
    return flags


def _places(lighting: Lighting, judged: Flags, world: World) -> gpd.GeoDataFrame:
    """Return name, village and line of the roads judged, on their id; a road is of the village a point on it lies in."""
    roads = lighting.roads[judged]
    frame = roads[["name", "geometry"]].copy()
    frame["name"] = texts(roads["name"])
    frame["unit_id"] = ids_at(rows_containing(points_of(roads), world.units), world.units)
    return frame


def _people(lighting: Lighting, row: Rows, blank: Flags, world: World) -> tuple[Numbers, Numbers]:
    """Return who belongs to each road judged and who of them comes out on a dark stretch; NaN where unknown."""
    entries, count = lighting.entries, len(lighting.roads)
    dark = entering(lighting.dark, entries, lighting.length_m) >= 0
    nobody_known = blank | (not entries.known)
    everyone, without = (
        np.bincount(entries.line[taken], entries.people[taken], minlength=count)[row]
        for taken in (entries.line >= 0, dark)
    )
    return np.where(nobody_known, np.nan, everyone), np.where(nobody_known, np.nan, without)


def _reasons(frame: gpd.GeoDataFrame, blank: Flags, always: Flags, unsaid: Flags) -> NDArray[np.str_]:
    required, low, high = (frame[name].to_numpy(float) for name in ("required", "supplied_low", "supplied_high"))
    open_ = (low < required) & (high >= required)
    return np.select(
        [blank, np.isnan(required), always, unsaid & open_, open_, (low <= 0) & (required > 0)],
        ["lit_required_blank", "no_location", "marked_lit", "lit_blank", "device_status_blank", "no_lamp"],
        "",
    )
