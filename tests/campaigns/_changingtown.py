"""A town that changes from week to week, and the truth about it, worked out apart from coverplan.

Land is a row of cells; a village is some neighbouring cells under a code. Roads are numbered lines; lamps stand every 30
metres. Truth is kept by cell and by (road, metre), so it does not care what the data call or how they draw anything.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely import LineString

from layers.layer import Layers
from tests.geo.worlds import layers_of

CELLS, CELL_M, CELL_PEOPLE, PER = 16, 500.0, 400, 500
ROADS, ROAD_M, LAMP_STEP_M, RADIUS_M, SHORTEST_M = 5, 900.0, 30.0, 17.5, 50.0
REDRAWN_M = 4.0


@dataclass
class Town:
    """The town as it is: who cleans where, which lamps work, how villages are cut and coded, how roads are drawn."""

    rng: random.Random
    villages: list[list[int]] = field(default_factory=list)
    cleaners: dict[int, int] = field(default_factory=dict)
    lamps: dict[tuple[int, int], bool] = field(default_factory=dict)
    codes: dict[tuple[int, ...], str] = field(default_factory=dict)
    offsets: list[float] = field(default_factory=list)
    edition: int = 0
    coded: int = 0

    def __post_init__(self) -> None:
        """Lay out the town: villages of two cells, enough cleaners for most, most lamps working."""
        self.villages = [[cell, cell + 1] for cell in range(0, CELLS, 2)]
        self.cleaners = {cell: self.rng.choice([0, 1, 1]) for cell in range(CELLS)}
        count = int(ROAD_M / LAMP_STEP_M)
        self.lamps = {(road, k): self.rng.random() < 0.93 for road in range(ROADS) for k in range(count + 1)}
        self.offsets = [0.0] * ROADS

    def change(self) -> None:
        """Let a week pass: somebody leaves, lamps fail, and now and then the office redraws, recodes, splits or merges."""
        for _ in range(self.rng.randint(0, 2)):
            cell = self.rng.randrange(CELLS)
            self.cleaners[cell] = max(self.cleaners[cell] + self.rng.choice([-1, -1, 1]), 0)
        for _ in range(self.rng.randint(0, 2)):
            road, first = self.rng.randrange(ROADS), self.rng.randrange(int(ROAD_M / LAMP_STEP_M) - 3)
            for k in range(first, first + self.rng.randint(1, 4)):
                self.lamps[road, k] = False
        if self.rng.random() < 0.25:
            self.edition += 1
            self.offsets = [self.rng.uniform(-REDRAWN_M, REDRAWN_M) for _ in range(ROADS)]
        if self.rng.random() < 0.15:
            self.codes.clear()
        if self.rng.random() < 0.12:
            self._recut()

    def _recut(self) -> None:
        at = self.rng.randrange(len(self.villages) - 1)
        one, other = self.villages[at], self.villages[at + 1]
        if len(one) > 1 and self.rng.random() < 0.5:
            self.villages[at : at + 1] = [one[:1], one[1:]]
        elif len(one) + len(other) <= 4:
            self.villages[at : at + 2] = [[*one, *other]]

    def layers(self) -> Layers:
        """Return the town as this week's data have it."""
        units, staff = [], []
        for cells in self.villages:
            code = self.code(cells)
            shape = (cells[0] * CELL_M, 0.0, (cells[-1] + 1) * CELL_M, 1000.0)
            units.append({"id": code, "name": f"{code}村", "population": CELL_PEOPLE * len(cells), "box": shape})
            staff.append({"id": f"S{code}", "unit_id": code, "role": "cleaner", "count": self.supply(cells)})
        roads = [{"id": f"R{road}.{self.edition}", "line": list(self.line(road).coords)} for road in range(ROADS)]
        lamps = [
            {
                "id": f"L{road}.{k}",
                "category": "lamp",
                "status": "working" if works else "broken",
                "at": (k * LAMP_STEP_M, _y(road)),
            }
            for (road, k), works in self.lamps.items()
        ]
        homes = [{"id": f"H{road}", "people": 50, "at": (ROAD_M / 2, _y(road) + 8)} for road in range(ROADS)]
        return layers_of(units=units, homes=homes, roads=roads, devices=lamps, staff=staff)

    def code(self, cells: Sequence[int]) -> str:
        """Return a village's code, a new one where it has none; codes are handed out in order and so come back."""
        key = tuple(cells)
        if key not in self.codes:
            self.coded += 1
            self.codes[key] = f"V{self.coded % 40:02d}"
            while list(self.codes.values()).count(self.codes[key]) > 1:
                self.coded += 1
                self.codes[key] = f"V{self.coded % 40:02d}"
        return self.codes[key]

    def line(self, road: int) -> LineString:
        """Return a road as it is drawn this week."""
        y = _y(road) + self.offsets[road]
        return LineString([(0, y), (ROAD_M, y)])

    def supply(self, cells: Sequence[int]) -> int:
        """Return a village's cleaners."""
        return sum(self.cleaners[cell] for cell in cells)

    def is_short(self, cells: Sequence[int]) -> bool:
        """Return whether a village has too few cleaners."""
        return self.supply(cells) < math.ceil(CELL_PEOPLE * len(cells) / PER)

    def lit(self, road: int) -> list[bool]:
        """Return for every metre of a road whether a working lamp lights its middle."""
        at = [k * LAMP_STEP_M for (r, k), works in self.lamps.items() if r == road and works]
        return [any(abs(metre + 0.5 - lamp) <= RADIUS_M for lamp in at) for metre in range(int(ROAD_M))]

    def mend(self, rule: str, ground: set[int], road: int) -> None:
        """Do the work a task promised: hire for the villages on its cells, or light its metres."""
        if rule == "cleaners":
            for cells in self.villages:
                if ground & set(cells):
                    missing = math.ceil(CELL_PEOPLE * len(cells) / PER) - self.supply(cells)
                    self.cleaners[cells[0]] += max(missing, 0)
            return
        for k in range(int(ROAD_M / LAMP_STEP_M) + 1):
            if any(abs(metre + 0.5 - k * LAMP_STEP_M) <= RADIUS_M + 1 for metre in ground):
                self.lamps[road, k] = True


def ground_of(rule: str, shape: Any) -> tuple[int, set[int]]:
    """Return the truth's name for a shape: (-1, its cells), or (its road, its metres)."""
    west, south, east, _ = shape.bounds
    if rule == "cleaners":
        return -1, set(range(round(west / CELL_M), round(east / CELL_M)))
    parts = getattr(shape, "geoms", [shape])
    road = round((south - 2000.0) / 300.0)
    return road, {m for part in parts for m in range(round(part.bounds[0]), round(part.bounds[2]))}


def _y(road: int) -> float:
    return 2000.0 + 300.0 * road
