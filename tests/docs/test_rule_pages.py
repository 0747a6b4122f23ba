"""The pages on rules are what the code and the library say today."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers import library
from maps.rulepages import library_page, pages, write

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("path", sorted(pages()))
def test_page_is_current(path):
    assert (DOCS / path).read_text(encoding="utf-8") == pages()[path], "run: python -m maps.rulepages docs"


def test_every_type_has_a_page_in_both_languages_and_the_chinese_one_is_chinese():
    types = {rule["type"] for rule in library.rules("township-rural").values()}
    assert {f"rules/{name}{ending}" for name in types for ending in (".md", ".zh.md")} <= set(pages())
    for path, text in pages().items():
        if path.startswith("rules/") and path.endswith(".zh.md"):
            assert any("一" <= letter <= "鿿" for letter in text.split("_")[-1]), path


def test_library_page_prints_the_mark_of_every_rule():
    lines = library_page("zh").splitlines()
    for id_, rule in library.rules("township-rural").items():
        (row,) = [line for line in lines if line.startswith(f"| {id_} |")]
        assert row.endswith(f"| {rule['norm']['mark']} |")


def test_pages_that_are_current_are_not_written_again(tmp_path):
    assert sorted(write(tmp_path)) == sorted(pages())
    assert write(tmp_path) == []
