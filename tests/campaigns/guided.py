"""Bytes steered by what they reach (atheris, libFuzzer) for the parsers and the plan loader: nothing but our own errors.

    python -m tests.campaigns guided [--minutes 10] [--only NAME]

Needs atheris, which is in no lock of ours: `pip install atheris` into an environment of its own. Without it the
campaign says that nothing was fuzzed and ends with 2. Each target gets its share of the time in a process of its own,
starting from a few whole examples; what makes it fail is printed, to become a test.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.campaigns._record import record

ROOT = Path(__file__).parents[2]
_DONE = re.compile(r"Done (\d+) runs")
_INSTRUMENTED = ("layers",)


def _plan(data: bytes) -> None:
    from layers.planreading import read_plan
    from layers.problems import PlanError

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "plan.yaml")
        file.write_bytes(data)
        try:
            read_plan(file)
        except PlanError:
            return


def _cells(data: bytes) -> None:
    from tests.campaigns.texts import READERS

    said = data.decode("utf-8", "replace")
    for name in ("numbers", "dates", "ids", "headers", "filters", "marked yaml"):
        READERS[name][0](said)


def _reader(ending: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        from layers.kinds import KINDS
        from layers.plan import LayerSpec
        from layers.problems import InputError
        from layers.readers.formats import read_raw
        from layers.readers.raw import Request

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, f"c{ending}")
            file.write_bytes(data)
            spec = LayerSpec(kind="facilities", path=file.name)
            try:
                read_raw(Request("c", spec, KINDS["facilities"], file))
            except InputError:
                return

    return read


_FIRST = "plan: {name: 东塘镇}\nlayers:\n  units: {kind: units, path: v.gpkg}\nrules:\n  - {id: STF-01}\n"
_CSV = "编号,名称,类别,经度,纬度\nC1,卫生室,clinic,113,23\n"
_JSON = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "C1"},'
    ' "geometry": {"type": "Point", "coordinates": [113, 23]}}]}'
)
_DXF = "0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n0\n10\n113.0\n20\n23.0\n0\nENDSEC\n0\nEOF\n"
TARGETS: dict[str, tuple[Callable[[bytes], None], str]] = {
    "plan": (_plan, _FIRST),
    "cells": (_cells, "１,２００人 category == 'fitness' and people > 3"),
    "csv": (_reader(".csv"), _CSV),
    "geojson": (_reader(".geojson"), _JSON),
    "dxf": (_reader(".dxf"), _DXF),
}


def fuzz(name: str, corpus: str, seconds: int) -> None:
    """Fuzz one target until the time is up or it fails; never returns."""
    import atheris

    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        TARGETS[name][0](TARGETS[name][1].encode())
    # PyO3, NumPy and pandas are not instrumented: what they do is not ours to steer.
    options = [f"-max_total_time={seconds}", "-max_len=2048", "-timeout=30", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], corpus, f"-artifact_prefix={corpus}.", *options], TARGETS[name][0])
    atheris.Fuzz()


def hunted(name: str, seconds: int) -> tuple[int, str]:
    """Return how many inputs one target got, and what made it fail ("" if nothing did)."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        (corpus / "first").write_text(TARGETS[name][1], "utf-8")
        code = f"from tests.campaigns.guided import fuzz; fuzz({name!r}, {str(corpus)!r}, {seconds})"
        path = os.pathsep.join([str(ROOT), *(each for each in sys.path if each)])
        command = [sys.executable, "-W", "ignore", "-c", code]
        ran = subprocess.run(
            command, capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False
        )
        said = ran.stderr.decode("utf-8", "replace")
        done = _DONE.search(said)
        culprits = [file.read_bytes() for file in sorted(Path(folder).glob("corpus.*"))]
    if ran.returncode == 0 and done:
        return int(done[1]), ""
    return int(done[1]) if done else 0, f"{name}: {culprits[:1]!r}: {said[-600:]}"


def main() -> int:
    """Run the campaign; return 1 if anything failed, 2 if nothing was fuzzed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", choices=sorted(TARGETS), action="append")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("atheris is not installed: nothing was fuzzed\n")
        return 2
    names = asked.only or list(TARGETS)
    found = {name: hunted(name, max(1, round(60 * asked.minutes / len(names)))) for name in names}
    faults = [fault for _, fault in found.values() if fault]
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    record(
        "guided",
        minutes=asked.minutes,
        inputs=", ".join(f"{name} {count}" for name, (count, _) in found.items()),
        failures=len(faults),
    )
    return int(bool(faults) or any(count == 0 for count, _ in found.values()))
