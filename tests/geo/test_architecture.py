"""The shape of the code, held by tests: one way of imports, short functions, quiet modules."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("layers", "geo", "maps")
MAY_IMPORT = {"layers": {"layers"}, "geo": {"layers", "geo"}, "maps": {"layers", "geo", "maps"}}
MOST_LINES = 50
# geo works out what it is given: no file, no clock, no network, nothing of the machine it runs on. (Threads are arithmetic.)
NOT_IN_GEO = {
    "io",
    "pathlib",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "urllib",
    "http",
    "random",
    "logging",
}
# A time limit is kept by looking at a clock: here, and only to stop.
CLOCK = "geo/siting/deadline.py"
HEAVY = (
    "folium",
    "geopandas",
    "matplotlib",
    "networkx",
    "numba",
    "numpy",
    "osmium",
    "pandas",
    "pyogrio",
    "scipy",
    "shapely",
)

FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the top package of every absolute import, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0], node.lineno


def test_imports_run_one_way():
    wrong = [
        f"{name_of(path)}:{line} imports {package}"
        for path, tree in TREES.items()
        for package, line in imported(tree)
        if package in ROOMS and package not in MAY_IMPORT[path.relative_to(ROOT).parts[0]]
    ]
    assert wrong == []


def test_import_linter_agrees():
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_geo_touches_no_file_no_clock_and_no_network():
    wrong = [
        f"{name_of(path)}:{line} imports {package}"
        for path, tree in TREES.items()
        if path.is_relative_to(ROOT / "geo")
        for package, line in imported(tree)
        if package in NOT_IN_GEO and (name_of(path), package) != (CLOCK, "time")
    ]
    wrong += [
        f"{name_of(path)}:{node.lineno} calls {node.func.id}"
        for path, tree in TREES.items()
        if path.is_relative_to(ROOT / "geo")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"}
    ]
    assert wrong == []


def test_only_readers_and_map_writers_change_coordinates():
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in TREES.items()
        if path.is_relative_to(ROOT / "geo")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"to_crs", "set_crs"}
    ]
    assert wrong == []


def test_no_function_is_longer_than_fifty_lines():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_LINES
    ]
    assert long == []


def test_no_file_is_called_utils():
    assert [name_of(path) for path in FILES if path.stem in {"utils", "helpers", "common", "misc", "manager"}] == []


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_every_module_does_nothing_visible():
    modules = [module_of(path) for path in FILES if path.stem != "__main__"]
    done = run_python(f"import importlib\nfor name in {modules!r}: importlib.import_module(name)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("module", ["layers", "geo", "maps", "maps.cli", "layers.text", "layers.problems"])
def test_front_door_opens_without_the_heavy_libraries(module):
    done = run_python(f"import sys, {module}\nprint([name for name in {HEAVY!r} if name in sys.modules])")
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
