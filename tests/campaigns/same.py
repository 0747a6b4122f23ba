"""Runs that must give the same bytes: hash seeds, time zones, other Pythons; and the same results from shuffled rows.

python -m tests.campaigns same [--runs 12] [--python PYTHON ...]

Several Pythons must have coverplan and the same versions of its libraries: another PROJ (9.5 and 9.8, measured) rounds
the last bit of a coordinate in another way, and the sixth digit of a figure may follow. The lock has one set of versions for Python
3.11 and another for 3.12 and newer; give a Python 3.12 the first set to compare the two.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio

from tests.campaigns._record import record

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "examples" / "dongtang"
ZONES = ("UTC", "Asia/Shanghai", "America/St_Johns")
# The other outputs show the fingerprints of the inputs and the numbers of their rows, which shuffling changes.
OF_ROWS = ("coverage.csv", "gaps.csv", "projects.csv", "result.gpkg")


def ran(folder: Path, out: Path, *, python: str, seed: int, zone: str) -> dict[str, str]:
    """Run the plan of that folder and return the SHA-256 of each output, of run.json without its timings."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed), "TZ": zone, "LANG": "C.UTF-8"}
    command = [python, "-W", "ignore", "-m", "maps", "run", str(folder / "plan.yaml"), "--no-cache", "--out", str(out)]
    subprocess.run(command, env=settings, cwd=ROOT, check=True, capture_output=True, timeout=600)
    found = {}
    for path in sorted(out.iterdir()):
        data = path.read_bytes()
        if path.name == "run.json":
            content = json.loads(data)
            content.pop("timings")
            data = json.dumps(content, sort_keys=True).encode()
        found[path.name] = hashlib.sha256(data).hexdigest()
    return found


def shuffled(folder: Path, seed: int) -> None:
    """Put the rows of every layer of the town in another order, whatever its format; a row of totals stays last."""
    rng = random.Random(seed)
    for file in sorted(folder.glob("*.csv")):
        encoding = "gb18030" if file.name in ("cameras.csv", "petitions.csv") else "utf-8-sig"
        with file.open(encoding=encoding, newline="") as text:
            rows = list(csv.reader(text))
        with file.open("w", encoding=encoding, newline="") as text:
            csv.writer(text).writerows(_mixed(rows, rng))
    for file in sorted(folder.glob("*.xlsx")):
        book = openpyxl.load_workbook(file)
        for sheet in book:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            sheet.delete_rows(1, sheet.max_row)
            for row in _mixed(rows, rng):
                sheet.append(row)
        book.save(file)
    for file in sorted(folder.glob("*.geojson")):
        content = json.loads(file.read_text("utf-8"))
        rng.shuffle(content["features"])
        file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    for file in sorted(folder.glob("*.gpkg")):
        tables = {name: pyogrio.read_dataframe(file, layer=name) for name, _ in pyogrio.list_layers(file)}
        file.unlink()
        for name, table in tables.items():
            pyogrio.write_dataframe(table.iloc[rng.sample(range(len(table)), len(table))], file, layer=name)


def _mixed(rows: list[list[Any]], rng: random.Random) -> list[list[Any]]:
    head, *body = rows
    last = [row for row in body if row[0] == "合计"]
    body = [row for row in body if row[0] != "合计"]
    rng.shuffle(body)
    return [head, *body, *last]


def differing(folder: Path, runs: int, pythons: list[str]) -> tuple[list[str], int]:
    """Return the outputs that were not the same in all runs, and how many outputs were compared."""
    seen: dict[str, set[str]] = {}
    for number in range(runs):
        python, zone = pythons[number % len(pythons)], ZONES[number % len(ZONES)]
        for name, digest in ran(TOWN, folder / f"out{number}", python=python, seed=number, zone=zone).items():
            seen.setdefault(name, set()).add(digest)
    return sorted(name for name, digests in seen.items() if len(digests) > 1), len(seen)


def differing_if_shuffled(folder: Path, runs: int) -> list[str]:
    """Return the results that change when the rows of the inputs change places."""
    seen: dict[str, set[str]] = {}
    for number in range(runs):
        town = folder / f"town{number}"
        shutil.copytree(TOWN, town)
        if number:
            shuffled(town, number)
        found = ran(town, folder / f"shuffled{number}", python=sys.executable, seed=0, zone="UTC")
        for name in OF_ROWS:
            seen.setdefault(name, set()).add(found[name])
    return sorted(name for name, digests in seen.items() if len(digests) > 1)


def main() -> int:
    """Run the campaign; return 1 if anything differed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument(
        "--python", action="append", default=[], help="a Python to run with instead of this one; several in turn"
    )
    asked = parser.parse_args()
    pythons = asked.python or [sys.executable]
    versions = {
        subprocess.run([each, "-V"], capture_output=True, text=True, check=True).stdout.strip() for each in pythons
    }
    with tempfile.TemporaryDirectory() as there:
        differ, outputs = differing(Path(there), asked.runs, pythons)
        moved = differing_if_shuffled(Path(there), max(2, asked.runs // 3))
    for name in [*differ, *moved]:
        sys.stdout.write(f"differs: {name}\n")
    record(
        "same",
        runs=asked.runs,
        hash_seeds=asked.runs,
        time_zones=len(ZONES),
        pythons=", ".join(sorted(versions)),
        outputs_compared=outputs,
        outputs_that_differ=len(differ),
        runs_with_shuffled_rows=max(2, asked.runs // 3),
        results_that_differ_when_shuffled=len(moved),
    )
    return int(bool(differ or moved))
