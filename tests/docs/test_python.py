"""The examples for Python run as they stand, in their order, on both pages and in the notebook."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    if page.endswith(".ipynb"):
        cells = json.loads((ROOT / "docs" / page).read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code"]
    return BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))


def test_both_pages_and_the_notebook_hold_the_same_code() -> None:
    assert blocks("python.md") == blocks("python.zh.md") == blocks("notebook.ipynb")
    assert len(blocks("python.md")) == 7


def test_the_examples_run_in_their_order(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "dongtang", tmp_path / "examples" / "dongtang")
    code = "\n".join(blocks("notebook.ipynb"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "map.html").is_file()
    before, after = map(int, done.stdout.split()[-2:])
    assert 0 < before < after


@pytest.mark.parametrize("room", ["layers", "geo", "maps"])
def test_types_are_shipped(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()
