"""Every sentence the code says is in the catalogue in both languages with the values it is given, and none lies unused."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from layers.text import LANGUAGES
from tests.geo.test_architecture import ROOT, TREES, name_of

WORDS = ROOT / "layers" / "words"
CATALOGUE = {
    f"{path.stem}.{name}": entry
    for path in sorted(WORDS.glob("*.yaml"))
    for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
TOPICS = {key.partition(".")[0] for key in CATALOGUE}
KEY = re.compile(r"[a-z]+\.[A-Za-z0-9_]+")


def braces(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}


def test_every_sentence_is_in_both_languages_with_the_same_braces():
    wrong = []
    for key, entry in CATALOGUE.items():
        if set(entry) != set(LANGUAGES) or not all(isinstance(words, str) for words in entry.values()):
            wrong.append(f"{key}: languages {sorted(map(str, entry))}")
        elif braces(entry["zh"]) != braces(entry["en"]):
            wrong.append(f"{key}: {braces(entry['zh']) ^ braces(entry['en'])}")
    assert wrong == []


def test_braces_hold_names_only():
    """A brace with an attribute or an index could reach into objects; a nameless one would take values by position."""
    fields = {(key, field) for key, entry in CATALOGUE.items() for words in entry.values() for field in braces(words)}
    assert [both for both in fields if not both[1].isidentifier()] == []


def calls_of_say() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                yield f"{name_of(path)}:{node.lineno}", node


def literal_key(node: ast.expr) -> list[str]:
    """Return the keys an argument may be, as far as it is written out: a literal, or a choice between literals."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*literal_key(node.body), *literal_key(node.orelse)]
    return []


def test_every_sentence_said_is_in_the_catalogue_with_its_values():
    wrong = []
    for where, call in calls_of_say():
        given = {keyword.arg for keyword in call.keywords if keyword.arg}
        is_open = any(keyword.arg is None for keyword in call.keywords)
        for key in literal_key(call.args[0]):
            if key not in CATALOGUE:
                wrong.append(f"{where}: {key} is not in the catalogue")
                continue
            wanted = braces(CATALOGUE[key]["zh"])
            if not given <= wanted or (given != wanted and not is_open):
                wrong.append(f"{where}: {key} is given {sorted(given)}, its braces are {sorted(wanted)}")
    assert wrong == []


def patterns() -> Iterator[re.Pattern[str]]:
    """Yield what the f-strings in the code can become, those that begin with a topic or end what begins elsewhere."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"\w+" for v in node.values]
                yield re.compile("".join(parts))


@cache
def used_keys() -> set[str]:
    """Return the keys the code can ask for: written out, built by an f-string, or a whole topic handed to the page."""
    constants = {node.value for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    texts = {text for text in constants if isinstance(text, str)}
    found = {text for text in texts if KEY.fullmatch(text)} & set(CATALOGUE)
    built = list(patterns())
    whole = {call.args[0].value for call in whole_topics()}
    for key in CATALOGUE:
        topic, _, name = key.partition(".")
        is_built = any(pattern.fullmatch(key) for pattern in built if pattern.pattern.startswith(f"{topic}\\."))
        is_named = topic in texts and any(
            pattern.fullmatch(name) for pattern in built if re.match("[a-z]+_", pattern.pattern)
        )
        if topic in whole or is_built or is_named:
            found.add(key)
    return found | {key for key in CATALOGUE if key.endswith("_fix") and key.removesuffix("_fix") in found}


def whole_topics() -> Iterator[ast.Call]:
    for tree in TREES.values():
        for node in ast.walk(tree):
            is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "catalogue"
            if is_named and isinstance(node.args[0], ast.Constant):
                yield node


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_no_sentence_lies_unused(topic):
    unused = {key for key in CATALOGUE if key.partition(".")[0] == topic} - used_keys()
    assert sorted(unused) == []


def test_chinese_has_one_word_for_one_thing():
    """标准 for a rule, 未达标 for short, 情况不明 for unknown; the words beside them are what others were called before."""
    others = ("规则", "套餐", "不达标", "未知")
    wrong = {key: entry["zh"] for key, entry in CATALOGUE.items() if any(word in entry["zh"] for word in others)}
    assert wrong == {}
