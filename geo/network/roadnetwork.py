"""RoadNetwork: the one object the rest of coverplan asks for distances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from geo.network.areas import FINEST_M, catchment
from geo.network.barriers import on_own_side
from geo.network.components import Breaks, Components, breaks, components
from geo.network.costs import Costs, costs_of, directions, speeds
from geo.network.crossings import Joins, crossed, joined, levels
from geo.network.dependency import Dependency, dependency
from geo.network.exact import limit_of
from geo.network.graph import Graph, graph_of
from geo.network.knearest import k_nearest, place_in_run
from geo.network.legs import legs
from geo.network.lines import Lines, lines_of
from geo.network.nearest import Nearest, nearest
from geo.network.pairs import pairs_within
from geo.network.reach import Ends, Stretches, ends_of, reach_along
from geo.network.routes import Routes, routes
from geo.network.snap import MAX_SNAP_M, Segments, Snapped, snapped
from geo.network.topology import Topology, topology_of
from geo.network.whatif import WhatIf
from geo.network.workers import Workers, pairs_by, reach_by, snapped_by
from layers.problems import LayerError, Problem
from layers.text import say

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

REACHED, BEYOND, UNREACHABLE, OFF_NETWORK = "reached", "beyond", "unreachable", "off_network"
STATUSES = (REACHED, BEYOND, UNREACHABLE, OFF_NETWORK)

Towards = Literal["facility", "origin"]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as nodes and edges, with what it costs to go along them.

    Costs are metres, or minutes if speeds were given (`costs.unit`). Points may lie anywhere: each is taken to its foot
    on the nearest edge, and the way there counts (in minutes at ACCESS_WALK_KMH). "Within" means <=.
    Positions of roads, in `snap` and `reach_along`, are rows of the frame the network was made from (`road_ids`).
    """

    road_ids: pd.Index
    crs: Any
    topology: Topology
    costs: Costs
    joins: pd.DataFrame  # road, other_road (ids), gap_m, x, y of every loose end that was joined
    barriers: NDArray[np.object_] | None = None  # lines and areas that no way from a point to its road crosses
    workers: Workers | None = None  # other processes, where bounded questions go to; None: answered here

    @classmethod
    def from_frame(
        cls,
        roads: gpd.GeoDataFrame,
        *,
        oneway: object = None,
        speed_kmh: object = None,
        node_crossings: bool = False,
        join_ends_m: float = 0.0,
    ) -> RoadNetwork:
        """Return the network of these roads (lines in a metric CRS), joined where they share a vertex (to 1 mm).

        `oneway` and `speed_kmh` are a column's name, one value for all roads, or a value a road; None means both
        directions, and costs in metres. `node_crossings` joins roads also where they cross or touch without a vertex,
        if they run on one level (`layer`, `bridge`, `tunnel`). `join_ends_m` joins a loose end to the nearest other road
        on its level if the gap is no wider; the gap counts as road, and is listed in `joins`.
        Raises LayerError if the CRS is missing or not in metres, if a geometry is not a line, or for every direction
        or speed that cannot be understood.
        """
        lines, joins = lines_of(roads), None
        if node_crossings:
            lines = crossed(lines, levels(roads))
        if join_ends_m > 0:
            lines, joins = joined(lines, levels(roads), join_ends_m)
        topology = topology_of(lines, joins)
        costs = costs_of(topology, directions(roads, oneway), speeds(roads, speed_kmh))
        return cls(roads.index, roads.crs, topology, costs, _join_frame(roads.index, lines, joins))

    @property
    def without_length(self) -> pd.Index:
        """The ids of roads that are not in the network because they have no length at all."""
        return self.road_ids.delete(np.unique(self.topology.road))

    def snap(self, points: Any, *, max_snap_m: float = MAX_SNAP_M) -> Snapped:
        """Return where each point (a GeoSeries or GeoDataFrame) meets the network; see Snapped.

        Raises LayerError if the points are in another CRS, or are not points.
        """
        x, y = self._coordinates(points)
        found = self._feet(x, y, max_snap_m)
        if self.barriers is None or not self.topology.edges:
            return found
        return on_own_side(self.topology, found, x, y, self.barriers, max_snap_m=max_snap_m)

    def nearest(
        self,
        origins: Any,
        facilities: Any,
        *,
        cutoff: float = np.inf,
        max_snap_m: float = MAX_SNAP_M,
        towards: Towards = "facility",
    ) -> pd.DataFrame:
        """Return for each origin the cost to its nearest facility, that facility's id, and a status; on origins.index.

        The trip goes from origin to facility, or the other way if `towards` is "origin" (a fire engine). Status is
        "reached"; "beyond" if the nearest costs more than the cutoff (cost inf); "unreachable" if no facility can be
        got to at all (cost inf); "off_network" if the origin is farther than max_snap_m from any road (cost NaN). Of
        facilities as near, the lowest id is named. Origins may be what `snap` returned for them: then they are numbered.
        Raises LayerError as `snap` does.
        """
        costs = self.costs if towards == "facility" else self.costs.turned()
        graph = self._towards if towards == "facility" else self._outwards
        origin_ids, at = self._placed(origins, max_snap_m)
        points = legs(self.topology, costs, at, leaving=True)
        rank = np.argsort(np.asarray(facilities.index), kind="stable")
        to = self.snap(facilities.iloc[rank], max_snap_m=max_snap_m)
        sources = legs(self.topology, costs, to, leaving=False)
        found = nearest(graph, costs, points, sources, limit=limit_of(cutoff))
        beyond = np.zeros(len(at), bool)
        if np.isfinite(cutoff) and (at.on_network & (found.source < 0)).any():
            beyond = nearest(graph, costs, points, sources, limit=np.inf).source >= 0
        cases = [~at.on_network, found.source >= 0, beyond]
        status = np.select(
            cases, [STATUSES.index(word) for word in (OFF_NETWORK, REACHED, BEYOND)], STATUSES.index(UNREACHABLE)
        )
        return _nearest_frame(origin_ids, facilities.index[rank], found, status)

    def pairs_within(
        self, origins: Any, destinations: Any, *, cutoff: float, max_snap_m: float = MAX_SNAP_M
    ) -> pd.DataFrame:
        """Return every pair whose trip from origin to destination costs at most the cutoff, sorted by their ids.

        Columns: origin, destination (ids), cost. Memory is bounded by the pairs found. The search starts from whichever
        are fewer. Origins may be what `snap` returned for them: then they are numbered. Raises LayerError as `snap`.
        """
        origin_ids, start = self._placed(origins, max_snap_m)
        destination_ids, end = self._placed(destinations, max_snap_m)
        turned = len(end) < len(start)
        costs, graph = (self.costs.turned(), self._towards) if turned else (self.costs, self._outwards)
        sources, targets = (end, start) if turned else (start, end)
        ways = legs(self.topology, costs, sources, leaving=True), legs(self.topology, costs, targets, leaving=False)
        if self.workers is not None and np.isfinite(cutoff):
            found = pairs_by(self.workers, self.topology, costs, *ways, limit_of(cutoff))
        else:
            found = pairs_within(graph, self.topology, costs, *ways, limit=limit_of(cutoff))
        origin, destination = (found.destination, found.origin) if turned else (found.origin, found.destination)
        order = _by_ids(origin_ids, destination_ids, origin, destination, in_rows=not turned)
        return pd.DataFrame(
            {
                "origin": origin_ids.take(origin[order]),
                "destination": destination_ids.take(destination[order]),
                "cost": found.cost[order],
            }
        )

    def k_nearest(
        self, origins: Any, facilities: Any, k: int, *, cutoff: float = np.inf, max_snap_m: float = MAX_SNAP_M
    ) -> pd.DataFrame:
        """Return the k nearest facilities of every origin, fewer where fewer can be reached within the cutoff.

        Columns: origin, rank (1 is the nearest), facility, cost; by origin and rank, of facilities as near the lower id
        first. Raises LayerError as `snap` does, ValueError unless k is at least 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        start = self.snap(origins, max_snap_m=max_snap_m)
        rank = np.argsort(np.asarray(facilities.index), kind="stable")
        end = self.snap(facilities.iloc[rank], max_snap_m=max_snap_m)
        points = legs(self.topology, self.costs, start, leaving=True)
        goals = legs(self.topology, self.costs, end, leaving=False)
        found = k_nearest(self._outwards, self._towards, self.topology, self.costs, points, goals, k, limit_of(cutoff))
        ids = np.argsort(np.argsort(np.asarray(origins.index), kind="stable"))
        order = np.argsort(ids[found.origin], kind="stable")
        origin, facility = found.origin[order], found.destination[order]
        return pd.DataFrame(
            {
                "origin": origins.index.take(origin),
                "rank": place_in_run(origin),
                "facility": facilities.index[rank].take(facility),
                "cost": found.cost[order],
            }
        )

    def catchment(
        self, facilities: Any, cutoff: float, *, max_snap_m: float = MAX_SNAP_M, finest_m: float = FINEST_M
    ) -> shapely.Geometry:
        """Return the area from which a facility can be got to within the cutoff: nothing in it is farther; see areas.

        Raises LayerError as `snap` does.
        """
        to = self.snap(facilities, max_snap_m=max_snap_m)
        sources = legs(self.topology, self.costs, to, leaving=False)
        asked = self._towards, self.topology, self.costs, sources
        return catchment(*asked, limit=cutoff, max_snap_m=max_snap_m, finest_m=finest_m)

    def reach_along(self, points: Any, radius_m: float, *, max_snap_m: float = MAX_SNAP_M) -> Stretches:
        """Return the road within radius_m of each point's foot, along the network in both directions; see Stretches.

        `points` are points or what `snap` returned for them; those off the network reach nothing. `source` is the
        point's row. Raises LayerError as `snap` does.
        """
        at = points if isinstance(points, Snapped) else self.snap(points, max_snap_m=max_snap_m)
        if self.workers is not None:
            return reach_by(self.workers, self.topology, self.costs, at, radius_m)
        return reach_along(self.topology, self._ends, at, radius_m)

    def dependency(
        self, origins: Any, people: pd.Series, facilities: Any, *, max_snap_m: float = MAX_SNAP_M
    ) -> Dependency:
        """Return how many people use each road on their way to the nearest facility; see Dependency.

        `people` is on origins.index. Origins may be what `snap` returned for them: then they are numbered. Raises
        LayerError as `snap` does.
        """
        rank = np.argsort(np.asarray(facilities.index), kind="stable")
        origin_ids, at = self._placed(origins, max_snap_m)
        points = legs(self.topology, self.costs, at, leaving=True)
        to = self.snap(facilities.iloc[rank], max_snap_m=max_snap_m)
        sources = legs(self.topology, self.costs, to, leaving=False)
        number = people.reindex(origin_ids).to_numpy(dtype=float)
        return dependency(self._towards, self.topology, self.costs, points, sources, number, len(self.road_ids))

    def what_if(
        self, facilities: Any, *, is_open: Any, cutoff: float = np.inf, max_snap_m: float = MAX_SNAP_M
    ) -> WhatIf:
        """Return the nearest open facility of every node, to be asked anew after opening and closing some; see WhatIf.

        `facilities` are all that may be open, existing ones and sites; `is_open` says which are to begin with, one a
        row. Trips go from nodes to facilities. Raises LayerError as `snap` does.
        """
        to = self.snap(facilities, max_snap_m=max_snap_m)
        sources = legs(self.topology, self.costs, to, leaving=False)
        opened = np.array(is_open, dtype=bool)
        return WhatIf(self._towards, self._outwards, sources, opened, limit_of(cutoff))

    def routes(self, origins: Any, places: Any, *, max_snap_m: float = MAX_SNAP_M) -> Routes:
        """Return everybody's shortest way to the nearest of the places, in metres; see Routes.

        The network must be one without one-way traffic and in metres. Raises LayerError as `snap` does, ValueError if
        it is another.
        """
        rank = np.argsort(np.asarray(places.index), kind="stable")
        start = legs(self.topology, self.costs, self.snap(origins, max_snap_m=max_snap_m), leaving=True)
        to = self.snap(places.iloc[rank], max_snap_m=max_snap_m)
        goal = legs(self.topology, self.costs, to, leaving=False)
        return routes(self._outwards, self.topology, self.costs, start, goal)

    def components(self) -> Components:
        """Return the parts the network falls into, one-way traffic aside; see Components."""
        return components(self.topology)

    def breaks(self, max_gap_m: float) -> Breaks:
        """Return the shortest gaps, up to max_gap_m, that keep parts of the network from each other; see Breaks."""
        return breaks(self.topology, components(self.topology), max_gap_m)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the network as a networkx.MultiDiGraph: an arc for each direction one may go, keyed by edge number.

        Nodes have x and y; arcs have road (its id), cost, length_m and from_m (where on the road the edge starts).
        """
        import networkx as nx

        graph = nx.MultiDiGraph(crs=self.crs, unit=self.costs.unit)
        top = self.topology
        graph.add_nodes_from(
            (n, {"x": x, "y": y}) for n, (x, y) in enumerate(zip(top.node_x.tolist(), top.node_y.tolist(), strict=True))
        )
        columns = (
            top.start,
            top.end,
            top.road,
            self.costs.along,
            top.length_m,
            top.from_m,
            self.costs.forward,
            self.costs.backward,
        )
        for edge, (u, v, road, cost, length_m, from_m, ahead, back) in enumerate(
            zip(*(c.tolist() for c in columns), strict=True)
        ):
            facts = {"road": self.road_ids[road], "cost": cost, "length_m": length_m, "from_m": from_m}
            if ahead:
                graph.add_edge(u, v, key=edge, **facts)
            if back and not (ahead and u == v):
                graph.add_edge(v, u, key=edge, **facts)
        return graph

    @cached_property
    def _towards(self) -> Graph:
        """The graph to search from where one is going to."""
        return graph_of(self.topology, self.costs, reverse=True) if self.costs.is_directed else self._outwards

    @cached_property
    def _outwards(self) -> Graph:
        """The graph to search from where one starts."""
        return graph_of(self.topology, self.costs, reverse=False)

    @cached_property
    def _segments(self) -> Segments:
        return Segments(self.topology)

    @cached_property
    def _ends(self) -> Ends:
        return ends_of(self.topology)

    def _feet(self, x: Numbers, y: Numbers, max_snap_m: float) -> Snapped:
        if self.workers is None or not np.isfinite(max_snap_m):
            return snapped(self._segments, x, y, max_snap_m=max_snap_m)
        found, far = snapped_by(self.workers, self.topology, self.costs, x, y, max_snap_m)
        alone = snapped(self._segments, x[far], y[far], max_snap_m=max_snap_m)
        for name, values in vars(found).items():
            values[far] = getattr(alone, name)
        return found

    def _placed(self, points: Any, max_snap_m: float) -> tuple[pd.Index, Snapped]:
        """Return the points' ids and where they meet the network."""
        if isinstance(points, Snapped):
            return pd.RangeIndex(len(points)), points
        return points.index, self.snap(points, max_snap_m=max_snap_m)

    def _coordinates(self, points: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y, NaN where a point is missing or empty."""
        if points.crs != self.crs:
            theirs, ours = (str(crs) for crs in (points.crs, self.crs))
            raise LayerError([Problem("points", say("network.other_crs", points=theirs, roads=ours), "")])
        shapes = np.asarray(points.geometry.array)
        wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (-1, 0)))
        if len(wrong):
            raise LayerError(
                Problem(str(points.index[row]), say("network.not_a_point", shape=shapes[row].geom_type), "")
                for row in wrong
            )
        xy = shapely.get_coordinates(shapes)
        if len(xy) == len(shapes):  # every point has a place
            return xy[:, 0].copy(), xy[:, 1].copy()
        x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        x[there], y[there] = shapely.get_x(shapes[there]), shapely.get_y(shapes[there])
        return x, y


def _by_ids(
    origins: pd.Index, destinations: pd.Index, origin: Rows, destination: Rows, *, in_rows: bool
) -> Rows | slice:
    """Return the order of the pairs by the ids of their rows; `in_rows`: they are in the order of the rows."""
    if in_rows and origins.is_monotonic_increasing and destinations.is_monotonic_increasing:
        return slice(None)
    ranks = (np.argsort(np.argsort(np.asarray(ids), kind="stable")) for ids in (destinations, origins))
    order: Rows = np.lexsort([rank[row] for rank, row in zip(ranks, (destination, origin), strict=True)])
    return order


def _join_frame(ids: pd.Index, lines: Lines, joins: Joins | None) -> pd.DataFrame:
    end, foot = (np.empty(0, dtype=np.int64),) * 2 if joins is None else (joins.end, joins.foot)
    return pd.DataFrame(
        {
            "road": ids.take(lines.road[end]),
            "other_road": ids.take(lines.road[foot]),
            "gap_m": np.empty(0) if joins is None else joins.gap_m,
            "x": lines.x[end],
            "y": lines.y[end],
        }
    )


def _nearest_frame(origins: pd.Index, facilities: pd.Index, found: Nearest, status: NDArray[np.intp]) -> pd.DataFrame:
    off = status == STATUSES.index(OFF_NETWORK)
    return pd.DataFrame(
        {
            "cost": np.where(off, np.nan, found.cost),
            "facility": pd.array(facilities).take(found.source, allow_fill=True) if len(facilities) else None,
            "status": pd.Categorical.from_codes(status, categories=STATUSES),
        },
        index=origins,
    )
