"""A sweep over many blocks, in one part or two, finds what scipy finds."""

from __future__ import annotations

import numpy as np
import pytest

from geo.network.graph import sparse_rows
from geo.network.legs import Legs
from geo.network.morton import morton_order
from geo.network.nearest import Nearest, _scipy_sweep


def lattice(side: int, rng: np.random.Generator):
    """Return a grid of streets whose nodes are numbered along a Morton curve, lengths drawn from few values: many ties."""
    y, x = np.divmod(np.arange(side * side), side)
    number = np.empty(side * side, dtype=np.int32)
    number[morton_order(x.astype(float), y.astype(float))] = np.arange(side * side, dtype=np.int32)
    number = number.reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    cost = rng.choice([50.0, 100.0, 150.0], len(tail))
    edge = np.arange(len(tail), dtype=np.int32)
    there, back = np.concatenate([tail, head]), np.concatenate([head, tail])
    return sparse_rows(side * side, there, back, np.tile(cost, 2), np.tile(edge, 2))


def at_nodes(node: np.ndarray) -> Legs:
    """Return sources that stand at nodes."""
    none, cost = np.zeros(len(node)), np.column_stack([np.zeros(len(node)), np.full(len(node), np.inf)])
    edge = np.zeros(len(node), dtype=np.int64)
    return Legs(np.column_stack([node, node]).astype(np.int32), cost, edge, none, none, none, none, none)


@pytest.mark.parametrize("parts", [1, 2])
def test_parts_and_threads_change_nothing(monkeypatch, parts):
    pytest.importorskip("numba")
    from geo.network import sweeping

    monkeypatch.setattr(sweeping, "PARTS", parts)
    monkeypatch.setattr(sweeping, "_LEAST_BLOCKS", 1)
    rng = np.random.default_rng(6)
    graph = lattice(300, rng)
    sources = at_nodes(rng.permutation(graph.nodes)[:40])
    seeds = sources.node[:, 0], sources.cost[:, 0], np.arange(40, dtype=np.int32)
    for limit in (np.inf, 2000.0):
        sweep = sweeping.swept(graph, *seeds, limit)
        found, wanted = Nearest(sweep.cost, sweep.source.astype(np.int64)), _scipy_sweep(graph, sources, limit)
        np.testing.assert_array_equal(found.cost, wanted.cost)
        np.testing.assert_array_equal(found.source, wanted.source)
