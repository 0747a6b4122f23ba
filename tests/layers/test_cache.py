"""Layers from the cache: the same layers, never an old or a damaged one, and nobody's but the user's own."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import cache
from layers.cache import Shelf, clear, entries, user_folder
from layers.planreading import read_plan
from layers.problems import LayerError
from layers.reading import read_layers

TOWN = Path(__file__).parents[2] / "examples" / "dongtang"
PLAN = """plan: {{name: T, profile: township-rural, crs: EPSG:4546}}
layers:
  homes: {{kind: demand, path: homes.csv, crs: EPSG:4490, x: x, y: y{more}}}
rules: [{{id: a, type: reach, facilities: demand, cutoff_m: 500}}]
"""


def read(plan, folder):
    shelf = Shelf(folder)
    layers = read_layers(plan, shelf=shelf)
    shelf.put_away()
    return layers, shelf.taken


def same(one, other):
    assert list(one) == list(other)
    for name in one:
        a, b = one[name], other[name]
        pd.testing.assert_frame_equal(pd.DataFrame(a.frame), pd.DataFrame(b.frame))
        assert a.frame.dtypes.equals(b.frame.dtypes)
        assert (a.source, a.rejects, a.given, a.rows_in, a.used, a.repaired, a.rejected, a.people_rejected) == (
            *(b.source, b.rejects, b.given, b.rows_in, b.used, b.repaired, b.rejected, b.people_rejected),
        )
        assert (a.rows is None) == (b.rows is None)
        assert a.rows is None or (a.rows == b.rows).all()
    assert one.crs == other.crs


def homes(folder, rows, more=""):
    (folder / "homes.csv").write_text("id,people,x,y\n" + "".join(f"{row}\n" for row in rows))
    (folder / "plan.yaml").write_text(PLAN.format(more=more))
    return read_plan(folder / "plan.yaml")


def test_every_layer_of_the_town_comes_back_as_it_was_read(tmp_path):
    plan = read_plan(TOWN / "plan.yaml")
    fresh = read_layers(plan)
    cold, taken = read(plan, tmp_path)
    assert taken == []
    warm, taken = read(plan, tmp_path)
    assert sorted(taken) == sorted(plan.layers)
    same(fresh, cold)
    same(fresh, warm)


CELLS = st.sampled_from(["", "0", "3", "many", "-1", "2.5"])
PLACES = st.sampled_from(["112.26,22.17", "112.27,22.18", "22.17,112.26", ",", "x,y"])
ROWS = st.lists(st.tuples(st.integers(0, 5), CELLS, PLACES), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, after=ROWS)
def test_cold_warm_and_after_an_edit_are_what_is_read_without_a_cache(tmp_path, before, after):
    kept = tmp_path / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    for rows in (before, before, after, before):
        plan = homes(tmp_path, [",".join(map(str, row)) for row in rows])
        outcomes = []
        for cached in (False, True):
            try:
                outcomes.append(read(plan, kept)[0] if cached else read_layers(plan))
            except LayerError as error:
                outcomes.append([problem.in_("zh") for problem in error.problems])
        if isinstance(outcomes[0], list):
            assert outcomes[0] == outcomes[1]
        else:
            same(*outcomes)


def test_another_entry_in_the_plan_is_another_layer(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    assert len(read(homes(tmp_path, ["a,1,112.26,22.17", "b,3,112.26,22.18"]), kept)[0]["homes"].frame) == 2
    few, taken = read(homes(tmp_path, ["a,1,112.26,22.17", "b,3,112.26,22.18"], more=", where: people > 2"), kept)
    assert taken == []
    assert list(few["homes"].frame.index) == ["b"]


@pytest.mark.parametrize("fault", ["cut", "flipped", "empty", "acts", "other"])
def test_a_damaged_entry_is_read_anew_and_written_again(tmp_path, fault, monkeypatch):
    kept = tmp_path / "kept"
    kept.mkdir()
    plan = homes(tmp_path, ["a,1,112.26,22.17"])
    read(plan, kept)
    (entry,) = entries(kept)
    good = entry.read_bytes()
    acts = pickle.dumps(((os.getcwd, 1, 2, 3, 4, 5), None))
    bad = {"cut": good[:-1], "flipped": good[:90] + bytes([good[90] ^ 1]) + good[91:], "empty": b""}
    entry.write_bytes(bad.get(fault, b""))
    if fault in ("acts", "other"):
        cache._write(entry, acts if fault == "acts" else pickle.dumps(([1], None)))
    again, taken = read(plan, kept)
    assert taken == []
    same(again, read_layers(plan))
    assert entry.read_bytes() == good


def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    plan = homes(tmp_path, ["a,1,112.26,22.17"])
    shelf = Shelf(kept)
    find = shelf.find

    def changing(request):
        found = find(request)
        homes(tmp_path, ["b,2,112.26,22.17", "c,2,112.26,22.18"])
        return found

    shelf.find = changing
    layers = read_layers(plan, shelf=shelf)
    shelf.put_away()
    assert list(layers["homes"].frame.index) == ["b", "c"]
    assert layers["homes"].source.sha256 == read_layers(plan)["homes"].source.sha256
    assert entries(kept) == []


def test_the_longest_unused_goes_first_when_there_is_no_room(tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    kept.mkdir()
    for turn, name in enumerate("abc"):
        read(homes(tmp_path, [f"{name},1,112.26,22.17"]), kept)
        newest = max(entries(kept), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, (turn, turn))
    _, second, third = entries(kept)
    monkeypatch.setattr(cache, "MOST_BYTES", second.stat().st_size + third.stat().st_size)
    cache._make_room(kept)
    assert entries(kept) == [second, third]
    (kept / "x.layer.new-1").write_bytes(b"")
    os.utime(kept / "x.layer.new-1", (time.time() - 7200,) * 2)
    cache._make_room(kept)
    assert not (kept / "x.layer.new-1").exists()
    clear(kept)
    assert list(kept.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps each user's folders apart by itself")
def test_a_folder_that_others_may_write_is_not_used(tmp_path):
    folder = user_folder({"XDG_CACHE_HOME": str(tmp_path)})
    assert folder == tmp_path / "coverplan"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o770)
    assert user_folder({"XDG_CACHE_HOME": str(tmp_path)}) is None
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    assert user_folder({"XDG_CACHE_HOME": str(tmp_path)}) is None
    (tmp_path / "file").write_text("")
    assert user_folder({"XDG_CACHE_HOME": str(tmp_path / "file")}) is None
