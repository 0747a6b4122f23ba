"""Every sentence of the five documents is a rule that loads, or is said not to be spatial."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers import library
from layers.plan import Plan
from layers.planreading import read_plan

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("seeds.md", "seeds.zh.md")
SENTENCES = 60
NOT_A_RULE = ("Not spatial", "Not a rule", "不是空间问题", "不是标准")


def rows_of(page: str) -> dict[int, str]:
    """Return the last cell of each numbered row."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^\| (\d+) \| .* \| ([^|]+) \|$", text, re.MULTILINE)
    return {int(number): cell for number, cell in found}


def plan_of(page: str, folder: Path) -> Plan:
    """Return the page's rules, and all of the library that it names, as a plan that was read."""
    text = (DOCS / page).read_text(encoding="utf-8")
    (rules,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    named = sorted({id_ for cell in rows_of(page).values() for id_ in re.findall(r"`([A-Z]{2,3}-\d\d)`", cell)})
    head = "plan: {name: 五份文件}\nlayers:\n  units: {kind: units, path: villages.gpkg}\n"
    file = folder / "plan.yaml"
    file.write_text(head + rules + "".join(f"  - id: {id_}\n" for id_ in named), encoding="utf-8")
    return read_plan(file)


@pytest.mark.parametrize("page", PAGES)
def test_every_sentence_is_there_and_names_rules_or_says_why_not(page):
    rows = rows_of(page)
    assert sorted(rows) == list(range(1, SENTENCES + 1))
    assert [n for n, cell in rows.items() if "`" not in cell and not cell.startswith(NOT_A_RULE)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_rule_named_loads(page, tmp_path):
    ids = {rule.id for rule in plan_of(page, tmp_path).rules}
    cells = [cell for cell in rows_of(page).values() if not cell.startswith(NOT_A_RULE)]
    named = {id_ for cell in cells for id_ in re.findall(r"`([\w-]+)`", cell)}
    assert named <= ids
    assert {id_ for id_ in ids if id_ not in library.rules("township-rural")} <= named


def test_both_languages_say_the_same_of_every_sentence():
    one, other = ({n: re.findall(r"`[^`]+`", cell) for n, cell in rows_of(page).items()} for page in PAGES)
    assert one == other
