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
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from layers.ledger.places import ledger_at
from layers.ledger.postgres import is_url
from layers.text import LANGUAGES
from maps import cli
from maps.commands.tasks import tasks_app
from maps.tasks.publicly import BLOT, blotted
from tests.ledger.desks import new_ledger
from tests.ledger.runs import run_town, write_town

VILLAGES = {"0012": ("甲村", 1200, 0.0), "0013": ("乙村", 900, 0.02), "0014": ("丙村", 400, 0.04)}


@dataclass(frozen=True)
class Office:
    """A clerk at a town's plan and results, with its ledger beside the plan or on a server."""

    capsys: pytest.CaptureFixture[str]
    plan: Path
    out: Path
    place: str

    def says(self, *words, lang="en"):
        """Type words as they are; return exit code, output and complaint."""
        code = cli.run_call(cli.call([*map(str, words), "--lang", lang], {}))
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def typed(self, *words, lang="en"):
        """Type a command of the ledger."""
        return self.says("tasks", *words, "--ledger", self.place, lang=lang)

    def told(self, *words):
        """Type a command that ends well and return what it says as data."""
        code, out, err = self.typed(*words, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    def run(self):
        """Run the plan as the ledger has it, and return what is printed."""
        code, out, _ = self.says("run", self.plan, "--ledger", self.place)
        assert code == 0
        return out

    def at_work(self):
        """Adopt both gaps (甲村 as task 1, 乙村 as task 2) and claim both."""
        with (self.out / "gaps.csv").open(encoding="utf-8-sig") as file:
            by_name = {row["name"]: row["gap_id"] for row in csv.DictReader(file)}
        assert self.typed("adopt", self.out, by_name["甲村"], by_name["乙村"], "--list", "民生")[0] == 0
        claim = ("--leader", "张三", "--department", "环卫所", "--due", "2099-01-31")
        assert self.typed("claim", 1, 2, *claim)[0] == 0
        return self

    def again(self, cleaners, *, date="2026-12-20", villages=VILLAGES, per=500):
        """Change the town, run its plan without looking at the ledger, and return the results."""
        write_town(self.plan.parent, villages, cleaners, date=date, per=per)
        return run_town(self.plan, self.out)

    @property
    def states(self):
        """State of each task."""
        with ledger_at(self.place) as ledger:
            return {id_: task.state for id_, task in ledger.state.tasks.items()}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A town in which village 甲 lacks two cleaners and 乙 one, with its results."""
    folder = tmp_path_factory.mktemp("made") / "town"
    run_town(write_town(folder, VILLAGES, {"0012": 1, "0013": 1, "0014": 1}, date="2026-11-20"), folder / "out")
    return folder


@pytest.fixture
def office(town, tmp_path, capsys, new_place):
    """A clerk in a copy of the town; a server's ledger is started first, a file is begun by adopting."""
    here = shutil.copytree(town, tmp_path / "town")
    place = new_place()
    if is_url(place):
        new_ledger(place)
    else:
        place = str(here / "tasks.sqlite")
    return Office(capsys, here / "plan.yaml", here / "out", place)


@pytest.fixture
def beside(town, tmp_path, capsys):
    """A clerk whose ledger is a file beside the plan."""
    here = shutil.copytree(town, tmp_path / "town")
    return Office(capsys, here / "plan.yaml", here / "out", str(here / "tasks.sqlite"))


def test_a_task_closes_when_new_data_show_its_gap_gone_and_reopens_when_it_comes_back(office):
    office.at_work()
    office.typed("done", 1, 2, "--note", "招到了")
    out = office.again({"0012": 3, "0013": 1, "0014": 1})
    said = office.told("verify", out)
    assert {one["task"]: one["now"] for one in said["tasks"]} == {1: "verified", 2: "rework"}
    out = office.again({"0012": 1, "0013": 2, "0014": 1}, date="2027-01-20")
    assert [one["event"] for one in office.told("verify", out)["tasks"]] == ["reopened", "checked"]
    assert office.states == {1: "rework", 2: "rework"}


def test_the_same_data_again_neither_close_nor_contradict_a_claim(office):
    office.at_work()
    office.typed("done", 1, "--note", "招到了")
    code, said, _ = office.typed("verify", office.out)
    assert (code, office.states[1]) == (0, "done")
    assert "1 claimed done after these data were first looked at: update the layers, run again, then verify." in said


def test_a_raised_limit_does_not_close_a_task_unless_somebody_answers_for_it(office):
    office.at_work()
    office.typed("done", 1, "--note", "好了")
    out = office.again({"0012": 1, "0013": 1, "0014": 1}, per=2000)
    assert {one["outcome"] for one in office.told("verify", out)["tasks"]} == {"rule_changed"}
    assert office.states[1] == "done"
    office.told("verify", out, "--accept-changed-rules")
    assert office.states[1] == "verified"


def test_data_older_than_the_task_close_nothing(office):
    office.at_work()
    office.typed("done", 1, "--note", "好了")
    out = office.again({"0012": 3, "0013": 2, "0014": 1}, date="2025-01-01")
    assert {one["outcome"] for one in office.told("verify", out)["tasks"]} == {"older"}
    assert office.states[1] == "done"


def test_a_village_deleted_from_the_data_closes_nothing(office):
    office.at_work()
    office.typed("done", 1, "--note", "好了")
    rest = {id_: village for id_, village in VILLAGES.items() if id_ != "0012"}
    out = office.again({"0013": 1, "0014": 1}, villages=rest)
    assert office.told("verify", out)["tasks"][0]["outcome"] == "missing"
    assert office.states[1] == "done"


def test_a_table_edited_after_the_run_is_refused(office):
    office.at_work()
    table = office.out / "coverage.csv"
    table.write_bytes(table.read_bytes().replace(b"short", b"met"))
    code, _, err = office.typed("verify", office.out)
    assert code == 2
    assert (
        "coverage.csv: this table was changed after the run, so nothing can rest on it. Run coverplan run again." in err
    )


def test_villages_under_new_codes_keep_their_tasks(office):
    office.at_work()
    recoded = {f"9{id_}": village for id_, village in VILLAGES.items()}
    out = office.again({"90012": 1, "90013": 1, "90014": 1}, villages=recoded)
    assert [one["outcome"] for one in office.told("verify", out)["tasks"]] == ["open", "open"]
    out = office.again({"90012": 3, "90013": 1, "90014": 1}, villages=recoded, date="2027-01-01")
    office.typed("done", 1, "--note", "好了")
    office.told("verify", out)
    assert office.states[1] == "verified"


def test_what_is_being_worked_on_is_not_proposed_again_and_the_forecast_says_what_remains(office):
    with (office.out / "projects.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 2
    office.typed("adopt", office.out, "--top", 1, "--list", "民生")
    assert "If every open task is finished on time (1 counted in), 2 gaps become 1" in office.run()
    with (office.out / "projects.csv").open(encoding="utf-8-sig") as file:
        listed, barred = csv.DictReader(file)
    assert (listed["rank"], listed["gate"]) == ("1", "")
    assert (barred["rank"], barred["gate"], "(task 1)" in barred["why"]) == ("", "under_way", True)
    ledger = json.loads((office.out / "run.json").read_text("utf-8"))["ledger"]
    assert (ledger["open"], len(ledger["working_on"]), ledger["forecast"]["gaps"]) == (1, 1, 1)
    assert ledger["head"] in (office.out / "report.html").read_text("utf-8")


def test_the_forecast_is_the_check_of_the_data_once_the_work_is_done(office):
    office.at_work()
    office.run()
    promised = json.loads((office.out / "run.json").read_text("utf-8"))["ledger"]["forecast"]
    built = office.again({"0012": 3, "0013": 2, "0014": 1})
    found = json.loads((built / "run.json").read_text("utf-8"))["summary"]
    assert promised["gaps"] == found["gaps"] == 0
    assert promised["rules"]["STF-01"]["people_then"] == found["rules"]["STF-01"]["people_short"]


def test_an_item_is_on_one_list_only(office):
    office.at_work()
    code, _, err = office.typed("adopt", office.out, "--top", 1, "--list", "另一个")
    assert (code, "there is nothing to adopt" in err) == (2, True)
    with (office.out / "projects.csv").open(encoding="utf-8-sig") as file:
        id_ = next(csv.DictReader(file))["project_id"]
    code, _, err = office.typed("adopt", office.out, id_, "--list", "另一个")
    assert code == 2
    assert '(list "民生") already; an item is on one list only' in err


def test_a_typo_in_the_ledgers_name_starts_no_new_one(beside):
    office = beside.at_work()
    typo = office.plan.parent / "task.sqlite"
    for words in (("adopt", office.out, "--top", 1, "--list", "民生"), ("list",), ("claim", 1)):
        code, _, err = office.says("tasks", *words, "--ledger", typo)
        assert (code, "That folder has: tasks.sqlite" in err) == (2, True)
    assert not typo.exists()


def test_the_same_week_is_the_same_report_byte_for_byte_however_late(office, tmp_path):
    office.at_work()
    first, second = tmp_path / "a", tmp_path / "b"
    assert office.typed("week", "--out", first, "--date", "2026-11-25")[0] == 0
    office.typed("update", 1, "--progress", "40%")
    assert office.typed("week", "--again", "2026-W48", "--out", second)[0] == 0
    names = sorted(path.name for path in first.iterdir())
    assert names == ["week-2026-W48.html", "week-2026-W48.md", "week-2026-W48.xlsx"]
    assert [(first / n).read_bytes() for n in names] == [(second / n).read_bytes() for n in names]


def test_the_next_week_tells_what_changed_and_which_weeks_have_no_report(office, tmp_path):
    office.at_work()
    office.typed("week", "--out", tmp_path, "--date", "2026-11-25")
    office.typed("update", 1, "--progress", "40%", "--note", "两人已面试")
    said = office.told("week", "--out", tmp_path, "--date", "2099-02-02")["blocks"]
    assert said["New"] == []
    assert [row[0] for row in said["Moved"]] == ["1"]
    assert [row[0] for row in said["Overdue"]] == ["1", "2"]
    assert "两人已面试" in said["Progress and records"][0]
    text = (tmp_path / "week-2099-W06.md").read_text("utf-8")
    assert "Weeks without a report" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_prints_the_head_and_the_same_figures_in_every_format(office, tmp_path, language):
    office.at_work()
    for words in (("week", "--date", "2026-11-25"), ("quarter",), ("lists",), ("public",)):
        assert office.typed(*words, "--out", tmp_path, lang=language)[0] == 0
    with ledger_at(office.place) as ledger:
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


def test_a_quarter_that_is_not_over_is_told_as_it_stands_today(office, tmp_path):
    office.at_work()
    for today, light in (("2099-01-20", "due soon"), ("2099-02-10", "overdue"), ("2099-06-01", "overdue")):
        said = office.told("quarter", "2099Q1", "--date", today, "--out", tmp_path)["blocks"]["Carried over"]
        assert [light in row[-2] for row in said] == [True, True], today


def test_every_task_is_on_exactly_one_of_the_three_lists(office, tmp_path):
    office.at_work()
    office.typed("waive", 2, "--reason", "搬迁")
    said = office.told("lists", "--out", tmp_path)["blocks"]
    ids = sorted(row[0] for name in ("Needs", "Rectification", "Results") for row in said[name])
    assert ids == ["1", "2"]


def _public(office, folder):
    """Return everything that the public can read, in every format."""
    code, said, err = office.typed("public", "--out", folder, lang="zh")
    assert (code, err) == (0, "")
    texts = [path.read_text("utf-8") for path in folder.iterdir() if path.suffix != ".xlsx"]
    for path in folder.glob("*.xlsx"):
        texts += [
            str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row
        ]
    return said, "\n".join(texts)


def test_the_public_timeline_names_nobody(office, tmp_path):
    """Neither those the ledger knows, nor the one in a title that it knows nothing of."""
    office.at_work()
    words = ("--list", "微心愿", "--village", "刘小明家", "--goal", "刘小明 1 盏", "--who", "录入员")
    office.typed("propose", "张三隔壁刘小明家装灯，电话 138-1234-5678", *words)
    office.typed("update", 1, "--note", "李大爷家先装", "--goal", "陈大妈家 1 名")
    said, public = _public(office, tmp_path / "public")
    for secret in ("张三", "刘小明", "李大爷", "陈大妈", "1234", "录入员"):
        assert secret not in public
    assert "#3 的标题、目标和村名是人写的" in said
    assert "甲村" in public
    assert office.typed("public", 3, "--title", "张三家旁装灯 1 盏", "--out", tmp_path / "one")[0] == 0
    said, public = _public(office, tmp_path / "again")
    assert f"{BLOT}家旁装灯 1 盏" in public
    assert "人写的" not in said
    code, _, err = office.typed("public", "--title", "装灯")
    assert (code, "goes to one item at a time" in err) == (2, True)
    assert blotted("2026-12-31 王五 440782199001011234", ["王五"]) == f"2026-12-31 {BLOT} {BLOT}"


def test_exports_come_from_a_copy_and_can_be_read_back(office, tmp_path):
    import icalendar
    import pyogrio

    office.at_work()
    files = [tmp_path / f"t.{ending}" for ending in ("csv", "json", "gpkg", "ics", "xlsx")]
    assert office.typed("export", *files)[0] == 0
    first = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert office.typed("export", *files)[0] == 0
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


def test_json_says_everything_and_a_wish_is_answered_once(office):
    office.at_work()
    once = office.told("update", 1, "--progress", "20%", "--op", "w1")
    twice = office.told("update", 1, "--progress", "20%", "--op", "w1")
    assert (once["repeated"], twice["repeated"], once["events"]) == (False, True, twice["events"])
    listed = office.told("list")
    assert [task["light"] for task in listed["tasks"]] == ["on_track", "on_track"]
    assert [event["what"] for event in office.told("show", 1)["events"]] == [
        "adopted",
        "claimed",
        "started",
    ]
    assert office.told("summary", "--by", "leader")["groups"][0]["tasks"] == 2


def test_explain_says_of_a_task_what_the_ledger_knows(beside):
    code, said, _ = beside.at_work().says("explain", beside.out, "#1")
    assert code == 0
    assert "甲村" in said
    assert "adopted from the gaps" in said


def test_a_photo_that_is_not_there_is_no_evidence(office, tmp_path):
    office.at_work()
    code, _, err = office.typed("done", 1, "--evidence", tmp_path / "none.jpg")
    assert (code, "there is no such file" in err) == (2, True)
    photo = tmp_path / "灯.jpg"
    photo.write_bytes(b"\xff\xd8 photo")
    assert office.typed("done", 1, "--evidence", photo)[0] == 0
    with ledger_at(office.place) as ledger:
        assert ledger.state.tasks[1].evidence[0]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_ledger_has_help_with_an_example(beside, language):
    names = [command.name or command.callback.__name__.rstrip("_") for command in tasks_app.registered_commands]
    for name in names:
        code, out, err = beside.says("tasks", name, "--help", lang=language)
        assert (code, err) == (0, "")
        assert f"coverplan tasks {name}" in out
        lines = [line for line in out.splitlines() if line.startswith(("  --", "  ID"))]
        assert all(len(line.split(None, 1)) == 2 for line in lines), out
        assert out.count("\n") > 8


def test_a_read_only_folder_is_one_clear_line(beside):
    place = Path(beside.at_work().place)
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


def test_the_ledger_is_let_go_while_a_run_writes(beside):
    """Nothing else of the process touches the live file: another may write while results are written."""
    beside.at_work().run()
    with contextlib.closing(sqlite3.connect(beside.place, timeout=0.1)) as file:
        file.execute("BEGIN EXCLUSIVE")
        file.execute("ROLLBACK")


def test_what_is_not_said_is_beside_the_results(beside):
    """No --ledger: adopting, verifying and running find the ledger beside the plan."""
    code, said, _ = beside.says("tasks", "adopt", beside.out, "--top", 1, "--list", "民生")
    assert (code, Path(beside.place).is_file(), said != "") == (0, True, True)
    assert beside.says("tasks", "verify", beside.out)[0] == 0
    assert "1 counted in" in beside.says("run", beside.plan)[1]


def test_a_backup_is_whole_and_a_ledger_can_be_moved_from_it(office, new_place, tmp_path):
    office.at_work()
    backup = office.told("backup", "--out", tmp_path / "kept")["backup"]
    audited = office.told("audit")
    assert (audited["tasks"], audited["states"]) == (2, {"claimed": 2})
    office.typed("update", 1, "--progress", "40%")
    other = new_place()
    assert office.says("tasks", "migrate", "--ledger", backup, "--to", other)[0] == 0
    with ledger_at(other) as ledger:
        assert (ledger.state.head.hash, ledger.state.tasks[1].state) == (audited["head"], "claimed")
