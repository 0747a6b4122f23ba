"""Stretches without a feature: who lives on them, as gaps, and the features that would divide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.gaps import Gap, stable_id
from geo.lines.intervals import SLIVER_M, Stretches, holding
from geo.lines.sublines import sublines
from geo.lines.unbroken import END, START, Cuts, Pieces, Ways, pieces_of, walked
from geo.projects import Project
from geo.supply import Meant, category_word, receiving
from layers.edit import Edit
from layers.options import Cost
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.coverage import Coverage
    from geo.network import RoadNetwork
    from geo.rule import Rule
    from layers.layer import Layer, Layers

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

# A marked crossing, in yuan (DOMAIN 3, PED-01; mark I).
CROSSING = Cost(low=3_000, mid=6_000, high=10_000, per="point", yearly=300, life_years=5)

# A stretch of exactly three spacings needs two more, whatever the last bit of the division says.
NOISE = 1e-9


@dataclass(frozen=True)
class Spaced:
    """What one check worked out, kept for its gaps, repairs and promises.

    `cuts` are all features on the roads judged, `works` and `ids` by the number of a feature; `pieces` is what those that
    surely work leave. `on` is the edge of the network and the metre on it of each home, None where nobody knows of any.
    """

    network: RoadNetwork
    roads: gpd.GeoDataFrame
    ways: Ways
    cuts: Cuts
    works: Flags
    pieces: Pieces
    people: Numbers
    on: tuple[Rows, Numbers] | None
    ids: NDArray[np.object_]
    spacing_m: float

    @property
    def too_long(self) -> Flags:
        """Which stretches are too long."""
        return self.pieces.length_m > self.spacing_m * (1 + NOISE)

    def homes(self) -> tuple[Rows, Rows]:
        """Return the piece each home is on (-1: none) and its road."""
        if self.on is None:
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        edge, at_m = self.on
        mine = np.searchsorted(self.ways.edge, edge)
        here = np.append(self.ways.edge, -2)[mine] == edge
        piece = holding(self.pieces.stretches, np.where(here, mine, -1), np.where(here, at_m, 0.0))
        # A foot at the very end of an edge may lie a rounding beyond the last piece.
        last = np.searchsorted(self.pieces.stretches.line, mine, "right") - 1
        piece = np.where(here & (piece < 0), last, np.where(here, piece, -1))
        return piece, np.append(self.ways.road, -1)[np.where(here, mine, len(self.ways.road))]

    def people_by_road(self) -> tuple[Numbers, Numbers]:
        """Return who lives on each road, and who of them on a stretch that is too long; NaN where nobody knows."""
        if self.on is None:
            return np.full(len(self.roads), np.nan), np.full(len(self.roads), np.nan)
        piece, road = self.homes()
        somewhere = piece >= 0
        without = somewhere & np.append(self.too_long[self.pieces.whole], False)[piece]
        everyone, short = (
            np.bincount(road[some], self.people[some], minlength=len(self.roads)).astype(float)
            for some in (somewhere, without)
        )
        return everyone, short


@dataclass(frozen=True)
class Touched:
    """Roads whose stretches a project divides: rows of both."""

    road: Rows
    project: Rows


def cells_with(detail: Spaced, new: Cuts, project: Rows) -> Touched | None:
    """Return which project divides stretches of which road; None where two do so on one road.

    Roads are taken to be touched if they hang together, were there no feature at all, with the place of a new one.
    """
    ways = detail.ways
    none = np.zeros(0, np.intp)
    chain = pieces_of(ways, Cuts(none, np.zeros(0), none)).whole
    by_chain = np.unique(np.column_stack([chain[new.edge], project[new.feature]]), axis=0)
    pairs = [np.zeros((0, 2), np.intp)]
    for one, number in by_chain:
        roads = np.unique(ways.road[chain == one])
        pairs.append(np.column_stack([roads, np.full(len(roads), number)]))
    found = np.unique(np.concatenate(pairs), axis=0)
    return None if len(np.unique(found[:, 0])) < len(found) else Touched(found[:, 0], found[:, 1])


def long_gaps(rule: Rule, coverage: Coverage, detail: Spaced, what: Text | str) -> list[tuple[Gap, int]]:
    """Return a gap for each stretch that is too long and touches a road that is short, and the stretch's number."""
    short = np.zeros(len(detail.roads), bool)
    short[detail.roads.index.get_indexer(coverage.frame.index[coverage.frame["status"] == "short"])] = True
    pieces, ways = detail.pieces, detail.ways
    road = ways.road[pieces.stretches.line]
    wanted = np.unique(pieces.whole[short[road] & detail.too_long[pieces.whole]])
    home, _ = detail.homes()
    there = home >= 0
    count = len(pieces.length_m)
    people = np.bincount(pieces.whole[home[there]], detail.people[there], minlength=count)
    order = np.argsort(pieces.whole, kind="stable")
    first = np.searchsorted(pieces.whole[order], np.arange(count + 1))
    found, seen = [], dict[tuple[str, ...], int]()
    every = [order[first[stretch] : first[stretch + 1]] for stretch in wanted.tolist()]
    for stretch, members, line in zip(wanted.tolist(), every, _geometries(detail, every), strict=True):
        key = _key(detail, stretch, members)
        seen[key] = seen.get(key, 0) + 1
        more = (f"#{seen[key]}",) if seen[key] > 1 else ()
        on = np.unique(road[members][short[road[members]]])
        ids = tuple(str(id_) for id_ in detail.roads.index[on])
        row = coverage.frame.loc[ids[0]]
        gap = Gap(
            stable_id(rule.id, *key, *more),
            rule.id,
            rule.severity,
            ids,
            row["unit_id"],
            row["name"],
            float(pieces.length_m[stretch]),
            "m",
            float("nan") if detail.on is None else float(people[stretch]),
            line,
            say("spacing.gap", length=float(pieces.length_m[stretch]), what=what, limit=detail.spacing_m),
        )
        found.append((gap, stretch))
    return found


def _key(detail: Spaced, stretch: int, members: Rows) -> tuple[str, ...]:
    """Return what a stretch is made of and bounded by: its roads, and at each end the feature or the roads that meet."""
    path, is_ring = walked(detail.pieces, stretch, members)
    roads = sorted({str(detail.roads.index[detail.ways.road[detail.pieces.stretches.line[p]]]) for p, _ in path})
    if is_ring:
        return (*roads, "ring")
    (head, into), (tail, through) = path[0], path[-1]
    return (*roads, *sorted((_bound(detail, head, into), _bound(detail, tail, 1 - through))))


def _bound(detail: Spaced, piece: int, side: int) -> str:
    """Return what bounds a piece on that side: the roads that meet there or, between junctions, the lowest feature."""
    ways, pieces, cuts = detail.ways, detail.pieces.stretches, detail.cuts
    edge = int(pieces.line[piece])
    at_m = (pieces.start_m if side == START else pieces.end_m)[piece]
    if SLIVER_M < at_m < ways.length_m[edge] - SLIVER_M:
        here = (cuts.edge == edge) & (np.abs(cuts.at_m - at_m) <= SLIVER_M) & detail.works[cuts.feature]
        return min(str(id_) for id_ in detail.ids[cuts.feature[here]])
    top = detail.network.topology
    node = ways.node[2 * edge + side]
    meeting = np.unique(top.road[(top.start == node) | (top.end == node)])
    return "+".join(sorted(str(id_) for id_ in detail.network.road_ids[meeting]))


def _geometries(detail: Spaced, stretches: Sequence[Rows]) -> list[shapely.Geometry]:
    """Return the line of each stretch (its pieces), in as few parts as it can be drawn in."""
    members = np.concatenate([np.zeros(0, np.intp), *stretches])
    lines = sublines(np.asarray(detail.roads.geometry, dtype=object), _on_roads(detail, members))
    each = np.split(lines, np.cumsum([len(some) for some in stretches])[:-1]) if stretches else []
    return [
        some[0] if len(some) == 1 else shapely.line_merge(shapely.multilinestrings(shapely.get_parts(some)))
        for some in each
    ]


def _on_roads(detail: Spaced, members: Rows) -> Stretches:
    pieces = detail.pieces.stretches.take(members)
    start = detail.ways.from_m[pieces.line]
    return Stretches(detail.ways.road[pieces.line], start + pieces.start_m, start + pieces.end_m)


def spacing_projects(
    rule: Rule, gaps: Sequence[Gap], coverage: Coverage, detail: Spaced, meant: Meant, layers: Layers
) -> list[Project]:
    """Return for the gaps of roads that hang together the features that divide them, evenly spread."""
    layer, category = receiving(layers, meant)
    stretch_of = {gap.id: stretch for gap, stretch in long_gaps(rule, coverage, detail, "")}
    groups = _hanging_together(gaps)
    sites = [np.concatenate([_sites(detail, stretch_of[gap.id]) for gap in some]) for some in groups]
    ids = [stable_id("P", "space_out", *sorted(gap.id for gap in some)) for some in groups]
    rows = _rows(ids, sites, layer, category)
    ends = np.cumsum([len(places) for places in sites])
    return [
        Project(
            id=id_,
            action="space_out",
            name=say(
                "spacing.project",
                road=some[0].name or some[0].place_ids[0],
                what=category_word(category),
                count=len(places),
            ),
            unit_id=some[0].unit_id,
            rule_ids=(rule.id,),
            gap_ids=tuple(gap.id for gap in some),
            amount=float(len(places)),
            unit=meant.kind,
            edits=(Edit(layer.name, add=rows.iloc[end - len(places) : end]),),
            cost=rule.cost or CROSSING,
            geometry=places[0] if len(places) == 1 else shapely.multipoints(places),
        )
        for id_, some, places, end in zip(ids, groups, sites, ends, strict=True)
    ]


def _rows(ids: Sequence[str], sites: Sequence[NDArray[np.object_]], layer: Layer, category: str) -> gpd.GeoDataFrame:
    """Return the new features of all projects, one after the other; their ids are the project's with a number."""
    numbered = [f"{id_}-{n:03d}" for id_, places in zip(ids, sites, strict=True) for n in range(1, len(places) + 1)]
    index = pd.Index(numbered, dtype=object, name="id")
    cells = {"category": category, "status": "working"} if "status" in layer.frame else {"category": category}
    every = np.concatenate([np.empty(0, dtype=object), *sites])
    frame = gpd.GeoDataFrame(cells, geometry=every, index=index, crs=layer.frame.crs)
    return frame.reindex(columns=layer.frame.columns)


def _hanging_together(gaps: Sequence[Gap]) -> list[list[Gap]]:
    """Return the gaps in groups that share a road, each road's verdict being that of its longest stretch."""
    groups: list[tuple[set[str], list[Gap]]] = []
    for gap in gaps:
        mine: tuple[set[str], list[Gap]] = (set(gap.place_ids), [])
        apart = []
        for group in groups:
            if group[0] & set(gap.place_ids):
                mine = (mine[0] | group[0], mine[1] + group[1])
            else:
                apart.append(group)
        groups = [*apart, (mine[0], [*mine[1], gap])]
    return [group for _, group in groups]


def _sites(detail: Spaced, stretch: int) -> NDArray[np.object_]:
    """Return where new features stand so that no part of the stretch is longer than allowed."""
    pieces = detail.pieces
    path, is_ring = walked(pieces, stretch, np.flatnonzero(pieces.whole == stretch))
    length = pieces.length_m[stretch]
    parts = int(np.ceil(length / detail.spacing_m - NOISE))
    at = length / parts * (np.arange(parts) if is_ring else np.arange(1, parts))
    piece, into = (np.array(column) for column in zip(*path, strict=True))
    each = pieces.stretches.length_m[piece]
    run = np.append(0.0, np.cumsum(each))
    step = np.clip(np.searchsorted(run, at, "right") - 1, 0, len(piece) - 1)
    gone = np.clip(at - run[step], 0.0, each[step])
    along = np.where(into[step] == END, each[step] - gone, gone)
    line = pieces.stretches.line[piece[step]]
    metre = detail.ways.from_m[line] + pieces.stretches.start_m[piece[step]] + along
    roads = np.asarray(detail.roads.geometry, dtype=object)
    sites: NDArray[np.object_] = shapely.line_interpolate_point(roads[detail.ways.road[line]], metre)
    return sites
