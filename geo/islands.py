"""Pieces of the road network that no way leads out of, who lives on them, and the least that would join them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from geo.places import together
from geo.roads.links import BRIDGE, LINK, crossing_of
from layers.text import Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.network import RoadNetwork
    from geo.network.components import Components
    from geo.world import World
    from layers.options import Cost

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Nobody leaves a gap this narrow between a road's end and the road beside it: it is the drawing that has to be joined.
DRAWN_APART_M = 2.0

# Two pieces farther apart than this are not joined by one link: who is on them has to be asked. Our choice.
FARTHEST_M = 300.0

# Those that people go by: what vehicles could use if it were built up, or lamps light, is no way yet.
MODES = ("walk", "cycle", "drive")

# So many are told one by one, those with the most people first.
LISTED = 20

# What would join a piece is looked for in so many of each network, those with the most people; each takes a look at all
# roads, and a province may have thousands of pieces.
SOUGHT = 50

Repair = Literal["join", "link", "bridge", "none", "not_sought"]


@dataclass(frozen=True)
class Island:
    """A piece of the network of a mode that is cut off from the largest one, and the narrowest gap to another piece.

    `road` is a road of the piece at the gap, `other` the road across it ("" where none is within FARTHEST_M), `line` the
    gap. `repair` is to join the drawing, to build a link or a bridge (the gap crosses water), none that is known, or that it
    was not looked for (beyond the first SOUGHT);
    `cost` is for all of it, in yuan (low, mid, high).
    """

    mode: str
    people: float
    homes: int
    length_m: float
    road: str
    other: str
    gap_m: float
    repair: Repair
    cost: tuple[float, float, float]
    line: shapely.LineString | None


def islands(world: World) -> tuple[Island, ...]:
    """Return the pieces with homes on them in the networks this run has built, most people first.

    A piece that is cut off at one place for several modes is named once, with the mode that leaves most people there.
    """
    if not world.layers.of_kind("demand") and not world.layers.of_kind("units"):
        return ()
    waters = together(world.layers, "watercourses")[0]
    asked: set[tuple[str, str]] = set()
    found: dict[tuple[str, str], Island] = {}
    for mode, roads, unit in sorted(world.networks()):
        if mode in MODES and (mode, roads) not in asked:
            asked.add((mode, roads))
            for island in _of_network(world, mode, roads, world.network(mode, roads, unit), waters):
                known = found.setdefault((island.road, island.other), island)
                if island.people > known.people:
                    found[island.road, island.other] = island
    return tuple(sorted(found.values(), key=lambda island: (-island.people, island.road, island.other)))


def told(found: Sequence[Island]) -> list[Text]:
    """Return what a reader must know of them: each of the first, and how many more there are."""
    notes = [_note(island) for island in found[:LISTED]]
    rest = found[LISTED:]
    if rest:
        notes.append(say("network.islands_more", count=len(rest), people=sum(island.people for island in rest)))
    return notes


def _note(island: Island) -> Text:
    low, _, high = island.cost
    facts = {"people": island.people, "homes": island.homes, "length_m": round(island.length_m), "road": island.road}
    facts |= {"other": island.other, "gap_m": f"{island.gap_m:.1f}", "low": round(low), "high": round(high)}
    return say(f"network.island_{island.repair}", mode=say(f"network.mode_{island.mode}"), **facts)


def _of_network(world: World, mode: str, roads: str, network: RoadNetwork, waters: gpd.GeoDataFrame) -> list[Island]:
    parts = network.components()
    if len(parts.length_m) < 2:
        return []
    at = world.homes_on(mode, roads)
    on = np.flatnonzero(at.on_network)
    part = parts.edge[at.edge[on]]
    homes = np.bincount(part, minlength=len(parts.length_m))
    people = np.bincount(part, world.demand.people[on], len(parts.length_m))
    apart = np.flatnonzero(homes[1:]) + 1
    apart = apart[np.lexsort((apart, -people[apart]))].tolist()
    who = [(float(people[part]), int(homes[part])) for part in apart]
    found = [_island(mode, network, parts, part, who[i], waters) for i, part in enumerate(apart[:SOUGHT])]
    first = _first_roads(network, parts)
    for i, part in enumerate(apart[SOUGHT:], SOUGHT):
        found.append(_unjoined(mode, *who[i], float(parts.length_m[part]), str(first[part]), "not_sought"))
    return found


def _first_roads(network: RoadNetwork, parts: Components) -> NDArray[np.object_]:
    """Return the id of a road of each piece."""
    road = np.zeros(len(parts.length_m), dtype=np.int64)
    road[parts.edge[::-1]] = network.topology.road[::-1]
    ids: NDArray[np.object_] = np.asarray(network.road_ids, dtype=object)[road]
    return ids


def _unjoined(mode: str, people: float, homes: int, length_m: float, road: str, repair: Repair) -> Island:
    return Island(mode, people, homes, length_m, road, "", np.inf, repair, (0.0, 0.0, 0.0), None)


def _island(
    mode: str, network: RoadNetwork, parts: Components, number: int, who: tuple[float, int], waters: gpd.GeoDataFrame
) -> Island:
    """Return one piece with its narrowest gap."""
    top, ids = network.topology, network.road_ids
    own = parts.edge[top.segment_edge] == number
    length_m = float(parts.length_m[number])
    shapes, near = _shapes(network, own), _around(network, own)
    tree = shapely.STRtree(_shapes(network, near))
    pairs, gap_m = tree.query_nearest(shapes, max_distance=FARTHEST_M, return_distance=True, all_matches=False)
    people, homes = who
    if not len(gap_m):
        road = str(ids[top.road[top.segment_edge[np.flatnonzero(own)[0]]]])
        return _unjoined(mode, people, homes, length_m, road, "none")
    best = int(np.lexsort((pairs[1], pairs[0], gap_m))[0])
    one, other = (int(np.flatnonzero(rows)[pairs[side, best]]) for side, rows in ((0, own), (1, near)))
    line = shapely.shortest_line(shapes[pairs[0, best]], tree.geometries[pairs[1, best]])
    road, across = (str(ids[top.road[top.segment_edge[segment]]]) for segment in (one, other))
    repair, cost = _repair(line, waters)
    return Island(mode, people, homes, length_m, road, across, float(gap_m[best]), repair, cost, line)


def _repair(line: shapely.LineString, waters: gpd.GeoDataFrame) -> tuple[Repair, tuple[float, float, float]]:
    """Return what would join the two ends, and what it costs."""

    def times(cost: Cost, amount: float) -> tuple[float, float, float]:
        return cost.low * amount, cost.mid * amount, cost.high * amount

    if line.length <= DRAWN_APART_M:
        return "join", (0.0, 0.0, 0.0)
    if crossing_of(line, waters) is not None:
        return "bridge", times(BRIDGE, 1.0)
    return "link", times(LINK, line.length / 1000)


def _around(network: RoadNetwork, own: Flags) -> Flags:
    """Return the segments of other pieces whose bounds come near enough."""
    x, y = network.topology.segment_x, network.topology.segment_y
    near = ~own
    for at in (x, y):
        low, high = at[own].min() - FARTHEST_M, at[own].max() + FARTHEST_M
        near &= (at.max(axis=1) >= low) & (at.min(axis=1) <= high)
    return near


def _shapes(network: RoadNetwork, rows: Flags) -> NDArray[np.object_]:
    x, y = network.topology.segment_x[rows], network.topology.segment_y[rows]
    shapes: NDArray[np.object_] = shapely.linestrings(np.stack([x, y], axis=2))
    return shapes
