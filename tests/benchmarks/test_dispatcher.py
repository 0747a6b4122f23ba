"""Benchmarks are found by name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main, names


def test_every_benchmark_says_what_it_measures_and_can_be_run():
    for name, what in names().items():
        assert what.endswith("."), name
        spec = importlib.util.find_spec(f"benchmarks.{name}")
        assert spec is not None
        assert spec.origin is not None
        assert "\ndef main() -> " in Path(spec.origin).read_text(encoding="utf-8"), name


def test_an_unknown_benchmark_lists_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "faster"])
    assert main() == 2
    assert "\npage " in f"\n{capsys.readouterr().out}"
