"""The documentation site: every page in both languages, built with warnings as errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def test_every_page_stands_in_english_and_chinese() -> None:
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert names, "no pages at all"
    lonely = [name for name in names if not name.endswith(".zh.md") and name[:-3] + ".zh.md" not in names]
    lonely += [name for name in names if name.endswith(".zh.md") and name[:-6] + ".md" not in names]
    assert lonely == []


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ".ci/mkdocs.yml", "-d", tmp_path]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "index.html").is_file()
    assert (tmp_path / "zh" / "index.html").is_file()
    for page in (tmp_path / "notebook.html", tmp_path / "zh" / "notebook.html"):
        text = page.read_text(encoding="utf-8")
        assert "<h4>" in text, "the notebook did not run: an assessment shows itself under a heading"
        assert "Error" not in text
