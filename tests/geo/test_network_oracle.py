"""Every answer of the network on small random worlds, against the slow and obvious one."""

from __future__ import annotations

from math import inf, isinf

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.network import RoadNetwork
from tests.geo.networkworlds import points, roads
from tests.geo.oracles.network import SlowNetwork, union
from tests.geo.oracles.network_ways import least_and_most_on_roads

MAX_SNAP_M = 8.0
TOLERANCE = 1e-6
MODES = st.booleans()


def network(frame: gpd.GeoDataFrame, minutes: bool) -> RoadNetwork:
    return RoadNetwork.from_frame(frame, oneway="oneway", speed_kmh="speed_kmh" if minutes else None)


@settings(max_examples=150, deadline=None)
@given(roads(), points("h"), points("f"), MODES, st.sampled_from(["facility", "origin"]))
def test_nearest_is_the_least_cost_of_the_slow_network(frame, homes, facilities, minutes, towards):
    slow = SlowNetwork(frame, minutes)
    answer = network(frame, minutes).nearest(homes, facilities, max_snap_m=MAX_SNAP_M, towards=towards)
    if towards == "facility":
        costs = slow.costs(homes, facilities, MAX_SNAP_M)
    else:
        costs = {(h, f): cost for (f, h), cost in slow.costs(facilities, homes, MAX_SNAP_M).items()}
    for home, row in answer.iterrows():
        if slow.foot(homes[home], MAX_SNAP_M) is None:
            assert row.status == "off_network"
            assert row.cost != row.cost
            continue
        least = min((costs.get((home, f), inf) for f in facilities.index), default=inf)
        assert row.status == ("unreachable" if isinf(least) else "reached")
        assert row.cost == pytest.approx(least, abs=TOLERANCE)
        if row.status == "reached":
            assert costs[home, row.facility] == pytest.approx(least, abs=TOLERANCE)


@settings(max_examples=100, deadline=None)
@given(roads(), points("h"), points("f"), MODES, st.sampled_from([0.0, 0.3, 5.0, 10.0, 25.0, 60.0, inf]))
def test_pairs_are_those_of_the_slow_network(frame, homes, facilities, minutes, cutoff):
    costs = SlowNetwork(frame, minutes).costs(homes, facilities, MAX_SNAP_M)
    answer = network(frame, minutes).pairs_within(homes, facilities, cutoff=cutoff, max_snap_m=MAX_SNAP_M)
    found = {(row.origin, row.destination): row.cost for row in answer.itertuples()}
    assert list(found) == sorted(found)
    assert len(found) == len(answer)
    for pair, cost in costs.items():
        if cost < cutoff - TOLERANCE or (cost <= cutoff and not isinf(cost) and pair in found):
            assert found.pop(pair) == pytest.approx(cost, abs=TOLERANCE)
        elif pair in found:
            assert found.pop(pair) == pytest.approx(cutoff, abs=TOLERANCE)
    assert not found


@settings(max_examples=100, deadline=None)
@given(roads(), points("l"), st.sampled_from([1.0, 7.5, 10.0, 26.0]))
def test_stretches_in_reach_are_those_of_the_slow_network(frame, lamps, radius_m):
    slow = SlowNetwork(frame)
    answer = network(frame, False).reach_along(lamps, radius_m, max_snap_m=MAX_SNAP_M)
    for row, lamp in enumerate(lamps):
        mine = answer.source == row
        found = {}
        for road, low, high in zip(answer.road[mine], answer.from_m[mine], answer.to_m[mine], strict=True):
            found.setdefault(frame.index[road], []).append((low, high))
        expected = slow.reached(lamp, radius_m, MAX_SNAP_M)
        assert {road: union(parts) for road, parts in found.items()}.keys() == expected.keys()
        for road, parts in expected.items():
            for mine_part, part in zip(union(found[road]), parts, strict=True):
                assert mine_part == pytest.approx(part, abs=TOLERANCE)


@settings(max_examples=60, deadline=None)
@given(roads(), points("h"))
def test_feet_are_on_the_nearest_segment_and_the_first_of_those_as_near(frame, homes):
    slow = SlowNetwork(frame)
    net = network(frame, False)
    at = net.snap(homes, max_snap_m=MAX_SNAP_M)
    for row, home in enumerate(homes):
        segment, along, offset = slow.foot(home, inf)
        assert frame.index[at.road[row]] == segment.road
        assert at.road_m[row] == pytest.approx(segment.from_m + along, abs=TOLERANCE)
        assert at.offset_m[row] == pytest.approx(offset, abs=1e-9)
        assert at.on_network[row] == (offset <= MAX_SNAP_M)
        assert (at.x[row] - home.x) ** 2 + (at.y[row] - home.y) ** 2 == pytest.approx(offset**2, abs=TOLERANCE)


@settings(max_examples=100, deadline=None)
@given(roads(), MODES)
def test_networkx_graph_has_the_same_distances_between_nodes(frame, minutes):
    net = network(frame, minutes)
    graph = net.to_networkx()
    slow = SlowNetwork(frame, minutes).graph({})
    place = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    for node in graph:
        mine = nx.single_source_dijkstra_path_length(graph, node, weight="cost")
        theirs = nx.single_source_dijkstra_path_length(slow, place[node], weight="cost")
        for other in graph:
            assert mine.get(other, inf) == pytest.approx(theirs.get(place[other], inf), abs=TOLERANCE)


@settings(max_examples=60, deadline=None)
@given(roads(), points("h"), points("f"))
def test_no_trip_is_shorter_than_the_straight_line(frame, homes, facilities):
    pairs = network(frame, False).pairs_within(homes, facilities, cutoff=inf)
    for row in pairs.itertuples():
        assert row.cost >= homes[row.origin].distance(facilities[row.destination]) - 1e-9


@settings(max_examples=40, deadline=None)
@given(roads(), points("h"), points("f", max_size=3), MODES)
def test_dependency_lies_between_who_must_use_a_road_and_who_may(frame, homes, facilities, minutes):
    people = {home: float(3 * n + 1) for n, home in enumerate(homes.index)}
    must, may = least_and_most_on_roads(SlowNetwork(frame, minutes), homes, people, facilities, MAX_SNAP_M)
    net = network(frame, minutes)
    answer = net.dependency(homes, pd.Series(people), facilities, max_snap_m=MAX_SNAP_M)
    for road, by_road in zip(frame.index, answer.by_road, strict=True):
        assert must.get(road, 0.0) - TOLERANCE <= by_road <= may.get(road, 0.0) + TOLERANCE
    at_most = pd.Series(answer.by_edge).groupby(net.topology.road).max()
    assert (at_most <= pd.Series(answer.by_road) + TOLERANCE).reindex(at_most.index).all()
