"""Results of a run for the ledger's tests: two villages and their cleaners, written by coverplan itself."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

from maps.cli import call, run_call

PLAN = """plan: {{name: 小镇, language: zh, date: {date}}}
layers:
  units: {{kind: units, path: villages.geojson, crs: EPSG:4490}}
  staff: {{kind: staff, path: staff.csv}}
rules:
  - {{id: STF-01, type: quota, staff: cleaner, per: {per}, minimum: 1,
     title: {{zh: 保洁员, en: Cleaners}}, cost: {{low: 0, mid: 0, high: 0, per: person, yearly: 24000}}}}
"""
SIDE = 0.01
NAMES = "甲乙丙丁戊己庚辛"


def write_town(
    folder: Path,
    villages: dict[str, tuple[str, int, float]],
    cleaners: dict[str, int],
    *,
    date: str = "2026-11-20",
    per: int = 500,
) -> Path:
    """Write a plan: villages as id -> (name, people, degrees east), cleaners by village; return the plan's path."""
    folder.mkdir(parents=True, exist_ok=True)
    features = [
        {
            "type": "Feature",
            "properties": {"id": id_, "name": name, "population": people},
            "geometry": {"type": "Polygon", "coordinates": [_square(east)]},
        }
        for id_, (name, people, east) in villages.items()
    ]
    (folder / "villages.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    rows = "".join(f"{id_},保洁员,{count}\n" for id_, count in cleaners.items())
    (folder / "staff.csv").write_text(f"村代码,岗位,人数\n{rows}", "utf-8")
    path = folder / "plan.yaml"
    path.write_text(PLAN.format(date=date, per=per), "utf-8")
    return path


def run_town(plan: Path, out: Path) -> Path:
    """Run a plan into a folder and return it."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as complaint:
        code = run_call(call(["run", str(plan), "--out", str(out)], {}))
    assert code == 0, complaint.getvalue()
    return out


def _square(east: float) -> list[list[float]]:
    west, south = 113.0 + east, 22.0
    return [[west, south], [west + SIDE, south], [west + SIDE, south + SIDE], [west, south + SIDE], [west, south]]
