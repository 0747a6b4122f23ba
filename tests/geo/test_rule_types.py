"""Each rule type has all that belongs to it, and nothing else of the code knows it: one file, pages, cases, an oracle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from layers.ruletypes import rule_type, rule_type_names
from layers.text import known
from tests.campaigns.oracles import CHECKS

ROOT = Path(__file__).resolve().parents[2]
OURS = [name for name in rule_type_names() if rule_type(name).__module__.startswith("geo.rules.")]
ORACLE_OF = {
    "road_standard": "roads"
}  # connect asks of roads what road_standard does: one oracle knows when a road will do
# What holds in any world, by type: the test that says so.
INVARIANTS = {
    "along_road": ("along_road_oracle", "test_what_projects_add_equals_a_rerun_with_all_of_them"),
    "area": ("area", "test_no_parcel_is_given_more_than_it_holds"),
    "capacity": ("capacity", "test_people_times_what_they_draw_on_is_all_there_is"),
    "chain": ("chain", "test_fixing_a_stage_that_is_not_the_bottleneck_gains_nothing"),
    "combine": (
        "combine",
        "test_rule_with_itself_is_itself_and_one_more_part_never_helps_under_all_nor_harms_under_any",
    ),
    "connect": ("connect", "test_no_upgrade_makes_anybody_worse_off"),
    "detour": ("detour", "test_every_link_makes_the_way_of_all_its_homes_short_enough"),
    "household": ("household", "test_no_number_that_leaves_the_rule_is_a_small_one"),
    "interval": ("interval", "test_all_that_is_asked_for_closes_all_need_whatever_the_order_of_rows"),
    "presence": ("presence", "test_building_what_is_asked_for_closes_every_gap_of_the_village_it_is_for_and_no_other"),
    "quota": ("quota", "test_hiring_what_is_asked_for_closes_every_gap_and_nothing_less_does"),
    "reach": ("reach", "test_one_more_facility_never_takes_a_home_further_from_one"),
    "road_standard": (
        "road_standard",
        "test_every_gap_is_closed_by_its_own_project_and_every_short_road_is_in_one_gap",
    ),
    "spacing": ("spacing", "test_no_feature_less_would_do"),
    "watch": ("watch_oracle", "test_projects_close_every_gap_and_promise_what_a_rerun_finds"),
}


def test_there_are_fourteen_types_and_one_that_puts_them_together():
    assert len(OURS) == 15
    assert sorted(path.stem for path in (ROOT / "geo" / "rules").glob("[!_]*.py")) == OURS


@pytest.mark.parametrize("name", OURS)
def test_type_has_its_file_pages_cases_oracle_and_tests(name):
    assert rule_type(name).__module__ == f"geo.rules.{name}"
    assert known(f"ruletypes.{name}")
    for path in (
        f"docs/rules/{name}.md",
        f"docs/rules/{name}.zh.md",
        f"tests/cases/{name}.yaml",
        f"tests/geo/test_{name}.py",
    ):
        assert (ROOT / path).is_file(), path
    assert (ROOT / "tests" / "geo" / "oracles" / f"{ORACLE_OF.get(name, name)}.py").is_file()
    assert len(yaml.safe_load((ROOT / "tests" / "cases" / f"{name}.yaml").read_text(encoding="utf-8"))) >= 3


@pytest.mark.parametrize("name", OURS)
def test_type_is_held_against_its_oracle_by_the_campaign(name):
    module, checks = CHECKS[name]
    defined = (ROOT / "tests" / "geo" / f"{module}.py").read_text(encoding="utf-8")
    assert checks
    assert all(f"def {check}(" in defined for check in checks)


@pytest.mark.parametrize("name", OURS)
def test_type_has_an_invariant(name):
    module, test = INVARIANTS[name]
    assert f"def {test}(" in (ROOT / "tests" / "geo" / f"test_{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "geo" / "rules").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_no_other_code_imports_a_type(path):
    """Adding a type touches one code file: whatever is shared stands outside the types, and nothing asks for one by name."""
    module = f"geo.rules.{path.stem}"
    importing = [
        other.relative_to(ROOT).as_posix()
        for room in ("layers", "geo", "maps")
        for other in sorted((ROOT / room).rglob("*.py"))
        if other != path and module in _imported(other)
    ]
    assert importing == []


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return found | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
