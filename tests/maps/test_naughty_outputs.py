"""Naughty text through the whole command: nothing of it runs in any page, no cell is live, and all of it is shown."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from maps.cli import call, run_call
from tests.maps.browsing import needs_chromium

SHARED = Path(__file__).parents[3] / "shared" / "badinput"
BLNS = SHARED / "blns" / "blns.json"
PAYLOADS = SHARED / "csv-injection" / "Intruder" / "csv-payload.txt"
NAUGHTY = (
    "<script>document.title='hit'</script>",
    "<img src=x onerror=\"document.title='hit'\">",
    "<svg/onload=document.title='hit'>",
    '"><script>alert(1)</script>',
    "'><iframe src=javascript:alert(1)>",
    "</title><script>document.title='hit'</script>",
    "</style><script>document.title='hit'</script>",
    "<!--<script>document.title='hit'//-->",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "javascript:document.title='hit'",
    '=HYPERLINK("http://127.0.0.1:9/","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "＝1+1",
    "\t=1+1",
    "&lt;b&gt; &amp; &#x3c;script&#x3e;",
    "\u202etxt.exe",
    "a\u2028b\u2029c",
    "𝕏👩‍👩‍👧",
    "%s %x %n {0} {name!r}",
)
PLAN = """plan: {name: %s, language: %s, max_rejected_share: 1, max_rejected_people_share: 1}
layers:
  villages: {kind: units, path: villages.csv}
  people: {kind: staff, path: staff.csv}
rules:
  - {id: clean, type: quota, units: villages, staff: people, role: cleaner, per: 200, minimum: 1, title: {zh: 保洁员, en: Cleaners}}
"""


def town(folder: Path, texts: tuple[str, ...], language: str) -> Path:
    """Write a plan whose villages, ids, roles and bad cells are these texts; every third village has a cleaner."""
    with (folder / "villages.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "population", texts[0][:60].strip() or "note"])
        writer.writerows([f"V{at}", text, 300 + at, text] for at, text in enumerate(texts))
    with (folder / "staff.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "unit_id", "role", "count"])
        for at, text in enumerate(texts):
            writer.writerow([text, f"V{at}", "cleaner" if at % 3 == 0 else text, 1 if at % 4 else text])
    plan = folder / "plan.yaml"
    plan.write_text(PLAN % (json.dumps(texts[0]), language), "utf-8")
    return plan


def written(folder: Path, texts: tuple[str, ...], language: str) -> list[Path]:
    """Run everything that writes, and return the pages."""
    folder.mkdir()
    plan = str(town(folder, texts, language))
    assert run_call(call(["run", plan, "--public"], {})) == 0
    assert run_call(call(["check", plan, "--out", str(folder / "checked")], {})) in (0, 2)
    return sorted(folder.rglob("*.html"))


def corpus() -> tuple[str, ...]:
    texts = [text for text in json.loads(BLNS.read_text("utf-8")) if text.strip()]
    return (*texts, *(line for line in PAYLOADS.read_text("utf-8").splitlines() if line.strip()))


def run_nothing(browser: Any, pages: list[Path]) -> None:
    for file in pages:
        page = browser.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("dialog", lambda dialog, said=said: (said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_timeout(300)
        assert page.title() != "hit"
        assert asked == [file.as_uri()], file.name
        assert said == [], file.name
        if file.name != "map.html":
            assert page.evaluate("document.querySelectorAll('script,img,iframe,object,embed,link,form,a').length") == 0
        page.close()


def no_cell_is_live(folder: Path) -> int:
    """Return how many cells were looked at."""
    looked = 0
    for file in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(file) as book:
            for name in book.namelist():
                data = book.read(name)
                assert b"<f>" not in data, (file.name, name)
                assert b"<hyperlink" not in data, (file.name, name)
                assert b'TargetMode="External"' not in data, (file.name, name)
    for file in folder.rglob("*.csv"):
        if file.parent == folder:
            continue
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(text):
                for cell in row:
                    looked += 1
                    bare = cell.lstrip(" \u00a0\u3000")[:1]
                    number = cell.lstrip("-").replace(".", "", 1).isdecimal() or cell in ("inf", "-inf")
                    assert number or bare not in "=+-@\t\r\n＝＋－＠" or not bare, (file.name, cell)
    return looked


@needs_chromium
@pytest.mark.parametrize("language", ["zh", "en"])
def test_naughty_text_runs_in_no_page_and_is_live_in_no_table(browser, tmp_path, language):
    pages = written(tmp_path / "town", NAUGHTY, language)
    assert {page.name for page in pages} == {"map.html", "report.html", "public.html", "check.html"}
    run_nothing(browser, pages)
    assert no_cell_is_live(tmp_path / "town") > 500


@needs_chromium
@pytest.mark.skipif(not BLNS.exists(), reason="the corpus of naughty strings is not beside the repository")
def test_the_whole_corpus_and_the_payload_list_run_nowhere(browser, tmp_path):
    texts = corpus()
    assert len(texts) > 500
    run_nothing(browser, written(tmp_path / "town", texts, "zh"))
    assert no_cell_is_live(tmp_path / "town") > 3000


def followed(folder: Path, texts: tuple[str, ...]) -> list[Path]:
    """Take up tasks whose every field is one of the texts, write all that the ledger writes, run again; return the pages."""
    plan, ledger = str(folder / "plan.yaml"), f"--ledger={folder / 'tasks.sqlite'}"
    assert (
        run_call(call(["tasks", "adopt", str(folder / "out"), f"--top={len(texts)}", f"--list={texts[1]}", ledger], {}))
        == 0
    )
    for number, text in enumerate(texts, start=1):
        names = [f"--leader={text}", f"--department={text}", "--due=2027-01-31"]
        assert run_call(call(["tasks", "claim", str(number), *names, ledger], {})) == 0, text
        done = ["tasks", "done", str(number), f"--evidence={text}", f"--note={text}", ledger]
        assert number % 2 or run_call(call(done, {})) == 0, text
    for what in ("week", "quarter", "lists", "public"):
        assert run_call(call(["tasks", what, f"--out={folder / what}", ledger], {})) == 0, what
    (folder / "export").mkdir()
    assert run_call(call(["tasks", "export", str(folder / "export" / "tasks.xlsx"), ledger], {})) == 0
    assert run_call(call(["run", plan, ledger], {})) == 0
    return sorted(folder.rglob("*.html"))


@needs_chromium
def test_naughty_text_in_the_ledger_runs_in_no_page_and_is_live_in_no_table(browser, tmp_path):
    written(tmp_path / "town", NAUGHTY, "zh")
    texts = NAUGHTY[:13]  # so small a town has no more projects
    pages = followed(tmp_path / "town", texts)
    assert len(pages) > 6
    run_nothing(browser, pages)
    no_cell_is_live(tmp_path / "town")
    map_page = (tmp_path / "town" / "out" / "map.html").read_text(encoding="utf-8")
    assert "<script>document.title" not in map_page
