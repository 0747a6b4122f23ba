"""The CSV tables of OUT/: what people script against, so their columns and the order of them never change (DESIGN)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.text import Language, spoken
from maps.csvcells import csv_rows, unguarded
from maps.degrees import to_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.assessment import Assessment

COVERAGE = (
    "rule_id",
    "place_id",
    "name",
    "unit_id",
    "required",
    "supplied",
    "shortfall",
    "unit",
    "status",
    "people",
    "people_short",
    "reason",
)
GAPS = (
    "gap_id",
    "rule_id",
    "severity",
    "place_id",
    "unit_id",
    "name",
    "amount",
    "unit",
    "people",
    "lon",
    "lat",
    "reason",
)
PROJECTS = (
    "rank",
    "project_id",
    "action",
    "name",
    "unit_id",
    "rule_ids",
    "gap_ids",
    "amount",
    "unit",
    "cost_low",
    "cost",
    "cost_high",
    "people_served",
    "need_closed",
    "need_per_10k_yuan",
    "cumulative_cost",
    "in_budget",
    "stays_in",
    "why",
    "lon",
    "lat",
)
REJECTS = ("layer", "file", "row", "feature_id", "field", "value", "reason", "fix", "action")

# Columns of numbers, in whichever table; in_budget is true or false; all others are text.
_NUMBERS = frozenset(
    ("rank", "row", "required", "supplied", "shortfall", "amount", "people", "people_short", "people_served", "lon")
) | {"lat", "cost_low", "cost", "cost_high", "cumulative_cost", "need_closed", "need_per_10k_yuan"}

# Several ids in one cell.
SEPARATOR = ";"


def coverage_tables(assessment: Assessment) -> Iterator[pd.DataFrame]:
    """Yield one table a rule, in the plan's order, with a row per place, by place id.

    `status` and `reason` are codes, so that a script reads the same in every language; `supplied` is inf where nothing
    can be reached.
    """
    for rule_id, coverage in assessment.coverages.items():
        frame = pd.DataFrame(coverage.frame)
        own = {"rule_id": rule_id, "place_id": frame.index.astype(str), "status": frame["status"].astype(str)}
        yield pd.DataFrame({name: own.get(name, frame.get(name)) for name in COVERAGE}, index=frame.index)
    if not assessment.coverages:
        yield pd.DataFrame(columns=list(COVERAGE))


def gaps_table(assessment: Assessment, language: Language) -> pd.DataFrame:
    """Return one row per gap, in the order of the assessment; `place_id` is the place it is named after."""
    gaps = assessment.gaps
    lon, lat = lonlat([gap.geometry for gap in gaps], assessment.world.layers.crs)
    rows = []
    for gap, x, y in zip(gaps, lon, lat, strict=True):
        names = (gap.id, gap.rule_id, gap.severity, gap.place_ids[0], gap.unit_id, gap.name)
        rows.append((*names, gap.amount, gap.unit, gap.people, x, y, spoken(gap.reason, language)))
    return _typed(pd.DataFrame(rows, columns=list(GAPS)))


def projects_table(assessment: Assessment, language: Language) -> pd.DataFrame:
    """Return one row per project, best first; costs are in yuan, `people_served` only those that nothing above serves."""
    ranked = assessment.ranked
    lon, lat = lonlat([row.project.geometry for row in ranked], assessment.world.layers.crs)
    rows = []
    for row, x, y in zip(ranked, lon, lat, strict=True):
        project = row.project
        names = (project.id, project.action, spoken(project.name, language), project.unit_id)
        closes = (SEPARATOR.join(project.rule_ids), SEPARATOR.join(project.gap_ids), project.amount, project.unit)
        costs = (project.cost_low, project.cost_mid, project.cost_high)
        worth = (row.people_served, row.need_closed, row.need_per_10k_yuan, row.cumulative_cost, row.in_budget)
        stays_in = getattr(row, "stays_in", "")
        rows.append((row.rank, *names, *closes, *costs, *worth, stays_in, spoken(row.why, language), x, y))
    return _typed(pd.DataFrame(rows, columns=list(PROJECTS)))


def rejects_table(assessment: Assessment, language: Language) -> pd.DataFrame:
    """Return one row per row of the input that was set aside, repaired or noted, as the user finds it in the file."""
    rows = []
    for reject in (reject for layer in assessment.world.layers.values() for reject in layer.rejects):
        where = (reject.layer, reject.file, reject.row, reject.feature_id, reject.field, reject.value)
        rows.append((*where, spoken(reject.reason, language), spoken(reject.fix, language), reject.action))
    return _typed(pd.DataFrame(rows, columns=list(REJECTS)))


def lonlat(geometries: Sequence[BaseGeometry], crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (WGS 84, degrees) of a spot on each geometry: the middle of a line, inside an area."""
    import shapely

    places = spots(geometries)
    lon, lat = to_degrees(crs).transform(shapely.get_x(places), shapely.get_y(places))
    return np.asarray(lon, float), np.asarray(lat, float)


def spots(geometries: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Return a point on each geometry, where a label or a visitor would stand."""
    import shapely

    given = np.empty(len(geometries), dtype=object)
    given[:] = list(geometries)
    points: NDArray[np.object_] = shapely.point_on_surface(given)
    is_line = shapely.get_type_id(given) == shapely.GeometryType.LINESTRING
    points[is_line] = shapely.line_interpolate_point(given[is_line], 0.5, normalized=True)
    return points


def csv_bytes(*tables: pd.DataFrame) -> bytes:
    """Return tables of the same columns, one below the other, as UTF-8 with a byte-order mark (Excel and WPS read by it).

    Number columns are plain (no exponent, no separators, "" for unknown, "inf" for unreachable); a text cell that a
    spreadsheet would run as a formula gets an apostrophe in front, which `unguarded` takes off again.
    """
    return b"".join(csv_pieces(tables))


def csv_pieces(tables: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """Yield what `csv_bytes` returns, a table at a time, so that the whole is never held."""
    for turn, table in enumerate(tables):
        if turn == 0:
            yield b"\xef\xbb\xbf" + ",".join(table.columns).encode() + b"\r\n"
        yield csv_rows([table[name] for name in table.columns])


def read_csv(path: Path) -> pd.DataFrame:
    """Return a table that `csv_bytes` wrote: ids and words as text, numbers as numbers, in_budget as true or false.

    Raises OSError if it cannot be read and ValueError if it is not such a table.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file, strict=True)) or [[]]
    if any(len(row) != len(header) for row in rows):
        raise ValueError(f"{path.name}: a row has more or fewer cells than the header")
    table = pd.DataFrame(rows, columns=header, dtype=object)
    for name in table.columns:
        if name in _NUMBERS:
            table[name] = [float(cell) if cell else math.nan for cell in table[name]]
        elif name == "in_budget":
            table[name] = table[name] == "true"
        else:
            table[name] = table[name].map(unguarded)
    return _typed(table)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with numbers as numbers, also where it has no row to tell them by."""
    types: dict[str, type] = {name: float for name in table.columns if name in _NUMBERS}
    return table.astype(types | ({"in_budget": bool} if "in_budget" in table else {}))
