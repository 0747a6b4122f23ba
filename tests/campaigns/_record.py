"""The last figures of each campaign, kept as data; the page in docs is made from them and never written by hand."""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FIGURES = Path(__file__).with_name("figures.json")


def _typed() -> list[str]:
    """Return the options as typed, without the folders of this machine."""
    return [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]


def record(name: str, **figures: object) -> None:
    """Note and print what a campaign found, with the versions it ran with."""
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.is_file() else {}
    ran = f"Python {platform.python_version()}, " + ", ".join(
        f"{library} {version(library)}" for library in ("pyogrio", "shapely", "pandas")
    )
    known[name] = {
        "figures": figures,
        "command": " ".join(["python -m tests.campaigns", name.partition(" ")[0], *_typed()]),
        "with": ran,
    }
    FIGURES.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for key, value in figures.items():
        sys.stdout.write(f"{key:32} {value}\n")
