"""The small, safe grammar of `where`: which rows are meant. No code and no SQL is ever run.

    where      := all ("or" all)*
    all        := one ("and" one)*
    one        := "not" one | "(" where ")" | column test
    test       := ("==" | "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") value
                | ["not"] "in" "[" value ("," value)* "]"
                | "is" ["not"] "blank"
    column     := a word, or anything between backticks
    value      := a number, text in single or double quotes, or true / false for a yes-or-no column

A test on a blank cell is neither true nor false, so its row is not taken; only `is blank` asks for blanks.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.problems import LayerError, Problem
from layers.text import Text, say

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![^\W\d])
    |(?P<text>'[^']*'|"[^"]*")
    |`(?P<quoted>[^`]+)`
    |(?P<sign>==|!=|<>|<=|>=|=|<|>|\(|\)|\[|\]|,)
    |(?P<word>[^\W\d]\w*))""",
    re.VERBOSE,
)
_WORDS = {"and", "or", "not", "in", "is", "blank", "true", "false"}
_FLAGS = {("keyword", "true"): 1.0, ("keyword", "false"): 0.0}
_SIGNS = {"=": "==", "<>": "!="}
MAX_DEPTH = 30


class WhereError(ValueError):
    """The filter is not in the grammar; `what` says where it goes wrong."""

    def __init__(self, what: Text) -> None:
        self.what = what
        super().__init__(str(what))


@dataclass(frozen=True)
class Test:
    """One test of one column: `sign` is ==, !=, <, <=, >, >=, in or blank."""

    column: str
    sign: str
    values: tuple[str | float, ...] = ()


@dataclass(frozen=True)
class Not:
    """True where the part is false."""

    part: Node


@dataclass(frozen=True)
class Both:
    """`sign` is "and" or "or"."""

    sign: str
    left: Node
    right: Node


Node = Test | Not | Both


@dataclass(frozen=True)
class Where:
    """A parsed filter."""

    text: str
    tree: Node

    def holds(self, frame: pd.DataFrame) -> Flags:
        """Return for each row whether the filter is true; raises LayerError if a column is not there."""
        missing = sorted(
            {name for name in _columns(self.tree) if name not in frame.columns and name != frame.index.name}
        )
        if missing:
            names = [str(name) for name in frame.columns if name != "geometry"]
            raise LayerError(
                [
                    Problem(f"where: {self.text}", say("plan.where_no_column", column=name), _nearest(name, names))
                    for name in missing
                ]
            )
        return _truth(self.tree, frame)[0]


def parse_where(text: str) -> Where:
    """Return the filter the text stands for; raises WhereError if it is not in the grammar."""
    tokens = _tokens(text)
    tree, rest = _either(tokens, 0)
    if rest:
        raise WhereError(say("plan.where_leftover", text=rest[0][1]))
    return Where(text, tree)


Token = tuple[str, str]
Parsed = tuple[Node, list[Token]]


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise WhereError(say("plan.where_unreadable", text=text[at:].strip()[:20]))
        kind = str(match.lastgroup)
        word = match[kind]
        if kind == "word" and word.lower() in _WORDS:
            kind, word = "keyword", word.lower()
        if kind == "text":
            word = word[1:-1]
        tokens.append((kind, _SIGNS.get(word, word) if kind == "sign" else word))
        at = match.end()
    return tokens


def _either(tokens: list[Token], depth: int) -> Parsed:
    return _chain(tokens, depth, "or", lambda rest: _chain(rest, depth, "and", lambda left: _one(left, depth)))


def _chain(tokens: list[Token], depth: int, sign: str, part: Callable[[list[Token]], Parsed]) -> Parsed:
    tree, rest = part(tokens)
    while rest and rest[0] == ("keyword", sign):
        right, rest = part(rest[1:])
        tree = Both(sign, tree, right)
    return tree, rest


def _one(tokens: list[Token], depth: int) -> Parsed:
    if depth > MAX_DEPTH:
        raise WhereError(say("plan.where_too_deep"))
    if not tokens:
        raise WhereError(say("plan.where_ends"))
    kind, word = tokens[0]
    if (kind, word) == ("keyword", "not"):
        part, rest = _one(tokens[1:], depth + 1)
        return Not(part), rest
    if (kind, word) == ("sign", "("):
        tree, rest = _either(tokens[1:], depth + 1)
        return tree, _expect(rest, "sign", ")")
    if kind not in ("word", "quoted"):
        raise WhereError(say("plan.where_want_column", text=word))
    return _test(word, tokens[1:])


def _test(column: str, tokens: list[Token]) -> Parsed:
    if not tokens:
        raise WhereError(say("plan.where_ends"))
    kind, word = tokens[0]
    if kind == "sign" and word in ("==", "!=", "<", "<=", ">", ">="):
        value, rest = _literal(tokens[1:])
        return Test(column, word, (value,)), rest
    if (kind, word) == ("keyword", "is"):
        negated = tokens[1:2] == [("keyword", "not")]
        rest = _expect(tokens[2 if negated else 1 :], "keyword", "blank")
        blank = Test(column, "blank")
        return (Not(blank) if negated else blank), rest
    if (kind, word) == ("keyword", "not") and tokens[1:2] == [("keyword", "in")]:
        test, rest = _among(column, tokens[2:])
        return Not(test), rest
    if (kind, word) == ("keyword", "in"):
        return _among(column, tokens[1:])
    raise WhereError(say("plan.where_want_sign", column=column, text=word))


def _among(column: str, tokens: list[Token]) -> Parsed:
    rest = _expect(tokens, "sign", "[")
    values: list[str | float] = []
    while True:
        value, rest = _literal(rest)
        values.append(value)
        if rest and rest[0] == ("sign", ","):
            rest = rest[1:]
            continue
        return Test(column, "in", tuple(values)), _expect(rest, "sign", "]")


def _literal(tokens: list[Token]) -> tuple[str | float, list[Token]]:
    if tokens and tokens[0][0] == "number":
        return float(tokens[0][1]), tokens[1:]
    if tokens and tokens[0][0] == "text":
        return tokens[0][1], tokens[1:]
    if tokens and tokens[0] in _FLAGS:
        return _FLAGS[tokens[0]], tokens[1:]
    raise WhereError(say("plan.where_want_value", text=tokens[0][1]) if tokens else say("plan.where_ends"))


def _expect(tokens: list[Token], kind: str, word: str) -> list[Token]:
    if not tokens:
        raise WhereError(say("plan.where_ends"))
    if tokens[0] != (kind, word):
        raise WhereError(say("plan.where_expect", wanted=word, text=tokens[0][1]))
    return tokens[1:]


def _columns(tree: Node) -> Iterator[str]:
    if isinstance(tree, Test):
        yield tree.column
    elif isinstance(tree, Not):
        yield from _columns(tree.part)
    else:
        yield from _columns(tree.left)
        yield from _columns(tree.right)


def _truth(tree: Node, frame: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return where the filter is true and where it is false; a blank cell is in neither."""
    if isinstance(tree, Test):
        return _tested(tree, frame)
    if isinstance(tree, Not):
        true, false = _truth(tree.part, frame)
        return false, true
    (left, not_left), (right, not_right) = _truth(tree.left, frame), _truth(tree.right, frame)
    return (left & right, not_left | not_right) if tree.sign == "and" else (left | right, not_left & not_right)


def _tested(test: Test, frame: pd.DataFrame) -> tuple[Flags, Flags]:
    import pandas as pd

    cells = frame.index.to_series() if test.column not in frame.columns else frame[test.column]
    blank = (cells.isna() | (cells.astype("str").str.strip() == "")).to_numpy(bool, copy=True)
    if test.sign == "blank":
        return blank, ~blank
    true = np.zeros(len(frame), bool)
    for value in test.values:
        if isinstance(value, float):
            numbers = pd.to_numeric(cells, errors="coerce").to_numpy(float)
            true |= _compared(numbers, test.sign, value)
            blank |= np.isnan(numbers)
        else:
            true |= _compared(cells.astype("str").str.strip().to_numpy(object), test.sign, value)
    return true & ~blank, ~true & ~blank


_TESTS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "in": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compared(cells: NDArray[np.generic], sign: str, value: str | float) -> Flags:
    return np.asarray(_TESTS[sign](cells, value), bool)


def _nearest(word: str, names: list[str]) -> Text:
    close = difflib.get_close_matches(word, names, n=1)
    return say("plan.did_you_mean", word=close[0]) if close else say("plan.one_of", words=", ".join(names))
