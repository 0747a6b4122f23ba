"""Along every road there is one of something at least every so many metres: crossings, lamps, passing bays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from geo.gaps import Gap
from geo.lines.spacing import Spaced, cells_with, long_gaps, spacing_projects
from geo.lines.unbroken import Cuts, cuts_of, longest_m, pieces_of, ways_of
from geo.places import ids_at, points_of, rows_containing, texts
from geo.projects import Project
from geo.rule import Adds, Measured, Rule, Turns
from geo.supply import Meant, added_rows, category_word, edits_touch, receiving, rejected_note, supply
from layers.text import say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.world import World

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


class Spacing(Rule):
    """Nowhere along a road is there a stretch of more than `spacing_m` without one; exactly as long is allowed.

    `roads` is the roads layer, narrowed by `where`. `features` is a layer or category of the `kind` points, facilities or
    devices. A feature is on the road that is nearest to it of all, if that is no farther than `max_offset_m` (inclusive),
    so never on the parallel road; where roads meet it is on each. Planned and broken ones do not count.

    A stretch runs from one feature to the next, on across places where one row of the layer ends and just one other goes
    on, so that a road cut in two is judged like the whole. The measure starts anew at the ends of the roads judged and at
    every junction of the layer's roads (three road ends or more), from 0 on each side: somebody crosses there anyway. With
    `reset_at_junctions: false` a road runs on through its junctions. What is supplied on a road is the longest stretch that
    touches it, whole. It is unknown where the verdict hangs on a feature of unknown status.

    People belong to the road they live on (the nearest of all); without are those on a stretch that is too long. The gap
    is the stretch, by name of the road with the lowest id on it; roads that share one are mended by one project: as many
    features as bring every stretch down to `spacing_m`, evenly spread.
    """

    thresholds: ClassVar[Mapping[str, Turns]] = {"spacing_m": "anew"}

    roads: str = "roads"
    features: str = "crossings"
    kind: Literal["points", "facilities", "devices"] = "points"
    spacing_m: float = Field(gt=0)
    max_offset_m: float = Field(default=15, gt=0)
    reset_at_junctions: bool = True

    @property
    def _meant(self) -> Meant:
        return Meant(self.kind, self.features)

    def measure(self, world: World) -> Measured:
        """Return for each road the longest stretch without a feature; raises LayerError if a layer is missing."""
        roads = world.layers.rows("roads", self.roads)
        judged = np.ones(len(roads), bool) if self.where is None else parse_where(self.where).holds(roads)
        found = supply(world.layers, self._meant)
        network = world.network("any", self.roads)
        ways = ways_of(network, roads, judged, reset=self.reset_at_junctions)
        lines = np.asarray(roads.geometry, dtype=object)
        cuts = cuts_of(ways, lines, points_of(found.frame), self.max_offset_m)
        sure = pieces_of(ways, cuts.take(found.works[cuts.feature]))
        high, low = (longest_m(ways, pieces, len(roads))[judged] for pieces in (sure, pieces_of(ways, cuts)))
        people, on = _homes_on(world, self.roads)
        ids = found.frame.index.to_numpy(object)
        detail = Spaced(network, roads, ways, cuts, found.works, sure, people, on, ids, self.spacing_m)
        frame = _places(roads, judged, world).assign(
            required=self.spacing_m,
            supplied=high,
            supplied_low=low,
            supplied_high=high,
            reason=np.select(
                [np.isnan(high), (low <= self.spacing_m) & (high > self.spacing_m)],
                ["no_location", "feature_status_blank"],
                "",
            ),
        )
        frame["people"], frame["people_short"] = (numbers[judged] for numbers in detail.people_by_road())
        notes = list(found.notes) if judged.any() else [*found.notes, say("spacing.no_road", layer=self.roads)]
        return Measured(frame, "m", "at_most", (*notes, *rejected_note(world, self._meant)), detail)

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        """Return one gap for each stretch that is too long, of roads that are short."""
        what = category_word(receiving(world.layers, self._meant)[1])
        return [gap for gap, _ in long_gaps(self, coverage, _detail(coverage), what)]

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        """Return for the stretches of roads that hang together the features that divide them."""
        return spacing_projects(self, gaps, coverage, _detail(coverage), self._meant, world.layers)

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        """Return the longest stretch each project would leave on each road.

        None where one touches roads, homes or villages, changes a feature, or leaves a road short; or where two divide
        stretches of one road, of which the longest is neither's doing alone.
        """
        detail = _detail(coverage)
        added = added_rows(projects, self._meant, world.layers)
        if added is None or edits_touch(projects, {"roads", "demand", "units"}, world.layers):
            return None
        lines = np.asarray(detail.roads.geometry, dtype=object)
        new = cuts_of(detail.ways, lines, points_of(added.frame), self.max_offset_m)
        touched = cells_with(detail, new, added.project)
        if touched is None:
            return None
        both = detail.cuts.take(detail.works[detail.cuts.feature]).and_(Cuts(new.edge, new.at_m, new.feature))
        left = longest_m(detail.ways, pieces_of(detail.ways, both), len(detail.roads))
        place = coverage.frame.index.get_indexer(detail.roads.index[touched.road])
        short = (coverage.frame["status"] == "short").to_numpy()[place]
        if (left[touched.road[short]] > self.spacing_m * (1 + 1e-9)).any():
            return None
        every = np.arange(len(coverage.frame))
        return Adds(touched.project, place, left[touched.road], every, "min", np.zeros(len(every)))


def _detail(coverage: Coverage) -> Spaced:
    detail = coverage.measured.detail
    if not isinstance(detail, Spaced):
        raise TypeError("the coverage is of another rule type")
    return detail


def _places(roads: gpd.GeoDataFrame, judged: Flags, world: World) -> gpd.GeoDataFrame:
    """Return name, village and line of the roads judged; a road is of the village a point on it lies in."""
    frame = roads[judged][["name", "geometry"]].copy()
    unit_id = ids_at(rows_containing(points_of(frame), world.units), world.units)
    return frame.assign(name=texts(frame["name"]), unit_id=unit_id)


def _homes_on(world: World, roads: str) -> tuple[Numbers, tuple[Rows, Numbers] | None]:
    """Return the people of each home, and the edge and metre on it of its nearest road (-1: none); None if nobody knows."""
    if not (world.layers.of_kind("demand") or world.layers.of_kind("units")):
        return np.zeros(0), None
    at = world.homes_on("any", roads)
    return world.demand.people, (np.where(at.on_network, at.edge, -1), at.edge_m)
