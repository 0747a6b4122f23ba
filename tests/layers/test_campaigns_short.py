"""Short forms of the campaigns: the same hunts, smaller; the long ones are `python -m tests.campaigns NAME`."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from tests.campaigns import _mutate, mutants, planted, reach, texts
from tests.campaigns._hostile import write_hostile

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@forks
def test_damaged_files_of_every_format_end_in_words(tmp_path):
    pytest.importorskip("osmium", reason="the extra osm is not installed")
    found = mutants.hunt(tmp_path, (0, *range(1, 20)), 200, 20261120)
    assert found.faults == []
    assert found.ended.total() >= 200
    assert found.ended["read"] > 0
    assert found.ended["refused"] > 0
    assert (found.slowest_s < mutants.WALL_S, found.largest_mb < mutants.MOST_MB) == (True, True)


def test_a_campaign_notices_what_it_looks_for():
    assert mutants.fault_of(mutants.Ran(70, "our fault", 1.0, 10.0)) == "exit code 70"
    assert mutants.fault_of(mutants.Ran(2, "Traceback (most recent call last)", 1.0, 10.0)) == "traceback"
    assert mutants.fault_of(mutants.Ran(0, "", 1.0, 4000.0)) == "memory"
    assert mutants.fault_of(mutants.Ran(2, "something is wrong", 1.0, 10.0)) == "a refusal that names no file"
    assert mutants.fault_of(mutants.Ran(2, "layer clinics (c.csv): ...", 1.0, 10.0)) == ""


def test_a_layer_that_is_neither_read_nor_refused_would_be_noticed():
    books = {"layer": "l1", "file": "c.csv", "rows_in": 12, "used": 9, "repaired": 1, "rejected": 2}

    def fates(layer, *stops):
        return mutants.fates_of(json.dumps({"layers": [layer], "stops": stops}))

    assert fates(books) == {"c.csv": "read"}
    assert fates(books, "layer l1 (c.csv): too many rejected") == {"c.csv": "refused"}
    assert fates({**books, "used": 8}) == {"c.csv": "books that do not balance"}
    assert fates({"file": "c.csv"}, "layer l2 (c.gpkg): bad") == {"c.csv": "neither read nor refused"}
    assert mutants.fates_of("our fault") is None


def test_every_planted_fault_is_told_and_no_clean_row_is_set_aside():
    found, wrong = planted.hunt(60, 20261120)
    assert wrong == []
    assert found.total() > 1000


def test_a_fault_that_is_not_told_would_be_noticed(tmp_path):
    rng = random.Random(1)
    layer = planted.made(rng)
    name, first = planted.written(layer, tmp_path, rng)
    assert planted.judged(layer, name, first, tmp_path) == []
    clean = next(at for at in range(len(layer.rows)) if at not in layer.planted)
    layer.planted[clean] = ("rejected", "not_number", "people")
    assert any(each.startswith("not told") for each in planted.judged(layer, name, first, tmp_path))


@pytest.mark.skipif(shutil.which("strace") is None or sys.platform != "linux", reason="strace is not installed")
def test_reading_hostile_files_opens_nothing_outside_and_connects_to_nothing(tmp_path):
    folder = tmp_path / "plan"
    folder.mkdir()
    paths = write_hostile(folder)
    try:
        opened, network, programs, code = reach.traced(folder, paths)
    except FileNotFoundError:
        pytest.skip("strace may not trace here")
    assert (opened, network, programs, code) == ([], [], [], 2)
    assert not Path("/tmp/slipped.txt").exists()  # noqa: S108


def test_random_text_is_read_or_refused_in_words():
    tried, faults = texts.hunt(20_000, 20261120)
    assert (tried > 10_000, faults) == (True, [])


def test_a_small_change_of_code_is_noticed_by_its_tests_and_none_without_a_change():
    module = Path("geo/coverage.py")
    found = _mutate.mutants_of(module)
    assert len(found) > 20
    changed = {ast.unparse(_mutate.changed(each)) for each in found}
    assert len(changed) == len(found), "each mutant is another program"
    assert ast.unparse(ast.parse(module.read_text("utf-8"))) not in changed
