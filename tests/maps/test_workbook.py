"""projects.xlsx: typed cells, nothing live, ready to print."""

import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from maps.tables import gaps_table, projects_table, rejects_table
from maps.totals import totals
from maps.workbook import Rows, workbook
from tests.maps.fakes import town
from tests.maps.test_tables import FORMULAS, Leading


def book(assessment, language="zh"):
    rows = Rows(*(table(assessment, language) for table in (projects_table, gaps_table, rejects_table)))
    return workbook(assessment, totals(assessment), rows, language)


@pytest.fixture(scope="module")
def assessment():
    return town()


@pytest.fixture(scope="module")
def sheets(assessment):
    return openpyxl.load_workbook(io.BytesIO(book(assessment)))


def by_header(sheet):
    head = [cell.value.replace("\n", "") for cell in sheet[1]]
    return [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_there_is_a_sheet_for_each_thing_in_the_language_of_the_run(assessment, sheets):
    assert sheets.sheetnames == ["项目排序", "缺口", "村居对照表", "剔除与修正", "说明"]
    english = openpyxl.load_workbook(io.BytesIO(book(assessment, "en")))
    assert english.sheetnames == ["Projects", "Gaps", "Scorecard", "Rejects", "Notes"]


def test_each_department_has_a_sheet_of_its_own_projects_in_their_order():
    departments = {"STF-01": "城管/环卫", "AGE-01": "民政办", "LGT-01": "民政办"}
    assessment = town()
    named = {
        id_: replace(seen, rule=seen.rule.model_copy(update={"department": departments.get(id_, "")}))
        for id_, seen in assessment.coverages.items()
    }
    sheets = openpyxl.load_workbook(io.BytesIO(book(replace(assessment, coverages=named))))
    assert sheets.sheetnames[-2:] == ["城管 环卫", "民政办"]
    whole = [row for row in by_header(sheets["项目排序"]) if row["责任部门"] == "民政办"]
    assert by_header(sheets["民政办"]) == whole
    assert whole


def test_cells_are_typed(assessment, sheets):
    first, ranked = by_header(sheets["项目排序"])[0], assessment.ranked[0]
    assert first["排名"] == 1
    assert first["造价（元）"] == ranked.project.cost_mid
    assert first["新增惠及（人）"] == ranked.people_served
    assert first["项目编号"] == ranked.project.id
    assert first["预算内"] == "是"
    assert sheets["项目排序"]["F2"].number_format == "#,##0"


def test_header_is_frozen_filtered_and_repeated_on_paper(sheets):
    for name in ("项目排序", "缺口", "村居对照表", "剔除与修正"):
        sheet = sheets[name]
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.page_setup.fitToHeight == 0
    assert sheets["项目排序"].print_area.endswith(f"$L${len(list(sheets['项目排序'].rows))}")


def test_scorecard_has_people_as_numbers_and_verdicts_as_words(assessment, sheets):
    rows = by_header(sheets["村居对照表"])
    assert len(rows) == 20
    assert rows[4]["村庄保洁员〔S〕STF-01"] == "情况不明"
    assert {type(row["村庄保洁员〔S〕STF-01"]) for row in rows} == {int, str}
    assert rows[11]["人口"] is None  # nobody knows how many live there, and that is not 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_in_the_workbook_is_live(language):
    naughty = (
        *FORMULAS,
        '=HYPERLINK("http://x.cn")',
        "=cmd|'/c calc'!A0",
        "http://x.cn",
        "mailto:a@b.cn",
        "{=1}",
        "\x00\x07",
    )
    with zipfile.ZipFile(io.BytesIO(book(town(naming=Leading(naughty)), language))) as parts:
        for name in parts.namelist():
            xml = parts.read(name).decode()
            assert not re.search(r"<f[ >]|hyperlink|ddeLink|oleObject|vbaProject", xml.replace("=HYPERLINK(", "")), name
        assert not [name for name in parts.namelist() if "external" in name or "drawing" in name]


def test_text_a_user_wrote_comes_back_verbatim():
    naughty = town(naming=Leading(FORMULAS))
    rows = by_header(openpyxl.load_workbook(io.BytesIO(book(naughty)))["项目排序"])
    names = [row.project.name.replace("\r", "\n") for row in naughty.ranked]
    assert [row["项目"] for row in rows] == names


def test_the_same_assessment_gives_the_same_bytes(assessment):
    assert book(assessment) == book(town())


def test_a_run_without_projects_gives_a_workbook_all_the_same():
    from dataclasses import replace

    empty = openpyxl.load_workbook(io.BytesIO(book(replace(town(), coverages={}, gaps=(), ranked=()))))
    assert len(list(empty["项目排序"].rows)) == 1
