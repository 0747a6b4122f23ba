"""The pages on rules that are made from the code and the data: `python -m maps.rulepages docs` writes them anew."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers import library
from layers.options import Norm, RuleOptions, Title
from layers.ruletypes import rule_type, rule_type_names
from layers.text import LANGUAGES, Language, known, say

_COMMON = frozenset(RuleOptions.model_fields)


def pages() -> dict[str, str]:
    """Return every page by its path below docs/: one a rule type, and the library, each in English and Chinese."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        ending = ".md" if language == "en" else ".zh.md"
        ours = [name for name in rule_type_names() if rule_type(name).__module__.startswith("geo.rules.")]
        found |= {f"rules/{name}{ending}": type_page(name, language) for name in ours}
        found[f"library{ending}"] = library_page(language)
    return found


def type_page(name: str, language: Language) -> str:
    """Return the page of one rule type: what it asks, its options, and the library's rules of the type."""
    kind = rule_type(name)
    doc = inspect.cleandoc(kind.__doc__ or "")
    body = doc if language == "en" or not known(f"ruletypes.{name}") else say(f"ruletypes.{name}").in_(language)
    rows = [f"| `{field}` | {_default(info)} |" for field, info in kind.model_fields.items() if field not in _COMMON]
    rules = [_bullet(rule, language) for rule in _rules().values() if rule["type"] == name]
    head = say("rulepages.options").in_(language), say("rulepages.default").in_(language)
    return "\n".join(
        [f"# {name}", "", _made(language), "", body, "", f"| {head[0]} | {head[1]} |", "|---|---|", *rows, ""]
        + ([f"## {say('rulepages.rules').in_(language)}", "", *rules, ""] if rules else [])
    )


def library_page(language: Language) -> str:
    """Return the library: every rule with its type, severity, norm and mark; and what each profile changes."""
    names = ("rule_id", "rule", "type", "severity", "norm", "mark")
    head = [say(f"rulepages.{name}").in_(language) for name in names]
    lines = [
        f"# {say('rulepages.library').in_(language)}",
        "",
        _made(language),
        "",
        _row(head),
        _row(["---"] * len(head)),
    ]
    for id_, rule in _rules().items():
        norm = Norm(**rule["norm"])
        link = f"[{rule['type']}](rules/{rule['type']}.{'md' if language == 'en' else 'zh.md'})"
        severity = rule.get("severity", "B")
        lines.append(_row([id_, Title(**rule["title"]).in_(language), link, severity, norm.text, norm.mark]))
    lines += ["", *(f"- {say(f'tables.mark_{mark}').in_(language)}" for mark in ("V", "V2", "S", "U", "I")), ""]
    lines += [say("report.norms_note").in_(language), "", f"## {say('rulepages.profiles').in_(language)}", ""]
    for profile in library.profiles():
        changed = [
            id_ for id_, rule in library.rules(profile).items() if rule != library.rules(library.DEFAULT_PROFILE)[id_]
        ]
        said = ", ".join(changed) or say("rulepages.as_above").in_(language)
        lines.append(f"- `{profile}` {library.profile_title(profile)[language]}: {said}")
    return "\n".join([*lines, ""])


def write(folder: Path) -> list[str]:
    """Write the pages below that folder; return the paths of those that were not so before."""
    changed = []
    for path, text in pages().items():
        file = folder / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def _rules() -> Mapping[str, Mapping[str, Any]]:
    return library.rules(library.DEFAULT_PROFILE)


def _bullet(rule: Mapping[str, Any], language: Language) -> str:
    norm = Norm(**rule["norm"])
    mark = say(f"tables.mark_{norm.mark}").in_(language)
    return f"- **{rule['id']}** {Title(**rule['title']).in_(language)}: {norm.text} ({mark})"


def _default(info: Any) -> str:
    if info.is_required():
        return "—"
    value = info.get_default(call_default_factory=True, validated_data={})
    return "" if value is None else f"`{value}`"


def _made(language: Language) -> str:
    return say("rulepages.made").in_(language)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")):
        print(path)
