"""The workbook goes out, is filled in by several people, saved by other programs, and comes back in any order."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import subprocess

import openpyxl
import pytest

from layers.ledger import acts
from layers.ledger.merge import merge
from layers.ledger.places import ledger_at
from maps import cli
from maps.tasks.sheet import COLUMNS, head_of, sent_in
from tests.ledger.desks import claim, enter, item, new_ledger

AT = {name: column for column, (name, _) in enumerate(COLUMNS, start=1)}
CODE = len(COLUMNS) + 1
SOFFICE = shutil.which("soffice")


@pytest.fixture
def place(new_place):
    """Three tasks, of which two are claimed."""
    place = new_ledger(new_place())
    with ledger_at(place) as ledger:
        for number in range(3):
            ledger = enter(ledger, lambda state, number=number: item(state, f"装灯 {number}")).ledger
        for id_ in (1, 2):
            ledger = enter(ledger, lambda state, id_=id_: claim(state, id_)).ledger
    return place


def typed(capsys, place, *words):
    code = cli.run_call(cli.call(["tasks", *map(str, words), "--ledger", place, "--lang", "en"], {}))
    said = capsys.readouterr()
    return code, said.out, said.err


def sent(capsys, place, file):
    assert typed(capsys, place, "export", file)[0] == 0
    return file


def filled(file, cells, to):
    """Save a copy with cells set, as {(task, column): value}."""
    book = openpyxl.load_workbook(file)
    sheet = book.active
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for (task, name), value in cells.items():
        sheet.cell(rows[task], AT[name]).value = value
    book.save(to)
    return to


def taken_in(capsys, place, file):
    code, out, err = typed(capsys, place, "import", file, "--json")
    assert err == ""
    return code, json.loads(out)


def tasks_of(place):
    with ledger_at(place) as ledger:
        return ledger.state.tasks


def test_what_was_filled_in_is_entered_and_the_rest_is_left_alone(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    cells = {(1, "progress"): 0.5, (1, "note"): "灯杆已立", (2, "owner"): "王五", (3, "leader"): "李四"}
    code, said = taken_in(capsys, place, filled(file, cells, tmp_path / "back.xlsx"))
    assert (code, said["applied"], said["unchanged"], said["conflicts"], said["missing"]) == (0, [1, 2, 3], 0, [], [])
    tasks = tasks_of(place)
    assert (tasks[1].progress, tasks[1].state, tasks[2].owner, tasks[3].leader) == (0.5, "working", "王五", "李四")
    assert list((tmp_path / "tasks.sqlite.backups").glob("*.sqlite")), "a backup is made before every import"


def test_the_same_workbook_twice_enters_nothing_twice(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    back = filled(file, {(1, "progress"): 0.5, (1, "note"): "灯杆已立", (2, "note"): "等料"}, tmp_path / "back.xlsx")
    taken_in(capsys, place, back)
    with ledger_at(place) as ledger:
        head = ledger.state.head
    code, said = taken_in(capsys, place, back)
    assert (code, said["applied"], said["unchanged"]) == (0, [], 3)
    with ledger_at(place) as ledger:
        assert ledger.state.head == head


COPIES = {
    "a": {(1, "owner"): "甲", (2, "progress"): 0.3},
    "b": {(1, "owner"): "乙", (3, "goal"): "装 5 盏"},
    "c": {(2, "progress"): 0.3, (3, "goal"): "装 5 盏", (1, "progress"): 0.2},
}


@pytest.mark.parametrize("order", list(itertools.permutations(COPIES)), ids="".join)
def test_stale_copies_in_every_order_lose_no_change_silently(capsys, place, tmp_path, order):
    """Every cell somebody filled in is in the ledger in the end, or was listed as a conflict with what is there."""
    file = sent(capsys, place, tmp_path / "t.xlsx")
    copies = {name: filled(file, cells, tmp_path / f"{name}.xlsx") for name, cells in COPIES.items()}
    listed = {}
    for name in order:
        code, said = taken_in(capsys, place, copies[name])
        listed[name] = said["conflicts"]
        assert code == (2 if said["conflicts"] else 0)
    tasks = tasks_of(place)
    first = next(name for name in order if name in "ab")
    assert tasks[1].owner == COPIES[first][1, "owner"]  # who came first stands
    (loser,) = {"a", "b"} - {first}
    assert len(listed[loser]) == 1
    assert "officer was changed on both sides" in listed[loser][0]
    assert (tasks[2].progress, tasks[3].goal, tasks[1].progress) == (
        0.3,
        "装 5 盏",
        0.2,
    )  # the same twice is no conflict
    assert [len(listed[name]) for name in (first, "c")] == [0, 0]


def test_what_the_ledger_changed_meanwhile_is_a_conflict_only_where_the_sheet_changed_it_too(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    with ledger_at(place) as ledger:
        enter(ledger, lambda state: acts.updated(state, 1, {"progress": 0.4, "owner": "丙"}, ""))
    code, said = taken_in(
        capsys, place, filled(file, {(1, "progress"): 0.9, (2, "progress"): 0.9}, tmp_path / "b.xlsx")
    )
    assert (code, said["applied"]) == (2, [2])
    assert '"0%" when exported, "40%" in the ledger now, "90%" in this row; not entered' in said["conflicts"][0]
    assert (tasks_of(place)[1].owner, tasks_of(place)[1].progress) == ("丙", 0.4)


def test_rows_missing_from_the_file_are_named_and_stay(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(file)
    book.active.delete_rows(3)
    book.save(file)
    code, said = taken_in(capsys, place, file)
    assert (code, said["missing"]) == (0, [2])
    assert 2 in tasks_of(place)


def test_wrong_cells_are_named_row_by_row_and_right_rows_go_in(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    cells = {(1, "due"): "很快", (1, "progress"): "快了", (2, "leader"): None, (3, "progress"): "25％"}
    code, out, _ = typed(capsys, place, "import", filled(file, cells, tmp_path / "b.xlsx"))
    assert code == 2
    assert 'row 2 (no. 1): "很快" is not a day. Write 2026-12-31.' in out
    assert 'row 2 (no. 1): "快了" is not a share from 0 to 100%. Write 60% or 0.6.' in out
    assert "row 3 (no. 2): leader cannot be made blank. Fill it in." in out
    assert tasks_of(place)[3].progress == 0.25


def test_a_deadline_moves_only_with_its_reason(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    later = dt.date(2027, 3, 1)
    code, said = taken_in(capsys, place, filled(file, {(1, "due"): later}, tmp_path / "b.xlsx"))
    assert (code, "no reason is given" in said["refused"][0]) == (2, True)
    code, said = taken_in(capsys, place, filled(file, {(1, "due"): later, (1, "note"): "大雨"}, tmp_path / "c.xlsx"))
    assert (code, said["applied"]) == (0, [1])
    assert (tasks_of(place)[1].due, tasks_of(place)[1].extensions) == (later, 1)


def test_a_sheet_sorted_in_part_is_noticed(capsys, place, tmp_path):
    """Somebody sorted the visible columns; the hidden codes stayed where they were."""
    file = sent(capsys, place, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.active
    sheet.cell(2, CODE).value, sheet.cell(3, CODE).value = sheet.cell(3, CODE).value, sheet.cell(2, CODE).value
    sheet.cell(2, AT["progress"]).value = 0.9
    book.save(file)
    code, said = taken_in(capsys, place, file)
    assert (code, said["applied"], len(said["refused"])) == (2, [], 2)
    assert "its row code belongs to another row" in said["refused"][0]


def test_whole_rows_may_be_sorted_and_columns_moved(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(file)
    rows = [[cell.value for cell in row][::-1] for row in book.active.iter_rows()]
    head, body = rows[0], rows[1:][::-1]
    body[-1][len(COLUMNS) - AT["progress"] + 1] = 0.7  # task 1 is the last row now
    other = openpyxl.Workbook()
    for row in [head, *body]:
        other.active.append(row)
    other.save(file)
    code, said = taken_in(capsys, place, file)
    assert (code, said["applied"]) == (0, [1])
    assert tasks_of(place)[1].progress == 0.7


def test_a_row_copied_twice_enters_neither(capsys, place, tmp_path):
    file = sent(capsys, place, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(file)
    book.active.append([cell.value for cell in book.active[2]])
    book.active.cell(2, AT["progress"]).value = 0.9
    book.save(file)
    code, said = taken_in(capsys, place, file)
    assert (code, said["applied"], len(said["refused"])) == (2, [], 2)


def test_a_sheet_of_another_ledger_is_refused(capsys, place, new_place, tmp_path):
    other = new_ledger(new_place())
    with ledger_at(other) as ledger:
        enter(ledger, item)
    file = sent(capsys, other, tmp_path / "t.xlsx")
    code, out, err = typed(capsys, place, "import", file)
    assert (code, out) == (2, "")
    assert "it was exported from another ledger" in err


def test_any_other_workbook_is_refused(capsys, place, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["编号", "进度"])
    book.active.append([1, 0.5])
    book.save(tmp_path / "x.xlsx")
    code, _, err = typed(capsys, place, "import", tmp_path / "x.xlsx")
    assert (code, "the hidden column of row codes" in err) == (2, True)
    (tmp_path / "y.xlsx").write_bytes(b"no workbook")
    assert typed(capsys, place, "import", tmp_path / "y.xlsx")[0] == 2


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_comes_back_the_same(capsys, place, tmp_path):
    file = filled(
        sent(capsys, place, tmp_path / "t.xlsx"), {(1, "progress"): 0.5, (3, "owner"): "王五"}, tmp_path / "b.xlsx"
    )
    command = [SOFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    subprocess.run(
        [*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "lo", file], check=True, capture_output=True
    )
    code, said = taken_in(capsys, place, tmp_path / "lo" / "b.xlsx")
    assert (code, said["applied"], said["unchanged"]) == (0, [1, 3], 1)


def test_a_workbook_as_wps_writes_it_comes_back_the_same(capsys, place, tmp_path):
    """WPS turns days into numbers without a style where a cell was retyped, and shares into text."""
    file = sent(capsys, place, tmp_path / "t.xlsx")
    excel_day = (dt.date(2027, 3, 1) - dt.date(1899, 12, 30)).days
    cells = {(1, "due"): excel_day, (1, "note"): "大雨", (2, "progress"): "30%", (3, "due"): "2027年3月1日"}
    code, said = taken_in(capsys, place, filled(file, cells, tmp_path / "b.xlsx"))
    assert (code, said["applied"]) == (0, [1, 2, 3])
    tasks = tasks_of(place)
    assert (tasks[1].due, tasks[2].progress, tasks[3].due) == (dt.date(2027, 3, 1), 0.3, dt.date(2027, 3, 1))


def test_nothing_in_the_workbook_is_live(capsys, place, tmp_path):
    import zipfile

    with ledger_at(place) as ledger:
        enter(ledger, lambda state: item(state, '=HYPERLINK("http://x","点我")'))
    file = sent(capsys, place, tmp_path / "t.xlsx")
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()


def test_the_head_of_the_code_column_names_every_task(place):
    with ledger_at(place) as ledger:
        state = ledger.state
    chosen = [state.tasks[1], state.tasks[3]]
    found = sent_in(head_of(state, chosen))
    assert (found.ledger, found.seq, found.tasks) == (state.ledger_id, 6, {1, 3})
    assert sent_in("coverplan") is None
    assert sent_in("备注") is None


def test_a_field_is_merged_by_what_was_sent_what_is_there_and_what_came_back(place):
    base = tasks_of(place)[1]
    cases = [
        ("甲", "甲", "乙", "change"),
        ("甲", "乙", "甲", "keep"),
        ("甲", "乙", "乙", "keep"),
        ("甲", "乙", "丙", "conflict"),
    ]
    for was, is_, asked, expected in cases:
        sent_task, now = (type(base)(**{**vars(base), "owner": value}) for value in (was, is_))
        merged = merge(sent_task, now, {"owner": asked})
        found = "conflict" if merged.conflicts else "change" if merged.changes else "keep"
        assert found == expected
