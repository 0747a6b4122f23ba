"""The network on worlds small enough to check by hand. Metres; the main street runs east from (0, 0)."""

from __future__ import annotations

from math import inf, isnan

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, Point, Polygon

from geo.network import RoadNetwork
from geo.network.modes import network_for
from layers.problems import LayerError

CRS = "EPSG:4547"
Line = list[tuple[float, float]]


def roads_of(**lines: Line | LineString) -> gpd.GeoDataFrame:
    shapes = [line if not isinstance(line, list) else LineString(line) for line in lines.values()]
    return gpd.GeoDataFrame(geometry=shapes, index=list(lines), crs=CRS)


def at(**points: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(xy) for xy in points.values()], index=list(points), crs=CRS)


def cost(net: RoadNetwork, origin: tuple[float, float], facility: tuple[float, float], **options: object) -> float:
    return net.nearest(at(o=origin), at(f=facility), **options).cost.loc["o"]


STREET = roads_of(street=[(0, 0), (1000, 0)])


def test_distance_counts_both_access_legs():
    assert cost(RoadNetwork.from_frame(STREET), (100, 30), (400, -20)) == 30 + 300 + 20


def test_facility_exactly_at_the_cutoff_is_reached_and_one_a_millimetre_farther_is_beyond():
    net = RoadNetwork.from_frame(STREET)
    answer = net.nearest(at(home=(100, 0)), at(f=(600, 0)), cutoff=500)
    assert (answer.cost.iloc[0], answer.status.iloc[0], answer.facility.iloc[0]) == (500.0, "reached", "f")
    answer = net.nearest(at(home=(100, 0)), at(f=(600.001, 0)), cutoff=500)
    assert (answer.cost.iloc[0], answer.status.iloc[0]) == (inf, "beyond")
    assert len(net.pairs_within(at(home=(100, 0)), at(f=(600, 0)), cutoff=500)) == 1


def test_lengths_that_are_no_binary_fractions_still_add_up_to_the_limit():
    net = RoadNetwork.from_frame(roads_of(**{f"r{i}": [(i * 50.1, 0), ((i + 1) * 50.1, 0)] for i in range(10)}))
    answer = net.nearest(at(home=(0, 0)), at(f=(501, 0)), cutoff=501.0)
    assert answer.status.iloc[0] == "reached"
    assert answer.cost.iloc[0] == pytest.approx(501, rel=1e-9)


def test_point_is_on_the_network_at_exactly_the_snap_cap_and_off_it_beyond():
    net = RoadNetwork.from_frame(STREET)
    answer = net.nearest(at(a=(100, 80), b=(100, 80.001)), at(f=(100, 0)), max_snap_m=80)
    assert list(answer.status) == ["reached", "off_network"]
    assert isnan(answer.cost.loc["b"])
    assert net.snap(at(b=(100, 80.5)), max_snap_m=80).offset_m[0] == 80.5


def test_missing_and_empty_points_are_off_the_network():
    points = gpd.GeoSeries([None, Point(), Point(5, 0)], index=["a", "b", "c"], crs=CRS)
    answer = RoadNetwork.from_frame(STREET).nearest(points, at(f=(10, 0)))
    assert list(answer.status) == ["off_network", "off_network", "reached"]
    assert answer.facility.isna().tolist() == [True, True, False]


def test_without_any_facility_everybody_on_the_network_is_unreachable():
    answer = RoadNetwork.from_frame(STREET).nearest(at(a=(5, 0), b=(5, 9999)), at(f=(0, 0)).iloc[:0])
    assert list(answer.status) == ["unreachable", "off_network"]
    assert answer.cost.iloc[0] == inf


def test_without_any_road_everybody_is_off_the_network():
    net = RoadNetwork.from_frame(STREET.iloc[:0])
    assert list(net.nearest(at(a=(0, 0)), at(f=(0, 0))).status) == ["off_network"]
    assert net.pairs_within(at(a=(0, 0)), at(f=(0, 0)), cutoff=inf).empty
    assert not len(net.reach_along(at(a=(0, 0)), 10).road)
    assert net.dependency(at(a=(0, 0)), pd.Series({"a": 1}), at(f=(0, 0))).by_road.tolist() == []


def test_one_way_street_is_gone_round_in_one_direction_only():
    block = roads_of(south=[(0, 0), (100, 0)], rest=[(100, 0), (100, 50), (0, 50), (0, 0)])
    net = RoadNetwork.from_frame(block, oneway=pd.Series({"south": "yes", "rest": "yes"}))
    assert cost(net, (20, 0), (80, 0)) == 60
    assert cost(net, (80, 0), (20, 0)) == 300 - 60
    assert cost(net, (80, 0), (20, 0), towards="origin") == 60


@pytest.mark.parametrize("reverse", ["reverse", "-1", -1, -1.0])
def test_reverse_is_one_way_against_the_line(reverse):
    net = RoadNetwork.from_frame(STREET, oneway=[reverse])
    assert cost(net, (80, 0), (20, 0)) == 60
    assert cost(net, (20, 0), (80, 0)) == inf


@pytest.mark.parametrize("both", ["no", "False", False, 0, None, np.nan, ""])
def test_blank_and_no_mean_both_directions(both):
    net = RoadNetwork.from_frame(STREET, oneway=pd.Series([both], index=STREET.index, dtype=object))
    assert cost(net, (80, 0), (20, 0)) == cost(net, (20, 0), (80, 0)) == 60


def test_home_across_a_one_way_street_from_the_facility_just_crosses_it():
    street = roads_of(street=[(0, 0), (1000, 333)])
    net = RoadNetwork.from_frame(street, oneway="yes")
    foot = np.array([3 * 1000, 3 * 333]) / 7
    across = np.array([-333, 1000]) / 100
    assert cost(net, tuple(foot + across), tuple(foot - across)) == pytest.approx(2 * np.hypot(*across), abs=1e-6)


def test_facility_at_the_start_of_a_one_way_street_can_be_reached_from_the_street_before():
    net = RoadNetwork.from_frame(roads_of(a=[(100, 0), (200, 0)], b=[(0, 0), (100, 0)]), oneway=["yes", "no"])
    assert cost(net, (10, 0), (100, 0)) == 90
    assert cost(net, (100, 0), (10, 0)) == 90


def test_way_round_is_taken_when_it_is_shorter_than_along_the_shared_edge():
    lines = roads_of(bow=[(0, 0), (0, 200), (100, 200), (100, 0)], chord=[(0, 0), (100, 0)])
    assert cost(RoadNetwork.from_frame(lines), (0, 10), (100, 10)) == 10 + 100 + 10


def test_shorter_of_parallel_edges_counts_and_they_are_not_added_up():
    lines = roads_of(
        a=[(0, 0), (50, 40), (100, 0)], b=[(0, 0), (100, 0)], c=[(100, 0), (200, 0)], d=[(-100, 0), (0, 0)]
    )
    net = RoadNetwork.from_frame(lines)
    assert net.topology.edges == 4
    assert cost(net, (-50, 0), (150, 0)) == 200


def test_loop_is_an_edge_of_its_own_and_both_ways_round_are_tried():
    lines = roads_of(loop=[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], spur=[(0, 0), (-50, 0)])
    net = RoadNetwork.from_frame(lines)
    assert cost(net, (-50, 0), (0, 30)) == 80
    assert cost(net, (0, 30), (30, 0)) == 60


def test_roads_that_cross_without_a_shared_vertex_do_not_meet_unless_asked():
    lines = roads_of(a=[(0, 0), (100, 0)], b=[(50, -50), (50, 50)])
    assert cost(RoadNetwork.from_frame(lines), (0, 0), (50, 40)) == inf
    assert cost(RoadNetwork.from_frame(lines, node_crossings=True), (0, 0), (50, 40)) == 90


@pytest.mark.parametrize(("column", "value"), [("bridge", True), ("tunnel", "yes"), ("layer", 1)])
def test_crossing_on_another_level_is_no_junction(column, value):
    lines = roads_of(a=[(0, 0), (100, 0)], b=[(50, -50), (50, 50)]).assign(**{column: [None, value]})
    assert cost(RoadNetwork.from_frame(lines, node_crossings=True), (0, 0), (50, 40)) == inf


def test_noded_end_on_a_sloping_road_meets_it_although_no_float_lies_on_it():
    lines = roads_of(a=[(0, 0), (1000, 333)], b=[(1000 / 7, 333 / 7), (0, 500)])
    assert len(RoadNetwork.from_frame(lines, node_crossings=True).components().length_m) == 1


def test_loose_end_is_joined_within_the_tolerance_and_listed_and_its_gap_counts():
    lines = roads_of(a=[(0, 0), (100, 0)], b=[(50, 0.8), (50, 50)])
    assert cost(RoadNetwork.from_frame(lines, join_ends_m=0.79), (0, 0), (50, 40)) == inf
    net = RoadNetwork.from_frame(lines, join_ends_m=0.8)
    assert cost(net, (0, 0), (50, 40)) == pytest.approx(90)
    assert net.joins.to_dict("records") == [
        {"road": "b", "other_road": "a", "gap_m": pytest.approx(0.8), "x": 50.0, "y": 0.8}
    ]


def test_vertices_that_differ_by_a_ten_thousandth_of_a_millimetre_are_one_junction():
    lines = roads_of(a=[(0, 0), (50.0000001, 0)], b=[(50, 0), (100, 0)])
    assert cost(RoadNetwork.from_frame(lines), (0, 0), (100, 0)) == pytest.approx(100)


def test_parts_are_numbered_by_their_length_and_the_gaps_between_them_are_found():
    net = RoadNetwork.from_frame(roads_of(a=[(0, 0), (10, 0)], b=[(10.8, 0), (200, 0)], far=[(0, 900), (50, 900)]))
    parts, gaps = net.components(), net.breaks(5)
    assert parts.length_m.tolist() == pytest.approx([189.2, 50, 10])
    assert parts.edge.tolist() == [2, 0, 1]
    assert (gaps.part.tolist(), gaps.other_part.tolist()) == ([0], [2])
    assert gaps.gap_m[0] == pytest.approx(0.8)
    assert {net.road_ids[gaps.road[0]], net.road_ids[gaps.other_road[0]]} == {"a", "b"}


def test_of_facilities_as_near_the_lowest_id_is_named_whatever_the_order_of_rows():
    net = RoadNetwork.from_frame(roads_of(a=[(0, 0), (100, 0)], b=[(100, 0), (200, 0)]))
    for order in (["p", "q"], ["q", "p"]):
        spots = {"p": (10, 0), "q": (190, 0)} if order[0] == "p" else {"q": (190, 0), "p": (10, 0)}
        assert net.nearest(at(mid=(100, 0)), at(**spots)).facility.iloc[0] == "p"
    assert net.nearest(at(mid=(100, 0)), at(q=(10, 0), p=(190, 0))).facility.iloc[0] == "p"
    assert net.nearest(at(mid=(50, 0)), at(q=(40, 0), p=(60, 0))).facility.iloc[0] == "p"


def test_tie_through_many_junctions_goes_to_the_lowest_id():
    ids = [f"{n:02d}" for n in range(20)]
    net = RoadNetwork.from_frame(roads_of(**{i: [(n * 10, 0), (n * 10 + 10, 0)] for n, i in enumerate(ids)}))
    assert net.nearest(at(mid=(100, 0)), at(a=(200, 0), z=(0, 0))).facility.iloc[0] == "a"
    assert net.nearest(at(mid=(100, 0)), at(z=(200, 0), a=(0, 0))).facility.iloc[0] == "a"


def test_index_and_order_of_the_origins_are_kept():
    homes = at(z=(900, 0), a=(100, 0), m=(500, 0))
    answer = RoadNetwork.from_frame(STREET).nearest(homes, at(f=(0, 0)))
    assert answer.cost.to_dict() == {"z": 900, "a": 100, "m": 500}
    assert list(answer.index) == ["z", "a", "m"]


def test_minutes_count_the_road_at_its_speed_and_the_access_on_foot():
    net = RoadNetwork.from_frame(STREET, speed_kmh=30)
    assert net.costs.unit == "min"
    assert cost(net, (0, 40), (1000, 40)) == pytest.approx(2 + 40 / 80 + 40 / 80)


def test_point_as_near_to_two_roads_belongs_to_the_one_with_the_lower_id():
    net = RoadNetwork.from_frame(roads_of(b=[(0, 0), (100, 0)], a=[(0, 20), (100, 20)]))
    assert net.road_ids[net.snap(at(p=(50, 10))).road[0]] == "a"


def test_measure_is_along_the_whole_road_over_its_junctions_and_parts():
    parts = MultiLineString([[(0, 0), (40, 0), (100, 0)], [(100, 50), (200, 50)]])
    net = RoadNetwork.from_frame(roads_of(main=parts, side=[(40, 0), (40, -60)]))
    at_ = net.snap(at(p=(70, 5), q=(130, 51)))
    assert at_.road_m.tolist() == [70, 130]
    assert at_.edge_m.tolist() == [30, 30]


def test_lamp_lights_round_the_corner_and_over_the_split_but_not_the_parallel_road():
    lines = roads_of(a=[(0, 0), (50, 0)], b=[(50, 0), (100, 0)], c=[(50, 0), (50, 60)], parallel=[(0, 5), (100, 5)])
    net = RoadNetwork.from_frame(lines)
    found = net.reach_along(at(lamp=(45, -1)), 20)
    lit = {(net.road_ids[r], low, high) for r, low, high in zip(found.road, found.from_m, found.to_m, strict=True)}
    assert lit == {("a", 25, 50), ("b", 0, 15), ("c", 0, 15)}


def test_lamp_lights_both_directions_of_a_one_way_street():
    found = RoadNetwork.from_frame(STREET, oneway="yes").reach_along(at(lamp=(500, 0)), 20)
    assert (found.from_m.tolist(), found.to_m.tolist()) == ([480], [520])


def test_people_are_counted_once_on_a_road_of_many_edges():
    lines = roads_of(main=[(0, 0), (100, 0), (200, 0)], x=[(100, 0), (100, 50)], y=[(200, 0), (300, 0)])
    net = RoadNetwork.from_frame(lines)
    homes, people = at(h=(10, 0), k=(100, 40)), pd.Series({"h": 5.0, "k": 3.0})
    found = net.dependency(homes, people, at(f=(290, 0)))
    assert dict(zip(net.road_ids, found.by_road, strict=True)) == {"main": 8, "x": 3, "y": 8}


def test_road_without_length_is_left_out_and_named():
    net = RoadNetwork.from_frame(roads_of(a=[(0, 0), (0, 0)], b=[(0, 0), (9, 0)], c=LineString()))
    assert list(net.without_length) == ["a", "c"]
    assert net.topology.edges == 1


def test_walkers_use_paths_and_ignore_one_way_and_drivers_do_neither():
    lines = roads_of(path=[(0, 0), (100, 0)], street=[(0, 0), (0, 100), (100, 100), (100, 0)])
    lines = lines.assign(**{"class": ["footway", "村道"], "oneway": [None, "reverse"]})
    assert cost(network_for("walk", lines), (0, 0), (100, 0)) == 100
    assert cost(network_for("drive", lines), (100, 0), (0, 0)) == 300
    assert cost(network_for("drive", lines), (0, 0), (100, 0)) == inf
    assert cost(network_for("drive", lines, unit="min"), (100, 0), (0, 0)) == pytest.approx(0.3 / 25 * 60)


def test_roundabout_is_one_way_as_drawn_unless_it_says_otherwise():
    ring = roads_of(ring=[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]).assign(junction="roundabout")
    assert cost(network_for("drive", ring), (0, 30), (0, 70)) == 360
    assert cost(network_for("drive", ring.assign(oneway="no")), (0, 30), (0, 70)) == 40


@pytest.mark.parametrize(
    ("column", "value", "walk", "drive"),
    [
        ("access", "private", False, False),
        ("motor_vehicle", "no", True, False),
        ("foot", "no", False, True),
        ("class", "高速公路", False, True),
        ("class", "人行道", True, False),
        ("class", "construction", False, False),
        ("class", None, True, True),
    ],
)
def test_who_may_use_a_road(column, value, walk, drive):
    road = STREET.assign(**{column: value})
    assert len(network_for("walk", road).road_ids) == walk
    assert len(network_for("drive", road).road_ids) == drive


def said(error: pytest.ExceptionInfo[LayerError], language: str) -> str:
    return error.value.in_(language)


def test_roads_in_degrees_or_without_crs_are_refused():
    with pytest.raises(LayerError) as error:
        RoadNetwork.from_frame(STREET.to_crs("EPSG:4490"))
    assert said(error, "en") == (
        'roads: the roads\' coordinate reference system "China Geodetic Coordinate System 2000" is not a projected one in '
        "metres. Project them to one in metres first, such as EPSG:4547 (CGCS2000, 3-degree zone)."
    )
    with pytest.raises(LayerError, match="no coordinate reference system"):
        RoadNetwork.from_frame(STREET.set_crs(None, allow_override=True))


def test_every_bad_direction_and_speed_is_named():
    lines = roads_of(a=[(0, 0), (9, 0)], b=[(0, 0), (9, 9)], c=[(0, 0), (0, 9)])
    with pytest.raises(LayerError) as error:
        RoadNetwork.from_frame(lines, oneway=["both", "yes", "?"])
    assert said(error, "en").splitlines() == [
        f'roads[{road}].oneway: "{value}" is not a direction of traffic. Write yes (one-way as drawn), reverse (one-way '
        "against it) or no (both ways)."
        for road, value in (("a", "both"), ("c", "?"))
    ]
    with pytest.raises(LayerError) as error:
        RoadNetwork.from_frame(lines, speed_kmh=[30, 0, None])
    assert [line.split(":")[0] for line in said(error, "zh").replace("：", ":").splitlines()] == [
        "roads[b].speed_kmh",
        "roads[c].speed_kmh",
    ]


def test_points_in_another_crs_and_shapes_that_are_no_points_are_refused():
    net = RoadNetwork.from_frame(STREET)
    with pytest.raises(LayerError, match="EPSG:4490"):
        net.snap(at(p=(0, 0)).to_crs("EPSG:4490"))
    square = gpd.GeoSeries([Polygon([(0, 0), (1, 0), (1, 1)])], index=["park"], crs=CRS)
    with pytest.raises(LayerError, match="park: the geometry is a Polygon; a point is needed here"):
        net.nearest(square, square)
