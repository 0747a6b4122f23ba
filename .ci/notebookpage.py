"""Puts the notebook, run from its first cell to its last while the site is built, on the pages that ask for it.

A hook of mkdocs. A cell that fails stops the build, so the site never shows what no longer works.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

ROOT = Path(__file__).resolve().parent.parent
MARK = "<!-- the notebook -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return the page with the notebook in place of the mark."""
    return markdown.replace(MARK, _run()) if MARK in markdown else markdown


@cache
def _run() -> str:
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "examples").symlink_to(ROOT / "examples")
        where = {"metadata": {"path": scratch}}
        NotebookClient(notebook, startup_timeout=300, timeout=600, resources=where).execute()
    body, _ = MarkdownExporter().from_notebook_node(notebook)
    return str(body)
