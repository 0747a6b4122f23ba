"""The list of every fault we know of (tests/faults.yaml) names tests that are there, so that none is only said to be met."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

TESTS = Path(__file__).parents[1]
FAULTS = yaml.safe_load((TESTS / "faults.yaml").read_text("utf-8"))


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_all_forty_nine_faults_are_on_the_list():
    assert sorted(FAULTS) == list(range(1, 50))
    assert all(fault["what"] and fault["by"] for fault in FAULTS.values())


def test_every_fault_names_tests_that_are_there():
    named = {test for fault in FAULTS.values() for test in fault["by"]}
    files = {test.partition("::")[0] for test in named}
    there = {f"{file}::{name}" for file in files for name in names_in(TESTS / file)}
    assert named - there == set()
