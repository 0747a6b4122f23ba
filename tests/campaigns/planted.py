"""Faults planted in generated layers: each is reported with its file, row and field, and no clean row is set aside.

python -m tests.campaigns planted [--layers 10000] [--seed 1]
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from layers.plan import LayerSpec, Plan, Settings
from layers.reading import examined
from tests.campaigns._record import record

Row = dict[str, object]
LENIENT = Settings(name="x", max_rejected_share=1.0, max_rejected_people_share=1.0)


@dataclass
class Made:
    """A layer that was generated: its rows, and what was planted in which (code, canonical field), by position."""

    kind: str
    rows: list[Row]
    planted: dict[int, tuple[str, str, str]] = field(default_factory=dict)  # position -> action, code, field


def _number(column: str, canonical: str) -> list[Callable[[Row, random.Random], tuple[str, str, str]]]:
    def bad(row: Row, rng: random.Random) -> tuple[str, str, str]:
        row[column] = rng.choice(
            ["12人左右", "约300", "abc", "1e400", "inf", "1,23", "十二", "3..4", "=1+1", "5-6", "½"]
        )
        return "rejected", "not_number", canonical

    def negative(row: Row, rng: random.Random) -> tuple[str, str, str]:
        row[column] = str(-rng.randint(1, 99))
        return "rejected", "out_of_bounds", canonical

    def wide(row: Row, rng: random.Random) -> tuple[str, str, str]:
        row[column] = rng.choice(["１２", "1,234", "＋5"])
        return "repaired", "number_repaired", canonical

    return [bad, negative, wide]


def _place(row: Row, rng: random.Random) -> tuple[str, str, str]:
    deed = rng.randrange(5)
    if deed == 0:
        row["lon"] = row["lat"] = ""
        return "rejected", "no_geometry", "geometry"
    if deed == 1:
        row["lon"], row["lat"] = "0", "0"
        return "rejected", "place_zero", "geometry"
    if deed == 2:
        row["lon"], row["lat"] = row["lat"], row["lon"]
        return "rejected", "place_swapped", "geometry"
    if deed == 3:
        row["lon"], row["lat"] = "500123.4", "2545678.9"
        return "rejected", "place_metres", "geometry"
    row["lon"] = "东经113°"
    return "rejected", "not_number", "lon"


def _flag(row: Row, rng: random.Random) -> tuple[str, str, str]:
    row["opened"] = rng.choice(["明年", "2020-13-01", "31/31/2020", "0000-00-00"])
    return "rejected", "not_date", "opened"


FAULTS: dict[str, list[Callable[[Row, random.Random], tuple[str, str, str]]]] = {
    "demand": [*_number("people", "people"), _place],
    "facilities": [*_number("capacity", "capacity"), _place, _flag],
    "units": [*_number("population", "population")],
    "staff": [*_number("count", "count")],
}


def _clean(kind: str, at: int, rng: random.Random) -> Row:
    place = {"lon": f"{113 + rng.random() / 10:.6f}", "lat": f"{23 + rng.random() / 10:.6f}"}
    if kind == "demand":
        return {"id": f"{at:05}", "people": rng.choice([str(rng.randint(0, 9)), ""]), **place}
    if kind == "facilities":
        return {
            "id": f"F{at}",
            "name": "卫生室",
            "category": "clinic",
            "capacity": str(rng.randint(0, 50)),
            "opened": "2020-05-01",
            **place,
        }
    if kind == "units":
        return {"id": f"0{at:04}", "name": f"{rng.choice('东西南北')}村{at}", "population": str(rng.randint(1, 5000))}
    return {"id": f"S{at}", "unit_id": "东塘村", "role": "保洁员", "count": str(rng.randint(0, 5))}


def made(rng: random.Random) -> Made:
    """Return a layer of up to 60 rows, about one in eight of them with a fault, perhaps with duplicates and a total."""
    kind = rng.choice(sorted(FAULTS))
    layer = Made(kind, [_clean(kind, at, rng) for at in range(rng.randint(8, 60))])
    # More than half of the places wrong would be the declaration's fault, and is told in another way.
    spoilt = rng.sample(range(len(layer.rows)), rng.randint(0, max(1, len(layer.rows) // 8)))
    for at in spoilt:
        layer.planted[at] = rng.choice(FAULTS[kind])(layer.rows[at], rng)
    clean = [at for at in range(len(layer.rows)) if at not in layer.planted]
    if rng.random() < 0.3:
        one, other = rng.sample(clean, 2)
        layer.rows[other]["id"] = layer.rows[one]["id"]
        layer.planted[one] = layer.planted[other] = ("rejected", "duplicate", "id")
    if rng.random() < 0.3:
        total = dict.fromkeys(layer.rows[0], "")
        total["id"] = rng.choice(["合计", "总计：", " 小 计", "Total", "合 计"])
        layer.rows.append(total)
        layer.planted[len(layer.rows) - 1] = ("rejected", "total_row", "")
    return layer


def written(layer: Made, folder: Path, rng: random.Random) -> tuple[str, int]:
    """Write the layer as a CSV in some encoding or as a workbook, and return its name and the number of its first row."""
    headers = list(layer.rows[0])
    if rng.random() < 0.3:
        book = xlsxwriter.Workbook(folder / "l.xlsx", {"strings_to_formulas": False, "strings_to_numbers": False})
        sheet = book.add_worksheet()
        skip = rng.choice([0, 2])
        if skip:
            sheet.write_string(0, 0, "东塘镇台账")
        for r, cells in enumerate([headers, *(row.values() for row in layer.rows)]):
            for c, cell in enumerate(cells):
                sheet.write_string(r + skip, c, str(cell))
        book.close()
        return "l.xlsx", 2 + skip
    encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    with (folder / "l.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=rng.choice(",;\t"), lineterminator=rng.choice(["\r\n", "\n"]))
        writer.writerow(headers)
        writer.writerows(row.values() for row in layer.rows)
    return "l.csv", 2


def judged(layer: Made, name: str, first: int, folder: Path) -> list[str]:
    """Return what is wrong with the way the layer was read: a fault not told, or told of a clean row, or books that fail."""
    spec = LayerSpec(kind=layer.kind, path=name, crs="EPSG:4490")
    found = examined(Plan(LENIENT, {"l": spec}, (), folder, "plan.yaml", ""))
    if "l" in found.refused:
        return [f"refused: {found.refused['l'][0].in_('en')}"]
    read = found.layers["l"]
    told = {(r.row, r.action, r.reason.key.partition(".")[2], r.field) for r in read.rejects if r.file == name}
    wanted = {(first + at, action, code, where) for at, (action, code, where) in layer.planted.items()}
    wrong = [f"not told: {each}" for each in sorted(wanted - told)]
    spoilt = {first + at for at in layer.planted}
    wrong += [f"told of a clean row: {each}" for each in sorted(told) if each[0] and each[0] not in spoilt]
    rejected = sum(action == "rejected" for action, _, _ in layer.planted.values())
    if (read.rejected, read.rows_in) != (
        rejected,
        len(layer.rows),
    ) or read.used + read.repaired + rejected != read.rows_in:
        wrong.append(f"books: {read.rows_in} in, {read.used} used, {read.repaired} repaired, {read.rejected} rejected")
    return wrong


def hunt(layers: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Return what was planted by code, and what went wrong. Files are read in this process: what is tested is the reading."""
    fork, planted, wrong = os.fork, Counter[str](), []
    del os.fork
    try:
        with tempfile.TemporaryDirectory() as there:
            for number in range(layers):
                rng = random.Random(f"{seed}/{number}")
                layer = made(rng)
                name, first = written(layer, Path(there), rng)
                planted.update(code for _, code, _ in layer.planted.values())
                planted["clean rows"] += len(layer.rows) - len(layer.planted)
                wrong += [
                    f"layer {number} ({layer.kind}, {name}): {each}" for each in judged(layer, name, first, Path(there))
                ]
    finally:
        os.fork = fork
    return planted, wrong


def main() -> int:
    """Run the campaign; return 1 if any fault was missed or any clean row set aside."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--layers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    planted, wrong = hunt(asked.layers, asked.seed)
    sys.stdout.write("".join(f"{each}\n" for each in wrong[:20]))
    clean = planted.pop("clean rows")
    record(
        "planted",
        layers=asked.layers,
        faults_planted=planted.total(),
        kinds_of_fault=len(planted),
        clean_rows=clean,
        missed_misplaced_or_false=len(wrong),
    )
    return int(bool(wrong))
