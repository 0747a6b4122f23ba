"""Write the reference pages of the documentation from the code: docs/plan.md and docs/commands.md, in both languages.

.venv/bin/python .ci/reference.py            writes them
.venv/bin/python .ci/reference.py --check    says which are out of date; exit code 1 if any is
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from layers.kinds import KINDS
from layers.options import Cost, Norm, RuleOptions
from layers.plan import LayerSpec, NetworkSettings, PageSettings, Settings
from layers.rankingoptions import Caps, Equity, Gates, RankingOptions
from layers.schema import Column
from layers.text import LANGUAGES, Language

DOCS = Path(__file__).resolve().parents[1] / "docs"
PLAN = (Settings, PageSettings, NetworkSettings, RankingOptions, Equity, Gates, Caps)
PARTS: tuple[type[BaseModel], ...] = (*PLAN, LayerSpec, RuleOptions, Cost, Norm)
HELP_COLUMNS = "100"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; returns the exit code."""
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8", newline="\n")
    print("\n".join(stale))
    return int("--check" in arguments and bool(stale))


def pages() -> dict[str, str]:
    """Return every page by its name."""
    made = {}
    for language in LANGUAGES:
        ending = ".zh.md" if language == "zh" else ".md"
        made[f"plan{ending}"] = plan_page(language)
        made[f"commands{ending}"] = commands_page(language)
    return made


def plan_page(language: Language) -> str:
    """Return the page on plan.yaml: each key with its meaning and default, and each kind of layer with its columns."""
    lines = [f"# {_word('plan_title', language)}", "", _word("plan_about", language), ""]
    for model in PARTS:
        lines += [f"## {_word(model.__name__, language)}", "", *_keys(model, language), ""]
    lines += [f"## {_word('kinds_title', language)}", "", _word("kinds_about", language), ""]
    for kind in KINDS.values():
        lines += [f"### `{kind.kind}`", "", *_columns(kind.columns, language), ""]
    return "\n".join(lines)


def _keys(model: type[BaseModel], language: Language) -> Iterator[str]:
    yield _row(*(_word(word, language) for word in ("key", "meaning", "default")))
    yield _row("---", "---", "---")
    for name, field in model.model_fields.items():
        yield _row(f"`{name}`", _word(f"{model.__name__}.{name}", language), _default(field, language))


def _default(field: FieldInfo, language: Language) -> str:
    if field.is_required():
        return _word("must", language)
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if value is None or value == "" or isinstance(value, BaseModel | dict) or value == ():
        return _word("nothing", language)
    return f"`{', '.join(value) if isinstance(value, tuple) else value}`"


def _columns(columns: tuple[Column, ...], language: Language) -> Iterator[str]:
    yield _row(*(_word(word, language) for word in ("column", "headers", "unit", "bounds", "words_")))
    yield _row(*["---"] * 5)
    for column in columns:
        headers = "、".join(dict.fromkeys((column.zh, *column.aliases, *column.fallbacks)))
        bounds = (
            ""
            if column.low is None
            else f"≥ {column.low:g}"
            if column.high is None
            else f"{column.low:g} – {column.high:g}"
        )
        words = "、".join(f"{name} ({words[0]})" if words else name for name, words in column.choices.items())
        must = f" ({_word('must', language)})" if column.required else ""
        yield _row(f"`{column.name}`{must}", headers, column.unit, bounds, words)


def commands_page(language: Language) -> str:
    """Return the page of all commands, each as its own help says it."""
    from maps.cli import app
    from maps.commands.tasks import tasks_app

    lines = [f"# {_word('commands_title', language)}", "", _word("commands_about", language), ""]
    lines += ["```", _help([], language), "```", ""]
    for name in (str(command.name or command.callback.__name__) for command in app.registered_commands):
        if name == "tasks":
            continue
        lines += [f"## coverplan {name}", "", "```", _help([name], language), "```", ""]
    lines += [f"## {_word('tasks_title', language)}", "", "```", _help(["tasks"], language), "```", ""]
    for command in tasks_app.registered_commands:
        name = str(command.name or command.callback.__name__)
        lines += [f"### coverplan tasks {name}", "", "```", _help(["tasks", name], language), "```", ""]
    return "\n".join(lines)


def _help(words: list[str], language: Language) -> str:
    from maps.cli import call, run_call

    os.environ["COLUMNS"] = HELP_COLUMNS
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        run_call(call(["--lang", language, *words, "--help"], {}))
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines())


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _word(key: str, language: Language) -> str:
    """Return a sentence of reference.yaml; raises KeyError for a key of the plan that nobody has written one for."""
    return str(_words()[key][language])


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
