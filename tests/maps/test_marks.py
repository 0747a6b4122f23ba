"""Wherever a rule's result stands, its mark stands too, and nothing that is not verified is said to meet a standard."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

import maps
from layers.text import LANGUAGES, say
from maps.cli import call, run_call
from maps.public.document import page
from maps.public.suppressing import public_tables
from maps.totals import totals
from tests.maps.fakes import town

# What no rule with another mark than V may be said to do, in any wording, in any output.
CLAIMS = re.compile(
    "符合国标|符合国家标准|达到国标|达到国家标准|符合规范|合规|meets? the (national )?standard|conforms? to"
)


@pytest.fixture(scope="module")
def assessment():
    return town()


@pytest.fixture(scope="module")
def out(assessment, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("marks") / "out"
    maps.write(assessment, folder)
    return folder


def texts_of(out: Path) -> dict[str, str]:
    found = {
        file.name: file.read_text("utf-8-sig") for file in out.iterdir() if file.suffix in (".html", ".csv", ".json")
    }
    book = openpyxl.load_workbook(out / "projects.xlsx", read_only=True)
    found["projects.xlsx"] = "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    )
    frames = [
        pd.DataFrame(gpd.read_file(out / "result.gpkg", layer=name))
        for name, _ in pyogrio.list_layers(out / "result.gpkg")
    ]
    found["result.gpkg"] = "\n".join(frame.to_csv() for frame in frames)
    return found


def test_report_and_workbook_print_the_mark_beside_every_rules_figures(out, assessment):
    texts = texts_of(out)
    for seen in assessment.coverages.values():
        name = seen.rule.marked("zh")
        assert name.endswith(f"〔{seen.rule.norm.mark}〕")
        assert name in unescape(texts["report.html"])
        assert name in texts["projects.xlsx"]


def test_package_gives_the_mark_of_every_gap_and_of_every_layer_of_places(out, assessment):
    gaps = gpd.read_file(out / "result.gpkg", layer="gaps")
    marks = {rule_id: seen.rule.norm.mark for rule_id, seen in assessment.coverages.items()}
    assert gaps["mark"].tolist() == gaps["rule_id"].map(marks).tolist()
    for seen in assessment.coverages.values():
        assert seen.rule.marked("zh") in str(pyogrio.read_info(out / "result.gpkg", layer=f"places_{seen.rule.id}"))


def test_page_carries_norm_and_mark_of_every_rule_and_the_words_of_every_mark(out, assessment):
    """The page packs what it shows; test_page_browser looks at the card itself."""
    text = (out / "map.html").read_text("utf-8")
    for mark in ("V", "V2", "S", "U", "I"):
        assert say(f"page.mark_{mark}").in_("zh") in text, mark
    for seen in assessment.coverages.values():
        assert seen.rule.norm.text in text


def test_tables_name_rules_whose_marks_stand_in_the_record_beside_them(out, assessment):
    """The columns of the CSV files are a contract: a script finds the mark in run.json, by the rule's id."""
    rules = json.loads((out / "run.json").read_text("utf-8"))["rules"]
    for name in ("coverage.csv", "gaps.csv"):
        used = set(pd.read_csv(out / name, dtype=str)["rule_id"])
        assert used
        assert all(rules[rule_id]["norm"]["mark"] == assessment.coverages[rule_id].rule.norm.mark for rule_id in used)


def test_explain_gives_the_mark_in_words(out, assessment, capsys):
    gap = assessment.gaps[0]
    assert run_call(call(["explain", str(out), gap.id], {})) == 0
    mark = assessment.coverages[gap.rule_id].rule.norm.mark
    assert any(say(f"tables.mark_{mark}").in_(language) in capsys.readouterr().out for language in LANGUAGES)


def test_public_edition_gives_the_mark_of_every_rule(assessment):
    text = unescape(page(assessment, public_tables(assessment, totals(assessment)), "zh"))
    for seen in assessment.coverages.values():
        assert seen.rule.marked("zh") in text


def test_no_output_says_that_a_rule_meets_a_standard(out):
    for name, text in texts_of(out).items():
        assert CLAIMS.findall(text) == [], name


def test_no_word_we_have_says_so_either():
    words = Path(say.__code__.co_filename).parent / "words"
    for file in sorted(words.glob("*.yaml")):
        assert CLAIMS.findall(file.read_text("utf-8")) == [], file.name
