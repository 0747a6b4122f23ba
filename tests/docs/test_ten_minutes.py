"""The walk-through quotes files word for word; here each quotation is looked up in the file it names."""

import re
from pathlib import Path

import pytest

import geo
import layers
import maps

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(?:csv|yaml) (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = layers.read_plan(ROOT / "examples/dongtang/plan.yaml")
    folder = tmp_path_factory.mktemp("demo") / "out"
    maps.write(geo.assess(plan, layers.read_layers(plan)), folder, language="en")
    return folder


@pytest.mark.parametrize("page", ["ten-minutes.md", "ten-minutes.zh.md"])
def test_every_quotation_stands_in_the_file_it_names(out: Path, page: str) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert {name for name, _ in blocks} == {
        "examples/dongtang/homes.csv",
        "examples/dongtang/plan.yaml",
        "rejects.csv",
        "coverage.csv",
        "gaps.csv",
        "projects.csv",
    }
    for name, text in blocks:
        file = ROOT / name if "/" in name else out / name
        whole = file.read_text(encoding="utf-8-sig")
        missing = [line for line in text.splitlines() if line not in whole]
        assert not missing, f"{name}: {missing}"


def test_row_number_quoted_is_the_one_a_spreadsheet_shows() -> None:
    rows = (ROOT / "examples/dongtang/homes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[2152 - 1].startswith("449921100200H0184,")
