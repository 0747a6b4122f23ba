"""The public edition: nothing in it leads back to a home, a camera or a handful of people."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.planreading import read_plan
from layers.reading import read_layers
from maps.cli import call, run_call
from maps.public.places import CELL_M, coarse, key_beside

TOWN = Path(__file__).parents[2] / "examples" / "dongtang"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public") / "town"
    shutil.copytree(TOWN, folder)
    plan = (folder / "plan.yaml").read_text("utf-8")
    (folder / "plan.yaml").write_text(plan.replace("language: zh", "language: zh\n  public_smallest: 600"), "utf-8")
    assert run_call(call(["run", str(folder / "plan.yaml"), "--public"], {})) == 0
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_no_figure_of_fewer_people_than_allowed_is_published(town):
    figures = rows(town / "out-public" / "villages.csv")
    names = ("people", "people_met", "people_short", "people_unknown")
    shown = [float(row[name]) for row in figures for name in names if row[name]]
    assert shown
    assert not [figure for figure in shown if 0 < figure < 600]
    hidden = sum(not row[name] for row in figures for name in names)
    assert hidden > 20


def test_differences_from_totals_give_no_hidden_figure_away(town):
    table = pd.DataFrame(rows(town / "out-public" / "villages.csv"))
    names = ["people", "people_met", "people_short", "people_unknown"]
    for _, rule in table.groupby("rule_id"):
        figures = rule[names].replace("", np.nan).astype(float)
        assert not [figure for figure in _told(figures[names[1:]], figures["people"]) if 0 < figure < 600]
        for name in names:
            column = figures[name].to_numpy()
            told = _told(pd.DataFrame([column[:-1]]), pd.Series([column[-1]]))
            assert not [figure for figure in told if 0 < figure < 600]


def _told(parts: pd.DataFrame, totals: pd.Series) -> list[float]:
    """Return what a reader works out where all but one of a sum and its parts are shown."""
    told = []
    for (_, row), total in zip(parts.iterrows(), totals, strict=True):
        missing = int(row.isna().sum()) + int(np.isnan(total))
        if missing == 1:
            told.append(float(row.sum()) if np.isnan(total) else float(total - row.sum()))
    return told


def test_no_place_of_a_home_or_a_camera_is_in_any_public_file(town):
    text = "".join(path.read_text("utf-8-sig") for path in sorted((town / "out-public").iterdir()))
    layers = read_layers(read_plan(town / "plan.yaml"))
    for name in ("homes", "cameras"):
        lonlat = layers[name].frame.geometry.to_crs(4326)
        for x, y in zip(lonlat.x, lonlat.y, strict=True):
            assert f"{x:.4f}" not in text
            assert f"{y:.5f}" not in text
    assert not [id_ for id_ in layers["homes"].frame.index if id_ in text]
    assert not [id_ for id_ in layers["cameras"].frame.index if id_ in text]
    for row in rows(town / "out-public" / "works.csv"):
        if "摄像头" in row["action"]:
            assert (row["near_lon"], row["near_lat"]) == ("", "")


def test_the_page_runs_nothing_fetches_nothing_and_draws_no_circle(town):
    html = (town / "out-public" / "public.html").read_text("utf-8")
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<circle|<img|<link|https?://|onload", html)
    assert "不足 600 人的数字" in html


def test_the_key_is_kept_beside_the_plan_and_never_published(town):
    key = (town / "public.key").read_text("ascii").strip()
    assert len(key) == 64
    assert not [path for path in (town / "out-public").iterdir() if key in path.read_text("utf-8-sig")]
    assert not [path for path in (town / "out").iterdir() if key.encode() in path.read_bytes()]


def test_a_year_of_editions_tells_no_more_of_a_place_than_one(tmp_path):
    key = key_beside(tmp_path)
    place = np.array([[633_123.4, 2_454_987.6]])
    issues = np.concatenate([coarse(place, key_beside(tmp_path)) for _ in range(365)])
    assert (issues == issues[0]).all()
    # over all places the middle of the square is as far off as chance has it: 0.38 of its side
    rng = np.random.default_rng(1)
    homes = rng.uniform(0, 20_000, (4000, 2))
    off = np.hypot(*(coarse(homes, key) - homes).T)
    assert np.median(off) == pytest.approx(0.4 * CELL_M, rel=0.05)
    assert (off <= CELL_M / np.sqrt(2)).all()


def test_another_plan_has_another_grid(tmp_path):
    one, other = (key_beside(folder) for folder in (tmp_path, TOWN.parent / "nowhere") if folder.is_dir()), b"x" * 32
    places = np.array([[1234.5, 987.6]])
    assert not (coarse(places, next(one)) == coarse(places, other)).all()


def test_a_broken_key_is_told(town, tmp_path, capsys):
    folder = tmp_path / "again"
    shutil.copytree(town, folder, ignore=shutil.ignore_patterns("out*"))
    (folder / "public.key").write_text("nonsense")
    assert run_call(call(["run", str(folder / "plan.yaml"), "--public", "--lang", "en"], {})) == 2
    assert "this is not a key for the grid of the public edition. Restore the file" in capsys.readouterr().err


def test_homes_and_cameras_are_in_the_other_edition_and_only_there(town):
    assert (town / "out" / "map.html").is_file()
    assert sorted(path.name for path in (town / "out-public").iterdir()) == ["public.html", "villages.csv", "works.csv"]
