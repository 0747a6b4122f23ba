"""An assessment as the plain data the page is drawn from: JSON for what is read, packed columns for what is drawn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.library import profile_title, profiles
from layers.text import LANGUAGES, Text, catalogue, spoken
from maps import equality
from maps.degrees import to_degrees
from maps.page.basemap import drawn_layer, spots
from maps.page.books import books, rejects_of
from maps.page.cameras import cameras_of
from maps.page.gaps import gap_rows
from maps.page.onlinemap import online_map
from maps.page.packing import Pack
from maps.page.pinyin import readings
from maps.page.plain import both_languages, given, number
from maps.page.projects import project_rows
from maps.page.rules import places_of, rule_row
from maps.page.scorecard import unit_rows
from maps.page.shapes import GRID_BITS, Shapes
from maps.page.undertaken import after_tasks, forecast_of, tasks_of
from maps.rankingnotes import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from geo.assessment import Assessment
    from layers.text import Language
    from maps.rankingnotes import Block
    from maps.totals import Totals

    Json = Any


def contents(assessment: Assessment, counted: Totals, *, language: Language) -> tuple[Json, str]:
    """Return what the page is drawn from: a JSON value without NaN, and its packed columns in base64."""
    pack = Pack()
    shapes = Shapes(assessment.world.layers.crs, pack)
    units = unit_rows(assessment)
    cameras = cameras_of(assessment)
    layers = list(assessment.world.layers.values())
    data: dict[str, Json] = {
        "plan": _plan(assessment, language),
        "pinyin": readings(_searched(assessment, units)),
        "words": {each: {key: both[each] for key, both in sorted(catalogue("page").items())} for each in LANGUAGES},
        "basemap": _basemap(assessment, units),
        "layers": [{**books(layer), **drawn_layer(cameras.drawn(layer), shapes, pack)} for layer in layers],
        "units": _units(units, shapes),
        "rules": [
            rule_row(coverage, counted.cards[id_]) | {"drawn": places_of(coverage, cameras, units, shapes, pack)}
            for id_, coverage in assessment.coverages.items()
        ],
        "gaps": gap_rows(assessment, cameras, units, shapes),
        "projects": project_rows(assessment, cameras, units, shapes),
        "after_tasks": after_tasks(assessment, units),
        "forecast": forecast_of(assessment),
        "findings": [[_kind(line), both_languages(line)] for line in counted.findings],
        "notes": [both_languages(note) for note in assessment.notes],
        "equality": _equality(assessment, counted),
        "ranking": [[_block(block) for block in blocks(assessment, each)] for each in LANGUAGES],
        "rejects": rejects_of(layer.rejects for layer in layers),
    }
    data["tasks"], data["task_spots"] = tasks_of(assessment, cameras, units, shapes)
    data["grid"] = {"bits": GRID_BITS, "sets": shapes.sets, "columns": pack.directory}
    return data, pack.base64()


def _kind(finding: Text) -> str:
    """Return what a finding is about, from its key: line, places, none, unknown, budget or all."""
    return finding.key.removeprefix("page.finding_").split("_")[0]


def _plan(assessment: Assessment, language: Language) -> Json:
    settings = assessment.plan.settings
    known = settings.profile in profiles()
    title = [profile_title(settings.profile)[each] for each in LANGUAGES] if known else settings.profile
    return {
        "name": settings.name,
        "date": settings.date.isoformat() if settings.date else None,
        "profile": title,
        "profile_id": settings.profile,
        "budget": settings.budget,
        "approval": settings.page.approval,
        "classification": settings.page.classification,
        "crs": assessment.world.layers.crs,
        "language": language,
    }


def _basemap(assessment: Assessment, units: pd.DataFrame) -> Json:
    """Return the base map that the plan names, for the middle of the villages or else of all layers."""
    settings = assessment.plan.settings.page
    if settings.basemap == "none":
        return None
    frames = [layer.frame for layer in assessment.world.layers.values() if "geometry" in layer.frame]
    geometries = [units["geometry"].to_numpy(), *(frame["geometry"].to_numpy() for frame in frames)]
    west, south, east, north = next(b for b in map(shapely.total_bounds, geometries) if np.isfinite(b).all())
    middle = to_degrees(assessment.world.layers.crs).transform((west + east) / 2, (south + north) / 2)
    return online_map(settings, middle, os.environ)


def _units(units: pd.DataFrame, shapes: Shapes) -> Json:
    return {
        "ids": [str(id_) for id_ in units.index],
        "names": [str(name) if given(name) else str(id_) for id_, name in units["name"].items()],
        "population": [number(value) for value in units["population"]],
        "shapes": shapes.put(units["geometry"].to_numpy()),
        "spots": shapes.put(spots(units["geometry"].to_numpy())),
    }


def _searched(assessment: Assessment, units: pd.DataFrame) -> Iterable[str]:
    """Return every text in Chinese that the page's search looks through."""
    yield from (name for name in units["name"] if given(name))
    yield from (gap.name for gap in assessment.gaps)
    yield from (spoken(row.project.name, "zh") for row in assessment.ranked)
    yield from (coverage.rule.title.in_("zh") for coverage in assessment.coverages.values())


def _equality(assessment: Assessment, counted: Totals) -> list[Json] | None:
    """Return in each language how villages differ under each rule; None where there are none to compare."""
    said = [equality.block(assessment, counted, each) for each in LANGUAGES]
    return [_block(block) for block in said if block] or None


def _block(block: Block) -> Json:
    """Return what stands behind the list as texts: a heading, lines, and a table."""
    title, lines, header, rows = block
    return [title, list(lines), list(header), [[_cell(value) for value in row] for row in rows]]


def _cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.1f}".removesuffix(".0")
    return "" if value is None else str(value)
