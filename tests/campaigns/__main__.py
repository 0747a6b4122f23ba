"""Runs a campaign: python -m tests.campaigns NAME [OPTIONS]. Without a name it lists them.

A campaign is one file in this folder with a function `main()` that reads its options from sys.argv; the first line of
its docstring says what it looks for. Files whose names begin with "_" are shared between campaigns.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path


def names() -> dict[str, str]:
    """Return what each campaign looks for, by name."""
    files = sorted(file for file in Path(__file__).parent.glob("*.py") if not file.name.startswith("_"))
    return {
        file.stem: (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0] for file in files
    }


def main() -> int:
    """Run the campaign that is asked for, or list all; return 1 if it found something, 2 if there is none of that name."""
    known = names()
    asked = (sys.argv[1] if len(sys.argv) > 1 else "").replace("-", "_")
    if asked in known:
        sys.argv = [f"python -m tests.campaigns {asked}", *sys.argv[2:]]
        return int(importlib.import_module(f"tests.campaigns.{asked}").main() or 0)
    sys.stdout.write("".join(f"{name:12} {what}\n" for name, what in known.items()))
    return 0 if asked in ("", "-h", "--help") else 2


if __name__ == "__main__":
    raise SystemExit(main())
