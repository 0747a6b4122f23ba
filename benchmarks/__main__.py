"""Runs a benchmark: python -m benchmarks NAME [OPTIONS]. Without a name it lists them.

A benchmark is one file in this folder with a function `main()` that reads its options from sys.argv; the first line of
its docstring says what it measures. Files whose names begin with "_" are shared between benchmarks.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path


def names() -> dict[str, str]:
    """Return what each benchmark measures, by name."""
    files = sorted(file for file in Path(__file__).parent.glob("*.py") if not file.name.startswith("_"))
    return {file.stem: _first_line(file) for file in files}


def _first_line(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def main() -> int:
    """Run the benchmark that is asked for, or list all; return 2 if there is none of that name."""
    known = names()
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in known:
        sys.argv = [f"python -m benchmarks {asked}", *sys.argv[2:]]
        importlib.import_module(f"benchmarks.{asked}").main()
        return 0
    sys.stdout.write("".join(f"{name:10} {what}\n" for name, what in known.items()))
    return 0 if asked in ("", "-h", "--help") else 2


if __name__ == "__main__":
    raise SystemExit(main())
