"""How large the page of a county is, how long it takes to write and to open, and how smoothly it moves.

    python -m benchmarks page [--scale 1.0] [--out FILE.html]

300 villages, 100 000 lamps, 50 000 road pieces, 2 000 gaps and 1 000 projects at scale 1, opened in headless Chromium at
1366 x 768. "ready" is from the start of navigation to two frames after the page has drawn itself.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

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


def opened(file: Path, *, ours: bool = True) -> dict[str, Any]:
    """Open the file in Chromium and return milliseconds and frames a second."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(600_000)
        if not ours:
            page.route(lambda url: not url.startswith("file:"), _answer)
        page.goto(file.as_uri(), wait_until="load", timeout=600_000)
        if ours:
            page.wait_for_selector("html[data-started]")
        ready = page.evaluate(_TWO_FRAMES)
        map_name = "map_coverplan" if ours else page.evaluate("Object.keys(window).find(k => k.startsWith('map_'))")
        page.evaluate(_WATCH_FRAMES)
        figures = {"ready_ms": round(ready), **_dragged(page), **_zoomed(page, map_name)}
        if ours:
            figures["line_worst_ms"] = round(page.evaluate(_MOVE_LINE))
        browser.close()
    return figures


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


_TWO_FRAMES = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(performance.now()))))"""
_WATCH_FRAMES = """() => { window.frames_seen = []; let last = performance.now();
    const look = () => { const now = performance.now(); window.frames_seen.push(now - last); last = now;
    requestAnimationFrame(look); }; requestAnimationFrame(look); }"""
_MOVE_LINE = """async () => { const line = document.getElementById("line"); let worst = 0;
    for (let i = 1; i <= 10; i += 1) { const began = performance.now(); line.value = Number(line.max) * i / 10;
    line.dispatchEvent(new Event("input"));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    worst = Math.max(worst, performance.now() - began); } return worst; }"""


def _measured(name: str, html: str, seconds: float, file: Path, *, ours: bool = True) -> dict[str, Any]:
    file.write_text(html, encoding="utf-8")
    figures = {"page": name, "mb": round(len(html.encode()) / 1e6, 2), "write_s": round(seconds, 2)}
    return figures | opened(file.absolute(), ours=ours)


def _timed(make: Any, *given: Any) -> tuple[str, float]:
    began = time.perf_counter()
    html = make(*given)
    return html, time.perf_counter() - began


def main() -> None:
    """Write the pages, open them, and print a line of JSON for each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--out", type=Path, default=None)
    arguments.add_argument("--alone", action="store_true")
    given = arguments.parse_args()
    drawn = county(given.scale)
    write = lambda assessment: write_page(assessment, language="zh")  # noqa: E731
    write(county(0.002))  # imports and templates, which a run has loaded by then
    with tempfile.TemporaryDirectory() as folder:
        file = given.out or Path(folder) / "map.html"
        pages = [("town", write, town(), True), ("county", write, drawn, True)]
        pages += [] if given.alone else [("county by folium.GeoJson", folium_page, drawn, False)]
        for name, make, assessment, ours in pages:
            figures = _measured(name, *_timed(make, assessment), file, ours=ours)
            json.dump(figures, sys.stdout, ensure_ascii=False)
            sys.stdout.write("\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
