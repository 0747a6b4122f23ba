"""One pass over an OpenStreetMap file: every object coverplan has a use for, in longitude and latitude."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.osm import tags as t

if TYPE_CHECKING:
    import geopandas as gpd
    from osmium.osm import Area, Node, OSMObject, Way
    from shapely.geometry.base import BaseGeometry

Row = dict[str, Any]
_KEYS = (
    "highway",
    "building",
    "leisure",
    "amenity",
    "healthcare",
    "social_facility",
    "man_made",
    "crossing",
    "place",
    "boundary",
    "landuse",
)


@dataclass
class Extract:
    """Rows by what they are, each with its geometry in EPSG:4326; `seen` and `cut` count objects for the books.

    `cut` are roads that leave the extract: their part inside is kept, in pieces where it comes back.
    """

    roads: list[Row] = field(default_factory=list)
    facilities: list[Row] = field(default_factory=list)
    devices: list[Row] = field(default_factory=list)
    buildings: list[Row] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)
    boundaries: list[Row] = field(default_factory=list)
    seen: int = 0
    cut: int = 0


def extract(path: Path) -> Extract:
    """Return what the file holds; raises RuntimeError (pyosmium's) if it is not OpenStreetMap data."""
    import osmium

    found = Extract()
    keys = osmium.filter.KeyFilter(*_KEYS)
    for item in osmium.FileProcessor(str(path)).with_areas(keys).with_filter(keys):
        found.seen += 1
        if item.is_area():
            _take_area(item, found)
        elif item.is_node():
            _take_node(item, found)
        elif item.is_way():
            _take_way(item, found)
    return found


def frame(rows: list[Row]) -> gpd.GeoDataFrame:
    """Return the rows as a frame in EPSG:4326, sorted by id."""
    import geopandas as gpd

    columns = sorted({key for row in rows for key in row} | {"id", "geometry"})
    made = gpd.GeoDataFrame(
        {key: [row.get(key) for row in rows] for key in columns}, geometry="geometry", crs="EPSG:4326"
    )
    return made.sort_values("id", ignore_index=True)


def _take_node(node: Node, found: Extract) -> None:
    import shapely

    tags = _tags(node)
    if not node.location.valid():
        return
    point = shapely.Point(node.location.lon, node.location.lat)
    _take_supply(f"n{node.id}", tags, point, found)
    if tags.get("place") in (*t.SETTLEMENTS, *t.QUARTERS) and tags.get("name"):
        found.places.append(_place(f"n{node.id}", tags, point))


def _take_supply(id_: str, tags: Mapping[str, str], geometry: BaseGeometry, found: Extract) -> None:
    device = t.category(tags, t.DEVICES)
    if device and geometry.geom_type == "Point":
        direction = tags.get("camera:direction") or tags.get("direction")
        found.devices.append(
            {
                "id": id_,
                "category": device,
                "name": tags.get("name"),
                "azimuth_deg": t.number(direction),
                "geometry": geometry,
            }
        )
    service = t.category(tags, t.FACILITIES)
    if service:
        row = {"id": id_, "category": service, "name": tags.get("name"), "capacity": t.number(tags.get("capacity"))}
        found.facilities.append({**row, "geometry": geometry})


def _place(id_: str, tags: Mapping[str, str], geometry: BaseGeometry) -> Row:
    population = t.number((tags.get("population") or "").replace(" ", "").replace(",", "") or None)
    return {
        "id": id_,
        "name": tags.get("name"),
        "place": tags.get("place"),
        "population": population,
        "geometry": geometry,
    }


def _take_way(way: Way, found: Extract) -> None:
    tags = _tags(way)
    highway = tags.get("highway")
    if highway is None or highway in t.NOT_ROADS:
        return
    runs = list(_runs(way))
    found.cut += len(runs) != 1 or len(runs[0]) != len(way.nodes)
    for i, run in enumerate(runs):
        found.roads.append(_road(f"w{way.id}" if len(runs) == 1 else f"w{way.id}/{i + 1}", tags, run))


def _runs(way: Way) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches of the way whose nodes are all in the extract, where they have two nodes or more."""
    run: list[tuple[float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            run.append((node.location.lon, node.location.lat))
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def _road(id_: str, tags: Mapping[str, str], run: list[tuple[float, float]]) -> Row:
    import shapely

    return {
        "id": id_,
        "name": tags.get("name") or tags.get("ref"),
        # One walks along the edge of a square, but it is no street.
        "class": "footway" if tags.get("area") == "yes" else tags["highway"],
        "surface": tags.get("surface"),
        "width_m": t.number(tags.get("width")),
        "lanes": t.number(tags.get("lanes")),
        "oneway": t.oneway(tags),
        "lit": t.flag(tags.get("lit")),
        "bridge": t.built(tags.get("bridge")),
        "tunnel": t.built(tags.get("tunnel")),
        "layer": t.number(tags.get("layer")),
        "speed_kmh": t.number(tags.get("maxspeed")),
        "junction": tags.get("junction"),
        "access": tags.get("access"),
        "foot": tags.get("foot"),
        "vehicle": tags.get("vehicle"),
        "motor_vehicle": tags.get("motor_vehicle"),
        "geometry": shapely.LineString(run),
    }


def _take_area(area: Area, found: Extract) -> None:
    import osmium
    import shapely

    tags = _tags(area)
    wanted = "building" in tags or tags.get("boundary") == "administrative" or t.category(tags, t.FACILITIES)
    if not wanted:
        return
    try:
        shape = shapely.from_wkb(bytes.fromhex(osmium.geom.WKBFactory().create_multipolygon(area)))
    except RuntimeError:  # a multipolygon whose rings the extract cuts
        return
    id_ = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    if tags.get("boundary") == "administrative" and (tags.get("admin_level") or "").isdigit() and tags.get("name"):
        found.boundaries.append({**_place(id_, tags, shape), "level": int(tags["admin_level"])})
    if "building" in tags:
        levels = t.number(tags.get("building:levels"))
        found.buildings.append(
            {"id": id_, "building": tags["building"], "levels": levels, "name": tags.get("name"), "geometry": shape}
        )
    _take_supply(id_, tags, shape, found)


def _tags(item: OSMObject) -> dict[str, str]:
    return {tag.k: tag.v for tag in item.tags}
