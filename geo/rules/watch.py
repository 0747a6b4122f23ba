"""Every key point is seen by a working camera (or lit by a lamp): near enough, and looking that way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd
import numpy as np
import shapely
from pydantic import Field, field_validator

from geo.belonging import people_nearest
from geo.devices import Devices, devices_of, gained
from geo.gaps import Gap, place_gaps
from geo.places import unit_people
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import edits_touch
from geo.watching.keypoints import JUNCTION_ENDS, key_points
from geo.watching.projects import watch_projects
from geo.watching.views import Sights, sightings
from layers.options import checked_where
from layers.text import Text, say
from layers.where import parse_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Names = NDArray[np.object_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


class Watch(Rule):
    """Every key point is seen by at least `at_least` working devices.

    `points` are the points, narrowed by `where`; `devices` the cameras (or lamps, signals). A device sees a point within
    `radius_m` in a straight line, and within its own `range_m` if that is less, both inclusive; if it has an azimuth
    (clockwise from north) and an angle of view, only inside that wedge, edges included. Devices of unknown status leave
    a point unknown where they would make the difference.

    `points: entrances` and `points: junctions` are worked out where no layer has any: where roads cross a village
    boundary, and where at least three road ends meet, of the roads in `roads` that `roads_where` keeps.

    People belong to the point that is nearest along the roads; those with no way to any, and all where there are no
    roads, to the nearest in a straight line. Without homes a village's people are shared equally among its points. Where
    every point gives its own `people`, that counts instead.
    """

    reads: ClassVar[frozenset[str] | None] = frozenset({"points", "devices", "roads", "units", "demand"})
    thresholds: ClassVar[Mapping[str, Turns]] = {"radius_m": "anew"}

    points: str = "points"
    devices: str = "cameras"
    radius_m: float = Field(default=30, gt=0)
    at_least: int = Field(default=1, ge=1, le=1000)
    roads: str = "roads"
    roads_where: str | None = None

    @field_validator("roads_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    def measure(self, world: World) -> Measured:
        """Return how many devices should see each point and how many do; raises LayerError if a layer is missing."""
        found = key_points(world, self.points, self.roads, self.roads_where)
        points = found.frame if self.where is None else found.frame[parse_where(self.where).holds(found.frame)]
        devices = devices_of(world.layers, self.devices, usual="camera")
        places = np.asarray(points.geometry, dtype=object)
        device, point = sightings(devices, np.arange(len(devices)), places, self.radius_m)
        low, high = (
            np.bincount(point[taken[device]], minlength=len(points)).astype(float)
            for taken in (devices.works, devices.works | devices.unknown)
        )
        lost = shapely.is_missing(places) | shapely.is_empty(places)
        frame = points[["name", "unit_id", "geometry"]].assign(
            required=float(self.at_least),
            supplied=np.where(lost, np.nan, low),
            supplied_low=np.where(lost, np.nan, low),
            supplied_high=np.where(lost, np.nan, high),
            people=self._people(points, world),
            reason=np.select(
                [lost, (low < self.at_least) & (high >= self.at_least), low == 0],
                ["no_location", "device_status_blank", "no_device"],
                "",
            ),
        )
        notes = (*found.notes, *devices.notes, *self._notes(devices, frame))
        return Measured(frame, f"{devices.sort}s", "at_least", notes, Sights(devices, places, device, point))

    def _notes(self, devices: Devices, points: gpd.GeoDataFrame) -> list[Text]:
        notes = [] if len(points) else [say("linear.no_point", ref=self.points)]
        return notes if len(devices) or not len(points) else [*notes, say("linear.no_device", ref=self.devices)]

    def _people(self, points: gpd.GeoDataFrame, world: World) -> Numbers:
        own: Numbers = points["people"].to_numpy(float)
        if len(points) and not np.isnan(own).any():
            return own
        if world.layers.of_kind("demand"):
            return people_nearest(np.asarray(points.geometry, dtype=object), world, self.roads)
        if not world.layers.of_kind("units"):
            return np.full(len(points), np.nan)
        unit = world.units.index.get_indexer(points["unit_id"])
        shares = np.bincount(unit[unit >= 0], minlength=len(world.units))
        people: Numbers = np.append(unit_people(world.units, world.demand) / np.maximum(shares, 1), 0.0)[unit]
        return people

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each point that too few devices see."""
        sort = say(f"linear.sort_{_detail(coverage).devices.sort}")

        def reason(row: Mapping[str, Any]) -> Text:
            have, want = int(row["supplied"]), int(row["required"])
            return say("linear.gap_watch", what=sort, radius=self.radius_m, supplied=have, required=want)

        return place_gaps(coverage, reason)

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return the repair of every broken device that would see a short point, and new ones for what is then missing.

        New ones look all round and stand where they serve most: at a point, or at a junction between several.
        """
        junctions = self._junctions(world)
        return watch_projects(self, gaps, coverage, _detail(coverage), junctions, self.radius_m)

    def _junctions(self, world: World) -> Names:
        if not world.layers.of_kind("roads"):
            return np.empty(0, dtype=object)
        top = world.network("any", self.roads).topology
        ends = np.bincount(np.concatenate([top.start, top.end]), minlength=top.nodes)
        node = np.flatnonzero(ends >= JUNCTION_ENDS)
        places: Names = shapely.points(top.node_x[node], top.node_y[node])
        return places

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return how many devices more each project would let see each point; the same device never counts twice.

        None where a project touches points, roads, homes or villages, or does anything to a device but put it up or
        right.
        """
        sights = _detail(coverage)
        new = gained(projects, sights.devices, world.layers, self.devices)
        if new is None or edits_touch(
            projects, {"points", "roads", "demand", "units"}, world.layers, roads_where=self.roads_where
        ):
            return None
        device, point = sightings(new.devices, np.unique(new.row), sights.places, self.radius_m)
        cell, project = new.each(device)
        return Adds(project, cell, np.ones(len(cell)), point, "any")


def _detail(coverage: Coverage) -> Sights:
    detail = coverage.measured.detail
    if not isinstance(detail, Sights):
        raise TypeError("the coverage is of another rule type")
    return detail
