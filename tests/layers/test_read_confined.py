"""Files are read in a child that can do nothing else, and whatever happens to it is told in one line."""

from __future__ import annotations

import ctypes
import os
import pickle
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from layerfiles import csv_of, read, refusal

from layers.kinds import KINDS
from layers.plan import LayerSpec
from layers.problems import LayerError, Problem
from layers.readers import confined, packed
from layers.readers.confined import read_apart
from layers.readers.raw import Raw, Request, numbered

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: files are read in one process")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can refuse files and sockets to a process")


def rows() -> Raw:
    frame = pd.DataFrame({"id": ["a"]}, dtype="str")
    return Raw(frame, shapely.points([[1.0, 2.0]]), numbered(1), 1, "test")


def request(folder: Path, name: str) -> Request:
    (folder / name).write_text("id\n1\n")
    return Request(name, LayerSpec(kind="facilities", path=name), KINDS["facilities"], (folder / name).resolve())


def outcome(folder: Path, read: Callable[[Request], Raw]) -> Raw | LayerError:
    return read_apart([request(folder, "x.csv")], read)["x.csv"]


def said(answer: Raw | LayerError) -> str:
    assert isinstance(answer, LayerError)
    return answer.in_("en")


def _opens_passwd() -> object:
    return Path("/etc/passwd").read_text()


def _writes_beside(folder: Path) -> object:
    return (folder / "y.csv").write_text("x")


@forks
@on_linux
@pytest.mark.parametrize(
    "deed",
    [_opens_passwd, socket.socket, lambda: subprocess.run(["/bin/true"], check=True)],
    ids=["file", "net", "run"],
)
def test_a_reader_cannot_open_other_files_the_network_or_programs(tmp_path, deed):
    def reader(_: Request) -> Raw:
        try:
            deed()
        except PermissionError:
            return rows()
        raise AssertionError

    answer = outcome(tmp_path, reader)
    if isinstance(answer, LayerError) and deed is _opens_passwd and not _has_landlock():
        pytest.skip("this kernel has no Landlock")
    assert isinstance(answer, Raw)


def _has_landlock() -> bool:
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


@forks
@on_linux
def test_a_reader_cannot_change_the_plans_folder(tmp_path):
    if not _has_landlock():
        pytest.skip("this kernel has no Landlock")

    def reader(asked: Request) -> Raw:
        try:
            _writes_beside(asked.path.parent)
        except PermissionError:
            return rows()
        raise AssertionError

    assert isinstance(outcome(tmp_path, reader), Raw)


@forks
def test_a_reader_that_never_ends_is_stopped_and_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setattr(confined, "_LEAST_CPU_S", 1)

    def reader(_: Request) -> Raw:
        while True:
            pass

    assert said(outcome(tmp_path, reader)) == (
        "layer x.csv (x.csv): reading this file had not ended after 1 s, so it was stopped. "
        "Keep only the area and columns you need, or save it as GeoPackage."
    )


@forks
def test_a_reader_that_waits_for_ever_is_stopped_too(tmp_path, monkeypatch):
    monkeypatch.setattr(confined, "_LEAST_CPU_S", 1)
    monkeypatch.setattr(confined, "_WALL_PER_CPU", 1)

    def reader(_: Request) -> Raw:
        import time

        time.sleep(1000)
        return rows()

    assert "had not ended after 1 s, so it was stopped." in said(outcome(tmp_path, reader))


@forks
@on_linux
def test_a_reader_that_eats_memory_is_stopped_and_said_to(tmp_path, monkeypatch):
    monkeypatch.setattr(confined, "_LEAST_BYTES", 100 * 1024**2)

    def reader(_: Request) -> Raw:
        np.ones(1 << 30)
        return rows()

    assert "reading this file took more memory than is allowed, so it was stopped." in said(outcome(tmp_path, reader))


@forks
@pytest.mark.parametrize(("signal", "word"), [(11, "SIGSEGV"), (6, "more memory than is allowed")])
def test_a_reader_that_crashes_is_named(tmp_path, signal, word):
    def reader(_: Request) -> Raw:
        os.kill(os.getpid(), signal)
        return rows()

    assert word in said(outcome(tmp_path, reader))


class _Evil:
    def __reduce__(self):
        return (os.system, ("touch /tmp/coverplan-was-here",))


@forks
def test_an_answer_that_would_act_is_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(confined, "_packed", lambda _: pickle.dumps((_Evil(), None)))
    assert "the reader broke off over this file (UnpicklingError: posix.system)" in said(
        outcome(tmp_path, lambda _: rows())
    )
    assert not Path("/tmp/coverplan-was-here").exists()  # noqa: S108


@forks
def test_a_file_that_kills_its_reader_costs_no_other_file(tmp_path):
    asked = [request(tmp_path, f"{name}.csv") for name in "abcdef"]

    def reader(each: Request) -> Raw:
        if each.name == "c.csv":
            os.kill(os.getpid(), 9)
        return rows()

    answers = read_apart(asked, reader)
    assert {name for name, answer in answers.items() if isinstance(answer, Raw)} == {f"{name}.csv" for name in "abdef"}
    assert "had not ended after" in said(answers["c.csv"])


@forks
def test_what_a_reader_says_of_a_file_comes_through(tmp_path):
    problem = Problem("where", "what", "fix")

    def reader(_: Request) -> Raw:
        raise LayerError([problem])

    answer = outcome(tmp_path, reader)
    assert isinstance(answer, LayerError)
    assert answer.problems == (problem,)


def test_without_fork_files_are_read_in_this_process(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)
    assert isinstance(outcome(tmp_path, lambda _: rows()), Raw)


@forks
def test_rows_come_through_as_they_are(tmp_path):
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt("LINESTRING (0 0, 1 NaN)")
    geometry = [shapely.Point(1, 2, 3), None, shapely.Point(), broken]
    frame = pd.DataFrame(
        {
            "mixed": [1, "a", 2.5, None],
            "whole": pd.array([1, None, 3, 4], dtype="Int64"),
            "flag": pd.array([True, None, False, True], dtype="boolean"),
            "day": [pd.Timestamp("2024-01-02"), pd.NaT, pd.Timestamp("2024-01-02"), pd.NaT],
            "text": pd.array(["甲", None, "", "\x00"], dtype="str"),
        }
    )
    raw = Raw(frame, np.array(geometry, dtype=object), numbered(4), 4, "test")
    answer = outcome(tmp_path, lambda _: raw)
    assert isinstance(answer, Raw)
    pd.testing.assert_frame_equal(answer.frame, frame)
    assert answer.geometry is not None
    assert [shapely.to_wkt(each) for each in answer.geometry] == [shapely.to_wkt(each) for each in geometry]


def test_a_table_that_is_a_program_is_not_read(tmp_path):
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(113, 23)], crs=4490).to_file(tmp_path / "f.gpkg", layer="t")
    with closing(sqlite3.connect(tmp_path / "f.gpkg")) as database:
        database.execute("CREATE VIRTUAL TABLE v USING rtree(id, x0, x1)")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')"
        )
        database.commit()
    assert list(read(tmp_path, f={"kind": "facilities", "path": "f.gpkg"})["f"].frame.index) == ["a"]
    assert '"v" is a view, not a table' in refusal(tmp_path, "facilities", "f.gpkg", layer="v")


def test_two_columns_of_one_name_are_two_columns(tmp_path):
    """As a damaged .dbf may have them; which of the two is meant is for the planner to say."""
    frame = gpd.GeoDataFrame(
        {"id": ["a"], "capacity": [3], "capacitx": [4]}, geometry=[shapely.Point(113, 23)], crs=4490
    )
    frame.to_file(tmp_path / "f.shp")
    table = (tmp_path / "f.dbf").read_bytes()
    (tmp_path / "f.dbf").write_bytes(table.replace(b"capacitx", b"capacity"))
    layer = read(tmp_path, f={"kind": "facilities", "path": "f.shp"})["f"]
    assert (layer.frame["capacity"].tolist(), layer.frame["capacity #2"].tolist()) == ([3], [4])


def test_a_layer_at_the_other_end_of_the_country_is_refused_with_the_likely_cause(tmp_path):
    units = csv_of(tmp_path, "id,name,population,wkt", 'a,甲村,9,"POLYGON((112 23,112.1 23,112.1 23.1,112 23))"')
    homes = csv_of(tmp_path, "id,people,lon,lat", "1,2,115.1,23", "2,2,115.1,23.1", name="homes.csv")
    with pytest.raises(LayerError) as caught:
        read(
            tmp_path,
            units={"kind": "units", "path": units, "crs": "EPSG:4490", "wkt": "wkt"},
            homes={"kind": "demand", "path": homes, "crs": "EPSG:4490"},
        )
    assert caught.value.in_("zh") == (
        "图层“homes”（homes.csv）：整个图层距村庄 307 公里以上，坐标系多半不对。"
        "请核对 crs：带号（中央经线）是否正确，是否为 gcj02 或 bd09，经纬度是否写反。"
    )


@forks
def test_an_interruption_while_children_talk_ends_at_once(tmp_path, monkeypatch):
    def talkative(_):
        return Raw(pd.DataFrame({"x": ["村" * 100] * 50_000}), None, numbered(50_000), 50_000, "csv")

    def interrupted(*_):
        time.sleep(0.5)  # by now the child has more to say than the pipe holds
        raise KeyboardInterrupt

    monkeypatch.setattr("layers.readers.confined._finished", interrupted)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_apart([request(tmp_path, "x.csv")], talkative)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "wkt",
    [
        ["POINT (1.1 2)", "POINT (3 4)"],
        ["POINT Z (1 2 3)", "POINT Z (3 4 5)"],
        ["POINT Z (1 2 3)", "POINT (3 4)"],
        ["POINT M (1 2 3)", "POINT M (3 4 5)"],
        ["LINESTRING (0 0, 1 1, 2 0.3)", "LINESTRING (5 5, 6 6)"],
        ["LINESTRING (0 0, 1 1)", "MULTILINESTRING ((0 0, 1 1))"],
        ["POINT (1 2)", None],
        ["POINT (1 2)", "POINT EMPTY"],
        ["POINT (1 2)", "POINT (NaN 3)"],
        ["POLYGON ((0 0, 1 0, 1 1, 0 0))"],
        [],
    ],
)
def test_shapes_come_back_from_a_child_as_they_were(wkt):
    shapes = shapely.from_wkt(np.array(wkt, dtype=object))
    back = packed._shaped(packed._flat(shapes))
    assert back.dtype == object
    assert list(shapely.to_wkb(back, output_dimension=4)) == list(shapely.to_wkb(shapes, output_dimension=4))
