"""The rule type shown in docs/adding-a-rule.md is a real one: installed through an entry point, run from the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("adding-a-rule.md", "adding-a-rule.zh.md")
VILLAGES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": "V1", "name": "东塘社区", "population": 900},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[112.30, 22.19], [112.32, 22.19], [112.32, 22.21], [112.30, 22.21], [112.30, 22.19]]],
            },
        }
    ],
}
PARKS = """id,name,category,opened,x,y
P1,霞山公园,公园,1981-05-01,634500,2456000
P2,新园,公园,2015-05-01,634600,2456100
P3,不详园,公园,,634700,2456200
P4,恰好三十年,公园,1996-11-20,634800,2456300
"""


def blocks_of(page: str) -> dict[str, str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return dict(re.findall(r"```(python|toml|yaml)\n(.*?)```", text, re.DOTALL))


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Run the page's plan with the page's type, installed as pip would have installed it; return run.json and the gaps."""
    home = tmp_path_factory.mktemp("renewal")
    blocks = blocks_of(PAGES[0])
    site, plan = home / "site", home / "plan"
    info = site / "coverplan_renewal-1.dist-info"
    info.mkdir(parents=True)
    plan.mkdir()
    (site / "renewal.py").write_text(blocks["python"], encoding="utf-8")
    (group,) = re.findall(r'\[project.entry-points."(.*?)"\]\n(.*)', blocks["toml"])
    (info / "entry_points.txt").write_text(f"[{group[0]}]\n{group[1].replace(chr(34), '')}\n", encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: coverplan-renewal\nVersion: 1\n", encoding="utf-8")
    (plan / "plan.yaml").write_text(blocks["yaml"], encoding="utf-8")
    (plan / "villages.geojson").write_text(json.dumps(VILLAGES, ensure_ascii=False), encoding="utf-8")
    (plan / "parks.csv").write_text(PARKS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    command = [sys.executable, "-m", "maps", "run", str(plan / "plan.yaml"), "--out", str(home / "out")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "out"


def test_own_type_judges_its_places_with_three_answers(result):
    summary = json.loads((result / "run.json").read_text(encoding="utf-8"))["summary"]["rules"]["park-renewal"]
    assert (summary["places"], summary["met"], summary["short"], summary["unknown"]) == (4, 2, 1, 1)


def test_own_type_has_its_gap_on_the_list_and_its_project_in_the_ranking(result):
    gaps, projects = ((result / name).read_text(encoding="utf-8-sig") for name in ("gaps.csv", "projects.csv"))
    assert "霞山公园" in gaps
    assert "霞山公园: renew" in projects
    assert projects.count("\n") == 2


def test_both_pages_show_the_same_code():
    assert blocks_of(PAGES[0]) == blocks_of(PAGES[1])
