"""The command as a clerk types it: languages, exit codes, one clear line for every fault, and never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time

import geopandas
import pytest

from layers.text import LANGUAGES, catalogue
from maps import cli
from maps.saving import OUTPUTS
from maps.tables import read_csv

PLAN = """plan: {{name: 小镇, language: {language}, date: 2026-11-20}}
layers:
  units: {{kind: units, path: villages.geojson, crs: EPSG:4490}}
  staff: {{kind: staff, path: staff.csv}}
rules:
  - {{id: STF-01, type: quota, staff: cleaner, per: 500, minimum: 1,
     title: {{zh: 保洁员, en: Cleaners}}, cost: {{low: 0, mid: 0, high: 0, per: person, yearly: 24000}}}}
"""
SQUARE = [[[113.0, 22.0], [113.01, 22.0], [113.01, 22.01], [113.0, 22.01], [113.0, 22.0]]]


def village(id_, name, people, east):
    ring = [[[x + east, y] for x, y in SQUARE[0]]]
    properties = {"id": id_, "name": name, "population": people}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": ring}}


@pytest.fixture
def plan(tmp_path):
    features = [village("0012", "甲村", 1200, 0.0), village("0013", "乙村", 400, 0.02)]
    folder = tmp_path / "小镇"
    folder.mkdir()
    (folder / "villages.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    (folder / "staff.csv").write_text("村代码,岗位,人数\n0012,保洁员,1\n0013,保洁员,1\n", "utf-8")
    path = folder / "plan.yaml"
    path.write_text(PLAN.format(language="zh"), "utf-8")
    return path


def typed(*words, **environment):
    """Return exit code, stdout and stderr of a command typed in a process of its own."""
    settings = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "PYTHONUTF8": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "maps", *map(str, words)], capture_output=True, env=settings, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def told(capsys, *words, around=None):
    """Return exit code, stdout and stderr of a command run in this process."""
    code = cli.run_call(cli.call([str(word) for word in words], around or {}))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_help_loads_nothing_heavy_and_is_quick():
    script = (
        "import sys; sys.argv = ['coverplan', '--help']\n"
        "from maps.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'pandas', 'geopandas', 'shapely', 'scipy', 'pydantic', 'folium', 'rich', 'yaml') if m in sys.modules])"
    )
    start = time.process_time()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.process_time() - start < 5


@pytest.mark.skipif(os.name != "posix", reason="signals are sent in another way")
@pytest.mark.parametrize("after_s", [0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
def test_an_interruption_however_early_is_no_traceback(tmp_path, after_s):
    script = "import maps.__main__ as entry, sys; print('here', flush=True); entry.main()"
    command = [sys.executable, "-c", script, "demo", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals are sent in another way")
def test_an_interruption_that_python_drops_is_raised_again():
    script = (
        "import os, signal, time, maps.__main__ as entry, maps.cli\n"
        "class Dropped:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT)\n"
        "def run():\n"
        "    Dropped()\n"
        "    time.sleep(30)\n"
        "maps.cli.main = run\n"
        "entry.main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=25)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_help_with_an_example(capsys, language):
    commands = ("demo", "init", "check", "run", "explain", "compare", "export", "rules")
    for command in commands:
        code, out, err = told(capsys, command, "--help", "--lang", language)
        assert (code, err) == (0, "")
        assert f"  coverplan {command} " in out or f"  coverplan {command}\n" in out
        assert ("示例" if language == "zh" else "Example") in out
        assert "--lang zh|en" in out
    _, out, _ = told(capsys, "--lang", language)  # nothing typed at all is the same as --help
    assert all(f"  {command} " in out for command in commands)


def test_all_that_is_said_is_said_in_both_languages():
    for topic in ("cli", "tables", "report"):
        for name, words in catalogue(topic).items():
            assert set(words) == set(LANGUAGES), (topic, name)
            assert all(isinstance(text, str) and text for text in words.values()), (topic, name)


@pytest.mark.parametrize(
    ("words", "around", "language"),
    [
        (["run"], {}, "zh"),
        (["run"], {"LANG": "C.UTF-8"}, "zh"),
        (["run"], {"LANG": "zh_CN.GBK"}, "zh"),
        (["run"], {"LANG": "en_GB.UTF-8"}, "en"),
        (["run"], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        (["--lang", "en", "run"], {}, "en"),
        (["run", "--lang=en"], {}, "en"),
        (["run", "--lang", "zh"], {"LANG": "en_GB.UTF-8"}, "zh"),
    ],
)
def test_language_is_what_is_asked_then_that_of_the_surroundings(words, around, language):
    called = cli.call(words, around)
    assert called.language == language
    assert called.words == ("run",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "rnu: there is no such command. You may mean run.\n"),
        (["xyz"], "xyz: there is no such command. See coverplan COMMAND --help.\n"),
        (["run"], "PLAN.yaml: is missing. See coverplan COMMAND --help.\n"),
        (["run", "p", "--xyz"], "--xyz: there is no such option. See coverplan COMMAND --help.\n"),
        (["rules", "show"], "coverplan rules: it is not clear what to show. Give list, show ID or schema.\n"),
        (["rules", "show", "LGT1"], "LGT1: the library has no such rule. You may mean LGT-01; coverplan rules lists all.\n"),
    ],
)  # fmt: skip
def test_a_call_that_is_wrong_is_one_clear_line_and_exit_2(capsys, words, said):
    assert told(capsys, *words, "--lang", "en") == (2, "", said)


def test_a_language_that_is_not_spoken_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.call(["run", "--lang", "fr"], {"LANG": "en"})
    assert ended.value.code == 2
    assert capsys.readouterr().err == '--lang: there is no language "fr". Give zh or en.\n'


@pytest.mark.parametrize("typed_money", ["abc", "-5", "nan", "inf", "1e5", "５", ""])
def test_a_budget_that_is_not_money_is_refused(capsys, plan, typed_money):
    code, _, err = told(capsys, "run", plan, "--budget", typed_money, "--lang", "en")
    assert code == 2
    assert err == f'--budget: "{typed_money}" is not an amount of money. Give a number of yuan, such as 500000.\n'


def test_run_writes_everything_and_says_what_was_found_and_where_it_is(capsys, plan):
    code, out, err = told(capsys, "run", plan, "--budget", "100,000")
    folder = plan.parent / "out"
    assert (code, err) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == sorted(OUTPUTS)
    assert "保洁员：" in out
    assert f"缺口地图：{folder / 'map.html'}" in out
    assert f"项目排序：{folder / 'projects.xlsx'}" in out
    assert "读入 4 行，使用 4 行，修正后使用 0 行，剔除 0 行" in out
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert run["budget"] == 100_000
    assert run["summary"]["rules"]["STF-01"]["short"] == 1


def test_strict_is_exit_1_when_something_is_short_and_0_when_nothing_is(capsys, plan):
    out = plan.parent.parent / "elsewhere"
    assert told(capsys, "run", plan, "--out", out, "--strict")[0] == 1
    (plan.parent / "staff.csv").write_text("村代码,岗位,人数\n0012,保洁员,3\n0013,保洁员,1\n", "utf-8")
    assert told(capsys, "run", plan, "--out", out, "--strict")[0] == 0


def test_the_plan_decides_the_language_unless_one_is_asked_for(capsys, plan):
    plan.write_text(PLAN.format(language="en"), "utf-8")
    assert "Gap map:" in told(capsys, "run", plan)[1]
    assert "缺口地图：" in told(capsys, "run", plan, "--lang", "zh")[1]
    assert json.loads((plan.parent / "out" / "run.json").read_text("utf-8"))["language"] == "zh"


def test_a_folder_of_somebody_elses_is_exit_3_and_left_alone(capsys, plan):
    code, out, err = told(capsys, "run", plan, "--out", plan.parent, "--lang", "en")
    assert (code, out) == (3, "")
    assert err.count("coverplan did not write this") == 3
    assert sorted(path.name for path in plan.parent.iterdir()) == ["plan.yaml", "staff.csv", "villages.geojson"]


def test_a_plan_that_is_not_there_is_exit_2_in_one_line(capsys, tmp_path):
    code, out, err = told(capsys, "check", tmp_path / "plan.yaml", "--lang", "en")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert str(tmp_path / "plan.yaml") in err


def test_check_gives_the_books_of_each_layer(capsys, plan):
    code, out, err = told(capsys, "check", plan)
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[2:4]] == [
        ["units", "villages.geojson", "2", "2", "0", "0", "utf-8", "EPSG:4490"],
        ["staff", "staff.csv", "2", "2", "0", "0", "utf-8"],
    ]
    layers = json.loads(told(capsys, "check", plan, "--json")[1])["layers"]
    assert [(layer["layer"], layer["rows_in"], layer["used"]) for layer in layers] == [("units", 2, 2), ("staff", 2, 2)]


def test_explain_tells_a_project_and_a_gap_and_refuses_what_it_does_not_know(capsys, plan):
    told(capsys, "run", plan)
    out = plan.parent / "out"
    gap = (out / "gaps.csv").read_text("utf-8-sig").splitlines()[1].split(",")[0]
    code, said, err = told(capsys, "explain", out, gap, "--lang", "en")
    assert (code, err) == (0, "")
    assert said.startswith(gap)
    assert json.loads(told(capsys, "explain", out, gap, "--json")[1])["id"] == gap
    code, _, err = told(capsys, "explain", out, "nothing", "--lang", "en")
    assert code == 2
    assert len(err.splitlines()) == 1


def test_compare_finds_what_was_put_right(capsys, plan):
    before, after = plan.parent.parent / "before", plan.parent.parent / "after"
    told(capsys, "run", plan, "--out", before)
    (plan.parent / "staff.csv").write_text("村代码,岗位,人数\n0012,保洁员,3\n0013,保洁员,1\n", "utf-8")
    told(capsys, "run", plan, "--out", after)
    code, out, err = told(capsys, "compare", before, after, "--lang", "en")
    assert (code, err) == (0, "")
    assert "Gaps: 1 closed, 0 new, 0 changed, 0 as before." in out
    assert "1 → 0" in out
    gaps = json.loads(told(capsys, "compare", before, after, "--json")[1])["gaps"]
    assert [gap["change"] for gap in gaps] == ["closed"]


def test_results_go_out_as_geoparquet_with_every_place_and_gap_once(capsys, plan):
    told(capsys, "run", plan)
    out, folder = plan.parent / "out", plan.parent / "analysis"
    for _ in range(2):  # the second replaces the first
        code, said, err = told(capsys, "export", out, folder, "--lang", "en")
        assert (code, err) == (0, "")
    assert str(folder / "places.parquet") in said
    frames = {path.stem: geopandas.read_parquet(path) for path in folder.iterdir()}
    assert sorted(frames) == ["gaps", "places", "projects", "villages"]
    crs = json.loads((out / "run.json").read_text("utf-8"))["crs"]
    assert {frame.crs.to_string() for frame in frames.values()} == {crs}
    for name, keys in {"places": ["rule_id", "place_id"], "gaps": ["gap_id"], "projects": ["project_id"]}.items():
        table = read_csv(out / f"{'coverage' if name == 'places' else name}.csv")
        assert sorted(frames[name][keys].itertuples(index=False)) == sorted(table[keys].itertuples(index=False))
    assert told(capsys, "export", out, plan.parent)[0] == 3  # holds files that are not ours


def test_a_folder_without_results_is_exit_2(capsys, tmp_path):
    code, out, err = told(capsys, "compare", tmp_path, tmp_path, "--lang", "en")
    assert (code, out) == (2, "")
    assert err == (
        f"{tmp_path / 'run.json'}: there is no such file, so this is not a folder of results. "
        "Give a folder that coverplan run wrote.\n"
    )
    (tmp_path / "run.json").write_text("[]")
    assert told(capsys, "explain", tmp_path, "x")[0] == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_library_is_listed_with_norms_and_marks(capsys, language):
    code, out, err = told(capsys, "rules", "--lang", language)
    assert (code, err) == (0, "")
    rows = json.loads(told(capsys, "rules", "list", "--json")[1])
    assert all(id_ in out for id_ in rows)
    for id_ in rows:
        assert told(capsys, "rules", "show", id_, "--lang", language)[0] == 0
    assert "符合国标" not in out


def test_schema_is_json(capsys):
    code, out, _ = told(capsys, "rules", "schema")
    assert code == 0
    assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


def test_a_fault_of_ours_is_a_sentence_and_the_traceback_only_under_debug(capsys, plan, monkeypatch):
    def broken(path):
        raise ZeroDivisionError("a test")

    monkeypatch.setattr("maps.commands.check.read_plan", broken)
    code, out, err = told(capsys, "check", plan, "--lang", "en")
    assert (code, out) == (70, "")
    assert len(err.splitlines()) == 1
    assert "ZeroDivisionError: a test" in err
    assert "Traceback" in told(capsys, "check", plan, "--debug")[2]


def test_text_of_the_input_cannot_steer_the_terminal(capsys, plan):
    code, _, err = told(capsys, "run", plan.with_name("\x1b[31mred.yaml"), "--lang", "en")
    assert code == 2
    assert "\x1b" not in err


def test_a_gbk_console_gets_all_but_what_it_lacks(plan):
    settings = {**os.environ, "PYTHONIOENCODING": "gbk", "LANG": "zh_CN.GBK"}
    plan.write_text(PLAN.format(language="zh").replace("小镇", "小镇🏮"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "maps", "run", str(plan)], capture_output=True, env=settings, check=False
    )
    assert done.returncode == 0, done.stderr.decode("gbk")
    assert "缺口地图" in done.stdout.decode("gbk")


def test_exit_codes_reach_the_shell(tmp_path):
    assert typed("--version")[0] == 0
    code, out, err = typed("check", tmp_path / "no.yaml", LANG="en_GB.UTF-8")
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_nobody_reading_is_not_a_fault():
    writer = subprocess.Popen(
        [sys.executable, "-m", "maps", "rules", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    writer.stdout.close()
    _, err = writer.communicate()
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
