"""The CSV tables of OUT/: what people script against, so their columns and the order of them never change (DESIGN)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.ranking import Ranked
from layers.text import Language, spoken
from maps.csvcells import csv_rows, unguarded
from maps.degrees import to_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.assessment import Assessment, Judged
    from geo.projects import Project
    from geo.study import Gated

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
    "rank_without_equity",
    "gate",
)
REJECTS = ("layer", "file", "row", "feature_id", "field", "value", "reason", "fix", "action")

# Columns of numbers, in whichever table; in_budget is true or false; all others are text.
_NUMBERS = (
    frozenset(
        ("rank", "row", "required", "supplied", "shortfall", "amount", "people", "people_short", "people_served", "lon")
    )
    | {"lat", "cost_low", "cost", "cost_high", "cumulative_cost", "need_closed", "need_per_10k_yuan", "stays_in"}
    | {"rank_without_equity"}
)

# Several ids in one cell.
SEPARATOR = ";"


def coverage_tables(judged: Judged) -> Iterator[pd.DataFrame]:
    """Yield one table a rule, in the plan's order, with a row per place, by place id.

    `status` and `reason` are codes, so that a script reads the same in every language; `supplied` is inf where nothing
    can be reached.
    """
    for rule_id, coverage in judged.coverages.items():
        frame = pd.DataFrame(coverage.frame)
        own = {"rule_id": rule_id, "place_id": frame.index.astype(str), "status": frame["status"].astype(str)}
        yield pd.DataFrame({name: own.get(name, frame.get(name)) for name in COVERAGE}, index=frame.index)
    if not judged.coverages:
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
    """Return one row per project, best first; costs are in yuan, `people_served` only those that nothing above serves.

    `rule_ids` and `gap_ids` are what the project was made for, then what it closes besides. `stays_in` is the share of
    draws (0-1) in which it is in the budget, `rank_without_equity` the rank it has where need counts alike in every village.
    Projects that do not pass a gate come last, without a rank; `gate` names the gates (geo.gates.Gate).
    """
    listed: tuple[Ranked | Gated, ...] = (*assessment.ranked, *assessment.gated)
    lon, lat = lonlat([row.project.geometry for row in listed], assessment.world.layers.crs)
    rule_of = {gap.id: gap.rule_id for gap in assessment.gaps}
    rows = [
        _what(row.project, row.closes if isinstance(row, Ranked) else (), rule_of, language)
        | (_worth(row, assessment) if isinstance(row, Ranked) else _barred(row))
        | {"people_served": row.people_served, "need_closed": row.need_closed}
        | {"why": spoken(row.why, language), "lon": x, "lat": y}
        for row, x, y in zip(listed, lon.tolist(), lat.tolist(), strict=True)
    ]
    return _typed(pd.DataFrame(rows, columns=list(PROJECTS)))


def _what(project: Project, closes: Sequence[str], rule_of: Mapping[str, str], language: Language) -> dict[str, object]:
    """Return what a project is: rules and gaps it was made for first, then those it closes besides."""
    gaps = list(dict.fromkeys([*project.gap_ids, *closes]))
    rules = list(dict.fromkeys([*project.rule_ids, *(rule_of[gap] for gap in gaps if gap in rule_of)]))
    return {
        "project_id": project.id,
        "action": project.action,
        "name": spoken(project.name, language),
        "unit_id": project.unit_id,
        "rule_ids": SEPARATOR.join(rules),
        "gap_ids": SEPARATOR.join(gaps),
        "amount": project.amount,
        "unit": project.unit,
        "cost_low": project.cost_low,
        "cost": project.cost_mid,
        "cost_high": project.cost_high,
    }


def _worth(row: Ranked, assessment: Assessment) -> dict[str, object]:
    return {
        "rank": row.rank,
        "rank_without_equity": math.nan if row.rank_even is None else row.rank_even,
        "gate": "",
        "need_per_10k_yuan": row.need_per_10k_yuan,
        "cumulative_cost": row.cumulative_cost,
        "in_budget": row.in_budget,
        "stays_in": assessment.robustness.standing[row.project.id].stays_in if assessment.robustness else math.nan,
    }


def _barred(row: Gated) -> dict[str, object]:
    return {"in_budget": False, "gate": SEPARATOR.join(dict.fromkeys(failed.gate for failed in row.failed))}


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
    for at in np.flatnonzero(shapely.get_type_id(given) == shapely.GeometryType.MULTIPOINT):
        points[at] = _middle_one(given[at])
    points[is_line] = shapely.line_interpolate_point(given[is_line], 0.5, normalized=True)
    return points


def _middle_one(homes: BaseGeometry) -> BaseGeometry:
    """Return the home nearest to the middle of all; of two as near (to 1 cm) the western one, then the southern.

    Left to GEOS, the last bit of a coordinate would choose between the two homes of a pair.
    """
    import shapely

    parts = shapely.get_parts(homes)
    xy = np.round(shapely.get_coordinates(parts), 3)
    apart_m = np.round(np.hypot(*(xy - xy.mean(axis=0)).T), 2)
    found: BaseGeometry = parts[np.lexsort((xy[:, 1], xy[:, 0], apart_m))[0]]
    return found


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
    """Return a table that `csv_bytes` wrote: ids and words as text, numbers as numbers, yes and no as true and false.

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
