"""What the task ledger needs of a run and no other table has: all places and shapes of each gap, what each project changes.

Two plain tables in result.gpkg, beside the layers that QGIS shows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from geo.followup import grounds
from layers.editjson import plain_edits

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.assessment import Assessment, Judged

_TABLES = {
    "coverplan_gaps": "gap_id TEXT NOT NULL, place_ids TEXT NOT NULL, amount REAL, unit TEXT NOT NULL, people REAL, shape BLOB NOT NULL",
    "coverplan_edits": "project_id TEXT NOT NULL, edits TEXT NOT NULL",
}
_LISTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) VALUES (?, ?, ?, '', ?)"
)


@dataclass(frozen=True)
class KeptGap:
    """One gap's places and figures (people None if unknown), and the ground it lies on, which is where its places are."""

    place_ids: tuple[str, ...]
    amount: float
    unit: str
    people: float | None
    shape: BaseGeometry


def keep_gaps(judged: Judged, path: Path, day: str) -> None:
    """Add the table of gaps to a package; raises sqlite3.Error if it cannot be written."""
    ground: dict[str, BaseGeometry] = {}
    for rule_id, coverage in judged.coverages.items():
        own = [gap for gap in judged.gaps if gap.rule_id == rule_id]
        lies = grounds(own, coverage.frame.index, coverage.frame.geometry.to_numpy())
        ground |= dict(zip((gap.id for gap in own), lies, strict=True))
    shapes = shapely.to_wkb([ground[gap.id] for gap in judged.gaps]) if judged.gaps else []
    gaps = [
        (gap.id, _json(gap.place_ids), _finite(gap.amount), gap.unit, _finite(gap.people), shape)
        for gap, shape in zip(judged.gaps, shapes, strict=True)
    ]
    _add("coverplan_gaps", gaps, path, day)


def keep_edits(assessment: Assessment, path: Path, day: str) -> None:
    """Add the table of what projects change to a package; raises sqlite3.Error if it cannot be written."""
    projects = [row.project for row in assessment.ranked]
    plain = plain_edits([project.edits for project in projects])
    edits = [(project.id, _json(edit)) for project, edit in zip(projects, plain, strict=True)]
    _add("coverplan_edits", edits, path, day)


def _add(name: str, rows: Sequence[Sequence[object]], path: Path, day: str) -> None:
    columns = [column.split()[0] for column in _TABLES[name].split(", ")]
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")  # the folder is pushed to the disk as a whole afterwards
        file.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {_TABLES[name]})")
        file.execute(_LISTED, (name, "attributes", name, day))
        file.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 (our names)


def kept_gaps(path: Path) -> dict[str, KeptGap]:
    """Return what a package says of each gap, by id; raises sqlite3.Error or ValueError if it has no such table."""
    query = "SELECT gap_id, place_ids, amount, unit, people, shape FROM coverplan_gaps ORDER BY id"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        return {
            gap_id: KeptGap(
                tuple(json.loads(places)),
                float("inf") if amount is None else amount,
                unit,
                people,
                shapely.from_wkb(shape),
            )
            for gap_id, places, amount, unit, people, shape in file.execute(query)
        }


def kept_edits(path: Path) -> dict[str, list[Any]]:
    """Return each project's edits as plain data, by project id; raises as `kept_gaps` does."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        return {id_: json.loads(edits) for id_, edits in file.execute("SELECT project_id, edits FROM coverplan_edits")}


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _finite(number: float) -> float | None:
    return float(number) if abs(number) < float("inf") else None
