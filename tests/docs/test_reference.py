"""Reference pages are what the code says: every key of a plan and every option of a command has its sentence."""

import subprocess
import sys
from pathlib import Path

from layers.text import LANGUAGES, known, say
from maps.cli import app
from maps.commands.tasks import tasks_app

ROOT = Path(__file__).resolve().parents[2]


def test_pages_are_what_the_code_says() -> None:
    command = [sys.executable, ".ci/reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run .ci/reference.py; out of date: {done.stdout}{done.stderr}"


def test_no_command_and_no_option_is_without_words() -> None:
    import typer

    missing = []
    for group, topics in ((app, ("cli.{}",)), (tasks_app, ("tasks.cmd_{}", "tasks.opt"))):
        for command in typer.main.get_group(group).commands.values():
            name = str(command.name).replace("-", "_")
            for parameter in command.params:
                keys = [f"{topic.format(name)}_{parameter.name}" for topic in topics]
                if parameter.name != "help" and not any(known(key) for key in keys):
                    missing.append(f"{command.name} {parameter.name}")
    assert missing == []


def test_every_command_is_in_the_reference_with_an_example() -> None:
    for language, name in zip(LANGUAGES, ("commands.zh.md", "commands.md"), strict=True):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        example = say("cli.example").in_(language)
        sections = text.split("\n## ")[1:]
        assert all(example in section for section in sections if section.startswith("coverplan"))
