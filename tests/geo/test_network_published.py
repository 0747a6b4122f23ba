"""Distances others have published: the routes GraphHopper's own tests expect in Monaco, to the metre."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Point

from geo.network import RoadNetwork
from geo.network.modes import network_for

MONACO = Path(__file__).resolve().parents[3] / "shared" / "data" / "monaco"
EXTRACT = MONACO / "monaco-2012-07-06_graphhopper.osm.gz"
TAGS = ("oneway", "junction", "access", "vehicle", "motor_vehicle", "motorcar", "foot")

# The published figures are on a sphere of 6 371 km.
SPHERE = "+proj=tmerc +lat_0=43.735 +lon_0=7.42 +R=6371000 +units=m"

pytestmark = pytest.mark.skipif(not EXTRACT.exists(), reason="the Monaco extract (../shared/data/monaco) is not here")


def routes() -> list[dict[str, str]]:
    if not EXTRACT.exists():
        return []
    with (MONACO / "routes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def network(mode: str) -> RoadNetwork:
    osmium = pytest.importorskip("osmium")
    rows = []
    for way in osmium.FileProcessor(str(EXTRACT)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if way.is_way():
            places = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            tags = {"class": way.tags["highway"], **{tag: way.tags.get(tag) for tag in TAGS}}
            rows.append({"id": f"w{way.id}", **tags, "geometry": LineString(places)})
    roads = gpd.GeoDataFrame(rows, crs="EPSG:4326").set_index("id").sort_index().to_crs(SPHERE)
    return network_for({"car": "drive", "foot": "walk"}[mode], roads)


def place(route: dict[str, str], end: str) -> gpd.GeoSeries:
    lon_lat = Point(float(route[f"{end}_lon"]), float(route[f"{end}_lat"]))
    return gpd.GeoSeries([lon_lat], index=[end], crs="EPSG:4326").to_crs(SPHERE)


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route['mode']}-{route['expected_m']}")
def test_published_distance_is_reproduced_to_a_metre(route):
    net = network(route["mode"])
    origin, destination = place(route, "from"), place(route, "to")
    access = net.snap(origin).offset_m[0] + net.snap(destination).offset_m[0]  # published figures leave it out
    cost = net.nearest(origin, destination).cost.loc["from"]
    assert cost - access == pytest.approx(float(route["expected_m"]), abs=1.0)
