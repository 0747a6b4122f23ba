"""Small sound layers in every format that is read, to be damaged."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# what is damaged -> what the plan names
FORMATS = {
    "c.gpkg": "c.gpkg",
    "c.geojson": "c.geojson",
    "c.fgb": "c.fgb",
    "c.parquet": "c.parquet",
    "c.shp": "c.shp",
    "c.dbf": "c.shp",
    "c.shx": "c.shp",
    "c.prj": "c.shp",
    "c.zip": "c.zip",
    "c.xlsx": "c.xlsx",
    "c.csv": "c.csv",
    "c.gbk.csv": "c.gbk.csv",
    "c.osm": "c.osm",
    "c.osm.gz": "c.osm.gz",
    "c.osm.pbf": "c.osm.pbf",
    "c.kml": "c.kml",
    "c.kmz": "c.kmz",
    "c.dxf": "c.dxf",
    "c.tif": "c.tif",
    "c.gdb/a00000001.gdbtable": "c.gdb",
    "c.gdb/a00000009.gdbtable": "c.gdb",
    "c.gdb/a00000009.gdbtablx": "c.gdb",
    "c.csv.yaml": "c.csv",
}
LAYERS = tuple(sorted(set(FORMATS.values())))
_KNOWS_ITS_CRS = (".gpkg", ".gdb", ".osm", ".gz", ".pbf", ".kml", ".kmz", ".tif")
# What the clinics are for, in every plan.
_VILLAGES = "id,name,population,lon,lat\nV1,东塘村,1200,113.02,23.02\nV2,西塘村,800,113.08,23.08\n"


def written(folder: Path) -> dict[str, bytes]:
    """Write a layer of twelve clinics in every format, and return the bytes of each file that may be damaged."""
    count = 12
    frame = gpd.GeoDataFrame(
        {
            "id": [f"C{at:03}" for at in range(count)],
            "name": ["东塘卫生室", "西塘卫生室", "Clinic"] * 4,
            "category": ["clinic"] * count,
            "capacity": np.arange(count, dtype="int32"),  # a file geodatabase knows no wider number
            "opened": ["2020-05-01"] * count,
        },
        geometry=shapely.points(np.linspace(113, 113.1, count), np.linspace(23, 23.1, count)),
        crs=4490,
    )
    for name in ("c.gpkg", "c.geojson", "c.fgb"):
        frame.to_file(folder / name)
    frame.to_file(folder / "c.gdb", driver="OpenFileGDB")
    frame.to_file(folder / "c.shp", encoding="UTF-8")
    frame.to_parquet(folder / "c.parquet")
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(lon=frame.geometry.x, lat=frame.geometry.y)
    table.to_csv(folder / "c.csv", index=False)
    table.to_csv(folder / "c.gbk.csv", index=False, encoding="gb18030")
    table.to_excel(folder / "c.xlsx", index=False)
    frame.to_crs(4326)[["name", "geometry"]].rename(columns={"name": "Name"}).to_file(folder / "c.kml", driver="LIBKML")
    frame[["geometry"]].to_file(folder / "c.dxf", driver="DXF")
    with zipfile.ZipFile(folder / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(folder / f"c.{ending}", f"c.{ending}")
    with zipfile.ZipFile(folder / "c.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "c.kml", "doc.kml")
    _osm(folder)
    _raster(folder / "c.tif")
    (folder / "villages.csv").write_text(_VILLAGES, "utf-8")
    for name in LAYERS:
        (folder / f"{name}.yaml").write_text(plan(name), "utf-8")
    (folder / "all.yaml").write_text(plan_of_all(), "utf-8")
    return {name: (folder / name).read_bytes() for name in FORMATS}


def _osm(folder: Path) -> None:
    import osmium

    nodes = "".join(
        f'<node id="{at}" version="1" lat="{23 + at / 100}" lon="113.0{at}"><tag k="amenity" v="clinic"/>'
        f'<tag k="name" v="卫生室{at}"/></node>'
        for at in range(1, 9)
    )
    (folder / "c.osm").write_text(f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}</osm>', "utf-8")
    (folder / "c.osm.gz").write_bytes(gzip.compress((folder / "c.osm").read_bytes(), mtime=0))
    with osmium.SimpleWriter(str(folder / "c.osm.pbf")) as writer:
        for item in osmium.FileProcessor(folder / "c.osm"):
            writer.add(item)


def _raster(file: Path) -> None:
    import rasterio
    from rasterio.transform import from_origin

    people = np.arange(12, dtype="float32").reshape(3, 4)
    form = {"driver": "GTiff", "height": 3, "width": 4, "count": 1, "dtype": "float32", "compress": "deflate"}
    with rasterio.open(file, "w", **form, crs="EPSG:4326", transform=from_origin(113, 23.05, 0.01, 0.01)) as raster:
        raster.write(people, 1)


def plan(path: str) -> str:
    """Return a plan that reads that file."""
    if path.endswith(".tif"):
        villages, rule = (
            "facilities",
            "type: reach, demand: clinics, facilities: villages, mode: straight, cutoff_m: 900",
        )
    else:
        villages, rule = "units", "type: presence, units: villages, facilities: clinics, at_least: 1"
    return _plan({"clinics": path}, villages, rule)


def plan_of_all() -> str:
    """Return a plan that reads every file, each as a layer of its own."""
    layers = {f"l{at}": name for at, name in enumerate(LAYERS)}
    return _plan(layers, "units", "type: presence, units: villages, facilities: l0, at_least: 1")


def _plan(layers: dict[str, str], villages: str, rule: str) -> str:
    lines = []
    for layer, path in layers.items():
        kind = "demand" if path.endswith(".tif") else "facilities"
        crs = "" if path.endswith(_KNOWS_ITS_CRS) else ", crs: EPSG:4490"
        lines.append(f"  {layer}: {{kind: {kind}, path: {path}{crs}}}\n")
    return (
        "plan: {name: 东塘镇, max_rejected_share: 0.5}\nlayers:\n"
        + "".join(lines)
        + f"  villages: {{kind: {villages}, path: villages.csv, crs: EPSG:4490}}\n"
        f"rules:\n  - {{id: r, {rule}, title: {{zh: 卫生室, en: clinics}}}}\n"
    )
