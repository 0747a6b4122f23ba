"""Who shares which facility: the homes around each, how much they weigh there, and what a person is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.access import reached, shares
from geo.supply import added_rows

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.access import Decay
    from geo.projects import Project
    from geo.supply import Meant
    from geo.ways import Stands, Ways
    from layers.layer import Layers

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Stock:
    """Facilities that work or may work, in order of id, with the places they have (NaN where that is not known)."""

    frame: gpd.GeoDataFrame
    works: Flags
    capacity: Numbers


@dataclass(frozen=True)
class Weights:
    """Homes and facilities (rows) that count for each other, and how much: the decay at the cost between them, above 0."""

    home: Rows
    place: Rows
    weight: Numbers


@dataclass(frozen=True, eq=False)
class Catchments:
    """Homes, facilities and who counts where. `near_unjoined`: homes that may reach a facility which is off the roads."""

    ways: Ways
    points: Shapes
    people: Numbers
    stock: Stock
    cutoff: float
    decay: Decay | None
    pairs: Weights
    is_joined: Flags
    near_unjoined: Flags

    @property
    def stands(self) -> Stands:
        """Where the homes stand beside the road."""
        return self.ways.stands

    @cached_property
    def is_off(self) -> Flags:
        """Homes that are nowhere, or too far from any road."""
        lost = shapely.is_missing(self.points) | shapely.is_empty(self.points)
        off: Flags = lost | np.isinf(self.stands.leg)
        return off

    @cached_property
    def is_load_open(self) -> Flags:
        """Facilities that homes of unknown people count at."""
        blank = self.pairs.place[np.isnan(self.people[self.pairs.home])]
        return np.bincount(blank, minlength=len(self.stock.works)) > 0

    @cached_property
    def load(self) -> Numbers:
        """The people who share each facility, weighted; those of unknown number left out."""
        weighed = self.pairs.weight * np.nan_to_num(self.people[self.pairs.home])
        load: Numbers = np.bincount(self.pairs.place, weighed, minlength=len(self.stock.works)).astype(float)
        return load

    @cached_property
    def is_sure(self) -> Flags:
        """Facilities that surely work, with known places and a known number of people around them."""
        sure: Flags = self.stock.works & ~np.isnan(self.stock.capacity) & ~self.is_load_open
        return sure

    def low(self) -> Numbers:
        """Return what a person of each home surely can draw on, in places."""
        return self._drawn(np.where(self.is_sure, self.stock.capacity, 0.0))

    def high(self) -> Numbers:
        """Return what a person of each home could draw on at the most, in places; inf where it has no bound."""
        open_ = np.isnan(self.stock.capacity) | (self.is_load_open & (self.load == 0) & (self.stock.capacity > 0))
        known = self._drawn(np.where(open_, 0.0, self.stock.capacity))
        return np.where(self.near(open_), np.inf, known)

    def near(self, chosen: Flags) -> Flags:
        """Return the homes that count at one of the chosen facilities."""
        return np.bincount(self.pairs.home[chosen[self.pairs.place]], minlength=len(self.people)) > 0

    def weights_at(self, places: Shapes) -> Weights:
        """Return which homes would count at other places, and how much."""
        return _weights(self.ways, places, self.cutoff, self.decay)

    def _drawn(self, capacity: Numbers) -> Numbers:
        pairs = self.pairs
        share = np.divide(capacity, self.load, out=np.zeros(len(capacity)), where=self.load > 0)
        return reached(pairs.place, pairs.home, pairs.weight, share, len(self.people))


def catchments(
    ways: Ways, points: Shapes, people: Numbers, stock: Stock, cutoff: float, decay: Decay | None
) -> Catchments:
    """Return who counts where: pairs within the cutoff (<=) whose decay leaves them any weight."""
    places = stock.frame.geometry.to_numpy()
    joined = ways.is_joined(places)
    return Catchments(
        ways=ways,
        points=points,
        people=people,
        stock=stock,
        cutoff=cutoff,
        decay=decay,
        pairs=_weights(ways, places, cutoff, decay),
        is_joined=joined,
        near_unjoined=np.nan_to_num(ways.straight(places[~joined]), nan=np.inf) <= cutoff,
    )


def amounts_added(
    around: Catchments, projects: Sequence[Project], meant: Meant, layers: Layers
) -> tuple[Rows, Rows, Numbers] | None:
    """Return project, home and the places a person of it gains, for facilities enlarged or built.

    None where only a full check can tell: another change of a facility, two projects that enlarge the same one.
    """
    added = added_rows(projects, meant, layers)
    grown = _enlarged(around, projects, meant, layers)
    if added is None or grown is None:
        return None
    new = around.weights_at(added.frame.geometry.to_numpy())
    places = np.nan_to_num(added.frame["capacity"].to_numpy(float))
    blank = np.bincount(new.place[np.isnan(around.people[new.home])], minlength=len(places)) > 0
    share = shares(new.place, new.weight * np.nan_to_num(around.people[new.home]), np.where(blank, 0.0, places))
    project, facility, more = grown
    at = pd.Series(np.arange(len(facility)), index=facility).reindex(around.pairs.place)
    seen = at.notna().to_numpy()
    row, pairs = at[seen].to_numpy(np.int64), around.pairs
    old_share = np.divide(more, around.load[facility], out=np.zeros(len(more)), where=around.load[facility] > 0)
    return (
        np.concatenate([added.project[new.place], project[row]]),
        np.concatenate([new.home, pairs.home[seen]]),
        np.concatenate([new.weight * share[new.place], pairs.weight[seen] * old_share[row]]),
    )


def _enlarged(
    around: Catchments, projects: Sequence[Project], meant: Meant, layers: Layers
) -> tuple[Rows, Rows, Numbers] | None:
    """Return project, facility (row) and places more, for each facility a project enlarges; None as `amounts_added`."""
    project, facility, places = [], [], []
    index = around.stock.frame.index
    for i, one in enumerate(projects):
        for edit in one.edits:
            is_ours = layers[edit.layer].kind == meant.kind and edit.change is not None and "capacity" in edit.change
            if not is_ours or edit.change is None:
                continue
            cells = edit.change["capacity"].dropna()
            rows = index.get_indexer(cells.index)
            project += [i] * int((rows >= 0).sum())
            facility += rows[rows >= 0].tolist()
            places += cells[rows >= 0].to_numpy(float).tolist()
    at = np.array(facility, np.int64)
    if len(np.unique(at)) < len(at) or np.isnan(around.stock.capacity[at]).any():
        return None
    more = np.where(around.is_sure[at], np.array(places, float) - around.stock.capacity[at], 0.0)
    return np.array(project, np.int64), at, more


def _weights(ways: Ways, places: Shapes, cutoff: float, decay: Decay | None) -> Weights:
    found = ways.within(places, cutoff)
    weight = np.ones(len(found.cost)) if decay is None else decay(found.cost)
    counts = weight > 0
    return Weights(found.home[counts], found.place[counts], weight[counts])
