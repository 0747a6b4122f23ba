"""The clerk's week is typed as it stands in the docs, in both languages; and the states are drawn as the code has them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from layers.ledger.places import ledger_at
from layers.text import LANGUAGES
from maps.cli import call, run_call
from maps.tasks import drawn

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```\n(.*?)^```|<!-- (\S+): (\S+) works again -->", re.MULTILINE | re.DOTALL)
PAGES = {"en": "tasks.md", "zh": "tasks.zh.md"}
WORKS, BROKEN = "正常", ("故障", "离线", "损坏", "停用")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_clerks_week_does_what_it_says(language, tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "examples" / "dongtang", tmp_path / "town")
    monkeypatch.chdir(tmp_path / "town")
    steps = list(BLOCK.finditer((ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")))
    typed = 0
    for step in steps:
        if step[2]:
            _put_right(Path(step[2]), step[3])
            continue
        for line in step[1].splitlines():
            assert line.startswith("coverplan "), line
            code = run_call(call([*shlex.split(line)[1:], "--lang", language], {}))
            said = capsys.readouterr()
            assert code == 0, f"{line}\n{said.err}"
            typed += 1
    assert typed > 30
    with ledger_at("tasks.sqlite") as ledger:
        states = {id_: task.state for id_, task in ledger.state.tasks.items()}
    assert states == {1: "visited", 2: "claimed", 3: "standing", 4: "claimed", 5: "declined", 6: "rework"}
    assert len(list(Path("weekly").iterdir())) == 12


def test_both_pages_type_the_same_commands():
    def words(language):
        text = (ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")
        lines = [line for step in BLOCK.finditer(text) if step[1] for line in step[1].splitlines()]
        return [[word for word in shlex.split(line) if word.startswith("--") or word.isascii()][:3] for line in lines]

    assert [line[:3] for line in words("en")] == [line[:3] for line in words("zh")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_states_are_drawn_as_the_code_has_them(language):
    for name, text in drawn.pages(language).items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "run: python -m maps.tasks.drawn"


def _put_right(file: Path, id_: str) -> None:
    """Write that a camera works again, as the maintenance list says."""
    lines = file.read_text(encoding="gb18030").splitlines(keepends=True)
    (at,) = [i for i, line in enumerate(lines) if line.startswith(f"{id_},")]
    cells = lines[at].split(",")
    broken = [i for i, cell in enumerate(cells) if cell in BROKEN]
    assert len(broken) == 1, lines[at]
    cells[broken[0]] = WORKS
    lines[at] = ",".join(cells)
    file.write_text("".join(lines), encoding="gb18030")
