"""What if one facility were opened or closed: the nearest of every node brought up to date, not worked out anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.network.engine import compiles
from geo.network.nearest import Nearest, seeds_of, sweep_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network.graph import Graph
    from geo.network.legs import Legs

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """The nearest open source of every node, while sources open and close one at a time.

    `graph` runs from sources to nodes, `back` the other way. `sources` are all that may ever be open, `is_open` says
    which are: `open` and `close` change it in place, and what is known of the nodes, which is what makes them cheap.
    The state after any number of edits is that of a sweep from the sources open then, to the last bit.
    """

    graph: Graph
    back: Graph
    sources: Legs
    is_open: Flags
    limit: float

    def open(self, source: int) -> None:
        """Open a source (a row of `sources`) that was closed; ValueError if it is open."""
        self._turn(source, to=True)
        if compiles(self.graph.nodes):
            from geo.network.sweep_kernel import spread

            offers = self._offers_of(source)
            spread(self._arcs, self._sweep, offers, 0, len(self._sweep.waiting), self._limit, self.graph.mean_cost)

    def close(self, source: int) -> None:
        """Close a source that was open; ValueError if it is not."""
        self._turn(source, to=False)
        if compiles(self.graph.nodes):
            from geo.network.whatif_kernel import taken_away

            seeds = self._offers_of(source).node
            around = self._arcs, self._back_arcs, self._sweep, self._offered
            taken_away(*around, self.is_open, source, seeds, self._limit, self.graph.mean_cost)

    def nearest(self) -> Nearest:
        """Return the nearest open source of every node within the limit."""
        if not compiles(self.graph.nodes):
            return sweep_from(self.graph, _without(self.sources, ~self.is_open), limit=self.limit)
        return Nearest(self._sweep.cost.copy(), self._sweep.source.astype(np.int64))

    def _turn(self, source: int, *, to: bool) -> None:
        if self.is_open[source] == to:
            raise ValueError(f"source {source} is {'open' if to else 'closed'} already")
        if compiles(self.graph.nodes):
            _ = self._sweep  # of the sources open before the edit
        self.is_open[source] = to

    def _offers_of(self, source: int) -> Any:
        from geo.network.sweep_kernel import Offers

        return Offers(*seeds_of(self.sources, np.array([source])))

    @cached_property
    def _sweep(self) -> Any:
        from geo.network.sweeping import swept

        return swept(self.graph, *seeds_of(self.sources, np.flatnonzero(self.is_open)), self.limit)

    @cached_property
    def _limit(self) -> float:
        return min(self.limit, float(np.finfo(np.float64).max))

    @cached_property
    def _arcs(self) -> Any:
        return _arcs(self.graph)

    @cached_property
    def _back_arcs(self) -> Any:
        return _arcs(self.back)

    @cached_property
    def _offered(self) -> Any:
        """What each source offers, by node."""
        from geo.network.search_kernel import Lists
        from geo.network.whatif_kernel import Offered

        node, cost, source = seeds_of(self.sources, np.arange(len(self.sources.edge)))
        order = np.argsort(node, kind="stable")
        first = np.zeros(self.graph.nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=self.graph.nodes), out=first[1:])
        return Offered(np.diff(first) > 0, Lists(first, source[order].astype(np.int64), cost[order]))


def _arcs(graph: Graph) -> Any:
    from geo.network.search_kernel import Arcs

    return Arcs(graph.first, graph.to, graph.cost)


def _without(sources: Legs, closed: Flags) -> Legs:
    """Return the sources with those that are closed out of reach; their rows stay what they were."""
    return replace(sources, cost=np.where(closed[:, np.newaxis], np.inf, sources.cost))
