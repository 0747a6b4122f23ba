"""The new roads of projects, made ready to say what each would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.network.modes import ON_SLOPES, Joining, network_of, usable
from geo.network.snap import Snapped
from geo.roads.drawn import Drawn, is_mid_edge, placed_at, vertices_at
from geo.roads.newroads import NewRoads
from geo.ways import AlongRoads, Pairs

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.network.costs import Unit
    from geo.network.topology import Topology
    from geo.projects import Project
    from geo.travel import Travel
    from layers.edit import Cut
    from layers.layer import Layers

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]


def roads_added(projects: Sequence[Project], ref: str, layers: Layers) -> gpd.GeoDataFrame:
    """Return the roads these projects would add to what `ref` means, by id; `_project` is the row of the project."""
    cuts: dict[str, list[tuple[int, Cut]]] = {}
    for i, project in enumerate(projects):
        for edit in project.edits:
            if layers[edit.layer].kind == "roads" and edit.added is not None and len(edit.added):
                cuts.setdefault(edit.layer, []).append((i, edit.added))
    frames = [layers.rows("roads", ref).iloc[:0].assign(_project=np.zeros(0, np.int64))]
    for name, rows in cuts.items():
        frame = layers.to_be_added(name, [cut for _, cut in rows])
        frame = frame.assign(_project=np.repeat([i for i, _ in rows], [len(cut) for _, cut in rows]))
        frames.append(layers.meant(layers[name], ref, frame))
    given = [frame for frame in frames if len(frame)] or frames
    return (given[0] if len(given) == 1 else pd.concat(given)).sort_index(kind="stable")


def new_roads(
    ways: AlongRoads, roads: gpd.GeoDataFrame, travel: Travel, farthest: float, joining: Joining | None = None
) -> NewRoads:
    """Return what it takes to say how each of these roads, once built, changes costs of at most `farthest`.

    `ways` are those of `travel` from the homes to be asked about. Of a road that joins anything but two vertices of roads
    that are there nothing is said (`is_plain`), nor of any road where the plan joins crossings or loose ends.
    """
    joining = joining or Joining()
    network = ways.network
    drawn = _drawn(roads, travel, network.costs.unit, joining)
    top = network.topology
    edge, edge_m = vertices_at(top, drawn.ends_xy)
    ends = placed_at(top, edge, edge_m, drawn.ends_xy)
    points = replace(ways, homes=np.append(ways.homes, np.full(len(edge), None)), at=_together(ways.at, ends))
    moved = drawn.moved(ways, ways.homes, ways.at)
    cuttable = network.costs.forward & network.costs.backward
    if joining.heights is not None and network.costs.unit == "min" and travel.mode in ON_SLOPES:
        cuttable = np.zeros(top.edges, bool)
    # an edge that is cut at a vertex has to cost what its parts do, and to be open both ways
    plain = _is_plain(drawn, top, (edge >= 0) & (cuttable[edge] | ~is_mid_edge(top, edge, edge_m)))
    if joining.node_crossings or joining.join_ends_m > 0:
        plain &= drawn.pieces == 0
    if network.barriers is not None:
        plain[moved.road] = False
    found = network.pairs_within(points.at, ends, cutoff=farthest / ways.factor)
    to_end = Pairs(*(found[name].to_numpy() for name in ("origin", "destination", "cost")))
    settled = moved.kept(ways.at.on_network[moved.point] & plain[moved.road])
    return NewRoads(points, drawn, drawn.cost, plain, to_end, settled, ways.at.offset_m, farthest / ways.factor)


def _drawn(roads: gpd.GeoDataFrame, travel: Travel, unit: Unit, joining: Joining) -> Drawn:
    rows = np.flatnonzero(usable(travel.mode, roads))
    heights = Joining(heights=joining.heights)
    alone = travel.facing(network_of(travel.mode, roads.iloc[rows].reset_index(drop=True), unit=unit, joining=heights))
    top = replace(alone.topology, road=rows[alone.topology.road])
    pieces = np.bincount(top.road, minlength=len(roads))
    edge = np.full(len(roads), -1)
    edge[top.road] = np.arange(top.edges)
    return Drawn(roads, replace(alone, topology=top), np.where(pieces == 1, edge, -1), pieces)


def _is_plain(drawn: Drawn, top: Topology, joined: Flags) -> Flags:
    """Return which roads touch no road that is there except at their ends, both `joined`; one nobody may use is plain."""
    plain: Flags = (drawn.pieces == 1) & joined.reshape(-1, 2).all(axis=1)
    vertex, owner = drawn.between
    plain[owner[vertices_at(top, vertex)[0] >= 0]] = False
    plain[drawn.pieces == 0] = True
    return plain


def _together(one: Snapped, other: Snapped) -> Snapped:
    return Snapped(*(np.concatenate(pair) for pair in zip(vars(one).values(), vars(other).values(), strict=True)))
