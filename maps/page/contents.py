"""An assessment as the plain data the page is drawn from: JSON for what is read, packed columns for what is drawn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.reasons import reason_text
from layers.kinds import KINDS
from layers.library import profile_title, profiles
from layers.text import LANGUAGES, Text, catalogue, spoken
from maps.degrees import to_degrees
from maps.page.basemap import drawn_layer, spots, words_of
from maps.page.cameras import Cameras, cameras_of
from maps.page.findings import worst_unit
from maps.page.onlinemap import online_map
from maps.page.packing import Pack
from maps.page.pinyin import readings
from maps.page.plain import STATUS_BYTE, both_languages, number, standing
from maps.page.scorecard import unit_rows
from maps.page.shapes import GRID_BITS, Shapes
from maps.page.undertaken import after_tasks, task_of_gap, tasks_of
from maps.rankingnotes import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.assessment import Assessment
    from geo.coverage import Coverage
    from geo.ranking import Ranked
    from layers.layer import Layer, Reject
    from layers.text import Language
    from maps.rankingnotes import Block
    from maps.totals import Totals

    Json = Any

# The page lists this many rows that were set aside or repaired; rejects.csv has them all.
REJECTS_LISTED = 300

# A gap that no project closes is closed after more rows than any list has.
NEVER = 10**9

# What is common to all rules is shown elsewhere; the rest of a rule's options are its numbers.
_COMMON_OPTIONS = {"id", "type", "title", "severity", "norm", "cost", "weight", "department"}


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
        "layers": [{**_books(layer), **drawn_layer(cameras.drawn(layer), shapes, pack)} for layer in layers],
        "units": _units(units, shapes),
        "rules": [
            _rule(coverage, counted.cards[id_], units) | {"drawn": _places(coverage, cameras, units, shapes, pack)}
            for id_, coverage in assessment.coverages.items()
        ],
        "gaps": _gaps(assessment, cameras, units, shapes),
        "projects": _projects(assessment, cameras, units, shapes),
        "after_tasks": after_tasks(assessment, units),
        "tasks": tasks_of(assessment),
        "findings": [[_kind(line), both_languages(line)] for line in counted.findings],
        "notes": [both_languages(note) for note in assessment.notes],
        "ranking": [[_block(block) for block in blocks(assessment, each)] for each in LANGUAGES],
        "rejects": _rejects(layer.rejects for layer in layers),
    }
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


def _books(layer: Layer) -> Json:
    schema, source = KINDS[layer.kind], layer.source
    return {
        "name": layer.name,
        "kind": layer.kind,
        "title": [schema.zh, schema.en],
        "source": [source.path, source.format, source.table, source.crs, source.encoding, source.sha256],
        "rows": [layer.rows_in, layer.used, layer.repaired, layer.rejected],
    }


def _units(units: pd.DataFrame, shapes: Shapes) -> Json:
    return {
        "ids": [str(id_) for id_ in units.index],
        "names": [str(name) if _given(name) else str(id_) for id_, name in units["name"].items()],
        "population": [number(value) for value in units["population"]],
        "shapes": shapes.put(units["geometry"].to_numpy()),
        "spots": shapes.put(spots(units["geometry"].to_numpy())),
    }


def _rule(coverage: Coverage, card: pd.DataFrame, units: pd.DataFrame) -> Json:
    rule, frame = coverage.rule, coverage.frame
    worst = worst_unit(card)
    return {
        "id": rule.id,
        "type": rule.type,
        "title": both_languages(rule.title) or rule.id,
        "severity": rule.severity,
        "department": rule.department,
        "norm": [rule.norm.text, rule.norm.mark],
        "options": _options(coverage),
        "unit": coverage.measured.unit,
        "sense": coverage.measured.sense,
        "places": len(frame),
        "people": number(np.nansum(frame["people"].to_numpy(float))),
        "worst": -1 if worst is None else int(units.index.get_loc(worst)),
        **standing(coverage, card),
    }


def _options(coverage: Coverage) -> list[list[str]]:
    options = coverage.rule.model_dump(mode="json", exclude=_COMMON_OPTIONS, exclude_none=True)
    return [[name, str(value)] for name, value in sorted(options.items()) if value not in ("", [], {})]


def _status_bytes(coverage: Coverage) -> Any:
    status = coverage.frame["status"]
    return np.select([(status == word).to_numpy() for word in STATUS_BYTE], list(STATUS_BYTE.values()))


def _places(coverage: Coverage, cameras: Cameras, units: pd.DataFrame, shapes: Shapes, pack: Pack) -> dict[str, Json]:
    frame = coverage.frame
    number_of_set, rows = shapes.rows_of(cameras.places(coverage.rule.id, frame))
    row, words = pd.factorize(frame["reason"])
    codes = sorted({str(word) for word in words if _given(word)})
    of_code = {code: place for place, code in enumerate(codes, start=1)}
    names = words_of(frame["name"])
    return {
        "shapes": number_of_set,
        "rows": rows,
        "status": pack.bytes_(_status_bytes(coverage)),
        "names": pack.texts(names) if any(names) else -1,
        "unit": pack.integers(units.index.get_indexer(frame["unit_id"])),
        "required": pack.floats(frame["required"].to_numpy(float)),
        "supplied": pack.floats(frame["supplied"].to_numpy(float)),
        "people": pack.floats(frame["people"].to_numpy(float)),
        "people_short": pack.floats(frame["people_short"].to_numpy(float)),
        "reason": pack.integers(np.array([*(of_code.get(word, 0) for word in words), 0], dtype=np.int64)[row]),
        "reasons": [both_languages(reason_text(code)) for code in codes],
    }


def _gaps(assessment: Assessment, cameras: Cameras, units: pd.DataFrame, shapes: Shapes) -> Json:
    gaps, rules = assessment.gaps, list(assessment.coverages)
    tasks, closed_by_tasks = task_of_gap(assessment)
    drawn = _objects([cameras.shape((gap.rule_id,), gap.geometry) for gap in gaps])
    return {
        "id": [gap.id for gap in gaps],
        "rule": [rules.index(gap.rule_id) for gap in gaps],
        "severity": [gap.severity for gap in gaps],
        "unit": units.index.get_indexer([gap.unit_id for gap in gaps]).tolist(),
        "name": [gap.name for gap in gaps],
        "amount": [number(gap.amount) for gap in gaps],
        "unit_word": [gap.unit for gap in gaps],
        "people": [number(gap.people) for gap in gaps],
        "reason": [both_languages(gap.reason) for gap in gaps],
        "closed_at": _closed_at(assessment),
        "task": tasks,
        "closed_by_tasks": closed_by_tasks,
        "shapes": shapes.put(drawn),
        "spots": shapes.put(spots(drawn)),
    }


def _projects(assessment: Assessment, cameras: Cameras, units: pd.DataFrame, shapes: Shapes) -> Json:
    ranked, rules = assessment.ranked, list(assessment.coverages)
    gap_row = {gap.id: row for row, gap in enumerate(assessment.gaps)}
    row_of_unit = {str(id_): row for row, id_ in enumerate(units.index)}
    projects = [row.project for row in ranked]
    drawn = _objects([cameras.shape(project.rule_ids, project.geometry) for project in projects])
    robustness, portfolio = assessment.robustness, assessment.portfolio
    firmness = [robustness.standing.get(project.id) if robustness else None for project in projects]
    best = frozenset(portfolio.projects if portfolio else ())
    return {
        "id": [project.id for project in projects],
        "rank": [row.rank for row in ranked],
        "name": [both_languages(project.name) for project in projects],
        "unit": units.index.get_indexer([project.unit_id for project in projects]).tolist(),
        "rules": [[rules.index(id_) for id_ in project.rule_ids] for project in projects],
        "gaps": [[gap_row[id_] for id_ in project.gap_ids if id_ in gap_row] for project in projects],
        "amount": [number(project.amount) for project in projects],
        "unit_word": [project.unit for project in projects],
        "cost": [
            [number(cost, 0) for cost in (p.cost_low, p.cost_mid, p.cost_high, p.cost_per_year)] for p in projects
        ],
        "people": [number(row.people_served) for row in ranked],
        "cumulative": [number(row.cumulative_cost, 0) for row in ranked],
        "stays_in": [None if firm is None else number(firm.stays_in, 4) for firm in firmness],
        "firm": [None if firm is None else firm.firm for firm in firmness],
        "in_best": [project.id in best for project in projects],
        "rank_even": [row.rank_even for row in ranked],
        "relief": [_relief(row, rules, row_of_unit) for row in ranked],
        "why": [both_languages(row.why) for row in ranked],
        "shapes": shapes.put(drawn),
        "spots": shapes.put(spots(drawn)),
    }


def _relief(row: Ranked, rules: list[str], row_of_unit: Mapping[str, int]) -> list[float | int]:
    """Return four numbers for each rule and village the row changes: rule, village (-1: none), people, places put right.

    With six decimals: the page adds them up over a thousand rows and shows whole people.
    """
    found: list[float | int] = []
    for relief in row.relief:
        people = round(relief.people, 6)
        unit = row_of_unit.get(relief.unit_id, -1)
        found += [rules.index(relief.rule_id), unit, int(people) if people == int(people) else people, relief.places]
    return found


def _closed_at(assessment: Assessment) -> list[int]:
    """Return for each gap the row of the list that closes the last of it; NEVER where no row does."""
    closed = {gap_id: at for at, row in enumerate(assessment.ranked) for gap_id in row.closes}
    return [closed.get(gap.id, NEVER) for gap in assessment.gaps]


def _searched(assessment: Assessment, units: pd.DataFrame) -> Iterable[str]:
    """Return every text in Chinese that the page's search looks through."""
    yield from (name for name in units["name"] if _given(name))
    yield from (gap.name for gap in assessment.gaps)
    yield from (spoken(row.project.name, "zh") for row in assessment.ranked)
    yield from (coverage.rule.title.in_("zh") for coverage in assessment.coverages.values())


def _block(block: Block) -> Json:
    """Return what stands behind the list as texts: a heading, lines, and a table."""
    title, lines, header, rows = block
    return [title, list(lines), list(header), [[_cell(value) for value in row] for row in rows]]


def _cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.1f}".removesuffix(".0")
    return "" if value is None else str(value)


def _rejects(by_layer: Iterable[tuple[Reject, ...]]) -> Json:
    rejects = [reject for rejects in by_layer for reject in rejects]
    listed = [
        [
            r.layer,
            r.file,
            r.row,
            r.feature_id,
            r.field,
            r.value,
            both_languages(r.reason),
            both_languages(r.fix),
            r.action,
        ]
        for r in rejects[:REJECTS_LISTED]
    ]
    return {"all": len(rejects), "listed": listed}


def _objects(values: list[Any]) -> Any:
    """Return a one-dimensional array of objects, which numpy would not make of geometries by itself."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _given(value: object) -> bool:
    return isinstance(value, str) and value != ""
