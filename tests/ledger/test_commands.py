"""The commands as a clerk types them: a task's life on real results, reports in three formats and two languages, exports."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from layers.ledger.places import ledger_at
from layers.text import LANGUAGES
from maps import cli
from maps.commands.tasks import tasks_app
from maps.tasks.publicly import BLOT, blotted
from tests.ledger.runs import run_town, write_town

VILLAGES = {"0012": ("甲村", 1200, 0.0), "0013": ("乙村", 900, 0.02), "0014": ("丙村", 400, 0.04)}


def typed(capsys, *words, lang="en"):
    code = cli.run_call(cli.call([*map(str, words), "--lang", lang], {}))
    said = capsys.readouterr()
    return code, said.out, said.err


def told(capsys, *words):
    code, out, err = typed(capsys, *words, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.fixture
def town(tmp_path):
    """A town in which village 甲 lacks two cleaners and 乙 one, and its results; the ledger is beside the plan."""
    plan = write_town(tmp_path / "town", VILLAGES, {"0012": 1, "0013": 1, "0014": 1}, date="2026-11-20")
    return plan, run_town(plan, plan.parent / "out")


def again(plan, cleaners, *, date="2026-12-20", villages=VILLAGES, per=500):
    write_town(plan.parent, villages, cleaners, date=date, per=per)
    return run_town(plan, plan.parent / "out")


def at_work(capsys, town):
    """Adopt both gaps (甲村 as task 1, 乙村 as task 2), claim both, and return the ledger's place."""
    plan, out = town
    place = str(plan.parent / "tasks.sqlite")
    with (out / "gaps.csv").open(encoding="utf-8-sig") as file:
        by_name = {row["name"]: row["gap_id"] for row in csv.DictReader(file)}
    assert typed(capsys, "tasks", "adopt", out, by_name["甲村"], by_name["乙村"], "--list", "民生")[0] == 0
    claim = ("--leader", "张三", "--department", "环卫所", "--due", "2099-01-31")
    assert typed(capsys, "tasks", "claim", 1, 2, *claim, "--ledger", place)[0] == 0
    return place


def states(place):
    with ledger_at(place) as ledger:
        return {id_: task.state for id_, task in ledger.state.tasks.items()}


def test_a_task_closes_when_new_data_show_its_gap_gone_and_reopens_when_it_comes_back(capsys, town):
    plan, _ = town
    place = at_work(capsys, town)
    typed(capsys, "tasks", "done", 1, 2, "--note", "招到了", "--ledger", place)
    out = again(plan, {"0012": 3, "0013": 1, "0014": 1})
    said = told(capsys, "tasks", "verify", out)
    assert {one["task"]: one["now"] for one in said["tasks"]} == {1: "verified", 2: "rework"}
    out = again(plan, {"0012": 1, "0013": 2, "0014": 1}, date="2027-01-20")
    assert [one["event"] for one in told(capsys, "tasks", "verify", out)["tasks"]] == ["reopened", "checked"]
    assert states(place) == {1: "rework", 2: "rework"}


def test_the_same_data_again_neither_close_nor_contradict_a_claim(capsys, town):
    _, out = town
    place = at_work(capsys, town)
    typed(capsys, "tasks", "done", 1, "--note", "招到了", "--ledger", place)
    code, said, _ = typed(capsys, "tasks", "verify", out)
    assert (code, states(place)[1]) == (0, "done")
    assert "1 claimed done after these data were first looked at: update the layers, run again, then verify." in said


def test_a_raised_limit_does_not_close_a_task_unless_somebody_answers_for_it(capsys, town):
    plan, _ = town
    place = at_work(capsys, town)
    typed(capsys, "tasks", "done", 1, "--note", "好了", "--ledger", place)
    out = again(plan, {"0012": 1, "0013": 1, "0014": 1}, per=2000)
    assert {one["outcome"] for one in told(capsys, "tasks", "verify", out)["tasks"]} == {"rule_changed"}
    assert states(place)[1] == "done"
    told(capsys, "tasks", "verify", out, "--accept-changed-rules")
    assert states(place)[1] == "verified"


def test_data_older_than_the_task_close_nothing(capsys, town):
    plan, _ = town
    place = at_work(capsys, town)
    typed(capsys, "tasks", "done", 1, "--note", "好了", "--ledger", place)
    out = again(plan, {"0012": 3, "0013": 2, "0014": 1}, date="2025-01-01")
    assert {one["outcome"] for one in told(capsys, "tasks", "verify", out)["tasks"]} == {"older"}
    assert states(place)[1] == "done"


def test_a_village_deleted_from_the_data_closes_nothing(capsys, town):
    plan, _ = town
    place = at_work(capsys, town)
    typed(capsys, "tasks", "done", 1, "--note", "好了", "--ledger", place)
    rest = {id_: village for id_, village in VILLAGES.items() if id_ != "0012"}
    out = again(plan, {"0013": 1, "0014": 1}, villages=rest)
    assert told(capsys, "tasks", "verify", out)["tasks"][0]["outcome"] == "missing"
    assert states(place)[1] == "done"


def test_a_table_edited_after_the_run_is_refused(capsys, town):
    _, out = town
    at_work(capsys, town)
    table = out / "coverage.csv"
    table.write_bytes(table.read_bytes().replace(b"short", b"met"))
    code, _, err = typed(capsys, "tasks", "verify", out)
    assert code == 2
    assert (
        "coverage.csv: this table was changed after the run, so nothing can rest on it. Run coverplan run again." in err
    )


def test_villages_under_new_codes_keep_their_tasks(capsys, town):
    plan, _ = town
    place = at_work(capsys, town)
    recoded = {f"9{id_}": village for id_, village in VILLAGES.items()}
    out = again(plan, {"90012": 1, "90013": 1, "90014": 1}, villages=recoded)
    assert [one["outcome"] for one in told(capsys, "tasks", "verify", out)["tasks"]] == ["open", "open"]
    out = again(plan, {"90012": 3, "90013": 1, "90014": 1}, villages=recoded, date="2027-01-01")
    typed(capsys, "tasks", "done", 1, "--note", "好了", "--ledger", place)
    told(capsys, "tasks", "verify", out)
    assert states(place)[1] == "verified"


def test_what_is_being_worked_on_is_not_proposed_again_and_the_forecast_says_what_remains(capsys, town):
    plan, out = town
    with (out / "projects.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 2
    typed(capsys, "tasks", "adopt", out, "--top", 1, "--list", "民生")
    code, said, _ = typed(capsys, "run", plan)
    assert code == 0
    assert "If every open task is finished on time (1 counted in), 2 gaps become 1" in said
    with (out / "projects.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 1
    ledger = json.loads((out / "run.json").read_text("utf-8"))["ledger"]
    assert (ledger["open"], len(ledger["working_on"]), ledger["forecast"]["gaps"]) == (1, 1, 1)
    assert ledger["head"] in (out / "report.html").read_text("utf-8")


def test_the_forecast_is_the_check_of_the_data_once_the_work_is_done(capsys, town):
    plan, out = town
    at_work(capsys, town)
    typed(capsys, "run", plan)
    promised = json.loads((out / "run.json").read_text("utf-8"))["ledger"]["forecast"]
    built = again(plan, {"0012": 3, "0013": 2, "0014": 1})
    found = json.loads((built / "run.json").read_text("utf-8"))["summary"]
    assert promised["gaps"] == found["gaps"] == 0
    assert promised["rules"]["STF-01"]["people_then"] == found["rules"]["STF-01"]["people_short"]


def test_an_item_is_on_one_list_only(capsys, town):
    _, out = town
    at_work(capsys, town)
    code, _, err = typed(capsys, "tasks", "adopt", out, "--top", 1, "--list", "另一个")
    assert (code, "there is nothing to adopt" in err) == (2, True)
    with (out / "projects.csv").open(encoding="utf-8-sig") as file:
        id_ = next(csv.DictReader(file))["project_id"]
    code, _, err = typed(capsys, "tasks", "adopt", out, id_, "--list", "另一个")
    assert code == 2
    assert '(list "民生") already; an item is on one list only' in err


def test_a_typo_in_the_ledgers_name_starts_no_new_one(capsys, town):
    plan, out = town
    at_work(capsys, town)
    typo = plan.parent / "task.sqlite"
    for words in (("adopt", out, "--top", 1, "--list", "民生"), ("list",), ("claim", 1)):
        code, _, err = typed(capsys, "tasks", *words, "--ledger", typo)
        assert (code, "That folder has: tasks.sqlite" in err) == (2, True)
    assert not typo.exists()


def test_the_same_week_is_the_same_report_byte_for_byte_however_late(capsys, town, tmp_path):
    place = at_work(capsys, town)
    first, second = tmp_path / "a", tmp_path / "b"
    assert typed(capsys, "tasks", "week", "--out", first, "--date", "2026-11-25", "--ledger", place)[0] == 0
    typed(capsys, "tasks", "update", 1, "--progress", "40%", "--ledger", place)
    assert typed(capsys, "tasks", "week", "--again", "2026-W48", "--out", second, "--ledger", place)[0] == 0
    names = sorted(path.name for path in first.iterdir())
    assert names == ["week-2026-W48.html", "week-2026-W48.md", "week-2026-W48.xlsx"]
    assert [(first / n).read_bytes() for n in names] == [(second / n).read_bytes() for n in names]


def test_the_next_week_tells_what_changed_and_which_weeks_have_no_report(capsys, town, tmp_path):
    place = at_work(capsys, town)
    typed(capsys, "tasks", "week", "--out", tmp_path, "--date", "2026-11-25", "--ledger", place)
    typed(capsys, "tasks", "update", 1, "--progress", "40%", "--note", "两人已面试", "--ledger", place)
    said = told(capsys, "tasks", "week", "--out", tmp_path, "--date", "2099-02-02", "--ledger", place)["blocks"]
    assert said["New"] == []
    assert [row[0] for row in said["Moved"]] == ["1"]
    assert [row[0] for row in said["Overdue"]] == ["1", "2"]
    assert "两人已面试" in said["Progress and records"][0]
    text = (tmp_path / "week-2099-W06.md").read_text("utf-8")
    assert "Weeks without a report" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_prints_the_head_and_the_same_figures_in_every_format(capsys, town, tmp_path, language):
    place = at_work(capsys, town)
    for words in (("week", "--date", "2026-11-25"), ("quarter",), ("lists",), ("public",)):
        assert typed(capsys, "tasks", *words, "--out", tmp_path, "--ledger", place, lang=language)[0] == 0
    with ledger_at(place) as ledger:
        heads = {event.hash for event in ledger.store.events(0)}
    for page in tmp_path.glob("*.html"):
        html, md = page.read_text("utf-8"), page.with_suffix(".md").read_text("utf-8")
        book = openpyxl.load_workbook(page.with_suffix(".xlsx"))
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert any(head in html and head in md and any(head in cell for cell in cells) for head in heads), page.name
        assert "<script" not in html
        assert "甲村" in html
        assert any("甲村" in cell for cell in cells)
        assert "甲村" in md


def test_every_task_is_on_exactly_one_of_the_three_lists(capsys, town, tmp_path):
    place = at_work(capsys, town)
    typed(capsys, "tasks", "waive", 2, "--reason", "搬迁", "--ledger", place)
    said = told(capsys, "tasks", "lists", "--out", tmp_path, "--ledger", place)["blocks"]
    ids = sorted(row[0] for name in ("Needs", "Rectification", "Results") for row in said[name])
    assert ids == ["1", "2"]


def test_the_public_timeline_names_nobody(capsys, town, tmp_path):
    place = at_work(capsys, town)
    words = (
        "propose",
        "张三家门口装灯，电话 138-1234-5678",
        "--list",
        "微心愿",
        "--village",
        "甲村",
        "--who",
        "录入员",
    )
    typed(capsys, "tasks", *words, "--ledger", place)
    typed(capsys, "tasks", "update", 1, "--note", "李大爷家先装", "--ledger", place)
    typed(capsys, "tasks", "public", "--out", tmp_path / "public", "--ledger", place, lang="zh")
    for path in (tmp_path / "public").iterdir():
        text = path.read_bytes() if path.suffix != ".xlsx" else str(
            [cell.value for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
        ).encode()  # fmt: skip
        for secret in ("张三", "李大爷", "1234", "录入员"):
            assert secret.encode() not in text, (path.name, secret)
    assert blotted("2026-12-31 王五 440782199001011234", ["王五"]) == f"2026-12-31 {BLOT} {BLOT}"


def test_exports_come_from_a_copy_and_can_be_read_back(capsys, town, tmp_path):
    import icalendar
    import pyogrio

    place = at_work(capsys, town)
    files = [tmp_path / f"t.{ending}" for ending in ("csv", "json", "gpkg", "ics", "xlsx")]
    assert typed(capsys, "tasks", "export", *files, "--ledger", place)[0] == 0
    first = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert typed(capsys, "tasks", "export", *files, "--ledger", place)[0] == 0
    assert [hashlib.sha256(file.read_bytes()).hexdigest() for file in files] == first
    content = json.loads(files[1].read_text("utf-8"))
    assert [task["state"] for task in content["tasks"]] == ["claimed", "claimed"]
    assert content["events"][-1]["hash"] == content["head"]["hash"]
    assert dict(pyogrio.list_layers(files[2])) == {"tasks": "Point", "task_gaps": "Unknown"}
    assert len(pyogrio.read_dataframe(files[2], layer="task_gaps")) == 2
    calendar = icalendar.Calendar.from_ical(files[3].read_bytes())
    assert [str(entry["dtstart"].dt) for entry in calendar.walk("VEVENT")] == ["2099-01-31", "2099-01-31"]
    with files[0].open(encoding="utf-8-sig") as file:
        assert [row["state"] for row in csv.DictReader(file)] == ["claimed", "claimed"]


def test_json_says_everything_and_a_wish_is_answered_once(capsys, town):
    place = at_work(capsys, town)
    once = told(capsys, "tasks", "update", 1, "--progress", "20%", "--op", "w1", "--ledger", place)
    twice = told(capsys, "tasks", "update", 1, "--progress", "20%", "--op", "w1", "--ledger", place)
    assert (once["repeated"], twice["repeated"], once["events"]) == (False, True, twice["events"])
    listed = told(capsys, "tasks", "list", "--ledger", place)
    assert [task["light"] for task in listed["tasks"]] == ["on_track", "on_track"]
    assert [event["what"] for event in told(capsys, "tasks", "show", 1, "--ledger", place)["events"]] == [
        "adopted",
        "claimed",
        "started",
    ]
    assert told(capsys, "tasks", "summary", "--by", "leader", "--ledger", place)["groups"][0]["tasks"] == 2


def test_explain_says_of_a_task_what_the_ledger_knows(capsys, town):
    _, out = town
    at_work(capsys, town)
    code, said, _ = typed(capsys, "explain", out, "#1")
    assert code == 0
    assert "甲村" in said
    assert "adopted from the gaps" in said


def test_a_photo_that_is_not_there_is_no_evidence(capsys, town, tmp_path):
    place = at_work(capsys, town)
    code, _, err = typed(capsys, "tasks", "done", 1, "--evidence", tmp_path / "none.jpg", "--ledger", place)
    assert (code, "there is no such file" in err) == (2, True)
    photo = tmp_path / "灯.jpg"
    photo.write_bytes(b"\xff\xd8 photo")
    assert typed(capsys, "tasks", "done", 1, "--evidence", photo, "--ledger", place)[0] == 0
    with ledger_at(place) as ledger:
        assert ledger.state.tasks[1].evidence[0]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_ledger_has_help_with_an_example(capsys, language):
    names = [command.name or command.callback.__name__.rstrip("_") for command in tasks_app.registered_commands]
    for name in names:
        code, out, err = typed(capsys, "tasks", name, "--help", lang=language)
        assert (code, err) == (0, "")
        assert f"coverplan tasks {name}" in out
        lines = [line for line in out.splitlines() if line.startswith(("  --", "  ID"))]
        assert all(len(line.split(None, 1)) == 2 for line in lines), out
        assert out.count("\n") > 8


def test_a_read_only_folder_is_one_clear_line(town, capsys):
    place = Path(at_work(capsys, town))
    command = [
        sys.executable,
        "-m",
        "maps",
        "tasks",
        "update",
        "1",
        "--progress",
        "3%",
        "--ledger",
        str(place),
        "--lang",
        "en",
    ]
    if shutil.which("runuser") and Path("/").stat().st_uid == 0 and not place.is_relative_to("/root"):
        pytest.skip("root may write everywhere; the sweep of tests.campaigns ledger_io has EACCES at every call")
    place.parent.chmod(0o500)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    place.parent.chmod(0o700)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


def test_the_ledger_is_let_go_while_a_run_writes(capsys, town):
    """Nothing else of the process touches the live file: another may write while results are written."""
    plan, _ = town
    place = at_work(capsys, town)
    typed(capsys, "run", plan)
    with contextlib.closing(sqlite3.connect(place, timeout=0.1)) as file:
        file.execute("BEGIN EXCLUSIVE")
        file.execute("ROLLBACK")
