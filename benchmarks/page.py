"""How large the page of a county is, how long it takes to write and to open, and how smoothly it moves.

    python -m benchmarks page [--scale 1.0] [--openings 10] [--only town|county|folium] [--write]

300 villages, 100 000 lamps, 50 000 road pieces, 2 000 gaps and 1 000 projects at scale 1, opened in headless Chromium at
1366 x 768, in a browser of its own each time. "ready" is from the start of navigation to two frames after the page has drawn
itself (for folium: after its load event), by the page's own clock; every opening is printed. Frames are the best of three.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import io
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks._measure import Goal, Result, Words, hand_over
from geo.assessment import Assessment
from geo.coverage import Coverage, decided
from geo.gaps import Gap, stable_id
from geo.projects import Project
from geo.ranking import Ranked
from geo.relief import Relief
from geo.rule import Measured
from geo.rules.along_road import AlongRoad
from geo.rules.quota import Quota
from geo.world import World
from layers.kinds import KINDS
from layers.layer import Layer, Layers, Source
from layers.options import Cost, Title
from layers.plan import Plan, Settings
from layers.text import say
from maps.page import write_page
from maps.page.assets import leaflet_script, leaflet_style

CRS, WEST, SOUTH, SIDE_M = "EPSG:4547", 470_000.0, 2_480_000.0, 60_000.0
CHROMIUM = "/usr/bin/chromium"
# A browser just started loads pages of its own (its address bar); that is not the time of ours.
BROWSER_SETTLES_MS = 1_500
MOVED_TIMES = 3
FOLIUM = "folium.GeoJson"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def county(scale: float) -> Assessment:
    """Return a drawn county: its verdicts are given, since only the page is measured here."""
    rng = np.random.default_rng(11)
    units, roads, lamps = _units(), _roads(int(50_000 * scale), rng), _lamps(int(100_000 * scale), rng)
    frames = {"villages": ("units", units), "roads": ("roads", roads), "lamps": ("devices", lamps)}
    layers = Layers({name: _layer(name, kind, frame) for name, (kind, frame) in frames.items()}, CRS)
    cost = Cost(low=1000, mid=2000, high=3000)
    lit = AlongRoad(
        id="LGT-01",
        type="along_road",
        title=Title(zh="主路照明", en="Street lighting"),
        cost=cost,
        devices="lamps",
        radius_m=17.5,
    )
    staff = Quota(
        id="STF-01",
        type="quota",
        title=Title(zh="保洁员", en="Cleaners"),
        cost=cost,
        role="cleaner",
        per=500,
        minimum=1,
    )
    length = roads.geometry.length.to_numpy()
    coverages = {
        "LGT-01": _coverage(lit, roads, 0.9 * length, length * rng.uniform(0.5, 1.3, len(roads)), "m", rng),
        "STF-01": _coverage(staff, units, 4.0, rng.integers(1, 7, len(units)).astype(float), "people", rng),
    }
    gaps = _gaps(coverages["LGT-01"].frame, int(2000 * scale))
    ranked = _ranked(gaps[: int(1000 * scale)])
    settings = Settings(name="测试县", budget=5_000_000, date=dt.date(2026, 11, 20), crs=CRS)
    plan = Plan(settings, {}, (lit, staff), Path(), "plan.yaml", "")
    return Assessment(plan, World(layers, settings.date), coverages, gaps, ranked)


def _units() -> gpd.GeoDataFrame:
    step = SIDE_M / 20
    cells = [(c, r) for r in range(15) for c in range(20)]
    corners = [(WEST + c * step, SOUTH + r * step) for c, r in cells]
    shapes = [
        shapely.segmentize(shapely.box(x, y, x + step, y + step), 50) for x, y in corners
    ]  # 240 vertices, as surveyed borders have
    data = {"name": [f"村{i}" for i in range(len(cells))], "population": 2000.0}
    return gpd.GeoDataFrame(data, geometry=shapes, index=_ids("U", len(cells)), crs=CRS)


def _roads(count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    start = np.column_stack([WEST + rng.uniform(0, SIDE_M, count), SOUTH + rng.uniform(0, 0.75 * SIDE_M, count)])
    bearing, turns = rng.uniform(0, 6.28, count), rng.normal(0, 0.25, (count, 5)).cumsum(axis=1)
    steps = 40 * np.stack([np.cos(bearing[:, None] + turns), np.sin(bearing[:, None] + turns)], axis=-1)
    vertices = np.concatenate([start[:, None], start[:, None] + steps.cumsum(axis=1)], axis=1)
    classes = np.array(["primary", "tertiary", "residential", "track"])[rng.choice(4, count, p=[0.05, 0.2, 0.6, 0.15])]
    data = {"name": "", "class": classes}
    return gpd.GeoDataFrame(data, geometry=shapely.linestrings(vertices), index=_ids("R", count), crs=CRS)


def _lamps(count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    centre = rng.uniform(0, 1, (400, 2))[rng.integers(0, 400, count)]
    spread = centre + rng.normal(0, 0.006, (count, 2))
    points = shapely.points(np.column_stack([WEST + SIDE_M * spread[:, 0], SOUTH + 0.75 * SIDE_M * spread[:, 1]]))
    status = np.array(["working", "broken"])[(rng.random(count) < 0.1).astype(int)]
    return gpd.GeoDataFrame({"category": "lamp", "status": status}, geometry=points, index=_ids("L", count), crs=CRS)


def _ids(letter: str, count: int) -> pd.Index:
    return pd.Index([f"{letter}{i:06d}" for i in range(count)], name="id", dtype="str")


def _layer(name: str, kind: str, frame: gpd.GeoDataFrame) -> Layer:
    missing = [c.name for c in KINDS[kind].columns if c.name not in frame and c.name != "id"]
    given = frozenset(frame.columns)
    frame = frame.reindex(columns=[*frame.columns, *missing])
    return Layer(name, kind, frame, Source(f"{name}.gpkg", "gpkg", "", CRS), given, len(frame), len(frame), 0, 0)


def _coverage(rule: Any, places: gpd.GeoDataFrame, required: Any, supplied: Any, unit: str, rng: Any) -> Coverage:
    units = [f"U{i:06d}" for i in rng.integers(0, 300, len(places))] if rule.id == "LGT-01" else places.index
    people = rng.integers(0, 90, len(places)).astype(float)
    data = {"name": places["name"], "unit_id": units, "required": required, "supplied": supplied, "people": people}
    frame = gpd.GeoDataFrame({**data, "reason": ""}, geometry=places.geometry, index=places.index, crs=CRS)
    measured = Measured(frame, unit, "at_least")
    return Coverage(rule, measured, decided(measured))


def _gaps(frame: gpd.GeoDataFrame, count: int) -> tuple[Gap, ...]:
    reason = say("page.finding_line_bare", title="主路照明", people=120, share="12%")
    short = frame[frame["status"] == "short"].iloc[:count]
    return tuple(
        Gap(
            stable_id("LGT-01", id_),
            "LGT-01",
            "B",
            (id_,),
            row.unit_id,
            f"暗段{id_}",
            row.shortfall,
            "m",
            row.people,
            row.geometry,
            reason,
        )
        for id_, row in zip(short.index, short.itertuples(), strict=True)
    )


def _ranked(gaps: tuple[Gap, ...]) -> tuple[Ranked, ...]:
    cost, why = (
        Cost(low=1000, mid=2000, high=3000),
        say("page.finding_line_bare", title="主路照明", people=120, share="12%"),
    )
    rows = []
    for rank, gap in enumerate(gaps, start=1):
        project = Project(
            stable_id("P", gap.id),
            "install_lamps",
            f"{gap.name}安装路灯",
            gap.unit_id,
            ("LGT-01",),
            (gap.id,),
            5.0,
            "lamps",
            (),
            cost,
            gap.geometry.interpolate(0.5, normalized=True),
        )
        served = (("LGT-01", gap.people),)
        relief = (Relief("LGT-01", gap.unit_id, gap.people, gap.people, len(gap.place_ids)),)
        spent = 10_000.0 * rank
        worth = (rank, project, gap.people, gap.people, 3.0, spent, rank <= 500)
        rows.append(Ranked(*worth, served=served, relief=relief, closes=(gap.id,), why=why))
    return tuple(rows)


def town() -> Assessment:
    """Return the bundled town, worked out."""
    import layers
    from geo.assessment import assess

    plan = layers.read_plan(Path(__file__).parents[1] / "examples" / "dongtang" / "plan.yaml")
    return assess(plan, layers.read_layers(plan))


def folium_page(assessment: Assessment) -> str:
    """Return the same villages, roads and lamps as folium draws them."""
    import folium

    page = folium.Map(location=(22.8, 113.9), zoom_start=11, tiles=None, prefer_canvas=True)
    for name in ("villages", "roads", "lamps"):
        frame = assessment.world.layers[name].frame[["geometry"]].to_crs(4326)
        marker = {"marker": folium.CircleMarker(radius=2)} if name == "lamps" else {}
        folium.GeoJson(frame, name=name, **marker).add_to(page)
    page.fit_bounds(page.get_bounds())
    written = io.BytesIO()
    page.save(written, close_file=False)
    return written.getvalue().decode()


def opened(file: Path, *, ours: bool = True) -> tuple[Any, Any]:
    """Open the file in a Chromium of its own; return the browser and the page once two frames are drawn."""
    browser = _playwright().chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(600_000)
    page.wait_for_timeout(BROWSER_SETTLES_MS)
    page.add_init_script(_NOTE_READY % ("started" if ours else "loaded"))
    if not ours:
        page.route(lambda url: not url.startswith("file:"), _answer)
    page.goto(file.as_uri(), wait_until="load", timeout=600_000)
    while not page.evaluate("window.ready_at"):
        page.wait_for_timeout(20)
    return browser, page


@functools.cache
def _playwright() -> Any:
    from playwright.sync_api import sync_playwright

    return sync_playwright().start()


def moved(page: Any, *, ours: bool = True) -> dict[str, float]:
    """Drag, zoom and (ours) move the budget line; return frames a second and the longest frames in milliseconds."""
    map_name = "map_coverplan" if ours else page.evaluate("Object.keys(window).find(k => k.startsWith('map_'))")
    page.evaluate(_WATCH_FRAMES)
    line = {"line_worst_ms": lambda: round(page.evaluate(_MOVE_LINE))} if ours else {}
    return {**_dragged(page), **_zoomed(page, map_name), **{name: measured() for name, measured in line.items()}}


def _answer(route: Any) -> None:
    """Answer for Leaflet from this machine, and refuse everything else that a folium page asks for."""
    if route.request.url.endswith("leaflet.js"):
        route.fulfill(body=leaflet_script(), content_type="text/javascript")
    elif route.request.url.endswith("leaflet.css"):
        route.fulfill(body=leaflet_style(), content_type="text/css")
    else:
        route.abort()


def _dragged(page: Any) -> dict[str, float]:
    page.mouse.move(400, 400)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(400 - 6 * step, 400 + 3 * step)
    page.mouse.up()
    frames = page.evaluate("window.frames_seen.splice(0)")
    return {"drag_fps": round(1000 / (sum(frames) / len(frames)), 1), "drag_worst_ms": round(max(frames))}


def _zoomed(page: Any, map_name: str) -> dict[str, float]:
    worst = []
    for delta in (-1, 1, -1, 1, 1, -1):
        page.evaluate(f"{map_name}.setZoom({map_name}.getZoom() + {delta})")
        page.wait_for_timeout(900)
        worst.append(max(page.evaluate("window.frames_seen.splice(0)")))
    return {"zoom_worst_ms": round(max(worst)), "zoom_median_ms": round(sorted(worst)[len(worst) // 2])}


# Two frames after the page says it has drawn itself (ours) or after its load event (others), by the page's own clock.
_NOTE_READY = """(() => { const note = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    window.ready_at = performance.now(); }));
    if ("%s" === "loaded") { addEventListener("load", note); return; }
    addEventListener("DOMContentLoaded", () => { const page = document.documentElement;
    if (page.hasAttribute("data-started")) { note(); return; }
    new MutationObserver((seen, watch) => { if (!page.hasAttribute("data-started")) return; watch.disconnect(); note(); })
    .observe(page, { attributes: true }); }); })()"""
_WATCH_FRAMES = """() => { window.frames_seen = []; let last = performance.now();
    const look = () => { const now = performance.now(); window.frames_seen.push(now - last); last = now;
    requestAnimationFrame(look); }; requestAnimationFrame(look); }"""
_MOVE_LINE = """async () => { const line = document.getElementById("line"); let worst = 0;
    for (let i = 1; i <= 10; i += 1) { const began = performance.now(); line.value = Number(line.max) * i / 10;
    line.dispatchEvent(new Event("input"));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    worst = Math.max(worst, performance.now() - began); } return worst; }"""


def _measured(name: str, make: Any, file: Path, openings: int) -> dict[str, Any]:
    """Write the page and open it that often; in the first three move it, and keep the best: what the page itself costs."""
    ours = name != FOLIUM
    began = time.perf_counter()
    html = make()
    seconds = time.perf_counter() - began
    file.write_text(html, encoding="utf-8")
    ready, tries = [], []
    for turn in range(openings):
        browser, page = opened(file.absolute(), ours=ours)
        ready.append(round(page.evaluate("window.ready_at")))
        if turn < MOVED_TIMES:
            tries.append(moved(page, ours=ours))
        browser.close()
    best = {key: (max if key == "drag_fps" else min)(each[key] for each in tries) for key in tries[0]}
    size = round(len(html.encode()) / 1e6, 2)
    return {"page": name, "mb": size, "write_s": round(seconds, 2), "ready_ms": sorted(ready), **best}


def _pages(scale: float) -> dict[str, Any]:
    """Return what writes each page by its name; what it is written from is made first, and not counted."""
    drawn = county(scale)
    write_page(county(0.002), language="zh")  # imports and templates, which a run has loaded by then
    bundled = town()
    return {
        "town": lambda: write_page(bundled, language="zh"),
        "county": lambda: write_page(drawn, language="zh"),
        FOLIUM: lambda: folium_page(drawn),
    }


def _result(found: dict[str, dict[str, Any]], scale: float) -> Result:
    """Return the figures as aims held or missed; the slowest opening counts, not the usual one."""
    town_, county_, theirs = found["town"], found["county"], found[FOLIUM]
    openings = len(town_["ready_ms"])
    aim = functools.partial(Goal, at_most=True)
    goals = (
        aim(Words("town page, MB", "乡镇页面（MB）"), town_["mb"], 1.5),
        aim(
            Words(f"town ready, slowest of {openings}, s", f"乡镇打开用时，{openings} 次中最慢（秒）"),
            town_["ready_ms"][-1] / 1000,
            1,
        ),
        aim(Words("county page, MB", "县域页面（MB）"), county_["mb"], 6),
        aim(
            Words(f"county ready, slowest of {openings}, s", f"县域打开用时，{openings} 次中最慢（秒）"),
            county_["ready_ms"][-1] / 1000,
            2,
        ),
        Goal(Words("county dragged, frames a second", "县域拖动（帧/秒）"), county_["drag_fps"], 50),
        aim(Words("county zoomed, longest frame, ms", "县域缩放最长一帧（毫秒）"), county_["zoom_worst_ms"], 300),
        aim(Words("county written, s", "县域页面生成（秒）"), county_["write_s"], 3),
    )
    seconds = {
        f"coverplan ({county_['mb']} MB)": statistics.median(county_["ready_ms"]) / 1000,
        f"folium.GeoJson ({theirs['mb']} MB)": theirs["ready_ms"][0] / 1000,
    }
    world = Words(
        f"A county drawn in headless Chromium, 1366 × 768, ready to use: 300 villages, {100_000 * scale:,.0f} lamps, "
        f"{50_000 * scale:,.0f} road pieces; ours with {2000 * scale:,.0f} gaps, {1000 * scale:,.0f} projects and all lists, folium with the bare layers.",
        f"在无界面 Chromium（1366 × 768）中打开一个县，到可用为止：300 个村、{100_000 * scale:,.0f} 盏灯、{50_000 * scale:,.0f} 段路；"
        f"本程序另含 {2000 * scale:,.0f} 处缺口、{1000 * scale:,.0f} 个项目和全部清单，folium 只有这些图层。",
    )
    remark = Words(
        f"folium.GeoJson beside it: written in {theirs['write_s']} s, dragged at {theirs['drag_fps']:g} frames a second, longest frame while zooming {theirs['zoom_worst_ms']:,} ms.",
        f"同样的图层用 folium.GeoJson：生成 {theirs['write_s']} 秒，拖动 {theirs['drag_fps']:g} 帧/秒，缩放最长一帧 {theirs['zoom_worst_ms']:,} 毫秒。",
    )
    return Result("page", Words("The map page", "地图页面"), world, seconds, goals, (remark,), ("folium", "playwright"))


def main() -> None:
    """Write the pages, open them, print a line of JSON for each and whether the aims are held."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--openings", type=int, default=10)
    arguments.add_argument("--only", choices=["town", "county", "folium"], default=None, help="one of the pages alone")
    arguments.add_argument("--out", type=Path, default=None, help="keep the last page here")
    arguments.add_argument("--write", action="store_true", help="put the result into the docs, in both languages")
    given = arguments.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        file = given.out or Path(folder) / "map.html"
        for name, make in _pages(given.scale).items():
            if given.only in (None, name.partition(".")[0]):
                found[name] = _measured(name, make, file, 1 if name == FOLIUM else given.openings)
                sys.stdout.write(json.dumps(found[name]) + "\n")
                sys.stdout.flush()
    _playwright().stop()
    if not given.only:
        hand_over(_result(found, given.scale), write=given.write)


if __name__ == "__main__":
    main()
