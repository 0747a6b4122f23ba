"""Layers written down the way clerks keep them: Chinese headers, shifted coordinates, old encodings, a few honest mistakes."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.worlds.dongtang import Frames
from examples.worlds.growth import Array
from layers.gcj02 import wgs84_to_gcj02

WRITTEN = dt.datetime(
    2026, 11, 20, 9, 0, tzinfo=dt.UTC
)  # the date every file claims, so that the same town is the same bytes

CATEGORY = {
    "fitness": "健身路径",
    "park": "公园",
    "clinic": "卫生室",
    "hospital": "卫生院",
    "school": "小学",
    "kindergarten": "幼儿园",
    "elderly": "养老服务中心",
    "children_home": "儿童之家",
    "toilet": "公厕",
    "waste": "垃圾收集点",
    "market": "农贸市场",
    "bus_stop": "公交站",
    "fire_station": "消防站",
    "party_center": "党群服务中心",
}
WATCHED = {"entrance": "村口", "junction": "路口", "school_gate": "校门口", "market": "农贸市场", "hospital": "卫生院"}
ROLE = {"cleaner": "保洁员", "social_worker": "专职社工", "doctor": "乡村医生"}
YES_NO = {"yes": "是", "no": "否"}


def write_town(frames: Frames, folder: Path) -> None:
    """Write the town's files into the folder; the plan and the README that go with them are kept by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    name = frames["units"]["name"]
    _villages(frames["units"], folder / "villages.gpkg")
    _roads(frames["roads"], folder / "roads.gpkg")
    _facilities(frames, name, folder / "facilities.gpkg")
    _homes(frames["homes"], name, folder / "homes.csv")
    _points(frames["points"], name, folder / "points.csv")
    _petitions(frames["petitions"], name, folder / "petitions.csv")
    _cameras(frames["cameras"], folder / "cameras.csv")
    _lamps(frames["lamps"], folder / "lamps.xlsx")
    _staff(frames["staff"], name, folder / "staff.xlsx")
    _parcels(frames["parcels"], name, folder / "parcels.geojson")


def write_gpkg(frame: gpd.GeoDataFrame, path: Path, layer: str, *, append: bool = False) -> None:
    """Write one layer of a GeoPackage, with a fixed date inside so that the same rows are the same bytes."""
    import pyogrio

    if not append:
        path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    try:
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=append)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _villages(units: gpd.GeoDataFrame, path: Path) -> None:
    table = gpd.GeoDataFrame(
        {
            "村代码": units.index,
            "村名": units["name"].to_numpy(),
            "类别": units["category"].to_numpy(),
            "常住人口": units["population"].astype("Int64").to_numpy(),
            "户数": units["households"].to_numpy(),
            "60岁以上人口": units["pop60"].to_numpy(),
            "儿童人口": units["children"].to_numpy(),
        },
        geometry=units.geometry.to_numpy(),
        crs=units.crs,
    )
    write_gpkg(_geographic(table), path, "villages")


def _roads(roads: gpd.GeoDataFrame, path: Path) -> None:
    table = gpd.GeoDataFrame(
        {
            "编号": roads.index,
            "路名": roads["name"].to_numpy(),
            "道路等级": roads["class"].to_numpy(),
            "路面类型": roads["surface"].to_numpy(),
            "路面宽度": roads["width_m"].to_numpy(),
            "车道数": roads["lanes"].to_numpy(),
            "单行": roads["oneway"].map(YES_NO).to_numpy(),
            "应亮灯": roads["lit_required"].map(YES_NO).to_numpy(),
            "桥梁": roads["bridge"].map(YES_NO).to_numpy(),
            "设计速度": roads["speed_kmh"].to_numpy(),
        },
        geometry=roads.geometry.to_numpy(),
        crs=roads.crs,
    )
    write_gpkg(_geographic(table), path, "roads")


def _facilities(frames: Frames, name: pd.Series, path: Path) -> None:
    facilities, parks = frames["facilities"], frames["parks"]
    table = gpd.GeoDataFrame(
        {
            "编号": facilities.index,
            "设施名称": facilities["name"].to_numpy(),
            "设施类别": facilities["category"].map(CATEGORY).to_numpy(),
            "所属村": facilities["unit_id"].map(name).to_numpy(),
            "规模": facilities["capacity"].to_numpy(),
            "使用状态": facilities["status"].map({"working": "在用", "broken": "停用"}).to_numpy(),
            "启用日期": facilities["opened"].to_numpy(),
        },
        geometry=facilities.geometry.to_numpy(),
        crs=facilities.crs,
    )
    write_gpkg(_geographic(table), path, "facilities")
    table = gpd.GeoDataFrame(
        {
            "编号": parks.index,
            "名称": parks["name"].to_numpy(),
            "类别": "公园",
            "所属村": parks["unit_id"].map(name).to_numpy(),
            "面积": parks["area_m2"].to_numpy(),
            "使用状态": "开放",
        },
        geometry=parks.geometry.to_numpy(),
        crs=parks.crs,
    )
    write_gpkg(_geographic(table), path, "parks", append=True)


def _homes(homes: gpd.GeoDataFrame, name: pd.Series, path: Path) -> None:
    x, y = _degrees(homes)
    people = homes["people"].astype(str).to_numpy(dtype=object)
    for row in (1_204, 3_377, 5_018):
        people[row] = people[row].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for row in (2_090, 7_741):
        people[row] = f"{people[row]}人"
    x[4_411] = y[4_411] = ""
    rows = zip(
        homes.index,
        homes["unit_id"].map(name),
        homes["hamlet"],
        people,
        homes["pop60"],
        homes["children"],
        x,
        y,
        strict=True,
    )
    total = (
        "合计",
        "",
        "",
        int(homes["people"].sum()),
        int(homes["pop60"].sum()),
        int(homes["children"].sum()),
        "",
        "",
    )
    header = ("户编号", "行政村", "自然村", "人数", "60岁以上", "0-14岁", "经度", "纬度")
    _csv(path, header, [*rows, total], "utf-8-sig")


def _points(points: gpd.GeoDataFrame, name: pd.Series, path: Path) -> None:
    x, y = _degrees(points)
    rows = zip(
        points.index, points["name"], points["category"].map(WATCHED), points["unit_id"].map(name), x, y, strict=True
    )
    _csv(path, ("编号", "名称", "类别", "所属村", "经度", "纬度"), rows, "utf-8-sig")


def _petitions(petitions: gpd.GeoDataFrame, name: pd.Series, path: Path) -> None:
    x, y = _degrees(petitions)
    rows = zip(
        petitions.index,
        petitions["date"],
        petitions["topic"],
        petitions["unit_id"].map(name),
        petitions["caller"],
        x,
        y,
        strict=True,
    )
    _csv(path, ("工单号", "受理日期", "诉求类别", "所属村", "来电号码", "经度", "纬度"), rows, "gbk")


def _cameras(cameras: gpd.GeoDataFrame, path: Path) -> None:
    x, y = _degrees(cameras)
    azimuth, fov = (_whole(cameras[column]) for column in ("azimuth_deg", "fov_deg"))
    fov[np.flatnonzero(fov != "")[3]] = "９０"
    status = cameras["status"].map({"working": "在线", "broken": "离线"})
    rows = zip(cameras.index, cameras["name"], x, y, status, azimuth, fov, _whole(cameras["range_m"]), strict=True)
    header = ("点位编号", "点位名称", "经度", "纬度", "设备状态", "朝向", "视角", "监控距离")
    _csv(path, header, rows, "gb18030")


def _lamps(lamps: gpd.GeoDataFrame, path: Path) -> None:
    """Write the lamp register with GCJ-02 coordinates: one number used twice, one lamp in the sea, one without place."""
    lon, lat = wgs84_to_gcj02(shapely.get_coordinates(lamps.geometry.to_crs(4490))).T
    number = lamps.index.to_numpy(dtype=object).copy()
    lon, lat = np.round(lon, 7).astype(object), np.round(lat, 7).astype(object)
    status = lamps["status"].map({"working": "正常", "broken": "损坏"}).to_numpy(dtype=object)
    status[[55, 190, 402]] = None  # nobody wrote down whether these work
    number[301] = number[300]
    lon[520] = lat[520] = None
    lon[611] = lat[611] = 0  # the receiver had no fix: in the Gulf of Guinea
    rows = zip(number, lon, lat, status, lamps["kind"], lamps["height_m"], lamps["year"], strict=True)
    _xlsx(
        path,
        "路灯台账",
        ("编号", "经度", "纬度", "状态", "供电方式", "杆高", "安装年份"),
        rows,
        (10, 13, 13, 8, 10, 8, 10),
    )


def _staff(staff: pd.DataFrame, name: pd.Series, path: Path) -> None:
    count = staff["count"].to_numpy(dtype=object)
    many = int(np.flatnonzero(staff["role"] == "网格员")[-1])
    count[many] = f"{count[many]}人"
    rows = list(
        zip(staff["unit_id"].map(name), staff["role"].map(lambda role: ROLE.get(role, role)), count, strict=True)
    )
    rows.append(("合计", "", int(staff["count"].sum())))
    _xlsx(path, "人员配备", ("村名", "岗位", "在岗人数"), rows, (14, 12, 10))


def _parcels(parcels: gpd.GeoDataFrame, name: pd.Series, path: Path) -> None:
    table = gpd.GeoDataFrame(
        {
            "编号": parcels.index,
            "名称": parcels["name"].to_numpy(),
            "所属村": parcels["unit_id"].map(name).to_numpy(),
            "面积": parcels["area_m2"].to_numpy(),
            "权属": parcels["tenure"].to_numpy(),
            "现状": parcels["use"].to_numpy(),
        },
        geometry=parcels.geometry.to_numpy(),
        crs=parcels.crs,
    )
    path.write_text(_geographic(table).to_json(drop_id=True, ensure_ascii=False), encoding="utf-8", newline="\n")


def _geographic(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame in longitude and latitude (CGCS2000), to about a centimetre."""
    moved = frame.to_crs(4490)
    return moved.set_geometry(shapely.transform(moved.geometry.to_numpy(), lambda xy: np.round(xy, 7)), crs=4490)


def _degrees(frame: gpd.GeoDataFrame) -> tuple[Array, Array]:
    """Return longitude and latitude as text with seven decimals."""
    lon, lat = shapely.get_coordinates(frame.geometry.to_crs(4490)).T
    return np.char.mod("%.7f", lon).astype(object), np.char.mod("%.7f", lat).astype(object)


def _whole(column: pd.Series) -> Array:
    return np.array(["" if pd.isna(value) else str(int(value)) for value in column], dtype=object)


def _csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _xlsx(
    path: Path, sheet: str, header: tuple[str, ...], rows: Iterable[Iterable[object]], widths: tuple[int, ...]
) -> None:
    """Write a sheet with a bold frozen header; cells without a value stay empty."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN.replace(tzinfo=None)})
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, header, book.add_format({"bold": True, "bottom": 1}))
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, ["" if cell is None else cell for cell in row])
        page.freeze_panes(1, 0)
