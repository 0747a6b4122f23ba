"""YAML read as plain text with the place of every key and value, so that a fault can be shown where it stands.

Nothing is guessed from the look of a value: `0500`, `12:30` and `no` stay text until a schema gives them a type.
Only what a plan needs is allowed: mappings, lists and scalars; no anchors, no tags, no duplicate keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.tokens import AliasToken, AnchorToken, TagToken

from layers.problems import Problem
from layers.text import Text, say

Path = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, both from 1

# Plain words that mean "nothing given"; in quotes they are text.
_NULLS = {"", "~", "null", "Null", "NULL"}
MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 20


@dataclass
class Marked:
    """A YAML document as dicts, lists and strings, with the place of each key and each value by its path."""

    data: object = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[tuple[Place, Text, Text]] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Return where the value at the path stands, or the nearest thing above it that stands somewhere."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key_place(self, path: Path) -> Place:
        """Return where the last key of the path stands, or the value above it if there is no such key."""
        return self.keys.get(path) or self.place(path[:-1])


def read_marked(text: str) -> Marked:
    """Return the document, with its faults in `problems` (all of them, unless the YAML itself is broken)."""
    marked = Marked()
    if len(text) > MAX_CHARACTERS:
        marked.problems.append(((1, 1), say("plan.too_long", limit=MAX_CHARACTERS), say("plan.shorten")))
        return marked
    try:
        _refuse_extras(text, marked)
        root = None if marked.problems else yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        marked.problems.append((place, say("plan.bad_yaml", cause=error.problem or ""), say("plan.fix_yaml")))
        return marked
    except yaml.YAMLError as error:
        marked.problems.append(((1, 1), say("plan.bad_yaml", cause=str(error).splitlines()[0]), say("plan.fix_yaml")))
        return marked
    if root is not None:
        marked.data = _value(root, (), marked)
    return marked


def _refuse_extras(text: str, marked: Marked) -> None:
    """Note anchors, aliases, tags and bottomless nesting before anything is built from them."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CBaseLoader):
        place = (token.start_mark.line + 1, token.start_mark.column + 1)
        if isinstance(token, (AliasToken, AnchorToken, TagToken)):
            marked.problems.append((place, say("plan.yaml_extra"), say("plan.write_out")))
        depth += _step(token)
        if depth > MAX_DEPTH:
            marked.problems.append((place, say("plan.too_deep", limit=MAX_DEPTH), say("plan.fix_yaml")))
            return


def _step(token: yaml.Token) -> int:
    kind = type(token).__name__
    return (
        kind.endswith("StartToken") - kind.endswith("EndToken")
        if "Stream" not in kind and "Document" not in kind
        else 0
    )


def _value(node: Node, path: Path, marked: Marked) -> object:
    marked.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, ScalarNode):
        plain = node.style is None
        return None if plain and node.value in _NULLS else node.value
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, i), marked) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)  # noqa: S101 (YAML has no fourth kind of node)
    result: dict[str, object] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            marked.problems.append((place, say("plan.key_not_text"), say("plan.fix_yaml")))
            continue
        key = key_node.value
        if key in result:
            first = marked.keys[(*path, key)][0]
            marked.problems.append((place, say("plan.duplicate_key", key=key, first=first), say("plan.keep_one")))
            continue
        marked.keys[(*path, key)] = place
        result[key] = _value(value_node, (*path, key), marked)
    return result


def located(file: str, place: Place, what: Text | str, fix: Text | str) -> Problem:
    """Return the problem at `file:line:column`."""
    return Problem(f"{file}:{place[0]}:{place[1]}", what, fix)
