"""Small changes of a module's code: which there are, what each is called, and how one is put in place of the code it changes."""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

ROOT = Path(__file__).parents[2]
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


# Changes that are left out because nobody could tell the difference, each with its reason.
SAME_BEHAVIOUR = {
    "a text cut to a length": "how many letters of a value or a cause a message quotes is taste: text[:200]",
    "zip(strict=)": "an assertion about two sequences that were made together a line above: it never fires",
    "a stream's and a database's sizes": "bytes read at a time, and how long to wait for a lock: speed, not outcome",
    "a guess of the type checker": "code behind TYPE_CHECKING, annotations and decorators never run or only at import",
}
# Names of constants that only say how much at a time, or how long to wait.
_SIZES = re.compile(
    r"(?:CHUNK|BLOCK|PIPE|BATCH|HEAD|WAIT|TIMEOUT|BUSY)\w*|\w+_(?:CHUNK|BATCH|TIMEOUT_S|WAIT_S|WAIT_MS)"
)


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    `lines` are those of the statement in which it is; `function` names the outermost function around it and its first
    line, None for what runs when the module is imported.
    """

    module: Path
    line: int
    what: str
    place: int  # of the node in the order it is walked
    lines: frozenset[int]
    function: tuple[str, int] | None

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.what}"


@dataclass(frozen=True)
class _Spot:
    """A node and what surrounds it."""

    node: ast.AST
    statement: ast.stmt
    function: tuple[str, int] | None


def mutants_of(module: Path) -> list[Mutant]:
    """Return every change that is tried of a module."""
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    return [
        Mutant(module, spot.node.lineno, _what(spot.node), place, _lines(spot), spot.function)  # type: ignore[attr-defined]
        for place, spot in enumerate(_walked(tree))
        if _what(spot.node)
    ]


def _lines(spot: _Spot) -> frozenset[int]:
    """Return the lines by which a tracer sees that the node is reached: its own, and the first of its statement."""
    node = spot.node
    return frozenset((spot.statement.lineno, *range(node.lineno, (node.end_lineno or node.lineno) + 1)))  # type: ignore[attr-defined]


def _walked(tree: ast.Module) -> Iterator[_Spot]:
    """Yield the nodes whose meaning counts at run time, without those of SAME_BEHAVIOUR."""
    for node in tree.body:
        yield from _inside(node, node, None, "")


def _inside(node: ast.AST, statement: ast.stmt, function: tuple[str, int] | None, names: str) -> Iterator[_Spot]:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if _is_size(node) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    statement = node if isinstance(node, ast.stmt) else statement
    yield _Spot(node, statement, function)
    inside = function
    if isinstance(node, ast.FunctionDef):
        inside = function or (f"{names}{node.name}", min([node.lineno, *(each.lineno for each in node.decorator_list)]))
    names = f"{names}{node.name}." if isinstance(node, ast.ClassDef) else names
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params") or _is_cut(node, name):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _inside(
                    child, statement, inside if name == "body" or inside == function else function, names
                )


def _is_size(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else ()
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return bool(names) and all(_SIZES.fullmatch(name.strip("_")) for name in names)


def _is_cut(node: ast.AST, name: str) -> bool:
    """Whether this part of a node is where a text is cut for a message: an upper bound of twenty or more."""
    return (
        isinstance(node, ast.Slice)
        and name == "upper"
        and node.lower is None
        and isinstance(node.upper, ast.Constant)
        and isinstance(node.upper.value, int)
        and node.upper.value >= 20
    )


def _what(node: ast.AST) -> str:
    """Return how a node would be changed, "" if it is left alone."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        return f"{type(node.ops[0]).__name__} to {_SWAPS[type(node.ops[0])].__name__}"
    if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _SWAPS:
        return f"{type(node.op).__name__} to {_SWAPS[type(node.op)].__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "not taken away"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return f"{node.value} to {not node.value}"
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return f"{node.value} to {node.value + 1}"
    return ""


def changed(mutant: Mutant) -> ast.Module:
    tree = ast.parse((ROOT / mutant.module).read_text("utf-8"))
    node = next(spot.node for place, spot in enumerate(_walked(tree)) if place == mutant.place)
    if isinstance(node, ast.Compare):
        node.ops[0] = _SWAPS[type(node.ops[0])]()  # type: ignore[assignment]
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp):
        _replace(tree, node, node.operand)
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    return ast.fix_missing_locations(tree)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and old in value:
                value[value.index(old)] = new


def put_in_place(mutant: Mutant) -> None:
    """Give every function object that runs the unchanged code the changed one, wherever it is already held.

    Raises LookupError if there is none, so that a change that was not made is never counted as one that nobody noticed.
    """
    path = str(ROOT / mutant.module)
    new = next(_codes(compile(changed(mutant), path, "exec"), mutant.function))
    there = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    old = [each for each in there if each.__code__.co_filename == path and _called(each.__code__) == mutant.function]
    if not old:
        raise LookupError(f"nothing runs {mutant}")
    for function in old:
        function.__code__ = new


def _called(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType, wanted: tuple[str, int] | None) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if _called(each) == wanted:
                yield each
            yield from _codes(each, wanted)


def serve(mutant: Mutant) -> None:
    """Forget all that was imported of ours, so that it is imported anew with the change in it."""
    sys.meta_path.insert(0, _Serves(mutant))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("layers", "geo", "maps", "tests")]:
        del sys.modules[name]


class _Serves(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module with a change in it, and leaves all others to whoever else."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = ".".join(mutant.module.with_suffix("").parts)
        self.path = ROOT / mutant.module
        self.code = compile(changed(mutant), str(self.path), "exec")

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Return where the changed module comes from."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.code, module.__dict__)  # noqa: S102
