"""Gaps and served places of real towns, worked out again by hand: from the raw layers, by definition, with networkx.

    python -m tests.campaigns handcheck FILE.osm.pbf ... [--count 20] [--seed 1] [--keep DIR]

For each OpenStreetMap extract: `coverplan init --osm`, `coverplan run`, then for every rule 20 gaps, 20 places that are
met and 20 that are unknown, drawn with the seed. What each is supplied with and its status are worked out anew from
layers.gpkg and the rule's options in run.json. Nothing of geo is used: the graph has a node at every vertex, ways are
found by Dijkstra's method in networkx, lit road is added up segment by segment. Only tables of words and speeds that are
definitions (geo/network/classes.py) are shared. Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from tests.campaigns._byhand import Verdict, lit_road, own_facilities, way_to_facility

# Lengths are kept in whole millimetres on the way; a path is a few hundred segments.
TOLERANCE_M, TOLERANCE_MIN = 0.25, 0.01


@dataclass(frozen=True)
class Result:
    """What a run said: its tables, the options of its rules, and the layers it read, in its metric CRS."""

    coverage: pd.DataFrame
    gaps: pd.DataFrame
    rules: dict[str, dict[str, object]]
    layers: dict[str, gpd.GeoDataFrame]


def main() -> int:
    """Check every extract named and return 1 if any verdict differs from the one worked out by hand."""
    asked = _parser().parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        for extract in asked.extracts:
            folder = (asked.keep or Path(scratch)) / extract.name.partition(".")[0]
            wrong += check(result_of(extract, folder), folder.name, count=asked.count, seed=asked.seed)
    return int(wrong > 0)


def result_of(extract: Path, folder: Path) -> Result:
    """Return what coverplan makes of an extract: started and run into the folder, unless it holds a run already."""
    if not (folder / "plan.yaml").exists():
        _coverplan("init", folder, "--osm", extract)
    _coverplan("run", folder / "plan.yaml", "--out", folder / "out")
    record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    text = {
        "dtype": {"place_id": str, "unit_id": str, "gap_id": str},
        "keep_default_na": False,
        "encoding": "utf-8-sig",
        "low_memory": False,
    }
    coverage, gaps = (pd.read_csv(folder / "out" / name, **text) for name in ("coverage.csv", "gaps.csv"))
    coverage["supplied"] = pd.to_numeric(coverage["supplied"], errors="coerce")
    layers = {}
    for name, _ in pyogrio.list_layers(folder / "layers.gpkg"):
        frame = pyogrio.read_dataframe(folder / "layers.gpkg", layer=name)
        layers[name] = frame.to_crs(record["crs"]).set_index("id")
    return Result(coverage, gaps, record["rules"], layers)


def check(result: Result, town: str, *, count: int, seed: int) -> int:
    """Print how many of the places drawn agree under each rule, and every one that does not; return how many do not."""
    wrong = 0
    for rule_id, options in result.rules.items():
        compared = list(_compared(result, rule_id, options, count, np.random.default_rng(seed)))
        differing = [line for line in compared if line]
        print(f"{town:32} {rule_id:8} {len(compared):4} places by hand, {len(differing)} differ")
        print("".join(f"    {line}\n" for line in differing), end="")
        wrong += len(differing)
    return wrong


def _compared(
    result: Result, rule_id: str, options: dict[str, object], count: int, draw: np.random.Generator
) -> Iterator[str]:
    """Yield for each place drawn what is wrong with it, "" if nothing is."""
    rows = result.coverage[result.coverage["rule_id"] == rule_id].set_index("place_id")
    named = result.gaps.loc[result.gaps["rule_id"] == rule_id, "place_id"]
    drawn = [_some(named.drop_duplicates(), count, draw)]
    drawn += [_some(rows.index[rows["status"] == status].to_series(), count, draw) for status in ("met", "unknown")]
    by_hand = {"reach": way_to_facility, "along_road": lit_road, "presence": own_facilities}[str(options["type"])]
    tolerance = TOLERANCE_MIN if (rows["unit"] == "min").any() else TOLERANCE_M
    for place_id, verdict in by_hand(result.layers, options, np.concatenate(drawn).tolist()).items():
        yield _difference(place_id, rows.loc[place_id], verdict, tolerance)
    for place_id in drawn[0]:
        yield "" if rows.loc[place_id, "status"] == "short" else f"{place_id}: a gap, but not short"


def _some(ids: pd.Series, count: int, draw: np.random.Generator) -> np.ndarray:
    return draw.choice(ids.to_numpy(object), min(count, len(ids)), replace=False)


def _difference(place_id: str, row: pd.Series, verdict: Verdict, tolerance: float) -> str:
    supplied = float(row["supplied"])
    same = (math.isnan(supplied) and math.isnan(verdict.supplied)) or supplied == verdict.supplied
    near = abs(supplied - float(row["required"] or "nan")) <= 2 * tolerance  # either verdict may be right
    if not same and not abs(supplied - verdict.supplied) <= tolerance:
        return f"{place_id}: supplied {supplied}, by hand {verdict.supplied} ({row['status']}, {row['reason']})"
    if row["status"] != verdict.status and not near:
        return f"{place_id}: {row['status']}, by hand {verdict.status} (supplied {supplied}, {row['reason']})"
    return ""


def _coverplan(*words: object) -> None:
    command = [sys.executable, "-m", "maps", *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("extracts", nargs="+", type=Path, metavar="FILE.osm.pbf")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the towns, which are then not made anew")
    return parser
