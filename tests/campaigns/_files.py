"""Small sound layers in every format that is read, to be damaged."""

from __future__ import annotations

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
    "c.osm.pbf": "c.osm.pbf",
    "c.kml": "c.kml",
    "c.kmz": "c.kmz",
    "c.dxf": "c.dxf",
}


def written(folder: Path) -> dict[str, bytes]:
    """Write a layer of twelve clinics in every format, and return the bytes of each file that may be damaged."""
    count = 12
    frame = gpd.GeoDataFrame(
        {
            "id": [f"C{at:03}" for at in range(count)],
            "name": ["东塘卫生室", "西塘卫生室", "Clinic"] * 4,
            "category": ["clinic"] * count,
            "capacity": np.arange(count),
            "opened": ["2020-05-01"] * count,
        },
        geometry=shapely.points(np.linspace(113, 113.1, count), np.linspace(23, 23.1, count)),
        crs=4490,
    )
    for name in ("c.gpkg", "c.geojson", "c.fgb"):
        frame.to_file(folder / name)
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
    return {name: (folder / name).read_bytes() for name in FORMATS}


def _osm(folder: Path) -> None:
    import osmium

    nodes = "".join(
        f'<node id="{at}" version="1" lat="{23 + at / 100}" lon="113.0{at}"><tag k="amenity" v="clinic"/>'
        f'<tag k="name" v="卫生室{at}"/></node>'
        for at in range(1, 9)
    )
    (folder / "c.osm").write_text(f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}</osm>', "utf-8")
    with osmium.SimpleWriter(str(folder / "c.osm.pbf")) as writer:
        for item in osmium.FileProcessor(folder / "c.osm"):
            writer.add(item)


def plan(path: str) -> str:
    """Return a plan that reads that file."""
    crs = "" if path.endswith((".gpkg", ".osm", ".pbf", ".kml", ".kmz")) else ", crs: EPSG:4490"
    return (
        "plan: {name: 东塘镇, max_rejected_share: 0.5}\n"
        f"layers:\n  clinics: {{kind: facilities, path: {path}{crs}}}\n"
        "rules:\n  - {id: r, type: presence, facilities: clinics, at_least: 1, title: {zh: 卫生室, en: clinics}}\n"
    )
