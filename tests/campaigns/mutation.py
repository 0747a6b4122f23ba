"""Small changes to the core's own code: how many of them the tests notice, room by room, and which they do not.

    python -m tests.campaigns mutation [--room NAME] [--each 60] [--seed 1]

Each mutant is one comparison, sum, number, `and`, `not` or truth value changed in one module, served to a forked
pytest in place of the real one. A mutant that makes the tests fail, break or run for ever is noticed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.campaigns._record import record

ROOT = Path(__file__).parents[2]
WALL_S = 240.0


@dataclass(frozen=True)
class Room:
    """Modules of one kind and the tests that are to notice a change in them; `{name}` stands for the module's name."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "rules": Room(
        ("geo/rules/*.py",), ("tests/geo/test_{name}.py", "tests/geo/test_cases.py", "tests/geo/test_{name}_oracle.py")
    ),
    "coverage": Room(("geo/coverage.py",), ("tests/geo/test_coverage.py", "tests/geo/test_cases.py")),
    "ranking": Room(("geo/ranking.py",), ("tests/geo/test_ranking.py", "tests/geo/test_worth.py")),
    "ledger": Room(("layers/ledger/*.py",), ("tests/layers/ledger", "tests/layers/test_ledger*.py")),
    "readers": Room(
        ("layers/readers/*.py", "layers/cells.py", "layers/checks.py", "layers/quarantine.py", "layers/shapes.py"),
        ("tests/layers/test_read_*.py", "tests/layers/test_checks_*.py"),
    ),
}
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    module: Path
    line: int
    what: str
    place: int  # of the node in the order it is walked


def mutants_of(module: Path) -> list[Mutant]:
    """Return every change that is tried of a module."""
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    return [Mutant(module, node.lineno, _what(node), place) for place, node in enumerate(_walked(tree)) if _what(node)]


def _walked(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes whose meaning counts at run time: no annotations, no docstrings, nothing only for type checkers."""
    for node in ast.iter_child_nodes(tree):
        yield from _inside(node)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _inside(child)


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


def _changed(mutant: Mutant) -> ast.Module:
    tree = ast.parse((ROOT / mutant.module).read_text("utf-8"))
    node = next(node for place, node in enumerate(_walked(tree)) if place == mutant.place)
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


class _Serves(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module with a change in it, and leaves all others to whoever else."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = ".".join(mutant.module.with_suffix("").parts)
        self.path = ROOT / mutant.module
        self.code = compile(_changed(mutant), str(self.path), "exec")

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Return where the changed module comes from."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.code, module.__dict__)  # noqa: S102


def noticed(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Return whether the tests fail, break or do not end with that change (None: without any)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            code = _tested(mutant, tests)
        finally:
            os._exit(code)
    until = time.monotonic() + WALL_S
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _tested(mutant: Mutant | None, tests: Sequence[str]) -> int:
    import pytest

    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    if mutant is not None:
        sys.meta_path.insert(0, _Serves(mutant))
    return int(pytest.main(["-x", "-q", "-n", "0", "-p", "no:randomly", "--no-header", *tests]))


def tests_for(room: Room, module: Path) -> list[str]:
    """Return the test files of a module that are there."""
    wanted = [pattern.format(name=module.stem) for pattern in room.tests]
    return sorted({str(path) for pattern in wanted for path in ROOT.glob(pattern)})


def _warm() -> None:
    """Import what every mutant's tests would import anew, and nothing of ours."""
    for name in (
        "numpy",
        "pandas",
        "geopandas",
        "shapely",
        "pyogrio",
        "pyarrow.parquet",
        "pydantic",
        "yaml",
    ):
        importlib.import_module(name)
    for name in ("pytest", "scipy.sparse.csgraph", "scipy.optimize", "pyproj", "networkx", "python_calamine"):
        importlib.import_module(name)


def hunt(name: str, each: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return how many mutants of a room were tried, and those that no test noticed.

    Raises RuntimeError if the tests fail without any change.
    """
    room, rng = ROOMS[name], random.Random(f"{seed}/{name}")
    modules = sorted({path.relative_to(ROOT) for pattern in room.modules for path in ROOT.glob(pattern)})
    every = [mutant for module in modules if tests_for(room, module) for mutant in mutants_of(module)]
    chosen = rng.sample(every, min(each, len(every)))
    for module in sorted({mutant.module for mutant in chosen}):
        if noticed(None, tests_for(room, module)):
            raise RuntimeError(f"the tests of {module} fail as they are")
    survivors = []
    for mutant in chosen:
        if not noticed(mutant, tests_for(room, mutant.module)):
            survivors.append(mutant)
            sys.stdout.write(f"not noticed: {mutant.module}:{mutant.line} {mutant.what}\n")
            sys.stdout.flush()
    return len(chosen), survivors


def main() -> int:
    """Run the campaign over one room or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--room", choices=sorted(ROOMS), action="append")
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    _warm()
    for name in asked.room or sorted(ROOMS):
        tried, survivors = hunt(name, asked.each, asked.seed)
        share = 100 * (tried - len(survivors)) / max(1, tried)
        listed = "; ".join(f"{mutant.module}:{mutant.line} {mutant.what}" for mutant in survivors)
        record(f"mutation {name}", mutants=tried, noticed_percent=round(share, 1), not_noticed=listed)
    return 0
