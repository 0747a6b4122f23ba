"""Opening and closing one facility after another gives, each time, what a sweep from those open gives."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.network import RoadNetwork, engine
from geo.network.nearest import sweep_from
from geo.network.whatif import WhatIf, _without
from tests.geo.networkworlds import points, roads
from tests.geo.test_network_compiled import _grid, _scattered


def assert_as_a_sweep_from_those_open(what_if: WhatIf) -> None:
    open_ones = _without(what_if.sources, ~what_if.is_open)
    wanted, found = sweep_from(what_if.graph, open_ones, limit=what_if.limit), what_if.nearest()
    np.testing.assert_array_equal(found.cost, wanted.cost)
    np.testing.assert_array_equal(found.source, wanted.source)


@pytest.mark.parametrize("least", [0, 10**9])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roads(), points("f", max_size=6), st.data(), st.sampled_from([15.0, inf]))
def test_each_edit_leaves_what_a_sweep_would_find(monkeypatch, least, frame, facilities, data, cutoff):
    if not least:
        pytest.importorskip("numba")
    monkeypatch.setattr(engine, "COMPILED_FROM", least)
    network = RoadNetwork.from_frame(frame, oneway="oneway")
    is_open = data.draw(st.lists(st.booleans(), min_size=len(facilities), max_size=len(facilities)))
    what_if = network.what_if(facilities, is_open=is_open, cutoff=cutoff)
    for source in data.draw(st.lists(st.integers(0, len(facilities) - 1), max_size=6)):
        (what_if.close if what_if.is_open[source] else what_if.open)(source)
        assert_as_a_sweep_from_those_open(what_if)


def test_two_hundred_edits_on_thousands_of_nodes_leave_what_a_sweep_would_find(monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setattr(engine, "COMPILED_FROM", 0)
    rng = np.random.default_rng(5)
    what_if = RoadNetwork.from_frame(_grid(rng, 60)).what_if(_scattered(rng, 40), is_open=np.arange(40) < 20)
    for source in rng.integers(0, 40, 200):
        (what_if.close if what_if.is_open[source] else what_if.open)(source)
    assert_as_a_sweep_from_those_open(what_if)


def test_what_is_open_cannot_be_opened_again():
    rng = np.random.default_rng(5)
    what_if = RoadNetwork.from_frame(_grid(rng, 5)).what_if(_scattered(rng, 2), is_open=[True, False])
    with pytest.raises(ValueError, match="source 0 is open already"):
        what_if.open(0)
    with pytest.raises(ValueError, match="source 1 is closed already"):
        what_if.close(1)
